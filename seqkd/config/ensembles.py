"""Teachers that are the average of others: what they may say, and what they cannot be."""

from collections.abc import Iterator

from seqkd.config.mistakes import nearest
from seqkd.config.sections import Config


def check_ensembles(config: Config) -> Iterator[str]:
    """Lines as in ``checks``: of each teacher either a model or members, and of an ensemble nothing that is trained."""
    for name, teacher in config.teachers.items():
        where = f"teachers.{name}"
        if (teacher.model is None) == (not teacher.ensemble):
            yield f"{where}: needs either `model`, to be trained, or `ensemble`, other teachers that it averages"
        elif teacher.ensemble:
            yield from _members(where, name, config)
            written = sorted(teacher.model_fields_set - {"ensemble"})
            if written:
                yield f"{where}.{written[0]}: an ensemble is not trained, it is its members; leave it out"
    yield from _uses(config)


def _members(where: str, name: str, config: Config) -> Iterator[str]:
    trained = [one for one, teacher in config.teachers.items() if not teacher.ensemble]
    named = config.teachers[name].ensemble
    for one in named:
        if one not in trained:
            yield (
                f"{where}.ensemble: {one!r} is no teacher that is trained{nearest(one, trained)}; there are "
                f"{', '.join(trained) or 'none'}"
            )
        elif named.count(one) > 1:
            yield f"{where}.ensemble: {one!r} is listed twice; list it once, all its seeds are members"
            return
    count = sum(len(config.teachers[one].seeds) for one in named if one in trained)
    if set(named) <= set(trained) and count < 2:
        yield f"{where}.ensemble: has one member; name more teachers, or give {named[0]!r} more `seeds`"
    changes = [config.teachers[one].changes() for one in named if one in trained]
    if len({one.get("precision", config.training.precision) for one in changes}) > 1:
        yield f"{where}.ensemble: its members differ in `precision`; give them one"


def _uses(config: Config) -> Iterator[str]:
    """Where one model's weights are asked for."""
    averaged = [name for name, teacher in config.teachers.items() if teacher.ensemble]
    for name, student in config.students.items():
        if student.start in averaged:
            yield f"students.{name}.start: {student.start!r} is an ensemble, which has no weights to start from"
    for name in config.prune.students:
        if name in averaged:
            yield f"prune.students: {name!r} is an ensemble; prune its members, or a student"
