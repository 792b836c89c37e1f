"""Checks of ensembles: teachers that average the distributions of other teachers."""

from collections.abc import Iterator

from seqkd.config.error_messages import did_you_mean
from seqkd.config.sections import Config


def check_ensembles(config: Config) -> Iterator[str]:
    """Error lines: each teacher has either a model or members, and an ensemble has no training settings."""
    for name, teacher in config.teachers.items():
        key = f"teachers.{name}"
        if (teacher.model is None) == (not teacher.ensemble):
            yield f"{key}: needs either `model`, to be trained, or `ensemble`, a list of teachers to average"
        elif teacher.ensemble:
            yield from _members(key, name, config)
            written = sorted(teacher.model_fields_set - {"ensemble"})
            if written:
                yield f"{key}.{written[0]}: an ensemble is not trained; remove this key"
    yield from _uses(config)


def _members(key: str, name: str, config: Config) -> Iterator[str]:
    trained = [name for name, teacher in config.teachers.items() if not teacher.ensemble]
    members = config.teachers[name].ensemble
    for member in members:
        if member not in trained:
            allowed = f"must be a trained teacher ({', '.join(trained) or 'there are none'})"
            yield f"{key}.ensemble: found {member!r}; {allowed}{did_you_mean(member, trained)}"
        elif members.count(member) > 1:
            yield f"{key}.ensemble: {member!r} is listed twice; list it once, all its seeds are members"
            return
    count = sum(len(config.teachers[member].seeds) for member in members if member in trained)
    if set(members) <= set(trained) and count < 2:
        yield f"{key}.ensemble: has only one member; add teachers, or give {members[0]!r} more `seeds`"
    changes = [config.teachers[member].changes() for member in members if member in trained]
    if len({change.get("precision", config.training.precision) for change in changes}) > 1:
        yield f"{key}.ensemble: its members differ in `precision`; use the same for all"


def _uses(config: Config) -> Iterator[str]:
    """Lines where an ensemble is used but a single model's weights are needed."""
    ensembles = [name for name, teacher in config.teachers.items() if teacher.ensemble]
    for name, student in config.students.items():
        if student.init_from in ensembles:
            yield (
                f"students.{name}.init_from: found {student.init_from!r}, an ensemble, which has no weights of its "
                "own; name "
                "one of its members"
            )
    for name in config.prune.students:
        if name in ensembles:
            yield f"prune.students: found {name!r}, an ensemble; prune its members, or a student"
