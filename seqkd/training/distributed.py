"""The processes of one training: torch.distributed, started by torchrun.

Each process holds the whole model, its optimiser and the order of the batches. It computes the objective on a share of
the rows of every batch, padded as in the whole batch, with the random numbers that a single process would have drawn
for those rows. The sum over all shares, divided by the number of positions of the whole batch, is the gradient; the
update is then the same in every process. The result is that of a single process up to rounding, and the saved state
does not depend on the number of processes.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, distributed

from seqkd.data.batch_slice import BatchSlice, share

TIMEOUT_SECONDS = float(os.environ.get("SEQKD_DIST_TIMEOUT", "600"))
"""Timeout of a process that waits for others. Does not change results, so it is not a setting of an experiment."""


class LostError(Exception):
    """Another process of this training has ended or does not respond."""


class ProcessGroup:
    """Process ``rank`` of ``count``, which computes on ``device``.

    ``microbatches`` is the number of microbatches into which its share of a batch is cut to fit into memory.
    """

    def __init__(self, rank: int = 0, count: int = 1, device: str = "cpu") -> None:
        self.rank, self.count, self.device, self.microbatches = rank, count, torch.device(device), 1
        self._parent = os.getppid()
        self._gathered: list[Tensor] = []
        self._next = 0

    def share(self, count: int) -> BatchSlice:
        """This process's rows of a batch of ``count``."""
        return share(count, self.rank, self.count)

    def slices(self, count: int) -> list[slice]:
        """The same as one slice per microbatch; empty if no rows are left for this process."""
        rows = self.share(count)
        return (
            [slice(microbatch.start, microbatch.stop) for microbatch in rows.cut(self.microbatches)]
            if rows.contributes
            else []
        )

    # Collectives within an update. A process that repeats an update in smaller microbatches must not call them again,
    # as the other processes would not take part: the recorded results are replayed.

    def begin(self) -> None:
        """Start a new update: drop the recorded results."""
        self._gathered.clear()
        self._next = 0

    def replay(self) -> None:
        """Repeat the update: replay the recorded results."""
        self._next = 0

    def all_gather(self, local: Tensor) -> Tensor:
        """Concatenation of the tensors [n, ...] of all processes, with their own n each."""
        if self.count == 1:
            return local
        if self._next == len(self._gathered):
            self._gathered.append(self._gather_now(local))
        self._next += 1
        return self._gathered[self._next - 1]

    def all_gather_ids(self, local: list[list[int]]) -> list[list[int]]:
        """Concatenation of the sequences of all processes."""
        if self.count == 1:
            return local
        lengths = self.all_gather(torch.tensor([len(ids) for ids in local], dtype=torch.int64, device=self.device))
        local_ids = [token for ids in local for token in ids]
        ids = self.all_gather(torch.tensor(local_ids, dtype=torch.int64, device=self.device)).tolist()
        return [ids[start:stop] for start, stop in pairwise(np.cumsum([0, *lengths.tolist()]).tolist())]

    # Collectives at the end of an update

    def all_reduce_(self, values: Tensor) -> None:
        """Replace ``values`` by their sum over all processes, bitwise equal in each."""
        if self.count > 1:
            with _raise_lost():
                distributed.all_reduce(values)

    def all_reduce_sum(self, value: float) -> float:
        """The sum of a number over all processes."""
        if self.count == 1:
            return value
        values = torch.tensor([value], dtype=torch.float64, device=self.device)
        self.all_reduce_(values)
        return values.item()

    def any_stop_requested(self, signal: int | None) -> int:
        """The signal that asked any process to stop, or 0; the same in all processes, so all stop at the same update.

        Raises:
            LostError: the parent of this process has ended.
        """
        if self.count == 1:
            return signal or 0
        if os.getppid() != self._parent:
            raise LostError
        number = torch.tensor([signal or 0], dtype=torch.int64, device=self.device)
        with _raise_lost():
            distributed.all_reduce(number, distributed.ReduceOp.MAX)
        return int(number)

    def _gather_now(self, local: Tensor) -> Tensor:
        with _raise_lost():
            sizes = [torch.zeros(1, dtype=torch.int64, device=self.device) for _ in range(self.count)]
            distributed.all_gather(sizes, torch.tensor([len(local)], dtype=torch.int64, device=self.device))
            counts = [int(size) for size in sizes]
            padded = local.new_zeros(max(counts), *local.shape[1:])
            padded[: len(local)] = local
            tensors = [torch.empty_like(padded) for _ in counts]
            distributed.all_gather(tensors, padded)
        return torch.cat([tensor[:count] for tensor, count in zip(tensors, counts, strict=True)])


def join_process_group(rank: int, count: int, device: str) -> ProcessGroup:
    """Join the process group, if there are several processes.

    A process that has joined must end by ``os._exit``: gloo's threads still run while the interpreter shuts down, and
    aborted one finished process in thirty, sometimes even after it had left the group.
    """
    if device != "cpu":
        torch.cuda.set_device(device)
    if count > 1:
        with _raise_lost():
            distributed.init_process_group(
                "gloo" if device == "cpu" else "nccl", timeout=timedelta(seconds=TIMEOUT_SECONDS)
            )
    return ProcessGroup(rank, count, device)


@contextmanager
def _raise_lost() -> Iterator[None]:
    """Turn errors of the backends, whose messages differ between versions, into ``LostError``."""
    try:
        yield
    except RuntimeError as error:
        raise LostError(str(error)) from error
