"""Properties of every objective: gradients, zero at equality, no gradient for the teacher, independence of order."""

import math
import subprocess
import sys
from dataclasses import replace

import pytest
import torch
from pencil import P, Q, random_case, value, with_precomputed
from torch.nn import functional as F

from seqkd import losses
from seqkd.losses.token_batch import TokenBatch
from seqkd.training.objective import Objective, prefix_groups

NAMES = [name for name in losses.NAMES if not losses.reads_layers(name)]
"""Objectives on positions; the other one is tested in test_hidden_states.py."""
TEACHERS = [name for name in NAMES if losses.needs_teacher(name)]
OTHER_SETTINGS = {
    "js": [{"student_weight": 0.2}, {"mixture": "exact"}, {"mixture": "exact", "student_weight": 0.8}],
    "gkd": [{"student_weight": 0.1}],
    "skew-kl": [{"student_weight": 0.5}],
    "skew-rkl": [{"student_weight": 0.5}],
    "imitkd": [{"teacher": "distribution"}],
    "tie-kd": [{"k": 1}, {"k": 3, "iterations": 1}, {"k": 1000}],
    "topk-kd": [{"k": 1}, {"k": 1000}],
    "selective-kd": [{"share": 1.0}, {"share": 0.01}, {"queue": 3}],
}
CONFIGS = [(name, settings) for name in NAMES for settings in ({}, *OTHER_SETTINGS.get(name, []))]
CASES = [(name, settings, prefix) for name, settings in CONFIGS for prefix in losses.prefixes_of(name)]


def test_nll_is_minus_log_of_the_targets_probability():
    batch = TokenBatch(Q.log() + 7.0, torch.tensor([2]))
    assert float(value("nll", batch)) == pytest.approx(2.995732, abs=1e-6)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.3])
def test_label_smoothing_is_pytorchs(smoothing):
    torch.manual_seed(0)
    logits, target = torch.randn(7, 5, dtype=torch.float64), torch.randint(5, (7,))
    actual = value("nll", TokenBatch(logits, target, label_smoothing=smoothing))
    expected = F.cross_entropy(logits, target, reduction="sum", label_smoothing=smoothing)
    assert float(actual) == pytest.approx(float(expected), abs=1e-10)


def test_word_kd_with_a_one_hot_teacher_is_nll():
    torch.manual_seed(0)
    logits, target = torch.randn(6, 9, dtype=torch.float64), torch.randint(9, (6,))
    teacher = F.one_hot(target, 9).double().clamp_min(1e-300).log()
    both = TokenBatch(logits, target, teacher)
    assert float(value("word-kd", both)) == pytest.approx(float(value("nll", both)), abs=1e-10)


@pytest.mark.parametrize(("name", "settings", "prefix"), CASES)
def test_gradient_equals_finite_differences(name, settings, prefix):
    module, case = losses.load(name), random_case(4, 6, seed=1)
    options = module.Options(**settings)
    fixed = replace(with_precomputed(name, case, options), prefix=prefix, label_smoothing=0.1)
    logits = case.student_logits.clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda x: module.loss(replace(fixed, student_logits=x), options), (logits,))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weight", [1.0, 0.3])
@pytest.mark.parametrize(("name", "settings", "prefix"), CASES)
def test_closed_gradients_equal_autograd(name, settings, prefix, weight, smoothing):
    objective = Objective({name: {"weight": weight, **settings}}, prefix)
    options = losses.settings_of(name)(**settings)
    batch = replace(with_precomputed(name, random_case(seed=3), options), prefix=prefix, label_smoothing=smoothing)
    torch.testing.assert_close(objective.gradient(batch), objective._by_autograd(batch))
    assert objective.terms[0].gradient is not None


def test_gradients_of_a_mixture_are_added():
    objective = Objective({"nll": {"weight": 0.25}, "word-kd": {"weight": 0.75}, "kl": {"weight": 2.0}})
    batch = random_case()
    torch.testing.assert_close(objective.gradient(batch), objective._by_autograd(batch))


def test_a_mixture_is_the_weighted_sum():
    batch = random_case(3, 4)
    objective = Objective({"nll": {"weight": 0.25}, "word-kd": {"weight": 0.75}})
    expected = 0.25 * value("nll", batch) + 0.75 * value("word-kd", batch)
    assert objective.needs_teacher
    assert float(objective.value(batch)) == pytest.approx(float(expected), abs=1e-12)


DIVERGENCES = [name for name in TEACHERS if losses.is_zero_at_teacher(name) and name != "word-kd"]


@pytest.mark.parametrize(("name", "settings"), [case for case in CONFIGS if case[0] in DIVERGENCES])
def test_a_divergence_is_zero_where_student_and_teacher_agree_and_above_it_elsewhere(name, settings):
    case = random_case()
    assert float(value(name, replace(case, student_logits=case.log_p + 2.0), **settings)) == pytest.approx(
        0.0, abs=1e-12
    )
    assert float(value(name, case, **settings)) > 0


@pytest.mark.parametrize(("name", "settings"), [case for case in CONFIGS if case[0] in {*DIVERGENCES} - {"tvd"}])
def test_a_smooth_divergence_has_no_gradient_where_student_and_teacher_agree(name, settings):
    case = random_case()
    logits = (case.log_p + 2.0).requires_grad_()
    value(name, replace(case, student_logits=logits), **settings).backward()
    assert float(logits.grad.abs().max()) < 1e-12


