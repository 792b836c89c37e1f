"""Models held against the truth: means over the test sentences, with intervals by resampling them.

Reads ``truth/{model path}/truth.json``, one number a sentence in each column (``TruthComparison``). The
interval of a mean over sentences also covers the noise of the samples drawn for each: they are drawn anew for each.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqkd.errors import UserError
from seqkd.report import seeds
from seqkd.report.load import Results, System, read_json
from seqkd.report.settings import ReportSettings
from seqkd.scoring import significance
from seqkd.scoring.significance import Difference, Sample, Scores

COLUMNS = (
    *("kl", "coverage", "inside", "excess", "model_entropy", "mode_mass", "greedy_mass", "greedy_finished"),
    *("greedy_prob", "greedy_inside", "greedy_is_mode", "beam_inside", "entropy", "mode_prob"),
)
Sums = dict[str, NDArray[np.float64]]


def _reverse(sums: Sums) -> Scores:
    """KL(q' || p), see ``seqkd.scoring.divergence``: infinite where nothing is inside."""
    inside, excess = sums["inside"], sums["excess"]
    some = inside > 0
    safe = np.where(some, inside, 1.0)
    return np.where(some, excess / safe - np.log(safe / sums["sentences"]), np.inf)


def _mean(name: str, sums: Sums) -> Scores:
    return sums[name] / sums["sentences"]


def _greedy_mass(sums: Sums) -> Scores:
    """Mean of q(y^) over the greedy outputs that have an end."""
    return sums["greedy_mass"] / np.maximum(sums["greedy_finished"], 1.0)


STATISTICS: dict[str, Callable[[Sums], Scores]] = {
    **{name: partial(_mean, name) for name in COLUMNS if name not in ("excess", "greedy_mass", "greedy_finished")},
    "reverse_kl": _reverse,
    "greedy_mass": _greedy_mass,
}
"""Name to a function of the columns' sums."""


@dataclass(frozen=True)
class Estimate:
    """A mean over sentences and seeds with its interval."""

    value: float
    low: float
    high: float


class Held:
    """Every model that was held against the truth, on the same resamples of the same sentences."""

    def __init__(self, results: Results, settings: ReportSettings) -> None:
        self.systems = [system for system in results.systems if system.kind != "pruned"]
        self.settings = settings
        files = [results.folder / "truth" / system.path / "truth.json" for system in self.systems]
        found = [read_json(file) for file in files]
        for file, one in zip(files, found, strict=True):
            if one["lines"]["line"] != found[0]["lines"]["line"]:
                raise UserError(f"{file}: other sentences than {files[0]} has. Delete both and run again.")
        self.facts: dict[str, Any] = found[0]["truth"] if found else {}
        self.lines = {system.path: one["lines"] for system, one in zip(self.systems, found, strict=True)}
        self.rows = {path: row for row, path in enumerate(self.lines)}

    @property
    def text(self) -> Sample:
        """The sentences that are resampled; they are of one weight."""
        count = len(next(iter(self.lines.values()), {"line": []})["line"])
        return Sample("sentences", count, float(count))

    @cached_property
    def tables(self) -> list[NDArray[np.float64]]:
        """A table a model, (sentences, columns + 1): the last column counts the sentences."""
        return [_table(lines) for lines in self.lines.values()]

    def observed(self, name: str) -> Scores:
        """A statistic of every model, (models,)."""
        return _statistic(name, np.stack([table.sum(axis=0) for table in self.tables]))

    def drawn(self, name: str) -> Scores:
        """The same on each resample, (models, resamples); the resamples are the same for all statistics."""
        scorer = partial(_statistic, name)
        return significance.resampled_scores(self.tables, scorer, self.settings.resamples, self.settings.bootstrap_seed)

    @cached_property
    def every(self) -> dict[str, tuple[Scores, Scores]]:
        """All statistics, observed and resampled."""
        return {name: (self.observed(name), self.drawn(name)) for name in STATISTICS}

    def estimate(self, models: Sequence[System], name: str) -> Estimate:
        """A statistic's mean over the seeds of a variant."""
        observed, drawn = self.every[name]
        rows = [self.rows[model.path] for model in models]
        return estimate(float(observed[rows].mean()), drawn[rows].mean(axis=0), self.text, self.settings.confidence)

    def difference(self, models: list[System], against: list[System], name: str) -> Difference:
        """A statistic's difference between two variants, on the same sentences, equal seeds paired."""
        observed, drawn = self.every[name]
        rows = {path: (float(observed[row]), drawn[row]) for path, row in self.rows.items()}
        return seeds.difference(models, against, rows, self.text, self.settings.confidence)[0]

    def median_rank(self, models: Sequence[System]) -> float:
        """Median true rank of the greedy outputs, those outside the language behind all others (infinite)."""
        ranks = [rank for model in models for rank in self.lines[model.path]["greedy_rank"]]
        return float(np.median([np.inf if rank is None else rank for rank in ranks]))

    def share_canonical(self, models: Sequence[System]) -> float | None:
        """Of the samples inside the language, the share cut as the tokenizer would."""
        lines = [self.lines[model.path] for model in models]
        inside = np.concatenate([one["inside"] for one in lines])
        canonical = np.concatenate([[share or 0.0 for share in one["canonical"]] for one in lines])
        return float(inside @ canonical / inside.sum()) if inside.any() else None


def estimate(value: float, drawn: Scores, text: Sample, confidence: float) -> Estimate:
    """A value with the percentile interval of its resamples, NaN at both ends where there is too little text."""
    if not text.is_enough:
        return Estimate(value, math.nan, math.nan)
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], method="nearest")
    return Estimate(value, float(low), float(high))


def _table(lines: dict[str, list[Any]]) -> NDArray[np.float64]:
    count = len(lines["line"])
    more: dict[str, list[Any]] = {
        "greedy_mass": [mass or 0.0 for mass in lines["greedy_mass"]],
        "greedy_finished": [mass is not None for mass in lines["greedy_mass"]],
        "greedy_inside": [rank is not None for rank in lines["greedy_rank"]],
        "greedy_is_mode": [rank == 1 for rank in lines["greedy_rank"]],
        "beam_inside": [rank is not None for rank in lines["beam_rank"]],
    }
    return np.array([(lines | more)[name] for name in COLUMNS] + [[1.0] * count], dtype=np.float64).T


def _statistic(name: str, sums: NDArray[Any]) -> Scores:
    """A statistic of sums of shape (..., columns + 1)."""
    return STATISTICS[name](dict(zip((*COLUMNS, "sentences"), np.moveaxis(sums, -1, 0), strict=True)))
