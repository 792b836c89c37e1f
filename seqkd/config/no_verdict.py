"""What makes a verdict impossible and is known before any work: students without a baseline, test sets too small."""

from collections.abc import Iterator

from seqkd.analysis.minimums import MINIMUM
from seqkd.config.resolve import model_name
from seqkd.config.sections import Config, StudentSettings


def no_verdict(config: Config) -> list[str]:
    """Lines of ``key: reason``; empty where every student can get a verdict on every test set."""
    return [*_without_baseline(config), *_too_small(config)]


def _without_baseline(config: Config) -> Iterator[str]:
    models = {name: model_name(config, name) for name in config.students}
    with_baseline = {models[name] for name, student in config.students.items() if _is_baseline(student)}
    with_baseline |= {teacher.model or "" for teacher in config.teachers.values()}
    for name, model in models.items():
        if model not in with_baseline:
            yield (
                f"students.{name}: no baseline of its model {model!r} to be compared with; add a student of that "
                "model with `targets: gold`, `loss: nll` and no `init_from`"
            )


def _is_baseline(student: StudentSettings) -> bool:
    return student.targets == "gold" and set(student.loss) == {"nll"} and student.init_from is None


def _too_small(config: Config) -> Iterator[str]:
    yield from (f"corpus.{line}" for line in config.corpus.too_small(MINIMUM["sentences"], MINIMUM["documents"]))
