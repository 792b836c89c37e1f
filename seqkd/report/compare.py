"""What the paired bootstrap says of each pair of systems.

A difference is that of the means over all seeds of both. Equal seeds are paired; others are compared without pairing.
With three seeds or more on both sides the interval also covers the choice of seeds (``scope`` "methods"); with fewer
it covers that of the test text alone, and a verdict speaks of these models.
"""

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from mt_thresholds import METRICS, accuracy

from seqkd.language import bleu_name
from seqkd.report.load import Results, System, labelled
from seqkd.report.pairings import Pairing, Role, pairings, variants
from seqkd.report.seeds import difference, seeds_of
from seqkd.report.settings import ReportSettings
from seqkd.scoring import metrics, significance
from seqkd.scoring.primary_metric import LABELS, OTHER
from seqkd.scoring.significance import Counts, Difference, Sample, Scores

Scope = Literal["models", "methods"]


@dataclass(frozen=True)
class Comparison:
    """System minus ``against`` on one test set; p-values corrected by Holm only where the role is primary.

    Without enough text ``low``, ``high``, both p-values and ``agreement`` are NaN.

    Attributes:
        seeds: of the system; ``against_seeds`` those of the other. Equal ones are paired.
        scope: whether the interval covers the choice of seeds too, or holds for these models alone.
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
        """The compared system's name, as in ``System.label``."""
        return labelled(self.system, self.sparsity, self.retrained)

    @property
    def plain(self) -> Difference:
        """The difference alone."""
        return Difference(self.difference, self.low, self.high, self.p)

    @property
    def is_paired(self) -> bool:
        """Whether both sides have the same seeds."""
        return self.seeds == self.against_seeds


class Resampled:
    """Scores of every model on the same resamples of one test set with one decoding."""

    def __init__(self, results: Results, test_set: str, decoding: str, metric: str, settings: ReportSettings) -> None:
        sides, self.measure = results.sides(test_set), metrics.load(metric)
        self.sentences = len(sides["tgt"])
        frame = results.scores
        frame = frame[(frame["test_set"] == test_set) & (frame["decoding"] == decoding)]
        self.rows = {path: row for row, path in enumerate(frame["path"])}
        self.test_set, self.decoding, self.metric, self.settings = test_set, decoding, metric, settings
        tokenize = significance.tokenization_of(frame["bleu_signature"].iloc[0])
        self.tokenization = tokenize if metric == "bleu" else ""
        counts = [self._statistics(results, path, sides["tgt"], tokenize) for path in self.rows]
        self.corpus = [float(self.measure.aggregate(system.sum(axis=0))) for system in counts]
        units = [significance.grouped(system, sides["groups"]) for system in counts]
        self.text = significance.sample(sides["groups"], units[0][:, 1]) if units else Sample("sentences", 0, 0.0)
        self.scores = self._resample(units)

    def _statistics(self, results: Results, path: str, references: list[str], tokenize: str) -> Counts:
        """Of each sentence. BLEU and chrF are computed once more, which takes no time and notices edited files."""
        place = path, self.test_set, self.decoding
        if self.metric not in metrics.ALWAYS:
            return results.statistics(*place, self.metric)
        return self.measure.score_sentences(results.translations(*place, self.sentences), references, [], tokenize)

    def _resample(self, counts: list[Counts]) -> Scores:
        return significance.resampled_scores(
            counts, self.measure.aggregate, self.settings.resamples, self.settings.bootstrap_seed
        )

    def compare(self, pairing: Pairing) -> Comparison | None:
        """The difference of the means over seeds, resampled; None where a side wasn't scored here."""
        one, other = (
            [model for model in side if model.path in self.rows] for side in (pairing.system, pairing.against)
        )
        if not one or not other:
            return None
        rows = {path: (self.corpus[row], self.scores[row]) for path, row in self.rows.items()}
        found, of_seeds = difference(one, other, rows, self.text, self.settings.confidence)
        system, against = one[0], other[0]
        return Comparison(
            role=pairing.role,
            test_set=self.test_set,
            decoding=self.decoding,
            metric=self.metric,
            system=system.system,
            sparsity=system.sparsity,
            retrained=system.retrained,
            against=against.label,
            seeds=seeds_of(one),
            against_seeds=seeds_of(other),
            scope="methods" if of_seeds else "models",
            resampled=self.text.unit,
            units=self.text.count,
            difference=found.difference,
            low=found.low,
            high=found.high,
            p=found.p,
            adjusted_p=found.p,
            verdict=significance.verdict(found, found.p, self.settings.confidence, self.measure.HIGHER_IS_BETTER),
            agreement=agreement(found, self.metric),
            tokenization=self.tokenization,
        )


