"""Estimates by hand: sums, verdicts, rank correlation."""

from dataclasses import replace

import numpy as np
import pytest

from seqkd.analysis.hypothesis import all_confirmed, unanimous
from seqkd.analysis.papers.estimate import Estimate, above, largest, within
from seqkd.analysis.papers.run_measurements import spearman
from seqkd.analysis.significance import Sample

VERDICTS = ("confirmed", "contradicted", "not shown")


MANY = Sample("sentences", 10_000, 10_000.0, 10_000)


def around(*seeds: float, spread: float = 0.1) -> Estimate:
    """Resamples evenly around the mean of the seeds, so with a standard error of ``spread`` over the root of three."""
    return Estimate(np.array(seeds), float(np.mean(seeds)) + np.linspace(-spread, spread, 1001), text=MANY)


def seeded(*seeds: int, of: Estimate) -> Estimate:
    return replace(of, seeds=seeds)


def test_differences_are_taken_seed_with_seed_and_resample_with_resample() -> None:
    result = around(3.0, 5.0) - around(1.0, 2.0)
    assert result.values.tolist() == [2.0, 3.0] and result.value == 2.5
    assert result.resampled == pytest.approx(np.full(1001, 2.5))  # the same resamples: what they share cancels
    assert (around(1.0) + around(2.0, 4.0)).values.tolist() == [3.0, 5.0]
    assert (around(4.0) * 0.5).interval == pytest.approx((2.0 - 0.0566, 2.0 + 0.0566), abs=1e-4)
    assert abs(around(-2.0)).value == 2.0


def test_seeds_are_paired_by_name_and_not_by_place() -> None:
    first, second = seeded(1, 3, of=around(1.0, 2.0)), seeded(3, 1, of=around(10.0, 30.0))
    assert (first - second).values.tolist() == [-29.0, -8.0] and (first - second).seeds == (1, 3)
    assert (second / first).values.tolist() == [5.0, 30.0] and (second / first).seeds == (3, 1)
    assert largest([first, second]).values.tolist() == [30.0, 10.0]
    assert (around(1.0) - second).values.tolist() == [-9.0, -29.0], "a constant is paired with every seed"


def test_unequal_seeds_give_the_difference_of_the_means() -> None:
    first, second = seeded(1, 2, of=around(1.0, 2.0)), seeded(1, 2, 3, of=around(10.0, 20.0, 30.0))
    result = first - second
    assert result.values.tolist() == [-18.5] and result.unpaired and result.seed_variance is None
    assert result.resampled == pytest.approx(np.full(1001, -18.5)), "around the difference of the means"
    assert (seeded(3, of=around(1.0)) - second).values.tolist() == [-19.0]
    three = seeded(4, 5, 6, of=around(1.0, 2.0, 3.0))
    variance = (three - second).seed_variance
    assert variance is not None and variance.value == pytest.approx(1 / 3 + 100 / 3)
    scaled = ((three - second) * 2.0 - around(5.0)).seed_variance
    assert scaled is not None and scaled.value == pytest.approx(4 * variance.value), "a constant adds nothing"


def test_seeds_add_to_the_interval_from_three_on() -> None:
    two, three = around(0.5, 1.5), around(0.5, 1.0, 1.5)
    assert two.interval == pytest.approx((1 - 0.1133, 1 + 0.1133), abs=1e-4)
    assert three.interval[1] - 1 > 0.6  # 4.3 times the root of 0.25 / 3 without the text
    assert above(two, 0.0) == "confirmed" and above(three, 0.5) == "not shown"


def test_without_resamples_the_interval_is_that_of_the_seeds() -> None:
    """Mean 2, variance 1, of the mean 1 / 3; t with 2 degrees of freedom is 4.3027."""
    assert Estimate(np.array([2.0, 1.0, 3.0])).interval == pytest.approx((2 - 2.4842, 2 + 2.4842), abs=1e-3)
    assert (Estimate(np.array([2.0])) - around(1.0)).resampled is None
    assert not Estimate(np.array([2.0])).has_interval and around(2.0).has_interval
    assert not Estimate(np.array([2.0, 3.0])).has_interval, "two seeds say nothing of how they vary"


def test_too_little_text_and_infinite_resamples_have_no_interval() -> None:
    few = replace(around(1.0), text=Sample("sentences", 12, 11.0, 12))
    infinite = replace(around(1.0), resampled=np.array([1.0, np.inf]))
    assert not few.has_interval and not infinite.has_interval and above(few, 0.0) == within(few, 5.0) == "not shown"


@pytest.mark.parametrize(
    ("estimate", "bound", "verdict"),
    [
        (around(1.0), 0.0, "confirmed"),
        (around(1.0), 2.0, "contradicted"),
        (around(0.05), 0.0, "not shown"),
        (around(2.1, -0.1), 0.0, "not shown"),
        (around(-2.1, 0.1), 0.0, "not shown"),
        (Estimate(np.array([1.0, 2.0])), 0.0, "not shown"),
        (Estimate(np.array([1.0, 2.0, 1.5])), 0.0, "confirmed"),
        (Estimate(np.array([0.1, 2.0, 1.5])), 0.0, "not shown"),
        (Estimate(np.array([1.0])), 0.0, "not shown"),
        (Estimate(np.array([11.0]), None, (10.5, 12.0)), 10.0, "confirmed"),
        (Estimate(np.array([9.0]), None, (8.5, 10.5)), 10.0, "not shown"),
    ],
)
def test_above_asks_for_the_interval_and_every_seed(estimate: Estimate, bound: float, verdict: str) -> None:
    assert above(estimate, bound) == verdict


@pytest.mark.parametrize(
    ("estimate", "verdict"),
    [
        (around(0.2), "confirmed"),
        (around(0.45), "not shown"),
        (around(0.7), "contradicted"),
        (around(-0.7), "contradicted"),
        (around(0.7, -0.7), "not shown"),
        (around(1.3, 0.4), "not shown"),
    ],
)
def test_within_is_no_absence_of_a_difference(estimate: Estimate, verdict: str) -> None:
    assert within(estimate, 0.5) == verdict


def test_a_statement_needs_all_its_evidence() -> None:
    yes, no, unknown = VERDICTS
    assert all_confirmed([yes, yes]) == yes
    assert all_confirmed([yes, unknown]) == unknown
    assert all_confirmed([yes, unknown, no]) == no
    assert unanimous([yes, unknown]) == unanimous([yes, no]) == unknown and unanimous([no, no]) == no


def test_the_largest_is_chosen_again_on_each_resample() -> None:
    first, second = Estimate(np.array([1.0]), np.array([1.0, 5.0])), Estimate(np.array([2.0]), np.array([3.0, 2.0]))
    result = largest([first, second])
    assert result.values.tolist() == [2.0] and result.resampled is not None and result.resampled.tolist() == [3.0, 5.0]


def test_rank_correlation_by_hand() -> None:
    """Ranks 1 2 3 4 against 1 3 2 4: 1 - 6 * 2 / (4 * 15) = 0.8; ties share their mean rank."""
    assert spearman(np.array([[1, 10], [2, 30], [3, 20], [9, 40]], dtype=float)) == pytest.approx(0.8)
    assert spearman(np.array([[1, 1], [2, 1], [3, 1]], dtype=float)) == 0.0
    tied = spearman(np.array([[1, 1], [1, 2], [2, 3]], dtype=float))
    assert tied == pytest.approx(np.corrcoef([1.5, 1.5, 3], [1, 2, 3])[0, 1])
