"""Short sampler trajectories for the tests: make_sampler_cases.py OUT

Small latents, few steps, but every class with every prediction type, timestep spacing and setting
that the program honours, in the layout of make_schedulers.py. Cases that diffusers itself cannot run
(a step to noise level 0 with order 2, infinite sigmas) are left out; their number is printed.

Also noise_schedules.safetensors (the cumulative product of every beta schedule, as it is and
rescaled to zero terminal SNR) and guidance.safetensors (guided and rescaled model outputs).
"""
import json
import logging
import os
import sys
import warnings

import diffusers
import torch
from diffusers import (
    DDIMScheduler,
    DDPMScheduler,
    DPMSolverMultistepScheduler,
    DPMSolverSinglestepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    HeunDiscreteScheduler,
    LCMScheduler,
    LMSDiscreteScheduler,
    PNDMScheduler,
    UniPCMultistepScheduler,
)
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import rescale_noise_cfg
from safetensors.torch import save_file

BASE = dict(
    num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear"
)
PREDICTIONS = ("epsilon", "v_prediction", "sample")
SPACINGS = (("leading", 1), ("leading", 0), ("trailing", 0), ("linspace", 0))
SIGMAS = ("karras", "exponential", "beta")


def cases():
    """Yields (name, class, steps, step arguments, config)."""
    for prediction in PREDICTIONS:
        for spacing, offset in SPACINGS:
            k = dict(prediction_type=prediction, timestep_spacing=spacing, steps_offset=offset)
            s = f"{prediction[0]}-{spacing}{offset}"
            yield from common(s, k, 6)
            if offset == 0:
                yield from common(s, k, 1)
            if spacing == "trailing":
                yield from common(s, k, 17)
                yield from settings(s, k)
    yield from consistency()


def common(s, k, n):
    s = f"{s}-{n}"
    unclipped = dict(k, clip_sample=False)
    yield f"ddpm-{s}", DDPMScheduler, n, {}, unclipped
    yield f"ddim-{s}", DDIMScheduler, n, {}, dict(unclipped, set_alpha_to_one=False)
    yield f"ddim-eta-{s}", DDIMScheduler, n, dict(eta=0.7), unclipped
    if k["prediction_type"] != "sample":
        yield f"plms-{s}", PNDMScheduler, n, {}, dict(k, skip_prk_steps=True)
        yield f"pndm-{s}", PNDMScheduler, n, {}, dict(k, skip_prk_steps=False)
        yield f"euler-a-{s}", EulerAncestralDiscreteScheduler, n, {}, k
    yield f"euler-{s}", EulerDiscreteScheduler, n, {}, k
    yield f"heun-{s}", HeunDiscreteScheduler, n, {}, k
    yield f"lms-{s}", LMSDiscreteScheduler, n, {}, k
    yield f"dpmpp-2m-{s}", DPMSolverMultistepScheduler, n, {}, k
    yield f"dpmpp-3m-{s}", DPMSolverMultistepScheduler, n, {}, dict(k, solver_order=3)
    sde = dict(k, algorithm_type="sde-dpmsolver++")
    yield f"dpmpp-2m-sde-{s}", DPMSolverMultistepScheduler, n, {}, sde
    yield f"unipc-{s}", UniPCMultistepScheduler, n, {}, k
    yield f"unipc-3-{s}", UniPCMultistepScheduler, n, {}, dict(k, solver_order=3)
    if k["timestep_spacing"] == "linspace":
        single = dict(prediction_type=k["prediction_type"])
        yield f"dpmpp-2s-{s}", DPMSolverSinglestepScheduler, n, {}, single
        yield f"dpmpp-3s-{s}", DPMSolverSinglestepScheduler, n, {}, dict(single, solver_order=3)


