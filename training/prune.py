"""Makes a model of fewer multiply-adds from a model folder: first whole blocks, then channels. distill_pruned.py heals it.

Blocks: each that can be left out is, alone; the squared difference of the output from the whole U-Net's, over held-out
latents at five noise levels, is what it costs. Of all sets that leave --blocks of the multiply-adds, the one of the
least sum is taken (LAPTOP-Diff, Zhang et al., 2024: the costs nearly add up). Channels: see prune_channels.py; their
importance is that for the v error of the whole U-Net. With --random-like NAME both choices are drawn by chance, of the
same size: what a choice by importance has to beat.

Work folder: reads the base in export/, latents/, pictures/, judge.py's held-out renders; writes prune/NAME/scores-*.json
(resumes from it), prune/NAME/model (the folder before fine-tuning), prune/NAME/prune.json (what was cut).
"""
import argparse
import json
import os

import numpy as np
import torch

import prune_blocks as blocks
import prune_channels as channels
from data import FIRST_GROUPS
from diffusion import Noising
from judge import Renders
from models import (PROMPT_TOKENS, AutoencoderKL, CLIPTextModel, DDIMScheduler, UNet2DConditionModel, export_model,
                    load_part, load_tokenizer)
from train_unet import Examples
from work import add_work_argument, single_thread

TIMES = (100, 300, 500, 700, 900)


class Base:
    """The model folder that is pruned, in float32, and its pictures: those to learn from and those held out."""

    def __init__(self, work, name):
        folder = work / "export" / name
        self.unet = load_part(UNet2DConditionModel, folder / "unet").eval().requires_grad_(False)
        self.unet.set_attn_processor(blocks.AttnProcessor())
        self.text_encoder = load_part(CLIPTextModel, folder / "text_encoder").eval().requires_grad_(False)
        self.tokenizer, self.vae = load_tokenizer(folder / "tokenizer"), load_part(AutoencoderKL, folder / "vae").eval()
        self.schedule = DDIMScheduler.from_pretrained(folder / "scheduler")
        self.noising, self._work = Noising(self.schedule), work
        self._held = {i for i, _ in Renders(work, FIRST_GROUPS).held.values()}

    def examples(self, seed, held=False):
        """Random batches of the pictures that the judge holds out, or of all others."""
        examples = Examples(self._work, self.vae, self.tokenizer, seed)
        rows = np.flatnonzero([(i in self._held) == held for i in examples.index])
        examples.latent, examples.index, examples.color = (
            values[rows] for values in (examples.latent, examples.index, examples.color))
        return examples

    @torch.no_grad()
    def hidden(self, ids):
        return self.text_encoder(ids)[0]

    def export(self, folder, unet):
        export_model(folder, self.vae, self.tokenizer, self.text_encoder, unet, self.schedule)


class Probe:
    """Held-out latents with noise at TIMES, and what the whole U-Net answers."""

    def __init__(self, base, count):
        generator, self.batches = torch.Generator().manual_seed(7), []
        for time in TIMES:
            x, ids = base.examples(time, held=True).batch(count)
            noise, times = torch.randn(x.shape, generator=generator), torch.full((count,), time)
            inputs = dict(sample=base.noising.noisy(x, noise, times), timestep=times,
                          encoder_hidden_states=base.hidden(ids))
            with torch.no_grad():
                self.batches.append((inputs, base.noising.velocity(x, noise, times), base.unet(**inputs).sample))

    @torch.no_grad()
    def errors(self, unet):
        """(squared difference from the whole U-Net, squared error of v)."""
        found = []
        for inputs, velocity, whole in self.batches:
            answer = unet.eval()(**inputs).sample
            found.append(((answer - whole).square().mean().item(), (answer - velocity).square().mean().item()))
        return tuple(np.mean(found, 0))

    def taylor(self, unet):
        """|gradient x weight| for the v error, of every weight by name, summed over the batches."""
        named, total = dict(unet.requires_grad_(True).named_parameters()), {}
        for inputs, velocity, _ in self.batches:
            answer = unet(**inputs).sample
            loss = (answer - velocity).square().mean()
            for name, g in zip(named, torch.autograd.grad(loss, list(named.values()))):
                total[name] = total.get(name, 0) + (g * named[name].detach()).abs()
        return total


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".part").write_text(json.dumps(value, indent=1) + "\n")
    os.replace(path.with_suffix(".part"), path)


