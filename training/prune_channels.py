"""Narrower levels of a U-Net: the channels whose loss matters least, in units that keep norm groups and heads whole.

A unit takes as many channels from each group of every group norm, so that all have as many groups as before, and whole
heads of every attention. config.json holds a width for each level only, so all that lies in a level loses as much:
the streams between blocks, the inside of residual blocks and transformers, heads, feed-forward layers. Which channels
each of these loses is its own choice.

Importance (Taylor expansion of the loss; Molchanov et al., 2019; Diff-Pruning, Fang et al., 2023): the sum of
|gradient x weight| over all weights that read or write a channel.
"""
import dataclasses
import math

import torch

from prune_blocks import multiply_adds, new_unet, per_level


@dataclasses.dataclass(frozen=True)
class Space:
    """Channels that are kept or dropped as one set: `parts` parts lose equally many, heads are dropped as a whole."""
    name: str
    level: int
    size: int
    parts: int = 1
    head: int = 1


class Layout:
    """Which space each dimension of each weight belongs to: rows and columns as lists of spaces, or None."""

    def __init__(self, unet):
        self.unet, self.config = unet, unet.config
        self.widths = list(self.config["block_out_channels"])
        self.groups = self.config["norm_num_groups"]
        self.heads = per_level(self.config, "attention_head_dim")
        self.of = {}
        self.streams = self._walk()
        self.spaces = {s.name: s for dims in self.of.values() for d in dims if d for s in d}

    def _put(self, name, rows, columns=None):
        module = self.unet.get_submodule(name)
        self.of[f"{name}.weight"] = (rows, columns)
        if getattr(module, "bias", None) is not None:
            self.of[f"{name}.bias"] = (rows,)

    def _space(self, name, level, parts=1, head=1, times=1):
        return [Space(name, level, times * self.widths[level], parts, head)]

    def _walk(self):
        last = len(self.widths) - 1
        stream = self._space("down.0", 0, self.groups)
        streams = {"down.0": stream}
        self._put("conv_in", stream)
        skips = [stream]
        for i, block in enumerate(self.unet.down_blocks):
            # Of equal width there is no shortcut convolution: the channels are the same ones.
            out = stream if i and self.widths[i] == self.widths[i - 1] else self._space(f"down.{i}", i, self.groups)
            for k in range(len(block.resnets)):
                self._layer(f"down_blocks.{i}", block, k, i, stream, out)
                stream = out
                skips.append(stream)
            if block.downsamplers:
                self._put(f"down_blocks.{i}.downsamplers.0.conv", stream, stream)
                skips.append(stream)
            streams[f"down.{i}"] = stream
        if self.unet.mid_block is not None:
            self._resnet("mid_block.resnets.0", self.unet.mid_block.resnets[0], last, stream, stream)
            for k, resnet in enumerate(self.unet.mid_block.resnets[1:]):
                self._transformer(f"mid_block.attentions.{k}", self.unet.mid_block.attentions[k], last, stream)
                self._resnet(f"mid_block.resnets.{k + 1}", resnet, last, stream, stream)
        for j, block in enumerate(self.unet.up_blocks):
            level = last - j
            out = self._space(f"up.{j}", level, self.groups)
            for k in range(len(block.resnets)):
                self._layer(f"up_blocks.{j}", block, k, level, stream + skips.pop(), out)
                stream = out
            if block.upsamplers:
                self._put(f"up_blocks.{j}.upsamplers.0.conv", stream, stream)
            streams[f"up.{j}"] = stream
        self._put("conv_norm_out", stream)
        self._put("conv_out", None, stream)
        return {name: spaces[0] for name, spaces in streams.items()}

    def _layer(self, name, block, k, level, before, out):
        self._resnet(f"{name}.resnets.{k}", block.resnets[k], level, before, out)
        if getattr(block, "attentions", None):
            self._transformer(f"{name}.attentions.{k}", block.attentions[k], level, out)

    def _resnet(self, name, resnet, level, before, out):
        inner = self._space(f"{name}.inner", level, self.groups)
        self._put(f"{name}.norm1", before)
        self._put(f"{name}.conv1", inner, before)
        self._put(f"{name}.time_emb_proj", inner)
        self._put(f"{name}.norm2", inner)
        self._put(f"{name}.conv2", out, inner)
        if resnet.conv_shortcut is not None:
            self._put(f"{name}.conv_shortcut", out, before)

    def _transformer(self, name, transformer, level, stream):
        inner = self._space(f"{name}.inner", level)
        self._put(f"{name}.norm", stream)
        self._put(f"{name}.proj_in", inner, stream)
        self._put(f"{name}.proj_out", stream, inner)
        for k, block in enumerate(transformer.transformer_blocks):
            at = f"{name}.transformer_blocks.{k}"
            for norm in ("norm1", "norm2", "norm3"):
                self._put(f"{at}.{norm}", inner)
            for attention, text in (("attn1", block.only_cross_attention), ("attn2", True)):
                heads = self._space(f"{at}.{attention}", level, head=self.widths[level] // self.heads[level])
                self._put(f"{at}.{attention}.to_q", heads, inner)
                for part in ("to_k", "to_v"):
                    self._put(f"{at}.{attention}.{part}", heads, None if text else inner)
                self._put(f"{at}.{attention}.to_out.0", inner, heads)
            hidden = self._space(f"{at}.ff", level, times=4)
            self._put(f"{at}.ff.net.0.proj", hidden + hidden, inner)  # values, then gates
            self._put(f"{at}.ff.net.2", inner, hidden)

    def unit(self, level):
        """The fewest channels that a level can lose, with the levels of equal width beside it."""
        return math.lcm(self.groups, *(self.widths[i] // self.heads[i] for i in self.tied(level)))

    def tied(self, level):
        """The neighbours that share a stream with a level because they have its width, and itself."""
        low = high = level
        while low and self.widths[low - 1] == self.widths[level]:
            low -= 1
        while high + 1 < len(self.widths) and self.widths[high + 1] == self.widths[level]:
            high += 1
        return range(low, high + 1)

    def fits(self, widths):
        """Whether equal neighbours stay equal and others stay different: else shortcut convolutions come or go."""
        pairs = list(zip(self.widths, self.widths[1:])), list(zip(widths, widths[1:]))
        return all((a == b) == (c == d) for (a, b), (c, d) in zip(*pairs))

    def importance(self, of_weights):
        """|gradient x weight| of the weights by name -> importance of the channels [size] of each space by name."""
        total = {name: torch.zeros(s.size) for name, s in self.spaces.items()}
        for weight, value in of_weights.items():
            for d, spaces in enumerate(self.of.get(weight, ())):
                if spaces:
                    sums = value.movedim(d, 0).reshape(value.size(d), -1).sum(1)
                    for space, part in zip(spaces, sums.split([s.size for s in spaces])):
                        total[space.name] += part
        return total

    def keep(self, space, importance, width):
        """Sorted indices of the channels that a space keeps when its level becomes `width` wide."""
        kept = space.size * width // self.widths[space.level]
        scores = importance.view(-1, space.head).sum(1).view(space.parts, -1)
        best = scores.topk(kept // space.parts // space.head, 1).indices
        units = best + torch.arange(space.parts)[:, None] * scores.size(1)
        channels = units.view(-1, 1) * space.head + torch.arange(space.head)
        return channels.flatten().sort().values

    def dropped(self, importance, widths):
        """The importance of all channels that are lost with these widths."""
        return sum(i.sum().item() - i[self.keep(self.spaces[n], i, widths[self.spaces[n].level])].sum().item()
                   for n, i in importance.items())


def narrowed(config, widths):
    """The config with these widths; heads stay as wide as they are, and so does the time embedding."""
    heads = [w * h // old for w, h, old in zip(widths, per_level(config, "attention_head_dim"),
                                               config["block_out_channels"])]
    return dict(config, block_out_channels=list(widths), attention_head_dim=heads,
                time_embedding_dim=config["time_embedding_dim"] or 4 * config["block_out_channels"][0])


def choose_widths(layout, importance, share, tokens):
    """Takes the unit that loses the least importance for its multiply-adds until at most `share` of them is left."""
    widths, whole = list(layout.widths), multiply_adds(layout.config, tokens)
    work, lost = whole, 0.0
    while work > share * whole:
        found = []
        for level in sorted({layout.tied(i)[0] for i in range(len(widths))}):
            fewer = list(widths)
            for i in layout.tied(level):
                fewer[i] -= layout.unit(level)
            if min(fewer) > 0 and layout.fits(fewer):
                less = multiply_adds(narrowed(layout.config, fewer), tokens)
                more_lost = layout.dropped(importance, fewer)
                found.append(((more_lost - lost) / (work - less), fewer, less, more_lost))
        if not found:
            raise SystemExit(f"no narrower levels than {widths}: {work / whole:.2f} of the multiply-adds are left")
        _, widths, work, lost = min(found)
    return widths


def choose_channels(layout, importance, widths):
    """Sorted indices of the channels that each space keeps, by its name."""
    return {name: layout.keep(s, importance[name], widths[s.level]) for name, s in layout.spaces.items()}


def cut(layout, kept, widths):
    """The U-Net with these widths, of the weights of the channels that are kept."""
    small, weights = new_unet(narrowed(layout.config, widths)), layout.unet.state_dict()
    for key, spaces_of_dims in layout.of.items():
        for d, spaces in enumerate(spaces_of_dims):
            if spaces:
                starts = [sum(s.size for s in spaces[:k]) for k in range(len(spaces))]
                index = torch.cat([kept[s.name] + start for s, start in zip(spaces, starts)])
                weights[key] = weights[key].index_select(d, index)
    weights["time_embedding.linear_1.weight"] = _refit_time(layout.unet, small)
    small.load_state_dict(weights)
    return small


@torch.no_grad()
def check(layout, tokens):
    """Fails if the layout is wrong: a U-Net whose channels change places with their neighbours must say the same.

    Neighbours, as they share a group of every norm, also of those over two streams.
    """
    config, swapped = layout.config, {}
    for name, space in layout.spaces.items():
        pairs = torch.arange(space.size).view(-1, 2)
        turn = torch.rand(len(pairs), generator=torch.Generator().manual_seed(len(swapped))) < 0.5
        swapped[name] = torch.where(turn[:, None], pairs.flip(1), pairs).flatten()
    inputs = (torch.randn(1, config["in_channels"], config["sample_size"], config["sample_size"]), torch.tensor([500]),
              torch.randn(1, tokens, config["cross_attention_dim"]))
    before, after = (unet.eval()(*inputs).sample for unet in (layout.unet, cut(layout, swapped, layout.widths)))
    if not torch.allclose(before, after, atol=1e-4):
        raise AssertionError(f"channels do not lie where they are thought to: {(before - after).abs().max():.1e} off")


def _refit_time(unet, small):
    """The sinusoids are as many as the first level is wide: weights that say the same of fewer ones, by least squares."""
    times = torch.arange(1000.0)
    old, new = unet.time_proj(times), small.time_proj(times)
    wanted = old @ unet.time_embedding.linear_1.weight.detach().T
    return torch.linalg.lstsq(new.double(), wanted.double(), driver="gelsd").solution.T.float()
