"""Reverse Kullback-Leibler divergence (Wen et al. 2023, f-DISTILL, arXiv 2307.15190).

    L = sum_t sum_v q(v | y'_<t, x) [ log q(v | y'_<t, x) - log p(v | y'_<t, x) ],   y' ~ q

On prefixes y' sampled from the student. The gradient flows through both q, but not through the sampling of y'.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seqkd.losses.token_batch import TokenBatch
from seqkd.prefixes import student

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = True
ZERO_AT_TEACHER = True
PREFIXES = (student,)


class Options(student.Options):
    """How the student is sampled."""


def loss(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Sum over positions; student logits and teacher log-probabilities [N, V] to a scalar."""
    return _weighted(batch).sum() - (batch.log_z - batch.log_z_teacher).sum()


def gradient(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Gradient with respect to the logits, [N, V]: q (log q - log p - RKL); a constant added to a row cancels."""
    return batch.softmax_backward(_weighted(batch))


def _weighted(batch: TokenBatch) -> torch.Tensor:
    """q times the difference of the logits, [N, V]: log q - log p without the normaliser of each row."""
    return batch.cached("rkl", lambda: (batch.student_logits - batch.teacher_logits).mul_(batch.q))
