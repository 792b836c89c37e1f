"""The fast logarithm against torch's in double precision."""

import pytest
import torch

from seqkd.losses.token_batch import LEAST
from seqkd.utils.fast_log import log


def test_it_is_the_logarithm_to_float_precision():
    values = torch.rand(64, 1001, generator=torch.Generator().manual_seed(1)).pow(30).clamp(min=LEAST)
    for x in (values, values.T, values[:, ::2]):
        assert x.shape == log(x).shape
        torch.testing.assert_close(log(x).double(), x.double().log(), rtol=3e-7, atol=1e-7)


def test_gradients_and_double_precision_are_left_to_torch():
    values = torch.tensor([0.5, 2.0], requires_grad=True)
    log(values).sum().backward()
    assert values.grad is not None and values.grad.tolist() == [2.0, 0.5]
    exact = torch.tensor([1.0 + 1e-12], dtype=torch.float64)
    assert float(log(exact)) == pytest.approx(1e-12, rel=1e-3)
