"""What each section of the page shows, as plain values for the template."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from platform import python_version
from typing import Any

import numpy as np
import pandas as pd

from seqkd.analysis import significance
from seqkd.analysis.comparisons import Comparison
from seqkd.analysis.results import Results
from seqkd.analysis.scored_model import ScoredModel
from seqkd.analysis.significance import Sample
from seqkd.report.fluency import Fluency
from seqkd.report.page import scale
from seqkd.report.tables import SystemRow
from seqkd.scoring.primary_metric import LABELS, OTHER, MetricName

PACKAGES = ["seqkd", "torch", "numpy", "sentencepiece", "sacrebleu", "pandas", "matplotlib", "mt-thresholds"]
PACKAGES += ["snakemake"]
AGAINST_TEACHER = ["ta_rate", "top5_edit_distance", "top5_rank_distance", "likelihood_risk", "coverage_risk"]
AGAINST_TEACHER += ["teacher_dist"]
"""Diagnostics that compare a student with its teacher."""


@dataclass(frozen=True)
class TestSet:
    """A test set as its bootstrap sees it, and the number of its pairs that overlap with the training text."""

    name: str
    sentences: int
    text: Sample
    overlap: int


def recipe(model: ScoredModel) -> str:
    """``seq-kd · 0.5 nll + 0.5 word-kd · from baseline``: how a student is trained."""
    if model.kind == "teacher" or not model.loss:
        return ""
    weights = {name: term.get("weight", 1.0) if isinstance(term, dict) else term for name, term in model.loss.items()}
    is_single = len(weights) == 1 and set(weights.values()) == {1.0}
    terms = " + ".join(name if is_single else f"{weight:g} {name}" for name, weight in weights.items())
    start = f" · starts from {model.init_from}" if model.init_from else ""
    return f"{model.targets or 'gold'} · {terms}{start}"


def order_decodings(results: Results, primary: str) -> list[str]:
    """All decodings, the primary one first."""
    return sorted(results.decodings, key=lambda name: name != primary)


def metric_of(rows: Sequence[SystemRow]) -> MetricName:
    """The metric of a table's rows."""
    return rows[0].metric if rows else "bleu"


def main_table(rows: Sequence[SystemRow], decodings: Sequence[str]) -> dict[str, Any]:
    """The unpruned systems with their gains; one axis for all bars of a decoding."""
    shown = [row for row in rows if row.system.kind != "pruned"]
    metric = metric_of(rows)
    return {
        "rows": [(row, recipe(row.system)) for row in shown],
        "axes": {name: scale(row.gain.get(name) for row in shown) for name in decodings},
        "decodings": list(decodings),
        "metric": metric,
        "metric_name": rows[0].metric_name if rows else LABELS[metric],
        "other": OTHER[metric],
        "other_name": rows[0].other_name if rows else LABELS[OTHER[metric]],
        "has_gain": any(row.gain for row in shown),
        "has_speed": any(row.speed for row in shown),
        "has_seeds": any(len(row.seeds) > 1 for row in shown),
    }


def agreement_table(comparisons: Sequence[Comparison]) -> list[tuple[Comparison, Comparison | None]]:
    """The primary comparisons, each with the same comparison in the other metric."""

    def key(comparison: Comparison, metric: str) -> tuple[str, ...]:
        return comparison.test_set, comparison.decoding, comparison.system, comparison.against, metric

    by_key = {key(item, item.metric): item for item in comparisons if item.role in ("primary", "secondary")}
    primary = [item for item in comparisons if item.role == "primary"]
    return [(item, by_key.get(key(item, OTHER[item.metric]))) for item in primary]


def secondary_table(comparisons: Sequence[Comparison], setting: tuple[str, str, str]) -> dict[str, Any]:
    """Fair controls and the runner-up on the primary test set."""
    shown = [item for item in comparisons if item.role in ("control", "runner-up") and item.setting == setting]
    return {"comparisons": shown, "axis": scale(shown)}


def pruning_table(rows: Sequence[SystemRow], decoding: str) -> dict[str, Any]:
    """A row for each pruned system and sparsity: before and after retraining side by side."""
    by_sparsity: dict[tuple[str, float], dict[bool, SystemRow]] = {}
    for row in rows:
        if row.system.kind == "pruned" and decoding in row.scores:
            key = (row.system.system, row.system.sparsity)
            by_sparsity.setdefault(key, {})[bool(row.system.retrained)] = row
    shown = [_pruning_row(*key, pair.get(False), pair.get(True), decoding) for key, pair in by_sparsity.items()]
    return {"rows": shown, "axis": scale(row["gain"] for row in shown), "has_speed": any(row["speed"] for row in shown)}


def _pruning_row(
    system: str, sparsity: float, before: SystemRow | None, after: SystemRow | None, decoding: str
) -> dict[str, Any]:
    return {
        "system": system,
        "sparsity": sparsity,
        "before": before.scores[decoding] if before else None,
        "after": after.scores[decoding] if after else None,
        "gain": after.gain.get(decoding) if after else None,
        "speed": after.speed.get((decoding, "batched")) if after else None,
    }


def tensor_sparsity(results: Results) -> list[dict[str, Any]]:
    """For each pruned system (first seed) the share of zeros in every tensor: rows are tensors, columns sparsities."""
    by_system: dict[str, dict[str, dict[float, float]]] = {}
    first_seeds: dict[str, int] = {}
    for model in results.models:
        shares = results.model_facts(model).get("sparsity_of_tensors", {})
        if shares and first_seeds.setdefault(model.system, model.seed) == model.seed:
            for tensor, share in shares.items():
                by_system.setdefault(model.system, {}).setdefault(tensor, {})[model.sparsity] = share
    return [
        {"system": name, "sparsities": sorted({key for row in tensors.values() for key in row}), "tensors": tensors}
        for name, tensors in by_system.items()
    ]


