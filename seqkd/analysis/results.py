"""A results folder, read into plain tables: measurements, training curves, manifests and benchmark files."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqkd.analysis.scored_model import ScoredModel
from seqkd.analysis.significance import tokenization_of
from seqkd.corpus.language import tokenization
from seqkd.scoring import metrics
from seqkd.scoring.primary_metric import PrimaryMetric, primary_metric
from seqkd.utils import manifest
from seqkd.utils.errors import UserError
from seqkd.utils.files import read_lines, sha256
from seqkd.utils.manifest import Manifest

SCORES = [
    *("decoding", "sentences", "bleu", "bleu_signature", "chrf", "length_ratio", "gold_ppl", "gold_ppl_char"),
    *("mode_mass", "top1_agreement", "parameters", "nonzero_parameters", "bytes"),
    *("mode_mass_median", "truncated", "empty", "overlap", "bleu_without_overlap", "chrf_signature"),
    *("ta_rate", "top5_edit_distance", "top5_rank_distance", "likelihood_risk", "coverage_risk", "teacher_dist"),
    "length_penalty",
]
SPEEDS = [
    *("decoding", "batching", "words_per_second", "ratio_to_teacher", "words_per_second_min", "words_per_second_max"),
    *("repeats", "teacher_words_per_second", "sentences", "load_average", "threads", "peak_memory_bytes", "bytes"),
    *("parameters", "nonzero_parameters", "cpu"),
]
MEASUREMENTS = ("translations", "teacher_agreement", "scores", "speed", "truth")
"""Folders with a folder for each model, named by the model's path."""
KEYS = ["system", "teacher", "model", "seed", "sparsity", "retrained", "test_set"]


