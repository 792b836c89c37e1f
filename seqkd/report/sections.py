"""What each section of the page shows, as plain values for the template."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from platform import python_version
from typing import Any

import numpy as np
import pandas as pd

from seqkd.report.compare import Comparison
from seqkd.report.load import Results, System
from seqkd.report.page import scale
from seqkd.report.quality import Fluency
from seqkd.report.tables import Row
from seqkd.scoring import significance
from seqkd.scoring.primary_metric import LABELS, OTHER, MetricName
from seqkd.scoring.significance import Sample

PACKAGES = [
    "seqkd",
    "torch",
    "numpy",
    "sentencepiece",
    "sacrebleu",
    "pandas",
    "matplotlib",
    "mt-thresholds",
    "snakemake",
]


@dataclass(frozen=True)
class TestSet:
    """A test set as its bootstrap sees it, and its overlap with the training text."""

    name: str
    sentences: int
    text: Sample
    overlap: int


def recipe(system: System) -> str:
    """``seq-kd · 0.5 nll + 0.5 word-kd · from baseline``: how a student is trained."""
    if system.kind == "teacher" or not system.loss:
        return ""
    weights = {
        name: weight.get("weight", 1.0) if isinstance(weight, dict) else weight for name, weight in system.loss.items()
    }
    plain = len(weights) == 1 and set(weights.values()) == {1.0}
    terms = " + ".join(name if plain else f"{weight:g} {name}" for name, weight in weights.items())
    start = f" · starts from {system.start}" if system.start else ""
    return f"{system.targets or 'gold'} · {terms}{start}"


def decodings(results: Results, primary: str) -> list[str]:
    """All decodings, the primary one first."""
    scored = list(dict.fromkeys(results.scores["decoding"]))
    return [name for name in scored if name == primary] + [name for name in scored if name != primary]


def metric_of(rows: Sequence[Row]) -> MetricName:
    """The metric of a table's rows."""
    return rows[0].metric if rows else "bleu"


def main_table(rows: Sequence[Row], names: Sequence[str]) -> dict[str, Any]:
    """The unpruned systems with their gains; one axis for all bars of a decoding."""
    shown = [row for row in rows if row.system.kind != "pruned"]
    axes = {name: scale(row.gain.get(name) for row in shown) for name in names}
    metric = metric_of(rows)
    return {
        "rows": [(row, recipe(row.system)) for row in shown],
        "axes": axes,
        "decodings": list(names),
        "metric": metric,
        "metric_name": rows[0].metric_name if rows else LABELS[metric],
        "other": OTHER[metric],
        "other_name": rows[0].other_name if rows else LABELS[OTHER[metric]],
        "has_gain": any(row.gain for row in shown),
        "has_speed": any(row.speed for row in shown),
        "has_seeds": any(len(row.seeds) > 1 for row in shown),
    }


def agreement_table(comparisons: Sequence[Comparison]) -> list[tuple[Comparison, Comparison | None]]:
    """The primary comparisons, each with the same one in the other metric."""

    def key(found: Comparison, metric: str) -> tuple[str, ...]:
        return found.test_set, found.decoding, found.system, found.against, metric

    every = {key(found, found.metric): found for found in comparisons if found.role in ("primary", "secondary")}
    return [(found, every.get(key(found, OTHER[found.metric]))) for found in comparisons if found.role == "primary"]


def secondary_table(comparisons: Sequence[Comparison], scene: tuple[str, str, MetricName]) -> dict[str, Any]:
    """Fair controls and the runner-up on the primary test set."""
    shown = [
        found
        for found in comparisons
        if found.role in ("control", "runner-up") and (found.test_set, found.decoding, found.metric) == scene
    ]
    return {"comparisons": shown, "axis": scale(shown)}


def pruning_table(rows: Sequence[Row], decoding: str) -> dict[str, Any]:
    """A row for each pruned system and sparsity: before and after retraining side by side."""
    by_sparsity: dict[tuple[str, float], dict[bool, Row]] = {}
    for row in rows:
        if row.system.kind == "pruned" and decoding in row.scores:
            key = (row.system.system, row.system.sparsity)
            by_sparsity.setdefault(key, {})[bool(row.system.retrained)] = row
    shown: list[dict[str, Any]] = [
        {
            "system": system,
            "sparsity": sparsity,
            "before": found[False].scores[decoding] if False in found else None,
            "after": found[True].scores[decoding] if True in found else None,
            "gain": found[True].gain.get(decoding) if True in found else None,
            "speed": found[True].speed.get((decoding, "batched")) if True in found else None,
        }
        for (system, sparsity), found in by_sparsity.items()
    ]
    return {"rows": shown, "axis": scale(row["gain"] for row in shown), "has_speed": any(row["speed"] for row in shown)}


def tensor_sparsity(results: Results) -> list[dict[str, Any]]:
    """For each pruned system (first seed) the share of zeros in every tensor: rows are tensors, columns sparsities."""
    by_system: dict[str, dict[str, dict[float, float]]] = {}
    firsts: dict[str, int] = {}
    for system in results.systems:
        shares = results.facts(f"{system.path}/manifest.json").get("sparsity_of_tensors", {})
        if shares and firsts.setdefault(system.system, system.seed) == system.seed:
            for tensor, share in shares.items():
                by_system.setdefault(system.system, {}).setdefault(tensor, {})[system.sparsity] = share
    return [
        {"system": name, "sparsities": sorted({key for row in tensors.values() for key in row}), "tensors": tensors}
        for name, tensors in by_system.items()
    ]


