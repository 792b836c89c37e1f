"""A teacher's distribution as its k most probable words and one bucket for the rest.

The rest's mass r is told, how it is spread is not. The distributions are compared on the k words and the bucket, so
with K the k words and Q the student's mass outside of them the cross-entropy is

    L = - sum_{v in K} p(v) log q(v) - r log Q          dL/dlogits = q - p on K, and q (1 - r / Q) outside

the gradient of the whole cross-entropy for a teacher whose rest is spread as the student's. With k = |V| it is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class TopK:
    """The teacher at N positions, without gradient.

    Attributes:
        ids: the k most probable words, best first, int64 [N, k].
        log_probs: their log-probabilities, float32 [N, k].
        rest: mass of all other words, float32 [N]; 0 where k is the whole vocabulary.
    """

    ids: Tensor
    log_probs: Tensor
    rest: Tensor

    @cached_property
    def p(self) -> Tensor:
        """Probabilities of the k words, float32 [N, k]."""
        return self.log_probs.exp()


class AgainstTopK:
    """The student's distribution q [N, V], with log q, against a teacher's k words and rest."""

    def __init__(self, teacher: TopK, log_q: Tensor, q: Tensor) -> None:
        self.teacher, self.log_q = teacher, log_q
        self.outside = q.scatter(1, teacher.ids, 0.0)
        self.on_words = q.gather(1, teacher.ids)
        # A sum of what lies outside keeps its precision where one minus the sum inside would lose it.
        self.mass_outside = self.outside.sum(-1)

    def cross_entropy(self) -> Tensor:
        """L summed over the positions, a scalar."""
        teacher = self.teacher
        words = (teacher.p * self.log_q.gather(1, teacher.ids)).sum()
        has_rest = teacher.rest > 0
        rest = (teacher.rest * self.mass_outside.clamp(min=1e-30).log())[has_rest].sum()
        return -(words + rest)

    def gradient(self) -> Tensor:
        """Of L with respect to the logits, a new tensor [N, V]."""
        teacher = self.teacher
        ratio = (teacher.rest / self.mass_outside.clamp(min=1e-30)).where(teacher.rest > 0, 0.0)
        return (self.outside * (1 - ratio)[:, None]).scatter_(1, teacher.ids, self.on_words - teacher.p)
