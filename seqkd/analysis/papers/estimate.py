"""An estimate with its uncertainty, and what it says of a hypothesis.

Differences of BLEU are resampled by test sentences, the same resamples for all models and searches, so that their sums
and differences are resampled too. Three seeds or more add their own variance. Where there is only one number a seed,
the interval comes from the seeds alone, and there is none with fewer than three.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from seqkd.analysis import significance, student_t
from seqkd.analysis.hypothesis import CONFIRMED, CONTRADICTED, NOT_SHOWN
from seqkd.analysis.minimums import MINIMUM
from seqkd.analysis.significance import Sample, Variance

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A number for each seed, their mean, and an interval.

    Attributes:
        values: one number a seed, [S].
        resampled: the mean over seeds on each resample, [R]; None where nothing is resampled.
        fixed_interval: an interval that was computed otherwise.
        confidence: coverage of the interval.
        seeds: the seed of each value, by which numbers are paired. A single number without a seed is a constant, such
            as the score of a teacher that all students share, and is paired with every seed.
        text: what was resampled.
        unpaired: whether systems with different seeds were combined, so that ``values`` has only the mean.
        unpaired_variance: its variance over seeds then; None with fewer than three seeds on a side.
    """

    values: Numbers
    resampled: Numbers | None = None
    fixed_interval: tuple[float, float] | None = None
    confidence: float = 0.95
    seeds: tuple[int, ...] = ()
    text: Sample | None = None
    unpaired: bool = False
    unpaired_variance: Variance | None = None

    @property
    def value(self) -> float:
        """The mean over seeds."""
        return float(self.values.mean())

    @property
    def seed_variance(self) -> Variance | None:
        """Variance of the mean over the choice of seeds; None with fewer than three."""
        if self.unpaired or len(self.values) < MINIMUM["seeds"]:
            return self.unpaired_variance
        return significance.variance_of_mean(self.values)

    @property
    def is_constant(self) -> bool:
        """Whether it is a single number that has no seed."""
        return len(self.values) == 1 and not self.seeds and not self.unpaired

    @property
    def interval(self) -> tuple[float, float]:
        """By the resamples and the seeds, as far as there are enough of them, or the fixed one.

        NaN at both ends where there are too few, or where a resample is infinite.
        """
        if self.fixed_interval is not None:
            return self.fixed_interval
        variance = self.seed_variance
        if self.resampled is not None and self.text is not None and np.isfinite(self.resampled).all():
            result = significance.difference(self.value, self.resampled, self.text, self.confidence, variance)
            return result.low, result.high
        if self.resampled is not None or variance is None:
            return math.nan, math.nan
        reach = student_t.quantile(self.confidence, variance.degrees) * math.sqrt(variance.value)
        return self.value - reach, self.value + reach

    @property
    def has_interval(self) -> bool:
        """Whether there is an interval; a single seed's number has none."""
        return not math.isnan(self.interval[0])

    def __add__(self, other: Estimate) -> Estimate:
        return self._plus(other, 1.0)

    def __sub__(self, other: Estimate) -> Estimate:
        return self._plus(other, -1.0)

    def __truediv__(self, other: Estimate) -> Estimate:
        (values, divisors), seeds = align([self, other])
        unpaired, _ = _unpaired([self, other], seeds)
        return Estimate(values / divisors, None, None, self.confidence, seeds, None, unpaired)

    def __mul__(self, factor: float) -> Estimate:
        resampled = None if self.resampled is None else factor * self.resampled
        variance = self.unpaired_variance
        variance = variance and Variance(factor**2 * variance.value, variance.degrees)
        values = factor * self.values
        return replace(self, values=values, resampled=resampled, fixed_interval=None, unpaired_variance=variance)

    def __abs__(self) -> Estimate:
        resampled = None if self.resampled is None else abs(self.resampled)
        return replace(self, values=abs(self.values), resampled=resampled, fixed_interval=None)

    def _plus(self, other: Estimate, sign: float) -> Estimate:
        (values, others), seeds = align([self, other])
        resampled = None
        if self.resampled is not None and other.resampled is not None:
            resampled = self.resampled + sign * other.resampled
        unpaired = _unpaired([self, other], seeds)
        return Estimate(values + sign * others, resampled, None, self.confidence, seeds, self.text, *unpaired)


def align(estimates: Sequence[Estimate]) -> tuple[list[Numbers], tuple[int, ...]]:
    """Values paired by seed, [S] or [1] each, and the seeds; the means, and no seeds, where the seeds differ."""
    by_seed = [
        dict(zip(estimate.seeds or range(1, len(estimate.values) + 1), estimate.values, strict=True))
        for estimate in estimates
    ]
    varying = [values for values, estimate in zip(by_seed, estimates, strict=True) if not estimate.is_constant]
    seeds = tuple(next(iter(varying), ()))
    if any(estimate.unpaired for estimate in estimates) or any(set(values) != set(seeds) for values in varying):
        return [estimate.values.mean(keepdims=True) for estimate in estimates], ()
    return [
        estimate.values if estimate.is_constant else np.array([values[seed] for seed in seeds])
        for values, estimate in zip(by_seed, estimates, strict=True)
    ], seeds


def _unpaired(estimates: Sequence[Estimate], seeds: tuple[int, ...]) -> tuple[bool, Variance | None]:
    """Whether estimates that were aligned by these seeds are unpaired, and if so the variance of their sum."""
    varying = [estimate for estimate in estimates if not estimate.is_constant]
    if seeds or not varying:
        return False, None
    variances = [variance for estimate in varying if (variance := estimate.seed_variance) is not None]
    return True, reduce(significance.add_variances, variances) if len(variances) == len(varying) else None


def largest(estimates: Sequence[Estimate]) -> Estimate:
    """The largest of several on each resample and for each seed, so that the choice is resampled with the rest."""
    values, seeds = align(estimates)
    maxima = np.stack(np.broadcast_arrays(*values)).max(0)
    resampled = [estimate.resampled for estimate in estimates if estimate.resampled is not None]
    stacked = np.stack(resampled).max(0) if len(resampled) == len(estimates) else None
    first = estimates[0]
    unpaired = _unpaired(estimates, seeds)
    return Estimate(maxima, stacked, None, first.confidence, seeds, first.text, *unpaired)


def above(estimate: Estimate, bound: float) -> str:
    """Whether an estimate is above a number: its entire interval and every seed must be on one side."""
    low, high = estimate.interval
    if not estimate.has_interval:
        return NOT_SHOWN
    if low > bound and bool((estimate.values > bound).all()):
        return CONFIRMED
    return CONTRADICTED if high < bound and bool((estimate.values < bound).all()) else NOT_SHOWN


def within(estimate: Estimate, margin: float) -> str:
    """Whether an estimate is as good as zero: its entire interval and every seed are closer to it than a margin."""
    low, high = estimate.interval
    if not estimate.has_interval:
        return NOT_SHOWN
    if -margin < low and high < margin and bool((abs(estimate.values) < margin).all()):
        return CONFIRMED
    beyond = above(estimate, margin), above(estimate * -1.0, margin)
    return CONTRADICTED if CONFIRMED in beyond else NOT_SHOWN
