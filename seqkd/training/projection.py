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
"""Positions of which logits are made at once."""
PIECE = 64
"""Positions that an objective sees at once on a processor: it goes a dozen times over [n, V] numbers, and these then
stay in the cache."""


class Known(Protocol):
    """A teacher at N positions: :class:`Teacher`, or what is stored of one."""

    def at(self, part: slice) -> Tensor | TopK:
        """Some of them: logits [n, V], or what is stored."""
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
        size = PIECE if hidden.device.type == "cpu" else CHUNK
        for part in chunks(len(hidden), CHUNK, sentence):
            logits, known = hidden[part] @ weight.T, None if teacher is None else teacher.at(part)
            grad = torch.empty_like(logits)
            whole = None if sentence is None else sentence[part]
            for piece in chunks(len(logits), size, whole):
                own = slice(part.start + piece.start, part.start + piece.stop)
                seen = Positions(
                    logits[piece].float(),
                    target[own],
                    None if known is None else piece_of(known, piece),
                    smoothing,
                    prefix=objective.prefix,
                    facts={name: fact[own] for name, fact in facts.items()},
                    sentence=None if whole is None else whole[piece],
                )
                loss, grad[piece] = objective.gradient(seen)
                total += loss
            grad_hidden[part] = grad @ weight
            grad_weight += grad.T @ hidden[part]
        ctx.save_for_backward(grad_hidden, grad_weight.to(weight.dtype))
        return total

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        grad_hidden, grad_weight = ctx.saved_tensors
        return grad_hidden * grad, grad_weight * grad, None, None, None, None, None, None


def chunks(count: int, size: int, sentence: Tensor | None = None) -> Iterator[slice]:
    """``count`` positions in runs of at most ``size``; given each one's ``sentence``, in runs of whole sentences, a
    longer one by itself."""
    if sentence is None:
        yield from (slice(first, min(first + size, count)) for first in range(0, count, size))
        return
    first, ends = 0, sentence.unique_consecutive(return_counts=True)[1].cumsum(0).tolist()
    for end, after in zip(ends, [*ends[1:], math.inf], strict=True):
        if after - first > size:
            yield slice(first, end)
            first = end


def piece_of(known: Tensor | TopK, piece: slice) -> Tensor | TopK:
    """What ``Positions.teacher`` is at some positions."""
    return known.at(piece) if isinstance(known, TopK) else known[piece].float()


class Teacher:
    """The teacher's distribution at the same positions: hidden states [N, d'] and what makes logits [n, V] of some."""

    def __init__(self, hidden: Tensor, project: Callable[[Tensor], Tensor]) -> None:
        self.hidden, self.project = hidden, project

    def at(self, part: slice) -> Tensor:
        """Logits of some positions, [n, V], without gradient."""
        with torch.no_grad():
            return self.project(self.hidden[part])


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
