"""Prefix sources: the sequences that student and teacher read when an objective compares them step by step.

A source is a module here. An objective lists the sources it reads in ``PREFIXES``. A source defines

``Options``
    its settings; the ``Options`` of an objective that reads it inherit them;
``SAMPLES``
    optional: True if it samples from the student;
``passes(options)``
    number of decoder passes it needs;
``pairs(context, options)``
    an iterator of batches, one per pass: the same sources and rows, with the prefixes (and their next tokens) of this
    source. The next batch is requested after the pass on the previous one, so ``context.previous_argmax`` is that of
    the previous pass.

All randomness comes from torch's CPU generator, which the trainer seeds at every update, so that resumed trainings draw
the same prefixes. With several processes each of them sees and yields whole batches; only the expensive part, sampling,
is divided, by ``context.workers``. No gradient flows through a prefix. Like objectives, sources import torch only
inside functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    import torch

    from seqkd.data.batching import Batch
    from seqkd.models.base import TranslationModel

R = TypeVar("R")


class Workers(Protocol):
    """The processes of an update: :class:`seqkd.training.distributed.ProcessGroup`."""

    def slices(self, count: int) -> list[slice]:
        """The rows of ``count`` that this process computes, in one or more microbatches."""
        ...

    def all_gather_ids(self, local: list[list[int]]) -> list[list[int]]:
        """The sequences of all processes, in the order of the rows."""
        ...


class SingleProcess:
    """A single process that computes all rows at once."""

    def slices(self, count: int) -> list[slice]:
        """See Workers."""
        return [slice(0, count)]

    def all_gather_ids(self, local: list[list[int]]) -> list[list[int]]:
        """See Workers."""
        return local


SINGLE_PROCESS = SingleProcess()


@dataclass
class PrefixContext:
    """Input of a prefix source for one update.

    Attributes:
        batch: sources and targets of the training set.
        student: in training mode, to be returned in training mode.
        progress: fraction of the training done after this update, in (0, 1].
        previous_argmax: the student's argmax at every position of the previous pass, int64 [B, T]; None before
            the first.
        workers: the processes that train the student.
    """

    batch: Batch
    student: TranslationModel
    progress: float
    previous_argmax: torch.Tensor | None = None
    workers: Workers = SINGLE_PROCESS

    def each(self, prefix_groups: Iterable[R]) -> Iterator[R]:
        """The prefix_groups of an update. The first reads the targets; all others start from its argmax."""
        target_argmax = None
        for number, group in enumerate(prefix_groups):
            self.previous_argmax = target_argmax
            yield group
            target_argmax = target_argmax if number else self.previous_argmax