def settings(s, k):
    n = 7
    single = dict(prediction_type=k["prediction_type"])
    clip = dict(k, clip_sample=True, clip_sample_range=0.8)
    dynamic = dict(k, thresholding=True, dynamic_thresholding_ratio=0.8, sample_max_value=1.5)
    zero = dict(k, rescale_betas_zero_snr=True)
    to_min = dict(final_sigmas_type="sigma_min")
    full = dict(to_min, lower_order_final=False)
    yield f"ddpm-clip-{s}", DDPMScheduler, n, {}, dict(clip, variance_type="fixed_large")
    yield f"ddpm-dynamic-{s}", DDPMScheduler, n, {}, dict(dynamic, variance_type="fixed_small_log")
    again = dict(eta=0.3, use_clipped_model_output=True)
    yield f"ddim-clip-{s}", DDIMScheduler, n, again, clip
    yield f"ddim-dynamic-{s}", DDIMScheduler, n, {}, dynamic
    yield f"heun-clip-{s}", HeunDiscreteScheduler, n, {}, clip
    churn = dict(s_churn=3.0, s_tmin=0.1, s_tmax=8.0, s_noise=1.01)
    yield f"euler-churn-{s}", EulerDiscreteScheduler, n, churn, k
    yield f"euler-min-{s}", EulerDiscreteScheduler, n, {}, dict(k, **to_min)
    yield f"euler-log-{s}", EulerDiscreteScheduler, n, {}, dict(k, interpolation_type="log_linear")
    yield f"euler-time-{s}", EulerDiscreteScheduler, n, {}, dict(k, timestep_type="continuous")
    range_ = dict(k, use_karras_sigmas=True, sigma_min=0.05, sigma_max=9.0)
    yield f"euler-range-{s}", EulerDiscreteScheduler, n, {}, range_
    yield f"lms-order2-{s}", LMSDiscreteScheduler, n, dict(order=2), k
    for spacing in SIGMAS:
        use = {f"use_{spacing}_sigmas": True}
        yield f"euler-{spacing}-{s}", EulerDiscreteScheduler, n, {}, dict(k, **use)
        yield f"heun-{spacing}-{s}", HeunDiscreteScheduler, n, {}, dict(k, **use)
        yield f"lms-{spacing}-{s}", LMSDiscreteScheduler, n, {}, dict(k, **use)
        yield f"dpmpp-2m-{spacing}-{s}", DPMSolverMultistepScheduler, n, {}, dict(k, **use)
        yield f"dpmpp-2s-{spacing}-{s}", DPMSolverSinglestepScheduler, n, {}, dict(single, **use)
        yield f"unipc-{spacing}-{s}", UniPCMultistepScheduler, n, {}, dict(k, **use)
    yield f"dpmpp-lu-{s}", DPMSolverMultistepScheduler, n, {}, dict(k, use_lu_lambdas=True)
    yield f"dpmpp-dynamic-{s}", DPMSolverMultistepScheduler, n, {}, dynamic
    yield f"unipc-dynamic-{s}", UniPCMultistepScheduler, n, {}, dynamic
    for algorithm in ("dpmsolver", "dpmsolver++", "sde-dpmsolver", "sde-dpmsolver++"):
        for solver in ("midpoint", "heun"):
            for order in (1, 2, 3):
                how = dict(full, algorithm_type=algorithm, solver_type=solver, solver_order=order)
                name = f"{algorithm}-{solver}-{order}-{s}"
                yield f"multi-{name}", DPMSolverMultistepScheduler, n, {}, dict(k, **how)
                if algorithm != "sde-dpmsolver":
                    how = dict(single, **how)
                    yield f"single-{name}", DPMSolverSinglestepScheduler, 2 * order, {}, how
    final = dict(k, algorithm_type="sde-dpmsolver++", euler_at_final=True, **to_min)
    yield f"multi-final-{s}", DPMSolverMultistepScheduler, n, {}, final
    for solver in ("bh1", "bh2"):
        for order in (1, 2, 3):
            how = dict(k, solver_type=solver, solver_order=order, **full)
            yield f"unipc-{solver}-{order}-{s}", UniPCMultistepScheduler, n, {}, how
            how = dict(how, predict_x0=False, disable_corrector=[0, 2])
            yield f"unipc-noise-{solver}-{order}-{s}", UniPCMultistepScheduler, n, {}, how
    for scheduler in (DDPMScheduler, DDIMScheduler):
        yield f"zero-{scheduler.__name__}-{s}", scheduler, n, {}, dict(zero, clip_sample=False)
    for scheduler in (
        EulerDiscreteScheduler,
        EulerAncestralDiscreteScheduler,
        DPMSolverMultistepScheduler,
        UniPCMultistepScheduler,
    ):
        yield f"zero-{scheduler.__name__}-{s}", scheduler, n, {}, zero
    for betas in ("linear", "squaredcos_cap_v2"):
        b = dict(k, beta_schedule=betas, beta_start=1e-4, beta_end=0.02)
        for scheduler in (DDPMScheduler, DDIMScheduler, EulerDiscreteScheduler):
            yield f"{betas}-{scheduler.__name__}-{s}", scheduler, n, {}, b
        cut = dict(b, lambda_min_clipped=-5.1)
        yield f"{betas}-dpmpp-2m-{s}", DPMSolverMultistepScheduler, n, {}, cut
        karras = dict(b, use_karras_sigmas=True)
        yield f"{betas}-dpmpp-2m-karras-{s}", DPMSolverMultistepScheduler, n, {}, karras


