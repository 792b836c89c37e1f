"""Word-level distillation from a teacher of whom k words and the mass of the rest are known.

How the rest's mass r is spread is not told. The distributions are compared on the k words and one bucket, so with K the
k words and Q the student's mass outside of them the cross-entropy is

    L = - sum_{v in K} p(v) log q(v) - r log Q          dL/dlogits = q - p on K, and q (1 - r / Q) outside

the gradient of the whole cross-entropy for a teacher whose rest is spread as the student's. With k = |V| it is exact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seqkd.losses.positions import Positions

if TYPE_CHECKING:
    from torch import Tensor

LEAST = 1e-30
"""Where float32 leaves the student no mass outside."""


def cross_entropy(positions: Positions) -> Tensor:
    """L summed over the positions, a scalar."""
    teacher = positions.top_k
    words = (teacher.p * (positions.student.gather(1, teacher.ids) - positions.log_z)).sum()
    rest = teacher.rest * positions.mass_outside.clamp(min=LEAST).log()
    return -(words + rest.where(teacher.rest > 0, 0.0).sum())


def gradient(positions: Positions) -> Tensor:
    """Of L with respect to the logits, a new tensor [N, V]."""
    teacher = positions.top_k
    ratio = (teacher.rest / positions.mass_outside.clamp(min=LEAST)).where(teacher.rest > 0, 0.0)
    on_words = positions.q.gather(1, teacher.ids) - teacher.p
    return (positions.outside * (1 - ratio)[:, None]).scatter_(1, teacher.ids, on_words)


def entropy(positions: Positions) -> Tensor:
    """The teacher's on the k words and the bucket, summed over the positions: what KL lacks of L."""
    teacher = positions.top_k
    return -(teacher.p * teacher.log_probs).sum() - teacher.rest.xlogy(teacher.rest).sum()
