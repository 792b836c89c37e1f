"""What a reader must know before any verdict of the page: why there is none, what it leaves out, and weak models."""

from collections.abc import Sequence

import numpy as np

from seqkd.analysis.comparisons import Comparison
from seqkd.analysis.minimums import MINIMUM
from seqkd.analysis.number_format import number, percent, telling_digits
from seqkd.analysis.pairings import baselines
from seqkd.analysis.results import Results
from seqkd.analysis.scored_model import ScoredModel
from seqkd.analysis.settings import ReportSettings
from seqkd.report.fluency import Fluency
from seqkd.report.sections import TestSet
from seqkd.scoring.primary_metric import LABELS, MetricName

OVERLAP = 0.02
"""Share of test pairs seen in training above which the page says so."""
LOOPS = 0.05
"""By how much the share of repetitive outputs may exceed that of the references."""
CUT = 0.02
"""Share of truncated or of empty outputs above which the page says so."""
OVERFIT = 10.0
"""BLEU or chrF by which a teacher may be better on its training set than on dev."""
GAP = 1.0
"""BLEU or chrF by which a teacher must be better than the baseline."""


def remarks_on_size(test_sets: Sequence[TestSet]) -> list[str]:
    """Test sets that are too small, or have too few documents, for an interval."""
    return [
        f"{test_set.name}: {reason}. So there is no interval and no verdict."
        for test_set in test_sets
        if (reason := _why_too_small(test_set))
    ]


def _why_too_small(test_set: TestSet) -> str:
    text = test_set.text
    if test_set.sentences < MINIMUM["sentences"]:
        return f"{_counted(test_set.sentences, 'sentence')}, at least {MINIMUM['sentences']} are needed"
    if text.is_sufficient:
        return ""
    if text.count < MINIMUM["documents"]:
        minimum = f"at least {MINIMUM['documents']} are needed"
        return f"{_counted(text.count, 'document')}, {minimum}, since sentences of one document depend on each other"
    return f"one of its {text.count} {text.unit} is most of the text"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count != 1 else ''}"


def remarks_on_baselines(models: list[ScoredModel]) -> list[str]:
    """Students that have nothing of their size to be compared with."""
    sizes = {*baselines(models), *(model.model for model in models if model.kind == "teacher")}
    names = dict.fromkeys(model.system for model in models if model.kind == "student" and model.model not in sizes)
    if not names:
        return []
    return [
        f"No baseline of their size, so no gain and no verdict: {', '.join(names)}. A baseline is a student with "
        "`targets: gold`, `loss: nll` and no `init_from`."
    ]


def remarks_on_seeds(family: list[Comparison]) -> list[str]:
    """Primary comparisons of unequal seeds."""
    return [
        f"{comparison.system} has other seeds ({_listed(comparison.seeds)}) than {comparison.against} "
        f"({_listed(comparison.against_seeds)}): the difference is that of the means over all seeds of each, without "
        "pairing."
        for comparison in family
        if comparison.seeds != comparison.against_seeds
    ]


def _listed(seeds: str) -> str:
    return ", ".join(seeds.split())


def remarks_on_overlap(test_sets: Sequence[TestSet]) -> list[str]:
    """Test sets that the models have partly seen in training."""
    return [
        f"{test_set.name}: {percent(test_set.overlap / test_set.sentences)} of its pairs have a side in the training "
        "text; BLEU without them is in scores.csv, bleu_without_overlap."
        for test_set in test_sets
        if test_set.overlap > OVERLAP * test_set.sentences
    ]


def remarks_on_metric(results: Results) -> list[str]:
    """Test sets on which BLEU is undefined."""
    scored = set(results.scores["test_set"])
    reasons = {name: results.metric(name).reason for name in results.test_sets if name in scored}
    return [f"{name}: {reason}. All comparisons on it are in chrF." for name, reason in reasons.items() if reason]


def remarks_on_fluency(fluencies: list[Fluency], settings: ReportSettings) -> list[str]:
    """Models whose outputs are poor, by kind of fault; empty where all is well."""
    bound = settings.min_teacher_bleu
    weak = [f"{_name(item)} {_away_from(item.score, bound)}" for item in fluencies if item.is_weak_teacher(bound)]
    loops = [f"{_name(item)} {percent(item.loops)}" for item in fluencies if item.loops > item.reference_loops + LOOPS]
    truncated = [f"{_name(item)} {percent(item.truncated, 1)}" for item in fluencies if item.truncated > CUT]
    empty = [f"{_name(item)} {percent(item.empty, 1)}" for item in fluencies if item.empty > CUT]
    of_references = percent(fluencies[0].reference_loops) if fluencies else ""
    remarks = {
        f"What these models write is often not fluent or not faithful: teacher BLEU below {bound:g}": weak,
        f"Outputs that repeat themselves (a 4-gram of BLEU’s tokens occurs twice; references: {of_references})": loops,
        "Outputs cut off at the length limit": truncated,
        "Empty outputs": empty,
    }
    return [f"{words}: {', '.join(names)}." for words, names in remarks.items() if names]


def _away_from(value: float, bound: float) -> str:
    """A number with as many decimals as keep it from being rounded to a bound that it is not."""
    return number(value, telling_digits([value - bound]))


def _name(item: Fluency) -> str:
    return item.model.label if item.model.seed == 1 else f"{item.model.label} (seed {item.model.seed})"


def remarks_on_gap(fluencies: list[Fluency]) -> list[str]:
    """Baselines about as good as a teacher from which others of their size learn: there is nothing left to learn."""
    by_system: dict[str, list[float]] = {}
    for item in fluencies:
        by_system.setdefault(item.model.system, []).append(item.score)
    means = {name: float(np.mean(scores)) for name, scores in by_system.items()}
    label = LABELS[fluencies[0].metric] if fluencies else ""
    models, remarks = [item.model for item in fluencies], []
    for size, seeds in baselines(models).items():
        name = seeds[0].system
        teachers = [model.teacher for model in models if model.kind == "student" and model.model == size]
        for teacher in dict.fromkeys(teachers):
            if teacher in means and means[teacher] - means[name] < GAP:
                remarks.append(
                    f"There is little to distil: {name}, which has no teacher, reaches {label} {means[name]:.1f}, the "
                    f"teacher {teacher} {means[teacher]:.1f}. Train the teacher for longer or take smaller students "
                    "before comparing ways of distilling."
                )
    return remarks


def remarks_on_overfitting(results: Results) -> list[str]:
    """Teachers that translate their own training set far better than new text."""
    remarks = []
    for model in results.models:
        facts = results.model_facts(model)
        metric: MetricName = facts.get("chosen_by", "bleu")
        train, dev = facts.get(f"train_{metric}"), facts.get(f"dev_{metric}")
        if model.kind == "teacher" and train is not None and dev is not None and train - dev > OVERFIT:
            remarks.append(
                f"The teacher {model.label} (seed {model.seed}) has {LABELS[metric]} {train:.1f} on its own training "
                f"set and {dev:.1f} on dev: Seq-KD targets then mostly repeat the references."
            )
    return remarks
