"""Dropout: its rate, and that a row's does not depend on what is computed beside it."""

import pytest
import torch

from seqkd.batches.rows import Rows
from seqkd.models.dropout import drawn_for, dropout


def test_it_drops_at_its_rate_and_scales_the_rest():
    torch.manual_seed(0)
    found = dropout(torch.ones(400, 251), 0.3, True)
    assert found.unique().tolist() == pytest.approx([0.0, 1 / 0.7])
    assert float((found == 0).float().mean()) == pytest.approx(0.3, abs=0.005)
    assert dropout(found, 0.3, False) is found and dropout(found, 0.0, True) is found


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("each", [1, 3])
def test_rows_computed_apart_lose_what_they_lose_together(axis, each):
    """Rows are one or more places along the axis: attention has one a head."""
    shape = [3, 4, 5]
    shape[axis] = 7 * each
    x = torch.rand(shape)
    torch.manual_seed(1)
    whole, after = dropout(x, 0.5, True, axis), torch.rand(3)
    found = []
    for first, last in ((0, 2), (2, 3), (3, 7)):
        torch.manual_seed(1)
        with drawn_for(Rows(first, last, 7)):
            found.append(dropout(x.narrow(axis, first * each, (last - first) * each), 0.5, True, axis))
        assert torch.equal(torch.rand(3), after), "the generator ends where it ended for all"
    assert torch.equal(torch.cat(found, axis), whole)


def test_outside_the_block_all_is_as_before():
    x = torch.ones(6, 5)
    torch.manual_seed(1)
    expected = dropout(x, 0.5, True)
    with pytest.raises(ZeroDivisionError), drawn_for(Rows(0, 1, 2)):
        raise ZeroDivisionError
    torch.manual_seed(1)
    assert torch.equal(dropout(x, 0.5, True), expected)
