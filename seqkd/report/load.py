"""What the page is made from: measurements, training curves, manifests and benchmark files, read into plain tables."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqkd import manifest
from seqkd.errors import UserError
from seqkd.files import read_lines, sha256
from seqkd.manifest import Manifest
from seqkd.scoring import metrics
from seqkd.scoring.primary_metric import PrimaryMetric, primary_metric
from seqkd.scoring.significance import tokenization_of

SCORES = [
    *("decoding", "sentences", "bleu", "bleu_signature", "chrf", "length_ratio", "gold_ppl", "gold_ppl_char"),
    *("mode_mass", "top1_agreement", "parameters", "nonzero_parameters", "bytes"),
    *("mode_mass_median", "truncated", "empty", "overlap", "bleu_without_overlap", "chrf_signature"),
    *(
        "ta_rate",
        "top5_edit_distance",
        "top5_rank_distance",
        "likelihood_risk",
        "coverage_risk",
        "teacher_dist",
        "length_penalty",
    ),
]
SPEEDS = [
    *("decoding", "batching", "words_per_second", "ratio_to_teacher", "words_per_second_min", "words_per_second_max"),
    *("repeats", "teacher_words_per_second", "sentences", "load_average", "threads", "peak_memory_bytes", "bytes"),
    *("parameters", "nonzero_parameters", "processor"),
]
MEASUREMENTS = ("translations", "teacher_agreement", "scores", "speed", "truth")
"""Folders below results with something of each model in a folder like the model's own path."""
KEYS = ["system", "teacher", "model", "seed", "sparsity", "retrained", "test_set"]


def labelled(system: str, sparsity: float, retrained: bool | None) -> str:
    """``seq-kd`` or ``seq-kd, 80 % pruned, retrained``."""
    return f"{system}, {100 * sparsity:g} % pruned{', retrained' if retrained else ''}" if sparsity else system


@dataclass(frozen=True)
class System:
    """One scored model: a teacher, student or pruned student with one seed. ``path`` is its folder below results."""

    system: str
    kind: Literal["teacher", "student", "pruned"]
    teacher: str
    model: str
    seed: int
    sparsity: float
    retrained: bool | None
    path: str
    targets: str
    loss: dict[str, Any]
    start: str | None
    test_sets: list[str]

    @classmethod
    def of(cls, described: dict[str, Any]) -> Self:
        """From the plain dictionary that the workflow hands over; keys beyond ours are left out."""
        empty: dict[str, Any] = {
            "teacher": "",
            "targets": "",
            "loss": {},
            "start": None,
            "sparsity": 0.0,
            "retrained": None,
        }
        known: dict[str, Any] = {name: described.get(name, empty.get(name)) for name in cls.__dataclass_fields__}
        known["loss"] = {known["loss"]: 1.0} if isinstance(known["loss"], str) else known["loss"] or {}
        known["sparsity"] = known["sparsity"] or 0.0
        return cls(**known)

    @property
    def variant(self) -> tuple[str, float, bool | None]:
        """What several seeds have in common: name, sparsity, retrained."""
        return self.system, self.sparsity, self.retrained

    @property
    def label(self) -> str:
        """The name in tables and legends."""
        return labelled(self.system, self.sparsity, self.retrained)


