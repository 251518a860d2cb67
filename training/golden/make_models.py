"""Goldens of the networks: make_models.py OUT [SEED] [--held]. Tiny random pipelines in the diffusers layout.

Each folder has the parts (config.json, F16 weights) and golden.safetensors with inputs, outputs and the outputs after
each block. U-Net cases: `square` 16x16 latents with batch 2, `wide` 16x24, `odd` 17x23. All computed in F32.
"""
import argparse
import json
import pathlib

import torch
from diffusers import AutoencoderKL, AutoencoderTiny, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

DOWN, CROSS_DOWN, UP, CROSS_UP = "DownBlock2D", "CrossAttnDownBlock2D", "UpBlock2D", "CrossAttnUpBlock2D"


def perturbed(model, generator):
    """Makes biases and norms non-trivial, and rounds to F16: weights are stored so, and computed with in F32."""
    for _, p in model.named_parameters():
        if p.ndim == 1:
            p.data.add_(torch.randn(p.shape, generator=generator) * 0.1)
    return model.half().float().eval().requires_grad_(False)


def store(model, folder, legacy=None):
    """Writes config.json and F16 weights; `legacy` gives keys the names that published checkpoints carry."""
    folder.mkdir(parents=True, exist_ok=True)
    (model.save_config if hasattr(model, "save_config") else model.config.save_pretrained)(folder)
    weights = {k: v.half().contiguous() for k, v in model.state_dict().items() if "position_ids" not in k}
    if legacy == "text":
        weights = {k if k.startswith(("text_model.", "text_projection")) else "text_model." + k: v
                   for k, v in weights.items()}
    if legacy == "vae":
        for new, old in (("to_q", "query"), ("to_k", "key"), ("to_v", "value"), ("to_out.0", "proj_attn")):
            weights = {k.replace(f"attentions.0.{new}.", f"attentions.0.{old}."): v for k, v in weights.items()}
    name = "model" if folder.name.startswith("text_encoder") else "diffusion_pytorch_model"
    save_file(weights, folder / f"{name}.safetensors", metadata={"format": "pt"})


def text(g, hidden, layers, heads, activation, projection=None, eos=999):
    config = CLIPTextConfig(
        vocab_size=1000, hidden_size=hidden, intermediate_size=hidden * 4, num_hidden_layers=layers,
        num_attention_heads=heads, max_position_embeddings=77, hidden_act=activation,
        projection_dim=projection or hidden, bos_token_id=998, eos_token_id=eos, pad_token_id=eos)
    return perturbed((CLIPTextModelWithProjection if projection else CLIPTextModel)(config), g)


def prompts(g, batch=2, length=77):
    ids = torch.full((batch, length), 999)
    ids[:, 0] = 998
    for row in range(batch):
        k = int(torch.randint(3, length - 2, (1,), generator=g))
        ids[row, 1:1 + k] = torch.randint(0, 998, (k,), generator=g)
    return ids


def vae(g, channels, **changes):
    n = len(channels)
    return perturbed(AutoencoderKL(**{**dict(
        in_channels=3, out_channels=3, down_block_types=("DownEncoderBlock2D",) * n,
        up_block_types=("UpDecoderBlock2D",) * n, block_out_channels=channels, layers_per_block=1, latent_channels=4,
        norm_num_groups=8, sample_size=64, scaling_factor=0.18215), **changes}), g)


def unet(g, **shape):
    return perturbed(UNet2DConditionModel(in_channels=4, out_channels=4, norm_num_groups=16, **shape), g)


def pipelines(g, held):
    """Yields (name, parts, prediction type). The order of construction fixes the random weights."""
    yield "sd1-tiny", dict(
        text_encoder=text(g, 32, 2, 4, "quick_gelu", eos=2),
        vae=vae(g, (8, 24, 24, 32) if held else (16, 16, 32, 32)),
        unet=unet(g, sample_size=8, down_block_types=(CROSS_DOWN,) * 3 + (DOWN,), up_block_types=(UP,) + (CROSS_UP,) * 3,
                  block_out_channels=(32, 32, 96, 96) if held else (32, 64, 64, 64), layers_per_block=2,
                  cross_attention_dim=32, attention_head_dim=8)), "epsilon"
    yield "sd2-tiny", dict(
        text_encoder=text(g, 32, 3, 4, "gelu"), vae=vae(g, (16, 32)),
        unet=unet(g, sample_size=16, down_block_types=(CROSS_DOWN, CROSS_DOWN, DOWN),
                  up_block_types=(UP, CROSS_UP, CROSS_UP), block_out_channels=(32, 64, 96), layers_per_block=1,
                  cross_attention_dim=32, attention_head_dim=[2, 4, 6], use_linear_projection=True)), "v_prediction"
    yield "sdxl-tiny", dict(
        text_encoder=text(g, 32, 2, 4, "quick_gelu"), text_encoder_2=text(g, 48, 3, 4, "gelu", projection=40),
        vae=vae(g, (16, 32, 32), scaling_factor=0.13025),
        unet=unet(g, sample_size=16, down_block_types=(DOWN, CROSS_DOWN, CROSS_DOWN),
                  up_block_types=(CROSS_UP, CROSS_UP, UP), block_out_channels=(32, 64, 64), layers_per_block=2,
                  cross_attention_dim=80, attention_head_dim=[2, 4, 4], use_linear_projection=True,
                  transformer_layers_per_block=[1, 1, 2] if held else [1, 2, 3], addition_embed_type="text_time",
                  addition_time_embed_dim=8, projection_class_embeddings_input_dim=8 * 6 + 40)), "epsilon"
    yield "lcm-tiny", dict(
        unet=unet(g, sample_size=8, down_block_types=(CROSS_DOWN, DOWN), up_block_types=(UP, CROSS_UP),
                  block_out_channels=(32, 64), layers_per_block=1, cross_attention_dim=32, attention_head_dim=4,
                  time_cond_proj_dim=32)), "epsilon"
    blocks = (1, 2, 1, 2) if held else (1, 1, 1, 1)
    yield "taesd-tiny", dict(vae=perturbed(AutoencoderTiny(
        encoder_block_out_channels=(16,) * 4, decoder_block_out_channels=(16,) * 4, num_encoder_blocks=blocks,
        num_decoder_blocks=blocks[::-1], latent_channels=4), g)), None


