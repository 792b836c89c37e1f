"""The section on the true distribution: only for the corpus ``captions``, where it is known."""

import math
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from seqkd.analysis import significance
from seqkd.analysis.hypothesis import Outcome
from seqkd.analysis.pairings import variants
from seqkd.analysis.results import Results, read_json, read_text_lines
from seqkd.analysis.scored_model import ScoredModel
from seqkd.analysis.settings import ReportSettings
from seqkd.analysis.true_distribution import STATISTICS, Interval, TruthComparison, percentile_interval
from seqkd.analysis.truth_hypotheses import outcomes
from seqkd.scoring.metrics import bleu


@dataclass(frozen=True)
class TruthRow:
    """A system, or the true distribution (``kind`` "truth"): intervals by statistic, and what has no interval."""

    label: str
    kind: str
    model: str
    seeds: list[int]
    intervals: dict[str, Interval]
    median_rank: float
    canonical: float | None

    @property
    def effective(self) -> float:
        """Number of equally likely translations with the mean entropy."""
        return math.exp(self.intervals["model_entropy"].value)


@dataclass(frozen=True)
class OracleScore:
    """What the true distribution scores on a test set: BLEU of its modes and of one sample each."""

    test_set: str
    mode: Interval
    sample: Interval
    entropy: float
    translations: float
    mode_prob: float

    @property
    def effective(self) -> float:
        """Number of equally likely translations with the mean entropy."""
        return math.exp(self.entropy)


@dataclass(frozen=True)
class TruthSection:
    """Everything that the section shows."""

    rows: list[TruthRow]
    outcomes: list[Outcome]
    oracle_scores: list[OracleScore]
    sources: int
    enumerated: int
    settings: dict[str, Any]


def truth_section(results: Results, config: dict[str, Any], settings: ReportSettings) -> TruthSection | None:
    """The section, or None for every corpus whose true distribution is not known."""
    if config.get("corpus", {}).get("source") != "captions" or not results.models:
        return None
    truth = TruthComparison(results, settings)
    lines = next(iter(truth.lines.values()))
    return TruthSection(
        rows=[_truth_row(truth), *(_system_row(truth, models) for models in variants(truth.models).values())],
        outcomes=outcomes(truth),
        oracle_scores=[_oracle_score(results, name, settings) for name in results.test_sets],
        sources=len(lines["line"]),
        enumerated=sum(lines["enumerated"]),
        settings=truth.truth_settings,
    )


def _system_row(truth: TruthComparison, models: list[ScoredModel]) -> TruthRow:
    first, seeds = models[0], [model.seed for model in models]
    intervals = {name: truth.interval(models, name) for name in STATISTICS}
    median_rank, canonical = truth.median_rank(models), truth.canonical_share(models)
    return TruthRow(first.label, first.kind, first.model, seeds, intervals, median_rank, canonical)


def _truth_row(truth: TruthComparison) -> TruthRow:
    """The row of a model that equals the true distribution and finds its mode."""
    model = truth.models[:1]
    mode, entropy = truth.interval(model, "mode_prob"), truth.interval(model, "entropy")
    zero, full = Interval(0.0, 0.0, 0.0), Interval(1.0, 1.0, 1.0)
    intervals = dict.fromkeys(STATISTICS, full) | {"kl": zero, "reverse_kl": zero}
    intervals |= dict.fromkeys(("mode_mass", "greedy_mass", "greedy_prob", "mode_prob"), mode)
    intervals |= dict.fromkeys(("entropy", "model_entropy"), entropy)
    return TruthRow("truth", "truth", "", [], intervals, 1.0, None)


def _oracle_score(results: Results, test_set: str, settings: ReportSettings) -> OracleScore:
    folder, lines = results.folder / "oracle_scores" / test_set, results.test_lines(test_set)
    content, names = read_json(folder / "oracle_scores.json"), ("mode", "sample")
    tokenize = significance.tokenization_of(content["bleu_signature"])
    outputs = [read_text_lines(folder / f"{name}.txt") for name in names]
    counts = [bleu.score_sentences(output, lines["tgt"], [], tokenize) for output in outputs]
    resampled = significance.resampled_scores(counts, bleu.aggregate, settings.resamples, settings.bootstrap_seed)
    text = significance.sample(lines["groups"], counts[0][:, 1])
    mode, sample = (
        percentile_interval(content[f"bleu_of_{name}"], scores, text, settings.confidence)
        for name, scores in zip(names, resampled, strict=True)
    )
    return OracleScore(test_set, mode, sample, content["entropy"], content["translations"], content["mode_prob"])


def truth_table(section: TruthSection) -> pd.DataFrame:
    """The rows of truth.csv: each statistic with the ends of its interval; ``inf`` where there is no finite value."""
    rows = []
    for row in section.rows:
        statistics = {
            f"{name}{'' if end == 'value' else f'_{end}'}": value
            for name, interval in row.intervals.items()
            for end, value in asdict(interval).items()
        }
        keys = {"system": row.label, "kind": row.kind, "model": row.model, "seeds": " ".join(map(str, row.seeds))}
        others = {"effective_translations": row.effective, "median_rank": row.median_rank, "canonical": row.canonical}
        rows.append(keys | statistics | others)
    return pd.DataFrame(rows)
