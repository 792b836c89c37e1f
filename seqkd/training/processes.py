"""The processes of one training: torch.distributed, each process started by torchrun.

Each holds the whole model, its optimiser and the order of the batches. Of every batch it computes the objective on a
share of the rows, padded as in the whole batch, with the random numbers that one process would have drawn for those
rows; the sums over all shares, divided by the number of positions of the whole batch, make the gradient. From there on
all do the same. So the result is that of one process but for the order in which numbers are added up, and no state
knows how many processes there were.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, distributed

from seqkd.batches.rows import Rows, share

PATIENCE = float(os.environ.get("SEQKD_PATIENCE_SECONDS", "600"))
"""How long a process waits for the others before it gives up. Changes no result, hence no setting of an experiment."""


class LostError(Exception):
    """Another process of this training has ended, or does not answer."""


class Processes:
    """One of ``count`` processes, the one called ``rank``, which computes on ``device``.

    ``parts`` is into how many its share of a batch is cut, so that it fits into memory.
    """

    def __init__(self, rank: int = 0, count: int = 1, device: str = "cpu") -> None:
        self.rank, self.count, self.device, self.parts = rank, count, torch.device(device), 1
        self._parent = os.getppid()
        self._heard: list[Tensor] = []
        self._at = 0

    def share(self, whole: int) -> Rows:
        """The rows of a batch that are this process's to compute."""
        return share(whole, self.rank, self.count)

    def slices(self, count: int) -> list[slice]:
        """The same as slices, in parts; none where there is nothing left for it."""
        own = self.share(count)
        return [slice(part.first, part.last) for part in own.cut(self.parts)] if own.counted else []

    # What is said in the course of an update. A process that must begin it anew, in smaller parts, does not say it
    # again, for the others would not listen: it goes on with what it has heard.

    def begin(self) -> None:
        """Forget what was heard: a new update."""
        self._heard.clear()
        self._at = 0

    def again(self) -> None:
        """The same update once more."""
        self._at = 0

    def gather(self, own: Tensor) -> Tensor:
        """All processes' tensors [n, ..], n of their own, one behind the other."""
        if self.count == 1:
            return own
        if self._at == len(self._heard):
            self._heard.append(self._gathered(own))
        self._at += 1
        return self._heard[self._at - 1]

    def sentences(self, own: list[list[int]]) -> list[list[int]]:
        """All processes' sentences, one behind the other."""
        if self.count == 1:
            return own
        lengths = self.gather(torch.tensor([len(ids) for ids in own], dtype=torch.int64, device=self.device))
        flat = [number for ids in own for number in ids]
        joined = self.gather(torch.tensor(flat, dtype=torch.int64, device=self.device)).tolist()
        ends = np.cumsum([0, *lengths.tolist()]).tolist()
        return [joined[first:end] for first, end in pairwise(ends)]

    # What all say once, at the end of an update

    def add(self, values: Tensor) -> None:
        """Replace ``values`` by their sum over the processes, the same to the bit for each."""
        if self.count > 1:
            with _listening():
                distributed.all_reduce(values)

    def total(self, value: float) -> float:
        """The sum of a number over the processes."""
        if self.count == 1:
            return value
        values = torch.tensor([value], dtype=torch.float64, device=self.device)
        self.add(values)
        return values.item()

    def agreed(self, asked: int | None) -> int:
        """The signal by which any process was asked to stop, or 0; all hear the same, so all stop at one update.

        Raises:
            LostError: what started this process is gone; nobody waits for it any more.
        """
        if self.count == 1:
            return asked or 0
        if os.getppid() != self._parent:
            raise LostError
        found = torch.tensor([asked or 0], dtype=torch.int64, device=self.device)
        with _listening():
            distributed.all_reduce(found, distributed.ReduceOp.MAX)
        return int(found)

    def _gathered(self, own: Tensor) -> Tensor:
        with _listening():
            sizes = [torch.zeros(1, dtype=torch.int64, device=self.device) for _ in range(self.count)]
            distributed.all_gather(sizes, torch.tensor([len(own)], dtype=torch.int64, device=self.device))
            counts = [int(size) for size in sizes]
            padded = own.new_zeros(max(counts), *own.shape[1:])
            padded[: len(own)] = own
            parts = [torch.empty_like(padded) for _ in counts]
            distributed.all_gather(parts, padded)
        return torch.cat([part[:count] for part, count in zip(parts, counts, strict=True)])


def join(rank: int, count: int, device: str) -> Processes:
    """Meet the other processes, if there are any.

    A process that has met others must end by ``os._exit``: gloo's threads are still running while the interpreter takes
    down what they use. They aborted one finished process in thirty, now and then one that had left the group.
    """
    if device != "cpu":
        torch.cuda.set_device(device)
    if count > 1:
        with _listening():
            distributed.init_process_group("gloo" if device == "cpu" else "nccl", timeout=timedelta(seconds=PATIENCE))
    return Processes(rank, count, device)


@contextmanager
def _listening() -> Iterator[None]:
    """What the libraries below say when another process is gone differs from version to version."""
    try:
        yield
    except RuntimeError as error:
        raise LostError(str(error)) from error
