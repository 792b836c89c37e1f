"""What an objective sees: the target positions of a batch, padding already removed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Positions:
    """N target positions, in any order.

    Attributes:
        student: the student's logits, float32 [N, V], differentiable.
        target: the token to predict, int64 [N].
        teacher: the teacher's log-probabilities, float32 [N, V], without gradient; None if no term needs them.
        label_smoothing: share of the target's mass spread evenly over V, for `nll` alone.
    """

    student: torch.Tensor
    target: torch.Tensor
    teacher: torch.Tensor | None = None
    label_smoothing: float = 0.0

    @cached_property
    def log_q(self) -> torch.Tensor:
        """The student's log-probabilities, float32 [N, V], made once for all terms of an objective."""
        return self.student.log_softmax(-1)

    @cached_property
    def q(self) -> torch.Tensor:
        """The student's probabilities, float32 [N, V]."""
        return self.log_q.exp()

    @cached_property
    def p(self) -> torch.Tensor:
        """The teacher's probabilities, float32 [N, V]."""
        assert self.teacher is not None, "this objective needs a teacher"
        return self.teacher.exp()
