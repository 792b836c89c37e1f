"""A teacher's k best words and the rest, by hand and against the whole distribution."""

import math

import pytest
import torch

from seqkd.teacher.topk import AgainstTopK, TopK


def cut(log_p, k):
    top = log_p.topk(k)
    rest = log_p.exp().scatter(1, top.indices, 0.0).sum(1)
    return TopK(top.indices, top.values, rest)


def against(log_p, logits, k):
    log_q = logits.log_softmax(-1)
    return AgainstTopK(cut(log_p, k), log_q, log_q.exp())


def test_by_hand():
    """p = (0.5, 0.3, 0.15, 0.05), k = 2: the bucket has 0.2 of p and 0.35 of q."""
    p, q = torch.tensor([[0.5, 0.3, 0.15, 0.05]]), torch.tensor([[0.2, 0.45, 0.05, 0.3]])
    found = against(p.log(), q.log(), 2)
    by_hand = -(0.5 * math.log(0.2) + 0.3 * math.log(0.45) + 0.2 * math.log(0.35))
    assert float(found.cross_entropy()) == pytest.approx(by_hand, abs=1e-6)
    outside = 1 - 0.2 / 0.35
    expected = [-0.3, 0.15, 0.05 * outside, 0.3 * outside]
    assert found.gradient()[0].tolist() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("k", [1, 3, 12])
def test_the_gradient_is_autograds(k):
    torch.manual_seed(0)
    log_p = torch.randn(5, 12, dtype=torch.float64).mul(2).log_softmax(-1)
    logits = torch.randn(5, 12, dtype=torch.float64, requires_grad=True)
    found = against(log_p, logits, k)
    (expected,) = torch.autograd.grad(found.cross_entropy(), logits)
    torch.testing.assert_close(found.gradient().detach(), expected, rtol=0, atol=1e-12)


def test_all_words_are_the_whole_distribution():
    torch.manual_seed(0)
    log_p, logits = torch.randn(5, 12).log_softmax(-1), torch.randn(5, 12)
    found = against(log_p, logits, 12)
    whole = -(log_p.exp() * logits.log_softmax(-1)).sum()
    assert float(found.cross_entropy()) == pytest.approx(float(whole), rel=1e-6)
    torch.testing.assert_close(found.gradient(), logits.softmax(-1) - log_p.exp(), rtol=0, atol=1e-7)


def test_a_student_like_the_teacher_has_nothing_to_learn():
    log_p = torch.randn(5, 12, dtype=torch.float64).log_softmax(-1)
    assert float(against(log_p, log_p + 3.0, 4).gradient().abs().max()) < 1e-12
