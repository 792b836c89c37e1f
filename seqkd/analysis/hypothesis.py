"""A statement that a finished run can confirm or contradict, what is measured for it, and the verdict."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

CONFIRMED, CONTRADICTED, NOT_SHOWN, NOT_TESTED = "confirmed", "contradicted", "not shown", "not tested"


class SystemNotFound(Exception):
    """The run has no system that a hypothesis needs; the message says which."""


class Evidence(Protocol):
    """Something measured for a hypothesis."""

    @property
    def sentence(self) -> str:
        """The measurement for a reader."""

    @property
    def verdicts(self) -> list[str]:
        """What it says of the hypothesis; empty where it is only reported."""


def all_confirmed(verdicts: Sequence[str]) -> str:
    """Confirmed if every verdict confirms, contradicted if any contradicts."""
    if CONTRADICTED in verdicts:
        return CONTRADICTED
    return CONFIRMED if verdicts and set(verdicts) == {CONFIRMED} else NOT_SHOWN


def unanimous(verdicts: Sequence[str]) -> str:
    """The verdict that all agree on."""
    return verdicts[0] if len(set(verdicts)) == 1 else NOT_SHOWN


@dataclass(frozen=True)
class Hypothesis:
    """A statement and how to test it.

    Attributes:
        key: its number, such as ``K1``; ``published`` are the figures of its paper.
        criterion: in words, when it counts as confirmed.
        evidence: from the measurements of a run to what decides the statement; may raise ``SystemNotFound``.
        combine: from the verdicts of all its evidence to that of the statement.
    """

    key: str
    statement: str
    published: str
    criterion: str
    evidence: Callable[[Any], Iterable[Evidence]]
    combine: Callable[[Sequence[str]], str] = all_confirmed


@dataclass(frozen=True)
class Outcome:
    """A hypothesis, the verdict on it, and a sentence for each piece of evidence."""

    hypothesis: Hypothesis
    verdict: str
    sentences: list[str]


def evaluate(hypothesis: Hypothesis, measurements: Any) -> Outcome:
    """Decide a hypothesis; one that needs systems which the run does not have is not tested."""
    try:
        evidence = list(hypothesis.evidence(measurements))
    except SystemNotFound as error:
        return Outcome(hypothesis, NOT_TESTED, [f"{error}."])
    verdicts = [verdict for item in evidence for verdict in item.verdicts]
    verdict = hypothesis.combine(verdicts) if verdicts else NOT_TESTED
    return Outcome(hypothesis, verdict, [item.sentence for item in evidence])
