"""Goldens of settings that no model of make_models.py uses: make_variants.py OUT [SEED].

The same layout in a smaller size: `square` is 8x8 latents with batch 2, `odd` 7x5; five tokens of text.
"""

import torch
from diffusers import AutoencoderTiny, UNet2DConditionModel
from make_models import CROSS_DOWN, CROSS_UP, DOWN, UP, perturbed, start, store, vae
from safetensors.torch import save_file

TOKENS = 5


def unet(g, **changes):
    return perturbed(UNet2DConditionModel(**{**dict(
        sample_size=8, block_out_channels=(8, 12), layers_per_block=1, cross_attention_dim=12, norm_num_groups=4,
        attention_head_dim=2), **changes}), g)


def variants(g):
    """Yields (name, parts)."""
    yield "settings", dict(
        unet=unet(g, down_block_types=(CROSS_DOWN, DOWN), up_block_types=(UP, CROSS_UP), layers_per_block=[2, 1],
                  only_cross_attention=[True, False], attention_head_dim=[4, 3], downsample_padding=0,
                  conv_in_kernel=5, conv_out_kernel=1, center_input_sample=True, act_fn="gelu", norm_eps=1e-3,
                  time_embedding_dim=40, flip_sin_to_cos=False, freq_shift=1, time_cond_proj_dim=6),
        vae=vae(g, (8, 16), act_fn="relu", use_quant_conv=False, use_post_quant_conv=False,
                mid_block_add_attention=False))
    yield "nested-depths", dict(
        unet=unet(g, down_block_types=(DOWN, CROSS_DOWN), up_block_types=(CROSS_UP, UP), layers_per_block=2,
                  transformer_layers_per_block=[1, [2, 1]], reverse_transformer_layers_per_block=[[1, 2, 1], 1],
                  use_linear_projection=True))
    yield "no-middle", dict(
        unet=unet(g, down_block_types=(CROSS_DOWN, CROSS_DOWN), up_block_types=(CROSS_UP, CROSS_UP),
                  mid_block_type=None, attention_head_dim=[3, 4]),  # 3 does not divide 8: inner width 6
        vae=vae(g, (8, 8, 16), layers_per_block=2, latent_channels=6))
    yield "one-level", dict(
        unet=unet(g, down_block_types=(CROSS_DOWN,), up_block_types=(CROSS_UP,), block_out_channels=(8,),
                  attention_head_dim=1),
        vae=perturbed(AutoencoderTiny(
            encoder_block_out_channels=(8,) * 3, decoder_block_out_channels=(12,) * 3, num_encoder_blocks=(1, 2, 1),
            num_decoder_blocks=(2, 1, 1), latent_channels=5, act_fn="silu"), g))


def goldens(parts, g):
    out = {}
    for tag, (batch, h, w) in dict(square=(2, 8, 8), odd=(1, 7, 5)).items():
        if "unet" in parts:
            u = parts["unet"]
            case = dict(sample=torch.randn(batch, 4, h, w, generator=g), timestep=torch.tensor([981.0, 1.0][:batch]),
                        encoder_hidden_states=torch.randn(batch, TOKENS, 12, generator=g))
            if u.config.time_cond_proj_dim:
                case["timestep_cond"] = torch.randn(batch, u.config.time_cond_proj_dim, generator=g)
            case["output"] = u(**case).sample
            out |= {f"unet.{tag}.{key}": value for key, value in case.items()}
        if "vae" in parts:
            v = parts["vae"]
            latents = torch.randn(batch, v.config.latent_channels, h, w, generator=g)
            image = v.decode(latents).sample
            x = image.clamp(-1, 1)
            out |= {f"vae.{tag}.latents": latents, f"vae.{tag}.image": image, f"vae.{tag}.encode.input": x}
            encoded = v.encode(x)
            if isinstance(v, AutoencoderTiny):
                out[f"vae.{tag}.encode.latents"] = encoded.latents
            else:
                out |= {f"vae.{tag}.encode.mean": encoded.latent_dist.mean,
                        f"vae.{tag}.encode.logvar": encoded.latent_dist.logvar}
    return out


def main():
    args, generator = start(__doc__)
    for name, parts in variants(generator):
        tensors = goldens(parts, generator)
        for part, model in parts.items():
            store(model, args.out / name / part)
        save_file({k: x.contiguous() for k, x in tensors.items()}, args.out / name / "golden.safetensors")
        print(name, len(tensors), "tensors")


if __name__ == "__main__":
    main()
