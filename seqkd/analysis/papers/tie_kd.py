"""The statements of Zhang et al. 2023, TIE-KD. BLEU is with a beam, as in the paper."""

import math
from collections.abc import Iterator

import numpy as np

from seqkd.analysis.papers.system_index import Missing, Models
from seqkd.analysis.papers.measurement import Claim, Part, as_good, given, more
from seqkd.analysis.papers.evidence import Evidence
from seqkd.analysis.papers.estimate import Quantity, above
from seqkd.analysis import student_t

SAME = 0.5
"""BLEU that counts as equal."""
SIZES = 3
"""Teachers that make a sweep."""


def _word_kd(run: Evidence, teacher: str = "") -> Models:
    return run.cast.student(("nll", "word-kd"), teacher=teacher)


def _tie_kd(run: Evidence, teacher: str = "", targets: str = "gold") -> Models:
    return run.cast.student(("nll", "tie-kd"), targets, teacher=teacher, iterations=2)


def first_choice_explains(run: Evidence) -> Iterator[Part]:
    """T1."""
    top1, without = (run.cast.student(("nll", name)) for name in ("top1-kd", "no-top1-kd"))
    yield given(run, _word_kd(run), run.cast.baseline(), run.beam)
    yield as_good(run, top1, _word_kd(run), SAME, run.beam)
    yield more(run, _word_kd(run), without, run.beam)
    yield more(run, without, run.cast.baseline(), run.beam, least=None)


def others_add_little(run: Evidence) -> Iterator[Part]:
    """T2."""
    top1 = run.cast.student(("nll", "top1-kd"))
    size = run.cast.student(("nll", "topk-kd"))[0].model
    for models in [*run.cast.students(("nll", "topk-kd"), size=size), _word_kd(run)]:
        yield as_good(run, models, top1, SAME, run.beam)


def choices_are_references(run: Evidence) -> Iterator[Part]:
    """T3."""
    teacher = run.cast.teacher()[:1]
    share = run.column(teacher, "top1_agreement").value
    text, confidence = run.text, run.settings.confidence
    error = 0.5 / math.sqrt(text.effective)
    reach = error * student_t.quantile(confidence, text.effective - 1) if text.is_enough else math.nan
    found = Quantity(np.array([share]), None, (share - reach, share + reach))
    words = (
        f"share of reference words that are the first choice of {teacher[0].label}, on test text (more than 0.5; the"
    )
    yield Part(f"{words} interval takes one of the {text.unit} for a word)", found, above(found, 0.5), 3)


def agreement_tells_bleu(run: Evidence) -> Iterator[Part]:
    """T4."""
    agreement = run.correlation("ta_rate")
    yield Part("rank correlation of TA rate and BLEU over runs", agreement, above(agreement, 0.0))
    alike = run.correlation("ta_rate", like_baseline=True)
    yield Part("the same over runs on references, from nothing", alike)
    for name, words in (("top5_edit_distance", "edit"), ("top5_rank_distance", "rank")):
        other = run.correlation(name)
        yield Part(f"rank correlation of the top-5 {words} distance and BLEU", other)
        found = agreement - abs(other)
        yield Part("the first less the size of this one", found, above(found, 0.0))


def better_than_word_kd(run: Evidence) -> Iterator[Part]:
    """T5."""
    yield more(run, _tie_kd(run), _word_kd(run), run.beam)
    ranking = run.cast.student(("nll", "tie-kd"), iterations=1)
    yield more(run, ranking, _word_kd(run), run.beam)
    yield more(run, _tie_kd(run), ranking, run.beam, least=None)


def one_point(run: Evidence) -> Iterator[Part]:
    """T6."""
    yield more(run, _tie_kd(run), run.cast.baseline(), run.beam, least=0.5)


def robust_to_the_teacher(run: Evidence) -> Iterator[Part]:
    """T7."""
    taught = []
    for teacher in run.cast.teachers:
        try:
            taught.append((teacher, _tie_kd(run, teacher), _word_kd(run, teacher)))
        except Missing:
            continue
    if len(taught) < SIZES:
        raise Missing(f"TIE-KD and Word-KD have fewer than {SIZES} teachers")
    for _, tie, word in taught:
        yield more(run, tie, word, run.beam)
    weakest = min(taught, key=lambda one: run.bleu(run.cast.teacher(one[0]), run.beam).value)
    yield more(run, weakest[1], run.cast.teacher(weakest[0]), run.beam)


def stacks(run: Evidence) -> Iterator[Part]:
    """T8."""
    both = _tie_kd(run, targets="seq-kd")
    yield more(run, both, run.cast.student(("nll",), "seq-kd"), run.beam)
    yield more(run, both, _tie_kd(run), run.beam)


CLAIMS = [
    Claim("T1", "The teacher's first choice explains what Word-KD gains", "no figures known",
          "the first choice alone within 0.5 BLEU of Word-KD, and Word-KD better than without it and than nothing",
          first_choice_explains),
    Claim("T2", "Further choices add little to the first", "no figures known",
          "more choices, and all of them, within 0.5 BLEU of the first alone", others_add_little),
    Claim("T3", "Most first choices of the teacher are the references", "68 to 94 %", "more than half",
          choices_are_references),
    Claim("T4", "The TA rate goes with BLEU, the distances of the lists do not", "no figures known",
          "rank correlation > 0 and larger than theirs", agreement_tells_bleu),
    Claim("T5", "TIE-KD is better than Word-KD, and each of its parts helps", "+0.22 and +0.25 for a part alone",
          "both differences > 0; iterations alone cannot be written", better_than_word_kd),
    Claim("T6", "TIE-KD gains about 1 BLEU on no distillation", "+1.04, +0.60, +1.11", "more than 0.5 BLEU", one_point),
    Claim("T7", "TIE-KD is robust to the gap in size, and surpasses a weak teacher", "no figures known",
          "better than Word-KD under three teachers, and better than the weakest of them", robust_to_the_teacher),
    Claim("T8", "TIE-KD and Seq-KD add up", "no figures known", "better than each alone", stacks),
]  # fmt: skip
