"""Token ids on disk, and the order of batches."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seqkd.data.batching import BatchStream, collate, epoch_order, split_by_budget
from seqkd.data.dataset import BOS, EOS, PAD, Dataset, write_ids
from seqkd.utils.errors import UserError

SRC = [[5, 6, 7], [8], [], [9, 10]]
TGT = [[4], [5, 5, 5], [6, 7], [8]]


@pytest.fixture
def dataset(tmp_path):
    write_ids(tmp_path, "src", SRC)
    write_ids(tmp_path, "tgt", TGT)
    return Dataset(tmp_path)


def test_ids_are_read_as_written(dataset):
    assert [dataset.src[i].tolist() for i in range(4)] == SRC
    assert dataset.tgt.lengths.tolist() == [1, 3, 2, 1]


def test_unequal_sides_are_refused(tmp_path):
    write_ids(tmp_path, "src", SRC)
    write_ids(tmp_path, "tgt", TGT[:3])
    with pytest.raises(UserError, match="4 source but 3 target"):
        Dataset(tmp_path)


def test_a_batch_is_padded_on_the_right(dataset):
    batch = collate(dataset, np.array([0, 1]))
    assert batch.src.tolist() == [[5, 6, 7, EOS], [8, EOS, PAD, PAD]]
    assert batch.prefix.tolist() == [[BOS, 4, PAD, PAD], [BOS, 5, 5, 5]]
    assert batch.target.tolist() == [[4, EOS, PAD, PAD], [5, 5, 5, EOS]]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=200), st.integers(10, 100), st.integers(0, 3))
def test_an_epoch_holds_every_sentence_once_within_the_budget(lengths, budget, epoch):
    costs = np.array(lengths, dtype=np.int64)
    batches = epoch_order(costs, budget, 1, epoch)
    assert sorted(np.concatenate(batches).tolist()) == list(range(len(lengths)))
    assert all(len(b) == 1 or len(b) * costs[b].max() <= budget for b in batches)
    again = epoch_order(costs, budget, 1, epoch)
    assert all((a == b).all() for a, b in zip(batches, again, strict=True))


def test_no_sentences_are_no_batches():
    assert split_by_budget(np.zeros(0, np.int64), np.zeros(0, np.int64), 10) == []


def test_a_stream_resumes_at_its_position(dataset):
    stream = BatchStream(dataset, 8, seed=3)
    batches = iter(stream)
    history = []
    for _ in range(7):
        batch = next(batches)
        history.append((stream.position, batch))
    for number in range(6):
        resumed = iter(BatchStream(dataset, 8, seed=3, position=history[number][0]))
        for _, expected in history[number + 1 :]:
            assert torch.equal(next(resumed).target, expected.target)
