"""Prefix sources: the sequences that student and teacher read when an objective compares them step by step.

A source is a module here. An objective lists the sources it reads in ``PREFIXES``. A source defines

``Options``
    its settings; the ``Options`` of an objective that reads it inherit them;
``SAMPLES``
    optional: True if it samples from the student;
``passes(options)``
    number of decoder passes it needs;
``pairs(view, options)``
    an iterator of batches, one per pass: the same sources and rows, with the prefixes (and their next tokens) of this
    source. The next batch is requested after the pass on the previous one, so ``view.choices`` are those of that pass.

All randomness comes from torch's CPU generator, which the trainer seeds at every update, so that resumed trainings draw
the same prefixes. With several processes each of them sees and yields whole batches; only the expensive part, sampling,
is divided, by ``view.crew``. No gradient flows through a prefix. Like objectives, sources import torch only inside
functions.
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
    """The processes of an update: :class:`seqkd.training.processes.Processes`."""

    def slices(self, count: int) -> list[slice]:
        """The rows of ``count`` that this process computes, in one or more microbatches."""
        ...

    def sentences(self, local: list[list[int]]) -> list[list[int]]:
        """The sequences of all processes, in the order of the rows."""
        ...


class Alone:
    """A single process that computes all rows at once."""

    def slices(self, count: int) -> list[slice]:
        """See Crew."""
        return [slice(0, count)]

    def sentences(self, local: list[list[int]]) -> list[list[int]]:
        """See Crew."""
        return local


ALONE = Alone()


@dataclass
class View:
    """Input of a prefix source for one update.

    Attributes:
        batch: sources and targets of the training set.
        student: in training mode, to be returned in training mode.
        progress: fraction of the training done after this update, in (0, 1].
        choices: the student's argmax at every position of the previous pass, int64 [B, T]; None before the first.
        crew: the processes that train the student.
    """

    batch: Batch
    student: TranslationModel
    progress: float
    choices: torch.Tensor | None = None
    crew: Crew = ALONE

    def each(self, readings: Iterable[R]) -> Iterator[R]:
        """The readings of an update. The first reads the targets; all others start from its choices."""
        target_choices = None
        for number, reading in enumerate(readings):
            self.choices = target_choices
            yield reading
            target_choices = target_choices if number else self.choices
