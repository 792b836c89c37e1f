"""Which students of a run play the parts that a statement speaks of, told by what they learned from, not by name."""

from collections.abc import Collection
from typing import TypedDict, Unpack

from seqkd.analysis.results import System
from seqkd.analysis.pairings import baselines, variants

Models = list[System]
"""All seeds of one system."""


DIVERGENCES = {"kl", "rkl", "js", "tvd", "engine"}
"""The objectives of f-DISTILL, those that it compares with included."""


class Missing(Exception):
    """A part that no system of the run plays; the message says which."""


class Recipe(TypedDict, total=False):
    """What tells a student beside its loss and targets; ``iterations`` of `tie-kd`: 1, or 2 for more than one."""

    start: str | None
    size: str
    teacher: str
    iterations: int | None


class Cast:
    """The systems of a run, those that learn from the first teacher where nothing else is said.

    Attributes:
        sizes: models that have a baseline, as the config lists them.
        teachers: names, as the config lists them.
    """

    def __init__(self, systems: list[System]) -> None:
        self.variants = variants(systems)
        self.baselines = baselines(systems)
        self.sizes = list(self.baselines)
        self.teachers = list(dict.fromkeys(one.system for one in systems if one.kind == "teacher"))

    def baseline(self, size: str = "") -> Models:
        """Trained on references alone; of the first size if none is named."""
        if not self.sizes or (size and size not in self.baselines):
            raise Missing(f"no student{f' of size {size}' if size else ''} learns from references alone, from scratch")
        return self.baselines[size or self.sizes[0]]

    def teacher(self, name: str = "") -> Models:
        """A teacher, the first if none is named."""
        if not self.teachers:
            raise Missing("no teacher")
        return self.variants[name or self.teachers[0], 0.0, None]

    def student(self, loss: Collection[str], targets: str = "gold", **recipe: Unpack[Recipe]) -> Models:
        """The first student with this recipe, of the baseline's size unless it starts from another.

        Raises:
            Missing: there is none.
        """
        if recipe.get("start") is None:
            recipe["size"] = recipe.get("size") or self.baseline()[0].model
        found = self.students(loss, targets, **recipe)
        if not found:
            raise Missing(_told(loss, targets, **recipe))
        return found[0]

    def students(
        self,
        loss: Collection[str],
        targets: str = "gold",
        *,
        start: str | None = None,
        size: str = "",
        teacher: str = "",
        iterations: int | None = None,
    ) -> list[Models]:
        """All students with a recipe; of any size, where none is named.

        Args:
            loss: names of its terms, all of them.
        """
        known = {"", teacher or self.teacher()[0].system}

        def fits(one: System) -> bool:
            same = one.kind == "student" and terms(one) == set(loss) and (one.targets, one.start) == (targets, start)
            return same and one.teacher in known and one.model == (size or one.model) and _iterates(one, iterations)

        return [models for models in self.variants.values() if fits(models[0])]

    def went_on(self, models: Models) -> Models:
        """The control of what starts from a student: it itself trained on by its own loss and targets; [] if none."""
        own = models[0]
        return next(iter(self.students(terms(own), own.targets, start=own.system, teacher=own.teacher)), [])

    def pre_distilled(self) -> Models:
        """The student from which those of f-DISTILL start: taught by the teacher's distribution, on the references."""
        starts = {models[0].start for models in self.variants.values() if DIVERGENCES & set(models[0].loss)}
        for models in self.variants.values():
            one = models[0]
            if one.kind == "student" and one.targets == "gold" and "word-kd" in terms(one) and one.system in starts:
                return models
        raise Missing("no student is pre-distilled, that is learns by word-kd and is where one of f-DISTILL starts")

    def pruned(self, models: Models, sparsity: float, retrained: bool = True) -> Models:
        """A system, pruned."""
        name = models[0].system
        if (name, sparsity, retrained) not in self.variants:
            raise Missing(f"{name} is not pruned by {100 * sparsity:g} %")
        return self.variants[name, sparsity, retrained]

    def sparsities(self, models: Models) -> list[float]:
        """By which shares a system is pruned."""
        found = {one[0].sparsity for one in self.variants.values() if one[0].system == models[0].system}
        return sorted(found - {0.0})


def terms(system: System) -> set[str]:
    """Names of the terms of its loss. Beside likelihood, `kl` is Word-KD: they differ by the teacher's entropy."""
    names = set(system.loss)
    return {"nll", "word-kd"} if names == {"nll", "kl"} else names


def _iterates(system: System, iterations: int | None) -> bool:
    if iterations is None:
        return True
    own = system.loss.get("tie-kd", {})
    known = own.get("iterations", 3) if isinstance(own, dict) else 3
    return bool(known == 1) == (iterations == 1)


def _told(
    loss: Collection[str],
    targets: str,
    *,
    start: str | None = None,
    size: str = "",
    teacher: str = "",
    iterations: int | None = None,
) -> str:
    """The recipe that is missing, in words."""
    words = f"no student learns by {' + '.join(loss)} on {targets}"
    words += f" from {start}" if start else " from scratch"
    words += f" with {'one iteration' if iterations == 1 else 'iterations'}" if iterations else ""
    words += f", taught by {teacher}" if teacher else ""
    return words + (f" (size {size})" if size else "")
