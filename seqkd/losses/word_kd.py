"""Word-level distillation (Kim & Rush 2016, section 3.1).

    L = - sum_t sum_v p(v | y_<t, x) log q(v | y_<t, x)

p is the teacher, q the student, over the full vocabulary, at temperature 1. This is the cross-entropy: it differs from
KL(p || q) by the teacher's entropy, so gradients are equal and logged values are not.
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
    """`word-kd` has no settings."""


def loss(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Sum over positions; student and teacher logits [N, V] to a scalar. p sums to 1, so log q is not needed."""
    if isinstance(batch.teacher, TopK):
        return topk.cross_entropy(batch)
    return batch.log_z.sum() - batch.p.flatten().dot(batch.student_logits.flatten())


def gradient(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Gradient with respect to the logits, [N, V]: q - p, since p sums to 1."""
    if isinstance(batch.teacher, TopK):
        return topk.gradient(batch)
    return batch.q - batch.p
