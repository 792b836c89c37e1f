"""Models compared with the true distribution: means over the test sentences, with intervals by resampling them.

Reads ``truth/{model path}/truth.json``, one number a sentence in each column (``TruthComparison``). The
interval of a mean over sentences also covers the noise of the samples, which are independent for each sentence.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqkd.analysis import seeds, significance
from seqkd.analysis.results import Results, read_json
from seqkd.analysis.scored_model import ScoredModel
from seqkd.analysis.settings import ReportSettings
from seqkd.analysis.significance import Difference, Sample, Scores
from seqkd.utils.errors import UserError

COLUMNS = (
    *("kl", "coverage", "inside", "excess", "model_entropy", "mode_mass", "greedy_mass", "greedy_finished"),
    *("greedy_prob", "greedy_inside", "greedy_is_mode", "beam_inside", "entropy", "mode_prob"),
)
Sums = dict[str, NDArray[np.float64]]


def _reverse_kl(sums: Sums) -> Scores:
    """KL(q' || p), see ``seqkd.scoring.divergence``: infinite where nothing is inside."""
    inside, excess = sums["inside"], sums["excess"]
    positive = inside > 0
    divisor = np.where(positive, inside, 1.0)
    return np.where(positive, excess / divisor - np.log(divisor / sums["sentences"]), np.inf)


def _mean(name: str, sums: Sums) -> Scores:
    return sums[name] / sums["sentences"]


def _greedy_mass(sums: Sums) -> Scores:
    """Mean of q(y^) over the greedy outputs that end."""
    return sums["greedy_mass"] / np.maximum(sums["greedy_finished"], 1.0)


STATISTICS: dict[str, Callable[[Sums], Scores]] = {
    **{name: partial(_mean, name) for name in COLUMNS if name not in ("excess", "greedy_mass", "greedy_finished")},
    "reverse_kl": _reverse_kl,
    "greedy_mass": _greedy_mass,
}
"""From a statistic's name to a function of the columns' sums."""


@dataclass(frozen=True)
class Interval:
    """A mean over sentences and seeds with the ends of its interval."""

    value: float
    low: float
    high: float


class TruthComparison:
    """Every unpruned model compared with the true distribution, on the same resamples of the same sentences.

    Raises:
        UserError: models were measured on different sentences.
    """

    def __init__(self, results: Results, settings: ReportSettings) -> None:
        self.models = [model for model in results.models if model.kind != "pruned"]
        self.settings = settings
        files = [results.folder / "truth" / model.path / "truth.json" for model in self.models]
        contents = [read_json(file) for file in files]
        for file, content in zip(files, contents, strict=True):
            if content["lines"]["line"] != contents[0]["lines"]["line"]:
                raise UserError(f"{file}: other sentences than {files[0]} has. Delete both and run again.")
        self.truth_settings: dict[str, Any] = contents[0]["truth"] if contents else {}
        self.lines = {model.path: content["lines"] for model, content in zip(self.models, contents, strict=True)}
        self.rows = {path: row for row, path in enumerate(self.lines)}

    @property
    def text(self) -> Sample:
        """The sentences that are resampled; all have the same weight."""
        count = len(next(iter(self.lines.values()), {"line": []})["line"])
        return Sample("sentences", count, float(count))

    @cached_property
    def tables(self) -> list[NDArray[np.float64]]:
        """A table for each model, (sentences, columns + 1): the last column counts the sentences."""
        return [_table(lines) for lines in self.lines.values()]

    def observed(self, name: str) -> Scores:
        """A statistic of every model, (models,)."""
        return _statistic(name, np.stack([table.sum(axis=0) for table in self.tables]))

    def resampled(self, name: str) -> Scores:
        """The same on each resample, (models, resamples); the resamples are the same for all statistics."""
        scorer = partial(_statistic, name)
        return significance.resampled_scores(self.tables, scorer, self.settings.resamples, self.settings.bootstrap_seed)

    @cached_property
    def statistics(self) -> dict[str, tuple[Scores, Scores]]:
        """All statistics, observed and resampled."""
        return {name: (self.observed(name), self.resampled(name)) for name in STATISTICS}

    def interval(self, models: Sequence[ScoredModel], name: str) -> Interval:
        """A statistic's mean over the seeds of a variant."""
        observed, resampled = self.statistics[name]
        rows = [self.rows[model.path] for model in models]
        mean = resampled[rows].mean(axis=0)
        return percentile_interval(float(observed[rows].mean()), mean, self.text, self.settings.confidence)

    def difference(self, models: list[ScoredModel], against: list[ScoredModel], name: str) -> Difference:
        """A statistic's difference between two variants, on the same sentences, equal seeds paired."""
        observed, resampled = self.statistics[name]
        scores = {path: (float(observed[row]), resampled[row]) for path, row in self.rows.items()}
        return seeds.difference(models, against, scores, self.text, self.settings.confidence)[0]

    def median_rank(self, models: Sequence[ScoredModel]) -> float:
        """Median true rank of the greedy outputs; those outside the language rank last (infinite)."""
        ranks = [rank for model in models for rank in self.lines[model.path]["greedy_rank"]]
        return float(np.median([np.inf if rank is None else rank for rank in ranks]))

    def canonical_share(self, models: Sequence[ScoredModel]) -> float | None:
        """Of the samples inside the language, the share segmented as the tokenizer would."""
        lines = [self.lines[model.path] for model in models]
        inside = np.concatenate([columns["inside"] for columns in lines])
        canonical = np.concatenate([[share or 0.0 for share in columns["canonical"]] for columns in lines])
        return float(inside @ canonical / inside.sum()) if inside.any() else None


def percentile_interval(value: float, resampled: Scores, text: Sample, confidence: float) -> Interval:
    """A value with the percentile interval of its resamples, NaN at both ends where there is too little text."""
    if not text.is_sufficient:
        return Interval(value, math.nan, math.nan)
    tail = (1 - confidence) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail], method="nearest")
    return Interval(value, float(low), float(high))


def _table(lines: dict[str, list[Any]]) -> NDArray[np.float64]:
    count = len(lines["line"])
    derived: dict[str, list[Any]] = {
        "greedy_mass": [mass or 0.0 for mass in lines["greedy_mass"]],
        "greedy_finished": [mass is not None for mass in lines["greedy_mass"]],
        "greedy_inside": [rank is not None for rank in lines["greedy_rank"]],
        "greedy_is_mode": [rank == 1 for rank in lines["greedy_rank"]],
        "beam_inside": [rank is not None for rank in lines["beam_rank"]],
    }
    return np.array([(lines | derived)[name] for name in COLUMNS] + [[1.0] * count], dtype=np.float64).T


def _statistic(name: str, sums: NDArray[Any]) -> Scores:
    """A statistic of sums of shape (..., columns + 1)."""
    return STATISTICS[name](dict(zip((*COLUMNS, "sentences"), np.moveaxis(sums, -1, 0), strict=True)))
