"""Which systems are compared with which: students with the baseline of their size, and further pairs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from seqkd.analysis.scored_model import ScoredModel, Variant

Role = Literal["primary", "secondary", "control", "pruning", "runner-up"]


@dataclass(frozen=True)
class Pairing:
    """A comparison to make: models of one variant, all seeds, with models of another."""

    role: Role
    models: list[ScoredModel]
    against: list[ScoredModel]


def variants(models: Iterable[ScoredModel]) -> dict[Variant, list[ScoredModel]]:
    """Models grouped over their seeds, in config order."""
    groups: dict[Variant, list[ScoredModel]] = {}
    for model in models:
        groups.setdefault(model.variant, []).append(model)
    return groups


def is_plain(model: ScoredModel) -> bool:
    """Trained on gold text with nothing but negative log-likelihood."""
    return model.kind == "student" and model.targets == "gold" and set(model.loss) == {"nll"}


def baselines(models: list[ScoredModel]) -> dict[str, list[ScoredModel]]:
    """The baseline of each size: its first plain student that is trained from scratch, all seeds."""
    by_size: dict[str, list[ScoredModel]] = {}
    for seeds in variants(models).values():
        if is_plain(seeds[0]) and seeds[0].init_from is None:
            by_size.setdefault(seeds[0].model, seeds)
    return by_size


def controls(models: list[ScoredModel]) -> dict[str, list[ScoredModel]]:
    """For each size the baseline that was trained for as long as the fine-tuned students."""
    baseline_names = {size: seeds[0].system for size, seeds in baselines(models).items()}
    by_size: dict[str, list[ScoredModel]] = {}
    for seeds in variants(models).values():
        first = seeds[0]
        if is_plain(first) and first.init_from is not None and first.init_from == baseline_names.get(first.model):
            by_size.setdefault(first.model, seeds)
    return by_size


def pairings(models: list[ScoredModel]) -> list[Pairing]:
    """Every comparison of one test set and decoding. Roles are those of the primary test set and decoding."""
    baseline, control, groups = baselines(models), controls(models), variants(models)
    teachers = {seeds[0].model: seeds for seeds in groups.values() if seeds[0].kind == "teacher"}
    pairs = []
    for seeds in groups.values():
        first = seeds[0]
        if first.kind == "pruned":
            pairs.append(Pairing("pruning", seeds, groups.get((first.system, 0.0, None), [])))
        elif first.kind == "student" and first.model in baseline:
            pairs.append(Pairing("primary", seeds, baseline[first.model]))
            if first.init_from is not None:
                pairs.append(Pairing("control", seeds, control.get(first.model, [])))
        elif first.kind == "student":
            pairs.append(Pairing("secondary", seeds, teachers.get(first.model, [])))
    return [pair for pair in pairs if pair.against and pair.models != pair.against]
