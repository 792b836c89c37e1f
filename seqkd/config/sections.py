"""The config, composed of its sections; each section's class lives next to the code that reads it."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SerializerFunctionWrapHandler, model_serializer

from seqkd import losses
from seqkd.analysis.settings import ReportSettings
from seqkd.corpus.settings import CorpusSettings
from seqkd.decoding.settings import DecodeSettings
from seqkd.models.settings import ModelSettings
from seqkd.pruning.settings import PruneSettings
from seqkd.scoring.settings import ScoreSettings
from seqkd.scoring.speed_settings import SpeedSettings
from seqkd.scoring.truth_settings import TruthSettings
from seqkd.settings import Folder, Name, Settings
from seqkd.tokenizer.settings import TokenizerSettings
from seqkd.training.settings import TrainingSettings

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
    """One teacher: a model, its seeds, and any key of `training` that differs for it; or an average of others."""

    model: Name | None = Field(None, description="Its model, a name in `models`; needed unless `ensemble` is given.")
    ensemble: list[Name] = Field(
        [],
        description="Instead of a model: other teachers, all their seeds. This one is not trained, its distribution is "
        "the average of theirs; it teaches, translates and is measured like any other.",
    )
    folder: Folder | None = Field(
        None,
        description="A teacher that there is: `results/teachers/NAME/SEED` of another run, or a copy. It is not "
        "trained; `model` says what it is, `tokenizer.folder` names the pieces it was trained with, and of the other "
        "keys `precision` alone may be written.",
    )
    seeds: Seeds = Field([1], description="One teacher is trained for each seed.")


class StudentSettings(TrainingChanges):
    """One student: what it learns from and how, and any key of `training` that differs for it."""

    model: Name | None = Field(
        None, description="Its model; needed unless `start` gives it or only one model is no teacher's."
    )
    teacher: Name | None = Field(None, description="The teacher it learns from; the first one if not given.")
    teacher_seed: Seed | Literal["same"] | None = Field(
        None, description="Which of the teacher's seeds; its first if not given, `same` for the student's own seed."
    )
    targets: Literal[
        "gold", "seq-kd", "seq-inter", "best-chrf", "ranked", "samples", "mbr", "seq-kd+gold", "ranked+gold"
    ] = Field(
        "gold",
        description="Target side: references; the teacher's beam search; of its n-best list the best by sentence BLEU, "
        "the best by chrF, or the best four by BLEU in 4, 3, 2, 1 copies; its samples, or their consensus (minimum "
        "Bayes risk by chrF). With `+gold` the references of the same sentences are added, once and twice.",
    )
    loss: Loss = Field(
        {"nll": {"weight": 1.0}},
        description="Objective: a name, or weights by name; a term with settings of its own is {weight: .., key: ..}.",
    )
    teacher_top_k: int = Field(
        0,
        ge=0,
        le=1024,
        description="0: the teacher runs beside the student. Otherwise so many of its most probable words at every "
        "target position, with the mass of the rest, are stored once and read from disk, by `word-kd` and `kl`.",
    )
    start: Name | None = Field(
        None,
        description="Student or teacher whose weights it starts from, at the same seed; of more layers some are taken, "
        "evenly spread.",
    )
    seeds: Seeds | None = Field(None, description="One student is trained for each; the config's `seeds` if not given.")


class Config(Settings):
    """A whole experiment."""

    title: str = Field("", max_length=200, description="Headline of the report.")
    seeds: Seeds = Field([1], description="Seeds of the students.")
    corpus: CorpusSettings = Field(description="Where the text comes from and how it is cleaned.")
    tokenizer: TokenizerSettings = Field(TokenizerSettings(), description="How text is cut into pieces.")
    models: dict[Name, ModelSettings] = Field(min_length=1, description="Architectures and sizes by name.")
    training: TrainingSettings = Field(TrainingSettings(), description="How every model is trained.")
    fine_tuning: TrainingChanges = Field(
        TrainingChanges(), description="What differs from `training` for students with `start`."
    )
    retraining: TrainingChanges = Field(TrainingChanges(), description="What differs from `training` after pruning.")
    teachers: dict[Name, TeacherSettings] = Field(
        min_length=1, description="Teachers by name; the first is the default."
    )
    decode: DecodeSettings = Field(DecodeSettings(), description="How teachers translate the training set.")
    students: dict[Name, StudentSettings] = Field({}, description="Students by name.")
    prune: PruneSettings = Field(PruneSettings(), description="Which models are pruned, and how far.")
    score: ScoreSettings = Field(ScoreSettings(), description="What is measured on the test sets.")
    speed: SpeedSettings = Field(SpeedSettings(), description="How speed is measured.")
    truth: TruthSettings = Field(
        TruthSettings(), description="How models are held against the truth; for the corpus `captions` alone."
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
