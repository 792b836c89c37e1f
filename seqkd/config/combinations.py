"""Combinations of targets, loss and start that make no sense, each refused with the reason."""

from collections.abc import Iterator

from seqkd import losses
from seqkd.config.sections import Config, StudentSettings
from seqkd.config.systems import model_name, start_model, teacher_name

OWN = ("student",)
"""What an objective reads that never sees the targets."""


def nonsense(config: Config) -> Iterator[str]:
    """Lines of the form ``students.NAME.KEY: what is found, why it makes no sense, what to write``."""
    for name, student in config.students.items():
        where = f"students.{name}"
        yield from _misfits(where, student)
        yield from _misfits_of_models(where, name, config)
        yield from _own_samples_alone(where, student)
        yield from _argmax_of_nothing(where, student)
        yield from _nothing_to_learn(where, student, config)
        yield from _not_stored(f"{where}.teacher_top_k", student)
        if student.targets == "mbr" and config.decode.samples.size == 1:
            yield (f"{where}.targets: 'mbr' chooses among samples, but decode.samples.size is 1; write 8 or more there")
        if student.changes().get("label_smoothing") and "nll" not in student.loss:
            yield f"{where}.label_smoothing: touches `nll` alone, which {_terms(student)} lacks; leave it out"


def _terms(student: StudentSettings) -> str:
    return f"the loss {' + '.join(student.loss)}"


def _misfits(where: str, student: StudentSettings) -> Iterator[str]:
    for term, settings in student.loss.items():
        if reason := losses.misfit(term, settings, student.targets):
            yield f"{where}.loss: found targets {student.targets!r}, but {term} {reason}"


def _misfits_of_models(where: str, name: str, config: Config) -> Iterator[str]:
    """Terms that compare what these models do not share, or nothing but layers."""
    student = config.students[name]
    teacher = config.teachers[teacher_name(config, student)]
    try:
        own = config.models[model_name(config, name)].model_dump()
    except ValueError:  # told by another check
        return
    known = config.models[teacher.model].model_dump() if teacher.model else {"architecture": "ensemble"}
    for term, settings in student.loss.items():
        if reason := losses.misfit_of_models(term, settings, own, known):
            yield f"{where}.loss: {term} {reason}"
    if all(map(losses.reads_layers, student.loss)):
        yield (
            f"{where}.loss: {_terms(student)} compares layers and says nothing of words, so the student would not "
            "learn to translate; add a term that does, such as nll"
        )


def _own_samples_alone(where: str, student: StudentSettings) -> Iterator[str]:
    if any(losses.prefixes_of(term) != OWN for term in student.loss):
        return
    if student.start is None:
        yield (
            f"{where}.loss: {_terms(student)} reads samples from the student alone, and those of random weights are "
            "noise; give it a `start`, or a term that reads targets, such as nll"
        )
    if student.targets != "gold":
        yield (
            f"{where}.targets: found {student.targets!r}, but {_terms(student)} reads samples from the student alone, "
            "no targets; leave `targets` out, or add a term that reads them"
        )


def _argmax_of_nothing(where: str, student: StudentSettings) -> Iterator[str]:
    known = {prefix for term in student.loss for prefix in losses.prefixes_of(term)}
    if "argmax" in known and "targets" not in known:
        yield (
            f"{where}.loss: {_terms(student)} reads the student's argmax, which begins with a pass on the targets, and "
            "no term reads those; add one that does, such as nll"
        )


def _nothing_to_learn(where: str, student: StudentSettings, config: Config) -> Iterator[str]:
    start = start_model(config, student)
    if student.start != teacher_name(config, student) or student.model not in (None, start):
        return
    if all(losses.is_minimal_at_teacher(term) for term in student.loss):
        yield (
            f"{where}.start: it starts as its teacher {student.start!r}, where {_terms(student)} is at its minimum, so "
            "there is nothing to learn; start elsewhere, name another `teacher`, or add a term such as nll"
        )


def _not_stored(where: str, student: StudentSettings) -> Iterator[str]:
    """Terms that cannot read a stored teacher, or none that needs one."""
    taught = [term for term in student.loss if losses.needs_teacher(term)]
    if not student.teacher_top_k:
        return
    if not taught:
        yield f"{where}: found {student.teacher_top_k}, but {_terms(student)} reads no teacher; leave it out"
    for term in taught:
        own = [prefix for prefix in losses.prefixes_of(term) if prefix != "targets"]
        reason = "the teacher's layers" if losses.reads_layers(term) else "the teacher's whole distribution"
        if own:
            reason = f"prefixes that the student makes anew at every update ({', '.join(own)})"
        if own or not losses.reads_top_k(term):
            yield (
                f"{where}: found {student.teacher_top_k}, but {term} reads {reason}, and the k best words at the "
                "targets are all that is stored; leave it out, so that the teacher runs"
            )
