"""End-to-end goldens of a model folder, by diffusers in F32: make_end_to_end.py MODEL OUT.safetensors [--held]

For case i: `i.input_ids` [1, tokens], `i.text` [1, tokens, width], `i.noise` [1, channels, 16, 16] that the seed
draws, `i.latents` [steps, channels, 16, 16] after every step, `i.image` [1, 3, 128, 128] in 0..1.
OUT.json lists prompt, seed, steps, guidance and scheduler of every case.
"""
import argparse
import json
import pathlib

import torch
from diffusers import (DDIMScheduler, DPMSolverMultistepScheduler, EulerAncestralDiscreteScheduler,
                       EulerDiscreteScheduler, StableDiffusionPipeline, UniPCMultistepScheduler)
from safetensors.torch import save_file

SAMPLERS = {"ddim": DDIMScheduler, "dpmpp-2m": DPMSolverMultistepScheduler, "euler": EulerDiscreteScheduler,
            "euler-a": EulerAncestralDiscreteScheduler, "unipc": UniPCMultistepScheduler}
# prompt, seed, steps, guidance, sampler, negative prompt, guidance rescale
CASES = [
    ("red apple, flat style", 7, 20, 5.0, "ddim", "", 0),
    ("blue whale, noto style on a yellow background", 42, 10, 3.0, "ddim", "blurry", 0),
    ("rocket, glossy style", 4294967301, 15, 5.0, "dpmpp-2m", "", 0),
    ("pizza, glossy style on a teal background", 11, 10, 5.0, "euler", "", 0),
    ("penguin, noto style", 12, 10, 5.0, "euler-a", "", 0),
    ("tiger face", 13, 8, 7.5, "unipc", "", 0.7)]
HELD_CASES = [
    ("guitar, twemoji style on a green background", 123, 12, 4.0, "ddim", "red", 0),
    ("tiger face", 99, 20, 7.5, "dpmpp-2m", "", 0.7),
    ("house with garden, noto style", 5, 8, 1.0, "ddim", "", 0)]


def run(pipeline, case):
    """(tensors, description) of one case."""
    prompt, seed, steps, guidance, sampler, negative, rescale = case
    pipeline.scheduler = SAMPLERS[sampler].from_config(pipeline.scheduler.config)
    latents = []

    def remember(pipe, step, time, values):
        latents.append(values["latents"].clone())
        return values

    channels = pipeline.unet.config.in_channels
    noise = torch.randn(1, channels, 16, 16, generator=torch.Generator().manual_seed(seed))
    image = pipeline(
        prompt, negative_prompt=negative or None, num_inference_steps=steps, guidance_scale=guidance,
        guidance_rescale=rescale,
        generator=torch.Generator().manual_seed(seed), height=128, width=128, output_type="pt",
        callback_on_step_end=remember).images
    ids = pipeline.tokenizer(prompt, padding="max_length", truncation=True,
                             max_length=pipeline.tokenizer.model_max_length, return_tensors="pt").input_ids
    with torch.no_grad():
        text = pipeline.text_encoder(ids)[0]
    return (dict(text=text, input_ids=ids.int(), noise=noise, latents=torch.cat(latents), image=image),
            dict(prompt=prompt, negative=negative, seed=seed, steps=steps, guidance=guidance, sampler=sampler,
                 guidance_rescale=rescale,
                 scheduler=dict(pipeline.scheduler.config)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--held", action="store_true", help="the cases kept for acceptance")
    args = parser.parse_args()
    torch.set_num_threads(2)
    pipeline = StableDiffusionPipeline.from_pretrained(args.model, safety_checker=None, torch_dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    tensors, cases = {}, []
    for i, case in enumerate(HELD_CASES if args.held else CASES):
        values, description = run(pipeline, case)
        tensors |= {f"{i}.{name}": value.contiguous() for name, value in values.items()}
        cases.append(description)
    save_file(tensors, args.out)
    args.out.with_suffix(".json").write_text(json.dumps(cases, indent=1, default=str))


if __name__ == "__main__":
    main()
