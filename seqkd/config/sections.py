"""The config, composed of its sections; each section's class lives next to the code that reads it."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SerializerFunctionWrapHandler, model_serializer

from seqkd import losses
from seqkd.analysis.settings import ReportSettings
from seqkd.corpus.settings import CorpusSettings
from seqkd.data.tokenizer_settings import TokenizerSettings
from seqkd.decoding.settings import DecodeSettings
from seqkd.distillation.prune_settings import PruneSettings
from seqkd.distillation.targets import GOLD, NAMES, Targets, label
from seqkd.models.settings import ModelSettings
from seqkd.scoring.settings import ScoreSettings
from seqkd.scoring.speed_settings import SpeedSettings
from seqkd.scoring.truth_settings import TruthSettings
from seqkd.training.settings import TrainingSettings
from seqkd.utils.settings import Folder, Name, Settings

Seed = Annotated[int, Field(ge=0, lt=2**31)]
Seeds = Annotated[list[Seed], Field(min_length=1, max_length=100)]


def _terms(value: Any) -> Any:
    """Expand ``nll`` to ``{nll: 1.0}`` and a number to ``{weight: number}``."""
    if isinstance(value, str):
        value = {value: 1.0}
    if not isinstance(value, dict) or not value:
        raise ValueError(f"found {value!r:.60}; must be a name such as nll, or weights {{nll: 0.5, word-kd: 0.5}}")
    return {name: dict(term) if isinstance(term, dict) else {"weight": term} for name, term in value.items()}


Loss = Annotated[
    dict[str, dict[str, Any]],
    BeforeValidator(_terms, json_schema_input_type=str | dict[str, float | dict[str, Any]]),
]
"""Objectives by name, each with its weight and the settings that were written; see ``complete_loss``."""


class TrainingChanges(TrainingSettings):
    """What differs from `training`: only the keys that were written count."""

    @model_serializer(mode="wrap")
    def _written(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        keys = self.model_fields_set | (type(self).model_fields.keys() - TrainingSettings.model_fields.keys())
        return {key: value for key, value in handler(self).items() if key in keys}

    def changes(self) -> dict[str, Any]:
        """The written keys of TrainingSettings."""
        written = self.model_fields_set & TrainingSettings.model_fields.keys()
        return {key: getattr(self, key) for key in sorted(written)}


class TeacherSettings(TrainingChanges):
    """One teacher: a model and its seeds, and any key of `training` that differs; or the average of other teachers."""

    model: Name | None = Field(None, description="Name of its model in `models`; required unless `ensemble` is set.")
    ensemble: list[Name] = Field(
        [],
        description="Instead of a model: names of other teachers, all their seeds. It is not trained; its distribution "
        "is the average of theirs, and it teaches, translates and is measured like any other.",
    )
    pretrained: Folder | None = Field(
        None,
        description="An existing teacher: `results/teachers/NAME/SEED` of another run, or a copy. It is not trained. "
        "`model` describes it, `tokenizer.pretrained` must name the tokenizer it was trained with, and of the other "
        "keys "
        "only `precision` may be set.",
    )
    seeds: Seeds = Field([1], description="One teacher is trained per seed.")


class StudentSettings(TrainingChanges):
    """One student: what it learns from and how, and any key of `training` that differs."""

    model: Name | None = Field(
        None,
        description="Name of its model; required unless `init_from` implies it or only one model belongs to no "
        "teacher.",
    )
    teacher: Name | None = Field(None, description="The teacher it learns from; the first one by default.")
    teacher_seed: Seed | Literal["same"] | None = Field(
        None, description="Seed of that teacher: its first by default, `same` for the student's seed."
    )
    targets: Targets = Field(
        GOLD,
        description="Target side. " + "; ".join(f"`{kind}`: {label(kind)}" for kind in (GOLD, *NAMES)) + ".",
    )
    loss: Loss = Field(
        {"nll": {"weight": 1.0}},
        description="Objective: a name, or weights by name; a term with settings is {weight: .., key: ..}.",
    )
    teacher_top_k: int = Field(
        0,
        ge=0,
        le=1024,
        description="0: the teacher runs online. Otherwise its k most probable tokens at every target position, and "
        "the mass of all others, are stored once and read from disk; only for `word-kd` and `kl`.",
    )
    init_from: Name | None = Field(
        None,
        description="Student or teacher to initialise the weights from, at the same seed. From a deeper model, evenly "
        "spaced layers are taken.",
    )
    seeds: Seeds | None = Field(None, description="One student is trained per seed; by default the config's `seeds`.")


class Config(Settings):
    """A whole experiment."""

    title: str = Field("", max_length=200, description="Headline of the report.")
    seeds: Seeds = Field([1], description="Seeds of the students.")
    corpus: CorpusSettings = Field(description="Where the text comes from and how it is cleaned.")
    tokenizer: TokenizerSettings = Field(TokenizerSettings(), description="How text is split into subwords.")
    models: dict[Name, ModelSettings] = Field(min_length=1, description="Architectures and sizes by name.")
    training: TrainingSettings = Field(TrainingSettings(), description="How every model is trained.")
    fine_tuning: TrainingChanges = Field(
        TrainingChanges(), description="What differs from `training` for students with `init_from`."
    )
    retraining: TrainingChanges = Field(TrainingChanges(), description="What differs from `training` after pruning.")
    teachers: dict[Name, TeacherSettings] = Field(
        min_length=1, description="Teachers by name; the first is the default."
    )
    decode: DecodeSettings = Field(DecodeSettings(), description="How teachers translate the training set.")
    students: dict[Name, StudentSettings] = Field({}, description="Students by name.")
    prune: PruneSettings = Field(PruneSettings(), description="Which models are pruned, and to which sparsities.")
    score: ScoreSettings = Field(ScoreSettings(), description="What is measured on the test sets.")
    speed: SpeedSettings = Field(SpeedSettings(), description="How speed is measured.")
    truth: TruthSettings = Field(
        TruthSettings(),
        description="How models are compared with the true distribution; only for the corpus `captions`.",
    )
    report: ReportSettings = Field(ReportSettings(), description="What the page shows.")


def complete_loss(terms: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The terms with defaults filled in, sorted by name.

    Raises:
        ValueError: a weight or a setting is out of bounds (pydantic's error for the latter).
    """
    complete = {}
    for name in sorted(terms):
        weight, options = losses.split_term(terms[name])
        complete[name] = {"weight": weight, **losses.settings_of(name)(**options).canonical()}
    return complete
