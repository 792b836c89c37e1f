"""Is what the models write worth reading? Repetitive, truncated and empty outputs of greedy search."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from sacrebleu.metrics.bleu import BLEU

from seqkd.analysis.results import Results, select
from seqkd.analysis.scored_model import ScoredModel
from seqkd.analysis.significance import metric_of_signature
from seqkd.scoring.primary_metric import MetricName


@dataclass(frozen=True)
class Fluency:
    """Shares of a model's greedy outputs on the primary test set; ``reference_loops`` is the references' share."""

    model: ScoredModel
    score: float
    metric: MetricName
    loops: float
    reference_loops: float
    truncated: float
    empty: float

    def is_weak_teacher(self, min_bleu: float) -> bool:
        """Whether this is a teacher below that BLEU; False where BLEU is undefined."""
        return self.model.kind == "teacher" and self.metric == "bleu" and self.score < min_bleu


def loop_share(sentences: list[str], metric: BLEU) -> float:
    """Share of sentences in which some 4-gram (of BLEU's tokens) occurs twice."""
    return sum(_has_loop(metric.tokenizer(sentence).split()) for sentence in sentences) / max(1, len(sentences))


def _has_loop(tokens: list[str]) -> bool:
    counts = Counter(zip(tokens, tokens[1:], tokens[2:], tokens[3:], strict=False))
    return any(count > 1 for count in counts.values())


def measure_fluency(results: Results) -> list[Fluency]:
    """Loops, truncated and empty outputs of every unpruned model, greedy, on the first test set."""
    test_set = results.primary_test_set
    frame = select(results.scores, test_set=test_set, decoding="greedy")
    if frame.empty:
        return []
    by_path = {row["path"]: {str(key): row[key] for key in row} for row in frame.to_dict("records")}
    references = results.test_lines(test_set)["tgt"]
    bleu, metric = metric_of_signature(frame["bleu_signature"].iloc[0]), results.metric(test_set).name
    reference_loops = loop_share(references, bleu)
    return [
        Fluency(
            model=model,
            score=by_path[model.path][metric],
            metric=metric,
            loops=loop_share(results.translations(model.path, test_set, "greedy", len(references)), bleu),
            reference_loops=reference_loops,
            truncated=_share(by_path[model.path], "truncated"),
            empty=_share(by_path[model.path], "empty"),
        )
        for model in results.models
        if model.kind != "pruned" and model.path in by_path
    ]


def _share(row: dict[str, Any], column: str) -> float:
    count = row.get(column)
    return 0.0 if count is None or np.isnan(count) else float(count) / max(1, row["sentences"])