def diagnostics_table(rows: Sequence[Row], found: Sequence[Fluency]) -> list[dict[str, Any]]:
    """Diagnostics of the unpruned systems, greedy, means over seeds."""
    loops: dict[str, list[float]] = {}
    for one in found:
        loops.setdefault(one.system.system, []).append(one.loops)
    return [
        {"label": row.label, "loops": _mean(loops.get(row.system.system, [])), **row.scores["greedy"]}
        for row in rows
        if row.system.kind != "pruned" and "greedy" in row.scores
    ]


BESIDE = ("ta_rate", "top5_edit_distance", "top5_rank_distance", "likelihood_risk", "coverage_risk", "teacher_dist")


def beside_teacher(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of ``diagnostics_table`` that were held against a teacher."""
    return [row for row in rows if any(not pd.isna(row.get(key)) for key in BESIDE)]


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def speed_rows(results: Results) -> list[dict[str, Any]]:
    """One row a variant and decoding, means over seeds, batched and single side by side."""
    labels = {system.path: system.label for system in results.systems}
    frame = results.speed.assign(label=results.speed["path"].map(labels))
    summed = frame.groupby(["label", "decoding", "batching"], sort=False).agg(
        words=("words_per_second", "mean"),
        slowest=("words_per_second_min", "min"),
        fastest=("words_per_second_max", "max"),
        ratio=("ratio_to_teacher", "mean"),
        repeats=("repeats", "min"),
        load=("load_average", "mean"),
        memory=("peak_memory_bytes", "max"),
    )
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    summed.loc[summed["repeats"] < 2, ["slowest", "fastest"]] = None
    for one in summed.reset_index().to_dict("records"):
        row = rows.setdefault((one["label"], one["decoding"]), {"label": one["label"], "decoding": one["decoding"]})
        row |= {one["batching"]: one, "load": one["load"], "memory": one["memory"]}
    return list(rows.values())


def machine(results: Results) -> dict[str, Any]:
    """Where speed was measured: processors, threads, range of the load average; empty without measurements."""
    speed = results.speed
    if speed.empty:
        return {}
    return {
        "processors": sorted({str(name) for name in speed["processor"].dropna()}),
        "threads": sorted({int(count) for count in speed["threads"].dropna()}),
        "loads": (speed["load_average"].min(), speed["load_average"].max()),
        "repeats": sorted({int(count) for count in speed["repeats"].dropna()}),
    }


def test_sets(results: Results) -> list[TestSet]:
    """Every test set in config order."""
    overlap = results.scores.groupby("test_set")["overlap"].max()
    found = []
    for name in results.test_sets:
        sides = results.sides(name)
        words = np.array([[len(line.split())] for line in sides["tgt"]], dtype=np.int64).reshape(-1, 1)
        text = significance.sample(sides["groups"], significance.grouped(words, sides["groups"])[:, 0])
        known = overlap.get(name)
        known = 0 if known is None or pd.isna(known) else int(known)
        found.append(TestSet(name, len(sides["tgt"]), text, known))
    return found


def remarks_on_metric(results: Results) -> list[str]:
    """Test sets on which BLEU says nothing."""
    found = {name: results.metric(name) for name in results.test_sets if name in set(results.scores["test_set"])}
    return [f"{name}: {one.reason}. All comparisons on it are in chrF." for name, one in found.items() if one.reason]


def stage_facts(results: Results) -> list[tuple[str, list[tuple[str, Any]]]]:
    """Counts of decoding, targets and stored teachers by artefact; shards of one decode are added up."""
    shards: dict[str, Counter[str]] = {}
    found: dict[str, dict[str, Any]] = {}
    for path, made in results.manifests.items():
        stage, *_, name = path.split("/")
        if stage == "decode":
            numbers = {key: value for key, value in made.facts.items() if isinstance(value, int)}
            shards.setdefault(path.removesuffix(f"/{name}"), Counter()).update(numbers)
        elif stage in ("targets", "teacher_topk"):
            found[path.removesuffix("/manifest.json")] = made.facts
    return [
        (path, flat(facts)) for path, facts in {**{path: dict(sums) for path, sums in shards.items()}, **found}.items()
    ]


def teacher_facts(results: Results) -> list[dict[str, Any]]:
    """The score of each teacher on its own training set and on dev, in the metric by which it was chosen."""
    rows = []
    for system in results.systems:
        facts = results.facts(f"{system.path}/manifest.json")
        if system.kind == "teacher" and "train_bleu" in facts:
            metric: MetricName = facts.get("chosen_by", "bleu")
            scores = {"train": facts[f"train_{metric}"], "dev": facts[f"dev_{metric}"]}
            rows.append({"label": system.label, "seed": system.seed, "metric_name": LABELS[metric], **scores})
    return rows


def flat(facts: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """Nested facts as (words, value) pairs."""
    found: list[tuple[str, Any]] = []
    for key, value in facts.items():
        words = f"{before}{key}".replace("_", " ")
        found += flat(value, f"{words}: ") if isinstance(value, dict) else [(words, value)]
    return found


def provenance(results: Results) -> list[dict[str, Any]]:
    """Every file that a manifest vouches for, with the artefact's key and the file's checksum."""
    return [
        {"artefact": path.removesuffix("/manifest.json"), "key": made.key, "file": name, **described}
        for path, made in results.manifests.items()
        for name, described in made.files.items()
    ]


def versions() -> list[tuple[str, str]]:
    """Versions of Python and of the packages whose numbers the page shows."""
    found = [("python", python_version())]
    for name in PACKAGES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return found


def signatures(results: Results) -> list[str]:
    """sacrebleu's signatures, each once."""
    names = {"bleu_signature": "BLEU", "chrf_signature": "chrF"}
    return [f"{name} {text}" for column, name in names.items() for text in results.scores[column].dropna().unique()]
