"""Fine-tunes what prune.py cut by what the whole U-Net says and thinks: BK-SDM (Kim et al., 2023).

Loss: the v error, the difference from the whole U-Net's v, and the difference of the features after each block, each
relative to the whole U-Net's mean square, over the channels that both have. Pictures that the judge holds out are not
learnt from. A pruned model and one of random blocks are compared by giving both the same --steps.
Work folder: reads prune/NAME, its base, latents/, pictures/; writes prune/NAME/step-N.pt, prune/NAME/log.csv,
export/NAME (model folder).
"""
import argparse
import json

import torch

import averaging
from models import UNet2DConditionModel, load_part
from prune import Base, Probe
from prune_blocks import AttnProcessor
from run import Run, add_run_arguments
from work import add_work_argument, autocast, single_thread


class Features:
    """What a U-Net computes after each block, in the channels that the pruned one has: whichever ran last."""

    def __init__(self, unet, channels):
        self.of = {}
        blocks = {f"{way}.{i}": block for way in ("down", "up")
                  for i, block in enumerate(getattr(unet, f"{way}_blocks"))}
        for name, block in blocks.items():
            block.register_forward_hook(self._hook(name, channels.get(name)))

    def _hook(self, name, channels):
        def hear(module, inputs, output):
            x = output[0] if isinstance(output, tuple) else output
            self.of[name] = x if channels is None else x[:, channels]
        return hear

    def difference(self, wanted):
        """Mean over the blocks of the squared difference relative to the mean square of `wanted`."""
        parts = [(self.of[n].float() - w.float()).square().mean() / w.float().square().mean()
                 for n, w in wanted.of.items()]
        return sum(parts) / len(parts)


def work_on(rank, args):
    single_thread()
    folder = args.work / "prune" / args.name
    cut = json.loads((folder / "prune.json").read_text())
    base = Base(args.work, cut["base"])
    student = load_part(UNet2DConditionModel, folder / "model/unet")
    student.set_attn_processor(AttnProcessor())
    probe = Probe(base, args.count) if rank == 0 else None
    theirs = Features(base.unet, {name: torch.tensor(c) for name, c in cut["streams"].items()})
    ours = Features(student, {})

    def on_save(run, final):
        difference, error = probe.errors(student)
        student.train()
        if final:
            base.export(args.work / "export" / args.name, student)
        return dict(output_loss=round(difference, 5), v_error=round(error, 5))

    run = Run(rank, args, folder, dict(unet=student), ("loss", "feature_loss", "output_loss", "v_error"), on_save)
    examples = base.examples(run.random_seed)
    while run.goes_on():
        x, ids = examples.batch(args.batch)
        times, noise, hidden = base.noising.draw_times(args.batch), torch.randn_like(x), base.hidden(ids)
        noisy = base.noising.noisy(x, noise, times)
        with autocast():
            with torch.no_grad():
                whole = base.unet(noisy, times, encoder_hidden_states=hidden).sample
            answer = student(noisy, times, encoder_hidden_states=hidden).sample
        features = ours.difference(theirs)
        loss = (answer.float() - base.noising.velocity(x, noise, times)).square().mean() \
            + (answer.float() - whole.float()).square().mean() + features
        run.learn(loss, loss=loss.item(), feature_loss=features.item())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_work_argument(parser)
    parser.add_argument("name", help="as given to prune.py")
    add_run_arguments(parser, lr=5e-4, batch=32)
    parser.add_argument("--count", type=int, default=16, help="held-out pictures at each noise level")
    averaging.run(work_on, parser.parse_args())


if __name__ == "__main__":
    main()
