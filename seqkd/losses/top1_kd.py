"""Word-KD of the first choice alone, correlations removed (Zhang et al. 2023, TIE-KD, arXiv 2305.08096).

    L = - sum_t p(a_t | y_<t, x) log q(a_t | y_<t, x),   a_t = argmax_v p(v | y_<t, x)

The rest of the teacher's distribution is dropped and nothing is renormalised. Its minimum is at q(a_t) = 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seqkd.losses.positions import Positions
from seqkd.settings import Settings

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = True


class Options(Settings):
    """`top1-kd` has no settings of its own."""


def loss(positions: Positions, options: Options) -> torch.Tensor:
    """Sum over positions; student logits and teacher log-probabilities [N, V] to a scalar."""
    first, best = _first(positions)
    return -(best * (positions.student.gather(1, first) - positions.log_z)).sum()


def gradient(positions: Positions, options: Options) -> torch.Tensor:
    """Of the loss with respect to the logits, [N, V]: p(a) q, less p(a) at a."""
    first, best = _first(positions)
    return (best * positions.q).scatter_add_(1, first, -best)


def _first(positions: Positions) -> tuple[torch.Tensor, torch.Tensor]:
    """The teacher's first choice and its probability, [N, 1] each."""
    first = positions.best_known(1)
    return first, positions.p.gather(1, first)
