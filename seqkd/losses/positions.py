"""What an objective sees: the target positions of a batch, padding already removed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from seqkd.logarithm import log

if TYPE_CHECKING:
    import torch

T = TypeVar("T")

LEAST = 1.2e-38
"""The smallest number above 0 that float32 holds in full."""


@dataclass(frozen=True)
class TopK:
    """What is stored of a teacher at N positions: its k most probable words, and the mass of all others as one number.

    Attributes:
        ids: the words, best first, int64 [N, k].
        log_probs: their log-probabilities, float32 [N, k].
        rest: mass of the others, float32 [N]; 0 where k is the whole vocabulary.
    """

    ids: torch.Tensor
    log_probs: torch.Tensor
    rest: torch.Tensor

    @cached_property
    def p(self) -> torch.Tensor:
        """Probabilities of the k words, float32 [N, k]."""
        return self.log_probs.exp()

    def at(self, part: slice) -> TopK:
        """Some of the positions."""
        return TopK(self.ids[part], self.log_probs[part], self.rest[part])

    def to(self, device: torch.device) -> TopK:
        """The same on another device."""
        return TopK(self.ids.to(device), self.log_probs.to(device), self.rest.to(device))


@dataclass(frozen=True)
class Positions:
    """N target positions, in any order.

    Attributes:
        student: the student's logits, float32 [N, V], differentiable.
        target: the token to predict, int64 [N].
        teacher: the teacher's logits, or its log-probabilities, float32 [N, V], without gradient; what is stored of it,
            where all terms that need it say ``READS_TOP_K``; None if no term needs it.
        label_smoothing: share of the target's mass spread evenly over V, for `nll` alone.
        sentence: number of the sentence that each position belongs to, int64 [N], rising, and of each sentence all
            positions are here; for objectives that ask for ``whole_sentences``, else None.
        prefix: the prefix source that student and teacher have read here, a module of ``seqkd.prefixes``.
        facts: numbers that need the whole batch, [N] each, by the objective whose ``survey`` made them.

    What is made of them is made once for all terms of an objective, and only if one asks for it: each is a pass over
    [N, V], which costs as much as the matrix products around it.
    """

    student: torch.Tensor
    target: torch.Tensor
    teacher: torch.Tensor | TopK | None = None
    label_smoothing: float = 0.0
    prefix: str = "targets"
    facts: Mapping[str, torch.Tensor] = field(default_factory=dict)
    sentence: torch.Tensor | None = None

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
        return self.known.softmax(-1)

    @cached_property
    def log_p(self) -> torch.Tensor:
        """The teacher's log-probabilities, float32 [N, V]."""
        return self.known.log_softmax(-1)

    @cached_property
    def log_z_teacher(self) -> torch.Tensor:
        """The same of the teacher, float32 [N, 1]."""
        return self.known.amax(-1, keepdim=True) - self.p.amax(-1, keepdim=True).log()

    @cached_property
    def kl(self) -> torch.Tensor:
        """KL(p || q) at each position, float32 [N]. From the logits, since p sums to 1: no logarithm of [N, V]."""
        return (self.p * (self.known - self.student)).sum(-1) + (self.log_z - self.log_z_teacher)[:, 0]

    @cached_property
    def kl_sum(self) -> torch.Tensor:
        """The sum of ``kl``, a scalar, by two products."""
        p = self.p.flatten()
        mean = p.dot(self.known.flatten()) - p.dot(self.student.flatten())
        return mean + (self.log_z - self.log_z_teacher).sum()

    @property
    def top_k(self) -> TopK:
        """What is stored of the teacher."""
        assert isinstance(self.teacher, TopK), "this teacher is not a stored one"
        return self.teacher

    @cached_property
    def outside(self) -> torch.Tensor:
        """The student's probabilities of the words that are not stored, 0 elsewhere, float32 [N, V]."""
        return self.q.scatter(1, self.top_k.ids, 0.0)

    @cached_property
    def mass_outside(self) -> torch.Tensor:
        """Their sum, float32 [N]: a sum keeps the precision that one minus the sum of the others would lose."""
        return self.outside.sum(-1)

    def best_known(self, k: int) -> torch.Tensor:
        """The k words (at most V) that the teacher likes best, best first, int64 [N, k]."""
        return self._best("best known", self.known, k)

    def best_own(self, k: int) -> torch.Tensor:
        """The same of the student."""
        return self._best("best own", self.student, k)

    def _best(self, name: str, logits: torch.Tensor, k: int) -> torch.Tensor:
        """Looked for anew only if more are wanted than before."""
        from seqkd.best_words import best_words

        k = min(k, logits.shape[1])
        if name not in self._made or self._made[name].shape[1] < k:
            self._made[name] = best_words(logits, k)[1]
        found: torch.Tensor = self._made[name][:, :k]
        return found

    def mixture(self, student_weight: float | torch.Tensor) -> torch.Tensor:
        """The mixture m = w q + (1 - w) p, [N, V]; w is always the *student's* weight, one or [N, 1].

        A mixture of probabilities: one of log-probabilities would be a geometric mean. Where both q and p are too small
        for this arithmetic m is the smallest number above 0, so that it has a logarithm; its terms have weight 0 then.
        """
        if student_weight not in self._mixtures:
            self._mixtures[student_weight] = self.p.lerp(self.q, student_weight).clamp_(min=LEAST)
        return self._mixtures[student_weight]

    @cached_property
    def _mixtures(self) -> dict[float | torch.Tensor, torch.Tensor]:
        """By the weight; a tensor is the same one only if it is the same object."""
        return {}

    def log_mixture(self, student_weight: float | torch.Tensor) -> torch.Tensor:
        """log m, [N, V]."""
        if student_weight not in self._log_mixtures:
            self._log_mixtures[student_weight] = log(self.mixture(student_weight))
        return self._log_mixtures[student_weight]

    @cached_property
    def _log_mixtures(self) -> dict[float | torch.Tensor, torch.Tensor]:
        return {}

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What an objective makes of these positions for loss and gradient, under a name of its own: made once."""
        if name not in self._made:
            self._made[name] = make()
        found: T = self._made[name]
        return found

    @cached_property
    def _made(self) -> dict[str, Any]:
        return {}

    def through_softmax(self, weighted: torch.Tensor) -> torch.Tensor:
        """Gradient with respect to the logits, from q times the gradient with respect to q, both [N, V]."""
        return weighted.addcmul(self.q, weighted.sum(-1, keepdim=True), value=-1)

    @property
    def known(self) -> torch.Tensor:
        """The teacher's logits or log-probabilities, [N, V]."""
        assert self.teacher is not None, "this objective needs a teacher"
        assert not isinstance(self.teacher, TopK), "this objective needs the whole distribution"
        return self.teacher


class Scores(Protocol):
    """What ``survey`` sees: all N positions of a batch under one prefix source, sentence after sentence.

    Attributes:
        memory: what ``remember`` of the same objective gave at the update before; empty, [0], at the first.
    """

    memory: torch.Tensor

    @property
    def student(self) -> torch.Tensor:
        """The student's log-probability of the token at each position, float32 [N]; worked out when it is first asked
        for, by one more projection without gradient."""
        ...
