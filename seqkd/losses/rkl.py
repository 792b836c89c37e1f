"""Reverse Kullback-Leibler divergence (Wen et al. 2023, f-DISTILL, arXiv 2307.15190).

    L = sum_t sum_v q(v | y'_<t, x) [ log q(v | y'_<t, x) - log p(v | y'_<t, x) ],   y' ~ q

On prefixes y' sampled from the student. The gradient flows through both q, but not through the sampling of y'.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seqkd.losses.positions import Positions
from seqkd.prefixes import student

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = True
MINIMAL_AT_TEACHER = True
PREFIXES = (student,)


class Options(student.Options):
    """How the student is sampled."""


def loss(positions: Positions, options: Options) -> torch.Tensor:
    """Sum over positions; student logits and teacher log-probabilities [N, V] to a scalar."""
    return _weighted(positions).sum() - (positions.log_z - positions.log_z_teacher).sum()


def gradient(positions: Positions, options: Options) -> torch.Tensor:
    """Gradient with respect to the logits, [N, V]: q (log q - log p - RKL); a constant added to a row cancels."""
    return positions.through_softmax(_weighted(positions))


def _weighted(positions: Positions) -> torch.Tensor:
    """q times the difference of the logits, [N, V]: log q - log p without the normaliser of each row."""
    return positions.once("rkl", lambda: (positions.student - positions.known).mul_(positions.q))
