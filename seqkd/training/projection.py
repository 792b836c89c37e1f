"""Vocabulary projection and objective in one go, over chunks of positions, so that full logits never exist.

The gradient is made in the forward pass: for each chunk the logits, the objective's gradient with respect to them, and
from it the gradients of hidden states and output matrix. Memory is a chunk times the vocabulary, for any objective.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import torch
from torch import Tensor

from seqkd.losses.positions import Positions, TopK
from seqkd.training.objective import Objective

CHUNK = 512
"""Positions at once."""


class Known(Protocol):
    """A teacher at N positions: :class:`Teacher`, or what is stored of one."""

    def at(self, part: slice) -> Tensor | TopK:
        """What ``Positions.teacher`` is at some of them."""
        ...


class _Projected(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        hidden: Tensor,
        weight: Tensor,
        target: Tensor,
        teacher: Known | None,
        objective: Objective,
        smoothing: float,
        facts: Mapping[str, Tensor],
        sentence: Tensor | None,
    ) -> Tensor:
        total = hidden.new_zeros((), dtype=torch.float32)
        grad_hidden, grad_weight = torch.empty_like(hidden), torch.zeros_like(weight, dtype=torch.float32)
        for part in chunks(len(hidden), sentence):
            logits = (hidden[part] @ weight.T).float()
            known = None if teacher is None else teacher.at(part)
            own = {name: fact[part] for name, fact in facts.items()}
            whole = None if sentence is None else sentence[part]
            seen = Positions(logits, target[part], known, smoothing, facts=own, sentence=whole)
            loss, exact = objective.gradient(seen)
            grad = exact.to(hidden.dtype)
            grad_hidden[part] = grad @ weight
            grad_weight += grad.T @ hidden[part]
            total += loss
        ctx.save_for_backward(grad_hidden, grad_weight.to(weight.dtype))
        return total

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        grad_hidden, grad_weight = ctx.saved_tensors
        return grad_hidden * grad, grad_weight * grad, None, None, None, None, None, None


def chunks(count: int, sentence: Tensor | None = None) -> Iterator[slice]:
    """``count`` positions in runs of at most CHUNK; given each one's ``sentence``, in runs of whole sentences, a longer
    one by itself."""
    if sentence is None:
        yield from (slice(first, first + CHUNK) for first in range(0, count, CHUNK))
        return
    first, ends = 0, sentence.unique_consecutive(return_counts=True)[1].cumsum(0).tolist()
    for end, after in zip(ends, [*ends[1:], math.inf], strict=True):
        if after - first > CHUNK:
            yield slice(first, end)
            first = end


class Teacher:
    """The teacher's distribution at the same positions: hidden states [N, d'] and what makes logits [n, V] of some."""

    def __init__(self, hidden: Tensor, project: Callable[[Tensor], Tensor]) -> None:
        self.hidden, self.project = hidden, project

    def logits(self, part: slice) -> Tensor:
        """Logits of some positions, float32 [n, V], without gradient."""
        with torch.no_grad():
            return self.project(self.hidden[part]).float()

    at = logits


def projected_loss(
    hidden: Tensor,
    weight: Tensor,
    target: Tensor,
    teacher: Known | None,
    objective: Objective,
    smoothing: float = 0.0,
    facts: Mapping[str, Tensor] | None = None,
    sentence: Tensor | None = None,
) -> Tensor:
    """Sum of ``objective`` over N positions, differentiable in ``hidden`` [N, d] and ``weight`` [V, d].

    Args:
        target: int64 [N].
        teacher: at the same positions, or None.
        objective: what is summed over the positions.
        smoothing: label smoothing, handed through to the objective.
        facts: numbers a position, [N] each, handed through as ``Positions.facts``.
        sentence: each position's, int64 [N], where the objective must see whole sentences.
    """
    loss: Tensor = _Projected.apply(hidden, weight, target, teacher, objective, smoothing, facts or {}, sentence)  # type: ignore[no-untyped-call]
    return loss
