"""Is what the models write worth reading? Loops, truncated and empty outputs, and the sentences shown as examples."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from sacrebleu.metrics.bleu import BLEU

from seqkd.analysis.results import Results, System
from seqkd.analysis.number_format import number, percent, telling_digits
from seqkd.analysis.pairings import baselines
from seqkd.analysis.settings import ReportSettings
from seqkd.analysis import significance
from seqkd.scoring.primary_metric import LABELS, MetricName

LOOPS = 0.05
CUT = 0.02
OVERFIT = 10.0
GAP = 1.0
"""BLEU or chrF by which a teacher must be better than the baseline."""


@dataclass(frozen=True)
class Fluency:
    """Shares of one model's greedy outputs on the primary test set; ``reference_loops`` is the references' share."""

    system: System
    score: float
    metric: MetricName
    loops: float
    reference_loops: float
    truncated: float
    empty: float

    def is_weak_teacher(self, least: float) -> bool:
        """Whether this is a teacher below that BLEU; where BLEU is undefined nobody is."""
        return self.system.kind == "teacher" and self.metric == "bleu" and self.score < least


@dataclass(frozen=True)
class Example:
    """One test sentence: ``outputs`` holds (label, translation, sentence BLEU) for every system."""

    index: int
    source: str
    reference: str
    outputs: list[tuple[str, str, float]]


def loop_share(sentences: list[str], metric: BLEU) -> float:
    """Share of sentences in which some 4-gram (of BLEU's tokens) occurs twice."""
    return sum(_loops(metric.tokenizer(sentence).split()) for sentence in sentences) / max(1, len(sentences))


def _loops(tokens: list[str]) -> bool:
    seen = Counter(zip(tokens, tokens[1:], tokens[2:], tokens[3:], strict=False))
    return any(count > 1 for count in seen.values())


def fluency(results: Results) -> list[Fluency]:
    """Loops, truncated and empty outputs of every unpruned model, greedy, on the first test set."""
    frame = results.scores
    here = frame[(frame["test_set"] == next(iter(results.test_sets), "")) & (frame["decoding"] == "greedy")]
    if here.empty:
        return []
    by_path = {row["path"]: {str(key): row[key] for key in row} for row in here.to_dict("records")}
    test_set, references = results.test_sets[0], results.sides(results.test_sets[0])["tgt"]
    metric = significance.bleu_metric(here["bleu_signature"].iloc[0])
    reference_loops, own_metric = loop_share(references, metric), results.metric(test_set).name
    return [
        Fluency(
            system=system,
            score=by_path[system.path][own_metric],
            metric=own_metric,
            loops=loop_share(results.translations(system.path, test_set, "greedy", len(references)), metric),
            reference_loops=reference_loops,
            truncated=_share(by_path[system.path], "truncated"),
            empty=_share(by_path[system.path], "empty"),
        )
        for system in results.systems
        if system.kind != "pruned" and system.path in by_path
    ]


def _share(row: dict[str, Any], column: str) -> float:
    count = row.get(column)
    return 0.0 if count is None or np.isnan(count) else float(count) / max(1, row["sentences"])


def remarks_on_fluency(found: list[Fluency], settings: ReportSettings) -> list[str]:
    """What a reader must be told before reading the outputs; empty where all is well."""
    below = settings.fluent_bleu
    weak = [f"{_name(one)} {_apart(one.score, below)}" for one in found if one.is_weak_teacher(below)]
    loops = [f"{_name(one)} {percent(one.loops)}" for one in found if one.loops > one.reference_loops + LOOPS]
    cut = [f"{_name(one)} {percent(one.truncated, 1)}" for one in found if one.truncated > CUT]
    empty = [f"{_name(one)} {percent(one.empty, 1)}" for one in found if one.empty > CUT]
    of_references = percent(found[0].reference_loops) if found else ""
    remarks = [
        (
            weak,
            f"What these models write is often not fluent or not faithful: teacher BLEU below {settings.fluent_bleu:g}",
        ),
        (
            loops,
            f"Outputs that repeat themselves, some four of BLEU’s tokens coming twice (references: {of_references})",
        ),
        (cut, "Outputs cut off at the length limit"),
        (empty, "Empty outputs"),
    ]
    return [f"{words}: {', '.join(names)}." for names, words in remarks if names]


def _apart(value: float, bound: float) -> str:
    """A number with as many decimals as keep it from being rounded to a bound that it is not."""
    return number(value, telling_digits([value - bound]))


def _name(one: Fluency) -> str:
    return one.system.label if one.system.seed == 1 else f"{one.system.label} (seed {one.system.seed})"


def remarks_on_overfitting(results: Results) -> list[str]:
    """Teachers that translate their own training set far better than new text."""
    remarks = []
    for system in results.systems:
        facts = results.facts(f"{system.path}/manifest.json")
        metric: MetricName = facts.get("chosen_by", "bleu")
        train, dev = facts.get(f"train_{metric}"), facts.get(f"dev_{metric}")
        if system.kind == "teacher" and train is not None and dev is not None and train - dev > OVERFIT:
            remarks.append(
                f"The teacher {system.label} (seed {system.seed}) has {LABELS[metric]} {train:.1f} on its own training "
                f"set and {dev:.1f} on dev: Seq-KD targets then mostly repeat the references."
            )
    return remarks


def remarks_on_gap(found: list[Fluency]) -> list[str]:
    """Baselines that are about as good as a teacher from whom others of their size learn: nothing is left to learn."""
    by_system: dict[str, list[float]] = {}
    for one in found:
        by_system.setdefault(one.system.system, []).append(one.score)
    means = {name: float(np.mean(scores)) for name, scores in by_system.items()}
    label = LABELS[found[0].metric] if found else ""
    systems, remarks = [one.system for one in found], []
    for model, models in baselines(systems).items():
        name = models[0].system
        taught = [one.teacher for one in systems if one.kind == "student" and one.model == model]
        for teacher in dict.fromkeys(taught):
            if teacher in means and means[teacher] - means[name] < GAP:
                remarks.append(
                    f"There is little to hand on: {name}, which has no teacher, reaches {label} {means[name]:.1f}, the "
                    f"teacher {teacher} {means[teacher]:.1f}. Train the teacher for longer or take smaller students "
                    "before comparing ways of distilling."
                )
    return remarks


def examples(results: Results, settings: ReportSettings, decoding: str) -> list[Example]:
    """The test sentences at the median sentence BLEU of the first model's output (the first teacher's, as a rule).

    Nearest to the median first, ties by line number; shown in the order of the test set. One seed of each system.
    """
    models = _shown(results, decoding)
    if not models or not settings.examples:
        return []
    test_set = results.test_sets[0]
    sides = results.sides(test_set)
    signature = results.scores[results.scores["path"] == models[0].path]["bleu_signature"].iloc[0]
    metric = significance.bleu_metric(signature, effective_order=True)
    outputs = [results.translations(model.path, test_set, decoding, len(sides["tgt"])) for model in models]
    ranking = [_sentence_bleu(metric, *pair) for pair in zip(outputs[0], sides["tgt"], strict=True)]
    return [
        Example(
            index=index,
            source=sides["src"][index],
            reference=sides["tgt"][index],
            outputs=[
                (model.label, output[index], _sentence_bleu(metric, output[index], sides["tgt"][index]))
                for model, output in zip(models, outputs, strict=True)
            ],
        )
        for index in nearest_the_median(ranking, settings.examples)
    ]


def nearest_the_median(values: list[float], count: int) -> list[int]:
    """Indices of the ``count`` values nearest to the median, ties by index, in ascending order."""
    median = float(np.median(values))
    order = sorted(range(len(values)), key=lambda index: (abs(values[index] - median), index))
    return sorted(order[:count])


def _sentence_bleu(metric: BLEU, hypothesis: str, reference: str) -> float:
    return float(metric.sentence_score(hypothesis, [reference]).score)


def _shown(results: Results, decoding: str) -> list[System]:
    """The first seed of every unpruned system scored on the first test set; a teacher, if there is one, first."""
    frame = results.scores
    here = frame[(frame["test_set"] == next(iter(results.test_sets), "")) & (frame["decoding"] == decoding)]
    firsts: dict[str, System] = {}
    for system in results.systems:
        if system.kind != "pruned" and system.path in set(here["path"]):
            firsts.setdefault(system.system, system)
    return sorted(firsts.values(), key=lambda system: system.kind != "teacher")
