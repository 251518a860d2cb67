"""Trains the autoencoder, or with --decoder only its decoder, so that latents that exist stay valid.

Loss: squared error (colours), absolute error, absolute error of the gradients (edges) and of 4x4 means (areas).
The latent is the encoder's mean plus a little noise: sampling it instead lets the latents collapse.
Work folder: reads pictures/; writes vae/ (model folder part), vae-training/step-N.pt, vae-training/log.csv.
With --decoder the result goes to vae-decoder/ and takes the place of vae/ by hand once it is better.
"""
import argparse
import math

import numpy as np
import torch
from torch.nn import functional as F

from data import COLOR_NAMES, FIRST_GROUPS, Pictures
from models import AutoencoderKL, load_part, new_vae
from work import (ActiveClock, CsvLog, StopSignal, add_work_argument, latest_checkpoint, load_state, save_checkpoint)


def batch(pictures, chosen, count, whole, rng):
    """Pictures [count, 3, size, size]: whole ones (128), or halves of the batches shrunk to 64 or cropped to 64."""
    colors = np.where(rng.random(count) < 0.4, 0, rng.integers(0, len(COLOR_NAMES), count))
    x = pictures.composite(rng.choice(chosen, count), colors)
    if not whole and rng.random() < 0.5:
        x = F.avg_pool2d(x, 2)
    elif not whole:
        corners = rng.integers(0, 65, (count, 2))
        x = torch.stack([p[:, top:top + 64, left:left + 64] for p, (top, left) in zip(x, corners)])
    return x.flip(3) if rng.random() < 0.5 else x


def differences(x):
    return x[..., 1:] - x[..., :-1], x[..., 1:, :] - x[..., :-1, :]


def picture_loss(y, x):
    """(loss, absolute error) between pictures in -1..1; areas are compared at 1/2, 1/4 and 1/8 of the size."""
    error = y - x
    absolute = error.abs().mean()
    edges = sum(d.abs().mean() for d in differences(error))
    areas = sum(F.avg_pool2d(error, k).abs().mean() for k in (2, 4, 8)) / 3
    return 2 * error.square().mean() + 0.5 * absolute + 0.5 * edges + 0.25 * areas, absolute


@torch.no_grad()
def measure(vae, pictures, chosen, count=24):
    """(mean signal-to-noise ratio in dB, deviation of the latents) of fixed whole pictures, peak to peak 2."""
    picked = chosen[::max(1, len(chosen) // count)][:count]
    errors, latents = [], []
    for k, i in enumerate(picked):
        x = pictures.composite([i], [k % len(COLOR_NAMES)])
        latents.append(vae.encode(x).latent_dist.mean)
        errors.append((vae.decode(latents[-1]).sample.clamp(-1, 1) - x).square().mean().item())
    return float(np.mean([10 * math.log10(4 / e) for e in errors])), torch.cat(latents).std().item()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_work_argument(parser)
    parser.add_argument("--minutes", type=float, default=42, help="length of the whole run")
    parser.add_argument("--steps", type=int, help="stop earlier, after so many steps of this start")
    parser.add_argument("--decoder", action="store_true", help="freeze the encoder, train on whole pictures only")
    parser.add_argument("--lr", type=float, help="highest rate (default 1.5e-3, with --decoder 5e-4)")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    pictures = Pictures(args.work)
    chosen = np.array(pictures.select(FIRST_GROUPS) if args.decoder else pictures.select())
    state_folder = args.work / ("vae-decoder-training" if args.decoder else "vae-training")
    target = args.work / ("vae-decoder" if args.decoder else "vae")
    vae = load_part(AutoencoderKL, args.work / "vae") if args.decoder else new_vae()
    if args.decoder:
        vae.encoder.requires_grad_(False)
        vae.quant_conv.requires_grad_(False)
    trained = [p for p in vae.parameters() if p.requires_grad]
    highest = args.lr or (5e-4 if args.decoder else 1.5e-3)
    optimizer = torch.optim.AdamW(trained, lr=highest, weight_decay=1e-4, betas=(0.9, 0.99), fused=True)
    step, seconds, newest = 0, 0.0, latest_checkpoint(state_folder)
    if newest:
        state = load_state(newest)
        vae.load_state_dict(state["vae"])
        optimizer.load_state_dict(state["optimizer"])
        step, seconds = state["step"], state["seconds"]
    first = step
    torch.manual_seed(step)
    rng, clock, stop = np.random.default_rng(step), ActiveClock(seconds), StopSignal()
    log = CsvLog(state_folder / "log.csv", ("step", "seconds", "absolute_error", "psnr_db", "lr"))
    saved, errors = seconds, []

    def save():
        psnr, deviation = measure(vae, pictures, chosen)
        if not args.decoder:
            vae.register_to_config(scaling_factor=1 / deviation)
        save_checkpoint(dict(vae=vae.state_dict(), optimizer=optimizer.state_dict(), step=step, seconds=clock.seconds),
                        state_folder, step)
        log.row(step=step, seconds=round(clock.seconds), absolute_error=round(float(np.mean(errors)), 4),
                psnr_db=round(psnr, 2), lr=round(rate, 7))
        vae.save_pretrained(target)

    while True:
        part = min(1, clock.tick() / (60 * args.minutes))
        rate = highest * min(1, (step + 1) / 100) * (0.5 + 0.5 * math.cos(math.pi * part)) + 1e-6
        for group in optimizer.param_groups:
            group["lr"] = rate
        whole = args.decoder or part > 0.9
        x = batch(pictures, chosen, 2 if whole else 8, whole, rng)
        with torch.set_grad_enabled(not args.decoder):
            posterior = vae.encode(x).latent_dist
        y = vae.decode(posterior.mean + 0.05 * torch.randn_like(posterior.mean)).sample
        loss, absolute = picture_loss(y, x)
        if not args.decoder:
            loss = loss + 1e-3 * (posterior.mean.square().mean() - 1).clamp(min=0) \
                + 1e-3 * (posterior.logvar + 6).square().mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        step += 1
        errors.append(absolute.item())
        finished = part >= 1 or stop.requested or step - first == args.steps
        if finished or clock.seconds - saved >= 300:
            save()
            saved, errors = clock.seconds, []
        if finished:
            return


if __name__ == "__main__":
    main()
