"""Word-KD of the teacher's top-1 token only, correlations removed (Zhang et al. 2023, TIE-KD, arXiv 2305.08096).

    L = - sum_t p(a_t | y_<t, x) log q(a_t | y_<t, x),   a_t = argmax_v p(v | y_<t, x)

The rest of the teacher's distribution is dropped without renormalising. The minimum is at q(a_t) = 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seqkd.losses.token_batch import TokenBatch
from seqkd.utils.settings import Settings

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = True


class Options(Settings):
    """`top1-kd` has no settings."""


def loss(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Sum over positions; student logits and teacher log-probabilities [N, V] to a scalar."""
    top1, p_top1 = _top1(batch)
    return -(p_top1 * (batch.student_logits.gather(1, top1) - batch.log_z)).sum()


def gradient(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Gradient with respect to the logits, [N, V]: p(a) q, minus p(a) at a."""
    top1, p_top1 = _top1(batch)
    return (p_top1 * batch.q).scatter_add_(1, top1, -p_top1)


def _top1(batch: TokenBatch) -> tuple[torch.Tensor, torch.Tensor]:
    """The teacher's most probable token and its probability, [N, 1] each."""
    top1 = batch.teacher_topk_ids(1)
    return top1, batch.p.gather(1, top1)
