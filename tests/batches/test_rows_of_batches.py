"""Which rows of a batch are whose."""

import numpy as np
import pytest
import torch

from seqkd.batches.batches import Batch
from seqkd.batches.rows import Rows, share


@pytest.mark.parametrize("whole", [1, 2, 3, 7, 16])
@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_every_row_is_counted_once_and_every_process_has_one(whole, count):
    shares = [share(whole, rank, count) for rank in range(count)]
    counted = [row for one in shares if one.counted for row in range(one.first, one.last)]
    assert counted == list(range(whole))
    sizes = [one.last - one.first for one in shares]
    assert min(sizes) >= 1 and max(sizes) - min(sizes) <= 1
    assert all(0 <= one.first < one.last <= whole for one in shares)


def test_alone_takes_all_and_copies_nothing():
    values, rows = torch.arange(5), share(5, 0, 1)
    assert rows.all and rows.of(values) is values
    batch = Batch(values, values, values)
    assert rows.of_batch(batch) is batch


@pytest.mark.parametrize(("parts", "sizes"), [(1, [5]), (2, [2, 3]), (4, [1, 1, 1, 2]), (8, [1] * 5)])
def test_parts_lie_side_by_side(parts, sizes):
    found = Rows(3, 8, 20).cut(parts)
    assert [one.last - one.first for one in found] == sizes
    assert [row for one in found for row in range(one.first, one.last)] == [3, 4, 5, 6, 7]
    assert all(one.whole == 20 and one.counted for one in found)


def test_rows_of_a_batch_keep_its_padding_and_their_numbers():
    ids = torch.arange(12).view(4, 3)
    found = Rows(1, 3, 4).of_batch(Batch(ids, ids + 20, ids + 40, np.array([9, 8, 7, 6])))
    assert found.src.tolist() == [[3, 4, 5], [6, 7, 8]] and found.prefix[0, 0] == 23 and found.target[1, 2] == 48
    assert found.sentences.tolist() == [8, 7]
