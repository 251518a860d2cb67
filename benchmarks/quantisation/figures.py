"""Figures of Tandem's forms: figures.py FOLDER MODEL ROUNDS -- COMMAND   (see the script `run`)"""

import pathlib
import statistics
import subprocess
import sys

import numpy as np
from PIL import Image

FORMS = ["f32", "w8", "w4", "w8a8"]


class Steps:
    """Tandem's process, which runs a step of a form when it is asked for."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.memory = [[int(x) for x in self._line().split()] for _ in FORMS]

    def _line(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit("the Tandem process ended early")
        return line

    def step(self, form):
        """Seconds."""
        self.process.stdin.write(f"{form}\n")
        self.process.stdin.flush()
        return int(self._line()) * 1e-9


def picture(file):
    return np.asarray(Image.open(file).convert("RGB"), np.float64)


def psnr(a, b):
    error = ((a - b) ** 2).mean()
    return float("inf") if error == 0 else 10 * np.log10(255**2 / error)


def ssim(a, b):
    """Wang et al. 2004: of luma, a Gaussian window of 11 pixels and sigma 1.5, where all of it lies in the picture."""
    window = np.exp(-((np.arange(11) - 5) ** 2) / (2 * 1.5**2))
    window /= window.sum()

    def blur(x):
        x = np.apply_along_axis(lambda r: np.convolve(r, window, "valid"), 0, x)
        return np.apply_along_axis(lambda r: np.convolve(r, window, "valid"), 1, x)

    x, y = (p @ [0.299, 0.587, 0.114] for p in (a, b))
    mx, my = blur(x), blur(y)
    vx, vy, cov = blur(x * x) - mx * mx, blur(y * y) - my * my, blur(x * y) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return float((((2 * mx * my + c1) * (2 * cov + c2)) / ((mx * mx + my * my + c1) * (vx + vy + c2))).mean())


def quality(pictures, references):
    """Least and median PSNR, least and median SSIM."""
    db = [psnr(a, b) for a, b in zip(pictures, references)]
    alike = [ssim(a, b) for a, b in zip(pictures, references)]
    return min(db), statistics.median(db), min(alike), statistics.median(alike)


def quality_row(name, q):
    return f"| {name} | {q[0]:.1f} | {q[1]:.1f} | {q[2]:.3f} | {q[3]:.3f} |"


def folder_pictures(folder):
    return [picture(f) for f in sorted(folder.iterdir())]


def print_quality(folder):
    for steps in (20, 4):
        references = folder_pictures(folder / f"f32-{steps}")
        print(f"\n{steps} steps, {len(references)} prompts, against f32 with the same seed:\n")
        print("| form | least PSNR dB | median | least SSIM | median |\n| --- | --: | --: | --: | --: |")
        for form in [*FORMS[1:], "seeds"]:
            name = "f32 with another seed" if form == "seeds" else form
            print(quality_row(name, quality(folder_pictures(folder / f"{form}-{steps}"), references)))


def main():
    split = sys.argv.index("--")
    folder, rounds = pathlib.Path(sys.argv[1]), int(sys.argv[3])
    steps = Steps(sys.argv[split + 1 :])
    times = [[] for _ in FORMS]
    for i in range(rounds + 5):
        for form in range(len(FORMS)):
            seconds = steps.step(form)
            if i >= 5:
                times[form].append(seconds)
    print("| form | least ms | median ms | of f32's median | weights MiB | activations and scratch MiB |")
    print("| --- | --: | --: | --: | --: | --: |")
    base = statistics.median(times[0])
    for form, t, (weights, rest) in zip(FORMS, times, steps.memory):
        m = statistics.median(t)
        print(f"| {form} | {min(t) * 1e3:.1f} | {m * 1e3:.1f} | {m / base:.2f} | {weights / 2**20:.1f} | {rest / 2**20:.1f} |")
    print_quality(folder)


if __name__ == "__main__":
    main()
