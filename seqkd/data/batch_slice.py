"""A slice of the rows of a batch: the share of one process, or a microbatch."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from seqkd.data.batching import Batch


@dataclass(frozen=True)
class BatchSlice:
    """BatchSlice ``start`` to ``stop`` (exclusive) of a batch of ``batch_size`` rows.

    Attributes:
        contributes: False for the row that a process without a share computes; it does not contribute to the result.
    """

    start: int
    stop: int
    batch_size: int
    contributes: bool = True

    @property
    def all(self) -> bool:
        """Whether this is the full batch."""
        return self.stop - self.start == self.batch_size

    def of(self, values: Any) -> Any:
        """These rows of a tensor or array [batch_size, ..]; the same object if they are all rows."""
        return values if self.all else values[self.start : self.stop]

    def of_batch(self, batch: Batch) -> Batch:
        """These rows of a batch, with the padding of the full batch."""
        if self.all:
            return batch
        sentences = None if batch.sentences is None else self.of(batch.sentences)
        return Batch(self.of(batch.src), self.of(batch.prefix), self.of(batch.target), sentences)

    def cut(self, parts: int) -> list["BatchSlice"]:
        """At most ``parts`` consecutive slices whose sizes differ by at most one row."""
        size = self.stop - self.start
        count = min(parts, size)
        bounds = [self.start + size * i // count for i in range(count + 1)]
        return [replace(self, start=start, stop=stop) for start, stop in pairwise(bounds)]


def share(batch_size: int, rank: int, count: int) -> BatchSlice:
    """The rows of process ``rank`` of ``count``; with fewer rows than processes, some get one that is not counted."""
    start, stop = batch_size * rank // count, batch_size * (rank + 1) // count
    if stop > start:
        return BatchSlice(start, stop, batch_size)
    start = min(start, batch_size - 1)
    return BatchSlice(start, start + 1, batch_size, contributes=False)
