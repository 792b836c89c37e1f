"""What docs/methods.md says that verdicts are worth, once more with fewer trials: bounds four deviations wide."""

import pytest

from benchmarks.false_verdicts import Trial, documents, false_verdicts, methods, sentences, skewed

TRIALS = 400
FOUR = 4 * (5 * 95 / TRIALS) ** 0.5
"""Four standard deviations of a share of 5 % in per cent: 4.4."""


@pytest.mark.slow
@pytest.mark.parametrize("uneven", [0.0, 0.8])
@pytest.mark.parametrize("count", [5, 8, 15, 30])
def test_documents_hold_the_error_rate_however_few(count: int, uneven: float) -> None:
    assert false_verdicts(documents(count, 0.26, uneven), TRIALS) < 5 + FOUR


@pytest.mark.slow
def test_sentences_of_documents_are_not_independent() -> None:
    assert false_verdicts(documents(15, 0.26, 0.0, by_sentence=True), TRIALS) > 20


@pytest.mark.slow
@pytest.mark.parametrize("trial", [sentences(30), sentences(30, 3), skewed(30), sentences(200)])
def test_sentences_hold_it_from_the_minimum_on(trial: Trial) -> None:
    assert false_verdicts(trial, TRIALS) < 7 + FOUR


@pytest.mark.slow
@pytest.mark.parametrize("deviation", [0.0, 0.5, 1.0])
def test_three_seeds_hold_it_for_the_methods(deviation: float) -> None:
    assert false_verdicts(methods((3, 3), deviation, 500), TRIALS) < 7 + FOUR


@pytest.mark.slow
def test_one_seed_says_nothing_of_the_methods() -> None:
    assert false_verdicts(methods((1, 1), 1.0, 500), TRIALS) > 15
