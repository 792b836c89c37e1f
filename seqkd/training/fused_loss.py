"""Vocabulary projection and objective fused over chunks of batch, so that full logits are never materialised.

Gradients are computed in the forward pass: per chunk the logits, the objective's gradient with respect to them, and
from it those of the hidden states and the output matrix. Memory is one chunk times the vocabulary for any objective.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import torch
from torch import Tensor

from seqkd.losses.token_batch import TokenBatch, TopK
from seqkd.training.objective import Objective

LOGITS_CHUNK = 512
"""TokenBatch whose logits are computed at once."""
LOSS_CHUNK = 64
"""TokenBatch per call of an objective on the CPU, so that its dozen passes over [n, V] stay in the cache."""


class TeacherOutputs(Protocol):
    """A teacher at N positions: :class:`OnlineTeacher`, or a stored one."""

    def at(self, rows: slice) -> Tensor | TopK:
        """The teacher at a slice of the batch: logits [n, V], or its stored top k."""
        ...


class _Projected(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        hidden: Tensor,
        weight: Tensor,
        target: Tensor,
        teacher: TeacherOutputs | None,
        objective: Objective,
        smoothing: float,
        precomputed: Mapping[str, Tensor],
        sentence: Tensor | None,
    ) -> Tensor:
        total = hidden.new_zeros((), dtype=torch.float32)
        grad_hidden, grad_weight = torch.empty_like(hidden), torch.zeros_like(weight, dtype=torch.float32)
        size = LOSS_CHUNK if hidden.device.type == "cpu" else LOGITS_CHUNK
        for chunk in chunks(len(hidden), LOGITS_CHUNK, sentence):
            logits, teacher_logits = hidden[chunk] @ weight.T, None if teacher is None else teacher.at(chunk)
            grad = torch.empty_like(logits)
            for piece in chunks(len(logits), size, None if sentence is None else sentence[chunk]):
                rows = slice(chunk.start + piece.start, chunk.start + piece.stop)
                batch = TokenBatch(
                    logits[piece].float(),
                    target[rows],
                    None if teacher_logits is None else slice_teacher(teacher_logits, piece),
                    smoothing,
                    prefix=objective.prefix,
                    precomputed={name: values[rows] for name, values in precomputed.items()},
                    sentence=None if sentence is None else sentence[rows],
                )
                loss, grad[piece] = objective.gradient(batch)
                total += loss
            grad_hidden[chunk] = grad @ weight
            grad_weight += grad.T @ hidden[chunk]
        ctx.save_for_backward(grad_hidden, grad_weight.to(weight.dtype))
        return total

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        grad_hidden, grad_weight = ctx.saved_tensors
        return grad_hidden * grad, grad_weight * grad, None, None, None, None, None, None


def chunks(count: int, size: int, sentence: Tensor | None = None) -> Iterator[slice]:
    """Slices of at most ``size`` of ``count`` positions; given the ``sentence`` of each, slices of whole sentences,
    where a longer sentence is a slice by itself."""
    if sentence is None:
        yield from (slice(start, min(start + size, count)) for start in range(0, count, size))
        return
    start, ends = 0, sentence.unique_consecutive(return_counts=True)[1].cumsum(0).tolist()
    for stop, next_stop in zip(ends, [*ends[1:], math.inf], strict=True):
        if next_stop - start > size:
            yield slice(start, stop)
            start = stop


def slice_teacher(teacher: Tensor | TopK, rows: slice) -> Tensor | TopK:
    """``TokenBatch.teacher`` at a slice of the positions."""
    return teacher.at(rows) if isinstance(teacher, TopK) else teacher[rows].float()


class OnlineTeacher:
    """An online teacher at N positions: hidden states [N, d'], and a function that projects them to logits [n, V]."""

    def __init__(self, hidden: Tensor, project: Callable[[Tensor], Tensor]) -> None:
        self.hidden, self.project = hidden, project

    def at(self, rows: slice) -> Tensor:
        """Logits at a slice of the batch, [n, V], without gradient."""
        with torch.no_grad():
            return self.project(self.hidden[rows])


def fused_linear_loss(
    hidden: Tensor,
    weight: Tensor,
    target: Tensor,
    teacher: TeacherOutputs | None,
    objective: Objective,
    smoothing: float = 0.0,
    precomputed: Mapping[str, Tensor] | None = None,
    sentence: Tensor | None = None,
) -> Tensor:
    """Sum of ``objective`` over N batch, differentiable in ``hidden`` [N, d] and ``weight`` [V, d].

    Args:
        target: tokens to predict, int64 [N].
        teacher: the teacher at the same batch, or None.
        objective: the objective that is summed over the positions.
        smoothing: label smoothing, passed on to the objective.
        precomputed: values per position, [N] each, passed on as ``TokenBatch.precomputed``.
        sentence: number of each position's sentence, int64 [N], if the objective must see whole sentences.
    """
    loss: Tensor = _Projected.apply(hidden, weight, target, teacher, objective, smoothing, precomputed or {}, sentence)  # type: ignore[no-untyped-call]
    return loss
