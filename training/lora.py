"""A student as a low-rank difference from its base (LoRA; Hu et al., 2021), in the files of Hugging Face's PEFT.

The weight W [out, in] of a layer becomes W + B A with A [rank, in] and B [out, rank]; a convolution's in is in h w. A
student folder holds these and its scheduler, and names the model that has the rest as `_base` in model_index.json.
"""
import json

import torch
from diffusers import DDIMScheduler, LCMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from torch.nn.utils import parametrize

from models import load_part, new_folder

RANK = 12
# Trained whole: the input that a base does not have.
WHOLE = "time_embedding.cond_proj"
_PREFIX = "base_model.model."


class LowRank(torch.nn.Module):
    """The parametrization W -> W + B A; B starts at zero."""

    def __init__(self, weight, rank):
        super().__init__()
        rows, columns = weight.flatten(1).shape
        self.a = torch.nn.Parameter(torch.randn(rank, columns) / columns**0.5)
        self.b = torch.nn.Parameter(torch.zeros(rows, rank))

    def forward(self, weight):
        return weight + (self.b @ self.a).view_as(weight)


def adapt(unet, rank=RANK):
    """Freezes the U-Net but for WHOLE, and gives every layer with more than `rank` rows and columns a LowRank."""
    unet.requires_grad_(False)
    for name, module in list(unet.named_modules()):
        if name == WHOLE:
            module.requires_grad_(True)
        elif isinstance(module, (torch.nn.Linear, torch.nn.Conv2d)) and min(module.weight.flatten(1).shape) > rank:
            parametrize.register_parametrization(module, "weight", LowRank(module.weight, rank))
    return unet


def _low_ranks(unet):
    return {name: m.parametrizations.weight[0] for name, m in unet.named_modules() if parametrize.is_parametrized(m)}


def _cut(a, b, rank):
    """The nearest product of lower rank."""
    u, s, v = torch.linalg.svd(b @ a, full_matrices=False)
    return s[:rank, None].sqrt() * v[:rank], u[:, :rank] * s[:rank].sqrt()


def load_adapter(unet, folder):
    """Puts the adapter of a student folder into an adapted U-Net; a higher rank is cut to the U-Net's."""
    stored = load_file(folder / "unet/adapter_model.safetensors")
    with torch.no_grad():
        for name, low in _low_ranks(unet).items():
            a, b = (stored[f"{_PREFIX}{name}.lora_{part}.weight"].flatten(1).float() for part in "AB")
            if len(a) > len(low.a):
                a, b = _cut(a, b, len(low.a))
            low.a.copy_(a)
            low.b.copy_(b)
        unet.get_submodule(WHOLE).weight.copy_(stored[f"{_PREFIX}{WHOLE}.weight"])


def load_base(unet, base):
    """Puts the U-Net of the model folder `base` into one that has no more inputs than WHOLE beside it."""
    missing, unexpected = unet.load_state_dict(load_part(UNet2DConditionModel, base / "unet").state_dict(), strict=False)
    if unexpected or set(missing) - {f"{WHOLE}.weight"}:
        raise ValueError(f"weights of {base} do not fit: missing {missing}, unexpected {unexpected}")


def base_of(folder):
    """The model folder that has what the student `folder` lacks, or None where `folder` is no student."""
    base = json.loads((folder / "model_index.json").read_text()).get("_base")
    return folder / base if base else None


def load_unet(folder):
    """The U-Net of a model or student folder, merged, in float32."""
    base = base_of(folder)
    if base is None:
        return load_part(UNet2DConditionModel, folder / "unet")
    config = json.loads((folder / "unet/config.json").read_text())
    unet = UNet2DConditionModel.from_config(config)
    load_base(unet, base)
    rank = json.loads((folder / "unet/adapter_config.json").read_text())["r"]
    load_adapter(adapt(unet, rank), folder)
    for name in _low_ranks(unet):
        parametrize.remove_parametrizations(unet.get_submodule(name), "weight")
    return unet


def load_pipeline(folder):
    """diffusers' pipeline of a model or student folder, in float32."""
    base = base_of(folder)
    if base is None:
        return StableDiffusionPipeline.from_pretrained(folder, safety_checker=None, torch_dtype=torch.float32)
    config = json.loads((folder / "scheduler/scheduler_config.json").read_text())
    scheduler = {"LCMScheduler": LCMScheduler, "DDIMScheduler": DDIMScheduler}[config["_class_name"]]
    return StableDiffusionPipeline.from_pretrained(
        base, unet=load_unet(folder), scheduler=scheduler.from_config(config), safety_checker=None,
        torch_dtype=torch.float32)


def export_student(folder, base, unet, schedule):
    """Writes a student folder of an adapted U-Net: F16, with the base as a neighbour named `base`."""
    with new_folder(folder) as new:
        _write_json(new / "model_index.json", dict(
            _class_name="StableDiffusionPipeline", _base=f"../{base}", unet=["diffusers", "UNet2DConditionModel"],
            vae=["diffusers", "AutoencoderKL"], text_encoder=["transformers", "CLIPTextModel"],
            tokenizer=["transformers", "CLIPTokenizer"], scheduler=["diffusers", type(schedule).__name__],
            safety_checker=[None, None], feature_extractor=[None, None], requires_safety_checker=False))
        schedule.save_pretrained(new / "scheduler")
        unet.save_config(new / "unet")
        tensors, low_ranks = {}, _low_ranks(unet)
        for name, low in low_ranks.items():
            weight = unet.get_submodule(name).weight
            tensors[f"{_PREFIX}{name}.lora_A.weight"] = low.a.view(-1, *weight.shape[1:])
            tensors[f"{_PREFIX}{name}.lora_B.weight"] = low.b.view(*low.b.shape, *[1] * (weight.ndim - 2))
        tensors[f"{_PREFIX}{WHOLE}.weight"] = unet.get_submodule(WHOLE).weight
        save_file({key: value.detach().half().contiguous() for key, value in tensors.items()},
                  new / "unet/adapter_model.safetensors", metadata={"format": "pt"})
        rank = next(iter(low_ranks.values())).a.size(0)
        _write_json(new / "unet/adapter_config.json", dict(
            peft_type="LORA", base_model_name_or_path=f"../../{base}/unet", r=rank, lora_alpha=rank,
            lora_dropout=0.0, bias="none", target_modules=sorted(low_ranks), modules_to_save=[WHOLE],
            inference_mode=True, task_type=None))


def _write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")
