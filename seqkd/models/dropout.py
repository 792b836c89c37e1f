"""Dropout at the price of sixteen random bits an element."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from seqkd.batches.rows import Rows

_rows: Rows | None = None


@contextmanager
def drawn_for(rows: Rows) -> Iterator[None]:
    """Within the block models compute these rows of a batch alone, but draw for all: so what falls out of a row does
    not depend on the rows computed beside it, and the generator ends where it would end for the whole batch."""
    global _rows
    _rows, before = None if rows.all else rows, _rows
    try:
        yield
    finally:
        _rows = before


def dropout(x: Tensor, rate: float, training: bool, axis: int = 0) -> Tensor:
    """Dropout to 1/65536 of the rate: sixteen random bits an element, no float, in a third of F.dropout's time.

    Rows of the batch run along ``axis``, each of them one or more places side by side.
    """
    if not training or not rate:
        return x
    least = round(rate * 65536) - 32768
    keep = random_bits(x.shape, x.device) >= least if _rows is None else _of_rows(x, axis, _rows) >= least
    return x * keep.to(x.dtype).mul_(1 / (1 - rate))


def random_bits(shape: torch.Size, device: torch.device) -> Tensor:
    """Evenly drawn int16 of this shape."""
    count = shape.numel()
    bits = torch.empty(-(-count // 4), dtype=torch.int64, device=device).random_(-(2**63), None).view(torch.int16)
    return bits[:count].view(shape)


def _of_rows(x: Tensor, axis: int, rows: Rows) -> Tensor:
    """Random bits for ``x``, cut out of those for the whole batch."""
    each = x.shape[axis] // (rows.last - rows.first)
    shape = torch.Size([*x.shape[:axis], each * rows.whole, *x.shape[axis + 1 :]])
    return random_bits(shape, x.device).narrow(axis, each * rows.first, x.shape[axis])
