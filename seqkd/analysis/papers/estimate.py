"""A number with what it may have been by chance, and what it says of a statement.

Differences of BLEU are resampled by test sentences, the same resamples for all models and searches, so sums and
differences of such numbers are resampled too. Three seeds or more add their own variance. What is known as one number a
seed has that variance alone, and no interval with fewer seeds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from seqkd.analysis.truth_hypotheses import CONFIRMED, CONTRADICTED, NOT_SHOWN
from seqkd.analysis import significance, student_t
from seqkd.scoring.fewest import FEWEST
from seqkd.analysis.significance import Sample, Spread

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Quantity:
    """A number for each seed, their mean, and an interval.

    Attributes:
        seeds: one number a seed, [S].
        names: the seeds themselves, by which numbers are paired; a single number without one is given, as that of a
            teacher from whom all learned, and goes with every seed.
        drawn: the mean over seeds on each resample, [R]; None where there are none.
        text: what was resampled.
        ends: an interval that is known otherwise.
        confidence: coverage of the interval.
        unpaired: whether systems with other seeds each went into it, so that ``seeds`` has the mean alone.
        apart: its variance by seeds then; None with fewer than three on a side.
    """

    seeds: Numbers
    drawn: Numbers | None = None
    ends: tuple[float, float] | None = None
    confidence: float = 0.95
    names: tuple[int, ...] = ()
    text: Sample | None = None
    unpaired: bool = False
    apart: Spread | None = None

    @property
    def value(self) -> float:
        """The mean over seeds."""
        return float(self.seeds.mean())

    @property
    def of_seeds(self) -> Spread | None:
        """How far the mean may be off because of the seeds; None with fewer than three."""
        if self.unpaired or len(self.seeds) < FEWEST["seeds"]:
            return self.apart
        return Spread(float(self.seeds.var(ddof=1)) / len(self.seeds), len(self.seeds) - 1)

    @property
    def is_given(self) -> bool:
        """Whether it is a single number that has no seed."""
        return len(self.seeds) == 1 and not self.names and not self.unpaired

    @property
    def interval(self) -> tuple[float, float]:
        """By the resamples and the seeds, as far as there are enough of them, or the one that is known otherwise.

        NaN at both ends where there are too few, or where a resample is infinite.
        """
        if self.ends is not None:
            return self.ends
        if self.drawn is not None and self.text is not None and np.isfinite(self.drawn).all():
            found = significance.difference(self.value, self.drawn, self.text, self.confidence, self.of_seeds)
            return found.low, found.high
        if self.drawn is not None or self.of_seeds is None:
            return math.nan, math.nan
        reach = student_t.quantile(self.confidence, self.of_seeds.degrees) * math.sqrt(self.of_seeds.variance)
        return self.value - reach, self.value + reach

    @property
    def is_sure(self) -> bool:
        """Whether there is an interval: one seed's number alone says nothing of chance."""
        return not math.isnan(self.interval[0])

    def __add__(self, other: Quantity) -> Quantity:
        return self._with(other, 1.0)

    def __truediv__(self, other: Quantity) -> Quantity:
        (one, two), names = aligned([self, other])
        return Quantity(one / two, None, None, self.confidence, names, None, *apart([self, other], names)[:1])

    def __sub__(self, other: Quantity) -> Quantity:
        return self._with(other, -1.0)

    def __mul__(self, factor: float) -> Quantity:
        drawn = None if self.drawn is None else factor * self.drawn
        own = self.apart and Spread(factor**2 * self.apart.variance, self.apart.degrees)
        return replace(self, seeds=factor * self.seeds, drawn=drawn, ends=None, apart=own)

    def __abs__(self) -> Quantity:
        return replace(self, seeds=abs(self.seeds), drawn=None if self.drawn is None else abs(self.drawn), ends=None)

    def _with(self, other: Quantity, sign: float) -> Quantity:
        (one, two), names = aligned([self, other])
        drawn = None if self.drawn is None or other.drawn is None else self.drawn + sign * other.drawn
        return Quantity(one + sign * two, drawn, None, self.confidence, names, self.text, *apart([self, other], names))


def aligned(quantities: Sequence[Quantity]) -> tuple[list[Numbers], tuple[int, ...]]:
    """Numbers seed with seed, [S] or [1] each, and which seeds; where they are not the same, the means, and none."""
    each = [dict(zip(one.names or range(1, len(one.seeds) + 1), one.seeds, strict=True)) for one in quantities]
    varied = [one for one, quantity in zip(each, quantities, strict=True) if not quantity.is_given]
    names = tuple(next(iter(varied), ()))
    if any(one.unpaired for one in quantities) or any(set(one) != set(names) for one in varied):
        return [one.seeds.mean(keepdims=True) for one in quantities], ()
    pairs = zip(each, quantities, strict=True)
    return [one.seeds if one.is_given else np.array([numbers[name] for name in names]) for numbers, one in pairs], names


def apart(quantities: Sequence[Quantity], names: tuple[int, ...]) -> tuple[bool, Spread | None]:
    """Whether numbers aligned by these names are unpaired, and the variance of their sum by seeds then."""
    varied = [one for one in quantities if not one.is_given]
    parts = [part for one in varied if (part := one.of_seeds) is not None]
    if names or not varied:
        return False, None
    return True, reduce(significance.added, parts) if len(parts) == len(varied) else None


def largest(quantities: Sequence[Quantity]) -> Quantity:
    """The largest of several on each resample and for each seed: so the choice is resampled with the rest."""
    numbers, names = aligned(quantities)
    seeds = np.stack(np.broadcast_arrays(*numbers)).max(0)
    drawn = [one.drawn for one in quantities]
    stacked = None if any(one is None for one in drawn) else np.stack([one for one in drawn if one is not None]).max(0)
    first = quantities[0]
    return Quantity(seeds, stacked, None, first.confidence, names, first.text, *apart(quantities, names))


def above(found: Quantity, least: float) -> str:
    """Whether a quantity is above a number: its whole interval and every seed must be on one side."""
    low, high = found.interval
    if not found.is_sure:
        return NOT_SHOWN
    if low > least and bool((found.seeds > least).all()):
        return CONFIRMED
    return CONTRADICTED if high < least and bool((found.seeds < least).all()) else NOT_SHOWN


def within(found: Quantity, margin: float) -> str:
    """Whether a quantity is as good as zero: its whole interval and every seed nearer to it than a margin."""
    low, high = found.interval
    if not found.is_sure:
        return NOT_SHOWN
    if -margin < low and high < margin and bool((abs(found.seeds) < margin).all()):
        return CONFIRMED
    beyond = above(found, margin), above(found * -1.0, margin)
    return CONTRADICTED if CONFIRMED in beyond else NOT_SHOWN


def all_of(verdicts: Sequence[str]) -> str:
    """A statement of several parts: one that is contradicted contradicts it, and it needs them all."""
    if CONTRADICTED in verdicts:
        return CONTRADICTED
    return CONFIRMED if verdicts and set(verdicts) == {CONFIRMED} else NOT_SHOWN
