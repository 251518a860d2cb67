"""Image to image by diffusers in F32: make_image_to_image.py MODELS OUT [TINY_OUT]

OUT: `golden.json` with one model (a path from OUT), prompt, size and a case for each sampler and strength;
`golden.safetensors`: `image` [1, 3, height, width] in 0..1, and of case i `i.start` and `i.latents` [1, channels, h, w]:
the latents before the first and after the last evaluation.
TINY_OUT: the same of the tiny models of `conformance/golden`, a file each, with the text as tensors.
"""
import argparse
import inspect
import json
import os
import pathlib

import torch
from diffusers import (AutoencoderKL, AutoencoderTiny, DDIMScheduler, DDPMScheduler, DPMSolverMultistepScheduler,
                       DPMSolverSinglestepScheduler, EulerAncestralDiscreteScheduler, EulerDiscreteScheduler,
                       HeunDiscreteScheduler, LCMScheduler, LMSDiscreteScheduler, PNDMScheduler,
                       LatentConsistencyModelImg2ImgPipeline, StableDiffusionImg2ImgPipeline,
                       StableDiffusionXLImg2ImgPipeline, UNet2DConditionModel, UniPCMultistepScheduler)
from safetensors.torch import save_file

STEPS = 10
STRENGTHS = (0.3, 0.6, 0.9)
# name, class, settings, eta
SAMPLERS = [
    ("ddpm", DDPMScheduler, {}, 0), ("ddim", DDIMScheduler, {}, 0), ("ddim-eta", DDIMScheduler, {}, 0.7),
    ("pndm", PNDMScheduler, dict(skip_prk_steps=False), 0), ("plms", PNDMScheduler, dict(skip_prk_steps=True), 0),
    ("lms", LMSDiscreteScheduler, {}, 0), ("euler", EulerDiscreteScheduler, {}, 0),
    ("euler-karras", EulerDiscreteScheduler, dict(use_karras_sigmas=True), 0),
    ("euler-a", EulerAncestralDiscreteScheduler, {}, 0), ("heun", HeunDiscreteScheduler, {}, 0),
    ("dpmpp-2m", DPMSolverMultistepScheduler, {}, 0),
    ("dpmpp-2m-karras", DPMSolverMultistepScheduler, dict(use_karras_sigmas=True), 0),
    ("dpmpp-3m", DPMSolverMultistepScheduler, dict(solver_order=3), 0),
    ("dpmpp-2m-sde", DPMSolverMultistepScheduler, dict(algorithm_type="sde-dpmsolver++"), 0),
    ("dpmpp-2s", DPMSolverSinglestepScheduler, {}, 0),
    ("dpmpp-3s", DPMSolverSinglestepScheduler, dict(solver_order=3), 0),
    ("unipc", UniPCMultistepScheduler, {}, 0), ("unipc-3-karras", UniPCMultistepScheduler,
                                                dict(solver_order=3, use_karras_sigmas=True), 0),
    ("lcm", LCMScheduler, {}, 0)]
# file, pipeline, folder of the U-Net, folder of the VAE, scheduler, steps, strengths
TINY = [
    ("sd1", StableDiffusionImg2ImgPipeline, "sd1", "sd1", DDIMScheduler, 6, (0.5,)),
    ("sd2", StableDiffusionImg2ImgPipeline, "sd2", "sd2", EulerDiscreteScheduler, 6, (0.5,)),
    ("taesd", StableDiffusionImg2ImgPipeline, "sd2", "taesd", EulerAncestralDiscreteScheduler, 6, (0.5,)),
    ("sdxl", StableDiffusionXLImg2ImgPipeline, "sdxl", "sdxl", EulerDiscreteScheduler, 6, (0.5,)),
    ("lcm", LatentConsistencyModelImg2ImgPipeline, "lcm", "sd2", LCMScheduler, 4, (0.3, 0.6, 1.0))]


def picture(height, width):
    """A red disc on a ramp, and some structure: [1, 3, height, width] in 0..1."""
    y = torch.linspace(0, 1, height)[:, None].expand(height, width)
    x = torch.linspace(0, 1, width)[None, :].expand(height, width)
    image = torch.stack([x, y, 0.5 + 0.3 * torch.sin(9 * x) * torch.cos(7 * y)])
    disc = (x - 0.5) ** 2 + (y - 0.45) ** 2 < 0.08
    image = torch.where(disc, torch.tensor([0.9, 0.15, 0.1])[:, None, None], image)
    return (image * 255).round()[None] / 255


def run(pipeline, image, seed, steps, strength, **arguments):
    """Latents before the first evaluation and after the last."""
    starts, latents = [], []
    add_noise = pipeline.scheduler.add_noise

    def remember_start(*values):
        starts.append(add_noise(*values))
        return starts[-1]

    def remember(pipe, step, time, values):
        latents.append(values["latents"].clone())
        return values

    pipeline.scheduler.add_noise = remember_start
    takes = inspect.signature(pipeline.__call__).parameters
    pipeline(image=image, strength=strength, num_inference_steps=steps, output_type="latent",
             generator=torch.Generator().manual_seed(seed), callback_on_step_end=remember,
             **{k: v for k, v in arguments.items() if k in takes})
    return starts[0].clone(), latents[-1], len(latents)


