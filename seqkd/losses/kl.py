"""Kullback-Leibler divergence from the teacher (Wen et al. 2023, f-DISTILL, arXiv 2307.15190).

    L = sum_t sum_v p(v | y_<t, x) [ log p(v | y_<t, x) - log q(v | y_<t, x) ]

On prefixes y of the targets. With `targets: samples` these are samples from the teacher and L is the step-wise form of
KL between the distributions over sentences; with references it is `word-kd` minus the teacher's entropy (equal
gradients).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seqkd.losses import topk
from seqkd.losses.token_batch import TokenBatch, TopK
from seqkd.utils.settings import Settings

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = True
SUPPORTS_TEACHER_TOPK = True
ZERO_AT_TEACHER = True


class Options(Settings):
    """`kl` has no settings."""


def loss(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Sum over positions; student logits and teacher log-probabilities [N, V] to a scalar."""
    if isinstance(batch.teacher, TopK):
        return topk.cross_entropy(batch) - topk.entropy(batch)
    return batch.kl_sum


def gradient(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Gradient with respect to the logits, [N, V]: q - p, since p sums to 1."""
    if isinstance(batch.teacher, TopK):
        return topk.gradient(batch)
    return batch.q - batch.p
