"""Tandem's forms beside ONNX Runtime's dynamic and static quantisation and OpenVINO with NNCF, on one U-Net.

All sides compute one step at batch 2 in turns, so that noise of the machine falls on all alike. Pictures are of the same
prompts, seeds and timesteps (DDIM, 20 steps); each int8 form is compared with F32 of the same program. Calibrated on the
prompts of CALIBRATION, which none of the pictures has.

usage: peers.py FOLDER MODEL ROUNDS -- COMMAND   (see the script `run`)
environment: PICTURES (default 16), THREADS (default 2)
"""

import os
import pathlib
import statistics
import sys
import tempfile
import time

os.environ["CUDA_VISIBLE_DEVICES"] = ""

import nncf
import numpy as np
import onnx
import onnxruntime
import openvino
import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static

import figures

CALIBRATION = ["red apple, flat style", "smiling face, flat style", "green car, glossy style", "butterfly on a yellow background"]
STEPS = 20
GUIDANCE = 2.5
FIRST_SEED = 1000
NAMES = ["x", "t", "e"]

# What Tandem does not round either.
REAL = ["conv_in", "conv_out", "time_emb", "attn2/to_k", "attn2/to_v"]


class Net(torch.nn.Module):
    """The U-Net with a plain tensor as its result."""

    def __init__(self, unet):
        super().__init__()
        self.unet = unet

    def forward(self, x, t, e):
        return self.unet(x, t, encoder_hidden_states=e, return_dict=False)[0]


class Samples(CalibrationDataReader):
    def __init__(self, samples):
        self.left = iter(samples)

    def get_next(self):
        return next(self.left, None)


class Pictures:
    """Draws with any U-Net that takes NumPy arrays."""

    def __init__(self, pipe):
        self.pipe = pipe
        self.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)

    def texts(self, prompt):
        with_prompt, without = self.pipe.encode_prompt(prompt, "cpu", 1, True, "")
        return torch.cat([without, with_prompt]).numpy()

    def draw(self, prompt, seed, unet, seen=None):
        """An array [height, width, 3] of 0 to 255."""
        self.scheduler.set_timesteps(STEPS)
        size = self.pipe.unet.config.sample_size
        generator = torch.Generator().manual_seed(seed)
        x = torch.randn((1, self.pipe.unet.config.in_channels, size, size), generator=generator)
        texts = self.texts(prompt)
        for t in self.scheduler.timesteps:
            feed = {"x": torch.cat([x, x]).numpy(), "t": np.array(t.item(), np.float32), "e": texts}
            if seen is not None:
                seen.append(feed)
            without, with_prompt = torch.from_numpy(unet(feed)).chunk(2)
            x = self.scheduler.step(without + GUIDANCE * (with_prompt - without), t, x).prev_sample
        image = self.pipe.vae.decode(x / self.pipe.vae.config.scaling_factor).sample[0]
        return np.round((image / 2 + 0.5).clamp(0, 1).permute(1, 2, 0).numpy() * 255.0).astype(np.float64)


