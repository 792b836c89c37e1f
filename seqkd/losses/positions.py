"""Input of objectives: the target positions of a batch, padding already removed."""

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
"""About the smallest normal float32."""


@dataclass(frozen=True)
class TopK:
    """A stored teacher at N positions: its k most probable tokens and the total mass of all others.

    Attributes:
        ids: the tokens, best first, int64 [N, k].
        log_probs: their log-probabilities, float32 [N, k].
        rest: mass of all other tokens, float32 [N]; 0 if k is the size of the vocabulary.
    """

    ids: torch.Tensor
    log_probs: torch.Tensor
    rest: torch.Tensor

    @cached_property
    def p(self) -> torch.Tensor:
        """Probabilities of the k tokens, float32 [N, k]."""
        return self.log_probs.exp()

    def at(self, rows: slice) -> TopK:
        """The same at a slice of the positions."""
        return TopK(self.ids[rows], self.log_probs[rows], self.rest[rows])

    def to(self, device: torch.device) -> TopK:
        """The same on another device."""
        return TopK(self.ids.to(device), self.log_probs.to(device), self.rest.to(device))


@dataclass(frozen=True)
class Positions:
    """N target positions, in any order.

    Attributes:
        student: the student's logits, float32 [N, V], differentiable.
        target: the token to predict, int64 [N].
        teacher: the teacher's logits or log-probabilities, float32 [N, V], without gradient; a :class:`TopK` if all
            terms that need it set ``READS_TOP_K``; None if no term needs it.
        label_smoothing: mass of the target spread evenly over V, for `nll` only.
        sentence: number of each position's sentence, int64 [N], ascending, with all positions of each sentence
            present; only for objectives with ``whole_sentences``, else None.
        prefix: the prefix source that student and teacher have read, a module of ``seqkd.prefixes``.
        facts: values that depend on the whole batch, [N] each, by the objective whose ``survey`` computed them.

    Derived tensors are lazy and cached, shared by all terms of an objective: each is a pass over [N, V], which costs as
    much as the matrix products around it.
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
        """The student's log-partition, float32 [N, 1]: ``log_q`` is ``student - log_z``.

        Computed from the most probable token, whose probability is at least 1 / V: much faster than logsumexp.
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
        """The teacher's log-partition, float32 [N, 1]."""
        return self.known.amax(-1, keepdim=True) - self.p.amax(-1, keepdim=True).log()

    @cached_property
    def kl(self) -> torch.Tensor:
        """KL(p || q) at each position, float32 [N], from the logits, without a logarithm of [N, V]."""
        return (self.p * (self.known - self.student)).sum(-1) + (self.log_z - self.log_z_teacher)[:, 0]

    @cached_property
    def kl_sum(self) -> torch.Tensor:
        """The sum of ``kl``, a scalar, by two dot products."""
        p = self.p.flatten()
        difference = p.dot(self.known.flatten()) - p.dot(self.student.flatten())
        return difference + (self.log_z - self.log_z_teacher).sum()

    @property
    def top_k(self) -> TopK:
        """The stored teacher."""
        assert isinstance(self.teacher, TopK), "this teacher is not stored"
        return self.teacher

    @cached_property
    def outside(self) -> torch.Tensor:
        """The student's probabilities outside the teacher's top k, 0 inside, float32 [N, V]."""
        return self.q.scatter(1, self.top_k.ids, 0.0)

    @cached_property
    def mass_outside(self) -> torch.Tensor:
        """Their sum, float32 [N]; more precise than one minus the sum over the top k."""
        return self.outside.sum(-1)

    def best_known(self, k: int) -> torch.Tensor:
        """The teacher's k (at most V) most probable tokens, best first, int64 [N, k]."""
        return self._top_ids("teacher top k", self.known, k)

    def best_own(self, k: int) -> torch.Tensor:
        """The student's k (at most V) most probable tokens, best first, int64 [N, k]."""
        return self._top_ids("student top k", self.student, k)

    def _top_ids(self, name: str, logits: torch.Tensor, k: int) -> torch.Tensor:
        """Recomputed only for a larger k than before."""
        from seqkd.best_words import best_words

        k = min(k, logits.shape[1])
        if name not in self._cache or self._cache[name].shape[1] < k:
            self._cache[name] = best_words(logits, k)[1]
        ids: torch.Tensor = self._cache[name][:, :k]
        return ids

    def mixture(self, student_weight: float | torch.Tensor) -> torch.Tensor:
        """The mixture m = w q + (1 - w) p, [N, V]; w is always the *student's* weight, a number or [N, 1].

        Mixes probabilities (mixing log-probabilities would give a geometric mean). Where both q and p underflow, m is
        clamped to ``LEAST`` so that it has a logarithm; its terms then have weight 0.
        """
        if student_weight not in self._mixtures:
            self._mixtures[student_weight] = self.p.lerp(self.q, student_weight).clamp_(min=LEAST)
        return self._mixtures[student_weight]

    @cached_property
    def _mixtures(self) -> dict[float | torch.Tensor, torch.Tensor]:
        """By weight; tensors are compared by identity."""
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
        """The result of ``make``, computed once for loss and gradient and cached under ``name``."""
        if name not in self._cache:
            self._cache[name] = make()
        value: T = self._cache[name]
        return value

    @cached_property
    def _cache(self) -> dict[str, Any]:
        return {}

    def through_softmax(self, q_grad_q: torch.Tensor) -> torch.Tensor:
        """Gradient with respect to the logits from q times the gradient with respect to q, both [N, V]."""
        return q_grad_q.addcmul(self.q, q_grad_q.sum(-1, keepdim=True), value=-1)

    @property
    def known(self) -> torch.Tensor:
        """The teacher's logits or log-probabilities, [N, V]."""
        assert self.teacher is not None, "this objective needs a teacher"
        assert not isinstance(self.teacher, TopK), "this objective needs the full distribution"
        return self.teacher


class Scores(Protocol):
    """Input of ``survey``: all N positions of a batch under one prefix source, sentence after sentence.

    Attributes:
        memory: result of the objective's ``remember`` at the previous update; empty, [0], at the first.
    """

    memory: torch.Tensor

    @property
    def student(self) -> torch.Tensor:
        """The student's log-probability of the target at each position, float32 [N]; computed on first access, by one
        more projection without gradient."""
        ...
