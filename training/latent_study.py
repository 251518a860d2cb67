"""Trains small autoencoders alike that differ in their latents: how much smaller each way (f), and how many channels.

All have about half a million weights, see the same pictures in the same order (never those that the judge holds out),
and end after --steps at a rate fallen to nothing. `tandem lab --study latent` measures what they lose on the held-out
pictures and what a U-Net on their latents costs. The loss and the pictures are those of vae.py.
Work folder: reads pictures/, npm/; writes latent-study/NAME/ (checkpoints, log.csv), export/latent/NAME (F16 folder).
"""
import argparse
import math

import numpy as np
import torch
from diffusers import AutoencoderKL

from data import FIRST_GROUPS, Pictures
from judge import Renders
from models import new_folder
from muon import MuonAndAdamW, split
from vae import batch, picture_loss
from work import (ActiveClock, CsvLog, StopSignal, add_work_argument, autocast, latest_checkpoint, load_state,
                  save_checkpoint, single_thread)

# Channels of the levels; a level less is less compression. Chosen for an equal number of weights.
LEVELS = {4: (16, 32, 52), 8: (16, 24, 32, 48)}
NAMES = [f"f{f}-c{c}" for f in LEVELS for c in (4, 8, 16)]
SEED = 11


def new_autoencoder(name):
    """f4-c16: latents of 16 channels, 4x smaller each way."""
    f, c = (int(part[1:]) for part in name.split("-"))
    widths = LEVELS[f]
    return AutoencoderKL(
        in_channels=3, out_channels=3, down_block_types=("DownEncoderBlock2D",) * len(widths),
        up_block_types=("UpDecoderBlock2D",) * len(widths), block_out_channels=widths, layers_per_block=1,
        latent_channels=c, norm_num_groups=4, sample_size=128, act_fn="silu")


class HeldOut:
    """The judge's held-out pictures in 8 bits, as they are in models/judge/held-out.png."""

    def __init__(self, work, limit):
        renders = Renders(work, FIRST_GROUPS)
        pairs = [renders.held[name] for name in renders.names][:limit]
        self.renders = {i for i, _ in renders.held.values()}
        x = renders.pictures.composite([i for i, _ in pairs], [c for _, c in pairs])
        self.x = ((x + 1) * 127.5).round().clamp(0, 255) / 127.5 - 1

    @torch.no_grad()
    def measure(self, vae, every):
        """(mean PSNR in dB of 8-bit pictures, deviation of the latents) of every so many-th picture."""
        values, latents = [], []
        for x in self.x[::every].split(1):
            latents.append(vae.encode(x).latent_dist.mean)
            y = ((vae.decode(latents[-1]).sample.clamp(-1, 1) + 1) * 127.5).round() / 127.5 - 1
            values.append(10 * math.log10(4 / max(1e-9, (y - x).square().mean().item())))
        return float(np.mean(values)), torch.cat(latents).std().item()


def train(name, args, pictures, held_out):
    folder = args.work / "latent-study" / name
    torch.manual_seed(SEED)
    vae = new_autoencoder(name)
    optimizer = MuonAndAdamW(*split([vae]), lr=args.lr, weight_decay=1e-4)
    step, seconds, newest = 0, 0.0, latest_checkpoint(folder)
    if newest:
        state = load_state(newest)
        vae.load_state_dict(state["vae"])
        optimizer.load_state_dict(state["optimizer"])
        step, seconds = state["step"], state["seconds"]
    if step >= args.steps:
        return True
    rng = np.random.default_rng((SEED, step))
    torch.manual_seed(SEED * 1_000_003 + step)
    clock, stop, saved, errors = ActiveClock(seconds), StopSignal(), seconds, []
    log = CsvLog(folder / "log.csv", ("step", "seconds", "absolute_error", "psnr_db"))
    chosen = np.array([i for i in pictures.select() if i not in held_out.renders])
    while True:
        part = step / args.steps
        for group in optimizer.param_groups:
            group["lr"] = args.lr * min(1, (step + 1) / 50) * (0.5 + 0.5 * math.cos(math.pi * part)) + 1e-6
        whole = part > 0.9
        x = batch(pictures, chosen, 2 if whole else 8, whole, rng)
        with autocast():
            posterior = vae.encode(x).latent_dist
            latent = posterior.mean.float()
            y = vae.decode(latent + 0.05 * torch.randn_like(latent)).sample
        loss, absolute = picture_loss(y.float(), x)
        loss = loss + 1e-3 * (latent.square().mean() - 1).clamp(min=0) \
            + 1e-3 * (posterior.logvar.float() + 6).square().mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        optimizer.step()
        step += 1
        errors.append(absolute.item())
        finished = step == args.steps
        if finished or stop.requested or clock.tick() - saved >= 120:
            psnr, deviation = held_out.measure(vae, 1 if finished else 16)
            vae.register_to_config(scaling_factor=1 / deviation)
            save_checkpoint(dict(vae=vae.state_dict(), optimizer=optimizer.state_dict(), step=step,
                                 seconds=clock.seconds), folder, step)
            log.row(step=step, seconds=round(clock.seconds), absolute_error=round(float(np.mean(errors)), 4),
                    psnr_db=round(psnr, 2))
            saved, errors = clock.seconds, []
        if finished:
            with new_folder(args.work / "export/latent" / name) as new:
                vae.half().save_pretrained(new)
        if finished or stop.requested:
            return finished


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_work_argument(parser)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(NAMES)}; default: all")
    parser.add_argument("--steps", type=int, default=700, help="of each: some two minutes of a core")
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--limit", type=int, help="measure on so many held-out pictures (smoke test)")
    args = parser.parse_args()
    if unknown := set(args.names) - set(NAMES):
        parser.error(f"unknown {sorted(unknown)}, there are {NAMES}")
    single_thread()
    pictures, held_out = Pictures(args.work), HeldOut(args.work, args.limit)
    for name in args.names or NAMES:
        print(name, flush=True)
        if not train(name, args, pictures, held_out):
            return


if __name__ == "__main__":
    main()
