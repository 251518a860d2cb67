"""Samples a model folder with diffusers and lets the judge look: evaluate.py MODEL

Prompts are spread over objects, styles and backgrounds, the same for every model (--seed). Reports top-1 and top-5 of
the object among all objects, and the mean CLIP score (cosine) with the whole prompt, as JSON; --sheet writes a
contact sheet PNG with the prompts in reading order in the JSON.
"""
import argparse
import json
import pathlib

import numpy as np
import torch
from PIL import Image

from data import COLOR_NAMES, COMMON_OBJECTS, FIRST_GROUPS, STYLES, Pictures
from judging import Judge
from lora import load_pipeline
from work import add_work_argument


def choose_prompts(names, count, seed):
    """[(name, prompt)]: objects spread evenly, half of them on white."""
    rng = np.random.default_rng(seed)
    out = []
    for name in (names[k] for k in np.linspace(0, len(names), count, endpoint=False).astype(int)):
        prompt = f"{name}, {rng.choice(STYLES)} style"
        if rng.random() < 0.5:
            prompt += f" on a {rng.choice(COLOR_NAMES)} background"
        out.append((name, prompt))
    return out


def sample(model, prompts, steps, guidance, seed, batch=8):
    """Pictures [count, 3, 128, 128] in 0..1 by DDIM, or whatever scheduler the model folder names."""
    pipeline = load_pipeline(model)
    pipeline.set_progress_bar_config(disable=True)
    out = []
    for k in range(0, len(prompts), batch):
        part = prompts[k:k + batch]
        generators = [torch.Generator().manual_seed(seed + k + j) for j in range(len(part))]
        out.append(pipeline(part, num_inference_steps=steps, guidance_scale=guidance, generator=generators,
                            height=128, width=128, output_type="pt").images)
    return torch.cat(out)


def contact_sheet(pictures, path, columns=8):
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * 132, rows * 132), (90, 90, 90))
    for k, picture in enumerate(pictures):
        pixels = (picture.permute(1, 2, 0).numpy() * 255).round().clip(0, 255).astype(np.uint8)
        sheet.paste(Image.fromarray(pixels), (k % columns * 132 + 2, k // columns * 132 + 2))
    sheet.save(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_work_argument(parser)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=48)
    parser.add_argument("--common", action="store_true", help="only data.COMMON_OBJECTS, still told from all objects")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance", type=float, default=4.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sheet", type=pathlib.Path, help="PNG to write")
    parser.add_argument("--no-judge", action="store_true", help="only sample")
    args = parser.parse_args()
    pictures = Pictures(args.work)
    names = sorted({pictures.name(i) for i in pictures.select(FIRST_GROUPS)})
    chosen = choose_prompts(COMMON_OBJECTS if args.common else names, args.count, args.seed)
    prompts = [prompt for _, prompt in chosen]
    images = sample(args.model, prompts, args.steps, args.guidance, args.seed)
    report = dict(model=str(args.model), steps=args.steps, guidance=args.guidance, seed=args.seed, count=len(prompts))
    if not args.no_judge:
        judge, x = Judge.load(args.work / "judge"), images * 2 - 1
        ranks = judge.ranks(x, names, [name for name, _ in chosen])
        report |= dict(top1=(ranks == 0).float().mean().item(), top5=(ranks < 5).float().mean().item(),
                       clip_score=judge.scores(x, prompts).mean().item())
    if args.sheet:
        contact_sheet(images, args.sheet)
        report |= dict(sheet=str(args.sheet), prompts=prompts)
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