def diagnostics_table(rows: Sequence[SystemRow], fluencies: Sequence[Fluency]) -> list[dict[str, Any]]:
    """Diagnostics of the unpruned systems, greedy, means over seeds."""
    loops: dict[str, list[float]] = {}
    for item in fluencies:
        loops.setdefault(item.model.system, []).append(item.loops)
    return [
        {"label": row.label, "loops": _mean(loops.get(row.system.system, [])), **row.scores["greedy"]}
        for row in rows
        if row.system.kind != "pruned" and "greedy" in row.scores
    ]


def against_teacher(diagnostics: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of ``diagnostics_table`` that were compared with a teacher."""
    return [row for row in diagnostics if any(not pd.isna(row.get(column)) for column in AGAINST_TEACHER)]


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def speed_rows(results: Results) -> list[dict[str, Any]]:
    """One row for each variant and decoding, means over seeds, batched and single side by side."""
    labels = {model.path: model.label for model in results.models}
    frame = results.speed.assign(label=results.speed["path"].map(labels))
    summary = frame.groupby(["label", "decoding", "batching"], sort=False).agg(
        words=("words_per_second", "mean"),
        slowest=("words_per_second_min", "min"),
        fastest=("words_per_second_max", "max"),
        ratio=("ratio_to_teacher", "mean"),
        repeats=("repeats", "min"),
        load=("load_average", "mean"),
        memory=("peak_memory_bytes", "max"),
    )
    summary.loc[summary["repeats"] < 2, ["slowest", "fastest"]] = None
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for item in summary.reset_index().to_dict("records"):
        row = rows.setdefault((item["label"], item["decoding"]), {"label": item["label"], "decoding": item["decoding"]})
        row |= {item["batching"]: item, "load": item["load"], "memory": item["memory"]}
    return list(rows.values())


def machine(results: Results) -> dict[str, Any]:
    """Where speed was measured: CPUs, threads, range of the load average; empty without measurements."""
    speed = results.speed
    if speed.empty:
        return {}
    return {
        "cpus": sorted({str(name) for name in speed["cpu"].dropna()}),
        "threads": sorted({int(count) for count in speed["threads"].dropna()}),
        "loads": (speed["load_average"].min(), speed["load_average"].max()),
        "repeats": sorted({int(count) for count in speed["repeats"].dropna()}),
    }


def describe_test_sets(results: Results) -> list[TestSet]:
    """Every test set in config order."""
    overlaps = results.scores.groupby("test_set")["overlap"].max()
    test_sets = []
    for name in results.test_sets:
        lines = results.test_lines(name)
        words = np.array([[len(line.split())] for line in lines["tgt"]], dtype=np.int64).reshape(-1, 1)
        text = significance.sample(lines["groups"], significance.grouped(words, lines["groups"])[:, 0])
        overlap = overlaps.get(name)
        overlap = 0 if overlap is None or pd.isna(overlap) else int(overlap)
        test_sets.append(TestSet(name, len(lines["tgt"]), text, overlap))
    return test_sets


def stage_facts(results: Results) -> list[tuple[str, list[tuple[str, Any]]]]:
    """Counts of decoding, targets and stored teachers by artefact; shards of a decode are added up."""
    shards: dict[str, Counter[str]] = {}
    others: dict[str, dict[str, Any]] = {}
    for path, manifest in results.manifests.items():
        stage = path.split("/")[0]
        if stage == "decode":
            counts = {key: value for key, value in manifest.facts.items() if isinstance(value, int)}
            shards.setdefault(path.rpartition("/")[0], Counter()).update(counts)
        elif stage in ("targets", "teacher_topk"):
            others[path.removesuffix("/manifest.json")] = manifest.facts
    return [(path, flatten(facts)) for path, facts in [*shards.items(), *others.items()]]


def teacher_facts(results: Results) -> list[dict[str, Any]]:
    """The score of each teacher on its own training set and on dev, in the metric by which it was chosen."""
    rows = []
    for model in results.models:
        facts = results.model_facts(model)
        if model.kind == "teacher" and "train_bleu" in facts:
            metric: MetricName = facts.get("chosen_by", "bleu")
            scores = {"train": facts[f"train_{metric}"], "dev": facts[f"dev_{metric}"]}
            rows.append({"label": model.label, "seed": model.seed, "metric_name": LABELS[metric], **scores})
    return rows


def flatten(facts: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Nested facts as (words, value) pairs."""
    pairs: list[tuple[str, Any]] = []
    for key, value in facts.items():
        words = f"{prefix}{key}".replace("_", " ")
        pairs += flatten(value, f"{words}: ") if isinstance(value, dict) else [(words, value)]
    return pairs


def provenance(results: Results) -> list[dict[str, Any]]:
    """Every file that a manifest lists, with the artefact's key and the file's checksum."""
    return [
        {"artefact": path.removesuffix("/manifest.json"), "key": manifest.key, "file": name, **entry}
        for path, manifest in results.manifests.items()
        for name, entry in manifest.files.items()
    ]


def versions() -> list[tuple[str, str]]:
    """Versions of Python and of the packages whose numbers the page shows."""
    installed = [("python", python_version())]
    for name in PACKAGES:
        try:
            installed.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return installed


def signatures(results: Results) -> list[str]:
    """sacrebleu's signatures, each once."""
    names = {"bleu_signature": "BLEU", "chrf_signature": "chrF"}
    return [f"{name} {text}" for column, name in names.items() for text in results.scores[column].dropna().unique()]
