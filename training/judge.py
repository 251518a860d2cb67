"""Trains the judge contrastively on pictures and captions; --evaluate reports how well it sees.

One combination of style and background per object is held out from training. Half of the batches have pictures of
different objects with any caption, half two pictures of each object with full captions, so that style and background
count too. Beside the contrast within the batch, pictures and captions must find their object among one learnt vector
per object: hundreds of negatives at the price of a matrix product, so batches can be small and steps many.
Work folder: reads pictures/, tokenizer/; writes judge-training/ (checkpoints, log.csv), judge/ (model).
"""
import argparse
import json
import math
import zlib

import numpy as np
import torch
from torch.nn import functional as F

import averaging
from data import ALL_GROUPS, COLOR_NAMES, COLOR_RGB, FIRST_GROUPS, Pictures, caption
from judging import WIDTH, Judge, new_text, new_vision
from models import load_tokenizer
from run import Run, add_run_arguments
from work import add_work_argument, autocast, single_thread


class Renders:
    """Pictures of objects by name, those held out, and augmented batches."""

    def __init__(self, work, groups):
        self.pictures = Pictures(work)
        self.of_object = {}
        for i in self.pictures.select(groups):
            self.of_object.setdefault(self.pictures.name(i), []).append(i)
        self.names = sorted(self.of_object)
        self.place = {name: k for k, name in enumerate(self.names)}
        self.held = {name: self._hold(name) for name in self.names}

    def _hold(self, name):
        draw, own = zlib.crc32(name.encode()), self.of_object[name]
        return own[draw % len(own)], draw // 7 % len(COLOR_NAMES)

    def draw(self, name, rng):
        """A random (picture, color) of an object that is not held out."""
        while True:
            pair = int(rng.choice(self.of_object[name])), int(rng.integers(len(COLOR_NAMES)))
            if pair != self.held[name]:
                return pair

    def full_caption(self, i, color):
        return f"{self.pictures.name(i)}, {self.pictures.style(i)} style on a {COLOR_NAMES[color]} background"

    def batch(self, size, rng):
        """(pictures [size, 3, 128, 128], captions, places in `names` [size]): see the file's description."""
        if rng.random() < 0.5:
            pairs = [self.draw(name, rng) for name in rng.choice(self.names, size, replace=False)]
            captions = [self.pictures.name(i) if rng.random() < 0.3 else caption(self.pictures, i, c, rng)
                        for i, c in pairs]
        else:
            pairs = [self.draw(name, rng) for name in rng.choice(self.names, size // 2, replace=False) for _ in "ab"]
            captions = [self.full_caption(i, c) for i, c in pairs]
        objects = torch.tensor([self.place[self.pictures.name(i)] for i, _ in pairs])
        return self.augmented(pairs, rng), captions, objects

    def augmented(self, pairs, rng):
        """Shifted by up to 10 %, scaled by 0.85 to 1.1, colours moved a little, at times blurred or noisy."""
        count = len(pairs)
        rgba = torch.from_numpy(np.stack([self.pictures.rgba[i] for i, _ in pairs]).astype(np.float32)).permute(0, 3, 1, 2)
        rgba = torch.cat([rgba[:, :3] * rgba[:, 3:] / 255, rgba[:, 3:]], 1)  # premultiplied: no fringes
        place = torch.zeros(count, 2, 3)
        place[:, 0, 0] = place[:, 1, 1] = torch.from_numpy(1 / rng.uniform(0.85, 1.1, count))
        place[:, :, 2] = torch.from_numpy(rng.uniform(-0.2, 0.2, (count, 2)))
        rgba = F.grid_sample(rgba, F.affine_grid(place, rgba.shape, align_corners=False), align_corners=False)
        background = COLOR_RGB[[c for _, c in pairs]] + rng.normal(0, 6, (count, 3))
        background = torch.from_numpy(background.clip(0, 255).astype(np.float32))[:, :, None, None]
        x = (rgba[:, :3] + background * (1 - rgba[:, 3:] / 255)) / 127.5 - 1
        for k in range(count):
            draw = rng.random()
            if draw < 0.3:
                side = int(rng.integers(32, 97))
                small = F.interpolate(x[k:k + 1], (side, side), mode="area")
                x[k:k + 1] = F.interpolate(small, (128, 128), mode="bilinear")
            elif draw < 0.5:
                x[k] += torch.from_numpy(rng.normal(0, rng.uniform(0, 0.15), x[k].shape).astype(np.float32))
        return x.clamp(-1, 1)


@torch.no_grad()
def evaluate(judge, renders):
    """What the judge gets right on held-out renders; fractions in 0..1."""
    names = renders.names
    held = [renders.held[n] for n in names]
    x = renders.pictures.composite([i for i, _ in held], [c for _, c in held])
    prompts = [renders.full_caption(i, c) for i, c in held]
    blurred = F.interpolate(F.avg_pool2d(x, 16), (128, 128), mode="bilinear")
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(3)).clamp(-1, 1)
    real, soft, none, wrong = (judge.scores(p, t) for p, t in (
        (x, prompts), (blurred, prompts), (noise, prompts), (x, prompts[1:] + prompts[:1])))
    ranks = judge.ranks(x, names, names)
    return dict(top1=mean(ranks == 0), top5=mean(ranks < 5), real_over_blurred=mean(real > soft),
                blurred_over_noise=mean(soft > none), right_over_wrong=mean(real > wrong),
                score_real=mean(real), score_blurred=mean(soft), score_noise=mean(none), score_wrong=mean(wrong))


def mean(values):
    return round(values.float().mean().item(), 4)


def contrast(pictures, prompts, scale):
    """Symmetric cross-entropy between unit vectors [batch, width] that belong together row by row."""
    logits, own = scale.exp().clamp(max=100) * pictures @ prompts.T, torch.arange(len(pictures))
    return (F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own)) / 2


