"""The statements of Wen et al. 2023, f-DISTILL. BLEU is with a beam, as in the paper; figures are English-Romanian.

All its students start from one that is pre-distilled; `seq-kd` here is the one that starts from it too.
"""

from collections.abc import Iterator

from seqkd.analysis.papers.system_index import Missing, Models
from seqkd.analysis.papers.measurement import Claim, Part, control, more
from seqkd.analysis.papers.evidence import Evidence
from seqkd.analysis.papers.estimate import above, largest
from seqkd.scoring.primary_metric import MetricName


def _student(run: Evidence, name: str) -> Models:
    start = run.cast.pre_distilled()[0].system
    targets, loss = ("seq-kd", "nll") if name == "seq-kd" else (TARGETS[name], name)
    return run.cast.student((loss,), targets, start=start)


TARGETS = {"kl": "samples", "js": "samples", "tvd": "samples", "rkl": "gold", "engine": "gold"}
"""What each reads beside samples of the student; `rkl` and `engine` read nothing else."""


def soft_beats_hard(run: Evidence) -> Iterator[Part]:
    """F1."""
    yield more(run, _student(run, "kl"), _student(run, "seq-kd"), run.beam)
    yield more(run, _student(run, "rkl"), _student(run, "engine"), run.beam)


def symmetric_beat_asymmetric(run: Evidence) -> Iterator[Part]:
    """F2."""
    metrics: tuple[MetricName, ...] = ("bleu", "chrf")
    for metric in metrics:
        one, other = (largest([run.bleu(_student(run, name), run.beam, metric) for name in names]) for names in PAIRS)
        found = one - other
        yield Part(f"the better of js and tvd less the better of kl and rkl, {metric}", found, above(found, 0.0))


PAIRS = (("js", "tvd"), ("kl", "rkl"))


def forward_beats_reverse(run: Evidence) -> Iterator[Part]:
    """F3, and the divergences from the truth where it is known."""
    yield more(run, _student(run, "kl"), _student(run, "rkl"), run.beam)
    if run.held is not None:
        for name in ("kl", "rkl", "js"):
            for statistic, words in (("kl", "KL(truth ‖ model)"), ("reverse_kl", "KL(model ‖ truth) inside")):
                yield Part(f"{words} of {name}, nats a sentence", run.truth(_student(run, name), statistic))


def forward_covers(run: Evidence) -> Iterator[Part]:
    """F4."""
    found = run.column(_student(run, "rkl"), "coverage_risk") - run.column(_student(run, "kl"), "coverage_risk")
    yield Part("coverage risk of rkl less that of kl", found, above(found, 0.0), 3)
    if run.held is not None:
        covered = run.truth(_student(run, "kl"), "coverage") - run.truth(_student(run, "rkl"), "coverage")
        yield Part("true mass covered by kl less that by rkl", covered, digits=3)


def warm_start_pays(run: Evidence) -> Iterator[Part]:
    """F5."""
    start = run.cast.pre_distilled()
    yield more(run, start, run.cast.baseline(start[0].model), run.beam)
    for name in ("js", "tvd", "kl", "rkl"):
        yield more(run, _student(run, name), start, run.beam, least=0.0 if name == "js" else None)
        yield from control(run, _student(run, name), start, run.beam)


def offline_is_enough(run: Evidence) -> Iterator[Part]:
    """F6."""
    raise Missing("the teacher's samples are always drawn once; there is no source of them that draws anew")


def energy_degenerates(run: Evidence) -> Iterator[Part]:
    """F7."""
    start, reverse = run.cast.pre_distilled(), _student(run, "rkl")
    engines = run.cast.students(("engine",), start=start[0].system) or [_student(run, "engine")]
    for other in engines:  # the paper's code reads the student's best guess, its formula samples: the first decides
        least = 0.0 if other is engines[0] else None
        yield more(run, reverse, other, run.beam, least=least)
        yield more(run, start, other, run.beam, least=least)
    for models in (*engines, reverse):
        yield Part(f"length ratio of {models[0].label}, beam", run.column(models, "length_ratio", run.beam), digits=3)
        yield Part(f"p(t = ŷ) of {models[0].label}", run.column(models, "mode_mass"), digits=3)
        if run.held is not None:
            yield Part(f"entropy of {models[0].label}, nats a sentence", run.truth(models, "model_entropy"))


CLAIMS = [
    Claim("F1", "Soft labels beat hard ones: KL over Seq-KD, RKL over ENGINE", "21.45 over 21.20, 20.46 over 17.65",
          "both differences > 0", soft_beats_hard),
    Claim("F2", "Symmetric divergences (JS, TVD) beat asymmetric ones (KL, RKL)", "21.91, 21.73 over 21.45, 20.46",
          "the better of each two, BLEU and chrF, difference > 0", symmetric_beat_asymmetric),
    Claim("F3", "KL beats RKL where a source has few translations", "21.45 over 20.46", "difference > 0",
          forward_beats_reverse),
    Claim("F4", "KL has the lower coverage risk", "0.82 against 1.60", "RKL less KL > 0", forward_covers),
    Claim("F5", "Pre-distillation alone beats likelihood, and f-DISTILL adds to it", "19.90, 20.68, 21.91 (JS)",
          "both differences > 0", warm_start_pays),
    Claim("F6", "Samples drawn once are as good as fresh ones, at twice the speed", "equal scores, 2.25 times as fast",
          "not to be had here", offline_is_enough),
    Claim("F7", "ENGINE degenerates without the entropy", "17.65 BLEU", "RKL and the start both better than ENGINE",
          energy_degenerates),
]  # fmt: skip
