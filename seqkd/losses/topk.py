"""Word-level distillation from a teacher's top k tokens and the total mass r of all others (the tail).

How r is distributed over the tail is unknown. The distributions are compared on the k tokens and one bucket: with K the
k tokens and Q the student's mass outside K, the cross-entropy is

    L = - sum_{v in K} p(v) log q(v) - r log Q          dL/dlogits = q - p on K, and q (1 - r / Q) outside

This is the gradient of the full cross-entropy for a teacher whose tail has the student's shape. With k = |V| it is
exact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seqkd.losses.token_batch import TokenBatch

if TYPE_CHECKING:
    from torch import Tensor

LEAST = 1e-30
"""Lower bound of Q, which may underflow."""


def cross_entropy(batch: TokenBatch) -> Tensor:
    """L summed over all positions, a scalar."""
    teacher = batch.top_k
    top_k = (teacher.p * (batch.student_logits.gather(1, teacher.ids) - batch.log_z)).sum()
    tail = teacher.tail_mass * batch.q_tail_mass.clamp(min=LEAST).log()
    return -(top_k + tail.where(teacher.tail_mass > 0, 0.0).sum())


def gradient(batch: TokenBatch) -> Tensor:
    """Gradient of L with respect to the logits, a new tensor [N, V]."""
    teacher = batch.top_k
    tail_ratio = (teacher.tail_mass / batch.q_tail_mass.clamp(min=LEAST)).where(teacher.tail_mass > 0, 0.0)
    top_k = batch.q.gather(1, teacher.ids) - teacher.p
    return (batch.q_outside_topk * (1 - tail_ratio)[:, None]).scatter_(1, teacher.ids, top_k)


def entropy(batch: TokenBatch) -> Tensor:
    """Entropy of the teacher over the k tokens and the bucket, summed over all positions: L - KL."""
    teacher = batch.top_k
    return -(teacher.p * teacher.log_probs).sum() - teacher.tail_mass.xlogy(teacher.tail_mass).sum()
