"""One U-Net step at batch 2 on this machine's CPU: PyTorch, ONNX Runtime, OpenVINO and Tandem's devices.

All sides take the same weights, inputs and number of threads, and run interleaved, one step of each a
round, so that noise of the machine falls on all alike. Every side's result is compared with PyTorch's.

usage: peers.py MODEL_DIR ROUNDS THREADS DEVICE[;DEVICE...] -- TANDEM_COMMAND...   (see the script `run`)

A MODEL_DIR that does not exist is made: a U-Net of Stable Diffusion 1.5's size with random weights.
"""

import gc
import json
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
        folder.mkdir()
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


def make_sd15(folder):
    """Stable Diffusion 1.5's U-Net with random weights, in F16."""
    torch.manual_seed(15)
    unet = UNet2DConditionModel(
        sample_size=64,
        cross_attention_dim=768,
        attention_head_dim=8,
        block_out_channels=(320, 640, 1280, 1280),
        layers_per_block=2,
    )
    unet.to(torch.float16).save_pretrained(folder / "unet")
    (folder / "model_index.json").write_text(
        json.dumps({"_class_name": "StableDiffusionPipeline", "unet": ["diffusers", "UNet2DConditionModel"]})
    )


def make_inputs(model):
    """Sample, timestep and encoder hidden states for two pictures of the model's own size."""
    c = json.loads((model / "unet" / "config.json").read_text())
    tokens = 77 if c["cross_attention_dim"] >= 768 else 32
    torch.manual_seed(7)
    sample = torch.randn(2, c["in_channels"], c["sample_size"], c["sample_size"])
    return sample, torch.tensor(500.0), torch.randn(2, tokens, c["cross_attention_dim"])


def peers(model, threads, inputs, folder):
    """PyTorch's result, and the wanted peers: a name and a function that runs a step and returns its result."""
    x, t, e = inputs
    torch.set_num_threads(threads)
    unet = UNet2DConditionModel.from_pretrained(model, subfolder="unet", torch_dtype=torch.float32)
    step = Step(unet).eval()
    expected = step(x, t, e).numpy()
    wanted = os.environ.get("PEERS", "torch,onnxruntime,openvino").split(",")
    onnx = str(folder / "unet.onnx")
    if {"onnxruntime", "openvino"} & set(wanted):
        torch.onnx.export(
            step, (x, t, e), onnx, input_names=["x", "t", "e"], output_names=["y"], opset_version=18, dynamo=False
        )
    feed = {"x": x.numpy(), "t": t.numpy(), "e": e.numpy()}
    others = {}
    if "torch" in wanted:
        others[f"PyTorch {torch.__version__}"] = lambda: step(x, t, e).numpy()
    else:
        step.unet = None  # a large network is not held twice
        del unet
        gc.collect()
    if "onnxruntime" in wanted:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
        others[f"ONNX Runtime {onnxruntime.__version__}"] = lambda: session.run(None, feed)[0]
    if "openvino" in wanted:
        hints = {
            "INFERENCE_NUM_THREADS": threads,
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "f32",
        }
        compiled = openvino.Core().compile_model(openvino.convert_model(onnx), "CPU", hints)
        request = compiled.create_infer_request()
        others[f"OpenVINO {openvino.__version__.split('-')[0]}"] = lambda: request.infer(feed)[compiled.output(0)]
    return expected, others


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
    model, rounds, threads = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    devices = sys.argv[4].split(";")
    if not model.exists():
        make_sd15(model)
    inputs = make_inputs(model)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        expected, others = peers(model, threads, inputs, folder)
        own = {
            f"Tandem {d}": Tandem([*sys.argv[split + 1 :], d], folder / str(i), inputs) for i, d in enumerate(devices)
        }
        results = {**{k: t.output() for k, t in own.items()}, **{k: run() for k, run in others.items()}}
        for who, y in results.items():
            error = float(np.abs(y - expected).max() / np.abs(expected).max())
            print(f"{who}: error {error:.1e}", file=sys.stderr)
            if not error < BOUND:
                sys.exit(f"{who} computes something else than PyTorch: error {error}")
        steps = {**{k: t.step for k, t in own.items()}, **{k: timed(run) for k, run in others.items()}}
        times = {who: [] for who in steps}
        warm = min(5, rounds)
        for i in range(rounds + warm):
            for who, step in steps.items():
                seconds = step()
                if i >= warm:
                    times[who].append(seconds)
                time.sleep(0.01)  # the side before may still be spinning
    report(times, next(iter(own.values())).flops, threads, rounds, list(own))


def report(times, flops, threads, rounds, own):
    print(f"{processor()}, {os.cpu_count()} cores; {threads} threads, {rounds} rounds, {flops / 1e9:.2f} GFLOP a step\n")
    print("| | min ms | median ms | GFLOP/s at min | at median |")
    print("| --- | --: | --: | --: | --: |")
    for who, t in times.items():
        least, median = min(t), statistics.median(t)
        print(f"| {who} | {least * 1e3:.1f} | {median * 1e3:.1f} | {flops / least / 1e9:.0f} | {flops / median / 1e9:.0f} |")
    peers = {who: t for who, t in times.items() if who not in own}
    for who in own:
        for name, of in (("min", min), ("median", statistics.median)):
            fastest = min(peers, key=lambda p: of(peers[p]))
            ratio = of(peers[fastest]) / of(times[who])
            print(f"\n{who} against the fastest peer, {fastest}, by {name}: {ratio:.2f} times as fast")


main()
