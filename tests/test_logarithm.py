"""The fast logarithm against torch's in double precision."""

import pytest
import torch

from seqkd.logarithm import log
from seqkd.losses.positions import LEAST


def test_it_is_the_logarithm_to_float_precision():
    values = torch.rand(64, 1001, generator=torch.Generator().manual_seed(1)).pow(30).clamp(min=LEAST)
    for each in (values, values.T, values[:, ::2]):
        assert each.shape == log(each).shape
        torch.testing.assert_close(log(each).double(), each.double().log(), rtol=3e-7, atol=1e-7)


def test_what_is_differentiated_or_more_exact_is_torchs():
    values = torch.tensor([0.5, 2.0], requires_grad=True)
    log(values).sum().backward()
    assert values.grad is not None and values.grad.tolist() == [2.0, 0.5]
    exact = torch.tensor([1.0 + 1e-12], dtype=torch.float64)
    assert float(log(exact)) == pytest.approx(1e-12, rel=1e-3)
