"""An objective as written in a config, turned into one value and one gradient."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from seqkd import losses
from seqkd.losses.positions import Positions
from seqkd.settings import Settings


@dataclass(frozen=True)
class Term:
    """One named objective with its weight; ``gradient`` is None where no closed form is known."""

    weight: float
    options: Settings
    loss: Callable[[Positions, Any], Tensor]
    gradient: Callable[[Positions, Any], Tensor] | None


class Objective:
    """The weighted sum of the named objectives, e.g. ``{"nll": {"weight": 0.5}, "word-kd": {"weight": 0.5}}``.

    Attributes:
        needs_teacher: whether a term reads the teacher's distribution.
    """

    def __init__(self, loss: dict[str, dict[str, Any]]) -> None:
        self.terms = [_term(name, loss[name]) for name in sorted(loss)]
        self.needs_teacher = any(losses.needs_teacher(name) for name in loss)

    def value(self, positions: Positions) -> Tensor:
        """The sum over positions, differentiable in ``positions.student``."""
        first, *others = (term.weight * term.loss(positions, term.options) for term in self.terms)
        return sum(others, start=first)

    def gradient(self, positions: Positions) -> tuple[Tensor, Tensor]:
        """The sum over positions and its gradient with respect to the student's logits [N, V]."""
        if any(term.gradient is None for term in self.terms):
            return self._by_autograd(positions)
        grad = None
        for term in self.terms:
            assert term.gradient is not None
            part = term.gradient(positions, term.options)
            part = part if term.weight == 1 else part.mul_(term.weight)
            grad = part if grad is None else grad.add_(part)
        assert grad is not None
        return self.value(positions), grad

    def _by_autograd(self, positions: Positions) -> tuple[Tensor, Tensor]:
        logits = positions.student.detach().requires_grad_()
        with torch.enable_grad():
            own = Positions(logits, positions.target, positions.teacher, positions.label_smoothing)
            total = self.value(own)
        (grad,) = torch.autograd.grad(total, logits)
        return total.detach(), grad


def _term(name: str, term: dict[str, Any]) -> Term:
    weight, options = losses.split_term(term)
    module = losses.load(name)
    return Term(weight, module.Options(**options), module.loss, getattr(module, "gradient", None))
