"""Distils classifier-free guidance: the student gives in one evaluation what the teacher gives in two.

Meng et al., 2023, first stage: the student's v must equal the teacher's guided v, for guidance scales drawn from 1 to
4. Work folder: reads export/default and latents/; writes distill-guidance/ (checkpoints, log.csv) and export/guided, a
student folder whose U-Net has `time_cond_proj_dim`.
"""
import argparse

import torch

import averaging
from diffusion import Noising
from lora import export_student
from run import Run, add_run_arguments
from student import BASE, Teacher, draw_guidance, new_student, predict
from work import add_work_argument, autocast, single_thread


def work_on(rank, args):
    single_thread()
    teacher = Teacher(args.work / "export" / BASE)
    noising = Noising(teacher.schedule, uniform=0.5)
    student = new_student(teacher)

    def on_save(run, final):
        export_student(args.work / "export/guided", BASE, student, teacher.schedule)

    run = Run(rank, args, args.work / "distill-guidance", dict(unet=student), ("v_mse",), on_save, weight_decay=0)
    examples = teacher.examples(args.work, run.random_seed)
    while run.goes_on():
        latent, ids = examples.batch(args.batch, empty=0)
        times, w, hidden = noising.draw_times(args.batch), draw_guidance(args.batch), teacher.hidden(ids)
        x = noising.noisy(latent, torch.randn_like(latent), times)
        with autocast():
            target = teacher.velocity(x, times, hidden, w)
            predicted = predict(student, x, times, hidden, w)
        loss = (predicted.float() - target.float()).square().mean()
        run.learn(loss, v_mse=loss.item())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_work_argument(parser)
    add_run_arguments(parser, lr=2e-3, batch=32)
    averaging.run(work_on, parser.parse_args())


if __name__ == "__main__":
    main()
