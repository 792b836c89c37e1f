"""A slice of the rows of a batch: the share of one process, or a microbatch."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from seqkd.batches.batches import Batch


@dataclass(frozen=True)
class Rows:
    """Rows ``first`` to ``last`` (exclusive) of a batch of ``whole`` rows.

    Attributes:
        counted: False for the row that a process without a share computes; it does not contribute to the result.
    """

    first: int
    last: int
    whole: int
    counted: bool = True

    @property
    def all(self) -> bool:
        """Whether this is the full batch."""
        return self.last - self.first == self.whole

    def of(self, values: Any) -> Any:
        """These rows of a tensor or array [whole, ..]; the same object if they are all rows."""
        return values if self.all else values[self.first : self.last]

    def of_batch(self, batch: Batch) -> Batch:
        """These rows of a batch, with the padding of the full batch."""
        if self.all:
            return batch
        sentences = None if batch.sentences is None else self.of(batch.sentences)
        return Batch(self.of(batch.src), self.of(batch.prefix), self.of(batch.target), sentences)

    def cut(self, parts: int) -> list["Rows"]:
        """At most ``parts`` consecutive slices whose sizes differ by at most one row."""
        size = self.last - self.first
        count = min(parts, size)
        bounds = [self.first + size * i // count for i in range(count + 1)]
        return [replace(self, first=start, last=stop) for start, stop in pairwise(bounds)]


def share(batch_size: int, rank: int, count: int) -> Rows:
    """The rows of process ``rank`` of ``count``; with fewer rows than processes, some get one that is not counted."""
    start, stop = batch_size * rank // count, batch_size * (rank + 1) // count
    if stop > start:
        return Rows(start, stop, batch_size)
    start = min(start, batch_size - 1)
    return Rows(start, start + 1, batch_size, counted=False)