def text_goldens(parts, g):
    out = {}
    if "text_encoder" in parts:
        ids = prompts(g)
        o = parts["text_encoder"](ids, output_hidden_states=True)
        out |= {"text.input_ids": ids.int(), "text.last_hidden_state": o.last_hidden_state,
                "text.pooler_output": o.pooler_output, "text.penultimate_hidden_state": o.hidden_states[-2]}
    if "text_encoder_2" in parts:
        o = parts["text_encoder_2"](ids, output_hidden_states=True)
        out |= {"text_2.penultimate_hidden_state": o.hidden_states[-2], "text_2.text_embeds": o.text_embeds}
    return out


def unet_goldens(u, g, name):
    out = {}
    for tag, (batch, h, w) in dict(square=(2, 16, 16), wide=(1, 16, 24), odd=(1, 17, 23)).items():
        x = torch.randn(batch, 4, h, w, generator=g)
        embeddings = torch.randn(batch, 77, u.config.cross_attention_dim, generator=g)
        times = torch.tensor([981.0, 1.0]) if tag == "square" else torch.tensor([541.0])
        more, hooks = {}, []
        if name == "sdxl-tiny":
            added = dict(text_embeds=torch.randn(batch, 40, generator=g),
                         time_ids=torch.tensor([[1024.0, 1024, 0, 0, 1024, 1024]] * batch))
            more = dict(added_cond_kwargs=added)
            out |= {f"unet.{tag}.{key}": value for key, value in added.items()}
        if name == "lcm-tiny":
            more = dict(timestep_cond=torch.randn(batch, 32, generator=g))
            out[f"unet.{tag}.timestep_cond"] = more["timestep_cond"]
        if tag == "square":
            named = [("conv_in", u.conv_in), ("time_embedding", u.time_embedding), ("mid_block", u.mid_block),
                     *((f"down_blocks.{i}", b) for i, b in enumerate(u.down_blocks)),
                     *((f"up_blocks.{i}", b) for i, b in enumerate(u.up_blocks))]
            hooks = [module.register_forward_hook(recorder(out, f"unet.{tag}.after.{n}")) for n, module in named]
        out |= {f"unet.{tag}.sample": x, f"unet.{tag}.timestep": times, f"unet.{tag}.encoder_hidden_states": embeddings}
        out[f"unet.{tag}.output"] = u(x, times, encoder_hidden_states=embeddings, **more).sample
        for hook in hooks:
            hook.remove()
    return out


def recorder(out, key):
    def record(module, inputs, output):
        out[key] = (output[0] if isinstance(output, tuple) else output).contiguous().clone()
    return record


def vae_goldens(v, g):
    out = {}
    for tag, (h, w) in dict(square=(8, 8), wide=(8, 12)).items():
        latents = torch.randn(1, 4, h, w, generator=g)
        image = v.decode(latents).sample
        x = image.clamp(-1, 1)
        out |= {f"vae.{tag}.latents": latents, f"vae.{tag}.image": image, f"vae.{tag}.encode.input": x}
        if isinstance(v, AutoencoderTiny):
            out[f"vae.{tag}.encode.latents"] = v.encode(x).latents
        else:
            posterior = v.encode(x).latent_dist
            out |= {f"vae.{tag}.encode.mean": posterior.mean, f"vae.{tag}.encode.logvar": posterior.logvar}
    return out


def start(description, **flags):
    """(arguments, generator): OUT, SEED (0) and `flags`, name to help; seeds torch, and computes on one thread."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("seed", type=int, nargs="?", default=0)
    for name, text in flags.items():
        parser.add_argument(f"--{name}", action="store_true", help=text)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    return args, torch.Generator().manual_seed(args.seed)


def main():
    args, generator = start(__doc__, held="the shapes kept for acceptance")
    for name, parts, prediction in pipelines(generator, args.held):
        folder, tensors = args.out / name, text_goldens(parts, generator)
        if "unet" in parts:
            tensors |= unet_goldens(parts["unet"], generator, name)
        if "vae" in parts:
            tensors |= vae_goldens(parts["vae"], generator)
        for part, model in parts.items():
            text_like = part.startswith("text_encoder") and (name != "sd2-tiny" or part == "text_encoder_2")
            store(model, folder / part, "text" if text_like else "vae" if (name, part) == ("sd1-tiny", "vae") else None)
        save_file({k: x.contiguous() for k, x in tensors.items()}, folder / "golden.safetensors")
        (folder / "golden.json").write_text(json.dumps({"prediction_type": prediction, "seed": args.seed}))
        print(name, len(tensors), "tensors")


if __name__ == "__main__":
    main()
