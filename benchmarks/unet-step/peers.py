"""One U-Net step at batch 2 on this machine's CPU: PyTorch, ONNX Runtime, OpenVINO and Tandem.

All sides take the same weights, inputs and number of threads, and run interleaved, one step of each a
round, so that noise of the machine falls on all alike. Every side's result is compared with PyTorch's.

usage: peers.py MODEL_DIR ROUNDS THREADS -- TANDEM_COMMAND...   (see the script `run`)
"""

import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import onnxruntime
import openvino
import torch
from diffusers import UNet2DConditionModel

BOUND = 1e-3  # of the largest magnitude; peers differ from each other by about 1e-6


class Step(torch.nn.Module):
    """The U-Net with a plain tensor as its result."""

    def __init__(self, unet):
        super().__init__()
        self.unet = unet

    def forward(self, x, t, e):
        return self.unet(x, t, encoder_hidden_states=e, return_dict=False)[0]


class Tandem:
    """Tandem's process: a line in asks for a step, a line out is its time in nanoseconds."""

    def __init__(self, command, folder, inputs):
        x, t, e = inputs
        x.permute(0, 2, 3, 1).contiguous().numpy().tofile(folder / "sample")
        np.full(2, float(t), np.float32).tofile(folder / "timestep")
        e.numpy().tofile(folder / "encoder_hidden_states")
        self.folder = folder
        self.shape = (x.shape[0], x.shape[2], x.shape[3], x.shape[1])
        self.process = subprocess.Popen(
            [*command, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.flops = int(self._line())

    def _line(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit("the Tandem process ended early")
        return line

    def output(self):
        values = np.fromfile(self.folder / "output", np.float32)
        return values.reshape(self.shape).transpose(0, 3, 1, 2)

    def step(self):
        """Seconds of one step, on Tandem's own clock (a pipe costs more than it measures)."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return int(self._line()) * 1e-9


def timed(run):
    def step():
        start = time.perf_counter()
        run()
        return time.perf_counter() - start

    return step


def peers(model, threads, inputs, folder):
    """Name, function that runs a step and returns its result."""
    x, t, e = inputs
    torch.set_num_threads(threads)
    step = Step(UNet2DConditionModel.from_pretrained(model, subfolder="unet", torch_dtype=torch.float32)).eval()
    onnx = str(folder / "unet.onnx")
    torch.onnx.export(
        step, (x, t, e), onnx, input_names=["x", "t", "e"], output_names=["y"], opset_version=18, dynamo=False
    )
    feed = {"x": x.numpy(), "t": t.numpy(), "e": e.numpy()}

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])

    hints = {
        "INFERENCE_NUM_THREADS": threads,
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "f32",
    }
    compiled = openvino.Core().compile_model(openvino.convert_model(onnx), "CPU", hints)
    request = compiled.create_infer_request()
    return {
        f"PyTorch {torch.__version__}": lambda: step(x, t, e).numpy(),
        f"ONNX Runtime {onnxruntime.__version__}": lambda: session.run(None, feed)[0],
        f"OpenVINO {openvino.__version__.split('-')[0]}": lambda: request.infer(feed)[compiled.output(0)],
    }


def processor():
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":")[1].strip()
    except OSError:
        pass
    return platform.processor()


@torch.no_grad()
def main():
    split = sys.argv.index("--")
    model, rounds, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    torch.manual_seed(7)
    inputs = torch.randn(2, 8, 16, 16), torch.tensor(500.0), torch.randn(2, 32, 192)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        others = peers(model, threads, inputs, folder)
        tandem = Tandem(sys.argv[split + 1 :], folder, inputs)
        expected = next(iter(others.values()))()
        results = {"Tandem": tandem.output(), **{k: run() for k, run in others.items()}}
        for who, y in results.items():
            error = float(np.abs(y - expected).max() / np.abs(expected).max())
            print(f"{who}: error {error:.1e}", file=sys.stderr)
            if not error < BOUND:
                sys.exit(f"{who} computes something else than PyTorch: error {error}")
        steps = {"Tandem": tandem.step, **{k: timed(run) for k, run in others.items()}}
        times = {who: [] for who in steps}
        for i in range(rounds + 5):
            for who, step in steps.items():
                seconds = step()
                if i >= 5:  # the first rounds warm up
                    times[who].append(seconds)
                time.sleep(0.01)  # the side before may still be spinning
    report(times, tandem.flops, threads, rounds)


def report(times, flops, threads, rounds):
    print(f"{processor()}, {os.cpu_count()} cores; {threads} threads, {rounds} rounds, {flops / 1e9:.2f} GFLOP a step\n")
    print("| | min ms | median ms | GFLOP/s at min | at median |")
    print("| --- | --: | --: | --: | --: |")
    for who, t in times.items():
        least, median = min(t), statistics.median(t)
        print(f"| {who} | {least * 1e3:.1f} | {median * 1e3:.1f} | {flops / least / 1e9:.0f} | {flops / median / 1e9:.0f} |")
    own = times.pop("Tandem")
    for name, of in (("min", min), ("median", statistics.median)):
        fastest = min(times, key=lambda who: of(times[who]))
        ratio = of(times[fastest]) / of(own)
        print(f"\nTandem against the fastest peer, {fastest}, by {name}: {ratio:.2f} times as fast")
    if min(own) > min(map(min, times.values())):
        sys.exit("a peer is faster")


main()
