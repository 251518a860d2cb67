"""Goldens of the samplers: make_schedulers.py OUT [--held]. Each case stores what diffusers computed, step by step.

schedulers.safetensors: for each case `timesteps`, `sigmas`, `samples` [steps + 1, 4, 8, 8], `model_inputs`,
`model_outputs`, and the `noises` drawn; schedulers.json: the configurations. torch_randn.safetensors: what seeds draw.
The "model" is a fixed linear map with a tanh, so that trajectories depend on every intermediate value.
"""
import argparse
import json
import pathlib
import sys

import diffusers
import torch
from diffusers import (DDIMScheduler, DDPMScheduler, DPMSolverMultistepScheduler, DPMSolverSinglestepScheduler,
                       EulerAncestralDiscreteScheduler, EulerDiscreteScheduler, HeunDiscreteScheduler, LCMScheduler,
                       LMSDiscreteScheduler, PNDMScheduler, UniPCMultistepScheduler)
from safetensors.torch import save_file

BASE = dict(num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")


def cases(held):
    """Yields (name, class, steps, configuration, arguments of step)."""
    for n in ([7, 33] if held else [5, 20]):
        for prediction in ("epsilon", "v_prediction"):
            for spacing in (("trailing", "linspace") if held else ("leading",)):
                suffix = f"-{prediction[0]}-{spacing}-{n}"
                k = {**BASE, "prediction_type": prediction, "timestep_spacing": spacing, "steps_offset": 1}
                plain = dict(clip_sample=False, set_alpha_to_one=False)
                yield "ddpm" + suffix, DDPMScheduler, n, {**k, "clip_sample": False}, {}
                yield "ddim" + suffix, DDIMScheduler, n, {**k, **plain}, {}
                yield "ddim-eta" + suffix, DDIMScheduler, n, {**k, **plain}, dict(eta=0.5)
                if spacing != "linspace":
                    yield "pndm" + suffix, PNDMScheduler, n, {**k, "skip_prk_steps": True}, {}
                yield "euler" + suffix, EulerDiscreteScheduler, n, k, {}
                yield "euler-a" + suffix, EulerAncestralDiscreteScheduler, n, k, {}
                yield "heun" + suffix, HeunDiscreteScheduler, n, k, {}
                yield "lms" + suffix, LMSDiscreteScheduler, n, k, {}
                yield "dpmpp-2m" + suffix, DPMSolverMultistepScheduler, n, k, {}
                yield "dpmpp-2m-karras" + suffix, DPMSolverMultistepScheduler, n, {**k, "use_karras_sigmas": True}, {}
                yield ("dpmpp-sde-2m" + suffix, DPMSolverMultistepScheduler, n,
                       {**k, "algorithm_type": "sde-dpmsolver++"}, {})
                yield ("dpmpp-2s" + suffix, DPMSolverSinglestepScheduler, n,
                       {**BASE, "prediction_type": prediction}, {})
                yield "unipc" + suffix, UniPCMultistepScheduler, n, k, {}
                yield "euler-karras" + suffix, EulerDiscreteScheduler, n, {**k, "use_karras_sigmas": True}, {}
                if held:
                    yield "dpmpp-3m" + suffix, DPMSolverMultistepScheduler, n, {**k, "solver_order": 3}, {}
                    yield "euler-exp" + suffix, EulerDiscreteScheduler, n, {**k, "use_exponential_sigmas": True}, {}
    for n in ([3] if held else [1, 4]):
        yield (f"lcm-{n}", LCMScheduler, n,
               {**BASE, "prediction_type": "epsilon", "original_inference_steps": 50}, {})
        yield (f"euler-a-turbo-{n}", EulerAncestralDiscreteScheduler, n,
               {**BASE, "timestep_spacing": "trailing", "prediction_type": "epsilon"}, {})
    yield ("ddim-zsnr", DDIMScheduler, 7 if held else 5,
           {**BASE, "clip_sample": False, "rescale_betas_zero_snr": True, "timestep_spacing": "trailing",
            "prediction_type": "v_prediction"}, {})


def trajectory(kind, steps, config, step_args, model, generator):
    """(tensors, initial noise deviation) of one full sampling."""
    scheduler = kind(**config)
    scheduler.set_timesteps(steps)
    x = torch.randn(1, 4, 8, 8, generator=generator) * scheduler.init_noise_sigma
    module, noises = sys.modules[kind.__module__], []

    def draw(shape, **ignored):
        noises.append(torch.randn(*shape, generator=generator))
        return noises[-1]

    if hasattr(module, "randn_tensor"):
        module.randn_tensor = draw
    out = {"timesteps": scheduler.timesteps.float()}
    if getattr(scheduler, "sigmas", None) is not None:
        out["sigmas"] = scheduler.sigmas.float()
    samples, outputs, inputs = [x], [], []
    for t in scheduler.timesteps:
        given = scheduler.scale_model_input(x, t) if hasattr(scheduler, "scale_model_input") else x
        predicted = model(given, t)
        x = scheduler.step(predicted, t, x, **step_args).prev_sample
        samples.append(x)
        outputs.append(predicted)
        inputs.append(given)
    out |= {"samples": torch.cat(samples), "model_outputs": torch.cat(outputs), "model_inputs": torch.cat(inputs)}
    if noises:
        out["noises"] = torch.cat(noises)
    return out, float(scheduler.init_noise_sigma)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--held", action="store_true", help="the cases kept for acceptance")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(9 if args.held else 3)
    weight = torch.randn(4, 4, generator=generator) * 0.6

    def model(x, t):
        return torch.tanh(torch.einsum("oc,bchw->bohw", weight, x) * 0.4 + float(t) / 1500) * 1.1

    tensors, described = {}, {}
    for name, kind, steps, config, step_args in cases(args.held):
        try:
            values, sigma = trajectory(kind, steps, config, step_args, model, generator)
        except Exception as error:  # a combination that diffusers refuses is no case
            print("skip", name, repr(error)[:120])
            continue
        tensors |= {f"{name}/{key}": value.contiguous() for key, value in values.items()}
        described[name] = dict(scheduler=kind.__name__, steps=steps, config=config, step_args=step_args,
                               init_noise_sigma=sigma)
    save_file(tensors, args.out / "schedulers.safetensors")
    (args.out / "schedulers.json").write_text(
        json.dumps(dict(diffusers=diffusers.__version__, cases=described), indent=1))
    print(len(described), "cases")
    seeds, lengths = ([5, 99], [3, 31, 768]) if args.held else ([0, 42, 4294967301], [1, 8, 15, 16, 17, 100, 1024])
    save_file({f"seed{seed}/n{n}": torch.randn(n, generator=torch.Generator().manual_seed(seed))
               for seed in seeds for n in lengths}, args.out / "torch_randn.safetensors")


if __name__ == "__main__":
    main()
