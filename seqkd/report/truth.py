"""The section on the truth: for the corpus ``captions`` alone, whose true distribution is known."""

import math
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from seqkd.report.claims import Statement, statements
from seqkd.report.held import STATISTICS, Estimate, Held, estimate
from seqkd.report.load import Results, lines, read_json
from seqkd.report.pairings import variants
from seqkd.report.settings import ReportSettings
from seqkd.scoring import significance
from seqkd.scoring.metrics import bleu


@dataclass(frozen=True)
class HeldRow:
    """One variant, or the truth itself (``kind`` "truth"): estimates by statistic, and what has no interval."""

    label: str
    kind: str
    model: str
    seeds: list[int]
    estimates: dict[str, Estimate]
    median_rank: float
    canonical: float | None

    @property
    def effective(self) -> float:
        """So many equally likely translations have the mean entropy."""
        return math.exp(self.estimates["model_entropy"].value)


@dataclass(frozen=True)
class Ceiling:
    """What the truth scores on one test set: BLEU of its modes and of one sample each."""

    test_set: str
    mode: Estimate
    sample: Estimate
    entropy: float
    translations: float
    mode_prob: float

    @property
    def effective(self) -> float:
        """So many equally likely translations have the mean entropy."""
        return math.exp(self.entropy)


@dataclass(frozen=True)
class TruthSection:
    """All that the section shows."""

    rows: list[HeldRow]
    statements: list[Statement]
    ceilings: list[Ceiling]
    sources: int
    enumerated: int
    settings: dict[str, Any]


def truth_section(results: Results, config: dict[str, Any], settings: ReportSettings) -> TruthSection | None:
    """The section, or None for every corpus whose truth is not known."""
    if config.get("corpus", {}).get("source") != "captions" or not results.systems:
        return None
    held = Held(results, settings)
    first = next(iter(held.lines.values()))
    models = [_row(held, one) for one in variants(held.systems).values()]
    return TruthSection(
        rows=[_of_the_truth(held), *models],
        statements=statements(held),
        ceilings=[_ceiling(results, name, settings) for name in results.test_sets],
        sources=len(first["line"]),
        enumerated=sum(first["enumerated"]),
        settings=held.facts,
    )


def _row(held: Held, models: list[Any]) -> HeldRow:
    one = models[0]
    estimates = {name: held.estimate(models, name) for name in STATISTICS}
    rank, canonical = held.median_rank(models), held.share_canonical(models)
    return HeldRow(one.label, one.kind, one.model, [model.seed for model in models], estimates, rank, canonical)


def _of_the_truth(held: Held) -> HeldRow:
    """What a model would have that equals the truth and finds its mode."""
    first = held.systems[:1]
    mode, entropy = held.estimate(first, "mode_prob"), held.estimate(first, "entropy")
    none, whole = Estimate(0.0, 0.0, 0.0), Estimate(1.0, 1.0, 1.0)
    estimates = dict.fromkeys(STATISTICS, whole) | {"kl": none, "reverse_kl": none}
    estimates |= dict.fromkeys(("mode_mass", "greedy_mass", "greedy_prob", "mode_prob"), mode)
    estimates |= dict.fromkeys(("entropy", "model_entropy"), entropy)
    return HeldRow("truth", "truth", "", [], estimates, 1.0, None)


def _ceiling(results: Results, name: str, settings: ReportSettings) -> Ceiling:
    folder, sides = results.folder / "oracle_scores" / name, results.sides(name)
    found, references = read_json(folder / "oracle_scores.json"), sides["tgt"]
    tokenize = significance.tokenization_of(found["bleu_signature"])
    texts = [lines(folder / f"{text}.txt") for text in ("mode", "sample")]
    counts = [bleu.score_sentences(hypotheses, references, [], tokenize) for hypotheses in texts]
    drawn = significance.resampled_scores(counts, bleu.aggregate, settings.resamples, settings.bootstrap_seed)
    text = significance.sample(sides["groups"], counts[0][:, 1])
    mode, sample = (
        estimate(found[f"bleu_of_{name}"], scores, text, settings.confidence)
        for name, scores in zip(("mode", "sample"), drawn, strict=True)
    )
    return Ceiling(name, mode, sample, found["entropy"], found["translations"], found["mode_prob"])


def truth_table(section: TruthSection) -> pd.DataFrame:
    """The rows of truth.csv: each statistic with the ends of its interval; ``inf`` where there is no finite one."""
    rows = []
    for row in section.rows:
        ends = {
            f"{name}{'' if end == 'value' else f'_{end}'}": value
            for name, estimate in row.estimates.items()
            for end, value in asdict(estimate).items()
        }
        keys = {"system": row.label, "kind": row.kind, "model": row.model, "seeds": " ".join(map(str, row.seeds))}
        rest = {"effective_translations": row.effective}
        rows.append(keys | ends | rest | {"median_rank": row.median_rank, "canonical": row.canonical})
    return pd.DataFrame(rows)
