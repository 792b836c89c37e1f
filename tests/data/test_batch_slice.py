"""How the rows of a batch are divided."""

import numpy as np
import pytest
import torch

from seqkd.data.batch_slice import BatchSlice, share
from seqkd.data.batching import Batch


@pytest.mark.parametrize("batch_size", [1, 2, 3, 7, 16])
@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_every_row_is_counted_once_and_every_process_has_one(batch_size, count):
    shares = [share(batch_size, rank, count) for rank in range(count)]
    counted = [row for rows in shares if rows.contributes for row in range(rows.start, rows.stop)]
    assert counted == list(range(batch_size))
    sizes = [rows.stop - rows.start for rows in shares]
    assert min(sizes) >= 1 and max(sizes) - min(sizes) <= 1
    assert all(0 <= rows.start < rows.stop <= batch_size for rows in shares)


def test_a_single_process_takes_all_rows_and_copies_nothing():
    values, rows = torch.arange(5), share(5, 0, 1)
    assert rows.all and rows.of(values) is values
    batch = Batch(values, values, values)
    assert rows.of_batch(batch) is batch


@pytest.mark.parametrize(("parts", "sizes"), [(1, [5]), (2, [2, 3]), (4, [1, 1, 1, 2]), (8, [1] * 5)])
def test_slices_are_consecutive(parts, sizes):
    slices = BatchSlice(3, 8, 20).cut(parts)
    assert [rows.stop - rows.start for rows in slices] == sizes
    assert [row for rows in slices for row in range(rows.start, rows.stop)] == [3, 4, 5, 6, 7]
    assert all(rows.batch_size == 20 and rows.contributes for rows in slices)


def test_rows_of_a_batch_keep_its_padding_and_sentence_numbers():
    ids = torch.arange(12).view(4, 3)
    batch = BatchSlice(1, 3, 4).of_batch(Batch(ids, ids + 20, ids + 40, np.array([9, 8, 7, 6])))
    assert batch.src.tolist() == [[3, 4, 5], [6, 7, 8]] and batch.prefix[0, 0] == 23 and batch.target[1, 2] == 48
    assert batch.sentences.tolist() == [8, 7]
