"""Skew KL divergence (Ko et al. 2024, DistiLLM, ICML).

    L = sum_t KL( p || m ),   m = w q + (1 - w) p

w (`student_weight`) is the student's weight in m; the paper's alpha = 0.1 is 1 - w. Gradients are bounded where q is
tiny. On prefixes of the targets; w = 1 would be `kl`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from seqkd.losses.token_batch import TokenBatch
from seqkd.utils.settings import Settings

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = True
ZERO_AT_TEACHER = True


class Options(Settings):
    """The mixture."""

    student_weight: float = Field(0.9, gt=0, lt=1, description="Weight w of the student: m = w q + (1 - w) p.")


def loss(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Sum over positions; student logits and teacher log-probabilities [N, V] to a scalar."""
    p = batch.p.flatten()
    kl = p.dot(batch.teacher_logits.flatten()) - p.dot(batch.log_mixture(options.student_weight).flatten())
    return kl - batch.log_z_teacher.sum()


def gradient(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Gradient with respect to the logits, [N, V]: -w q p / m, where p / m is at most 1 / (1 - w)."""
    w = options.student_weight
    return batch.softmax_backward((batch.p / batch.mixture(w)).mul_(batch.q).mul_(-w))
