"""Dropout: its rate, and that a row's does not depend on the rows computed with it."""

import pytest
import torch

from seqkd.data.batch_slice import BatchSlice
from seqkd.models.dropout import drawn_for, dropout


def test_it_drops_at_its_rate_and_scales_the_rest():
    torch.manual_seed(0)
    x = dropout(torch.ones(400, 251), 0.3, True)
    assert x.unique().tolist() == pytest.approx([0.0, 1 / 0.7])
    assert float((x == 0).float().mean()) == pytest.approx(0.3, abs=0.005)
    assert dropout(x, 0.3, False) is x and dropout(x, 0.0, True) is x


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("entries", [1, 3])
def test_slices_of_a_batch_have_the_dropout_of_the_full_batch(axis, entries):
    """BatchSlice are one or more entries along the axis: attention has one per head."""
    shape = [3, 4, 5]
    shape[axis] = 7 * entries
    x = torch.rand(shape)
    torch.manual_seed(1)
    expected, after = dropout(x, 0.5, True, axis), torch.rand(3)
    slices = []
    for start, stop in ((0, 2), (2, 3), (3, 7)):
        torch.manual_seed(1)
        with drawn_for(BatchSlice(start, stop, 7)):
            slices.append(dropout(x.narrow(axis, start * entries, (stop - start) * entries), 0.5, True, axis))
        assert torch.equal(torch.rand(3), after), "the generator's final state is that for the full batch"
    assert torch.equal(torch.cat(slices, axis), expected)


def test_nothing_changes_outside_the_block():
    x = torch.ones(6, 5)
    torch.manual_seed(1)
    expected = dropout(x, 0.5, True)
    with pytest.raises(ZeroDivisionError), drawn_for(BatchSlice(0, 1, 2)):
        raise ZeroDivisionError
    torch.manual_seed(1)
    assert torch.equal(dropout(x, 0.5, True), expected)
