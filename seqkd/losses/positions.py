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
        teacher: the teacher's logits, or its log-probabilities, float32 [N, V], without gradient; None if no term needs
            them.
        label_smoothing: share of the target's mass spread evenly over V, for `nll` alone.

    What is made of them is made once for all terms of an objective, and only if one asks for it: each is a pass over
    [N, V], which costs as much as the matrix products around it.
    """

    student: torch.Tensor
    target: torch.Tensor
    teacher: torch.Tensor | None = None
    label_smoothing: float = 0.0

    @cached_property
    def q(self) -> torch.Tensor:
        """The student's probabilities, float32 [N, V]."""
        return self.student.softmax(-1)

    @cached_property
    def log_q(self) -> torch.Tensor:
        """The student's log-probabilities, float32 [N, V]."""
        return self.student.log_softmax(-1)

    @cached_property
    def log_z(self) -> torch.Tensor:
        """The logarithm of what normalises the student, float32 [N, 1]: ``log_q`` is ``student - log_z``.

        Read off the likeliest token, whose probability is at least 1 / V: a fraction of a logsumexp's time.
        """
        top = self.student.amax(-1, keepdim=True)
        return top - self.q.amax(-1, keepdim=True).log()

    @cached_property
    def p(self) -> torch.Tensor:
        """The teacher's probabilities, float32 [N, V]."""
        return self._known.softmax(-1)

    @cached_property
    def log_p(self) -> torch.Tensor:
        """The teacher's log-probabilities, float32 [N, V]."""
        return self._known.log_softmax(-1)

    @property
    def _known(self) -> torch.Tensor:
        assert self.teacher is not None, "this objective needs a teacher"
        return self.teacher
