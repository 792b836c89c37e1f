"""Finds the systems of a run that a hypothesis is about, by what they learned from and not by their names."""

from collections.abc import Collection
from typing import TypedDict, Unpack

from seqkd.analysis.hypothesis import SystemNotFound
from seqkd.analysis.pairings import baselines, variants
from seqkd.analysis.scored_model import ScoredModel

Models = list[ScoredModel]
"""All seeds of one system."""

DIVERGENCES = {"kl", "rkl", "js", "tvd", "engine"}
"""The objectives of f-DISTILL, including those that it compares with."""


class Recipe(TypedDict, total=False):
    """What identifies a student in addition to its loss and targets; ``iterations`` of `tie-kd`: 1, or 2 for more."""

    init_from: str | None
    size: str
    teacher: str
    iterations: int | None


class SystemIndex:
    """The systems of a run; those that learn from the first teacher unless another is named.

    Attributes:
        sizes: models that have a baseline, in config order.
        teachers: names, in config order.
    """

    def __init__(self, models: list[ScoredModel]) -> None:
        self.variants = variants(models)
        self.baselines = baselines(models)
        self.sizes = list(self.baselines)
        self.teachers = list(dict.fromkeys(model.system for model in models if model.kind == "teacher"))

    def baseline(self, size: str = "") -> Models:
        """Trained on references alone; of the first size if none is named."""
        if not self.sizes or (size and size not in self.baselines):
            of_size = f" of size {size}" if size else ""
            raise SystemNotFound(f"no student{of_size} learns from references alone, from scratch")
        return self.baselines[size or self.sizes[0]]

    def teacher(self, name: str = "") -> Models:
        """A teacher, the first if none is named."""
        if not self.teachers:
            raise SystemNotFound("no teacher")
        return self.variants[name or self.teachers[0], 0.0, None]

    def student(self, loss: Collection[str], targets: str = "gold", **recipe: Unpack[Recipe]) -> Models:
        """The first student with this recipe, of the baseline's size unless it starts from another system.

        Raises:
            SystemNotFound: there is none.
        """
        if recipe.get("init_from") is None:
            recipe["size"] = recipe.get("size") or self.baseline()[0].model
        students = self.students(loss, targets, **recipe)
        if not students:
            raise SystemNotFound(_describe_missing(loss, targets, **recipe))
        return students[0]

    def students(
        self,
        loss: Collection[str],
        targets: str = "gold",
        *,
        init_from: str | None = None,
        size: str = "",
        teacher: str = "",
        iterations: int | None = None,
    ) -> list[Models]:
        """All students with a recipe; of any size where none is named.

        Args:
            loss: names of all its terms.
        """
        teachers = {"", teacher or self.teacher()[0].system}

        def fits(model: ScoredModel) -> bool:
            if model.kind != "student" or loss_terms(model) != set(loss) or model.teacher not in teachers:
                return False
            same_start = (model.targets, model.init_from) == (targets, init_from)
            return same_start and model.model == (size or model.model) and _has_iterations(model, iterations)

        return [models for models in self.variants.values() if fits(models[0])]

    def continued(self, models: Models) -> Models:
        """The control of what starts from a student: the same student, trained for longer; [] if there is none."""
        first = models[0]
        recipe = Recipe(init_from=first.system, teacher=first.teacher)
        return next(iter(self.students(loss_terms(first), first.targets, **recipe)), [])

    def pre_distilled(self) -> Models:
        """The student from which those of f-DISTILL start: taught by the teacher's distribution, on the references."""
        starts = {models[0].init_from for models in self.variants.values() if DIVERGENCES & set(models[0].loss)}
        for models in self.variants.values():
            first = models[0]
            on_references = first.kind == "student" and first.targets == "gold"
            if on_references and "word-kd" in loss_terms(first) and first.system in starts:
                return models
        raise SystemNotFound(
            "no student is pre-distilled: none learns by word-kd and is the start of an f-DISTILL student"
        )

    def pruned(self, models: Models, sparsity: float, retrained: bool = True) -> Models:
        """A system, pruned."""
        name = models[0].system
        if (name, sparsity, retrained) not in self.variants:
            raise SystemNotFound(f"{name} is not pruned by {100 * sparsity:g} %")
        return self.variants[name, sparsity, retrained]

    def sparsities(self, models: Models) -> list[float]:
        """The shares of weights by which a system is pruned, ascending."""
        return sorted({sparsity for name, sparsity, _ in self.variants if name == models[0].system} - {0.0})


def loss_terms(model: ScoredModel) -> set[str]:
    """Names of its loss terms. With likelihood, `kl` is Word-KD: they differ by the teacher's entropy."""
    names = set(model.loss)
    return {"nll", "word-kd"} if names == {"nll", "kl"} else names


def _has_iterations(model: ScoredModel, iterations: int | None) -> bool:
    if iterations is None:
        return True
    options = model.loss.get("tie-kd", {})
    configured = options.get("iterations", 3) if isinstance(options, dict) else 3
    return bool(configured == 1) == (iterations == 1)


def _describe_missing(
    loss: Collection[str],
    targets: str,
    *,
    init_from: str | None = None,
    size: str = "",
    teacher: str = "",
    iterations: int | None = None,
) -> str:
    """The recipe that no student has, in words."""
    words = f"no student learns by {' + '.join(loss)} on {targets}"
    words += f" from {init_from}" if init_from else " from scratch"
    words += f" with {'one iteration' if iterations == 1 else 'iterations'}" if iterations else ""
    words += f", taught by {teacher}" if teacher else ""
    return words + (f" (size {size})" if size else "")
