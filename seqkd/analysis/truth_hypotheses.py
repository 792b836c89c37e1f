"""Statements about what an objective does to a distribution, tested where the true distribution is known.

Each statement says that one kind of student has more (or less) of something than another of the same size. The
difference is paired sentence by sentence, and seed by seed where the seeds are the same. It confirms the statement if
its interval lies wholly on the side that is claimed, contradicts it if wholly on the other, and else shows neither. A
statement is confirmed or contradicted if every difference says so, in everything that is measured and for every pair of
its kind here; without a pair it is not tested.
"""

from collections.abc import Callable
from dataclasses import dataclass

from seqkd.analysis.true_distribution import Held
from seqkd.analysis.results import System
from seqkd.analysis.number_format import percent, signed, telling_digits
from seqkd.analysis.pairings import baselines, variants
from seqkd.analysis.significance import Difference

CONFIRMED, CONTRADICTED, NOT_SHOWN, NOT_TESTED = "confirmed", "contradicted", "not shown", "not tested"

FORWARD = {"kl", "word-kd"}
"""Objectives that minimise a forward KL divergence from the teacher, by sentence or by word."""


@dataclass(frozen=True)
class Claim:
    """A statement: of whom, of what, which way.

    Attributes:
        tested: which students; in words ``who``.
        against: the students to compare one with, of all; in words ``whom``.
        measures: statistics of ``Held`` that are claimed to differ, in words.
        sign: +1 for more, -1 for less.
        aside: statistics told beside them, in words.
        in_truth: a statistic that tells what the truth has of the last one of the measures.
    """

    words: str
    tested: Callable[[System], bool]
    who: str
    against: Callable[[list[System], System], list[System]]
    whom: str
    measures: dict[str, str]
    sign: int
    aside: dict[str, str]
    in_truth: str | None = None


@dataclass(frozen=True)
class Statement:
    """A claim, what came of it, and a sentence for each pair that tests it."""

    words: str
    verdict: str
    sentences: list[str]


def _is_seq_kd(system: System) -> bool:
    """Seq-KD alone: negative log-likelihood on the teacher's beam search, from scratch."""
    return system.targets == "seq-kd" and set(system.loss) == {"nll"} and system.start is None


def _is_reverse(system: System) -> bool:
    return "rkl" in system.loss


def _is_forward(system: System) -> bool:
    return bool(FORWARD & set(system.loss)) and not system.targets.startswith("seq-kd") and system.start is None


def _baseline(systems: list[System], system: System) -> list[System]:
    return baselines(systems).get(system.model, [])


def _same_size(wanted: Callable[[System], bool]) -> Callable[[list[System], System], list[System]]:
    """The first variant of that kind that has the system's model, all seeds."""

    def found(systems: list[System], system: System) -> list[System]:
        students = [one for one in systems if one.kind == "student" and one.model == system.model and wanted(one)]
        return next(iter(variants(students).values()), [])

    return found


INSIDE = {"inside": "own mass inside the language"}

CLAIMS = [
    Claim(
        words="Seq-KD concentrates on the mode",
        tested=_is_seq_kd,
        who="student is trained by Seq-KD alone",
        against=_baseline,
        whom="same-size baseline",
        measures={"greedy_mass": "mass on its own greedy output", "mode_mass": "mass on the true mode"},
        sign=1,
        aside={},
        in_truth="mode_prob",
    ),
    Claim(
        words="Reverse KL drops modes",
        tested=_is_reverse,
        who="student is trained by reverse KL",
        against=_same_size(lambda one: "kl" in one.loss),
        whom="student of its size trained by KL",
        measures={"coverage": "true mass covered"},
        sign=-1,
        aside=INSIDE,
    ),
    Claim(
        words="KL covers",
        tested=_is_forward,
        who="student is trained by a forward KL from the teacher",
        against=_same_size(_is_seq_kd),
        whom="student of its size trained by Seq-KD",
        measures={"coverage": "true mass covered"},
        sign=1,
        aside=INSIDE,
    ),
]


def statements(held: Held) -> list[Statement]:
    """Every claim with its verdict, in the order of ``CLAIMS``."""
    return [_statement(claim, held) for claim in CLAIMS]


def _statement(claim: Claim, held: Held) -> Statement:
    students = variants(one for one in held.systems if one.kind == "student")
    tested = [models for models in students.values() if claim.tested(models[0])]
    if not tested:
        return Statement(claim.words, NOT_TESTED, [f"No {claim.who}."])
    pairs = [(models, claim.against(held.systems, models[0])) for models in tested]
    pairs = [(models, other) for models, other in pairs if other and other != models]
    if not pairs:
        return Statement(claim.words, NOT_TESTED, [f"There is no {claim.whom} to compare with."])
    found = [{name: held.difference(*pair, name) for name in claim.measures} for pair in pairs]
    verdicts = [verdict(one, claim.sign) for many in found for one in many.values()]
    told = [_sentence(claim, held, *pair, many) for pair, many in zip(pairs, found, strict=True)]
    return Statement(claim.words, verdicts[0] if len(set(verdicts)) == 1 else NOT_SHOWN, told)


def verdict(found: Difference, sign: int) -> str:
    """What one difference says, by the side of zero on which the whole interval lies."""
    if not found.is_known or found.low <= 0 <= found.high:
        return NOT_SHOWN
    return CONFIRMED if (found.low > 0) == (sign > 0) else CONTRADICTED


def _sentence(claim: Claim, held: Held, models: list[System], other: list[System], found: dict[str, Difference]) -> str:
    def both(name: str) -> str:
        one, two = (held.estimate(side, name).value for side in (models, other))
        return f"{percent(one, 1)} against {percent(two, 1)}"

    interval = f"{100 * held.settings.confidence:g} % interval"
    told = [
        f"{claim.measures[name]} {both(name)}, {_points(one, interval)}, {verdict(one, claim.sign)})"
        for name, one in found.items()
    ]
    told += [f"{words} {both(name)}" for name, words in claim.aside.items()]
    if claim.in_truth:
        told[-1] += f"; in truth it has {percent(held.estimate(models, claim.in_truth).value, 1)}"
    return f"{models[0].label} against {other[0].label}: {'; '.join(told)}."


def _points(found: Difference, words: str) -> str:
    """``+1.2 points (95 % interval +0.3 to +2.1``, left open."""
    points = [100 * share for share in (found.difference, found.low, found.high)]
    value, low, high = (signed(one, telling_digits(points)) for one in points)
    return f"{value} points ({f'{words} {low} to {high}' if found.is_known else 'too few sentences for an interval'}"
