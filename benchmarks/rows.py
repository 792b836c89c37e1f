"""A row of the results and its ratio: how many times better than the peer, always higher is better."""

import statistics
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Direction = Literal["more", "less"]


@dataclass(frozen=True)
class Turn:
    """One repeat of one side: how long it took, how much work it did, and other values that the side reported."""

    seconds: float
    amount: float
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Amount per second."""
        return self.amount / self.seconds


@dataclass(frozen=True)
class Row:
    """One line of the results.

    Attributes:
        ours, peer: medians in ``unit``; None if a side could not be measured.
        ratio: how many times better ours is than the peer, higher is better; None if a side is missing.
        target: the target ratio; None if there is none.
        ours_raw, peer_raw: every repeat, in order.
        reason: why the ratio is missing.
    """

    family: str
    name: str
    peer_name: str
    unit: str
    ours: float | None
    peer: float | None
    ratio: float | None
    target: float | None
    ours_raw: list[Any] = field(default_factory=list)
    peer_raw: list[Any] = field(default_factory=list)
    note: str = ""
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """A plain dictionary, in the order of the fields."""
        return asdict(self)


def improvement(ours: float, peer: float, better: Direction) -> float:
    """How many times better: ours / peer if more is better, peer / ours if less is better.

    Raises:
        ValueError: a value is not positive, so the ratio is undefined.
    """
    if ours <= 0 or peer <= 0:
        raise ValueError(f"no ratio of {ours} and {peer}")
    return ours / peer if better == "more" else peer / ours


def paired(
    family: str,
    name: str,
    peer_name: str,
    unit: str,
    ours: list[Turn],
    peer: list[Turn],
    *,
    target: float | None,
    note: str = "",
) -> Row:
    """A row of rates from alternating turns: the ratio is the median of the ratios of the rounds.

    The two values of a round are measured seconds apart, so a machine that slows down over time favours neither side.
    """
    ratios = [improvement(a.rate, b.rate, "more") for a, b in zip(ours, peer, strict=True)]
    return Row(
        family,
        name,
        peer_name,
        unit,
        statistics.median(turn.rate for turn in ours),
        statistics.median(turn.rate for turn in peer),
        statistics.median(ratios),
        target,
        [raw(turn) for turn in ours],
        [raw(turn) for turn in peer],
        note,
    )


def raw(turn: Turn) -> dict[str, float]:
    """Time and amount of a repeat, as stored in the results."""
    return {"seconds": round(turn.seconds, 5), "amount": turn.amount}


def missing(family: str, name: str, peer_name: str, unit: str, target: float | None, reason: str) -> Row:
    """A row for which a side could not be measured."""
    return Row(family, name, peer_name, unit, None, None, None, target, reason=" ".join(reason.split())[:400])


def single(
    family: str,
    name: str,
    peer_name: str,
    unit: str,
    ours: float,
    peer: float,
    better: Direction,
    *,
    target: float | None,
    ours_raw: list[Any] | None = None,
    peer_raw: list[Any] | None = None,
    note: str = "",
) -> Row:
    """A row of two values that are not rates: bytes, scores, shares, exponents."""
    ratio = improvement(ours, peer, better)
    return Row(family, name, peer_name, unit, ours, peer, ratio, target, ours_raw or [ours], peer_raw or [peer], note)


def spread(values: list[float]) -> float:
    """Interquartile range of the repeats, relative to their median."""
    if len(values) < 2:
        return 0.0
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return (high - low) / statistics.median(values)


def exponent(points: list[tuple[float, float]]) -> float:
    """Slope of the log-log regression line: 1 for linear growth, 0 for none."""
    from math import log

    slope, _ = statistics.linear_regression([log(x) for x, _ in points], [log(y) for _, y in points])
    return slope
