"""What no single section can see: names that must exist, cycles, seeds, losses. Each check yields lines."""

import json
from collections import Counter
from collections.abc import Iterator

from pydantic import ValidationError

from seqkd import losses
from seqkd.config.bleu import check_bleu
from seqkd.config.combinations import nonsense
from seqkd.config.ensembles import check_ensembles
from seqkd.config.given import check_given
from seqkd.config.mistakes import lines, nearest, short
from seqkd.config.sections import Config, StudentSettings, complete_loss
from seqkd.config.systems import continues, merged, model_name, start_model, teacher_name
from seqkd.corpus import slices
from seqkd.corpus.settings import FilesSettings
from seqkd.errors import UserError
from seqkd.losses import outside
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.training.settings import TrainingSettings

MOST_STARTS = 50
"""Students at most that start one from another."""
MOST_MEASUREMENTS = 20_000
"""Models times test sets at most, beyond which planning alone takes minutes."""


def check(config: Config) -> list[str]:
    """Every mistake that concerns more than one section, as ``key: what is wrong and what is allowed``."""
    found = [*_names(config), *_seeds(config), *_losses(config), *_starts(config)]
    found += [*_texts(config), *_extent(config), *check_ensembles(config), *check_given(config), *check_bleu(config)]
    if not found:  # what follows reads names and starts
        found = [
            *_models(config),
            *_start_models(config),
            *_teacher_seeds(config),
            *_trainings(config),
            *_measurements(config),
            *nonsense(config),
        ]
    return found


def _unknown(where: str, name: str, known: list[str]) -> str:
    return f"{where}: unknown name {short(name)}{nearest(name, known)}; known: {', '.join(known) or 'none'}"


def _names(config: Config) -> Iterator[str]:
    models, teachers, students = list(config.models), list(config.teachers), list(config.students)
    for name in teachers:
        if name in students:
            yield f"students.{name}: a teacher has this name too; give the student another"
    for name, teacher in config.teachers.items():
        if teacher.model is not None and teacher.model not in models:
            yield _unknown(f"teachers.{name}.model", teacher.model, models)
    for name, student in config.students.items():
        if student.model is not None and student.model not in models:
            yield _unknown(f"students.{name}.model", student.model, models)
        if student.teacher is not None and student.teacher not in teachers:
            yield _unknown(f"students.{name}.teacher", student.teacher, teachers)
        if student.start is not None and student.start not in [*teachers, *students]:
            yield _unknown(f"students.{name}.start", student.start, [*teachers, *students])
    for name in config.prune.students:
        if name not in [*teachers, *students]:
            yield _unknown("prune.students", name, [*students, *teachers])


def _repeated(values: list[float]) -> list[float]:
    return sorted(value for value, count in Counter(values).items() if count > 1)


def _seeds(config: Config) -> Iterator[str]:
    lists = {"seeds": config.seeds}
    lists |= {f"teachers.{name}.seeds": teacher.seeds for name, teacher in config.teachers.items()}
    lists |= {f"students.{name}.seeds": student.seeds or [] for name, student in config.students.items()}
    for where, seeds in lists.items():
        for seed in _repeated([*seeds]):
            yield f"{where}: {seed} is listed twice; list each seed once"


def _losses(config: Config) -> Iterator[str]:
    for name, student in config.students.items():
        for term in student.loss:
            where = f"students.{name}.loss"
            try:
                if not outside.is_path(term) and term not in losses.NAMES:
                    yield _unknown(where, term, list(losses.NAMES))
                else:
                    losses.load(term)
                    yield from _term(f"{where}.{term}", term, student.loss[term])
            except UserError as error:
                yield f"{where}: {error}"


def _term(where: str, name: str, term: dict[str, object]) -> Iterator[str]:
    weight = term.get("weight")
    if "weight" not in term:
        yield f"{where}: has no weight; write {{weight: 1.0, ...}}"
    elif isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 < weight < float("inf"):
        yield f"{where}: found weight {weight!r}; a weight is a number greater than 0"
    else:
        try:
            json.dumps(complete_loss({name: {**term}}), allow_nan=False)  # as manifests will hold it
        except ValidationError as error:
            own = {key: value for key, value in term.items() if key != "weight"}
            yield from (f"{where}.{line}" for line in lines(error, own, losses.settings_of(name)))
        except Exception as error:
            if not outside.is_path(name):
                raise
            yield f"{where}: its Options fail ({type(error).__name__}: {error}); mend the file"


def _texts(config: Config) -> Iterator[str]:
    if isinstance(config.corpus, FilesSettings):
        sets = {"train": config.corpus.train, "dev": config.corpus.dev}
        sets |= {f"test_sets.{name}": pair for name, pair in config.corpus.test_sets.items()}
        for where, pair in sets.items():
            if pair.src == pair.tgt:
                yield f"corpus.{where}.tgt: the same file as src; name the file that holds the translations"


