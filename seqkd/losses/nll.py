"""Negative log-likelihood of the target, the ordinary training objective (Kim & Rush 2016).

    L = - sum_t log q(y_t | y_<t, x)

With label smoothing e the target distribution is (1 - e) onehot(y_t) + e / V: the mass e is spread over the whole
vocabulary, including the target (PyTorch's convention).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seqkd.losses.token_batch import TokenBatch
from seqkd.utils.settings import Settings

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = False


class Options(Settings):
    """`nll` has no settings."""


def loss(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Sum over positions; logits [N, V] and targets [N] to a scalar."""
    logits, log_z, smoothing = batch.student_logits, batch.log_z, batch.label_smoothing
    nll = (log_z - logits.gather(1, batch.target[:, None])).sum()
    if not smoothing:
        return nll
    return (1 - smoothing) * nll + smoothing * (log_z - logits.mean(-1, keepdim=True)).sum()


def gradient(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Gradient with respect to the logits, [N, V]: q minus the target distribution."""
    smoothing, target = batch.label_smoothing, batch.target[:, None]
    grad = batch.q - smoothing / batch.q.shape[1] if smoothing else batch.q.clone()
    return grad.scatter_(1, target, grad.gather(1, target) - (1 - smoothing))
