"""Word-KD of the teacher's top-k tokens only (Zhang et al. 2023, TIE-KD, arXiv 2305.08096).

    L = - sum_t sum_(v in top k of p) p(v | y_<t, x) log q(v | y_<t, x)

Nothing is renormalised; k = 1 is `top1-kd`, k = |V| is `word-kd`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from seqkd.losses.token_batch import TokenBatch
from seqkd.utils.settings import Settings

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = True


class Options(Settings):
    """Number of tokens."""

    k: int = Field(5, ge=1, le=10**6, description="Most probable subwords of the teacher that are kept.")


def loss(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Sum over positions; student logits and teacher log-probabilities [N, V] to a scalar."""
    ids, p = top_k(batch, options)
    return -(p * (batch.student_logits.gather(1, ids) - batch.log_z)).sum()


def gradient(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Gradient with respect to the logits, [N, V]: kept mass times q, minus p at the kept tokens."""
    ids, p = top_k(batch, options)
    return (p.sum(-1, keepdim=True) * batch.q).scatter_add_(1, ids, -p)


def top_k(batch: TokenBatch, options: Options) -> tuple[torch.Tensor, torch.Tensor]:
    """The kept tokens and the teacher's probabilities of them, [N, k] each."""
    ids = batch.teacher_topk_ids(options.k)
    return ids, batch.p.gather(1, ids)
