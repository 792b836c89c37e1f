"""Word-KD without the teacher's first choice (Zhang et al. 2023, TIE-KD, arXiv 2305.08096).

    L = sum_t sum_v p'(v) [ log p'(v) - log q(v | y_<t, x) ],   p'(a_t) = 0,   p'(y_t) = p(y_t) + p(a_t)

p' is p with the mass of a_t = argmax_v p(v | y_<t, x) moved onto the reference y_t; where both are one token nothing
changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seqkd.losses.positions import Positions
from seqkd.settings import Settings

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = True


class Options(Settings):
    """`no-top1-kd` has no settings of its own."""


def misfit(options: Options, targets: str) -> str:
    """Only references say something that the teacher's first choice does not."""
    return "" if targets == "gold" else "moves the teacher's first choice onto the reference; write `targets: gold`"


def loss(positions: Positions, options: Options) -> torch.Tensor:
    """Sum over positions; student logits and teacher log-probabilities [N, V] to a scalar.

    sum p' log p' is sum p log p but for two words, so that no logarithm of [N, V] is taken.
    """
    first, target = positions.best_known(1), positions.target[:, None]
    best, named = positions.p.gather(1, first), positions.p.gather(1, target)
    joined = best + named
    change = (joined.xlogy(joined) - best.xlogy(best) - named.xlogy(named))[first != target].sum()
    whole = positions.p.flatten().dot(positions.known.flatten()) - positions.log_z_teacher.sum()
    cross = moved(positions).flatten().dot(positions.student.flatten()) - positions.log_z.sum()
    return whole + change - cross


def gradient(positions: Positions, options: Options) -> torch.Tensor:
    """Of the loss with respect to the logits, [N, V]: q - p', since p' sums to 1."""
    return positions.q - moved(positions)


def moved(positions: Positions) -> torch.Tensor:
    """p', [N, V]."""

    def make() -> torch.Tensor:
        first = positions.best_known(1)
        best = positions.p.gather(1, first)
        return positions.p.scatter_add(1, first, -best).scatter_add_(1, positions.target[:, None], best)

    return positions.once("no-top1-kd", make)
