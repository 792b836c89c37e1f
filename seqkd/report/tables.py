"""Tables of the page and of the CSV files, as data frames and plain rows, not yet formatted for display."""

from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from seqkd.analysis.comparisons import Comparison
from seqkd.analysis.pairings import baselines, variants
from seqkd.analysis.results import KEYS, SPEEDS, Results, select
from seqkd.analysis.scored_model import ScoredModel
from seqkd.analysis.significance import tokenization_of
from seqkd.corpus.language import bleu_name
from seqkd.scoring.primary_metric import MetricName

DECIDING_ROLES = ("primary", "secondary", "pruning")
"""Roles of the comparisons that are shown as gain."""


@dataclass(frozen=True)
class SystemRow:
    """A system on one test set: means over its seeds, and its comparisons.

    Attributes:
        system: the model with the first seed.
        scores: measurements by decoding.
        spread: standard deviation over seeds by decoding, None for one seed.
        gain: the comparison with the baseline (of a pruned model: with the unpruned one) by decoding.
        share: its score as a share of its teacher's, same decoding.
        speed: from (decoding, batching) to the ratio to the teacher's beam search.
        metric: that of spread, gain and share.
    """

    system: ScoredModel
    label: str
    seeds: list[int]
    scores: dict[str, dict[str, Any]]
    spread: dict[str, float | None]
    gain: dict[str, Comparison]
    is_baseline: bool
    share: float | None
    speed: dict[tuple[str, str], float]
    metric: MetricName = "bleu"

    @property
    def metric_name(self) -> str:
        """Of the deciding metric: ``BLEU``, ``char-BLEU`` or ``chrF``."""
        return self.bleu_name if self.metric == "bleu" else "chrF"

    @property
    def other_name(self) -> str:
        """Of the other metric."""
        return "chrF" if self.metric == "bleu" else self.bleu_name

    @property
    def bleu_name(self) -> str:
        """``BLEU``, or ``char-BLEU`` where its tokens are characters."""
        return bleu_name(tokenization_of(next(iter(self.scores.values()))["bleu_signature"]))


def scores_table(results: Results) -> pd.DataFrame:
    """The rows of scores.csv, in config order."""
    return results.scores.drop(columns=["path", "kind"])


def speed_table(results: Results) -> pd.DataFrame:
    """The rows of speed.csv, in config order."""
    return results.speed[[*KEYS, *SPEEDS]]


def comparison_table(comparisons: list[Comparison]) -> pd.DataFrame:
    """Every comparison with its interval, p-values and verdict."""
    columns = list(Comparison.__dataclass_fields__)
    return pd.DataFrame([asdict(comparison) for comparison in comparisons], columns=columns)


def main_rows(results: Results, comparisons: list[Comparison], test_set: str, decoding: str) -> list[SystemRow]:
    """One row for each system that was scored on ``test_set``, in config order, including pruned ones.

    ``decoding`` is the primary one, in which the share of the teacher's score is taken.
    """
    scores = select(results.scores, test_set=test_set)
    return [
        _row(results, models, frame, comparisons, decoding)
        for models in variants(results.models).values()
        if len(frame := scores[scores["path"].isin([model.path for model in models])])
    ]


def _row(
    results: Results, models: list[ScoredModel], frame: pd.DataFrame, comparisons: list[Comparison], decoding: str
) -> SystemRow:
    first, test_set = models[0], frame["test_set"].iloc[0]
    metric = results.metric(test_set).name
    by_decoding = {str(name): rows for name, rows in frame.groupby("decoding", sort=False)}
    scores = {name: _means(rows) for name, rows in by_decoding.items()}
    gain = {
        comparison.decoding: comparison
        for comparison in comparisons
        if comparison.variant == first.variant
        and (comparison.test_set, comparison.metric) == (test_set, metric)
        and comparison.role in DECIDING_ROLES
    }
    return SystemRow(
        system=first,
        label=first.label,
        seeds=[model.seed for model in models],
        scores=scores,
        spread={name: _spread(rows[metric]) for name, rows in by_decoding.items()},
        gain=gain,
        is_baseline=baselines(results.models).get(first.model) == models,
        share=_share(results, first, scores, (test_set, decoding, metric)),
        speed=_speed_ratios(results.speed, [model.path for model in models]),
        metric=metric,
    )


def _means(frame: pd.DataFrame) -> dict[str, Any]:
    """Mean of every numeric column over the seeds; other columns from the first seed."""
    means = {name: frame[name].mean() for name in frame.select_dtypes("number").columns}
    return {str(name): means.get(name, frame[name].iloc[0]) for name in frame.columns}


def _spread(values: "pd.Series[float]") -> float | None:
    return float(values.std(ddof=1)) if len(values) > 1 else None


def _share(
    results: Results, model: ScoredModel, scores: dict[str, dict[str, Any]], setting: tuple[str, str, MetricName]
) -> float | None:
    """Its score as a share of its teacher's; of the first teacher's where it learned from none."""
    test_set, decoding, metric = setting
    teacher = model.teacher or next((other.system for other in results.models if other.kind == "teacher"), "")
    frame = select(results.scores, system=teacher, kind="teacher", test_set=test_set, decoding=decoding)
    teacher_score = frame[metric].mean()
    if model.kind == "teacher" or decoding not in scores or pd.isna(teacher_score) or teacher_score <= 0:
        return None
    return float(scores[decoding][metric] / teacher_score)


def _speed_ratios(speed: pd.DataFrame, paths: list[str]) -> dict[tuple[str, str], float]:
    frame = speed[speed["path"].isin(paths)]
    keys = dict.fromkeys(zip(frame["decoding"], frame["batching"], strict=True))
    return {
        (decoding, batching): float(select(frame, decoding=decoding, batching=batching)["ratio_to_teacher"].mean())
        for decoding, batching in keys
    }
