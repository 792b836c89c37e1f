"""The statements of Zhang et al. 2023, TIE-KD. BLEU is with a beam, as in the paper."""

import math
from collections.abc import Iterator
from contextlib import suppress

import numpy as np

from seqkd.analysis import student_t
from seqkd.analysis.hypothesis import Hypothesis, SystemNotFound
from seqkd.analysis.papers.estimate import Estimate
from seqkd.analysis.papers.measurement import Measurement, as_good, expect_above, more, prerequisite
from seqkd.analysis.papers.run_measurements import RunMeasurements
from seqkd.analysis.papers.system_index import Models

SAME = 0.5
"""BLEU that counts as equal."""
MIN_TEACHERS = 3
"""Teachers that T7 needs."""


def _word_kd(run: RunMeasurements, teacher: str = "") -> Models:
    return run.index.student(("nll", "word-kd"), teacher=teacher)


def _tie_kd(run: RunMeasurements, teacher: str = "", targets: str = "gold") -> Models:
    return run.index.student(("nll", "tie-kd"), targets, teacher=teacher, iterations=2)


def first_choice_explains(run: RunMeasurements) -> Iterator[Measurement]:
    """T1."""
    top1, without = (run.index.student(("nll", name)) for name in ("top1-kd", "no-top1-kd"))
    yield prerequisite(run, _word_kd(run), run.index.baseline(), run.beam)
    yield as_good(run, top1, _word_kd(run), SAME, run.beam)
    yield more(run, _word_kd(run), without, run.beam)
    yield more(run, without, run.index.baseline(), run.beam, least=None)


def others_add_little(run: RunMeasurements) -> Iterator[Measurement]:
    """T2."""
    top1 = run.index.student(("nll", "top1-kd"))
    size = run.index.student(("nll", "topk-kd"))[0].model
    for models in [*run.index.students(("nll", "topk-kd"), size=size), _word_kd(run)]:
        yield as_good(run, models, top1, SAME, run.beam)


def choices_are_references(run: RunMeasurements) -> Iterator[Measurement]:
    """T3."""
    teacher, text = run.index.teacher()[:1], run.text
    share = run.column(teacher, "top1_agreement").value
    reach = math.nan
    if text.is_sufficient:
        error = 0.5 / math.sqrt(text.effective)
        reach = error * student_t.quantile(run.settings.confidence, text.effective - 1)
    first_choices = f"share of reference words that are the first choice of {teacher[0].label}, on test text"
    words = f"{first_choices} (more than 0.5; the interval takes one of the {text.unit} for a word)"
    yield expect_above(words, Estimate(np.array([share]), None, (share - reach, share + reach)), 0.5, 3)


def agreement_tells_bleu(run: RunMeasurements) -> Iterator[Measurement]:
    """T4."""
    agreement = run.correlation("ta_rate")
    yield expect_above("rank correlation of TA rate and BLEU over runs", agreement)
    like_baseline = run.correlation("ta_rate", only_like_baseline=True)
    yield Measurement("the same over runs on references, from scratch", like_baseline)
    for column, words in (("top5_edit_distance", "edit"), ("top5_rank_distance", "rank")):
        distance = run.correlation(column)
        yield Measurement(f"rank correlation of the top-5 {words} distance and BLEU", distance)
        yield expect_above("the first less the size of this one", agreement - abs(distance))


def better_than_word_kd(run: RunMeasurements) -> Iterator[Measurement]:
    """T5."""
    yield more(run, _tie_kd(run), _word_kd(run), run.beam)
    ranking = run.index.student(("nll", "tie-kd"), iterations=1)
    yield more(run, ranking, _word_kd(run), run.beam)
    yield more(run, _tie_kd(run), ranking, run.beam, least=None)


def one_point(run: RunMeasurements) -> Iterator[Measurement]:
    """T6."""
    yield more(run, _tie_kd(run), run.index.baseline(), run.beam, least=0.5)


def robust_to_the_teacher(run: RunMeasurements) -> Iterator[Measurement]:
    """T7."""
    students: dict[str, tuple[Models, Models]] = {}
    for teacher in run.index.teachers:
        with suppress(SystemNotFound):
            students[teacher] = _tie_kd(run, teacher), _word_kd(run, teacher)
    if len(students) < MIN_TEACHERS:
        raise SystemNotFound(f"TIE-KD and Word-KD have fewer than {MIN_TEACHERS} teachers")
    for tie_kd, word_kd in students.values():
        yield more(run, tie_kd, word_kd, run.beam)
    weakest = min(students, key=lambda teacher: run.bleu(run.index.teacher(teacher), run.beam).value)
    yield more(run, students[weakest][0], run.index.teacher(weakest), run.beam)


def stacks(run: RunMeasurements) -> Iterator[Measurement]:
    """T8."""
    both = _tie_kd(run, targets="seq-kd")
    yield more(run, both, run.index.student(("nll",), "seq-kd"), run.beam)
    yield more(run, both, _tie_kd(run), run.beam)


HYPOTHESES = [
    Hypothesis(
        "T1", "The teacher's first choice explains what Word-KD gains", "no figures known",
        "the first choice alone within 0.5 BLEU of Word-KD, and Word-KD better than without it and than nothing",
        first_choice_explains),
    Hypothesis(
        "T2", "Further choices add little to the first", "no figures known",
        "more choices, and all of them, within 0.5 BLEU of the first alone", others_add_little),
    Hypothesis(
        "T3", "Most first choices of the teacher are the references", "68 to 94 %", "more than half",
        choices_are_references),
    Hypothesis(
        "T4", "The TA rate goes with BLEU, the distances of the lists do not", "no figures known",
        "rank correlation > 0 and larger than theirs", agreement_tells_bleu),
    Hypothesis(
        "T5", "TIE-KD is better than Word-KD, and each of its parts helps", "+0.22 and +0.25 for a part alone",
        "both differences > 0; iterations alone cannot be written", better_than_word_kd),
    Hypothesis(
        "T6", "TIE-KD gains about 1 BLEU on no distillation", "+1.04, +0.60, +1.11", "more than 0.5 BLEU", one_point),
    Hypothesis(
        "T7", "TIE-KD is robust to the gap in size, and surpasses a weak teacher", "no figures known",
        "better than Word-KD under three teachers, and better than the weakest of them", robust_to_the_teacher),
    Hypothesis("T8", "TIE-KD and Seq-KD add up", "no figures known", "better than each alone", stacks),
]  # fmt: skip
