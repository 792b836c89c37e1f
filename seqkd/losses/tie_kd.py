"""Top-1 information enhanced: KL and hierarchical ranking, iterated (Zhang et al. 2023, TIE-KD, arXiv 2305.08096).

    L   = 1/N sum_n sum_t [ KL(p || q) + R1 + R2 ]   on z^(1) = the targets, z^(n+1) = the student's argmax on z^(n)
    R1  = sum_i max(0, q(a_i) - q(a_1))                                  a_1 .. a_k: the teacher's top k, best first
    R2  = sum_i sum_j 1[ p(a_i) > p(b_j) ] max(0, q(b_j) - q(a_i))       b_1 .. b_k: the student's top k

On probabilities, with hinges of margin 0. The teacher only decides which pairs count; gradients flow through q. The
paper mixes it as `{nll: 0.5, tie-kd: 0.5}` with label smoothing 0.1, k = 5 and N = 3. KL is exact, without the 1e-6
that the public code adds to probabilities.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from seqkd.losses.positions import Positions
from seqkd.prefixes import argmax, targets

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = True
MINIMAL_AT_TEACHER = True
PREFIXES = (targets, argmax)


class Options(argmax.Options):
    """Size of the lists and number of prefixes."""

    k: int = Field(5, ge=1, le=1000, description="Most probable words of teacher and student that are ranked.")


def loss(positions: Positions, options: Options) -> torch.Tensor:
    """One iteration, summed over positions; student logits and teacher log-probabilities [N, V] to a scalar."""
    return (positions.kl_sum + sum(level.sum() for level in ranking(positions, options.k))) / options.iterations


def gradient(positions: Positions, options: Options) -> torch.Tensor:
    """Of the loss with respect to the logits, [N, V]. The ranking reaches k words of each, but through q all words."""
    ours, theirs = positions.best_known(options.k), positions.best_own(options.k)
    q, share = positions.q, 1 / options.iterations
    high, low = q.gather(1, ours), q.gather(1, theirs)
    above = (high > high[:, :1]).to(q.dtype)
    wrong = (_gate(positions, ours, theirs) & (low[:, None, :] > high[:, :, None])).to(q.dtype)
    first = above - wrong.sum(2)
    first[:, 0] -= above.sum(1)
    raised, lowered = share * first * high, share * wrong.sum(1) * low
    rest = share - raised.sum(1, keepdim=True) - lowered.sum(1, keepdim=True)
    grad = (q * rest).sub_(positions.p, alpha=share)
    return grad.scatter_add_(1, ours, raised).scatter_add_(1, theirs, lowered)


def ranking(positions: Positions, k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Both levels of the ranking loss, R1 and R2, [N] each."""
    ours, theirs = positions.best_known(k), positions.best_own(k)
    high, low = positions.q.gather(1, ours), positions.q.gather(1, theirs)
    level1 = (high - high[:, :1]).relu().sum(1)
    hinges = (low[:, None, :] - high[:, :, None]).relu() * _gate(positions, ours, theirs)
    return level1, hinges.sum((1, 2))


def _gate(positions: Positions, ours: torch.Tensor, theirs: torch.Tensor) -> torch.Tensor:
    """Where the teacher prefers its own word i to the student's word j, [N, k, k]; strictly, so ties cost nothing."""
    known = positions.p
    return known.gather(1, ours)[:, :, None] > known.gather(1, theirs)[:, None, :]
