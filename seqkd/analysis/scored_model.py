"""A model that was scored, as the workflow describes it to the report."""

from dataclasses import dataclass
from typing import Any, Literal, Self

Variant = tuple[str, float, bool | None]
"""Name, sparsity and whether it was retrained: what the models of several seeds have in common."""


def variant_label(system: str, sparsity: float, retrained: bool | None) -> str:
    """``seq-kd`` or ``seq-kd, 80 % pruned, retrained``."""
    return f"{system}, {100 * sparsity:g} % pruned{', retrained' if retrained else ''}" if sparsity else system


@dataclass(frozen=True)
class ScoredModel:
    """A teacher, student or pruned student with one seed.

    Attributes:
        system: its name in the config; ``model`` is the name of its architecture and size.
        path: its folder below results.
        init_from: the system that it was initialised from.
    """

    system: str
    kind: Literal["teacher", "student", "pruned"]
    teacher: str
    model: str
    seed: int
    sparsity: float
    retrained: bool | None
    path: str
    targets: str
    loss: dict[str, Any]
    init_from: str | None
    test_sets: list[str]

    @classmethod
    def from_dict(cls, description: dict[str, Any]) -> Self:
        """From the plain dictionary that the workflow hands over; other keys are ignored."""
        defaults: dict[str, Any] = {"teacher": "", "targets": "", "loss": {}}
        values: dict[str, Any] = {name: description.get(name, defaults.get(name)) for name in cls.__dataclass_fields__}
        loss = values["loss"] or {}
        values["loss"] = {loss: 1.0} if isinstance(loss, str) else loss
        values["sparsity"] = values["sparsity"] or 0.0
        return cls(**values)

    @property
    def variant(self) -> Variant:
        """What several seeds have in common."""
        return self.system, self.sparsity, self.retrained

    @property
    def label(self) -> str:
        """The name in tables and legends."""
        return variant_label(*self.variant)
