"""Which systems are compared with which: students with the baseline of their size, and further pairs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from seqkd.analysis.results import System

Role = Literal["primary", "secondary", "control", "pruning", "runner-up"]
Variant = tuple[str, float, bool | None]


@dataclass(frozen=True)
class Pairing:
    """A comparison to be made: models of one variant against models of another."""

    role: Role
    system: list[System]
    against: list[System]


def variants(systems: Iterable[System]) -> dict[Variant, list[System]]:
    """Systems grouped over their seeds, in config order."""
    found: dict[Variant, list[System]] = {}
    for system in systems:
        found.setdefault(system.variant, []).append(system)
    return found


def is_plain(system: System) -> bool:
    """Trained on gold text with nothing but negative log-likelihood."""
    return system.kind == "student" and system.targets == "gold" and set(system.loss) == {"nll"}


def baselines(systems: list[System]) -> dict[str, list[System]]:
    """The same-size baseline for each model: its first plain student that starts from nothing, all seeds."""
    found: dict[str, list[System]] = {}
    for models in variants(systems).values():
        if is_plain(models[0]) and models[0].start is None:
            found.setdefault(models[0].model, models)
    return found


def controls(systems: list[System]) -> dict[str, list[System]]:
    """For each model the baseline that was trained on as long as the fine-tuned students."""
    base = {model: models[0].system for model, models in baselines(systems).items()}
    found: dict[str, list[System]] = {}
    for models in variants(systems).values():
        if is_plain(models[0]) and models[0].start is not None and models[0].start == base.get(models[0].model):
            found.setdefault(models[0].model, models)
    return found


def pairings(systems: list[System]) -> list[Pairing]:
    """Every comparison of one test set and decoding. Roles are those of the primary test set and decoding."""
    base, control, every = baselines(systems), controls(systems), variants(systems)
    teachers = {models[0].model: models for models in every.values() if models[0].kind == "teacher"}
    found = []
    for models in every.values():
        first = models[0]
        same_size, longer = base.get(first.model, []), control.get(first.model, [])
        if first.kind == "pruned":
            found.append(Pairing("pruning", models, every.get((first.system, 0.0, None), [])))
        elif first.kind == "student" and same_size:
            found.append(Pairing("primary", models, same_size))
            if first.start is not None:
                found.append(Pairing("control", models, longer))
        elif first.kind == "student":
            found.append(Pairing("secondary", models, teachers.get(first.model, [])))
    return [pairing for pairing in found if pairing.against and pairing.system != pairing.against]