def score_blocks(base, probe, path):
    """The output loss of every block that can be left out; what the file has already is not measured again."""
    scores = json.loads(path.read_text()) if path.exists() else {}
    for name in blocks.units(base.unet.config):
        if name not in scores:
            scores[name] = probe.errors(blocks.cut(base.unet, [name]))[0]
            write_json(path, scores)
        print(f"without {name}: {scores[name]:.5f}", flush=True)
    return scores


def best_blocks(base, probe, share, path):
    scores = score_blocks(base, probe, path)
    fit = [(sum(scores[n] for n in names), names) for names, left in blocks.choices(base.unet.config, PROMPT_TOKENS)
           if left <= share]
    if not fit:
        raise SystemExit(f"no set of blocks leaves {share} of the multiply-adds or less")
    return list(min(fit)[1])


def random_blocks(base, like, rng):
    """Another set that leaves as many multiply-adds with the same widths as `like`, or up to 3 percent more."""
    fit = []
    for names, _ in blocks.choices(base.unet.config, PROMPT_TOKENS):
        narrow = channels.narrowed(blocks.without(base.unet.config, names), like["block_out_channels"])
        more = blocks.multiply_adds(narrow, PROMPT_TOKENS) / like["multiply_adds"] - 1
        if 0 <= more <= 0.03 and set(names) != set(like["without"]):
            fit.append(names)
    if not fit:
        raise SystemExit(f"no other set of blocks is of the size of {like['without']}")
    print(f"{len(fit)} sets of blocks are of the size of {like['without']}: {fit}")
    return list(fit[rng.integers(len(fit))])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_work_argument(parser)
    parser.add_argument("name", help="of the result")
    parser.add_argument("--base", default="default", help="folder in WORK/export (default: default)")
    parser.add_argument("--blocks", type=float, default=0.88, help="share of the multiply-adds that whole blocks leave")
    parser.add_argument("--channels", type=float, default=0.85, help="share of those that fewer channels leave")
    parser.add_argument("--random-like", metavar="NAME", help="blocks and channels by chance, as many as NAME lost")
    parser.add_argument("--count", type=int, default=16, help="held-out pictures at each noise level")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    single_thread()
    torch.manual_seed(args.seed)
    folder, rng = args.work / "prune" / args.name, np.random.default_rng(args.seed)
    base = Base(args.work, args.base)
    probe = Probe(base, args.count)
    if args.random_like:
        like = json.loads((args.work / "prune" / args.random_like / "prune.json").read_text())
        names, widths = random_blocks(base, like, rng), like["block_out_channels"]
        layout = channels.Layout(blocks.cut(base.unet, names))
        importance = {n: torch.rand(s.size) for n, s in layout.spaces.items()}
    else:
        names = best_blocks(base, probe, args.blocks, folder / f"scores-{args.base}-{args.count}.json")
        layout = channels.Layout(blocks.cut(base.unet, names))
        importance = layout.importance(blocks.carry(probe.taylor(base.unet), base.unet.config, names))
        widths = channels.choose_widths(layout, importance, args.channels, PROMPT_TOKENS)
    channels.check(layout, PROMPT_TOKENS)
    kept = channels.choose_channels(layout, importance, widths)
    small = channels.cut(layout, kept, widths)
    base.export(folder / "model", small)
    difference, error = probe.errors(small)
    whole, left = (blocks.multiply_adds(unet.config, PROMPT_TOKENS) for unet in (base.unet, small))
    found = dict(base=args.base, without=names, block_out_channels=widths, multiply_adds=left, share=left / whole,
                 parameters=small.num_parameters(), share_of_parameters=small.num_parameters() / base.unet.num_parameters(),
                 output_loss=difference, v_error=error, v_error_of_base=probe.errors(base.unet)[1],
                 streams={name: kept[s.name].tolist() for name, s in layout.streams.items()})
    write_json(folder / "prune.json", found)
    print(json.dumps({k: v for k, v in found.items() if k != "streams"}, indent=1))


if __name__ == "__main__":
    main()
