"""A number with what it may have been by chance, and what it says of a statement.

Differences of BLEU are resampled by test sentences, the same resamples for all models and searches, so sums and
differences of such numbers are resampled too. What is known as one number a seed has the range of its seeds instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from seqkd.report.claims import CONFIRMED, CONTRADICTED, NOT_SHOWN

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Quantity:
    """A number for each seed, their mean, and an interval.

    Attributes:
        seeds: one number a seed, [S]; a single one goes with any number of others.
        names: the seeds themselves, by which numbers are paired; 1, 2, .. if left out.
        drawn: the mean over seeds on each resample, [R]; None where there are none.
        ends: an interval that is known otherwise.
        confidence: coverage of the interval from ``drawn``.
    """

    seeds: Numbers
    drawn: Numbers | None = None
    ends: tuple[float, float] | None = None
    confidence: float = 0.95
    names: tuple[int, ...] = ()

    @property
    def value(self) -> float:
        """The mean over seeds."""
        return float(self.seeds.mean())

    @property
    def interval(self) -> tuple[float, float]:
        """The interval of the resamples, the one that is known, or the range of the seeds."""
        if self.ends is not None:
            return self.ends
        if self.drawn is None:
            return float(self.seeds.min()), float(self.seeds.max())
        tail = (1 - self.confidence) / 2
        low, high = np.quantile(self.drawn, [tail, 1 - tail])
        return float(low), float(high)

    @property
    def is_sure(self) -> bool:
        """Whether the interval stands for chance: one seed's number alone says nothing of it."""
        return self.ends is not None or self.drawn is not None or len(self.seeds) > 1

    def __add__(self, other: Quantity) -> Quantity:
        return self._with(other, 1.0)

    def __truediv__(self, other: Quantity) -> Quantity:
        (one, two), names = aligned([self, other])
        return Quantity(one / two, names=names)

    def __sub__(self, other: Quantity) -> Quantity:
        return self._with(other, -1.0)

    def __mul__(self, factor: float) -> Quantity:
        drawn = None if self.drawn is None else factor * self.drawn
        return replace(self, seeds=factor * self.seeds, drawn=drawn, ends=None)

    def __abs__(self) -> Quantity:
        return replace(self, seeds=abs(self.seeds), drawn=None if self.drawn is None else abs(self.drawn), ends=None)

    def _with(self, other: Quantity, sign: float) -> Quantity:
        (one, two), names = aligned([self, other])
        drawn = None if self.drawn is None or other.drawn is None else self.drawn + sign * other.drawn
        return Quantity(one + sign * two, drawn, None, self.confidence, names)


def aligned(quantities: Sequence[Quantity]) -> tuple[list[Numbers], tuple[int, ...]]:
    """Numbers seed with seed, [S] or [1] each, and which seeds: those that all have; without any, the means."""
    each = [dict(zip(one.names or range(1, len(one.seeds) + 1), one.seeds, strict=True)) for one in quantities]
    several = [one for one in each if len(one) > 1]
    names = tuple(name for name in next(iter(several or each)) if all(name in one for one in several))
    if not names:
        return [one.seeds.mean(keepdims=True) for one in quantities], ()
    picked = [{name: one[name] for name in names} if len(one) > 1 else one for one in each]
    return [np.array(list(one.values())) for one in picked], names


def largest(quantities: Sequence[Quantity]) -> Quantity:
    """The largest of several on each resample and for each seed: so the choice is resampled with the rest."""
    numbers, names = aligned(quantities)
    seeds = np.stack(np.broadcast_arrays(*numbers)).max(0)
    drawn = [one.drawn for one in quantities]
    stacked = None if any(one is None for one in drawn) else np.stack([one for one in drawn if one is not None]).max(0)
    return Quantity(seeds, stacked, None, quantities[0].confidence, names)


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
