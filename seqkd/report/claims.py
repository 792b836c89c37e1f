"""Statements about what an objective does to a distribution, tested where the true distribution is known.

Each statement says that one kind of student has more (or less) of something than another of the same size. The
difference is paired sentence by sentence and seed by seed. A pair confirms it if the interval of the difference lies
wholly on the side that is claimed, contradicts it if wholly on the other, and else shows neither. A statement is
confirmed or contradicted if every pair of its kind here says so; without a pair it is not tested.
"""

from collections.abc import Callable
from dataclasses import dataclass

from seqkd.report.compare import baselines, variants
from seqkd.report.held import Held
from seqkd.report.load import System
from seqkd.scoring.significance import Difference

CONFIRMED, CONTRADICTED, NOT_SHOWN, NOT_TESTED = "confirmed", "contradicted", "not shown", "not tested"

FORWARD = {"kl", "word-kd"}
"""Objectives that minimise a forward KL divergence from the teacher, by sentence or by word."""


@dataclass(frozen=True)
class Claim:
    """A statement: of whom (``tested`` says which students, ``against`` which to compare with), of what, which way.

    ``measure`` is a statistic of ``Held``, in words ``measured``; ``sign`` is +1 for more, -1 for less; ``aside`` is a
    statistic told beside it, in words ``beside``, with the truth's own value of it, the statistic ``in_truth``.
    """

    words: str
    tested: Callable[[System], bool]
    who: str
    against: Callable[[list[System], System], list[System]]
    whom: str
    measure: str
    measured: str
    sign: int
    aside: str
    beside: str
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
    return bool(FORWARD & set(system.loss)) and system.targets != "seq-kd" and system.start is None


def _baseline(systems: list[System], system: System) -> list[System]:
    return baselines(systems).get(system.model, [])


def _same_size(wanted: Callable[[System], bool]) -> Callable[[list[System], System], list[System]]:
    """The first variant of that kind that has the system's model, all seeds."""

    def found(systems: list[System], system: System) -> list[System]:
        students = [one for one in systems if one.kind == "student" and one.model == system.model and wanted(one)]
        return next(iter(variants(students).values()), [])

    return found


CLAIMS = [
    Claim(
        words="Seq-KD concentrates on the mode",
        tested=_is_seq_kd,
        who="student is trained by Seq-KD alone",
        against=_baseline,
        whom="the same-size baseline",
        measure="greedy_mass",
        measured="mass on its own greedy output",
        sign=1,
        aside="mode_mass",
        beside="mass on the true mode",
        in_truth="mode_prob",
    ),
    Claim(
        words="Reverse KL drops modes",
        tested=_is_reverse,
        who="student is trained by reverse KL",
        against=_same_size(lambda one: "kl" in one.loss),
        whom="a student of its size trained by KL",
        measure="coverage",
        measured="true mass covered",
        sign=-1,
        aside="inside",
        beside="own mass inside the language",
    ),
    Claim(
        words="KL covers",
        tested=_is_forward,
        who="student is trained by a forward KL from the teacher",
        against=_same_size(_is_seq_kd),
        whom="a student of its size trained by Seq-KD",
        measure="coverage",
        measured="true mass covered",
        sign=1,
        aside="inside",
        beside="own mass inside the language",
    ),
]


def statements(held: Held) -> list[Statement]:
    """Every claim with its verdict, in the order of ``CLAIMS``."""
    return [_statement(claim, held) for claim in CLAIMS]


def _statement(claim: Claim, held: Held) -> Statement:
    tested = [models for models in variants(held.systems).values() if _concerned(claim, models[0])]
    if not tested:
        return Statement(claim.words, NOT_TESTED, [f"No {claim.who}."])
    pairs = [(models, claim.against(held.systems, models[0])) for models in tested]
    pairs = [(models, other) for models, other in pairs if other and other != models]
    if not pairs:
        return Statement(claim.words, NOT_TESTED, [f"There is no {claim.whom.split(' ', 1)[1]} to compare with."])
    found = [held.difference(models, other, claim.measure) for models, other in pairs]
    verdicts = {verdict(one, claim.sign) for one in found}
    told = [_sentence(claim, held, *pair, one) for pair, one in zip(pairs, found, strict=True)]
    return Statement(claim.words, next(iter(verdicts)) if len(verdicts) == 1 else NOT_SHOWN, told)


def _concerned(claim: Claim, system: System) -> bool:
    return system.kind == "student" and claim.tested(system)


def verdict(found: Difference, sign: int) -> str:
    """What one pair says, by the side of zero on which the whole interval lies."""
    if found.low <= 0 <= found.high:
        return NOT_SHOWN
    return CONFIRMED if (found.low > 0) == (sign > 0) else CONTRADICTED


def _sentence(claim: Claim, held: Held, models: list[System], other: list[System], found: Difference) -> str:
    return (
        f"{models[0].label} against {other[0].label}: {claim.measured} {_both(held, models, other, claim.measure)}, "
        f"{_points(found.difference)} points ({100 * held.settings.confidence:g} % interval {_points(found.low)} to "
        f"{_points(found.high)}): {verdict(found, claim.sign)}. {claim.beside[0].upper()}{claim.beside[1:]} "
        f"{_both(held, models, other, claim.aside)}{_in_truth(claim, held, models)}."
    )


def _both(held: Held, models: list[System], other: list[System], name: str) -> str:
    one, two = (held.estimate(side, name).value for side in (models, other))
    return f"{_percent(one)} against {_percent(two)}"


def _in_truth(claim: Claim, held: Held, models: list[System]) -> str:
    return f"; in truth it has {_percent(held.estimate(models, claim.in_truth).value)}" if claim.in_truth else ""


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _points(share: float) -> str:
    return f"{100 * share:+.1f}".replace("-", "−")
