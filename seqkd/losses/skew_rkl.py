"""Skew reverse KL divergence (Ko et al. 2024, DistiLLM, ICML).

    L = sum_t KL( q || m ),   m = w q + (1 - w) p

w (`student_weight`) is the student's weight in m, the paper's alpha = 0.1. On prefixes of the targets.
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

    student_weight: float = Field(0.1, gt=0, lt=1, description="Weight w of the student: m = w q + (1 - w) p.")


def loss(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Sum over positions; student logits and teacher log-probabilities [N, V] to a scalar."""
    q = batch.q.flatten()
    kl = q.dot(batch.student_logits.flatten()) - q.dot(batch.log_mixture(options.student_weight).flatten())
    return kl - batch.log_z.sum()


def gradient(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Gradient with respect to the logits, [N, V]: q (log q - log m - w q / m), where q / m is at most 1 / w."""
    w = options.student_weight
    grad_q = (batch.q / batch.mixture(w)).mul_(-w).add_(batch.student_logits).sub_(batch.log_z)
    return batch.softmax_backward(grad_q.sub_(batch.log_mixture(w)).mul_(batch.q))
