"""Grouped top-k against torch.topk."""

import pytest
import torch

from seqkd.utils.fast_topk import fast_topk


@pytest.mark.parametrize("size", [5, 64, 500, 1000, 4001, 10007])
@pytest.mark.parametrize("count", [1, 2, 6, 36])
def test_it_equals_topk(size, count):
    values = torch.randn(7, size, generator=torch.Generator().manual_seed(size))
    count = min(count, size)
    top, indices = fast_topk(values, count)
    expected = values.topk(count)
    assert torch.equal(top, expected.values) and torch.equal(indices, expected.indices)


@pytest.mark.parametrize("size", [8, 5000])
def test_rows_with_fewer_finite_values_than_k_give_valid_indices(size):
    values = torch.full((4, size), -torch.inf)
    values[:, 5:8] = torch.tensor([1.0, 3.0, 2.0])
    top, indices = fast_topk(values, 6)
    assert indices[:, :3].tolist() == [[6, 7, 5]] * 4 and top[:, :3].tolist() == [[3.0, 2.0, 1.0]] * 4
    assert bool((indices < size).all()) and bool((top[:, 3:] == -torch.inf).all())