def agreement(found: Difference, metric: str) -> float:
    """Chance in per cent that humans prefer the better system; NaN without interval, or for a metric that
    mt-thresholds does not know."""
    if not found.is_known or metric not in METRICS:
        return math.nan
    return float(accuracy(abs(found.difference), metric))


def primary_decoding(results: Results, settings: ReportSettings) -> str:
    """``greedy`` or the name of the beam search, as scored; greedy where nothing else was."""
    scored = list(dict.fromkeys(results.scores["decoding"]))
    beams = [name for name in scored if name != "greedy"]
    return beams[0] if settings.primary == "beam" and beams else "greedy"


def compare_all(results: Results, settings: ReportSettings) -> tuple[list[Comparison], list[str]]:
    """All comparisons, and remarks on translations that don't give the score that was stored for them."""
    primary = primary_decoding(results, settings)
    found: list[Comparison] = []
    remarks: list[str] = []
    for number, test_set in enumerate(results.test_sets):
        for decoding in dict.fromkeys(results.scores["decoding"]):
            resampled = Resampled(results, test_set, decoding, results.metric(test_set).name, settings)
            remarks += _disagreements(results, resampled)
            here = _compare_here(results.systems, resampled, is_primary=number == 0 and decoding == primary)
            found += here
            if number == 0 and decoding == primary:
                found += _in_other_metrics(results, resampled)
    return found, remarks


def _compare_here(systems: list[System], resampled: Resampled, is_primary: bool) -> list[Comparison]:
    made = [found for pairing in pairings(systems) if (found := resampled.compare(pairing))]
    if not is_primary:
        return [replace(found, role="secondary") if found.role == "primary" else found for found in made]
    corrected = corrected_by_holm(made, resampled.settings.confidence)
    return corrected + _runner_up(systems, corrected, resampled)


def _in_other_metrics(results: Results, resampled: Resampled) -> list[Comparison]:
    """The primary comparisons once more in the metric that does not decide, as a rule chrF, and in further ones."""
    systems = [system for system in results.systems if system.kind != "pruned"]
    if not pairings(systems):
        return []
    unpruned = replace(results, systems=systems, scores=results.scores[results.scores["kind"] != "pruned"])
    place = resampled.test_set, resampled.decoding
    found = []
    for metric in (OTHER[resampled.metric], *results.extra_metrics):
        found += _compare_here(systems, Resampled(unpruned, *place, metric, resampled.settings), is_primary=False)
    return found


def corrected_by_holm(comparisons: list[Comparison], confidence: float) -> list[Comparison]:
    """The primary comparisons as one family under Holm's correction; the others as they are."""
    family = [index for index, found in enumerate(comparisons) if found.role == "primary" and found.plain.is_known]
    corrected = list(comparisons)
    for index, adjusted in zip(family, significance.holm([comparisons[i].p for i in family]), strict=True):
        word = significance.verdict(comparisons[index].plain, adjusted, confidence)
        corrected[index] = replace(comparisons[index], adjusted_p=adjusted, verdict=word)
    return corrected


def _runner_up(systems: list[System], comparisons: list[Comparison], resampled: Resampled) -> list[Comparison]:
    """The two students with the highest scores of each size, compared with each other (chosen by their scores)."""
    found = []
    scored = variants(system for system in systems if system.kind == "student" and system.path in resampled.rows)
    for model in dict.fromkeys(models[0].model for models in scored.values()):
        ranked = sorted(
            (models for models in scored.values() if models[0].model == model),
            key=lambda models: -np.mean([resampled.corpus[resampled.rows[one.path]] for one in models]),
        )
        if len(ranked) > 2 and (made := resampled.compare(Pairing("runner-up", ranked[0], ranked[1]))):
            found.append(made)
    return found


def _disagreements(results: Results, resampled: Resampled) -> list[str]:
    """Scores that the stored translations don't give: the files were edited or mixed up."""
    frame = results.scores
    here = frame[(frame["test_set"] == resampled.test_set) & (frame["decoding"] == resampled.decoding)]
    stored = dict(zip(here["path"], here[resampled.metric], strict=True))
    return [
        f"scores/{path}/{resampled.test_set}: the translations ({resampled.decoding}) give {LABELS[resampled.metric]} "
        f"{resampled.corpus[row]:.2f}, but scores.json says {stored[path]:.2f}."
        for path, row in resampled.rows.items()
        if abs(resampled.corpus[row] - stored[path]) > 0.06
    ]
