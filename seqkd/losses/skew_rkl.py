"""Skew reverse KL divergence (Ko et al. 2024, DistiLLM, ICML).

    L = sum_t KL( q || m ),   m = w q + (1 - w) p

w (`student_weight`) is the student's weight in m, the paper's alpha = 0.1. On prefixes of the targets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from seqkd.losses.positions import Positions
from seqkd.settings import Settings

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = True
MINIMAL_AT_TEACHER = True


class Options(Settings):
    """The mixture."""

    student_weight: float = Field(0.1, gt=0, lt=1, description="Weight w of the student: m = w q + (1 - w) p.")


def loss(positions: Positions, options: Options) -> torch.Tensor:
    """Sum over positions; student logits and teacher log-probabilities [N, V] to a scalar."""
    q = positions.q.flatten()
    kl = q.dot(positions.student.flatten()) - q.dot(positions.log_mixture(options.student_weight).flatten())
    return kl - positions.log_z.sum()


def gradient(positions: Positions, options: Options) -> torch.Tensor:
    """Gradient with respect to the logits, [N, V]: q (log q - log m - w q / m), where q / m is at most 1 / w."""
    w = options.student_weight
    grad_q = (positions.q / positions.mixture(w)).mul_(-w).add_(positions.student).sub_(positions.log_z)
    return positions.through_softmax(grad_q.sub_(positions.log_mixture(w)).mul_(positions.q))
