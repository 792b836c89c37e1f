"""The statements of Wen et al. 2023, f-DISTILL. BLEU is with a beam, as in the paper; figures are English-Romanian.

All its students start from one that is pre-distilled; `seq-kd` here is the one that starts from it too.
"""

from collections.abc import Iterator

from seqkd.analysis.hypothesis import Hypothesis, SystemNotFound
from seqkd.analysis.papers.estimate import Estimate, largest
from seqkd.analysis.papers.measurement import Measurement, control, expect_above, more
from seqkd.analysis.papers.run_measurements import RunMeasurements
from seqkd.analysis.papers.system_index import Models
from seqkd.scoring.primary_metric import MetricName

TARGETS = {"kl": "samples", "js": "samples", "tvd": "samples", "rkl": "gold", "engine": "gold"}
"""What each reads in addition to samples of the student; `rkl` and `engine` read nothing else."""


def _student(run: RunMeasurements, name: str) -> Models:
    start = run.index.pre_distilled()[0].system
    targets, loss = ("seq-kd", "nll") if name == "seq-kd" else (TARGETS[name], name)
    return run.index.student((loss,), targets, init_from=start)


def soft_beats_hard(run: RunMeasurements) -> Iterator[Measurement]:
    """F1."""
    yield more(run, _student(run, "kl"), _student(run, "seq-kd"), run.beam)
    yield more(run, _student(run, "rkl"), _student(run, "engine"), run.beam)


def symmetric_beat_asymmetric(run: RunMeasurements) -> Iterator[Measurement]:
    """F2."""

    def better(names: tuple[str, str], metric: MetricName) -> Estimate:
        return largest([run.bleu(_student(run, name), run.beam, metric) for name in names])

    metrics: tuple[MetricName, ...] = ("bleu", "chrf")
    for metric in metrics:
        difference = better(("js", "tvd"), metric) - better(("kl", "rkl"), metric)
        yield expect_above(f"the better of js and tvd less the better of kl and rkl, {metric}", difference)


def forward_beats_reverse(run: RunMeasurements) -> Iterator[Measurement]:
    """F3, and the divergences from the true distribution where that is known."""
    yield more(run, _student(run, "kl"), _student(run, "rkl"), run.beam)
    if run.truth is None:
        return
    for name in ("kl", "rkl", "js"):
        for statistic, words in (("kl", "KL(truth ‖ model)"), ("reverse_kl", "KL(model ‖ truth) inside")):
            divergence = run.truth_statistic(_student(run, name), statistic)
            yield Measurement(f"{words} of {name}, nats a sentence", divergence)


def forward_covers(run: RunMeasurements) -> Iterator[Measurement]:
    """F4."""
    forward, reverse = _student(run, "kl"), _student(run, "rkl")
    risk = run.column(reverse, "coverage_risk") - run.column(forward, "coverage_risk")
    yield expect_above("coverage risk of rkl less that of kl", risk, digits=3)
    if run.truth is not None:
        covered = run.truth_statistic(forward, "coverage") - run.truth_statistic(reverse, "coverage")
        yield Measurement("true mass covered by kl less that by rkl", covered, digits=3)


def warm_start_pays(run: RunMeasurements) -> Iterator[Measurement]:
    """F5."""
    start = run.index.pre_distilled()
    yield more(run, start, run.index.baseline(start[0].model), run.beam)
    for name in ("js", "tvd", "kl", "rkl"):
        yield more(run, _student(run, name), start, run.beam, least=0.0 if name == "js" else None)
        yield from control(run, _student(run, name), start, run.beam)


def offline_is_enough(run: RunMeasurements) -> Iterator[Measurement]:
    """F6."""
    raise SystemNotFound("the teacher's samples are always drawn once; no source draws new ones during training")


def energy_degenerates(run: RunMeasurements) -> Iterator[Measurement]:
    """F7."""
    start, reverse = run.index.pre_distilled(), _student(run, "rkl")
    engines = run.index.students(("engine",), init_from=start[0].system) or [_student(run, "engine")]
    for engine in engines:  # the paper's code reads the student's best guess, its formula samples: the first decides
        least = 0.0 if engine is engines[0] else None
        yield more(run, reverse, engine, run.beam, least=least)
        yield more(run, start, engine, run.beam, least=least)
    for models in (*engines, reverse):
        label = models[0].label
        length_ratio = run.column(models, "length_ratio", run.beam)
        yield Measurement(f"length ratio of {label}, beam", length_ratio, digits=3)
        yield Measurement(f"p(t = ŷ) of {label}", run.column(models, "mode_mass"), digits=3)
        if run.truth is not None:
            entropy = run.truth_statistic(models, "model_entropy")
            yield Measurement(f"entropy of {label}, nats a sentence", entropy)


HYPOTHESES = [
    Hypothesis(
        "F1", "Soft labels beat hard ones: KL over Seq-KD, RKL over ENGINE",
        "21.45 over 21.20, 20.46 over 17.65", "both differences > 0", soft_beats_hard),
    Hypothesis(
        "F2", "Symmetric divergences (JS, TVD) beat asymmetric ones (KL, RKL)", "21.91, 21.73 over 21.45, 20.46",
        "the better of each two, BLEU and chrF, difference > 0", symmetric_beat_asymmetric),
    Hypothesis(
        "F3", "KL beats RKL where a source has few translations", "21.45 over 20.46", "difference > 0",
        forward_beats_reverse),
    Hypothesis("F4", "KL has the lower coverage risk", "0.82 against 1.60", "RKL less KL > 0", forward_covers),
    Hypothesis(
        "F5", "Pre-distillation alone beats likelihood, and f-DISTILL adds to it", "19.90, 20.68, 21.91 (JS)",
        "both differences > 0", warm_start_pays),
    Hypothesis(
        "F6", "Samples drawn once are as good as fresh ones, at twice the speed",
        "equal scores, 2.25 times as fast", "cannot be tested here", offline_is_enough),
    Hypothesis(
        "F7", "ENGINE degenerates without the entropy", "17.65 BLEU", "RKL and the start both better than ENGINE",
        energy_degenerates),
]  # fmt: skip
