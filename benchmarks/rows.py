"""A row of the results, and the one convention for its ratio: how many times better than the peer, higher is better."""

import statistics
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Better = Literal["more", "less"]


@dataclass(frozen=True)
class Turn:
    """One repeat of one side: how long it took and how much it did, and what else the side told."""

    seconds: float
    amount: float
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Amount a second."""
        return self.amount / self.seconds


@dataclass(frozen=True)
class Row:
    """One line of the results.

    Attributes:
        ours, peer: medians in ``unit``; None where a side could not be measured.
        ratio: how many times better ours is than the peer, higher is better; None where a side is missing.
        target: the ratio asked for, None where none was.
        ours_raw, peer_raw: every repeat, in the order taken.
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
        """As a plain dictionary, in the order of the fields."""
        return asdict(self)


def better(ours: float, peer: float, which: Better) -> float:
    """How many times better: ours over peer where more is better, peer over ours where less is.

    Raises:
        ValueError: a value is not positive, so that no ratio has a meaning.
    """
    if ours <= 0 or peer <= 0:
        raise ValueError(f"no ratio of {ours} and {peer}")
    return ours / peer if which == "more" else peer / ours


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
    """A row of rates from turns taken one beside the other: the ratio is the median over the rounds' own ratios.

    Each round's ratio divides figures that stand seconds apart, so a machine that slows down in between favours nobody.
    """
    ratios = [better(one.rate, other.rate, "more") for one, other in zip(ours, peer, strict=True)]
    return Row(
        family,
        name,
        peer_name,
        unit,
        statistics.median(one.rate for one in ours),
        statistics.median(one.rate for one in peer),
        statistics.median(ratios),
        target,
        [raw(one) for one in ours],
        [raw(one) for one in peer],
        note,
    )


def raw(turn: Turn) -> dict[str, float]:
    """Time and amount of a repeat, as the results keep them."""
    return {"seconds": round(turn.seconds, 5), "amount": turn.amount}


def missing(family: str, name: str, peer_name: str, unit: str, target: float | None, reason: str) -> Row:
    """A row of which a side could not be measured."""
    return Row(family, name, peer_name, unit, None, None, None, target, reason=" ".join(reason.split())[:400])


def single(
    family: str,
    name: str,
    peer_name: str,
    unit: str,
    ours: float,
    peer: float,
    which: Better,
    *,
    target: float | None,
    ours_raw: list[Any] | None = None,
    peer_raw: list[Any] | None = None,
    note: str = "",
) -> Row:
    """A row of two figures that are no rates: bytes, scores, shares, exponents."""
    ratio = better(ours, peer, which)
    return Row(family, name, peer_name, unit, ours, peer, ratio, target, ours_raw or [ours], peer_raw or [peer], note)


def spread(values: list[float]) -> float:
    """Distance of the middle half of the repeats, as a share of their median."""
    if len(values) < 2:
        return 0.0
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return (high - low) / statistics.median(values)


def exponent(points: list[tuple[float, float]]) -> float:
    """Slope of a straight line through the logarithms: 1 where time grows in proportion, 0 where it does not grow."""
    from math import log

    slope, _ = statistics.linear_regression([log(x) for x, _ in points], [log(y) for _, y in points])
    return slope
