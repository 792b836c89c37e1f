"""Merged views: every model that is trained, with its settings after all defaults and changes."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from seqkd import losses
from seqkd.config.sections import Config, StudentSettings, complete_loss
from seqkd.models.settings import ModelSettings
from seqkd.training.settings import TrainingSettings

NLL: dict[str, dict[str, Any]] = {"nll": {"weight": 1.0}}


@dataclass(frozen=True)
class System:
    """A teacher or student as it is trained.

    Attributes:
        model_name: its name in ``models``.
        teacher: the teacher whose decodes, distribution or speed it is held against, also where it learns from none.
        teacher_used: whether it learns from that teacher (targets, loss or start).
        start: name of the system whose weights it starts from.
        folder: of a teacher that is not trained, where it is.
        members: of an ensemble, name and seed of each teacher that it averages.
        teacher_top_k: words of the teacher's distribution that are read from disk; 0 where the teacher runs.
    """

    name: str
    kind: str
    model_name: str
    model: ModelSettings
    training: TrainingSettings
    loss: dict[str, dict[str, Any]]
    seeds: tuple[int, ...]
    targets: str
    teacher: str
    teacher_seed: int | str | None
    teacher_used: bool
    start: str | None
    teacher_top_k: int = 0
    members: tuple[tuple[str, int], ...] = ()
    folder: str | None = None

    @property
    def loss_reads_teacher(self) -> bool:
        """Whether a term of the loss needs the teacher's distribution."""
        return any(losses.needs_teacher(name) for name in self.loss)


class Systems:
    """Teachers and students of a checked config, merged with the sections they take their settings from."""

    def __init__(self, config: Config) -> None:
        self.config = config

    @cached_property
    def by_name(self) -> dict[str, System]:
        """Every system by name, teachers first, in config order."""
        teachers = {name: self.teacher(name) for name in self.config.teachers}
        return teachers | {name: self.student(name) for name in self.config.students}

    def teacher(self, name: str) -> System:
        """The teacher ``name``: gold targets, nll; or an ensemble, in the precision of its members."""
        own = self.config.teachers[name]
        if own.ensemble:
            return self._ensemble(name, own.ensemble)
        assert own.model is not None
        training = merged(self.config.training, own.changes())
        model = self.config.models[own.model]
        seeds = tuple(own.seeds)
        loss = complete_loss(NLL)
        system = System(name, "teacher", own.model, model, training, loss, seeds, "gold", name, None, False, None)
        return replace(system, folder=own.folder)

    def _ensemble(self, name: str, teachers: list[str]) -> System:
        first = self.teacher(teachers[0])
        members = tuple((one, seed) for one in teachers for seed in self.config.teachers[one].seeds)
        words = f"{len(members)} x {' + '.join(dict.fromkeys(self.teacher(one).model_name for one in teachers))}"
        return replace(first, name=name, model_name=words, seeds=(1,), teacher=name, members=members, folder=None)

    def student(self, name: str) -> System:
        """The student ``name``."""
        own, model = self.config.students[name], model_name(self.config, name)
        fine_tuning = self.config.fine_tuning.changes() if own.start else {}
        loss = complete_loss(own.loss)
        return System(
            name=name,
            kind="student",
            model_name=model,
            model=self.config.models[model],
            training=merged(self.config.training, fine_tuning, own.changes()),
            loss=loss,
            seeds=tuple(own.seeds or self.config.seeds),
            targets=own.targets,
            teacher=teacher_name(self.config, own),
            teacher_seed=own.teacher_seed,
            teacher_used=_learns_from_teacher(self.config, own),
            start=own.start,
            teacher_top_k=own.teacher_top_k,
        )

    @property
    def retraining(self) -> TrainingSettings:
        """How a pruned model is trained on."""
        return merged(self.config.training, self.config.retraining.changes())

    def seed_in(self, other: str, system: System, seed: int) -> int:
        """The seed of ``other``, the teacher or start of ``system``, that goes with ``seed`` of ``system``."""
        if other not in self.config.teachers:
            return seed
        if system.teacher_seed is None:
            return self.config.teachers[other].seeds[0]
        return seed if system.teacher_seed == "same" else int(system.teacher_seed)


def merged(training: TrainingSettings, *changes: dict[str, Any]) -> TrainingSettings:
    """``training`` with the changes laid over it in turn, checked anew."""
    values = training.model_dump()
    for change in changes:
        values |= change
    return TrainingSettings(**values)


def teacher_name(config: Config, student: StudentSettings) -> str:
    """The student's teacher, or the first one."""
    return student.teacher or next(iter(config.teachers))


def model_name(config: Config, name: str) -> str:
    """The model of a student: its own, its start's, or the only one that is no teacher's.

    Raises:
        ValueError: none of these; says which models there are.
    """
    student = config.students[name]
    if student.model:
        return student.model
    if student.start in config.teachers:
        return config.teachers[student.start].model or ""
    if student.start:
        return model_name(config, student.start)
    others = config.models.keys() - {teacher.model for teacher in config.teachers.values()} or config.models.keys()
    if len(others) == 1:
        return next(iter(others))
    raise ValueError(f"needed, since several models could be meant; one of {', '.join(config.models)}")


def start_model(config: Config, student: StudentSettings) -> str | None:
    """The model of a student's start; None where it has no start, or one whose model is not known."""
    if student.start in config.teachers:
        return config.teachers[student.start].model
    try:
        return model_name(config, student.start) if student.start else None
    except ValueError:
        return None


def continues(model: ModelSettings, start: ModelSettings) -> bool:
    """Whether a model can start from the weights of another: the same, or with fewer layers, whatever the dropout."""
    own, other = model.model_dump(), start.model_dump()
    if own.keys() != other.keys():
        return False
    free = {key for key in own if key.endswith(("layers", "dropout"))}
    fewer = all(own[key] <= other[key] for key in own if key.endswith("layers"))
    return fewer and all(own[key] == other[key] for key in own.keys() - free)


def _learns_from_teacher(config: Config, student: StudentSettings) -> bool:
    if student.targets != "gold" or any(losses.needs_teacher(name) for name in student.loss):
        return True
    if student.start is None:
        return False
    return student.start in config.teachers or _learns_from_teacher(config, config.students[student.start])
