"""Example translations, chosen by rule."""

from dataclasses import dataclass

import numpy as np
from sacrebleu.metrics.bleu import BLEU

from seqkd.analysis.results import Results, select
from seqkd.analysis.scored_model import ScoredModel
from seqkd.analysis.settings import ReportSettings
from seqkd.analysis.significance import metric_of_signature


@dataclass(frozen=True)
class Example:
    """One test sentence: ``outputs`` are (label, translation, sentence BLEU) of every system."""

    index: int
    source: str
    reference: str
    outputs: list[tuple[str, str, float]]


def choose_examples(results: Results, settings: ReportSettings, decoding: str) -> list[Example]:
    """The test sentences at the median sentence BLEU of the first model's output (the first teacher's, as a rule).

    Nearest to the median first, ties by line number; shown in the order of the test set. One seed of each system.
    """
    models = _shown_models(results, decoding)
    if not models or not settings.examples:
        return []
    test_set = results.primary_test_set
    lines = results.test_lines(test_set)
    signature = select(results.scores, path=models[0].path)["bleu_signature"].iloc[0]
    metric = metric_of_signature(signature, effective_order=True)
    outputs = [results.translations(model.path, test_set, decoding, len(lines["tgt"])) for model in models]
    scores = [_sentence_bleu(metric, *pair) for pair in zip(outputs[0], lines["tgt"], strict=True)]
    return [
        Example(
            index=index,
            source=lines["src"][index],
            reference=lines["tgt"][index],
            outputs=[
                (model.label, output[index], _sentence_bleu(metric, output[index], lines["tgt"][index]))
                for model, output in zip(models, outputs, strict=True)
            ],
        )
        for index in nearest_to_median(scores, settings.examples)
    ]


def nearest_to_median(values: list[float], count: int) -> list[int]:
    """Indices of the ``count`` values nearest to the median, ties by index, in ascending order."""
    median = float(np.median(values))
    order = sorted(range(len(values)), key=lambda index: (abs(values[index] - median), index))
    return sorted(order[:count])


def _sentence_bleu(metric: BLEU, hypothesis: str, reference: str) -> float:
    return float(metric.sentence_score(hypothesis, [reference]).score)


def _shown_models(results: Results, decoding: str) -> list[ScoredModel]:
    """The first seed of every unpruned system scored on the first test set; teachers first."""
    scored = set(select(results.scores, test_set=results.primary_test_set, decoding=decoding)["path"])
    first_seeds: dict[str, ScoredModel] = {}
    for model in results.models:
        if model.kind != "pruned" and model.path in scored:
            first_seeds.setdefault(model.system, model)
    return sorted(first_seeds.values(), key=lambda model: model.kind != "teacher")