def onnx_session(file, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    return lambda feed: session.run(None, feed)[0]


def openvino_request(model, threads):
    hints = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    compiled = openvino.Core().compile_model(model, "CPU", hints)
    request = compiled.create_infer_request()
    return lambda feed: request.infer(feed)[compiled.output(0)].copy()


def peers(pipe, samples, folder, threads):
    """Name, the name of the form it is compared with, and the U-Net, of each."""
    file = folder / "unet.onnx"
    first = samples[0]
    inputs = tuple(torch.from_numpy(np.asarray(first[n])) for n in NAMES)
    torch.onnx.export(
        Net(pipe.unet).eval(), inputs, str(file), input_names=NAMES, output_names=["y"], opset_version=18, dynamo=False
    )
    dynamic, static = folder / "dynamic.onnx", folder / "static.onnx"
    quantize_dynamic(str(file), str(dynamic), weight_type=QuantType.QUInt8)  # convolutions have no kernel for signed weights
    real = [n.name for n in onnx.load(str(file)).graph.node if any(part in n.name for part in REAL)]
    quantize_static(
        str(file),
        str(static),
        Samples(samples),
        op_types_to_quantize=["Conv", "MatMul", "Gemm"],  # all of its kinds: a picture of noise
        nodes_to_exclude=real,
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
    )
    model = openvino.convert_model(str(file))
    quantized = nncf.quantize(
        model,
        nncf.Dataset(samples),
        model_type=nncf.ModelType.TRANSFORMER,
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(samples),
    )
    ort, ov = f"ONNX Runtime {onnxruntime.__version__}", f"OpenVINO {openvino.__version__.split('-')[0]}"
    return [
        (f"{ort} F32", f"{ort} F32", onnx_session(file, threads)),
        (f"{ort} dynamic int8", f"{ort} F32", onnx_session(dynamic, threads)),
        (f"{ort} static int8", f"{ort} F32", onnx_session(static, threads)),
        (f"{ov} F32", f"{ov} F32", openvino_request(model, threads)),
        (f"{ov}, NNCF {nncf.__version__} int8", f"{ov} F32", openvino_request(quantized, threads)),
    ]


@torch.no_grad()
def main():
    split = sys.argv.index("--")
    folder, model, rounds = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    count, threads = int(os.environ.get("PICTURES", 16)), int(os.environ.get("THREADS", 2))
    torch.set_num_threads(threads)
    pipe = StableDiffusionPipeline.from_pretrained(
        model, safety_checker=None, feature_extractor=None, requires_safety_checker=False
    ).to(torch.float32)
    net = Net(pipe.unet).eval()
    draw = Pictures(pipe)
    samples = []
    for i, prompt in enumerate(CALIBRATION):
        plain = lambda feed: net(*(torch.from_numpy(np.asarray(feed[n])) for n in NAMES)).numpy()
        draw.draw(prompt, i, plain, samples)
    with tempfile.TemporaryDirectory() as name:
        all_peers = peers(pipe, samples, pathlib.Path(name), threads)
        steps = figures.Steps(sys.argv[split + 1 :])
        runs = {f"Tandem {form}": (lambda i=i: steps.step(i)) for i, form in enumerate(figures.FORMS)}
        for who, _, unet in all_peers:
            runs[who] = lambda unet=unet: timed(unet, samples[0])
        times = {who: [] for who in runs}
        for i in range(rounds + 5):
            for who, run in runs.items():
                seconds = run()
                if i >= 5:
                    times[who].append(seconds)
                time.sleep(0.01)  # the side before may still be spinning
        print(f"{os.cpu_count()} cores, {threads} threads, {rounds} rounds\n\n| | least ms | median ms |\n| --- | --: | --: |")
        for who, t in times.items():
            print(f"| {who} | {min(t) * 1e3:.1f} | {statistics.median(t) * 1e3:.1f} |")
        prompts = (folder / "prompts.txt").read_text().splitlines()[:count]
        drawn = {
            who: [draw.draw(p, FIRST_SEED + i, unet) for i, p in enumerate(prompts)] for who, _, unet in all_peers
        }
    print(f"\n{STEPS} steps, {len(prompts)} prompts, each against F32 of the same program with the same seed:\n")
    print("| form | least PSNR dB | median | least SSIM | median |\n| --- | --: | --: | --: | --: |")
    for who, reference, _ in all_peers:
        if who != reference:
            print(figures.quality_row(who, figures.quality(drawn[who], drawn[reference])))
    own = {f: figures.folder_pictures(folder / f"{f}-{STEPS}")[: len(prompts)] for f in figures.FORMS}
    for form in figures.FORMS[1:]:
        print(figures.quality_row(f"Tandem {form}", figures.quality(own[form], own["f32"])))


def timed(unet, feed):
    start = time.perf_counter()
    unet(feed)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
