"""Combinations of targets, loss and start that make no sense, each refused with the reason."""

from collections.abc import Iterator

from seqkd import losses
from seqkd.config.resolve import model_name, start_model, teacher_name
from seqkd.config.sections import Config, StudentSettings
from seqkd.distillation.targets import GOLD, load

SAMPLES_ONLY = ("student",)
"""Prefixes of an objective that never reads the targets."""


def incompatible_combinations(config: Config) -> Iterator[str]:
    """Lines of the form ``students.NAME.KEY: value found, why it makes no sense, what to write``."""
    for name, student in config.students.items():
        key = f"students.{name}"
        yield from _incompatible_targets(key, student)
        yield from _incompatible_models(key, name, config)
        yield from _samples_without_start(key, student)
        yield from _argmax_without_targets(key, student)
        yield from _nothing_to_learn(key, student, config)
        yield from _not_stored(f"{key}.teacher_top_k", student)
        if student.targets != GOLD and config.decode.samples.per_source < getattr(
            load(student.targets), "MIN_SAMPLES", 1
        ):
            yield (
                f"{key}.targets: found {student.targets!r}, which selects among samples, but "
                "decode.samples.per_source is "
                f"{config.decode.samples.per_source}; write 8 or more there"
            )
        if student.changes().get("label_smoothing") and "nll" not in student.loss:
            yield f"{key}.label_smoothing: only affects `nll`, which is not part of {_terms(student)}; remove this key"


def _terms(student: StudentSettings) -> str:
    return f"the loss {' + '.join(student.loss)}"


def _incompatible_targets(key: str, student: StudentSettings) -> Iterator[str]:
    for term, settings in student.loss.items():
        if reason := losses.incompatible_targets(term, settings, student.targets):
            yield f"{key}.loss: found targets {student.targets!r}, but {term} {reason}"


def _incompatible_models(key: str, name: str, config: Config) -> Iterator[str]:
    """Terms that compare what the two models do not share, or a loss that compares only layers."""
    student = config.students[name]
    teacher = config.teachers[teacher_name(config, student)]
    try:
        student_model = config.models[model_name(config, name)].model_dump()
    except ValueError:  # reported by another check
        return
    teacher_model = config.models[teacher.model].model_dump() if teacher.model else {"architecture": "ensemble"}
    for term, settings in student.loss.items():
        if reason := losses.incompatible_models(term, settings, student_model, teacher_model):
            yield f"{key}.loss: {term} {reason}"
    if all(map(losses.reads_layers, student.loss)):
        yield (
            f"{key}.loss: {_terms(student)} compares only layers, so the student would not learn to translate; add a "
            "term that reads targets, such as nll"
        )


def _samples_without_start(key: str, student: StudentSettings) -> Iterator[str]:
    if any(losses.prefixes_of(term) != SAMPLES_ONLY for term in student.loss):
        return
    if student.init_from is None:
        yield (
            f"{key}.loss: {_terms(student)} only reads samples from the student, and samples from random weights are "
            "noise; add `init_from`, or a term that reads targets, such as nll"
        )
    if student.targets != "gold":
        yield (
            f"{key}.targets: found {student.targets!r}, but {_terms(student)} only reads samples from the student, not "
            "targets; remove `targets`, or add a term that reads them"
        )


def _argmax_without_targets(key: str, student: StudentSettings) -> Iterator[str]:
    prefixes = {prefix for term in student.loss for prefix in losses.prefixes_of(term)}
    if "argmax" in prefixes and "targets" not in prefixes:
        yield (
            f"{key}.loss: {_terms(student)} reads the student's argmax, which needs a pass on the targets, but no term "
            "reads those; add one that does, such as nll"
        )


def _nothing_to_learn(key: str, student: StudentSettings, config: Config) -> Iterator[str]:
    start = start_model(config, student)
    if student.init_from != teacher_name(config, student) or student.model not in (None, start):
        return
    if all(losses.is_zero_at_teacher(term) for term in student.loss):
        yield (
            f"{key}.init_from: found {student.init_from!r}, which is also its teacher: {_terms(student)} is already "
            "at its "
            "minimum; start from another model, name another `teacher`, or add a term such as nll"
        )


def _not_stored(key: str, student: StudentSettings) -> Iterator[str]:
    """Terms that cannot read a stored teacher, or a loss that needs no teacher."""
    if not student.teacher_top_k:
        return
    terms = [term for term in student.loss if losses.needs_teacher(term)]
    if not terms:
        yield f"{key}: found {student.teacher_top_k}, but {_terms(student)} does not read a teacher; remove this key"
    for term in terms:
        sampled = [prefix for prefix in losses.prefixes_of(term) if prefix != "targets"]
        reason = "the teacher's layers" if losses.reads_layers(term) else "the teacher's full distribution"
        if sampled:
            reason = f"prefixes that the student generates at every update ({', '.join(sampled)})"
        if sampled or not losses.supports_teacher_topk(term):
            yield (
                f"{key}: found {student.teacher_top_k}, but {term} reads {reason}, and only the k most probable tokens "
                "at the targets are stored; remove this key to run the teacher"
            )
