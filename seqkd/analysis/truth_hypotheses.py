"""Hypotheses on what an objective does to a distribution, tested where the true distribution is known.

Each says that one kind of student has more (or less) of something than another of the same size. The difference is
paired sentence by sentence, and seed by seed where the seeds are the same. It confirms the hypothesis if its interval
lies entirely on the expected side of zero, contradicts it if entirely on the other, and shows neither otherwise. A
hypothesis is confirmed or contradicted if every difference says so, in everything that is measured and for every pair
of its kind in the run; without a pair it is not tested.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from seqkd.analysis.hypothesis import (
    CONFIRMED,
    CONTRADICTED,
    NOT_SHOWN,
    Hypothesis,
    Outcome,
    SystemNotFound,
    evaluate,
    unanimous,
)
from seqkd.analysis.number_format import percent, signed, telling_digits
from seqkd.analysis.pairings import baselines, variants
from seqkd.analysis.scored_model import ScoredModel
from seqkd.analysis.significance import Difference
from seqkd.analysis.true_distribution import TruthComparison

FORWARD = {"kl", "word-kd"}
"""Objectives that minimise a forward KL divergence from the teacher, over sentences or tokens."""

Models = list[ScoredModel]
"""All seeds of one system."""


@dataclass(frozen=True)
class PairEvidence:
    """The differences between one student and the one that it is compared with."""

    sentence: str
    verdicts: list[str]


@dataclass(frozen=True)
class StudentPairs:
    """Which students to compare with which, and in what.

    Attributes:
        tested: whether a student is of the tested kind; ``tested_kind`` says so in words.
        reference: of all models, those to compare a student with; ``reference_kind`` says so in words.
        measures: statistics of ``TruthComparison`` that are expected to differ, each with its words.
        sign: +1 where more is expected, -1 where less.
        context: statistics that are only reported, each with its words.
        in_truth: a statistic with the true value of the last measure.
    """

    tested: Callable[[ScoredModel], bool]
    tested_kind: str
    reference: Callable[[Models, ScoredModel], Models]
    reference_kind: str
    measures: dict[str, str]
    sign: int
    context: dict[str, str] = field(default_factory=dict)
    in_truth: str | None = None

    def __call__(self, truth: TruthComparison) -> Iterator[PairEvidence]:
        """Compare every pair in the run.

        Raises:
            SystemNotFound: there is none.
        """
        students = variants(model for model in truth.models if model.kind == "student")
        tested = [models for models in students.values() if self.tested(models[0])]
        if not tested:
            raise SystemNotFound(f"No {self.tested_kind}")
        pairs = [(models, self.reference(truth.models, models[0])) for models in tested]
        pairs = [(models, against) for models, against in pairs if against and against != models]
        if not pairs:
            raise SystemNotFound(f"There is no {self.reference_kind} to compare with")
        for models, against in pairs:
            yield self._compare(truth, models, against)

    def _compare(self, truth: TruthComparison, models: Models, against: Models) -> PairEvidence:
        def values(name: str) -> str:
            first, second = (truth.interval(side, name).value for side in (models, against))
            return f"{percent(first, 1)} against {percent(second, 1)}"

        differences = {name: truth.difference(models, against, name) for name in self.measures}
        verdicts = [verdict(difference, self.sign) for difference in differences.values()]
        interval = f"{100 * truth.settings.confidence:g} % interval"
        clauses = [
            f"{self.measures[name]} {values(name)}, {_points(difference, interval)}, {word})"
            for (name, difference), word in zip(differences.items(), verdicts, strict=True)
        ]
        clauses += [f"{words} {values(name)}" for name, words in self.context.items()]
        if self.in_truth:
            clauses[-1] += f"; in truth it has {percent(truth.interval(models, self.in_truth).value, 1)}"
        return PairEvidence(f"{models[0].label} against {against[0].label}: {'; '.join(clauses)}.", verdicts)


def verdict(difference: Difference, sign: int) -> str:
    """What one difference says, by the side of zero on which the entire interval lies."""
    if not difference.has_interval or difference.low <= 0 <= difference.high:
        return NOT_SHOWN
    return CONFIRMED if (difference.low > 0) == (sign > 0) else CONTRADICTED


def _points(difference: Difference, words: str) -> str:
    """``+1.2 points (95 % interval +0.3 to +2.1``, without the closing bracket."""
    points = [100 * share for share in (difference.difference, difference.low, difference.high)]
    value, low, high = (signed(number, telling_digits(points)) for number in points)
    interval = f"{words} {low} to {high}" if difference.has_interval else "too few sentences for an interval"
    return f"{value} points ({interval}"


def _is_seq_kd(model: ScoredModel) -> bool:
    """Only Seq-KD: negative log-likelihood on the teacher's beam search, from scratch."""
    return model.targets == "seq-kd" and set(model.loss) == {"nll"} and model.init_from is None


def _is_reverse(model: ScoredModel) -> bool:
    return "rkl" in model.loss


def _is_forward(model: ScoredModel) -> bool:
    return bool(FORWARD & set(model.loss)) and not model.targets.startswith("seq-kd") and model.init_from is None


def _baseline(models: Models, student: ScoredModel) -> Models:
    return baselines(models).get(student.model, [])


def _same_size(is_kind: Callable[[ScoredModel], bool]) -> Callable[[Models, ScoredModel], Models]:
    """The first variant of a kind that has the student's size, all seeds."""

    def first(models: Models, student: ScoredModel) -> Models:
        same_size = [other for other in models if other.kind == "student" and other.model == student.model]
        return next(iter(variants(filter(is_kind, same_size)).values()), [])

    return first


INSIDE = {"inside": "own mass inside the language"}

PAIRS = {
    "Seq-KD concentrates on the mode": StudentPairs(
        tested=_is_seq_kd,
        tested_kind="student is trained by Seq-KD alone",
        reference=_baseline,
        reference_kind="same-size baseline",
        measures={"greedy_mass": "mass on its own greedy output", "mode_mass": "mass on the true mode"},
        sign=1,
        in_truth="mode_prob",
    ),
    "Reverse KL drops modes": StudentPairs(
        tested=_is_reverse,
        tested_kind="student is trained by reverse KL",
        reference=_same_size(lambda model: "kl" in model.loss),
        reference_kind="student of its size trained by KL",
        measures={"coverage": "true mass covered"},
        sign=-1,
        context=INSIDE,
    ),
    "KL covers": StudentPairs(
        tested=_is_forward,
        tested_kind="student is trained by a forward KL from the teacher",
        reference=_same_size(_is_seq_kd),
        reference_kind="student of its size trained by Seq-KD",
        measures={"coverage": "true mass covered"},
        sign=1,
        context=INSIDE,
    ),
}
"""From a statement to the comparison that decides it."""


def outcomes(truth: TruthComparison) -> list[Outcome]:
    """Every hypothesis with its verdict, in the order of ``PAIRS``."""
    criterion = "every difference lies on the expected side of zero"
    hypotheses = [Hypothesis("", statement, "", criterion, pairs, unanimous) for statement, pairs in PAIRS.items()]
    return [evaluate(hypothesis, truth) for hypothesis in hypotheses]