def recognition(vectors, objects, prototypes, scale):
    """Cross-entropy of finding the objects [batch] of unit vectors [batch, width] among prototypes [objects, width]."""
    return F.cross_entropy(scale.exp().clamp(max=100) * vectors @ F.normalize(prototypes, dim=1).T, objects)


def work_on(rank, args):
    single_thread()
    renders = Renders(args.work, FIRST_GROUPS if args.groups == "first" else ALL_GROUPS)
    tokenizer = load_tokenizer(args.work / "tokenizer")
    judge = Judge(new_vision(), new_text(tokenizer), tokenizer)
    scale = torch.nn.Parameter(torch.tensor(math.log(1 / 0.07)))
    prototypes = torch.nn.Parameter(torch.randn(len(renders.names), WIDTH))
    head = torch.nn.ParameterDict(dict(scale=scale, object_embeddings=prototypes))

    def on_save(run, final):
        judge.save(args.work / "judge")
        found = evaluate(judge, renders)
        (args.work / "judge/evaluation.json").write_text(json.dumps(found, indent=1))
        return dict(top1=found["top1"], top5=found["top5"])

    run = Run(rank, args, args.work / "judge-training", dict(vision=judge.vision, text=judge.text, head=head),
              ("contrast", "recognition", "top1", "top5"), on_save, weight_decay=0.05)
    rng = np.random.default_rng(run.random_seed)
    while run.goes_on():
        x, captions, objects = renders.batch(args.batch, rng)
        with autocast():
            pictures, prompts = judge.of_pictures(x), judge.of_prompts(captions)
        pictures, prompts = pictures.float(), prompts.float()
        within = contrast(pictures, prompts, scale)
        among = recognition(pictures, objects, prototypes, scale) + recognition(prompts, objects, prototypes, scale)
        run.learn(within + among / 2, contrast=within.item(), recognition=among.item() / 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_work_argument(parser)
    add_run_arguments(parser, lr=6e-4, batch=32)
    parser.add_argument("--groups", choices=("first", "all"), default="first", help="first: animals, plants, food")
    parser.add_argument("--evaluate", action="store_true", help="only report")
    args = parser.parse_args()
    if args.evaluate:
        renders = Renders(args.work, FIRST_GROUPS if args.groups == "first" else ALL_GROUPS)
        print(json.dumps(evaluate(Judge.load(args.work / "judge"), renders), indent=1))
    else:
        averaging.run(work_on, args)


if __name__ == "__main__":
    main()
