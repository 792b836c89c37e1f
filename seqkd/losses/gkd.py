"""Generalised distillation, partly on the student's own samples (Agarwal et al. 2024, GKD, ICLR).

    L = sum_t [ (1 - w) KL( p || m ) + w KL( q || m ) ],   m = w q + (1 - w) p

Each batch reads samples from the student with probability `on_policy_fraction` (the paper's lambda), otherwise the
targets. w (`student_weight`) is the student's weight in m, as everywhere here; the paper's beta is 1 - w. No gradient
flows through the sampling. To first order it is (1 - w) KL( p || q ) near w = 1 and w KL( q || p ) near w = 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from seqkd.losses.token_batch import TokenBatch
from seqkd.prefixes import mixed

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = True
ZERO_AT_TEACHER = True
PREFIXES = (mixed,)


class Options(mixed.Options):
    """The divergence, and the fraction of student prefixes."""

    student_weight: float = Field(
        0.5, gt=0, lt=1, description="Weight w of the student: m = w q + (1 - w) p, and of its half of the loss."
    )


def loss(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Sum over positions; student logits and teacher log-probabilities [N, V] to a scalar."""
    w, log_m = options.student_weight, batch.log_mixture(options.student_weight).flatten()
    p, q = batch.p.flatten(), batch.q.flatten()
    kl_teacher = p.dot(batch.teacher_logits.flatten()) - p.dot(log_m) - batch.log_z_teacher.sum()
    kl_student = q.dot(batch.student_logits.flatten()) - q.dot(log_m) - batch.log_z.sum()
    return (1 - w) * kl_teacher + w * kl_student


def gradient(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Gradient with respect to the logits, [N, V]: the part through m cancels, w q (log q - log m) remains.

    Logits replace log q: a constant added to a row cancels in the softmax.
    """
    log_m = batch.log_mixture(options.student_weight)
    return batch.softmax_backward((batch.student_logits - log_m).mul_(batch.q)).mul_(options.student_weight)
