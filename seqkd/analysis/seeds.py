"""Differences of systems that have several seeds: of the means over all, paired where the seeds are the same."""

from collections.abc import Mapping

import numpy as np

from seqkd.analysis import significance
from seqkd.analysis.scored_model import ScoredModel
from seqkd.analysis.significance import Difference, Sample, Scores, Variance


def difference(
    models: list[ScoredModel],
    against: list[ScoredModel],
    scores: Mapping[str, tuple[float, Scores]],
    text: Sample,
    confidence: float,
) -> tuple[Difference, Variance | None]:
    """Mean over the seeds of one variant minus that of another, and its variance over seeds, None with too few.

    Args:
        scores: for each model's path its score, and its scores on the resamples, [R].
    """
    matched = match_seeds(models, against)
    sides = [[scores[model.path] for model in side] for side in (models, matched or against)]
    observed, others_observed = (np.array([score for score, _ in side]) for side in sides)
    resampled, others_resampled = (np.mean([resamples for _, resamples in side], axis=0) for side in sides)
    of_seeds = significance.seed_variance(observed, others_observed, paired=matched is not None)
    value = float(observed.mean() - others_observed.mean())
    return significance.difference(value, resampled - others_resampled, text, confidence, of_seeds), of_seeds


def match_seeds(models: list[ScoredModel], against: list[ScoredModel]) -> list[ScoredModel] | None:
    """``against`` in the order of the seeds of ``models``; None where the seeds are not the same."""
    by_seed = {model.seed: model for model in against}
    seeds = [model.seed for model in models]
    return [by_seed[seed] for seed in seeds] if set(seeds) == set(by_seed) else None


def format_seeds(models: list[ScoredModel]) -> str:
    """``1 2 3``."""
    return " ".join(map(str, sorted(model.seed for model in models)))