def default_model(models, out):
    model = models / "default"
    pipeline = StableDiffusionImg2ImgPipeline.from_pretrained(model, safety_checker=None, torch_dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    config = pipeline.scheduler.config
    prompt, negative, guidance, height, width = "red apple, flat style", "blurry", 3.0, 64, 48
    image = picture(height, width)
    tensors, cases = dict(image=image), []
    for number, (name, kind, settings, eta) in enumerate(SAMPLERS):
        for strength in STRENGTHS:
            pipeline.scheduler = kind.from_config(config, **settings)
            i, seed = len(cases), 100 + number
            start, last, evaluations = run(pipeline, image, seed, STEPS, strength, prompt=prompt,
                                           negative_prompt=negative, guidance_scale=guidance, eta=eta)
            tensors |= {f"{i}.start": start, f"{i}.latents": last}
            print(name, strength, evaluations, flush=True)
            cases.append(dict(sampler=name, seed=seed, steps=STEPS, strength=strength, eta=eta,
                              evaluations=evaluations, scheduler=dict(pipeline.scheduler.config)))
    out.mkdir(parents=True, exist_ok=True)
    save_file({k: v.contiguous() for k, v in tensors.items()}, out / "golden.safetensors")
    head = dict(model=os.path.relpath(model, out), prompt=prompt, negative=negative, guidance=guidance)
    lines = ",\n".join(json.dumps(case, default=str) for case in cases)
    (out / "golden.json").write_text(json.dumps(head)[:-1] + ', "cases": [\n' + lines + "\n]}\n")


def tiny_models(golden, out):
    out.mkdir(parents=True, exist_ok=True)
    for name, pipeline_class, unet_folder, vae_folder, scheduler, steps, strengths in TINY:
        unet = UNet2DConditionModel.from_pretrained(golden / f"{unet_folder}-tiny" / "unet", torch_dtype=torch.float32)
        vae_class = AutoencoderTiny if vae_folder == "taesd" else AutoencoderKL
        vae = vae_class.from_pretrained(golden / f"{vae_folder}-tiny" / "vae", torch_dtype=torch.float32)
        xl, consistency = name == "sdxl", name == "lcm"
        config = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear",
                      prediction_type="v_prediction" if unet_folder == "sd2" else "epsilon")
        parts = dict(vae=vae, unet=unet, text_encoder=None, tokenizer=None)
        parts |= (dict(text_encoder_2=None, tokenizer_2=None, add_watermarker=False) if xl else
                  dict(safety_checker=None, feature_extractor=None, requires_safety_checker=False))
        pipeline = pipeline_class(scheduler=scheduler(**config), **parts)
        pipeline.set_progress_bar_config(disable=True)
        draw = torch.Generator().manual_seed(5)
        width = unet.config.cross_attention_dim
        prompt_embeds, negative_embeds = torch.randn(2, 1, 77, width, generator=draw)
        pooled, negative_pooled = torch.randn(2, 1, 40, generator=draw)
        scale = pipeline.vae_scale_factor
        image = picture(8 * scale, 6 * scale)
        tensors = dict(image=image, prompt=prompt_embeds, negative=negative_embeds)
        arguments = dict(prompt_embeds=prompt_embeds, negative_prompt_embeds=negative_embeds, guidance_scale=3.0)
        if xl:
            tensors |= dict(pooled=pooled, negative_pooled=negative_pooled)
            arguments |= dict(pooled_prompt_embeds=pooled, negative_pooled_prompt_embeds=negative_pooled)
        for strength in strengths:
            pipeline.scheduler = scheduler(**config)
            start, last, evaluations = run(pipeline, image, 7, steps, strength, **arguments)
            tensors |= {f"{strength}.start": start, f"{strength}.latents": last}
            print(name, strength, evaluations)
        save_file({k: v.contiguous() for k, v in tensors.items()}, out / f"{name}.safetensors",
                  dict(_class_name=scheduler.__name__, steps=str(steps), **{k: str(v) for k, v in config.items()}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=pathlib.Path, help="folder with the model `default`")
    parser.add_argument("out", type=pathlib.Path, help="conformance/golden/image-to-image")
    parser.add_argument("tiny_out", type=pathlib.Path, nargs="?",
                        help="stages/src/test/resources/image-to-image; the networks are taken from the folders beside OUT")
    args = parser.parse_args()
    torch.set_num_threads(1)
    default_model(args.models, args.out)
    if args.tiny_out:
        tiny_models(args.out.parent, args.tiny_out)


if __name__ == "__main__":
    main()
