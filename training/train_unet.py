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
from data import Pictures, caption
from diffusion import Noising
from latents import load_latents
from models import (AutoencoderKL, CLIPTextModel, UNet2DConditionModel, export_model, load_part, load_tokenizer,
                    new_schedule, new_text_encoder, new_unet, token_ids)
from work import (ActiveClock, CsvLog, StopSignal, add_work_argument, autocast, latest_checkpoint, load_state,
                  save_checkpoint, single_thread)

AVERAGE_EVERY = 8
LOG = ("step", "seconds", "pictures", "v_mse", "check_v_mse", "lr")


class Examples:
    """Random batches: latents [batch, 8, 16, 16] and token ids [batch, 32]."""

    def __init__(self, work, vae, tokenizer, seed):
        self.pictures, self.tokenizer = Pictures(work), tokenizer
        self.latent, self.index, self.color = load_latents(work, vae)
        self.rng = np.random.default_rng(seed)

    def batch(self, size, empty=0.1):
        rows = self.rng.integers(0, len(self.index), size)
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


def learning_rate(args, step, minutes):
    if args.cooldown:
        return args.lr * max(0.02, 1 - minutes / args.cooldown)
    return args.lr * min(1, (step + 1) / 150)


def work_on(rank, args):
    single_thread()
    vae, tokenizer = load_part(AutoencoderKL, args.work / "vae").eval(), load_tokenizer(args.work / "tokenizer")
    schedule = new_schedule()
    noising = Noising(schedule)
    unet, text_encoder = new_unet(), new_text_encoder(tokenizer)
    if args.init:
        unet.load_state_dict(load_part(UNet2DConditionModel, args.init / "unet").state_dict())
        text_encoder.load_state_dict(load_part(CLIPTextModel, args.init / "text_encoder").state_dict())
    parameters = list(unet.parameters()) + list(text_encoder.parameters())
    averaging.share(parameters)
    optimizer = torch.optim.AdamW(parameters, lr=args.lr, betas=(0.9, 0.99), weight_decay=1e-2, fused=True)
    ema = [p.detach().clone() for p in parameters]
    folder, step, pictures, seconds = args.work / "unet", 0, 0, 0.0
    newest = latest_checkpoint(folder)
    if newest:
        state = load_state(newest)
        step, pictures, seconds = state["step"], state["pictures"], state["seconds"]
        unet.load_state_dict(state["unet"])
        text_encoder.load_state_dict(state["text_encoder"])
        optimizer.load_state_dict(state["optimizer"])
        ema = state["ema"]
    # Random numbers are a function of seed, rank and the step that the run starts from.
    seed = args.seed * 1_000_003 + step * 16 + rank
    torch.manual_seed(seed)
    examples = Examples(args.work, vae, tokenizer, seed)
    check = Check(Examples(args.work, vae, tokenizer, 7), noising) if rank == 0 else None
    log = CsvLog(folder / ("cooldown.csv" if args.cooldown else "log.csv"), LOG) if rank == 0 else None
    stop, clock = StopSignal(), ActiveClock(seconds)
    started, saved, exported, first, errors = seconds, seconds, seconds, step, []
    limit = args.cooldown or args.minutes

    def save(final=False):
        nonlocal saved, exported, errors
        kept = [p.detach().clone() for p in parameters]
        if not args.cooldown:
            save_checkpoint(dict(step=step, pictures=pictures, seconds=clock.seconds, unet=unet.state_dict(),
                                 text_encoder=text_encoder.state_dict(), optimizer=optimizer.state_dict(), ema=ema),
                            folder, step)
        for p, e in zip(parameters, ema):
            p.data.copy_(e)
        log.row(step=step, seconds=round(clock.seconds), pictures=pictures, v_mse=round(float(np.mean(errors)), 4),
                check_v_mse=round(check.error(unet, text_encoder), 4), lr=optimizer.param_groups[0]["lr"])
        due = clock.seconds - exported >= 60 * args.export_minutes
        if final or due and not args.cooldown:
            export_model(args.export or args.work / "export/current", vae, tokenizer, text_encoder, unet, schedule)
            exported = clock.seconds
        for p, k in zip(parameters, kept):
            p.data.copy_(k)
        saved, errors = clock.seconds, []

    while True:
        lr = learning_rate(args, step, (clock.seconds - started) / 60)
        for group in optimizer.param_groups:
            group["lr"] = lr
        x, ids = examples.batch(args.batch)
        times, noise = noising.draw_times(args.batch), torch.randn_like(x)
        with autocast():
            hidden = text_encoder(ids)[0]
            predicted = unet(noising.noisy(x, noise, times), times, encoder_hidden_states=hidden).sample
        loss = (predicted.float() - noising.velocity(x, noise, times)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        errors.append(loss.item())
        step, pictures = step + 1, pictures + args.batch * args.workers
        clock.tick()
        if step % AVERAGE_EVERY:
            continue
        done = stop.requested or limit and clock.seconds - started >= 60 * limit \
            or args.steps and step - first >= args.steps
        done = averaging.average(parameters, done)
        horizon = 0.998 if args.cooldown else args.ema
        with torch.no_grad():
            torch._foreach_lerp_(ema, [p.detach() for p in parameters],
                                 1 - min(horizon, (1 + step) / (20 + step)) ** AVERAGE_EVERY)
        if rank == 0 and (done or clock.seconds - saved >= 60 * args.save_minutes):
            save(final=done)
        if done:
            return


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_work_argument(parser)
    parser.add_argument("--init", type=pathlib.Path, help="model folder to start from where there is no checkpoint")
    parser.add_argument("--minutes", type=float, help="work so long (default: until SIGTERM)")
    parser.add_argument("--steps", type=int, help="or so many steps")
    parser.add_argument("--cooldown", type=float, metavar="MINUTES", help="falling rate, then export")
    parser.add_argument("--workers", type=int, default=2, help="single-thread processes, one per core")
    parser.add_argument("--batch", type=int, default=12, help="per process; 12 to 16 fit the cache, 32 do not")
    parser.add_argument("--lr", type=float, default=8e-4)
    parser.add_argument("--ema", type=float, default=0.9998,
                        help="longest EMA decay; until then the horizon is a twentieth of the run")
    parser.add_argument("--save-minutes", type=float, default=5)
    parser.add_argument("--export-minutes", type=float, default=20)
    parser.add_argument("--export", type=pathlib.Path, help="model folder to write (default: WORK/export/current)")
    parser.add_argument("--seed", type=int, default=1)
    averaging.run(work_on, parser.parse_args())


if __name__ == "__main__":
    main()
