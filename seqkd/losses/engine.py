"""The teacher's energy of the student's tokens (Tu et al. 2020, ENGINE, as adapted by Wen et al. 2023).

    L = - sum_t sum_v q(v | y'_<t, x) log p(v | y'_<t, x),   y' ~ q

This is `rkl` without the student's entropy, so it rewards a student that puts all its mass on one token. On prefixes y'
sampled from the student; `top_k: 1` makes them greedy, as in f-DISTILL's public code. Its minimum is not at q = p.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seqkd.losses.token_batch import TokenBatch
from seqkd.prefixes import student

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = True
PREFIXES = (student,)


class Options(student.Options):
    """How the student is sampled."""


def loss(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Sum over positions; student logits and teacher log-probabilities [N, V] to a scalar."""
    return -_weighted(batch).sum()


def gradient(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Gradient with respect to the logits, [N, V]."""
    return batch.softmax_backward(-_weighted(batch))


def _weighted(batch: TokenBatch) -> torch.Tensor:
    return batch.cached("engine", lambda: batch.q * batch.log_p)
