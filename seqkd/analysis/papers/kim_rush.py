"""The statements of Kim & Rush 2016, table 1 to 3. Published figures are English-German, two layers of 500."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from seqkd.analysis.papers.system_index import Missing, Models
from seqkd.analysis.papers.measurement import Claim, Part, control, more, supposed
from seqkd.analysis.papers.evidence import Evidence
from seqkd.analysis.papers.estimate import Quantity, above, largest, within

BOTH = ("nll", "word-kd")
SAME = 0.5
"""BLEU that counts as equal."""


def _word_kd(run: Evidence, size: str = "") -> Models:
    return run.cast.student(BOTH, size=size)


def _seq_kd(run: Evidence, size: str = "") -> Models:
    return run.cast.student(("nll",), "seq-kd", size=size)


def _together(run: Evidence, size: str = "") -> Models:
    return run.cast.student(BOTH, "seq-kd", size=size)


def _seq_inter(run: Evidence) -> Models:
    return run.cast.student(("nll",), "seq-inter", start=_seq_kd(run)[0].system)


def small_gain(run: Evidence) -> Iterator[Part]:
    """K1."""
    greedy, beam = (more(run, _word_kd(run), run.cast.baseline(), one, least=None) for one in ("greedy", run.beam))
    yield greedy
    yield more(run, _word_kd(run), run.cast.baseline(), run.beam, least=-0.2)
    difference = greedy.found - beam.found
    yield Part("the gain with greedy search less that with a beam, BLEU", difference, above(difference, 0.0))


def sequences_beat_words(run: Evidence) -> Iterator[Part]:
    """K2."""
    yield more(run, _seq_kd(run), _word_kd(run))


def gap_vanishes(run: Evidence) -> Iterator[Part]:
    """K3."""
    base, taught = (_gap(run, models) for models in (run.cast.baseline(), _seq_kd(run)))
    yield Part("what a beam adds to the baseline, BLEU", base, supposed(above(base, 0.0)))
    yield Part("what it adds to the Seq-KD student, BLEU", taught)
    halved = base * 0.5 - abs(taught)
    yield Part("half of the former less the size of the latter, BLEU", halved, above(halved, 0.0))


def _gap(run: Evidence, models: Models) -> Quantity:
    return run.bleu(models, run.beam) - run.bleu(models)


def greedy_is_enough(run: Evidence) -> Iterator[Part]:
    """K4."""
    greedy = run.bleu(_seq_kd(run))
    base = greedy - run.bleu(run.cast.baseline(), run.beam)
    yield Part("Seq-KD, greedy, less the baseline with a beam, BLEU", base, above(base, 0.0))
    teacher = greedy - run.bleu(run.cast.teacher(), run.beam)
    yield Part("Seq-KD, greedy, less the teacher with a beam, BLEU (more than −1)", teacher, above(teacher, -1.0))


def ten_times_as_fast(run: Evidence) -> Iterator[Part]:
    """K5."""
    for batching in dict.fromkeys(run.results.speed["batching"]):
        ratio = run.speed(_seq_kd(run), batching)
        yield Part(f"speed of the greedy student over the teacher with a beam, {batching}", ratio, above(ratio, 10.0))


def mode_mass_jumps(run: Evidence) -> Iterator[Part]:
    """K6."""
    base, taught = (run.column(models, "mode_mass") for models in (run.cast.baseline(), _seq_kd(run)))
    yield Part("p(t = ŷ) of the baseline", base, digits=4)
    yield Part("p(t = ŷ) of the Seq-KD student", taught, digits=4)
    ratio = taught / base
    yield Part("their ratio, seed by seed (more than 3)", ratio, above(ratio, 3.0))


def perplexity_rises(run: Evidence) -> Iterator[Part]:
    """K7."""
    found = run.column(_seq_kd(run), "gold_ppl") - run.column(run.cast.baseline(), "gold_ppl")
    yield Part("perplexity on references, Seq-KD less baseline", found, above(found, 0.0))
    yield more(run, _seq_kd(run), run.cast.baseline())


def interpolation_adds(run: Evidence) -> Iterator[Part]:
    """K8."""
    yield more(run, _seq_inter(run), _seq_kd(run), run.beam)
    yield more(run, _seq_inter(run), _seq_kd(run), least=None)
    yield from control(run, _seq_inter(run), _seq_kd(run), run.beam)


def teacher_gains(run: Evidence) -> Iterator[Part]:
    """K9."""
    teacher = run.cast.teacher()
    own = run.cast.student(("nll",), "seq-inter", start=teacher[0].system)
    yield more(run, own, teacher)
    yield more(run, own, teacher, run.beam, least=None)


def complementary(run: Evidence) -> Iterator[Part]:
    """K10."""
    sizes = []
    for size in run.cast.sizes:
        with suppress(Missing):
            sizes.append((_both(run, size), size))
    sizes.sort(key=lambda one: run.column(run.cast.baseline(one[1]), "parameters").value)
    if len(sizes) < 2:
        raise Missing("fewer than two sizes of student learn by Word-KD, by Seq-KD and by both")
    for models, size in sizes:
        for alone in (_seq_kd(run, size), _word_kd(run, size)):
            yield more(run, models, alone, least=0.0 if size == sizes[0][1] else None)
            yield more(run, models, alone, run.beam, least=None)
    small, large = (_surplus(run, size) for size in (sizes[0][1], sizes[-1][1]))
    found = small - large
    yield Part(f"both less the better alone, {sizes[0][1]}, greedy, BLEU", small)
    yield Part(f"both less the better alone, {sizes[-1][1]}, greedy, BLEU", large)
    yield Part("the former less the latter", found, above(found, 0.0))


def _both(run: Evidence, size: str) -> Models:
    """Seq-KD + Word-KD, where each stands alone too."""
    _seq_kd(run, size), _word_kd(run, size)
    return _together(run, size)


def _surplus(run: Evidence, size: str) -> Quantity:
    """What both together add to the better of the two, BLEU of greedy search."""
    return run.bleu(_both(run, size)) - largest([run.bleu(one(run, size)) for one in (_seq_kd, _word_kd)])


def _pruned_student(run: Evidence, preferred: Sequence[Callable[[Evidence], Models]]) -> Models:
    """The first of these students that is pruned."""
    for found in preferred:
        try:
            if run.cast.sparsities(found(run)):
                return found(run)
        except Missing:
            continue
    raise Missing("no student of Seq-KD is pruned")


def little_lost(run: Evidence) -> Iterator[Part]:
    """K11."""
    whole = _pruned_student(run, (_seq_inter, _seq_kd))
    yield more(run, run.cast.pruned(whole, 0.8), whole, run.beam, least=-SAME)
    yield from control(run, run.cast.pruned(whole, 0.8), whole, run.beam)
    yield _weights(run, run.cast.pruned(whole, 0.8))


def more_lost(run: Evidence) -> Iterator[Part]:
    """K12."""
    whole = _pruned_student(run, (_seq_inter, _seq_kd))
    for retrained in (False, True):
        for sparsity in run.cast.sparsities(whole):
            yield more(run, run.cast.pruned(whole, sparsity, retrained), whole, run.beam, least=None)
    yield more(run, run.cast.pruned(whole, 0.9), run.cast.teacher(), run.beam, least=-1.5)
    yield _weights(run, run.cast.pruned(whole, 0.9))


def _weights(run: Evidence, models: Models) -> Part:
    own, all_of_teacher = run.column(models, "nonzero_parameters"), run.column(run.cast.teacher(), "parameters")
    return Part("the teacher's weights over those left", Quantity(all_of_teacher.seeds.mean() / own.seeds))


def orthogonal(run: Evidence) -> Iterator[Part]:
    """K13."""
    taught, base = _pruned_student(run, (_seq_kd, _seq_inter)), run.cast.baseline()
    for sparsity in run.cast.sparsities(taught):
        one, other = (
            more(run, run.cast.pruned(whole, sparsity), whole, run.beam, least=None) for whole in (taught, base)
        )
        found = one.found - other.found
        words = f"what {100 * sparsity:g} % pruning costs {taught[0].label} less what it costs {base[0].label}, BLEU"
        yield Part(f"{words} (within ±{SAME:g})", found, within(found, SAME))


CLAIMS = [
    Claim("K1", "Word-KD gives a small gain, mostly for greedy search", "+0.7 greedy, +0.1 beam",
          "gain greedy ≥ gain with beam > −0.2", small_gain),
    Claim("K2", "Seq-KD gains far more than Word-KD under greedy search", "+4.2 against +0.7",
          "Seq-KD less Word-KD > 0", sequences_beat_words),
    Claim("K3", "After Seq-KD greedy search is nearly as good as a beam", "2.9 without, 0.1 with",
          "the gap shrinks to less than half", gap_vanishes),
    Claim("K4", "The greedy Seq-KD student beats the baseline with a beam and comes near the teacher's", "18.9 against "
          "17.6 and 19.5", "above the baseline with beam, less than 1 BLEU below the teacher with beam",
          greedy_is_enough),
    Claim("K5", "... at about ten times the speed", "1051 against 102 words a second", "ratio ≥ 10", ten_times_as_fast),
    Claim("K6", "The mass on the own greedy output jumps", "0.9 % to 16.9 %", "at least three times", mode_mass_jumps),
    Claim("K7", "Perplexity on references rises while BLEU rises", "8.2 to 22.7, +4.2 BLEU", "both differences > 0",
          perplexity_rises),
    Claim("K8", "Seq-Inter adds to Seq-KD, mainly with a beam", "19.0 to 19.3", "difference with beam > 0",
          interpolation_adds),
    Claim("K9", "Seq-Inter makes the teacher itself better under greedy search", "", "difference > 0", teacher_gains),
    Claim("K10", "Word-KD and Seq-KD are complementary, most for the smallest students", "",
          "both above each alone for the smallest size, and by more than for the largest", complementary),
    Claim("K11", "Pruning by 80 % with retraining costs little", "−0.4 to the teacher, 13 times fewer weights",
          "within 0.5 BLEU of the unpruned student", little_lost),
    Claim("K12", "Pruning by 90 % costs about 1 BLEU", "−1.0 to the teacher, 26 times fewer weights",
          "less than 1.5 BLEU below the teacher", more_lost),
    Claim("K13", "Pruning and distillation are orthogonal", "", "equal costs for both students, within 0.5 BLEU",
          orthogonal),
]  # fmt: skip
