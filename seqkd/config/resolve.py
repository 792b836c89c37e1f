"""Every model that is trained, with its settings after all defaults and changes are merged."""

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
        teacher: the teacher it is compared with (translations, distribution, speed), even if it does not learn from it.
        teacher_used: whether it learns from that teacher (targets, loss or start).
        init_from: name of the system whose weights it starts from.
        pretrained: location of a teacher that was trained by another run.
        members: name and seed of each teacher that an ensemble averages.
        teacher_top_k: tokens of the teacher's distribution that are read from disk; 0 if the teacher runs online.
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
    init_from: str | None
    teacher_top_k: int = 0
    members: tuple[tuple[str, int], ...] = ()
    pretrained: str | None = None

    @property
    def loss_reads_teacher(self) -> bool:
        """Whether a term of the loss needs the teacher's distribution."""
        return any(losses.needs_teacher(name) for name in self.loss)


class Systems:
    """Teachers and students of a checked config, with the settings they inherit from other sections."""

    def __init__(self, config: Config) -> None:
        self.config = config

    @cached_property
    def by_name(self) -> dict[str, System]:
        """Every system by name, teachers first, in config order."""
        teachers = {name: self.teacher(name) for name in self.config.teachers}
        return teachers | {name: self.student(name) for name in self.config.students}

    def teacher(self, name: str) -> System:
        """The teacher ``name``: gold targets, nll; or an ensemble, in the precision of its members."""
        settings = self.config.teachers[name]
        if settings.ensemble:
            return self._ensemble(name, settings.ensemble)
        assert settings.model is not None
        return System(
            name=name,
            kind="teacher",
            model_name=settings.model,
            model=self.config.models[settings.model],
            training=merge_settings(self.config.training, settings.changes()),
            loss=complete_loss(NLL),
            seeds=tuple(settings.seeds),
            targets="gold",
            teacher=name,
            teacher_seed=None,
            teacher_used=False,
            init_from=None,
            pretrained=settings.pretrained,
        )

    def _ensemble(self, name: str, teachers: list[str]) -> System:
        members = tuple((teacher, seed) for teacher in teachers for seed in self.config.teachers[teacher].seeds)
        models = dict.fromkeys(self.teacher(teacher).model_name for teacher in teachers)
        label = f"{len(members)} x {' + '.join(models)}"
        first = self.teacher(teachers[0])
        return replace(first, name=name, model_name=label, seeds=(1,), teacher=name, members=members, pretrained=None)

    def student(self, name: str) -> System:
        """The student ``name``."""
        settings, model = self.config.students[name], model_name(self.config, name)
        fine_tuning = self.config.fine_tuning.changes() if settings.init_from else {}
        return System(
            name=name,
            kind="student",
            model_name=model,
            model=self.config.models[model],
            training=merge_settings(self.config.training, fine_tuning, settings.changes()),
            loss=complete_loss(settings.loss),
            seeds=tuple(settings.seeds or self.config.seeds),
            targets=settings.targets,
            teacher=teacher_name(self.config, settings),
            teacher_seed=settings.teacher_seed,
            teacher_used=_learns_from_teacher(self.config, settings),
            init_from=settings.init_from,
            teacher_top_k=settings.teacher_top_k,
        )

    @property
    def retraining(self) -> TrainingSettings:
        """How a pruned model is fine-tuned."""
        return merge_settings(self.config.training, self.config.retraining.changes())

    def seed_in(self, other: str, system: System, seed: int) -> int:
        """The seed of ``other``, the teacher or start of ``system``, that goes with ``seed`` of ``system``."""
        if other not in self.config.teachers:
            return seed
        if system.teacher_seed is None:
            return self.config.teachers[other].seeds[0]
        return seed if system.teacher_seed == "same" else int(system.teacher_seed)


def merge_settings(training: TrainingSettings, *changes: dict[str, Any]) -> TrainingSettings:
    """``training`` updated with the changes in order, and validated again."""
    values = training.model_dump()
    for change in changes:
        values |= change
    return TrainingSettings(**values)


def teacher_name(config: Config, student: StudentSettings) -> str:
    """The student's teacher; the first teacher by default."""
    return student.teacher or next(iter(config.teachers))


def model_name(config: Config, name: str) -> str:
    """The model of a student: its own, that of its start, or the only one that no teacher uses.

    Raises:
        ValueError: none of these applies; the message lists the models.
    """
    student = config.students[name]
    if student.model:
        return student.model
    if student.init_from in config.teachers:
        return config.teachers[student.init_from].model or ""
    if student.init_from:
        return model_name(config, student.init_from)
    candidates = config.models.keys() - {teacher.model for teacher in config.teachers.values()} or config.models.keys()
    if len(candidates) == 1:
        return next(iter(candidates))
    raise ValueError(f"is missing and several models are possible; write one of {', '.join(config.models)}")


def start_model(config: Config, student: StudentSettings) -> str | None:
    """The model of a student's start; None if it has no start, or if that model is ambiguous."""
    if student.init_from in config.teachers:
        return config.teachers[student.init_from].model
    try:
        return model_name(config, student.init_from) if student.init_from else None
    except ValueError:
        return None


def can_init_from(model: ModelSettings, start: ModelSettings) -> bool:
    """Whether a model can start from another's weights: it differs at most in dropout and in having fewer layers."""
    values, start_values = model.model_dump(), start.model_dump()
    if values.keys() != start_values.keys():
        return False
    may_differ = {key for key in values if key.endswith(("layers", "dropout"))}
    fits = all(values[key] <= start_values[key] for key in values if key.endswith("layers"))
    return fits and all(values[key] == start_values[key] for key in values.keys() - may_differ)


def _learns_from_teacher(config: Config, student: StudentSettings) -> bool:
    if student.targets != "gold" or any(losses.needs_teacher(name) for name in student.loss):
        return True
    if student.init_from is None:
        return False
    return student.init_from in config.teachers or _learns_from_teacher(config, config.students[student.init_from])
