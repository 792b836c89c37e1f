"""kl, rkl, js, tvd, engine, gkd, skew-kl: an example by hand, limits, and JS over whole sentences by enumeration."""

from dataclasses import replace
from itertools import product

import pytest
import torch
from pencil import CASE, P, Q, random_case, value

from seqkd import losses
from seqkd.losses.token_batch import TokenBatch
from seqkd.training.objective import Objective

GOLDEN = [
    ("kl", {}, 0.411710),
    ("rkl", {}, 0.481798),
    ("js", {}, 0.103370),
    ("js", {"student_weight": 0.25}, 0.081329),
    ("js", {"student_weight": 0.85}, 0.051962),
    ("gkd", {}, 0.103370),
    ("gkd", {"student_weight": 0.25}, 0.081329),
    ("gkd", {"student_weight": 0.85}, 0.051962),
    ("tvd", {}, 0.400000),
    ("engine", {}, 1.673993),
]


@pytest.mark.parametrize(("name", "settings", "expected"), GOLDEN)
def test_values_by_hand(name, settings, expected):
    assert float(value(name, CASE, **settings)) == pytest.approx(expected, abs=1e-6)


def test_engine_is_reverse_kl_with_the_students_entropy():
    entropy = float(-(Q * Q.log()).sum())
    assert entropy == pytest.approx(1.192195, abs=1e-6)
    assert float(value("engine", CASE)) == pytest.approx(float(value("rkl", CASE)) + entropy, abs=1e-12)


def test_kl_is_word_kd_less_the_teachers_entropy():
    entropy = float(-(P * P.log()).sum())
    assert float(value("kl", CASE)) == pytest.approx(float(value("word-kd", CASE)) - entropy, abs=1e-12)


def test_skew_divergences_by_hand():
    """m = 0.9 q + 0.1 p and m = 0.1 q + 0.9 p: w is the student's weight."""
    near_q, near_p = 0.9 * Q + 0.1 * P, 0.1 * Q + 0.9 * P
    assert float(value("skew-kl", CASE)) == pytest.approx(float((P * (P / near_q).log()).sum()), abs=1e-12)
    assert float(value("skew-rkl", CASE)) == pytest.approx(float((Q * (Q / near_p).log()).sum()), abs=1e-12)


def test_the_halves_of_js_are_weighted_by_their_own_side():
    module = losses.load("js")
    options, m = module.Options(student_weight=0.25), 0.25 * Q + 0.75 * P
    on_targets = module.loss(CASE, options)
    on_samples = module.loss(TokenBatch(CASE.student_logits, CASE.target, CASE.teacher, prefix="student"), options)
    assert float(on_targets) == pytest.approx(0.75 * float((P * (P / m).log()).sum()), abs=1e-12)
    assert float(on_samples) == pytest.approx(0.25 * float((Q * (Q / m).log()).sum()), abs=1e-12)


@pytest.mark.parametrize("name", ["gkd", "js"])
def test_small_weights_give_both_kls_to_first_order(name):
    case, tiny = random_case(), 1e-6
    assert float(value(name, case, student_weight=1 - tiny)) / tiny == pytest.approx(float(value("kl", case)), rel=1e-4)
    assert float(value(name, case, student_weight=tiny)) / tiny == pytest.approx(float(value("rkl", case)), rel=1e-4)


def test_skew_kl_goes_to_kl():
    case = random_case()
    assert float(value("skew-kl", case, student_weight=1 - 1e-9)) == pytest.approx(float(value("kl", case)), rel=1e-6)
    assert float(value("skew-rkl", case, student_weight=1e-9)) == pytest.approx(float(value("rkl", case)), rel=1e-6)


def test_exact_js_is_local_at_the_first_token():
    """Every position is a sentence by itself: the prefix is empty, so both mixtures are equal."""
    case = random_case()
    for weight in (0.5, 0.2):
        exact = value("js", case, mixture="exact", student_weight=weight)
        assert float(exact) == pytest.approx(float(value("js", case, student_weight=weight)), abs=1e-6)


VOCABULARY, LENGTH = 3, 3
SEQUENCES = list(product(range(VOCABULARY), repeat=LENGTH))


def language(seed):
    """Log-probabilities of the next token after every prefix of a small random language."""
    generator = torch.Generator().manual_seed(seed)
    prefixes = [prefix for length in range(LENGTH) for prefix in product(range(VOCABULARY), repeat=length)]
    return {
        prefix: (2 * torch.randn(VOCABULARY, generator=generator, dtype=torch.float64)).log_softmax(0)
        for prefix in prefixes
    }


def log_prob(language, sequence):
    return sum(float(language[sequence[:t]][sequence[t]]) for t in range(LENGTH))


def expected_steps(p, q, weight, mixture):
    """Expectation of the step-wise JS loss over prefixes, by enumeration."""
    module = losses.load("js")
    options, total = module.Options(student_weight=weight, mixture=mixture), 0.0
    for source, prefix in ((p, "targets"), (q, "student")):
        for sequence in SEQUENCES:
            prefixes = [sequence[:t] for t in range(LENGTH)]
            student, teacher = (torch.stack([language[row] for row in prefixes]) for language in (q, p))
            target, sentence = torch.tensor(sequence), torch.zeros(LENGTH)
            loss = module.loss(TokenBatch(student, target, teacher, prefix=prefix, sentence=sentence), options)
            total += float(loss) * float(torch.tensor(log_prob(source, sequence)).exp())
    return total


@pytest.mark.parametrize("weight", [0.5, 0.25])
def test_exact_js_is_the_divergence_over_sentences_and_the_local_one_is_not(weight):
    p, q = language(1), language(2)
    log_p, log_q = (torch.tensor([log_prob(x, s) for s in SEQUENCES], dtype=torch.float64) for x in (p, q))
    m = weight * log_q.exp() + (1 - weight) * log_p.exp()
    expected = (1 - weight) * float((log_p.exp() * (log_p - m.log())).sum())
    expected += weight * float((log_q.exp() * (log_q - m.log())).sum())
    assert expected_steps(p, q, weight, "exact") == pytest.approx(expected, rel=1e-6)
    assert abs(expected_steps(p, q, weight, "local") - expected) > 0.01


def test_likelihoods_of_prefixes_start_at_their_sentence():
    """Given log q and log p of the targets: -1 -2 -9 | -1 -5 and -3 -1 -9 | -2 -5."""
    student, teacher = (
        torch.stack([torch.tensor(log_probs).double(), (-torch.tensor(log_probs).double().exp()).log1p()], 1)
        for log_probs in ([-1.0, -2.0, -9.0, -1.0, -5.0], [-3.0, -1.0, -9.0, -2.0, -5.0])
    )
    sentences = TokenBatch(student, torch.zeros(5).long(), teacher, sentence=torch.tensor([0, 0, 0, 1, 1]))
    weights = losses.load("js").exact_mixture_weight(sentences, 0.5)[:, 0]
    assert weights.tolist() == pytest.approx([0.5, 0.880797, 0.731059, 0.5, 0.731059], abs=1e-6)


@pytest.mark.parametrize("prefix", ["targets", "student"])
def test_the_closed_gradient_of_exact_js_holds_for_whole_sentences(prefix):
    case = replace(random_case(), sentence=torch.tensor([0, 0, 0, 0, 1, 1]), prefix=prefix)
    objective = Objective({"js": {"weight": 1.0, "mixture": "exact", "student_weight": 0.3}}, prefix)
    assert objective.whole_sentences and not Objective({"js": {"weight": 1.0}}).whole_sentences
    torch.testing.assert_close(objective.gradient(case), objective._by_autograd(case))
