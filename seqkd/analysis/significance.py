"""Is a difference in a metric more than noise? Paired bootstrap, t intervals and p-values, Holm's correction.

Corpus scores are functions of sums of per-sentence statistics, so a resample needs only those: the metric extracts
them once, and one matrix product sums them for thousands of resamples. Sentences of one chapter or document depend on
each other; with ``grouped``, groups are resampled instead.

The bootstrap gives a standard error, and Student's t turns it into an interval and a two-sided p-value, so that few
documents and few seeds widen the interval; ``benchmarks/false_verdicts.py`` simulates how often verdicts are false.
The p-values agree with those of sacrebleu's paired approximate randomisation (``--paired-ar``); sacrebleu 2.6's
``--paired-bs`` counts one tail of the bootstrap distribution and gives about half of them.

Sources: Koehn 2004 (paired bootstrap for BLEU); Kish 1965 (effective number of units of unequal size); Satterthwaite
1946 (degrees of freedom of a sum of variances); Welch 1947 (unpaired means); Holm 1979.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics.bleu import BLEU

from seqkd.analysis import student_t
from seqkd.analysis.minimums import MINIMUM

Counts = NDArray[Any]
"""Statistics of sentences or documents, (units, statistics), as ``seqkd.scoring.metrics`` has them."""
Scores = NDArray[np.float64]
Scorer = Callable[[NDArray[Any]], Scores]

CELLS = 2_000_000
"""Numbers in memory at once while resampling: chunk of resamples x units."""

ROUNDING = 1e-9
"""Differences of a score (in points) below this are rounding errors."""

BETTER, WORSE, NOT_SHOWN = "better", "worse", "not shown"


@dataclass(frozen=True)
class Sample:
    """What the bootstrap resamples: a test set's sentences, or its documents where they are known; or systems.

    Attributes:
        unit: what is resampled; ``count`` is how many of them.
        sentences: number of sentences in all units, if any.
        effective: number of units of equal length with the same variance, (sum n)^2 / sum n^2 for lengths n.
    """

    unit: Literal["sentences", "documents", "systems"]
    count: int
    effective: float
    sentences: int | None = None

    @property
    def is_sufficient(self) -> bool:
        """Whether it allows an interval; documents do not if one of them is most of the text."""
        lines = MINIMUM["sentences"] if self.sentences is None else self.sentences
        return lines >= MINIMUM["sentences"] and self.count >= MINIMUM[self.unit] and self.effective >= 2


@dataclass(frozen=True)
class Variance:
    """Estimated variance of a mean, with its degrees of freedom."""

    value: float
    degrees: float


@dataclass(frozen=True)
class Difference:
    """System minus reference, in points of the score; ``p`` is two-sided and not corrected for multiplicity.

    ``low``, ``high`` and ``p`` are NaN where there is too little text for them.
    """

    difference: float
    low: float
    high: float
    p: float

    @property
    def has_interval(self) -> bool:
        """Whether there was enough text for an interval."""
        return not math.isnan(self.p)


def metric_of_signature(signature: str, effective_order: bool = False) -> BLEU:
    """sacrebleu's BLEU with the tokenization that a signature such as ``nrefs:1|...|tok:13a|...`` names.

    ``effective_order`` is for the BLEU of single sentences, which may be shorter than four tokens.

    Raises:
        ValueError: this sacrebleu has no tokenization of that name.
    """
    return BLEU(tokenize=tokenization_of(signature), force=True, effective_order=effective_order)


def tokenization_of(signature: str) -> str:
    """The name of the tokenization in a signature.

    Raises:
        ValueError: this sacrebleu has none of that name.
    """
    fields = dict(part.split(":", 1) for part in signature.split("|") if ":" in part)
    signed = fields.get("tok", "")
    matches = [name for name in BLEU.TOKENIZERS if signed == name or signed.startswith(f"{name}-")]
    if not matches:
        raise ValueError(f"no tokenization {signed!r} in sacrebleu, named by the signature {signature!r}")
    return max(matches, key=len)


def grouped(counts: Counts, groups: Sequence[str]) -> Counts:
    """Sums of counts over each group, (groups, counts), in order of first appearance."""
    order = {group: index for index, group in enumerate(dict.fromkeys(groups))}
    sums = np.zeros((len(order), counts.shape[1]), dtype=counts.dtype)
    np.add.at(sums, [order[group] for group in groups], counts)
    return sums


def resampled_scores(systems: Sequence[NDArray[Any]], scorer: Scorer, resamples: int, seed: int) -> Scores:
    """Scores of every system on the same resamples of units (sentences or groups): (systems, resamples).

    ``systems`` holds one (units, counts) array each; units are drawn with replacement, as many as there are.
    """
    units, width = systems[0].shape
    side_by_side = np.concatenate(systems, axis=1).astype(np.float64)
    generator = np.random.default_rng(seed)
    scores = np.empty((len(systems), resamples))
    chunk = max(1, CELLS // units)
    for start in range(0, resamples, chunk):
        size = min(chunk, resamples - start)
        sums = (_draws(generator, size, units) @ side_by_side).reshape(size, len(systems), width)
        scores[:, start : start + size] = scorer(sums).T
    return scores


def _draws(generator: np.random.Generator, resamples: int, units: int) -> Scores:
    """How often each unit is drawn in each resample, (resamples, units)."""
    drawn = generator.integers(units, size=(resamples, units)) + units * np.arange(resamples)[:, None]
    return np.bincount(drawn.ravel(), minlength=resamples * units).reshape(resamples, units).astype(np.float64)


def sample(groups: Sequence[str], lengths: NDArray[Any]) -> Sample:
    """What is resampled of a test set.

    Args:
        groups: the document of each sentence; where all differ, sentences are resampled.
        lengths: words or characters of each unit, in order of first appearance, (units,).
    """
    count, weights = len(lengths), lengths.astype(np.float64)
    squares = float(weights @ weights)
    effective = float(weights.sum()) ** 2 / squares if squares else float(count)
    return Sample("sentences" if count == len(groups) else "documents", count, effective, len(groups))


def seed_variance(scores: Scores, other_scores: Scores, paired: bool) -> Variance | None:
    """Variance of the mean difference of two systems over the choice of seeds.

    Args:
        scores: score of each seed, [S]; ``other_scores`` [S'] likewise.
        paired: whether the seeds are the same, in the same order, and S = S'.

    Returns:
        Variance and degrees of freedom: of paired differences, else Welch's. None with fewer than three seeds.
    """
    if min(len(scores), len(other_scores)) < MINIMUM["seeds"]:
        return None
    if paired:
        return variance_of_mean(scores - other_scores)
    return add_variances(variance_of_mean(scores), variance_of_mean(other_scores))


def variance_of_mean(values: Scores) -> Variance:
    """Variance of the mean of independent values, [S]."""
    return Variance(float(values.var(ddof=1)) / len(values), len(values) - 1)


def add_variances(first: Variance, second: Variance) -> Variance:
    """The variance of a sum of independent terms, with Satterthwaite's degrees of freedom."""
    total = first.value + second.value
    denominator = sum(term.value**2 / term.degrees for term in (first, second))
    return Variance(total, total**2 / denominator if denominator else first.degrees + second.degrees)


def difference(
    observed: float, resampled: Scores, text: Sample, confidence: float, of_seeds: Variance | None = None
) -> Difference:
    """Interval and p-value of an observed difference from its paired resamples, (resamples,).

    The variance is that of the resamples times G / (G - 1), plus that of the seeds if it is given; the interval is
    the difference -+ t standard errors, and p the probability of a t as large. G is the effective number of units, and
    t has G - 1 degrees of freedom, or Satterthwaite's for the sum of both variances.
    """
    if not text.is_sufficient:
        return _without_interval(observed)
    degrees = text.effective - 1
    variance = Variance(float(resampled.var(ddof=1)) * text.effective / degrees, degrees)
    if of_seeds is not None:
        variance = add_variances(variance, of_seeds)
    error = math.sqrt(variance.value)
    if error < ROUNDING:  # no unit differs from another: equal systems, or no estimate of how units vary
        return Difference(0.0, 0.0, 0.0, 1.0) if abs(observed) < ROUNDING else _without_interval(observed)
    reach = student_t.quantile(confidence, variance.degrees) * error
    p = student_t.two_sided(observed / error, variance.degrees)
    return Difference(observed, observed - reach, observed + reach, p)


def _without_interval(observed: float) -> Difference:
    return Difference(observed, math.nan, math.nan, math.nan)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down adjusted p-values, in the given order.

    The k-th smallest of m p-values is multiplied by m - k + 1, made at least as large as the one before, at most 1.
    """
    adjusted = [1.0] * len(p_values)
    largest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = largest
    return adjusted


def verdict(difference: Difference, adjusted_p: float, confidence: float, higher_is_better: bool = True) -> str:
    """``better`` or ``worse`` if the adjusted p-value is small and the interval excludes zero, else ``not shown``."""
    if not difference.has_interval or adjusted_p >= round(1 - confidence, 9) or difference.low <= 0 <= difference.high:
        return NOT_SHOWN
    return BETTER if (difference.difference > 0) == higher_is_better else WORSE