def _extent(config: Config) -> Iterator[str]:
    """A plan that no machine would work off is refused before it is drawn up."""
    seeds = {name: len(teacher.seeds) for name, teacher in config.teachers.items()}
    seeds |= {name: len(student.seeds or config.seeds) for name, student in config.students.items()}
    pruned = sum(seeds.get(name, 0) for name in config.prune.students) * len(config.prune.sparsities) * 2
    models, tests = sum(seeds.values()) + pruned, len(slices.test_sets(config.corpus))
    if models * tests > MOST_MEASUREMENTS:
        yield (
            f"students: {models} models (seeds and pruned ones counted) on {tests} test sets are "
            f"{models * tests} measurements, at most {MOST_MEASUREMENTS}; leave some out"
        )


def _starts(config: Config) -> Iterator[str]:
    """Students that start, over others, from themselves: a cycle is told once."""
    told: set[str] = set()
    for name in config.students:
        path = [name]
        while (start := config.students[path[-1]].start) in config.students and start not in path:
            path.append(str(start))
        if start in path and not told & set(path):
            cycle = path[path.index(str(start)) :]
            told |= set(cycle)
            way = " starts from ".join([*cycle, cycle[0]])
            yield f"students.{name}.start: a cycle, {way}; one must start from scratch"
        elif len(path) > MOST_STARTS:
            yield f"students.{name}.start: {len(path)} students that start one from another, at most {MOST_STARTS}"
            return


def _models(config: Config) -> Iterator[str]:
    for name, model in config.models.items():
        if isinstance(model, TransformerSettings) and model.tied == "all" and not config.tokenizer.shared:
            yield (
                f"models.{name}.tied: 'all' needs one vocabulary for both languages, but tokenizer.shared is false; "
                "write `tied: decoder`"
            )
    for name in config.students:
        try:
            model_name(config, name)
        except ValueError as error:
            yield f"students.{name}.model: {error}"


def _start_models(config: Config) -> Iterator[str]:
    for name, student in config.students.items():
        start = start_model(config, student)
        own = student.model
        if start and own and not continues(config.models[own], config.models[start]):
            yield (
                f"students.{name}.model: found {own!r}, but its start {student.start!r} has {start!r}; leave `model` "
                "out, or name one that differs in dropout and in fewer layers alone"
            )


def _teacher_seeds(config: Config) -> Iterator[str]:
    for name, student in config.students.items():
        seeds = student.seeds or config.seeds
        yield from _own_seeds(config, f"students.{name}.teacher_seed", student, seeds)
        if student.start in config.students:
            known = config.students[student.start].seeds or config.seeds
            for seed in sorted(set(seeds) - set(known)):
                yield f"students.{name}.seeds: {seed} is no seed of its start {student.start!r}, which has {known}"


def _own_seeds(config: Config, where: str, student: StudentSettings, seeds: list[int]) -> Iterator[str]:
    if student.teacher_seed is None:
        return
    wanted = seeds if student.teacher_seed == "same" else [student.teacher_seed]
    for teacher in dict.fromkeys([teacher_name(config, student), student.start]):
        if teacher in config.teachers:
            known = config.teachers[teacher].seeds
            for seed in wanted:
                if seed not in known:
                    yield f"{where}: {seed} is no seed of teacher {teacher!r}, which has {known}"


def _trainings(config: Config) -> Iterator[str]:
    """Settings that are sound each may be unsound together: a training's own checks see the merged values."""
    changes = {"retraining": config.retraining.changes()}
    changes |= {f"teachers.{name}": teacher.changes() for name, teacher in config.teachers.items()}
    fine_tuning = config.fine_tuning.changes()
    for name, student in config.students.items():
        changes[f"students.{name}"] = (fine_tuning if student.start else {}) | student.changes()
    for where, change in changes.items():
        try:
            merged(config.training, change)
        except ValidationError as error:
            yield from (f"{where}: with `training`: {line}" for line in lines(error, change, TrainingSettings))


def _measurements(config: Config) -> Iterator[str]:
    for key, values in (("students", config.prune.students), ("sparsities", config.prune.sparsities)):
        for value in [value for value, count in Counter[object](values).items() if count > 1]:
            yield f"prune.{key}: {value} is listed twice; list each once"
    if config.score.search.beam == 1:
        yield "score.search.beam: 1 is greedy search, which is measured anyway; write 2 or more"
    if "truth" in config.model_fields_set and config.corpus.source != "captions":
        yield (
            f"truth: goes with `corpus.source: captions`, whose truth is known, found {config.corpus.source!r}; "
            "leave it out"
        )
    sparsity = config.speed.sparsity
    written = "sparsity" in config.speed.model_fields_set and sparsity is not None
    if written and config.prune.students and sparsity not in config.prune.sparsities:
        yield f"speed.sparsity: {sparsity} is none of prune.sparsities, {config.prune.sparsities}; or write null"