@pytest.mark.parametrize("name", TEACHERS)
def test_exactly_the_declared_objectives_are_minimal_at_the_teacher(name):
    case = random_case()
    logits = case.log_p.clone().requires_grad_()
    value(name, replace(case, student_logits=logits)).backward()
    settled = float(logits.grad.abs().max()) < (1e-12 if name != "tvd" else 0.01)  # tvd has an edge there
    assert settled == losses.is_zero_at_teacher(name)


@pytest.mark.parametrize("seed", range(5))
def test_bounds_between_divergences(seed):
    case = random_case(1, seed=seed)
    kl, js, tvd = (float(value(name, case)) for name in ("kl", "js", "tvd"))
    assert js <= math.log(2)
    assert tvd <= min(1, math.sqrt(kl / 2))


@pytest.mark.parametrize("name", TEACHERS)
def test_the_teacher_gets_no_gradient(name):
    """The closed gradient is only with respect to the student."""
    case = random_case(dtype=torch.float32)
    teacher = case.log_p.clone().requires_grad_()
    for prefix in losses.prefixes_of(name):
        objective = Objective({name: {"weight": 1.0}}, prefix)
        batch = with_precomputed(name, replace(case, teacher=teacher), losses.settings_of(name)())
        _, grad = objective._by_autograd(replace(batch, prefix=prefix))
        assert teacher.grad is None and not grad.requires_grad


@pytest.mark.parametrize(("name", "settings"), [case for case in CONFIGS if case[1].get("mixture") != "exact"])
def test_the_order_and_chunks_of_positions_change_nothing(name, settings):
    case = random_case(10)
    options = losses.settings_of(name)(**settings)
    case = with_precomputed(name, case, options)
    order = torch.randperm(10)
    module = losses.load(name)

    def loss(rows):
        facts = {key: fact[rows] for key, fact in case.precomputed.items()}
        return module.loss(
            TokenBatch(case.student_logits[rows], case.target[rows], case.log_p[rows], precomputed=facts), options
        )

    expected = float(loss(torch.arange(10)))
    assert float(loss(order)) == pytest.approx(expected, abs=1e-10)
    assert float(loss(order[:3]) + loss(order[3:])) == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize(("name", "settings"), CONFIGS)
def test_logits_from_bfloat16_give_the_loss_to_two_percent(name, settings):
    """Only matrix products run in bfloat16; softmax, logarithms, mixtures and hinges are float32."""
    generator = torch.Generator().manual_seed(5)
    student_hidden, weight, teacher_hidden = (
        torch.randn(n, 16, generator=generator, dtype=torch.float64) for n in (200, 50, 200)
    )
    target = torch.randint(50, (200,), generator=generator)

    def at(dtype):
        student, teacher = (
            (states.to(dtype) @ (weight / 4).to(dtype).T) for states in (student_hidden, teacher_hidden)
        )
        full = torch.float64 if dtype == torch.float64 else torch.float32
        log_p = teacher.to(full).log_softmax(-1)
        return float(value(name, TokenBatch(student.to(full), target, log_p, sentence=torch.arange(200)), **settings))

    assert at(torch.bfloat16) == pytest.approx(at(torch.float64), rel=0.02)


@pytest.mark.parametrize(("name", "settings"), CONFIGS)
def test_extreme_logits_give_finite_losses_and_gradients(name, settings):
    case = random_case(dtype=torch.float32)
    sharp = replace(case, student_logits=case.student_logits * 40, teacher=(-case.student_logits * 40).log_softmax(-1))
    options = losses.settings_of(name)(**settings)
    for prefix in losses.prefixes_of(name):
        loss, grad = Objective({name: {"weight": 1.0, **settings}}, prefix).gradient(
            with_precomputed(name, sharp, options)
        )
        assert bool(torch.isfinite(loss)) and bool(torch.isfinite(grad).all())


def test_the_registry_names_every_file_and_needs_no_torch():
    names = "nll word-kd tie-kd kl rkl js tvd engine top1-kd no-top1-kd topk-kd selective-kd imitkd gkd skew-kl"
    assert set(names.split()) <= set(losses.NAMES)
    code = "import sys; from seqkd import losses; [losses.settings_of(name) for name in losses.NAMES]"
    code += "; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_terms_that_read_one_prefix_source_alike_share_its_pass():
    loss = {name: {"weight": 1.0} for name in ("nll", "js", "rkl", "tie-kd")} | {"engine": {"weight": 1.0, "top_k": 1}}
    shared = [
        (reading.source.__name__, [term.name for term in reading.objective.terms]) for reading in prefix_groups(loss)
    ]
    assert shared == [
        ("seqkd.prefixes.targets", ["js", "nll", "tie-kd"]),
        ("seqkd.prefixes.argmax", ["tie-kd"]),
        ("seqkd.prefixes.student", ["js", "rkl"]),
        ("seqkd.prefixes.student", ["engine"]),
    ]


def test_word_kd_is_the_cross_entropy():
    assert float(value("word-kd", TokenBatch(Q.log(), torch.tensor([0]), P.log()))) == pytest.approx(1.553830, abs=1e-6)


def test_word_kd_less_the_teachers_entropy_is_zero_at_equality():
    entropy = -(P * P.log()).sum()
    batch = TokenBatch(P.log(), torch.tensor([0]), P.log())
    assert float(value("word-kd", batch) - entropy) == pytest.approx(0.0, abs=1e-12)
