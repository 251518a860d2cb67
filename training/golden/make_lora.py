"""Goldens of low-rank students: make_lora.py OUT [SEED]. Adapters as PEFT saves them, beside the base they belong to.

The base is a U-Net without, the student one with a guidance-scale embedding, which the adapter has whole. `square` is
8x8 latents with batch 2, `odd` 7x5; five tokens of text.

lora-tiny      all in F32, outputs with the adapter active in PEFT; two ranks and two alphas, by patterns
lora-f16-tiny  all in F16, rank-stabilised; outputs of the weights that PEFT merges in F32, rounded to F16
"""
import shutil

import torch
from diffusers import UNet2DConditionModel
from make_models import CROSS_DOWN, CROSS_UP, DOWN, UP, perturbed, start
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file

TOKENS = 5
GUIDANCE_CHANNELS = 6
WHOLE = "time_embedding.cond_proj"
# Linear layers, 1x1 and 3x3 convolutions.
TARGETS = ["to_q", "to_v", "to_out.0", "proj_in", "linear_1", "conv1", "conv_in", "conv_shortcut", "downsamplers.0.conv"]


def unet(g, **changes):
    return perturbed(UNet2DConditionModel(**{**dict(
        sample_size=8, block_out_channels=(8, 12), layers_per_block=1, cross_attention_dim=12, norm_num_groups=4,
        attention_head_dim=2, down_block_types=(CROSS_DOWN, DOWN), up_block_types=(UP, CROSS_UP)), **changes}), g)


def students(g):
    """Yields (name, LoRA options, type). Options other than these are PEFT's own."""
    yield "lora-tiny", dict(r=3, lora_alpha=6, rank_pattern={"to_q": 2, "conv_in": 4},
                            alpha_pattern={"mid_block.*to_v": 1.5, "conv1": 9}), torch.float32
    yield "lora-f16-tiny", dict(r=5, lora_alpha=4, use_rslora=True), torch.float16


def adapted(student, options, g, dtype):
    """The student with random matrices that change its weights by about as much as they are."""
    model = get_peft_model(student, LoraConfig(target_modules=TARGETS, modules_to_save=[WHOLE], **options))
    for name, p in model.named_parameters():
        if "lora_A" in name:
            p.data = torch.randn(p.shape, generator=g) / p[0].numel() ** 0.5
        elif "lora_B" in name:
            p.data = torch.randn(p.shape, generator=g) * 0.1
        elif "modules_to_save" in name:
            p.data = torch.randn(p.shape, generator=g) * 0.5
        p.data = p.data.to(dtype).float()
    return model.eval().requires_grad_(False)


def save(folder, base, model, dtype):
    """The base as the model in folder/base, the adapter in folder/unet."""
    if folder.exists():
        shutil.rmtree(folder)
    base.to(dtype).save_pretrained(folder / "base/unet")
    model.peft_config["default"].base_model_name_or_path = "../base/unet"
    model.save_pretrained(folder / "unet")
    (folder / "unet/README.md").unlink()
    file = folder / "unet/adapter_model.safetensors"
    save_file({k: v.to(dtype) for k, v in load_file(file).items()}, file, metadata={"format": "pt"})
    model.base_model.model.save_config(folder / "unet")


def goldens(u, g):
    out = {}
    for tag, (batch, h, w) in dict(square=(2, 8, 8), odd=(1, 7, 5)).items():
        case = dict(sample=torch.randn(batch, 4, h, w, generator=g), timestep=torch.tensor([981.0, 1.0][:batch]),
                    encoder_hidden_states=torch.randn(batch, TOKENS, 12, generator=g),
                    timestep_cond=torch.randn(batch, GUIDANCE_CHANNELS, generator=g))
        case["output"] = u(**case).sample
        out |= {f"unet.{tag}.{key}": value.contiguous() for key, value in case.items()}
    return out


def main():
    args, g = start(__doc__)
    for name, options, dtype in students(g):
        base, student = unet(g), unet(g, time_cond_proj_dim=GUIDANCE_CHANNELS)
        student.load_state_dict(base.state_dict(), strict=False)
        model = adapted(student, options, g, dtype)
        save(args.out / name, base, model, dtype)
        if dtype == torch.float16:
            model = model.merge_and_unload().half().float()
        tensors = goldens(model, g)
        save_file(tensors, args.out / name / "golden.safetensors")
        print(name, len(tensors), "tensors")


if __name__ == "__main__":
    main()