@dataclass(frozen=True)
class Results:
    """A results folder. Frames have one row a measurement and may be empty."""

    folder: Path
    models: list[ScoredModel]
    scores: pd.DataFrame
    speed: pd.DataFrame
    curves: dict[str, pd.DataFrame]
    manifests: dict[str, Manifest]
    jobs: pd.DataFrame
    is_fallback: bool = False
    _metrics: dict[str, PrimaryMetric] = field(default_factory=dict)

    @property
    def test_sets(self) -> list[str]:
        """Names in config order; the first one is the primary one."""
        return list(dict.fromkeys(name for model in self.models for name in model.test_sets))

    @property
    def primary_test_set(self) -> str:
        """The first test set; "" where there is none."""
        return next(iter(self.test_sets), "")

    @property
    def decodings(self) -> list[str]:
        """Names of greedy and beam search, as they were scored."""
        return list(dict.fromkeys(self.scores["decoding"]))

    def metric(self, test_set: str) -> PrimaryMetric:
        """The metric by which systems are compared on a test set."""
        if test_set not in self._metrics:
            signature = select(self.scores, test_set=test_set)["bleu_signature"].iloc[0]
            references = self.test_lines(test_set)["tgt"]
            self._metrics[test_set] = primary_metric(references, tokenization_of(signature), self.is_fallback)
        return self._metrics[test_set]

    @property
    def extra_metrics(self) -> list[str]:
        """Metrics besides BLEU and chrF that were computed."""
        return [name for name in metrics.EXTRA if name in self.scores]

    def facts(self, path: str) -> dict[str, Any]:
        """Facts of the manifest at ``path`` below results, ``{}`` where there is none."""
        return self.manifests[path].facts if path in self.manifests else {}

    def model_facts(self, model: ScoredModel) -> dict[str, Any]:
        """Facts of a model's manifest."""
        return self.facts(f"{model.path}/manifest.json")

    def test_lines(self, test_set: str) -> dict[str, list[str]]:
        """Lines of a test set's source (``src``), reference (``tgt``) and group ids (``groups``)."""
        folder = self.folder / "test_sets" / test_set
        lines = {side: read_text_lines(folder / f"test.{side}") for side in ("src", "tgt", "groups")}
        for side in ("src", "groups"):
            if len(lines[side]) != len(lines["tgt"]):
                raise UserError(
                    f"{folder}/test.{side}: {len(lines[side])} lines, but test.tgt has {len(lines['tgt'])}. "
                    f"Delete {folder} and run the same command again to recreate it."
                )
        return lines

    def translations(self, path: str, test_set: str, decoding: str, sentences: int) -> list[str]:
        """Translations by the model at ``path``, one a test sentence."""
        file = self.folder / "translations" / path / test_set / f"{decoding}.txt"
        lines = read_text_lines(file)
        if len(lines) != sentences:
            raise UserError(
                f"{file}: {len(lines)} lines for {sentences} test sentences. "
                f"Delete {file.parent} and run the same command again to recreate it."
            )
        return lines

    def statistics(self, path: str, test_set: str, decoding: str, metric: str) -> NDArray[Any]:
        """Statistics of each sentence that were computed for one of the ``extra_metrics``, (sentences, statistics)."""
        file = self.folder / "scores" / path / test_set / f"{decoding}.{metric}.npy"
        try:
            statistics: NDArray[Any] = np.load(file, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise _unreadable(file, error) from None
        return statistics


def load(results: Path, systems: list[dict[str, Any]], with_speed: bool = True, is_fallback: bool = False) -> Results:
    """Read everything about ``systems`` (the workflow's list, in config order).

    What earlier configs left in the folder is ignored: models that are not among ``systems``, and speeds of models
    that have been trained again since.

    Args:
        is_fallback: BLEU's tokenization does not fit the language; see ``seqkd.corpus.language.Tokenization``.

    Raises:
        UserError: a score file is missing or unreadable.
    """
    models = [ScoredModel.from_dict(system) for system in systems]
    return Results(
        folder=results,
        models=models,
        scores=_scores(results, models),
        speed=_speed(results, models if with_speed else []),
        curves={model.path: _curve(results / model.path / "metrics.jsonl") for model in models},
        manifests=_manifests(results, models),
        jobs=_jobs(results / "benchmarks"),
        is_fallback=is_fallback,
    )


def is_fallback(config: dict[str, Any]) -> bool:
    """Whether BLEU's tokens are characters because no tokenization fits the language; see ``language.Tokenization``."""
    code = config.get("corpus", {}).get("target_language")
    return code is not None and tokenization(code, config.get("score", {}).get("bleu_tokenize", "auto")).is_fallback


def select(frame: pd.DataFrame, **values: str) -> pd.DataFrame:
    """The rows that have these values in these columns."""
    for column, value in values.items():
        frame = frame[frame[column] == value]
    return frame


def read_text_lines(path: Path) -> list[str]:
    """Lines of a text file that an earlier stage wrote."""
    try:
        return read_lines(path)
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from None


def read_json(path: Path) -> Any:
    """A JSON file that an earlier stage wrote."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> UserError:
    return UserError(
        f"{path}: can't be read ({error}). Delete the folder {path.parent} and run the same command again to "
        "recreate it."
    )


def _scores(results: Path, models: list[ScoredModel]) -> pd.DataFrame:
    rows = []
    for model in models:
        for test_set in model.test_sets:
            content = read_json(results / "scores" / model.path / test_set / "scores.json")
            rows += [_keys(model, test_set) | measurement for measurement in content["measurements"]]
    extra = [name for name in metrics.EXTRA if any(name in row for row in rows)]
    columns = [*KEYS, "path", "kind", *SCORES, *(name + end for name in extra for end in ("", "_signature"))]
    return pd.DataFrame(rows).reindex(columns=columns)


def _speed(results: Path, models: list[ScoredModel]) -> pd.DataFrame:
    rows = []
    for model in models:
        file = results / "speed" / model.path / "speed.json"
        if file.is_file() and _is_current(results, file.with_name("manifest.json")):
            content = read_json(file)
            machine = {key: value for key, value in content.items() if key not in (*KEYS, "measurements")}
            test_set = content.get("test_set") or next(iter(model.test_sets), "")
            rows += [_keys(model, test_set) | measurement | machine for measurement in content["measurements"]]
    return pd.DataFrame(rows).reindex(columns=[*KEYS, "path", "kind", *SPEEDS])


def _is_current(results: Path, path: Path) -> bool:
    """Whether the manifests that an artefact was made from are unchanged; True where it has no manifest."""
    inputs = manifest.read(path).inputs if path.is_file() else {}
    existing = {name: checksum for name, checksum in inputs.items() if (results / name).is_file()}
    return all(sha256(results / name) == checksum for name, checksum in existing.items())


def _keys(model: ScoredModel, test_set: str) -> dict[str, Any]:
    keys = {name: getattr(model, name) for name in KEYS if name != "test_set"}
    return keys | {"test_set": test_set, "path": model.path, "kind": model.kind}


def _curve(path: Path) -> pd.DataFrame:
    """Training log: one row an update that was logged or evaluated; empty where there is none."""
    rows = []
    for line in read_text_lines(path) if path.is_file() else []:
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue  # the last line of a killed job; a log, not a result
    return pd.DataFrame(rows).reindex(columns=["update", "loss", "dev_bleu", "dev_chrf"])


def _manifests(results: Path, models: list[ScoredModel]) -> dict[str, Manifest]:
    """Manifests of the text, of the models and of what was made from them, by path below results."""
    paths = [path.relative_to(results) for path in sorted(results.rglob("*manifest.json"))]
    return {path.as_posix(): manifest.read(results / path) for path in paths if _concerns(path, models)}


def _concerns(path: Path, models: list[ScoredModel]) -> bool:
    stage, *rest = path.parts
    if stage in ("download", "corpus", "tokenizer"):
        return True
    if stage in ("test_sets", "oracle_scores"):
        return any(rest[0] in model.test_sets for model in models)
    of_teacher = stage in ("decode", "targets", "teacher_topk")
    folder = "/".join(rest if of_teacher or stage in MEASUREMENTS else path.parts)
    folder = f"teachers/{folder}" if of_teacher else folder
    return any(folder.startswith(f"{model.path}/") for model in models)


def _jobs(folder: Path) -> pd.DataFrame:
    """Snakemake's benchmark files aggregated by rule: jobs, total seconds, the longest job, the peak memory (MB)."""
    frames: list[pd.DataFrame] = []
    for path in sorted(folder.rglob("*.tsv")):
        try:
            frame = pd.read_csv(path, sep="\t", na_values=["-", "NA"])[["s", "max_rss"]].apply(pd.to_numeric)
        except (OSError, ValueError, KeyError):
            continue  # of a run that was killed while writing it; a note, not a result
        frames.append(frame.assign(rule=path.relative_to(folder).parts[0].removesuffix(".tsv")))
    if not frames:
        return pd.DataFrame(columns=["rule", "jobs", "seconds", "longest", "memory"])
    by_rule = pd.concat(frames).reindex(columns=["rule", "s", "max_rss"]).groupby("rule", sort=False)
    summed = by_rule.agg(jobs=("s", "size"), seconds=("s", "sum"), longest=("s", "max"), memory=("max_rss", "max"))
    table: pd.DataFrame = summed.reset_index().sort_values("seconds", ascending=False)
    return table
