"""The statements of Kim & Rush 2016, table 1 to 3. Published figures are English-German, two layers of 500."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from seqkd.analysis.hypothesis import Hypothesis, SystemNotFound
from seqkd.analysis.papers.estimate import Estimate, above, largest, within
from seqkd.analysis.papers.measurement import Measurement, control, expect_above, more, never_contradicting
from seqkd.analysis.papers.run_measurements import RunMeasurements
from seqkd.analysis.papers.system_index import Models

BOTH = ("nll", "word-kd")
SAME = 0.5
"""BLEU that counts as equal."""


def _word_kd(run: RunMeasurements, size: str = "") -> Models:
    return run.index.student(BOTH, size=size)


def _seq_kd(run: RunMeasurements, size: str = "") -> Models:
    return run.index.student(("nll",), "seq-kd", size=size)


def _seq_inter(run: RunMeasurements) -> Models:
    return run.index.student(("nll",), "seq-inter", init_from=_seq_kd(run)[0].system)


def small_gain(run: RunMeasurements) -> Iterator[Measurement]:
    """K1."""
    student, baseline = _word_kd(run), run.index.baseline()
    greedy = more(run, student, baseline, least=None)
    beam = more(run, student, baseline, run.beam, least=-0.2)
    yield greedy
    yield beam
    difference = greedy.estimate - beam.estimate
    yield expect_above("the gain with greedy search less that with a beam, BLEU", difference)


def sequences_beat_words(run: RunMeasurements) -> Iterator[Measurement]:
    """K2."""
    yield more(run, _seq_kd(run), _word_kd(run))


def gap_vanishes(run: RunMeasurements) -> Iterator[Measurement]:
    """K3."""
    baseline, student = (
        run.bleu(models, run.beam) - run.bleu(models) for models in (run.index.baseline(), _seq_kd(run))
    )
    yield Measurement("what a beam adds to the baseline, BLEU", baseline, never_contradicting(above(baseline, 0.0)))
    yield Measurement("what it adds to the Seq-KD student, BLEU", student)
    yield expect_above("half of the former less the size of the latter, BLEU", baseline * 0.5 - abs(student))


def greedy_is_enough(run: RunMeasurements) -> Iterator[Measurement]:
    """K4."""
    greedy = run.bleu(_seq_kd(run))
    over_baseline = greedy - run.bleu(run.index.baseline(), run.beam)
    yield expect_above("Seq-KD, greedy, less the baseline with a beam, BLEU", over_baseline)
    over_teacher = greedy - run.bleu(run.index.teacher(), run.beam)
    yield expect_above("Seq-KD, greedy, less the teacher with a beam, BLEU (more than −1)", over_teacher, -1.0)


def ten_times_as_fast(run: RunMeasurements) -> Iterator[Measurement]:
    """K5."""
    for batching in dict.fromkeys(run.results.speed["batching"]):
        ratio = run.speed(_seq_kd(run), batching)
        yield expect_above(f"speed of the greedy student over the teacher with a beam, {batching}", ratio, 10.0)


def mode_mass_jumps(run: RunMeasurements) -> Iterator[Measurement]:
    """K6."""
    baseline, student = (run.column(models, "mode_mass") for models in (run.index.baseline(), _seq_kd(run)))
    yield Measurement("p(t = ŷ) of the baseline", baseline, digits=4)
    yield Measurement("p(t = ŷ) of the Seq-KD student", student, digits=4)
    yield expect_above("their ratio, seed by seed (more than 3)", student / baseline, 3.0)


def perplexity_rises(run: RunMeasurements) -> Iterator[Measurement]:
    """K7."""
    difference = run.column(_seq_kd(run), "gold_ppl") - run.column(run.index.baseline(), "gold_ppl")
    yield expect_above("perplexity on references, Seq-KD less baseline", difference)
    yield more(run, _seq_kd(run), run.index.baseline())


def interpolation_adds(run: RunMeasurements) -> Iterator[Measurement]:
    """K8."""
    yield more(run, _seq_inter(run), _seq_kd(run), run.beam)
    yield more(run, _seq_inter(run), _seq_kd(run), least=None)
    yield from control(run, _seq_inter(run), _seq_kd(run), run.beam)


def teacher_gains(run: RunMeasurements) -> Iterator[Measurement]:
    """K9."""
    teacher = run.index.teacher()
    tuned = run.index.student(("nll",), "seq-inter", init_from=teacher[0].system)
    yield more(run, tuned, teacher)
    yield more(run, tuned, teacher, run.beam, least=None)


def complementary(run: RunMeasurements) -> Iterator[Measurement]:
    """K10."""
    sizes = _sizes_with_all_three(run)
    if len(sizes) < 2:
        raise SystemNotFound("fewer than two sizes of student learn by Word-KD, by Seq-KD and by both")
    smallest, largest_size = sizes[0], sizes[-1]
    for size in sizes:
        for alone in (_seq_kd(run, size), _word_kd(run, size)):
            yield more(run, _combined(run, size), alone, least=0.0 if size == smallest else None)
            yield more(run, _combined(run, size), alone, run.beam, least=None)
    small, large = (_surplus(run, size) for size in (smallest, largest_size))
    yield Measurement(f"both less the better alone, {smallest}, greedy, BLEU", small)
    yield Measurement(f"both less the better alone, {largest_size}, greedy, BLEU", large)
    yield expect_above("the former less the latter", small - large)


def _sizes_with_all_three(run: RunMeasurements) -> list[str]:
    """Sizes with students of Word-KD, of Seq-KD and of both, the smallest first."""
    sizes = []
    for size in run.index.sizes:
        with suppress(SystemNotFound):
            _seq_kd(run, size), _word_kd(run, size), _combined(run, size)
            sizes.append(size)
    return sorted(sizes, key=lambda size: run.column(run.index.baseline(size), "parameters").value)


def _combined(run: RunMeasurements, size: str) -> Models:
    """Seq-KD + Word-KD."""
    return run.index.student(BOTH, "seq-kd", size=size)


def _surplus(run: RunMeasurements, size: str) -> Estimate:
    """What both together add to the better of the two, BLEU of greedy search."""
    alone = [run.bleu(student(run, size)) for student in (_seq_kd, _word_kd)]
    return run.bleu(_combined(run, size)) - largest(alone)


def _pruned_student(run: RunMeasurements, preferred: Sequence[Callable[[RunMeasurements], Models]]) -> Models:
    """The first of these students that is pruned."""
    for student in preferred:
        with suppress(SystemNotFound):
            if run.index.sparsities(student(run)):
                return student(run)
    raise SystemNotFound("no student of Seq-KD is pruned")


def little_lost(run: RunMeasurements) -> Iterator[Measurement]:
    """K11."""
    student = _pruned_student(run, (_seq_inter, _seq_kd))
    pruned = run.index.pruned(student, 0.8)
    yield more(run, pruned, student, run.beam, least=-SAME)
    yield from control(run, pruned, student, run.beam)
    yield _compression(run, pruned)


def more_lost(run: RunMeasurements) -> Iterator[Measurement]:
    """K12."""
    student = _pruned_student(run, (_seq_inter, _seq_kd))
    for retrained in (False, True):
        for sparsity in run.index.sparsities(student):
            yield more(run, run.index.pruned(student, sparsity, retrained), student, run.beam, least=None)
    pruned = run.index.pruned(student, 0.9)
    yield more(run, pruned, run.index.teacher(), run.beam, least=-1.5)
    yield _compression(run, pruned)


def _compression(run: RunMeasurements, pruned: Models) -> Measurement:
    weights, all_of_teacher = run.column(pruned, "nonzero_parameters"), run.column(run.index.teacher(), "parameters")
    return Measurement("the teacher's weights over those left", Estimate(all_of_teacher.value / weights.values))


def orthogonal(run: RunMeasurements) -> Iterator[Measurement]:
    """K13."""
    student, baseline = _pruned_student(run, (_seq_kd, _seq_inter)), run.index.baseline()
    for sparsity in run.index.sparsities(student):
        cost, baseline_cost = (
            run.bleu(run.index.pruned(models, sparsity), run.beam) - run.bleu(models, run.beam)
            for models in (student, baseline)
        )
        difference = cost - baseline_cost
        costs = f"costs {student[0].label} less what it costs {baseline[0].label}"
        words = f"what {100 * sparsity:g} % pruning {costs}, BLEU (within ±{SAME:g})"
        yield Measurement(words, difference, within(difference, SAME))


HYPOTHESES = [
    Hypothesis(
        "K1", "Word-KD gives a small gain, mostly for greedy search", "+0.7 greedy, +0.1 beam",
        "gain greedy ≥ gain with beam > −0.2", small_gain),
    Hypothesis(
        "K2", "Seq-KD gains far more than Word-KD under greedy search", "+4.2 against +0.7",
        "Seq-KD less Word-KD > 0", sequences_beat_words),
    Hypothesis(
        "K3", "After Seq-KD greedy search is nearly as good as a beam", "2.9 without, 0.1 with",
        "the gap shrinks to less than half", gap_vanishes),
    Hypothesis(
        "K4", "The greedy Seq-KD student beats the baseline with a beam and comes near the teacher's",
        "18.9 against 17.6 and 19.5", "above the baseline with beam, less than 1 BLEU below the teacher with beam",
        greedy_is_enough),
    Hypothesis(
        "K5", "... at about ten times the speed", "1051 against 102 words a second", "ratio ≥ 10", ten_times_as_fast),
    Hypothesis(
        "K6", "The mass on the own greedy output jumps", "0.9 % to 16.9 %", "at least three times", mode_mass_jumps),
    Hypothesis(
        "K7", "Perplexity on references rises while BLEU rises", "8.2 to 22.7, +4.2 BLEU", "both differences > 0",
        perplexity_rises),
    Hypothesis(
        "K8", "Seq-Inter adds to Seq-KD, mainly with a beam", "19.0 to 19.3", "difference with beam > 0",
        interpolation_adds),
    Hypothesis(
        "K9", "Seq-Inter makes the teacher itself better under greedy search", "", "difference > 0", teacher_gains),
    Hypothesis(
        "K10", "Word-KD and Seq-KD are complementary, most for the smallest students", "",
        "both above each alone for the smallest size, and by more than for the largest", complementary),
    Hypothesis(
        "K11", "Pruning by 80 % with retraining costs little", "−0.4 to the teacher, 13 times fewer weights",
        "within 0.5 BLEU of the unpruned student", little_lost),
    Hypothesis(
        "K12", "Pruning by 90 % costs about 1 BLEU", "−1.0 to the teacher, 26 times fewer weights",
        "less than 1.5 BLEU below the teacher", more_lost),
    Hypothesis(
        "K13", "Pruning and distillation are orthogonal", "", "equal costs for both students, within 0.5 BLEU",
        orthogonal),
]  # fmt: skip
