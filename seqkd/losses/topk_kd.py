"""Word-KD of the teacher's k first choices alone (Zhang et al. 2023, TIE-KD, arXiv 2305.08096).

    L = - sum_t sum_(v in top k of p) p(v | y_<t, x) log q(v | y_<t, x)

Nothing is renormalised; k = 1 is `top1-kd`, k = |V| is `word-kd`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from seqkd.losses.positions import Positions
from seqkd.settings import Settings

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = True


class Options(Settings):
    """How many."""

    k: int = Field(5, ge=1, le=10**6, description="Most probable words of the teacher that are kept.")


def loss(positions: Positions, options: Options) -> torch.Tensor:
    """Sum over positions; student logits and teacher log-probabilities [N, V] to a scalar."""
    best, words = positions.log_p.topk(min(options.k, positions.student.shape[1]))
    return -(best.exp() * positions.log_q.gather(1, words)).sum()


def gradient(positions: Positions, options: Options) -> torch.Tensor:
    """Of the loss with respect to the logits, [N, V]: kept mass times q, less p at the kept words."""
    best, words = positions.log_p.topk(min(options.k, positions.student.shape[1]))
    return (best.exp().sum(-1, keepdim=True) * positions.q).scatter_add_(1, words, -best.exp())
