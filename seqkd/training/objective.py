"""An objective as written in a config, turned into one value and one gradient for each prefix source it reads."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from seqkd import losses
from seqkd.losses.layers import Layers
from seqkd.losses.positions import Positions, Scores
from seqkd.prefixes import argmax, targets
from seqkd.settings import Settings


@dataclass(frozen=True)
class Term:
    """One named objective with its weight; ``gradient`` is None where no closed form is known."""

    name: str
    weight: float
    options: Settings
    loss: Callable[[Any, Any], Tensor]
    gradient: Callable[[Positions, Any], Tensor] | None
    survey: Callable[[Scores, Any], Tensor | None] | None
    remember: Callable[[Scores, Any], Tensor] | None
    whole_sentences: bool = False


class Objective:
    """The weighted sum of the named objectives, e.g. ``{"nll": {"weight": 0.5}, "word-kd": {"weight": 0.5}}``.

    Attributes:
        prefix: name of the prefix source that its positions come from.
        terms: those that are summed over positions.
        layer_terms: those that compare layers.
        needs_teacher: whether a term reads the teacher's distribution or its layers.
        whole_sentences: whether a term must see all positions of a sentence together.
        memory: what terms keep from update to update, by name.
        surveys: whether a term looks at the whole batch first.
    """

    def __init__(self, loss: dict[str, dict[str, Any]], prefix: str = "targets") -> None:
        self.prefix = prefix
        self.terms = [_term(name, loss[name]) for name in sorted(loss) if not losses.reads_layers(name)]
        self.layer_terms = [_term(name, loss[name]) for name in sorted(loss) if losses.reads_layers(name)]
        self.whole_sentences = any(term.whole_sentences for term in self.terms)
        self.memory: dict[str, Tensor] = {}
        self.needs_teacher = any(losses.needs_teacher(name) for name in loss)
        self.surveys = any(term.survey is not None or term.remember is not None for term in self.terms)

    def survey(self, scores: Scores) -> dict[str, Tensor]:
        """What terms must know of the whole batch before they see a part of it, [N] each by name."""
        found = {}
        for term in self.terms:
            scores.memory = self.memory.get(term.name, torch.zeros(0, device="cpu"))
            fact = term.survey(scores, term.options) if term.survey is not None else None
            if fact is not None:
                found[term.name] = fact
            if term.remember is not None and len(kept := term.remember(scores, term.options)):
                self.memory[term.name] = kept
        return found

    def forget(self) -> None:
        """Drop what is kept of an update that is begun anew: nothing here."""

    def value(self, positions: Positions) -> Tensor:
        """The sum over positions, differentiable in ``positions.student``."""
        first, *others = (term.weight * term.loss(positions, term.options) for term in self.terms)
        return sum(others, start=first)

    def between(self, layers: Layers) -> Tensor:
        """What the terms that compare layers say of one side, summed over its positions, to be differentiated."""
        first, *others = (term.weight * term.loss(layers, term.options) for term in self.layer_terms)
        return sum(others, start=first)

    def gradient(self, positions: Positions) -> tuple[Tensor, Tensor]:
        """The sum over positions, read after this objective's prefixes, and its gradient with respect to the student's
        logits [N, V]."""
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
            total = self.value(replace(positions, student=logits))
        (grad,) = torch.autograd.grad(total, logits)
        return total.detach(), grad


class Following(Objective):
    """An objective that keeps the student's first choices, for prefixes made of them."""

    def __init__(self, loss: dict[str, dict[str, Any]], prefix: str = "targets") -> None:
        super().__init__(loss, prefix)
        self._seen: list[Tensor] = []

    def gradient(self, positions: Positions) -> tuple[Tensor, Tensor]:
        """See the base class."""
        found = super().gradient(positions)
        self._seen.append(positions.best_own(1)[:, 0])
        return found

    def forget(self) -> None:
        """See the base class."""
        self._seen.clear()

    def choices(self, real: Tensor) -> Tensor:
        """Those since the last call, put where ``real`` [B, T] is true; 0 elsewhere."""
        found = real.new_zeros(real.shape, dtype=torch.int64)
        found[real] = torch.cat(self._seen)
        self._seen.clear()
        return found


@dataclass(frozen=True)
class Reading:
    """A prefix source with its settings, and the terms that are summed over its positions."""

    source: ModuleType
    options: Settings
    objective: Objective


def readings(loss: dict[str, dict[str, Any]]) -> list[Reading]:
    """The prefix sources that a loss reads, the targets first; terms that read one with equal settings share it."""
    terms: dict[tuple[str, Settings], dict[str, dict[str, Any]]] = {}
    sources: dict[str, ModuleType] = {}
    for name in sorted(loss):
        own = _options(name, loss[name]).model_dump()
        for source in losses.sources_of(name):
            shared = {key: own[key] for key in source.Options.model_fields}
            key = losses.name_of(source), source.Options(**shared)
            terms.setdefault(key, {})[name] = loss[name]
            sources[key[0]] = source
    order = sorted(terms, key=lambda key: (sources[key[0]] is not targets, key[0], str(key[1])))
    kind = Following if any(source is argmax for source in sources.values()) else Objective
    return [Reading(sources[name], options, kind(terms[name, options], name)) for name, options in order]


def _options(name: str, term: dict[str, Any]) -> Settings:
    return losses.settings_of(name)(**losses.split_term(term)[1])


def _term(name: str, term: dict[str, Any]) -> Term:
    module, weight = losses.load(name), losses.split_term(term)[0]
    options, whole = _options(name, term), getattr(module, "whole_sentences", None)
    return Term(
        name=name,
        weight=weight,
        options=options,
        loss=module.loss,
        gradient=getattr(module, "gradient", None),
        survey=getattr(module, "survey", None),
        remember=getattr(module, "remember", None),
        whole_sentences=whole is not None and bool(whole(options)),
    )
