"""Some rows of a batch: what one process computes of it, or one part of what does not fit into memory at once."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from seqkd.batches.batches import Batch


@dataclass(frozen=True)
class Rows:
    """Rows ``first`` to ``last`` (not included) of a batch that has ``whole``.

    Attributes:
        counted: False for a row that is computed by a process for which none is left, and added to nothing.
    """

    first: int
    last: int
    whole: int
    counted: bool = True

    @property
    def all(self) -> bool:
        """Whether these are all rows of the batch."""
        return self.last - self.first == self.whole

    def of(self, values: Any) -> Any:
        """These rows of a tensor or array [whole, ..]; all of them are the very same object."""
        return values if self.all else values[self.first : self.last]

    def of_batch(self, batch: Batch) -> Batch:
        """These rows of a batch, padded as they are in the whole."""
        if self.all:
            return batch
        sentences = None if batch.sentences is None else self.of(batch.sentences)
        return Batch(self.of(batch.src), self.of(batch.prefix), self.of(batch.target), sentences)

    def cut(self, parts: int) -> list["Rows"]:
        """At most ``parts`` runs of rows, one behind the other, that differ by one row at most in size."""
        size = self.last - self.first
        ends = [self.first + size * part // min(parts, size) for part in range(min(parts, size) + 1)]
        return [replace(self, first=a, last=b) for a, b in pairwise(ends)]


def share(whole: int, rank: int, count: int) -> Rows:
    """The rows of process ``rank`` of ``count``; where there are fewer rows than processes some get one uncounted."""
    first, last = whole * rank // count, whole * (rank + 1) // count
    if last > first:
        return Rows(first, last, whole)
    first = min(first, whole - 1)
    return Rows(first, first + 1, whole, counted=False)
