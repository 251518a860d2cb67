"""Latent consistency distillation: a student that jumps to the clean picture from any of 50 times, for 1 to 8 steps.

Luo et al., 2023: for neighbouring times the student's jump from the later one must equal the jump of its own slow
average from the earlier one, where the teacher's guided DDIM step leads. Jumps blend the input in as diffusers'
LCMScheduler does, so the exported folder samples with it. Work folder: reads export/guided and latents/; writes
distill-lcm/ and export/lcm.
"""
import argparse
import copy

import torch
from diffusers import LCMScheduler

import averaging
from diffusion import Ddim, Noising
from lora import export_student
from run import Run, add_run_arguments
from student import BASE, Teacher, draw_guidance, new_student, predict, pseudo_huber
from work import add_work_argument, autocast, single_thread

TIMES = 50
SPACING = 1000 // TIMES
# The slow average forgets this part at every step.
TARGET_RATE = 0.05


def jump(noising, x, velocity, times, sigma_data=0.5, scaling=10.0):
    """LCMScheduler's consistency function: c_skip x + c_out x0, the identity at time 0."""
    scaled = times.view(-1, 1, 1, 1) * scaling
    skip = sigma_data**2 / (scaled**2 + sigma_data**2)
    out = scaled / (scaled**2 + sigma_data**2).sqrt()
    return skip * x + out * noising.clean(x, velocity, times)


def work_on(rank, args):
    single_thread()
    teacher = Teacher(args.work / "export/guided")
    noising = Noising(teacher.schedule)
    ddim, student = Ddim(noising), new_student(teacher)
    schedule = LCMScheduler(num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012,
                            beta_schedule="scaled_linear", prediction_type="v_prediction",
                            original_inference_steps=TIMES)

    def on_save(run, final):
        export_student(args.work / "export/lcm", BASE, student, schedule)

    run = Run(rank, args, args.work / "distill-lcm", dict(unet=student), ("jump_error",), on_save, weight_decay=0)
    slow = copy.deepcopy(student).requires_grad_(False)
    examples = teacher.examples(args.work, run.random_seed)
    while run.goes_on():
        latent, ids = examples.batch(args.batch, empty=0)
        later = torch.randint(0, TIMES, (args.batch,)) * SPACING + SPACING - 1
        earlier = (later - SPACING).clamp(min=0)
        w, hidden = draw_guidance(args.batch), teacher.hidden(ids)
        x = noising.noisy(latent, torch.randn_like(latent), later)
        with autocast():
            with torch.no_grad():
                y = ddim.move(x, teacher.velocity(x, later, hidden, w).float(), later, earlier)
                target = jump(noising, y, predict(slow, y, earlier, hidden, w).float(), earlier)
            predicted = jump(noising, x, predict(student, x, later, hidden, w).float(), later)
        loss = pseudo_huber(predicted, target)
        run.learn(loss, jump_error=(predicted.detach() - target).square().mean().item())
        with torch.no_grad():
            torch._foreach_lerp_(list(slow.parameters()), [p.detach() for p in student.parameters()], TARGET_RATE)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_work_argument(parser)
    add_run_arguments(parser, lr=1.5e-3, batch=32)
    averaging.run(work_on, parser.parse_args())


if __name__ == "__main__":
    main()
