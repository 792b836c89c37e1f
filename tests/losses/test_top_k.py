"""A teacher's top k tokens and the tail, by hand and against the full distribution."""

import math
from dataclasses import replace

import pytest
import torch
from pencil import P, Q, random_case

from seqkd import losses
from seqkd.distillation.cache_teacher_topk import cut
from seqkd.losses import topk
from seqkd.losses.token_batch import TokenBatch


def stored(case: TokenBatch, k: int) -> TokenBatch:
    return replace(case, teacher=cut(case.teacher, k))


def test_by_hand():
    """p = (0.5, 0.3, 0.15, 0.05), k = 2: the bucket has 0.2 of p and 0.35 of q."""
    batch = stored(TokenBatch(Q.log() + 7.0, torch.tensor([3]), P.log()), 2)
    cross_entropy = -(0.5 * math.log(0.2) + 0.3 * math.log(0.45) + 0.2 * math.log(0.35))
    assert float(topk.cross_entropy(batch)) == pytest.approx(cross_entropy, abs=1e-9)
    scale = 1 - 0.2 / 0.35
    expected = [-0.3, 0.15, 0.05 * scale, 0.3 * scale]
    assert topk.gradient(batch)[0].tolist() == pytest.approx(expected, abs=1e-9)
    entropy = -(0.5 * math.log(0.5) + 0.3 * math.log(0.3) + 0.2 * math.log(0.2))
    assert float(topk.entropy(batch)) == pytest.approx(entropy, abs=1e-9)


@pytest.mark.parametrize("k", [1, 3, 12])
@pytest.mark.parametrize("name", ["word-kd", "kl"])
def test_the_gradient_is_autograds(name, k):
    case, module = random_case(5, 12), losses.load(name)
    logits = case.student_logits.clone().requires_grad_()
    (expected,) = torch.autograd.grad(
        module.loss(stored(replace(case, student_logits=logits), k), module.Options()), logits
    )
    torch.testing.assert_close(module.gradient(stored(case, k), module.Options()), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", [name for name in losses.NAMES if losses.supports_teacher_topk(name)])
def test_with_the_whole_vocabulary_it_is_the_full_distribution(name):
    module, case = losses.load(name), random_case(5, 12, dtype=torch.float32)
    expected, actual = (module.loss(batch, module.Options()) for batch in (case, stored(case, 12)))
    assert float(actual) == pytest.approx(float(expected), rel=1e-6)
    expected, actual = (module.gradient(batch, module.Options()) for batch in (case, stored(case, 12)))
    torch.testing.assert_close(actual, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", [name for name in losses.NAMES if losses.supports_teacher_topk(name)])
def test_the_gradient_is_zero_for_a_student_equal_to_its_teacher(name):
    module, case = losses.load(name), random_case(5, 12)
    batch = stored(replace(case, student_logits=case.teacher + 3.0), 4)
    assert float(module.gradient(batch, module.Options()).abs().max()) < 1e-12


def test_kl_to_an_equal_student_is_zero():
    case = random_case(5, 12)
    batch = stored(replace(case, student_logits=case.teacher + 3.0), 4)
    assert float(losses.load("kl").loss(batch, losses.load("kl").Options())) == pytest.approx(0, abs=1e-12)


def test_others_refuse_a_stored_teacher():
    assert {name for name in losses.NAMES if losses.supports_teacher_topk(name)} == {"word-kd", "kl"}
    rkl, batch = losses.load("rkl"), stored(random_case(5, 12), 4)
    with pytest.raises(AssertionError, match="needs the full distribution"):
        rkl.loss(batch, rkl.Options())
