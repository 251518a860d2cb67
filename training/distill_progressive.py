"""Progressive distillation: a student does in one DDIM step what its teacher does in several.

Salimans and Ho, 2022, from a teacher with built-in guidance (distill_guidance.py). Rounds, in order, each a run of its
own: `--round 50` (of 100 steps), then `10`, then `5`.
Times are spaced as DDIM's `trailing` spacing, which the exported folder names: sample it with exactly n steps.
Work folder: reads export/guided or export/steps-M, latents/; writes distill-N/ and export/steps-N.
"""
import argparse

import torch
from diffusers import DDIMScheduler

import averaging
from diffusion import Ddim, Noising
from lora import export_student
from run import Run, add_run_arguments
from student import BASE, Teacher, draw_guidance, new_student, predict, weighted_error
from work import add_work_argument, autocast, single_thread

# Student steps -> (teacher folder in export/, teacher steps that one student step replaces)
ROUNDS = {50: ("guided", 2), 10: ("steps-50", 5), 5: ("steps-10", 2)}


def trailing_times(steps):
    """Integer times [steps + 1], highest first; the last, -1, stands for the clean picture."""
    return torch.linspace(1000, 0, steps + 1).round().long() - 1


def work_on(rank, args):
    single_thread()
    source, parts = ROUNDS[args.round]
    teacher = Teacher(args.work / "export" / source)
    if not teacher.has_guidance_input:
        raise SystemExit(f"{teacher.folder} has no guidance input; run distill_guidance.py first")
    noising = Noising(teacher.schedule)
    ddim, coarse = Ddim(noising), trailing_times(args.round)
    fine = trailing_times(args.round * parts)
    student = new_student(teacher)
    schedule = DDIMScheduler.from_config(teacher.schedule.config, timestep_spacing="trailing")

    def on_save(run, final):
        export_student(args.work / f"export/steps-{args.round}", BASE, student, schedule)

    run = Run(rank, args, args.work / f"distill-{args.round}", dict(unet=student), ("v_mse",), on_save, weight_decay=0)
    examples = teacher.examples(args.work, run.random_seed)
    while run.goes_on():
        latent, ids = examples.batch(args.batch, empty=0)
        k = torch.randint(0, args.round, (args.batch,))
        now, then, w, hidden = coarse[k], coarse[k + 1], draw_guidance(args.batch), teacher.hidden(ids)
        x = noising.noisy(latent, torch.randn_like(latent), now)
        with autocast():
            y = x
            for j in range(parts):
                start, end = fine[k * parts + j], fine[k * parts + j + 1]
                y = ddim.move(y, teacher.velocity(y, start, hidden, w).float(), start, end)
            target = ddim.velocity_between(x, y, now, then)
            predicted = predict(student, x, now, hidden, w)
        # Truncated signal-to-noise weight, max(SNR, 1), of the clean picture, written for v.
        snr = (noising.alpha[now] / noising.sigma[now]).square()
        loss = weighted_error(predicted.float(), target, snr.clamp(min=1) / (snr + 1))
        run.learn(loss, v_mse=(predicted.detach().float() - target).square().mean().item())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_work_argument(parser)
    add_run_arguments(parser, lr=3e-4, batch=32)
    parser.add_argument("--round", type=int, choices=ROUNDS, required=True, help="steps of the student")
    averaging.run(work_on, parser.parse_args())


if __name__ == "__main__":
    main()
