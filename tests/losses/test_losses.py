"""Objectives against numbers worked out by hand, finite differences, and the cases in which they must coincide."""

import subprocess
import sys

import pytest
import torch
from torch.nn import functional as F

from seqkd import losses
from seqkd.losses.positions import Positions
from seqkd.training.objective import Objective

P = torch.tensor([[0.50, 0.30, 0.15, 0.05]], dtype=torch.float64)
Q = torch.tensor([[0.20, 0.45, 0.05, 0.30]], dtype=torch.float64)


def value(name: str, positions: Positions) -> torch.Tensor:
    module = losses.load(name)
    return module.loss(positions, module.Options())


def test_word_kd_is_the_cross_entropy_of_the_pencil_case():
    positions = Positions(Q.log(), torch.tensor([0]), P.log())
    assert float(value("word-kd", positions)) == pytest.approx(1.553830, abs=1e-6)


def test_nll_is_minus_log_of_the_targets_probability():
    positions = Positions(Q.log() + 7.0, torch.tensor([2]))
    assert float(value("nll", positions)) == pytest.approx(2.995732, abs=1e-6)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.3])
def test_label_smoothing_is_pytorchs(smoothing):
    torch.manual_seed(0)
    logits, target = torch.randn(7, 5, dtype=torch.float64), torch.randint(5, (7,))
    ours = value("nll", Positions(logits, target, label_smoothing=smoothing))
    assert float(ours) == pytest.approx(
        float(F.cross_entropy(logits, target, reduction="sum", label_smoothing=smoothing)), abs=1e-10
    )


def test_word_kd_with_a_one_hot_teacher_is_nll():
    torch.manual_seed(0)
    logits, target = torch.randn(6, 9, dtype=torch.float64), torch.randint(9, (6,))
    teacher = F.one_hot(target, 9).double().clamp_min(1e-300).log()
    both = Positions(logits, target, teacher)
    assert float(value("word-kd", both)) == pytest.approx(float(value("nll", both)), abs=1e-10)


def test_word_kd_less_the_teachers_entropy_is_zero_at_equality():
    entropy = -(P * P.log()).sum()
    positions = Positions(P.log(), torch.tensor([0]), P.log())
    assert float(value("word-kd", positions) - entropy) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("name", losses.NAMES)
def test_gradient_equals_finite_differences(name):
    torch.manual_seed(1)
    target = torch.randint(5, (4,))
    teacher = torch.randn(4, 5, dtype=torch.float64).log_softmax(-1)
    logits = torch.randn(4, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: value(name, Positions(x, target, teacher, 0.1)), (logits,))


def test_a_mixture_is_the_weighted_sum():
    torch.manual_seed(2)
    logits, target = torch.randn(3, 4, dtype=torch.float64), torch.randint(4, (3,))
    positions = Positions(logits, target, torch.randn(3, 4, dtype=torch.float64).log_softmax(-1))
    objective = Objective({"nll": {"weight": 0.25}, "word-kd": {"weight": 0.75}})
    expected = 0.25 * value("nll", positions) + 0.75 * value("word-kd", positions)
    assert objective.needs_teacher
    assert float(objective.value(positions)) == pytest.approx(float(expected), abs=1e-12)


def test_the_registry_names_every_file_and_needs_no_torch():
    assert {"nll", "word-kd"} <= set(losses.NAMES)
    code = "import sys; from seqkd import losses; [losses.settings_of(n) for n in losses.NAMES]"
    code += "; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize(
    "loss",
    [{name: {"weight": w}} for name in losses.NAMES for w in (1.0, 0.3)]
    + [{name: {"weight": 0.5} for name in losses.NAMES}],
)
def test_closed_gradients_equal_autograd(loss, smoothing):
    torch.manual_seed(3)
    target = torch.randint(7, (5,))
    positions = Positions(torch.randn(5, 7).double(), target, torch.randn(5, 7).double().log_softmax(-1), smoothing)
    objective = Objective(loss)
    value, grad = objective.gradient(positions)
    expected_value, expected = objective._by_autograd(positions)
    torch.testing.assert_close(value, expected_value)
    torch.testing.assert_close(grad, expected)
