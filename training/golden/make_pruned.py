"""A tiny U-Net as training/prune.py leaves it, with what diffusers computes: make_pruned.py OUT [SEED].

Fails if a U-Net whose blocks were cut does not say the same as the whole one with those blocks silenced, or if channels
do not lie where prune_channels.py thinks. OUT/whole/config.json, OUT/unet (F16), OUT/golden.safetensors (8x8 and 7x5
latents), OUT/pruned.json (multiply-adds of both by hooks on diffusers' modules).
"""
import copy
import json
import pathlib
import sys

import torch
from diffusers import UNet2DConditionModel
from make_models import CROSS_DOWN, CROSS_UP, DOWN, UP, perturbed, start, store
from safetensors.torch import save_file

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import prune_blocks as blocks  # noqa: E402
import prune_channels as channels  # noqa: E402

TOKENS = 5
CUT = ["down.0.attentions", "up.1.attentions", "mid.tail", "layer.1"]
WIDTHS = [8, 12, 16]


def silenced(unet):
    """The U-Net with the blocks of CUT that only add to what they get adding nothing."""
    quiet = copy.deepcopy(unet)
    layers = [t.proj_out for i in (0,) for t in quiet.down_blocks[i].attentions] \
        + [t.proj_out for t in quiet.up_blocks[1].attentions] \
        + [quiet.mid_block.attentions[0].proj_out, quiet.mid_block.resnets[1].conv2]
    for layer in layers:
        torch.nn.init.zeros_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    return quiet


def inputs(batch, height, width, g):
    return dict(sample=torch.randn(batch, 4, height, width, generator=g), timestep=torch.tensor([981.0, 1.0][:batch]),
                encoder_hidden_states=torch.randn(batch, TOKENS, 12, generator=g))


def main():
    args, g = start(__doc__)
    whole = perturbed(UNet2DConditionModel(
        sample_size=8, block_out_channels=(8, 16, 24), layers_per_block=2, cross_attention_dim=12, norm_num_groups=4,
        attention_head_dim=[2, 4, 6], use_linear_projection=True, down_block_types=(CROSS_DOWN, CROSS_DOWN, DOWN),
        up_block_types=(UP, CROSS_UP, CROSS_UP)), g)
    x = inputs(2, 8, 8, g)
    with torch.no_grad():
        quiet = CUT[:3]
        difference = (blocks.cut(whole, quiet)(**x).sample - silenced(whole)(**x).sample).abs().max()
        assert difference < 1e-5, f"without {quiet}: {difference}"
        short = blocks.cut(whole, CUT)
        layout = channels.Layout(short)
        channels.check(layout, TOKENS)
        scores = {name: torch.rand(s.size, generator=g) for name, s in layout.spaces.items()}
        pruned = channels.cut(layout, channels.choose_channels(layout, scores, WIDTHS), WIDTHS).half().float()
        tensors = {}
        for tag, (batch, height, width) in dict(square=(2, 8, 8), odd=(1, 7, 5)).items():
            case = inputs(batch, height, width, g)
            case["output"] = pruned(**case).sample
            tensors |= {f"unet.{tag}.{key}": value for key, value in case.items()}
    store(pruned, args.out / "unet")
    whole.save_config(args.out / "whole")
    save_file({k: x.contiguous() for k, x in tensors.items()}, args.out / "golden.safetensors")
    found = dict(without=CUT, block_out_channels=WIDTHS, multiply_adds_of_whole=blocks.multiply_adds(whole.config, TOKENS),
                 multiply_adds=blocks.multiply_adds(pruned.config, TOKENS))
    (args.out / "pruned.json").write_text(json.dumps(found, indent=1) + "\n")
    print(found)


if __name__ == "__main__":
    main()
