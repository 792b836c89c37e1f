"""Grouped search for the best words against topk."""

import pytest
import torch

from seqkd.best_words import best_words


@pytest.mark.parametrize("size", [5, 64, 500, 1000, 4001, 10007])
@pytest.mark.parametrize("count", [1, 2, 6, 36])
def test_the_best_words_are_topks(size, count):
    values = torch.randn(7, size, generator=torch.Generator().manual_seed(size))
    count = min(count, size)
    top, words = best_words(values, count)
    expected = values.topk(count)
    assert torch.equal(top, expected.values) and torch.equal(words, expected.indices)