@dataclass(frozen=True)
class Results:
    """A results folder as the page sees it. Frames hold one row a measurement and may be empty."""

    folder: Path
    systems: list[System]
    scores: pd.DataFrame
    speed: pd.DataFrame
    curves: dict[str, pd.DataFrame]
    manifests: dict[str, Manifest]
    jobs: pd.DataFrame
    is_fallback: bool = False
    _metrics: dict[str, PrimaryMetric] = field(default_factory=dict)

    def metric(self, test_set: str) -> PrimaryMetric:
        """By which systems are compared on a test set."""
        if test_set not in self._metrics:
            signature = self.scores[self.scores["test_set"] == test_set]["bleu_signature"].iloc[0]
            self._metrics[test_set] = primary_metric(
                self.sides(test_set)["tgt"], tokenization_of(signature), self.is_fallback
            )
        return self._metrics[test_set]

    @property
    def test_sets(self) -> list[str]:
        """Names in config order; the first one is the primary one."""
        return list(dict.fromkeys(name for system in self.systems for name in system.test_sets))

    @property
    def extra_metrics(self) -> list[str]:
        """Metrics besides BLEU and chrF that were computed."""
        return [name for name in metrics.EXTRA if name in self.scores]

    def facts(self, path: str) -> dict[str, Any]:
        """Facts of the manifest at ``path`` below results, ``{}`` where there is none."""
        found = self.manifests.get(path)
        return found.facts if found else {}

    def sides(self, test_set: str) -> dict[str, list[str]]:
        """Lines of a test set's source (``src``), reference (``tgt``) and group ids (``groups``)."""
        folder = self.folder / "test_sets" / test_set
        sides = {side: lines(folder / f"test.{side}") for side in ("src", "tgt", "groups")}
        for side in ("src", "groups"):
            if len(sides[side]) != len(sides["tgt"]):
                raise UserError(
                    f"{folder}/test.{side}: {len(sides[side])} lines, but test.tgt has {len(sides['tgt'])}. "
                    f"Delete {folder} and run the same command again; it is then made anew."
                )
        return sides

    def translations(self, path: str, test_set: str, decoding: str, expected: int) -> list[str]:
        """Translations by the model at ``path``, one a test sentence."""
        file = self.folder / "translations" / path / test_set / f"{decoding}.txt"
        found = lines(file)
        if len(found) != expected:
            raise UserError(
                f"{file}: {len(found)} lines for {expected} test sentences. "
                f"Delete {file.parent} and run the same command again; it is then made anew."
            )
        return found

    def statistics(self, path: str, test_set: str, decoding: str, metric: str) -> NDArray[Any]:
        """Statistics of each sentence that were computed for one of the ``extra_metrics``, (sentences, statistics)."""
        file = self.folder / "scores" / path / test_set / f"{decoding}.{metric}.npy"
        try:
            found: NDArray[Any] = np.load(file, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise _unreadable(file, error) from None
        return found


def load(results: Path, systems: list[dict[str, Any]], with_speed: bool = True, is_fallback: bool = False) -> Results:
    """Read all that the page shows about ``systems`` (the workflow's list, in config order).

    What earlier configs left in the folder is not read: models that are not among ``systems``, and speeds of models
    that have been trained anew since.

    Args:
        is_fallback: BLEU's tokenization does not fit the language; see ``seqkd.language.Tokenization``.

    Raises:
        UserError: a score file is missing or unreadable.
    """
    known = [System.of(system) for system in systems]
    return Results(
        folder=results,
        systems=known,
        scores=_scores(results, known),
        speed=_speed(results, known if with_speed else []),
        curves={system.path: _curve(results / system.path / "metrics.jsonl") for system in known},
        manifests=_manifests(results, known),
        jobs=_jobs(results / "benchmarks"),
        is_fallback=is_fallback,
    )


def lines(path: Path) -> list[str]:
    """Lines of a text file that a stage before should have made."""
    try:
        return read_lines(path)
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from None


def read_json(path: Path) -> Any:
    """A JSON file that a stage before should have made."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> UserError:
    return UserError(
        f"{path}: can't be read ({error}). Delete the folder {path.parent} and run the same command again; "
        "it is then made anew."
    )


def _scores(results: Path, systems: list[System]) -> pd.DataFrame:
    rows = []
    for system in systems:
        for test_set in system.test_sets:
            found = read_json(results / "scores" / system.path / test_set / "scores.json")
            rows += [_keys(system, test_set) | measured for measured in found["measurements"]]
    extra = [name for name in metrics.EXTRA if any(name in row for row in rows)]
    columns = [*KEYS, "path", "kind", *SCORES, *(name + end for name in extra for end in ("", "_signature"))]
    return pd.DataFrame(rows).reindex(columns=columns)


def _speed(results: Path, systems: list[System]) -> pd.DataFrame:
    rows = []
    for system in systems:
        file = results / "speed" / system.path / "speed.json"
        if file.is_file() and _is_fresh(results, file.with_name("manifest.json")):
            found = read_json(file)
            machine = {key: value for key, value in found.items() if key not in (*KEYS, "measurements")}
            test_set = found.get("test_set") or next(iter(system.test_sets), "")
            rows += [_keys(system, test_set) | measured | machine for measured in found["measurements"]]
    return pd.DataFrame(rows).reindex(columns=[*KEYS, "path", "kind", *SPEEDS])


def _is_fresh(results: Path, path: Path) -> bool:
    """Whether the manifests that an artefact was made from are still the same; True where it has no manifest."""
    made_from = manifest.read(path).inputs if path.is_file() else {}
    return all(not (results / name).is_file() or sha256(results / name) == known for name, known in made_from.items())


def _keys(system: System, test_set: str) -> dict[str, Any]:
    keys = {name: getattr(system, name) for name in KEYS if name != "test_set"}
    return keys | {"test_set": test_set, "path": system.path, "kind": system.kind}


def _curve(path: Path) -> pd.DataFrame:
    """Training log: one row an update that was logged or evaluated; empty where there is none."""
    rows = []
    for line in lines(path) if path.is_file() else []:
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue  # the last line of a killed job; a log, not a result
    frame = pd.DataFrame(rows)
    return frame.reindex(columns=["update", "loss", "dev_bleu", "dev_chrf"])


def _manifests(results: Path, systems: list[System]) -> dict[str, Manifest]:
    """Manifests of the text, of the systems and of what was made from them, by path below results."""
    paths = [path.relative_to(results) for path in sorted(results.rglob("*manifest.json"))]
    return {path.as_posix(): manifest.read(results / path) for path in paths if _concerns(path, systems)}


def _concerns(path: Path, systems: list[System]) -> bool:
    stage = path.parts[0]
    if stage in ("download", "corpus", "tokenizer"):
        return True
    if stage in ("test_sets", "oracle_scores"):
        return any(path.parts[1] in system.test_sets for system in systems)
    before = dict.fromkeys(("decode", "targets", "teacher_topk", *MEASUREMENTS), 1).get(stage, 0)
    model = "/".join(path.parts[before:])
    model = f"teachers/{model}" if stage in ("decode", "targets", "teacher_topk") else model
    return any(model.startswith(f"{system.path}/") for system in systems)


def _jobs(folder: Path) -> pd.DataFrame:
    """Snakemake's benchmark files summed by rule: jobs, seconds in all, the longest job, the largest memory (MB)."""
    frames: list[pd.DataFrame] = []
    for path in sorted(folder.rglob("*.tsv")):
        try:
            frame = pd.read_csv(path, sep="\t", na_values=["-", "NA"])[["s", "max_rss"]].apply(pd.to_numeric)
        except (OSError, ValueError, KeyError):
            continue  # of a run that was killed as it wrote it; a note, not a result
        frames.append(frame.assign(rule=path.relative_to(folder).parts[0].removesuffix(".tsv")))
    if not frames:
        return pd.DataFrame(columns=["rule", "jobs", "seconds", "longest", "memory"])
    every = pd.concat(frames).reindex(columns=["rule", "s", "max_rss"])
    by_rule = every.groupby("rule", sort=False)
    summed = by_rule.agg(jobs=("s", "size"), seconds=("s", "sum"), longest=("s", "max"), memory=("max_rss", "max"))
    table: pd.DataFrame = summed.reset_index().sort_values("seconds", ascending=False)
    return table
