"""Differences of systems that have several seeds: of the means over all, paired where the seeds are the same."""

from collections.abc import Mapping

import numpy as np

from seqkd.analysis.results import System
from seqkd.analysis import significance
from seqkd.analysis.significance import Difference, Sample, Scores, Spread


def difference(
    one: list[System],
    other: list[System],
    rows: Mapping[str, tuple[float, Scores]],
    text: Sample,
    confidence: float,
) -> tuple[Difference, Spread | None]:
    """Mean of one variant's seeds minus that of another's, and what seeds add to its variance, None with too few.

    Args:
        rows: for each model's path its score, and its scores on the resamples, [R].
    """
    matched = in_step(one, other)
    sides = [[rows[model.path] for model in side] for side in (one, matched or other)]
    mine, others = (np.array([score for score, _ in side]) for side in sides)
    drawn, others_drawn = (np.mean([scores for _, scores in side], axis=0) for side in sides)
    of_seeds = significance.spread(mine, others, paired=matched is not None)
    value = float(mine.mean() - others.mean())
    return significance.difference(value, drawn - others_drawn, text, confidence, of_seeds), of_seeds


def in_step(one: list[System], other: list[System]) -> list[System] | None:
    """``other`` in the order of the seeds of ``one``; None where the seeds are not the same."""
    by_seed = {model.seed: model for model in other}
    seeds = [model.seed for model in one]
    return [by_seed[seed] for seed in seeds] if set(seeds) == set(by_seed) else None


def seeds_of(models: list[System]) -> str:
    """``1 2 3``."""
    return " ".join(map(str, sorted(model.seed for model in models)))
