"""What the paired bootstrap says of each pair of systems.

Differences are between the means over all seeds. Equal seeds are paired; others are compared without pairing.
With three seeds or more on both sides the interval also covers the choice of seeds (``scope`` "methods"); with fewer
it covers only the choice of the test text, and a verdict is on these models.
"""

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from mt_thresholds import METRICS, accuracy

from seqkd.analysis import significance
from seqkd.analysis.pairings import Pairing, Role, pairings, variants
from seqkd.analysis.results import Results, select
from seqkd.analysis.scored_model import ScoredModel, Variant, variant_label
from seqkd.analysis.seeds import difference, format_seeds
from seqkd.analysis.settings import ReportSettings
from seqkd.analysis.significance import Counts, Difference, Sample, Scores
from seqkd.corpus.language import bleu_name
from seqkd.scoring import metrics
from seqkd.scoring.primary_metric import LABELS, OTHER

Scope = Literal["models", "methods"]


@dataclass(frozen=True)
class Comparison:
    """System minus ``against`` on one test set; p-values are corrected by Holm only where the role is primary.

    Without enough text ``low``, ``high``, both p-values and ``agreement`` are NaN.

    Attributes:
        seeds: of the system; ``against_seeds`` those of the other. Equal ones are paired.
        scope: whether the interval covers the choice of seeds too, or holds only for these models.
        resampled: ``sentences`` or ``documents``; ``units`` is how many.
        agreement: chance in per cent that humans prefer the system with the higher score (mt-thresholds).
        tokenization: BLEU's.
    """

    role: Role
    test_set: str
    decoding: str
    metric: str
    system: str
    sparsity: float
    retrained: bool | None
    against: str
    seeds: str
    against_seeds: str
    scope: Scope
    resampled: str
    units: int
    difference: float
    low: float
    high: float
    p: float
    adjusted_p: float
    verdict: str
    agreement: float
    tokenization: str = ""

    @property
    def metric_name(self) -> str:
        """The metric's label; ``char-BLEU`` for BLEU whose tokens are characters."""
        return bleu_name(self.tokenization) if self.metric == "bleu" else metrics.load(self.metric).LABEL

    @property
    def label(self) -> str:
        """The compared system's name, as in ``ScoredModel.label``."""
        return variant_label(*self.variant)

    @property
    def variant(self) -> Variant:
        """The compared system, as in ``ScoredModel.variant``."""
        return self.system, self.sparsity, self.retrained

    @property
    def setting(self) -> tuple[str, str, str]:
        """Test set, decoding and metric."""
        return self.test_set, self.decoding, self.metric

    @property
    def has_interval(self) -> bool:
        """Whether there was enough text for an interval."""
        return not math.isnan(self.p)

    @property
    def is_paired(self) -> bool:
        """Whether both sides have the same seeds."""
        return self.seeds == self.against_seeds


class BootstrapScores:
    """Scores of every model on the same resamples of one test set with one decoding.

    Attributes:
        rows: from a model's path to its row in ``observed`` (a list) and ``resampled`` (models, resamples).
        text: what is resampled.
    """

    def __init__(self, results: Results, test_set: str, decoding: str, metric: str, settings: ReportSettings) -> None:
        self.test_set, self.decoding, self.metric, self.settings = test_set, decoding, metric, settings
        self.measure = metrics.load(metric)
        lines = results.test_lines(test_set)
        frame = select(results.scores, test_set=test_set, decoding=decoding)
        self.rows = {path: row for row, path in enumerate(frame["path"])}
        tokenize = significance.tokenization_of(frame["bleu_signature"].iloc[0])
        self.tokenization = tokenize if metric == "bleu" else ""
        counts = [self._statistics(results, path, lines["tgt"], tokenize) for path in self.rows]
        self.observed = [float(self.measure.aggregate(model.sum(axis=0))) for model in counts]
        units = [significance.grouped(model, lines["groups"]) for model in counts]
        self.text = significance.sample(lines["groups"], units[0][:, 1]) if units else Sample("sentences", 0, 0.0)
        self.resampled = self._resample(units)

    def _statistics(self, results: Results, path: str, references: list[str], tokenize: str) -> Counts:
        """Of each sentence. BLEU and chrF are computed again, which takes no time and notices edited files."""
        place = path, self.test_set, self.decoding
        if self.metric not in metrics.ALWAYS:
            return results.statistics(*place, self.metric)
        return self.measure.score_sentences(results.translations(*place, len(references)), references, [], tokenize)

    def _resample(self, counts: list[Counts]) -> Scores:
        return significance.resampled_scores(
            counts, self.measure.aggregate, self.settings.resamples, self.settings.bootstrap_seed
        )

    def compare(self, pairing: Pairing) -> Comparison | None:
        """The difference of the means over seeds, resampled; None where one of the two wasn't scored here."""
        models, against = (
            [model for model in side if model.path in self.rows] for side in (pairing.models, pairing.against)
        )
        if not models or not against:
            return None
        scores = {path: (self.observed[row], self.resampled[row]) for path, row in self.rows.items()}
        result, of_seeds = difference(models, against, scores, self.text, self.settings.confidence)
        return Comparison(
            role=pairing.role,
            test_set=self.test_set,
            decoding=self.decoding,
            metric=self.metric,
            system=models[0].system,
            sparsity=models[0].sparsity,
            retrained=models[0].retrained,
            against=against[0].label,
            seeds=format_seeds(models),
            against_seeds=format_seeds(against),
            scope="methods" if of_seeds else "models",
            resampled=self.text.unit,
            units=self.text.count,
            difference=result.difference,
            low=result.low,
            high=result.high,
            p=result.p,
            adjusted_p=result.p,
            verdict=significance.verdict(result, result.p, self.settings.confidence, self.measure.HIGHER_IS_BETTER),
            agreement=agreement(result, self.metric),
            tokenization=self.tokenization,
        )


