"""Trains the U-Net and the text encoder together on cached latents: v-prediction, EMA, 10 % empty prompts.

Runs until --minutes of work are done or a SIGTERM arrives, saves every five minutes, resumes from the newest
checkpoint. The learning rate is constant after warm-up; --cooldown MINUTES starts from the newest checkpoint, lets
the rate fall to nothing and exports the result without touching the checkpoints.

Work folder: reads vae/, tokenizer/, latents/, pictures/; writes unet/step-N.pt, unet/log.csv, export/current.
"""
import argparse
import pathlib

import numpy as np
import torch

import averaging
from data import COMMON_OBJECTS, Pictures, caption
from diffusion import Noising
from latents import load_latents
from models import (AutoencoderKL, CLIPTextModel, UNet2DConditionModel, export_model, load_part, load_tokenizer,
                    new_schedule, new_text_encoder, new_unet, token_ids)
from run import Run, add_run_arguments
from work import add_work_argument, autocast, single_thread


class Examples:
    """Random batches: latents [batch, 8, 16, 16] and token ids [batch, 32]."""

    def __init__(self, work, vae, tokenizer, seed, common=0.0):
        """Of the pictures, a share of `common` shows COMMON_OBJECTS; the rest is drawn evenly from all."""
        self.pictures, self.tokenizer = Pictures(work), tokenizer
        self.latent, self.index, self.color = load_latents(work, vae)
        self.rng, self.share = np.random.default_rng(seed), common
        self.common = np.flatnonzero([self.pictures.name(i) in COMMON_OBJECTS for i in self.index])

    def batch(self, size, empty=0.1):
        rows = self.rng.integers(0, len(self.index), size)
        if len(self.common):
            rows = np.where(self.rng.random(size) < self.share, self.rng.choice(self.common, size), rows)
        # Two pictures of five are on white, the first cached colour.
        columns = np.where(self.rng.random(size) < 0.4, 0, self.rng.integers(1, self.color.shape[1], size))
        prompts = ["" if self.rng.random() < empty else caption(self.pictures, self.index[r], self.color[r, c], self.rng)
                   for r, c in zip(rows, columns)]
        return self.latent[rows, columns], token_ids(self.tokenizer, prompts)


class Check:
    """The v error of fixed latents, prompts and noises at five noise levels: comparable along a whole run."""

    def __init__(self, examples, noising, count=32):
        generator = torch.Generator().manual_seed(7)
        self.x, self.ids = examples.batch(count, empty=0)
        self.noise = torch.randn(self.x.shape, generator=generator)
        self.times = [torch.full((count,), t) for t in (100, 300, 500, 700, 900)]
        self.noising = noising

    @torch.no_grad()
    def error(self, unet, text_encoder):
        hidden = text_encoder(self.ids)[0]
        errors = [unet(self.noising.noisy(self.x, self.noise, t), t, encoder_hidden_states=hidden).sample
                  - self.noising.velocity(self.x, self.noise, t) for t in self.times]
        return torch.stack(errors).square().mean().item()


def start_weights(model, unet, text_encoder):
    """Takes the weights of a model folder."""
    unet.load_state_dict(load_part(UNet2DConditionModel, model / "unet").state_dict())
    text_encoder.load_state_dict(load_part(CLIPTextModel, model / "text_encoder").state_dict())


def work_on(rank, args):
    single_thread()
    vae, tokenizer = load_part(AutoencoderKL, args.work / "vae").eval(), load_tokenizer(args.work / "tokenizer")
    schedule = new_schedule()
    noising = Noising(schedule)
    unet, text_encoder = new_unet(), new_text_encoder(tokenizer)
    if args.init:
        start_weights(args.init, unet, text_encoder)
    check = Check(Examples(args.work, vae, tokenizer, 7), noising) if rank == 0 else None
    exported = 0.0

    def on_save(run, final):
        nonlocal exported
        if final or not args.cooldown and run.minutes - exported >= args.export_minutes:
            export_model(args.export or args.work / "export/current", vae, tokenizer, text_encoder, unet, schedule)
            exported = run.minutes
        return dict(check_v_mse=round(check.error(unet, text_encoder), 4))

    run = Run(rank, args, args.work / "unet", dict(unet=unet, text_encoder=text_encoder), ("v_mse", "check_v_mse"),
              on_save)
    examples = Examples(args.work, vae, tokenizer, run.random_seed, args.common)
    while run.goes_on():
        x, ids = examples.batch(args.batch)
        times, noise = noising.draw_times(args.batch), torch.randn_like(x)
        with autocast():
            hidden = text_encoder(ids)[0]
            predicted = unet(noising.noisy(x, noise, times), times, encoder_hidden_states=hidden).sample
        loss = (predicted.float() - noising.velocity(x, noise, times)).square().mean()
        run.learn(loss, v_mse=loss.item())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_work_argument(parser)
    add_run_arguments(parser, lr=8e-4, batch=32)
    parser.add_argument("--init", type=pathlib.Path, help="model folder to start from where there is no checkpoint")
    parser.add_argument("--common", type=float, default=0.0, metavar="SHARE",
                        help="of the pictures, so many show data.COMMON_OBJECTS (0 to 1)")
    parser.add_argument("--export-minutes", type=float, default=20)
    parser.add_argument("--export", type=pathlib.Path, help="model folder to write (default: WORK/export/current)")
    averaging.run(work_on, parser.parse_args())


if __name__ == "__main__":
    main()
