"""Whole blocks that a U-Net can do without, where other values of its config.json describe the rest.

  down.I.attentions, up.J.attentions   the transformers of a level (its block type becomes DownBlock2D or UpBlock2D)
  mid.tail, mid                        the middle block but for its first residual block; all of it
  layer.I                              of a level with several layers the last one going down and the last but one going
                                       up (BK-SDM, Kim et al., 2023): the shapes of what stays are as they were

Other forms, such as an up block of one layer or a level without layers, have no config in diffusers.
"""
import itertools
import re

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import Attention, AttnProcessor

MID = "UNetMidBlock2DCrossAttn"


def per_level(config, key):
    value = config[key]
    return list(value) if isinstance(value, (list, tuple)) else [value] * len(config["block_out_channels"])


def units(config):
    """The names of the blocks that can be left out."""
    found = [f"{way}.{i}.attentions" for way in ("down", "up")
             for i, kind in enumerate(config[f"{way}_block_types"]) if kind.startswith("CrossAttn")]
    if config["mid_block_type"] == MID:
        found.append("mid.tail")
    if config["mid_block_type"]:
        found.append("mid")
    return found + [f"layer.{i}" for i, count in enumerate(per_level(config, "layers_per_block")) if count > 1]


def possible(names):
    return not {"mid", "mid.tail"} <= set(names)


def without(config, names):
    """The config that is left."""
    config = dict(config)
    for name in names:
        part, *rest = name.split(".")
        if name == "mid":
            config["mid_block_type"] = None
        elif name == "mid.tail":
            config["mid_block_type"] = "UNetMidBlock2D"
        elif part == "layer":
            layers = per_level(config, "layers_per_block")
            layers[int(rest[0])] -= 1
            config["layers_per_block"] = layers
        else:
            kinds = list(config[f"{part}_block_types"])
            kinds[int(rest[0])] = kinds[int(rest[0])].removeprefix("CrossAttn")
            config[f"{part}_block_types"] = kinds
    return config


def new_unet(config):
    # Of a config with its list of keys left at their defaults, from_config ignores what these keys say now.
    unet = UNet2DConditionModel.from_config({k: v for k, v in config.items() if k != "_use_default_values"})
    unet.set_attn_processor(AttnProcessor())
    return unet


def carry(values, config, names):
    """Values by the names of a U-Net's weights -> those that stay without these blocks, by their new names."""
    counts = [per_level(c, "layers_per_block")[::-1] for c in (config, without(config, names))]
    small = new_unet(without(config, names))

    def source(key):
        found = re.match(r"(up_blocks\.(\d+)\.(?:resnets|attentions)\.)(\d+)(\..*)", key)
        if not found:
            return key
        head, level, layer, tail = found.groups()
        old, new = (c[int(level)] for c in counts)
        return f"{head}{old if int(layer) == new else layer}{tail}"

    return {key: values[source(key)] for key in small.state_dict()}


def cut(unet, names):
    """The U-Net without these blocks, with its weights."""
    small = new_unet(without(unet.config, names))
    small.load_state_dict(carry(unet.state_dict(), unet.config, names))
    return small


def multiply_adds(config, tokens):
    """Of one evaluation for one picture of the config's sample_size, without computing it."""
    total = 0

    def count(module, inputs, output):
        nonlocal total
        if isinstance(module, torch.nn.Conv2d):
            total += output.numel() * module.weight[0].numel()
        else:
            total += output.numel() * module.in_features

    def attend(module, inputs, keywords, output):
        nonlocal total
        text = keywords.get("encoder_hidden_states")
        queries, keys = inputs[0].shape[1], inputs[0].shape[1] if text is None else text.shape[1]
        total += 2 * queries * keys * module.inner_dim

    with torch.device("meta"):
        unet = new_unet(config)
        for module in unet.modules():
            if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
                module.register_forward_hook(count)
            elif isinstance(module, Attention):
                module.register_forward_hook(attend, with_kwargs=True)
        size = config["sample_size"]
        with torch.no_grad():
            unet(torch.empty(1, config["in_channels"], size, size), torch.empty(1),
                 encoder_hidden_states=torch.empty(1, tokens, config["cross_attention_dim"]))
    return total


def choices(config, tokens):
    """[(names, share of the multiply-adds that is left)] of every set of blocks that can be left out together."""
    names = units(config)
    if len(names) > 14:
        raise ValueError(f"{len(names)} blocks have too many sets to try all: {names}")
    whole = multiply_adds(config, tokens)
    sets = [s for n in range(len(names) + 1) for s in itertools.combinations(names, n) if possible(s)]
    saved = {name: whole - multiply_adds(without(config, [name]), tokens) for name in names}
    return [(s, 1 - sum(saved[name] for name in s) / whole) for s in sets]
