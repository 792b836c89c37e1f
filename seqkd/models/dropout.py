"""Dropout with sixteen random bits per element."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from seqkd.data.batch_slice import BatchSlice

_rows: BatchSlice | None = None


@contextmanager
def drawn_for(rows: BatchSlice) -> Iterator[None]:
    """Within the block, models compute only these rows of a batch but draw random bits for all of them: a row's dropout
    does not depend on the rows computed with it, and the generator's final state is that for the full batch."""
    global _rows
    _rows, previous = None if rows.all else rows, _rows
    try:
        yield
    finally:
        _rows = previous


def dropout(x: Tensor, rate: float, training: bool, axis: int = 0) -> Tensor:
    """Dropout with the rate rounded to 1/65536; from integers instead of floats, in a third of F.dropout's time.

    BatchSlice of the batch run along ``axis``, each of them one or more consecutive entries.
    """
    if not training or not rate:
        return x
    threshold = round(rate * 65536) - 32768
    keep = random_bits(x.shape, x.device) >= threshold if _rows is None else _bits_of_rows(x, axis, _rows) >= threshold
    return x * keep.to(x.dtype).mul_(1 / (1 - rate))


def random_bits(shape: torch.Size, device: torch.device) -> Tensor:
    """Uniformly distributed int16 of this shape."""
    count = shape.numel()
    bits = torch.empty(-(-count // 4), dtype=torch.int64, device=device).random_(-(2**63), None).view(torch.int16)
    return bits[:count].view(shape)


def _bits_of_rows(x: Tensor, axis: int, rows: BatchSlice) -> Tensor:
    """Random bits for ``x``, a slice of those for the full batch."""
    entries = x.shape[axis] // (rows.stop - rows.start)
    shape = torch.Size([*x.shape[:axis], entries * rows.batch_size, *x.shape[axis + 1 :]])
    return random_bits(shape, x.device).narrow(axis, entries * rows.start, x.shape[axis])
