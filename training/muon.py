"""Muon for the inner matrices of a network, AdamW for the rest, as one optimizer.

Jordan et al., 2024: the momentum of a matrix is replaced by the nearest orthogonal matrix, found by five Newton-Schulz
steps, so that no direction of a weight learns much faster than another. Updates have AdamW's usual size, a root mean
square of 0.2 (Liu et al., 2025), so both kinds of weights share one learning rate. A convolution [out, in, h, w] is a
matrix [out, in h w].
"""
import torch

_COEFFICIENTS = (3.4445, -4.7750, 2.0315)
_RMS = 0.2


def orthogonal(gradient, steps=5):
    """About U V^T of the singular value decomposition U S V^T of `gradient` [rows, columns], in bfloat16."""
    a, b, c = _COEFFICIENTS
    x = gradient.bfloat16()
    tall = x.size(0) > x.size(1)
    if tall:
        x = x.T.contiguous()
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        square = x @ x.T
        x = torch.addmm(x, torch.addmm(square, square, square, beta=b, alpha=c), x, beta=a)
    return x.T if tall else x


class MuonAndAdamW(torch.optim.Optimizer):
    """Muon for `matrices`, AdamW for `others`; a learning rate of a group is AdamW's."""

    def __init__(self, matrices, others, lr, weight_decay, momentum=0.95, betas=(0.9, 0.99)):
        super().__init__([dict(params=matrices, muon=True), dict(params=others, muon=False)],
                         dict(lr=lr, weight_decay=weight_decay))
        self.momentum = momentum
        self.adam = torch.optim.AdamW(others, lr=lr, betas=betas, weight_decay=weight_decay, fused=True)

    @torch.no_grad()
    def step(self):
        matrices, others = self.param_groups
        self.adam.param_groups[0]["lr"] = others["lr"]
        self.adam.step()
        lr, decay = matrices["lr"], matrices["weight_decay"]
        for p in matrices["params"]:
            momentum = self.state[p].setdefault("momentum", torch.zeros_like(p))
            momentum.lerp_(p.grad, 1 - self.momentum)
            update = orthogonal(p.grad.lerp(momentum, self.momentum).flatten(1))
            p.mul_(1 - lr * decay).add_(update.view_as(p), alpha=-lr * _RMS * max(update.shape) ** 0.5)

    def state_dict(self):
        return dict(muon=super().state_dict(), adam=self.adam.state_dict())

    def load_state_dict(self, state):
        super().load_state_dict(state["muon"])
        self.adam.load_state_dict(state["adam"])


def split(modules):
    """(inner matrices, all else) of the trained parameters: first and last layers, embeddings and vectors are else."""
    outer = ("conv_in.", "conv_out.", "embedding", "cond_proj")
    named = [(n, p) for m in modules for n, p in m.named_parameters() if p.requires_grad]
    inner = [p for n, p in named if p.ndim >= 2 and not any(o in n for o in outer)]
    return inner, [p for n, p in named if not any(p is i for i in inner)]
