"""Checks across sections: names that must exist, cycles, seeds, losses. Each check yields error lines."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from seqkd import losses
from seqkd.config.bleu import check_bleu
from seqkd.config.combinations import incompatible_combinations
from seqkd.config.ensembles import check_ensembles
from seqkd.config.error_messages import did_you_mean, error_lines, shorten
from seqkd.config.pretrained import check_pretrained
from seqkd.config.resolve import can_init_from, merge_settings, model_name, start_model, teacher_name
from seqkd.config.sections import Config, StudentSettings, complete_loss
from seqkd.corpus.sources.captions import CaptionsSettings
from seqkd.decoding.shards import line_count
from seqkd.distillation.targets import GOLD, load
from seqkd.losses import user_losses
from seqkd.models.transformer_settings import TransformerSettings
from seqkd.training.settings import TrainingSettings
from seqkd.utils.errors import UserError

MAX_CHAIN = 50
"""Longest chain of students that start from one another."""
MAX_MEASUREMENTS = 20_000
"""Limit of models times test sets, beyond which planning alone takes minutes."""


def find_errors(config: Config) -> list[str]:
    """Every error that concerns more than one section, as ``key: value found; what is allowed; next step``."""
    errors = [*_names(config), *_seeds(config), *_losses(config), *_starts(config)]
    errors += [*_extent(config), *check_ensembles(config), *check_pretrained(config), *check_bleu(config)]
    if not errors:  # the following checks rely on names and starts
        errors = [
            *_models(config),
            *_start_models(config),
            *_seeds_of_teachers_and_starts(config),
            *_trainings(config),
            *_measurements(config),
            *_n_best(config),
            *incompatible_combinations(config),
        ]
    return errors


def _unknown(key: str, name: str, allowed: list[str]) -> str:
    return f"{key}: found {shorten(name)}; must be one of {', '.join(allowed)}{did_you_mean(name, allowed)}"


def _names(config: Config) -> Iterator[str]:
    models, teachers, students = list(config.models), list(config.teachers), list(config.students)
    for name in teachers:
        if name in students:
            yield f"students.{name}: a teacher has this name too; rename the student"
    for name, teacher in config.teachers.items():
        if teacher.model is not None and teacher.model not in models:
            yield _unknown(f"teachers.{name}.model", teacher.model, models)
    for name, student in config.students.items():
        if student.model is not None and student.model not in models:
            yield _unknown(f"students.{name}.model", student.model, models)
        if student.teacher is not None and student.teacher not in teachers:
            yield _unknown(f"students.{name}.teacher", student.teacher, teachers)
        if student.init_from is not None and student.init_from not in [*teachers, *students]:
            yield _unknown(f"students.{name}.init_from", student.init_from, [*teachers, *students])
    for name in config.prune.students:
        if name not in [*teachers, *students]:
            yield _unknown("prune.students", name, [*students, *teachers])


def _seeds(config: Config) -> Iterator[str]:
    lists = {"seeds": config.seeds}
    lists |= {f"teachers.{name}.seeds": teacher.seeds for name, teacher in config.teachers.items()}
    lists |= {f"students.{name}.seeds": student.seeds or [] for name, student in config.students.items()}
    for key, seeds in lists.items():
        for seed in sorted(seed for seed, count in Counter(seeds).items() if count > 1):
            yield f"{key}: {seed} is listed twice; list each seed once"


def _losses(config: Config) -> Iterator[str]:
    for name, student in config.students.items():
        for term in student.loss:
            key = f"students.{name}.loss"
            try:
                if not user_losses.is_path(term) and term not in losses.NAMES:
                    yield _unknown(key, term, list(losses.NAMES))
                else:
                    losses.load(term)
                    yield from _term(f"{key}.{term}", term, student.loss[term])
            except UserError as error:
                yield f"{key}: {error}"


def _term(key: str, name: str, term: dict[str, object]) -> Iterator[str]:
    weight = term.get("weight")
    if "weight" not in term:
        yield f"{key}: has no weight; write {{weight: 1.0, ...}}"
    elif isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 < weight < float("inf"):
        yield f"{key}: found weight {weight!r}; must be a number greater than 0"
    else:
        try:
            json.dumps(complete_loss({name: {**term}}), allow_nan=False)  # as manifests will hold it
        except ValidationError as error:
            options = {option: value for option, value in term.items() if option != "weight"}
            yield from (f"{key}.{line}" for line in error_lines(error, options, losses.settings_of(name)))
        except Exception as error:
            if not user_losses.is_path(name):
                raise
            yield f"{key}: its Options fail ({type(error).__name__}: {error}); fix the file"


def _extent(config: Config) -> Iterator[str]:
    """A plan that no machine could finish is refused before it is made."""
    seeds = {name: len(teacher.seeds) for name, teacher in config.teachers.items()}
    seeds |= {name: len(student.seeds or config.seeds) for name, student in config.students.items()}
    pruned = sum(seeds.get(name, 0) for name in config.prune.students) * len(config.prune.sparsities) * 2
    models, tests = sum(seeds.values()) + pruned, len(config.corpus.test_set_names)
    if models * tests > MAX_MEASUREMENTS:
        yield (
            f"students: found {models} models (counting seeds and pruned models) on {tests} test sets, which makes "
            f"{models * tests} measurements; at most {MAX_MEASUREMENTS} are allowed; remove some"
        )


def _starts(config: Config) -> Iterator[str]:
    """Students that start, directly or through others, from themselves: each cycle is reported once."""
    reported: set[str] = set()
    for name in config.students:
        path = [name]
        while (start := config.students[path[-1]].init_from) in config.students and start not in path:
            path.append(str(start))
        if start in path and not reported & set(path):
            cycle = path[path.index(str(start)) :]
            reported |= set(cycle)
            chain = ", which starts from ".join([*cycle[1:], cycle[0]])
            yield (
                f"students.{name}.init_from: found a cycle, {cycle[0]} starts from {chain}; one must start from scratch"
            )
        elif len(path) > MAX_CHAIN:
            yield (
                f"students.{name}.init_from: found a chain of {len(path)} students that start from one another; at "
                "most "
                f"{MAX_CHAIN} are allowed; shorten it"
            )
            return


def _models(config: Config) -> Iterator[str]:
    for name, model in config.models.items():
        if (
            isinstance(model, TransformerSettings)
            and model.tie_embeddings == "all"
            and not config.tokenizer.shared_vocab
        ):
            yield (
                f"models.{name}.tie_embeddings: found 'all', which needs a shared vocabulary, but "
                "tokenizer.shared_vocab is false; "
                "write `tie_embeddings: decoder`"
            )
    for name in config.students:
        try:
            model_name(config, name)
        except ValueError as error:
            yield f"students.{name}.model: {error}"


def _start_models(config: Config) -> Iterator[str]:
    for name, student in config.students.items():
        start = start_model(config, student)
        model = student.model
        if start and model and not can_init_from(config.models[model], config.models[start]):
            yield (
                f"students.{name}.model: found {model!r}, but its start {student.init_from!r} has {start!r}; remove "
                "`model`, or name a model that differs only in dropout or has fewer layers"
            )


def _seeds_of_teachers_and_starts(config: Config) -> Iterator[str]:
    for name, student in config.students.items():
        seeds = student.seeds or config.seeds
        yield from _teacher_seed(config, f"students.{name}.teacher_seed", student, seeds)
        if student.init_from in config.students:
            start_seeds = config.students[student.init_from].seeds or config.seeds
            for seed in sorted(set(seeds) - set(start_seeds)):
                yield (
                    f"students.{name}.seeds: found {seed}; must be one of the seeds of its start "
                    f"{student.init_from!r}, "
                    f"{start_seeds}"
                )


def _teacher_seed(config: Config, key: str, student: StudentSettings, seeds: list[int]) -> Iterator[str]:
    if student.teacher_seed is None:
        return
    for teacher in dict.fromkeys([teacher_name(config, student), student.init_from]):
        if teacher in config.teachers:
            teacher_seeds = config.teachers[teacher].seeds
            for seed in seeds if student.teacher_seed == "same" else [student.teacher_seed]:
                if seed not in teacher_seeds:
                    yield f"{key}: found {seed}; must be one of the seeds of teacher {teacher!r}, {teacher_seeds}"


def _trainings(config: Config) -> Iterator[str]:
    """Settings may be valid separately but not together: the checks of a training see the merged values."""
    changes = {"retraining": config.retraining.changes()}
    changes |= {f"teachers.{name}": teacher.changes() for name, teacher in config.teachers.items()}
    fine_tuning = config.fine_tuning.changes()
    for name, student in config.students.items():
        changes[f"students.{name}"] = (fine_tuning if student.init_from else {}) | student.changes()
    for key, change in changes.items():
        try:
            merge_settings(config.training, change)
        except ValidationError as error:
            yield from (
                f"{key}: merged with `training`: {line}" for line in error_lines(error, change, TrainingSettings)
            )


def _n_best(config: Config) -> Iterator[str]:
    """A fraction of the training set that is no sentence, where the number of pairs is set; others count theirs."""
    if not isinstance(config.corpus, CaptionsSettings):
        return
    if any(
        student.targets != GOLD and load(student.targets).DECODING == "n-best" for student in config.students.values()
    ):
        try:
            line_count(config.decode, "n-best", config.corpus.train_pairs)
        except UserError as error:
            yield str(error)


def _measurements(config: Config) -> Iterator[str]:
    lists: dict[str, Sequence[object]] = {
        "prune.students": config.prune.students,
        "prune.sparsities": config.prune.sparsities,
        "score.extra_metrics": config.score.extra_metrics,
    }
    for key, values in lists.items():
        for value in [value for value, count in Counter[object](values).items() if count > 1]:
            yield f"{key}: {value} is listed twice; list each once"
    if config.score.search.beam == 1:
        yield "score.search.beam: found 1, which is greedy search and measured anyway; write 2 or more"
    if "truth" in config.model_fields_set and config.corpus.source != "captions":
        yield (
            f"truth: found with `corpus.source: {config.corpus.source}`; the true distribution is only known for "
            "`captions`; remove this section"
        )
    sparsity = config.speed.sparsity
    is_written = "sparsity" in config.speed.model_fields_set and sparsity is not None
    if is_written and config.prune.students and sparsity not in config.prune.sparsities:
        yield f"speed.sparsity: found {sparsity}; must be one of prune.sparsities, {config.prune.sparsities}, or null"
