"""Input of objectives: the target positions of a batch, padding already removed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from seqkd.utils.fast_log import log

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
        tail_mass: mass of all other tokens, float32 [N]; 0 if k is the size of the vocabulary.
    """

    ids: torch.Tensor
    log_probs: torch.Tensor
    tail_mass: torch.Tensor

    @cached_property
    def p(self) -> torch.Tensor:
        """Probabilities of the k tokens, float32 [N, k]."""
        return self.log_probs.exp()

    def at(self, rows: slice) -> TopK:
        """The same at a slice of the positions."""
        return TopK(self.ids[rows], self.log_probs[rows], self.tail_mass[rows])

    def to(self, device: torch.device) -> TopK:
        """The same on another device."""
        return TopK(self.ids.to(device), self.log_probs.to(device), self.tail_mass.to(device))


@dataclass(frozen=True)
class TokenBatch:
    """N target positions, in any order.

    Attributes:
        student_logits: float32 [N, V], differentiable.
        target: the token to predict, int64 [N].
        teacher: the teacher's logits or log-probabilities, float32 [N, V], without gradient; a :class:`TopK` if all
            terms that need it set ``SUPPORTS_TEACHER_TOPK``; None if no term needs it.
        label_smoothing: mass of the target spread evenly over V, for `nll` only.
        sentence: number of each position's sentence, int64 [N], ascending, with all positions of each sentence
            present; only for objectives with ``whole_sentences``, else None.
        prefix: the prefix source that student and teacher have read, a module of ``seqkd.prefixes``.
        precomputed: values that depend on the whole batch, [N] each, by the objective that precomputed them.

    Derived tensors are lazy and cached, shared by all terms of an objective: each is a pass over [N, V], which costs as
    much as the matrix products around it.
    """

    student_logits: torch.Tensor
    target: torch.Tensor
    teacher: torch.Tensor | TopK | None = None
    label_smoothing: float = 0.0
    prefix: str = "targets"
    precomputed: Mapping[str, torch.Tensor] = field(default_factory=dict)
    sentence: torch.Tensor | None = None

    @cached_property
    def q(self) -> torch.Tensor:
        """The student's probabilities, float32 [N, V]."""
        return self.student_logits.softmax(-1)

    @cached_property
    def log_q(self) -> torch.Tensor:
        """The student's log-probabilities, float32 [N, V]."""
        return self.student_logits.log_softmax(-1)

    @cached_property
    def log_z(self) -> torch.Tensor:
        """The student's log-partition, float32 [N, 1]: ``log_q`` is ``student_logits - log_z``.

        Computed from the most probable token, whose probability is at least 1 / V: much faster than logsumexp.
        """
        top = self.student_logits.amax(-1, keepdim=True)
        return top - self.q.amax(-1, keepdim=True).log()

    @cached_property
    def p(self) -> torch.Tensor:
        """The teacher's probabilities, float32 [N, V]."""
        return self.teacher_logits.softmax(-1)

    @cached_property
    def log_p(self) -> torch.Tensor:
        """The teacher's log-probabilities, float32 [N, V]."""
        return self.teacher_logits.log_softmax(-1)

    @cached_property
    def log_z_teacher(self) -> torch.Tensor:
        """The teacher's log-partition, float32 [N, 1]."""
        return self.teacher_logits.amax(-1, keepdim=True) - self.p.amax(-1, keepdim=True).log()

    @cached_property
    def kl(self) -> torch.Tensor:
        """KL(p || q) at each position, float32 [N], from the logits, without a logarithm of [N, V]."""
        return (self.p * (self.teacher_logits - self.student_logits)).sum(-1) + (self.log_z - self.log_z_teacher)[:, 0]

    @cached_property
    def kl_sum(self) -> torch.Tensor:
        """The sum of ``kl``, a scalar, by two dot products."""
        p = self.p.flatten()
        difference = p.dot(self.teacher_logits.flatten()) - p.dot(self.student_logits.flatten())
        return difference + (self.log_z - self.log_z_teacher).sum()

    @property
    def top_k(self) -> TopK:
        """The stored teacher."""
        assert isinstance(self.teacher, TopK), "this teacher is not stored"
        return self.teacher

    @cached_property
    def q_outside_topk(self) -> torch.Tensor:
        """The student's probabilities outside the teacher's top k, 0 inside, float32 [N, V]."""
        return self.q.scatter(1, self.top_k.ids, 0.0)

    @cached_property
    def q_tail_mass(self) -> torch.Tensor:
        """Their sum, float32 [N]; more precise than one minus the sum over the top k."""
        return self.q_outside_topk.sum(-1)

    def teacher_topk_ids(self, k: int) -> torch.Tensor:
        """The teacher's k (at most V) most probable tokens, best first, int64 [N, k]."""
        return self._top_ids("teacher top k", self.teacher_logits, k)

    def student_topk_ids(self, k: int) -> torch.Tensor:
        """The student's k (at most V) most probable tokens, best first, int64 [N, k]."""
        return self._top_ids("student top k", self.student_logits, k)

    def _top_ids(self, name: str, logits: torch.Tensor, k: int) -> torch.Tensor:
        """Recomputed only for a larger k than before."""
        from seqkd.utils.fast_topk import fast_topk

        k = min(k, logits.shape[1])
        if name not in self._cache or self._cache[name].shape[1] < k:
            self._cache[name] = fast_topk(logits, k)[1]
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

    def cached(self, name: str, make: Callable[[], T]) -> T:
        """The result of ``make``, computed once for loss and gradient and cached under ``name``."""
        if name not in self._cache:
            self._cache[name] = make()
        value: T = self._cache[name]
        return value

    @cached_property
    def _cache(self) -> dict[str, Any]:
        return {}

    def softmax_backward(self, q_grad_q: torch.Tensor) -> torch.Tensor:
        """Gradient with respect to the logits from q times the gradient with respect to q, both [N, V]."""
        return q_grad_q.addcmul(self.q, q_grad_q.sum(-1, keepdim=True), value=-1)

    @property
    def teacher_logits(self) -> torch.Tensor:
        """The teacher's logits or log-probabilities, [N, V]."""
        assert self.teacher is not None, "this objective needs a teacher"
        assert not isinstance(self.teacher, TopK), "this objective needs the full distribution"
        return self.teacher


class BatchLogProbs(Protocol):
    """Input of ``precompute``: all N positions of a batch under one prefix source, sentence after sentence.

    Attributes:
        state: result of the objective's ``update_state`` at the previous update; empty, [0], at the first.
    """

    state: torch.Tensor

    @property
    def log_q_target(self) -> torch.Tensor:
        """The student's log-probability of the target at each position, float32 [N]; computed on first access, by one
        more projection without gradient."""
        ...
