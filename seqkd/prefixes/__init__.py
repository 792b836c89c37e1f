"""Prefix sources: which sequences student and teacher read where an objective compares them step by step.

A source is a module here. An objective names those it reads as ``PREFIXES``. A source defines

``Options``
    its settings; the ``Options`` of an objective that reads it inherit them;
``SAMPLES``
    whether it samples from the student, False if not given;
``passes(options)``
    how many passes through the decoder it asks for;
``pairs(view, options)``
    an iterator of batches, one a pass: same sources and rows, but prefixes (and their next tokens) of its own. It is
    asked for the next one after the pass on the last one, so ``view.choices`` are those of the pass before.

Whatever is random comes from torch's generator of the processor, which the trainer seeds at every update: a training
that was interrupted draws the same prefixes again. Where several processes train one model each of them sees the whole
batch and yields whole batches; only what costs much, sampling, is divided, by ``view.crew``. No gradient flows through
a prefix. Like the objectives, sources import torch inside functions alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    import torch

    from seqkd.batches.batches import Batch
    from seqkd.models.interface import TranslationModel

R = TypeVar("R")


class Crew(Protocol):
    """Who works on an update: :class:`seqkd.training.processes.Processes`."""

    def slices(self, count: int) -> list[slice]:
        """The rows of ``count`` that this process works on, in one part or several."""
        ...

    def sentences(self, own: list[list[int]]) -> list[list[int]]:
        """What all processes have found for their rows, in the rows' order."""
        ...


class Alone:
    """One process that works on all rows at once."""

    def slices(self, count: int) -> list[slice]:
        """See Crew."""
        return [slice(0, count)]

    def sentences(self, own: list[list[int]]) -> list[list[int]]:
        """See Crew."""
        return own


ALONE = Alone()


@dataclass
class View:
    """What a prefix source sees of one update.

    Attributes:
        batch: sources and targets, as the training's ``targets`` have them.
        student: in training mode, and to be left so.
        progress: share of the training that is done with this update, in (0, 1].
        choices: the student's first choice at every position of the pass before, int64 [B, T]; None before the first.
        crew: the processes that train it.
    """

    batch: Batch
    student: TranslationModel
    progress: float
    choices: torch.Tensor | None = None
    crew: Crew = ALONE

    def each(self, readings: Iterable[R]) -> Iterator[R]:
        """The readings of an update; all after the first, that of the targets, begin from its choices."""
        first = None
        for number, reading in enumerate(readings):
            self.choices = first
            yield reading
            first = first if number else self.choices
