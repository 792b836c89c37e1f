"""Tables of the page and of the CSV files, as data frames and plain rows; no formatting for the eye here."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from seqkd.files import write_text
from seqkd.language import bleu_name
from seqkd.report.compare import Comparison
from seqkd.report.load import KEYS, SPEEDS, Results, System
from seqkd.report.pairings import baselines, variants
from seqkd.scoring.primary_metric import MetricName
from seqkd.scoring.significance import tokenization_of

WHOLE = {"seed", "sentences", "parameters", "nonzero_parameters", "bytes", "truncated", "empty", "overlap", "repeats"}
WHOLE |= {"threads", "peak_memory_bytes", "jobs"}


@dataclass(frozen=True)
class Row:
    """One variant on one test set: means over its seeds, and its comparisons.

    ``speed`` maps (decoding, batching) to the ratio to the teacher's beam search; ``spread`` is the standard deviation
    over seeds (None for one seed); ``share`` is the part of its teacher's score that it keeps, same decoding. Spread,
    gain and share are in ``metric``.
    """

    system: System
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
        """Of the metric that counts: ``BLEU``, ``char-BLEU`` or ``chrF``."""
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
    return pd.DataFrame([asdict(found) for found in comparisons], columns=list(Comparison.__dataclass_fields__))


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table with fixed formats, so that equal inputs give equal bytes."""
    text = pd.DataFrame({name: [cell(value, name) for value in frame[name]] for name in frame.columns})
    write_text(path, text.to_csv(index=False, lineterminator="\n"))


def cell(value: Any, column: str) -> str:
    """One value as CSV text: six significant digits, ``true``/``false``, empty for missing."""
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return ""
    if value is True or value is False or type(value).__name__ == "bool_":
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    return str(int(value)) if column in WHOLE else f"{float(value):.6g}"


def main_rows(results: Results, comparisons: list[Comparison], test_set: str, decoding: str) -> list[Row]:
    """One row a variant that was scored on ``test_set``, in config order, pruned ones included.

    ``decoding`` is the primary one, in which the share of the teacher's score is taken.
    """
    here = results.scores[results.scores["test_set"] == test_set]
    rows = [
        _row(results, models, here[here["path"].isin([model.path for model in models])], comparisons, decoding)
        for models in variants(results.systems).values()
    ]
    return [row for row in rows if row.scores]


def _row(
    results: Results, models: list[System], frame: pd.DataFrame, comparisons: list[Comparison], decoding: str
) -> Row:
    test_set = frame["test_set"].iloc[0] if len(frame) else ""
    parts = {str(decoding): part for decoding, part in frame.groupby("decoding", sort=False)}
    scores = {decoding: _means(part) for decoding, part in parts.items()}
    same_size = baselines(results.systems)
    metric: MetricName = results.metric(test_set).name if test_set else "bleu"
    mine = [found for found in comparisons if _concerns(found, models[0], test_set, metric)]
    gains = {found.decoding: found for found in mine if found.role in ("primary", "secondary", "pruning")}
    return Row(
        system=models[0],
        label=models[0].label,
        seeds=[model.seed for model in models],
        scores=scores,
        spread={decoding: _spread(part[metric]) for decoding, part in parts.items()},
        gain=gains,
        is_baseline=models[0].model in same_size and same_size[models[0].model] == models,
        share=_share(results, models[0], scores, (test_set, decoding, metric)),
        speed=_ratios(results.speed, [model.path for model in models]),
        metric=metric,
    )


def _concerns(found: Comparison, system: System, test_set: str, metric: MetricName) -> bool:
    same = (found.system, found.sparsity, found.retrained) == system.variant
    return same and found.test_set == test_set and found.metric == metric


def _means(frame: pd.DataFrame) -> dict[str, Any]:
    """Mean of every numeric column over the seeds; other columns from the first seed."""
    means = {name: frame[name].mean() for name in frame.select_dtypes("number").columns}
    return {str(name): means.get(name, frame[name].iloc[0]) for name in frame.columns}


def _spread(values: "pd.Series[float]") -> float | None:
    return float(values.std(ddof=1)) if len(values) > 1 else None


def _share(
    results: Results, system: System, scores: dict[str, dict[str, Any]], scene: tuple[str, str, MetricName]
) -> float | None:
    """Its score as a share of its teacher's; of the first teacher's where it learned from none."""
    frame, (test_set, decoding, metric) = results.scores, scene
    name = system.teacher or next((one.system for one in results.systems if one.kind == "teacher"), "")
    of_teacher = frame[(frame["system"] == name) & (frame["kind"] == "teacher") & (frame["test_set"] == test_set)]
    whole = of_teacher[of_teacher["decoding"] == decoding][metric].mean()
    if system.kind == "teacher" or decoding not in scores or pd.isna(whole) or whole <= 0:
        return None
    return float(scores[decoding][metric] / whole)


def _ratios(speed: pd.DataFrame, paths: list[str]) -> dict[tuple[str, str], float]:
    mine = speed[speed["path"].isin(paths)]
    keys = zip(mine["decoding"], mine["batching"], strict=True)
    return {key: float(mine[_is(mine, key)]["ratio_to_teacher"].mean()) for key in dict.fromkeys(keys)}


def _is(frame: pd.DataFrame, key: tuple[str, str]) -> "pd.Series[bool]":
    return (frame["decoding"] == key[0]) & (frame["batching"] == key[1])