def agreement(result: Difference, metric: str) -> float:
    """Chance in per cent that humans prefer the better system; NaN without interval, or for a metric that
    mt-thresholds does not know."""
    if not result.has_interval or metric not in METRICS:
        return math.nan
    return float(accuracy(abs(result.difference), metric))


def primary_decoding(results: Results, settings: ReportSettings) -> str:
    """``greedy`` or the name of the beam search, as scored; greedy where nothing else was."""
    beams = [name for name in results.decodings if name != "greedy"]
    return beams[0] if settings.primary == "beam" and beams else "greedy"


def compare_all(results: Results, settings: ReportSettings) -> tuple[list[Comparison], list[str]]:
    """All comparisons, and remarks on translations that don't give the score that was stored for them."""
    primary = primary_decoding(results, settings)
    comparisons: list[Comparison] = []
    remarks: list[str] = []
    for test_set in results.test_sets:
        for decoding in results.decodings:
            is_primary = (test_set, decoding) == (results.primary_test_set, primary)
            scores = BootstrapScores(results, test_set, decoding, results.metric(test_set).name, settings)
            remarks += _score_mismatches(results, scores)
            comparisons += _compare(results.models, scores, is_primary)
            comparisons += _compare_in_other_metrics(results, scores) if is_primary else []
    return comparisons, remarks


def _compare(models: list[ScoredModel], scores: BootstrapScores, is_primary: bool) -> list[Comparison]:
    comparisons = [comparison for pair in pairings(models) if (comparison := scores.compare(pair))]
    if not is_primary:
        return [replace(item, role="secondary") if item.role == "primary" else item for item in comparisons]
    return correct_by_holm(comparisons, scores.settings.confidence) + _runners_up(models, scores)


def _compare_in_other_metrics(results: Results, scores: BootstrapScores) -> list[Comparison]:
    """The primary comparisons in the metric that does not decide, chrF as a rule, and in the extra metrics."""
    models = [model for model in results.models if model.kind != "pruned"]
    if not pairings(models):
        return []
    unpruned = replace(results, models=models, scores=results.scores[results.scores["kind"] != "pruned"])
    comparisons = []
    for metric in (OTHER[scores.metric], *results.extra_metrics):
        others = BootstrapScores(unpruned, scores.test_set, scores.decoding, metric, scores.settings)
        comparisons += _compare(models, others, is_primary=False)
    return comparisons


def correct_by_holm(comparisons: list[Comparison], confidence: float) -> list[Comparison]:
    """The primary comparisons as one family under Holm's correction; the others as they are."""
    family = [index for index, item in enumerate(comparisons) if item.role == "primary" and item.has_interval]
    corrected = list(comparisons)
    for index, adjusted in zip(family, significance.holm([comparisons[i].p for i in family]), strict=True):
        item = comparisons[index]
        result = Difference(item.difference, item.low, item.high, item.p)
        verdict = significance.verdict(result, adjusted, confidence)
        corrected[index] = replace(item, adjusted_p=adjusted, verdict=verdict)
    return corrected


def _runners_up(models: list[ScoredModel], scores: BootstrapScores) -> list[Comparison]:
    """The two students with the highest scores of each size, compared with each other (chosen by their scores)."""
    students = variants(model for model in models if model.kind == "student" and model.path in scores.rows)
    comparisons = []
    for size in dict.fromkeys(seeds[0].model for seeds in students.values()):
        ranked = sorted(
            (seeds for seeds in students.values() if seeds[0].model == size),
            key=lambda seeds: -np.mean([scores.observed[scores.rows[model.path]] for model in seeds]),
        )
        if len(ranked) > 2 and (comparison := scores.compare(Pairing("runner-up", ranked[0], ranked[1]))):
            comparisons.append(comparison)
    return comparisons


def _score_mismatches(results: Results, scores: BootstrapScores) -> list[str]:
    """Scores that the stored translations don't give: the files were edited or mixed up."""
    frame = select(results.scores, test_set=scores.test_set, decoding=scores.decoding)
    stored = dict(zip(frame["path"], frame[scores.metric], strict=True))
    return [
        f"scores/{path}/{scores.test_set}: the translations ({scores.decoding}) give {LABELS[scores.metric]} "
        f"{scores.observed[row]:.2f}, but scores.json says {stored[path]:.2f}."
        for path, row in scores.rows.items()
        if abs(scores.observed[row] - stored[path]) > 0.06
    ]
