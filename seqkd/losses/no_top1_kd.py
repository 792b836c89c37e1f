"""Word-KD without the teacher's top-1 token (Zhang et al. 2023, TIE-KD, arXiv 2305.08096).

    L = sum_t sum_v p'(v) [ log p'(v) - log q(v | y_<t, x) ],   p'(a_t) = 0,   p'(y_t) = p(y_t) + p(a_t)

p' is p with the mass of a_t = argmax_v p(v | y_<t, x) moved to the reference y_t; nothing changes where they are the
same token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seqkd.losses.token_batch import TokenBatch
from seqkd.utils.settings import Settings

if TYPE_CHECKING:
    import torch

NEEDS_TEACHER = True


class Options(Settings):
    """`no-top1-kd` has no settings."""


def incompatible_targets(options: Options, targets: str) -> str:
    """Only references add information to the teacher's top-1 token."""
    return "" if targets == "gold" else "moves the teacher's top-1 mass to the reference; write `targets: gold`"


def loss(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Sum over positions; student logits and teacher log-probabilities [N, V] to a scalar.

    sum p' log p' differs from sum p log p at two tokens only, so no logarithm of [N, V] is needed.
    """
    top1, target = batch.teacher_topk_ids(1), batch.target[:, None]
    p_top1, p_target = batch.p.gather(1, top1), batch.p.gather(1, target)
    joint = p_top1 + p_target
    change = (joint.xlogy(joint) - p_top1.xlogy(p_top1) - p_target.xlogy(p_target))[top1 != target].sum()
    p_log_p = batch.p.flatten().dot(batch.teacher_logits.flatten()) - batch.log_z_teacher.sum()
    p_log_q = moved_p(batch).flatten().dot(batch.student_logits.flatten()) - batch.log_z.sum()
    return p_log_p + change - p_log_q


def gradient(batch: TokenBatch, options: Options) -> torch.Tensor:
    """Gradient with respect to the logits, [N, V]: q - p', since p' sums to 1."""
    return batch.q - moved_p(batch)


def moved_p(batch: TokenBatch) -> torch.Tensor:
    """p', [N, V]."""

    def make() -> torch.Tensor:
        top1 = batch.teacher_topk_ids(1)
        p_top1 = batch.p.gather(1, top1)
        return batch.p.scatter_add(1, top1, -p_top1).scatter_add_(1, batch.target[:, None], p_top1)

    return batch.cached("no-top1-kd", make)