def consistency():
    for prediction in PREDICTIONS:
        for n in (1, 3, 8):
            k = dict(prediction_type=prediction)
            yield f"lcm-{prediction[0]}-{n}", LCMScheduler, n, {}, k
            clip = dict(k, clip_sample=True, original_inference_steps=100, timestep_scaling=5.0)
            yield f"lcm-clip-{prediction[0]}-{n}", LCMScheduler, n, {}, clip


def trajectory(scheduler_class, steps, step_arguments, config, generator, weights):
    scheduler = scheduler_class(**config)
    scheduler.set_timesteps(steps)
    noises = []

    def draw(shape, **_):
        noises.append(torch.randn(*shape, generator=generator))
        return noises[-1]

    module = sys.modules[scheduler_class.__module__]
    if hasattr(module, "randn_tensor"):
        module.randn_tensor = draw
    x = torch.randn(1, 2, 2, 2, generator=generator) * scheduler.init_noise_sigma
    samples, inputs, outputs = [x], [], []
    for t in scheduler.timesteps:
        seen = scheduler.scale_model_input(x, t)
        mixed = torch.einsum("oc,bchw->bohw", weights, seen) * 0.4
        output = torch.tanh(mixed + float(t) / 1500) * 1.1
        x = scheduler.step(output, t, x, **step_arguments).prev_sample
        samples.append(x)
        inputs.append(seen)
        outputs.append(output)
    tensors = dict(
        timesteps=scheduler.timesteps.float(),
        samples=torch.cat(samples),
        model_inputs=torch.cat(inputs),
        model_outputs=torch.cat(outputs),
    )
    if noises:
        tensors["noises"] = torch.cat(noises)
    if not all(torch.isfinite(t).all() for t in tensors.values()):
        raise ValueError("not finite")
    return tensors, float(scheduler.init_noise_sigma)


def write_trajectories(out):
    generator = torch.Generator().manual_seed(17)
    weights = torch.randn(2, 2, generator=generator)
    tensors, described, left_out = {}, {}, 0
    for name, scheduler_class, steps, arguments, config in cases():
        config = {**BASE, **config}
        try:
            made, sigma = trajectory(
                scheduler_class, steps, arguments, config, generator, weights
            )
        except (ValueError, IndexError, NotImplementedError, RuntimeError, UnboundLocalError):
            left_out += 1
            continue
        tensors.update({f"{name}/{key}": value.contiguous() for key, value in made.items()})
        described[name] = dict(
            scheduler=scheduler_class.__name__,
            steps=steps,
            config=config,
            step_args=arguments,
            init_noise_sigma=sigma,
        )
    save_file(tensors, f"{out}/schedulers.safetensors")
    with open(f"{out}/schedulers.json", "w") as file:
        described = ",\n".join(f'"{k}": {json.dumps(v)}' for k, v in described.items())
        version = json.dumps(diffusers.__version__)
        file.write(f'{{"diffusers": {version}, "cases": {{\n{described}\n}}}}\n')
    print(described.count("\n") + 1, "cases,", left_out, "left out")


def write_noise_schedules(out):
    tensors = {}
    for betas in ("linear", "scaled_linear", "squaredcos_cap_v2", "laplace", "sigmoid"):
        for zero in (False, True):
            config = {**BASE, "beta_schedule": betas, "rescale_betas_zero_snr": zero}
            name = betas + ("-zero" if zero else "")
            tensors[name] = DDPMScheduler(**config).alphas_cumprod
    config = {**BASE, "beta_schedule": "exp"}
    tensors["exp"] = HeunDiscreteScheduler(**config).alphas_cumprod
    save_file(tensors, f"{out}/noise_schedules.safetensors")


def write_guidance(out):
    generator = torch.Generator().manual_seed(19)
    without = torch.randn(1, 2, 4, 4, generator=generator)
    with_prompt = torch.randn(1, 2, 4, 4, generator=generator)
    guided = without + 7.5 * (with_prompt - without)
    tensors = dict(unconditional=without, conditional=with_prompt, guided=guided)
    tensors["rescaled"] = rescale_noise_cfg(guided, with_prompt, guidance_rescale=0.7)
    save_file(tensors, f"{out}/guidance.safetensors")


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    os.makedirs(sys.argv[1], exist_ok=True)
    write_trajectories(sys.argv[1])
    write_noise_schedules(sys.argv[1])
    write_guidance(sys.argv[1])
