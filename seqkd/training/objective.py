"""The ``loss`` of a config as one value and one gradient for each prefix source it reads."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from seqkd import losses
from seqkd.losses.layer_outputs import Layers
from seqkd.losses.token_batch import BatchLogProbs, TokenBatch
from seqkd.prefixes import argmax, targets
from seqkd.utils.settings import Settings


@dataclass(frozen=True)
class Term:
    """A named objective with its weight; ``gradient`` is None without a closed form."""

    name: str
    weight: float
    options: Settings
    loss: Callable[[Any, Any], Tensor]
    gradient: Callable[[TokenBatch, Any], Tensor] | None
    precompute: Callable[[BatchLogProbs, Any], Tensor | None] | None
    update_state: Callable[[BatchLogProbs, Any], Tensor] | None
    whole_sentences: bool = False


class Objective:
    """The weighted sum of the named objectives, e.g. ``{"nll": {"weight": 0.5}, "word-kd": {"weight": 0.5}}``.

    Attributes:
        prefix: name of the prefix source of its positions.
        terms: terms that are summed over positions.
        layer_terms: terms that compare layers.
        needs_teacher: whether a term reads the teacher's distribution or its layers.
        whole_sentences: whether a term must see all positions of a sentence together.
        state: tensors that terms keep from update to update, by name.
        precomputes: whether a term needs values computed from the whole batch.
    """

    def __init__(self, loss: dict[str, dict[str, Any]], prefix: str = "targets") -> None:
        self.prefix = prefix
        self.terms = [_term(name, loss[name]) for name in sorted(loss) if not losses.reads_layers(name)]
        self.layer_terms = [_term(name, loss[name]) for name in sorted(loss) if losses.reads_layers(name)]
        self.whole_sentences = any(term.whole_sentences for term in self.terms)
        self.state: dict[str, Tensor] = {}
        self.needs_teacher = any(losses.needs_teacher(name) for name in loss)
        self.precomputes = any(term.precompute is not None or term.update_state is not None for term in self.terms)

    def precompute(self, scores: BatchLogProbs) -> dict[str, Tensor]:
        """Values per position that depend on the whole batch, [N] each, by the name of the term that needs them."""
        precomputed = {}
        for term in self.terms:
            scores.state = self.state.get(term.name, torch.zeros(0, device="cpu"))
            values = term.precompute(scores, term.options) if term.precompute is not None else None
            if values is not None:
                precomputed[term.name] = values
            if term.update_state is not None and len(state := term.update_state(scores, term.options)):
                self.state[term.name] = state
        return precomputed

    def reset(self) -> None:
        """Drop what is kept of an update that is repeated: nothing here."""

    def value(self, batch: TokenBatch) -> Tensor:
        """The sum over batch, differentiable in ``batch.student_logits``."""
        return reduce(add, (term.weight * term.loss(batch, term.options) for term in self.terms))

    def layer_loss(self, layers: Layers) -> Tensor:
        """The terms that compare layers, for one side, summed over its positions; differentiable."""
        return reduce(add, (term.weight * term.loss(layers, term.options) for term in self.layer_terms))

    def gradient(self, batch: TokenBatch) -> tuple[Tensor, Tensor]:
        """The sum over positions and its gradient with respect to the student's logits [N, V]."""
        if any(term.gradient is None for term in self.terms):
            return self._by_autograd(batch)
        grad = None
        for term in self.terms:
            assert term.gradient is not None
            term_grad = term.gradient(batch, term.options)
            term_grad = term_grad if term.weight == 1 else term_grad.mul_(term.weight)
            grad = term_grad if grad is None else grad.add_(term_grad)
        assert grad is not None
        return self.value(batch), grad

    def _by_autograd(self, batch: TokenBatch) -> tuple[Tensor, Tensor]:
        logits = batch.student_logits.detach().requires_grad_()
        with torch.enable_grad():
            loss = self.value(replace(batch, student_logits=logits))
        (grad,) = torch.autograd.grad(loss, logits)
        return loss.detach(), grad


class ArgmaxObjective(Objective):
    """An objective that records the student's argmax, for prefixes made of it."""

    def __init__(self, loss: dict[str, dict[str, Any]], prefix: str = "targets") -> None:
        super().__init__(loss, prefix)
        self._argmax: list[Tensor] = []

    def gradient(self, batch: TokenBatch) -> tuple[Tensor, Tensor]:
        """See the base class."""
        loss_and_grad = super().gradient(batch)
        self._argmax.append(batch.student_topk_ids(1)[:, 0])
        return loss_and_grad

    def reset(self) -> None:
        """See the base class."""
        self._argmax.clear()

    def previous_argmax(self, real: Tensor) -> Tensor:
        """The argmax recorded since the last call, at the positions where ``real`` [B, T] is true; 0 elsewhere."""
        argmax = real.new_zeros(real.shape, dtype=torch.int64)
        argmax[real] = torch.cat(self._argmax)
        self._argmax.clear()
        return argmax


@dataclass(frozen=True)
class PrefixGroup:
    """A prefix source with its settings, and the terms that are summed over its positions."""

    source: ModuleType
    options: Settings
    objective: Objective


def prefix_groups(loss: dict[str, dict[str, Any]]) -> list[PrefixGroup]:
    """The prefix sources that a loss reads, targets first; terms that read a source with equal settings share it."""
    terms: dict[tuple[str, Settings], dict[str, dict[str, Any]]] = {}
    sources: dict[str, ModuleType] = {}
    for name in sorted(loss):
        options = _options(name, loss[name]).model_dump()
        for source in losses.sources_of(name):
            source_options = source.Options(**{key: options[key] for key in source.Options.model_fields})
            key = losses.name_of(source), source_options
            terms.setdefault(key, {})[name] = loss[name]
            sources[key[0]] = source
    order = sorted(terms, key=lambda key: (sources[key[0]] is not targets, key[0], str(key[1])))
    objective = ArgmaxObjective if argmax in sources.values() else Objective
    return [PrefixGroup(sources[name], options, objective(terms[name, options], name)) for name, options in order]


def _options(name: str, term: dict[str, Any]) -> Settings:
    return losses.settings_of(name)(**losses.split_term(term)[1])


def _term(name: str, term: dict[str, Any]) -> Term:
    module, weight = losses.load(name), losses.split_term(term)[0]
    options, whole_sentences = _options(name, term), getattr(module, "whole_sentences", None)
    return Term(
        name=name,
        weight=weight,
        options=options,
        loss=module.loss,
        gradient=getattr(module, "gradient", None),
        precompute=getattr(module, "precompute", None),
        update_state=getattr(module, "update_state", None),
        whole_sentences=whole_sentences is not None and bool(whole_sentences(options)),
    )
