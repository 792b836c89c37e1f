"""Negative log-likelihood of the target, the ordinary training objective.

    L = - sum_t log q(y_t | y_<t, x)

With label smoothing e the target distribution is (1 - e) onehot(y_t) + e / V: the share is spread over the whole
vocabulary, the target included (PyTorch's convention).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seqkd.losses.positions import Positions
from seqkd.settings import Settings

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = False


class Options(Settings):
    """`nll` has no settings of its own."""


def loss(positions: Positions, options: Options) -> torch.Tensor:
    """Sum over positions; logits [N, V] and targets [N] to a scalar."""
    log_q, smoothing = positions.log_q, positions.label_smoothing
    hard = -log_q.gather(1, positions.target[:, None]).sum()
    if not smoothing:
        return hard
    return (1 - smoothing) * hard - smoothing * log_q.mean(-1).sum()


def gradient(positions: Positions, options: Options) -> torch.Tensor:
    """Of the loss with respect to the logits, [N, V]: q less the target distribution."""
    smoothing = positions.label_smoothing
    grad = positions.q - smoothing / positions.q.shape[1]
    target = positions.target[:, None]
    return grad.scatter_(1, target, grad.gather(1, target) - (1 - smoothing))
