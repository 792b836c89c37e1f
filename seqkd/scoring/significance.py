"""Is a difference in BLEU or chrF more than noise? Paired bootstrap, two-sided p-values, Holm's correction.

Corpus scores are functions of sums of per-sentence counts, so a resample needs the counts alone: they are
extracted once by sacrebleu and summed for thousands of resamples by one matrix product. Sentences of one chapter
or document depend on each other; with ``grouped`` whole groups are resampled.

Sources: Koehn 2004 (paired bootstrap for BLEU), Riezler & Maxwell 2005 (two-sided p-value of the bootstrap
distribution shifted to zero; also what sacrebleu does), Holm 1979.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

Counts = NDArray[np.int64]
Scores = NDArray[np.float64]
Scorer = Callable[[NDArray[Any]], Scores]

CELLS = 2_000_000
"""Numbers held at once while resampling: chunk of resamples x units."""

BETTER, WORSE, NOT_SHOWN = "better", "worse", "not shown"


@dataclass(frozen=True)
class Difference:
    """System minus reference, in points of the score; ``p`` is two-sided and not corrected for multiplicity."""

    difference: float
    low: float
    high: float
    p: float


def bleu_metric(signature: str, effective_order: bool = False) -> BLEU:
    """sacrebleu's BLEU with the tokenization that a signature such as ``nrefs:1|...|tok:13a|...`` names.

    ``effective_order`` is for the BLEU of single sentences, which may be shorter than four tokens.

    Raises:
        ValueError: the signature names no tokenization that this sacrebleu has.
    """
    return BLEU(tokenize=tokenization_of(signature), force=True, effective_order=effective_order)


def tokenization_of(signature: str) -> str:
    """The name of the tokenization in a signature.

    Raises:
        ValueError: it names none that this sacrebleu has.
    """
    fields = dict(part.split(":", 1) for part in signature.split("|") if ":" in part)
    named = fields.get("tok", "")
    known = [name for name in BLEU.TOKENIZERS if named == name or named.startswith(f"{name}-")]
    if not known:
        raise ValueError(f"no tokenization {named!r} in sacrebleu, named by the signature {signature!r}")
    return max(known, key=len)


def sentence_counts(metric: BLEU | CHRF, hypotheses: Sequence[str], references: Sequence[str]) -> Counts:
    """Sufficient statistics of each sentence, (sentences, counts): 10 for BLEU, 18 for chrF, in sacrebleu's order.

    Raises:
        ValueError: the sides differ in length.
    """
    if len(hypotheses) != len(references):
        raise ValueError(f"{len(hypotheses)} translations for {len(references)} references")
    return np.array(metric._extract_corpus_statistics(hypotheses, [references]), dtype=np.int64)


def grouped(counts: Counts, groups: Sequence[str]) -> Counts:
    """Sums of counts over each group, (groups, counts), in order of first appearance."""
    order = {group: index for index, group in enumerate(dict.fromkeys(groups))}
    sums = np.zeros((len(order), counts.shape[1]), dtype=np.int64)
    np.add.at(sums, [order[group] for group in groups], counts)
    return sums


def bleu_scores(sums: NDArray[Any]) -> Scores:
    """Corpus BLEU (0-100, exponential smoothing, order 4) of summed counts of shape (..., 10).

    The same formula as ``sacrebleu.BLEU.compute_bleu``: the order's k-th zero match count becomes 1 / 2**k.
    """
    hypothesis, reference = sums[..., 0], sums[..., 1]
    correct, total = sums[..., 2:6], sums[..., 6:10]
    with np.errstate(divide="ignore", invalid="ignore"):
        smoothed = np.where(correct == 0, 0.5 ** np.cumsum(correct == 0, axis=-1), correct)
        logs = np.where(total > 0, np.log(smoothed / total), -np.inf).mean(axis=-1)
        brevity = np.where(hypothesis > 0, np.minimum(0.0, 1.0 - reference / hypothesis), -np.inf)
    scores: Scores = np.where(correct.any(axis=-1), 100.0 * np.exp(logs + brevity), 0.0)
    return scores


def chrf_scores(sums: NDArray[Any], beta: float = 2.0) -> Scores:
    """Corpus chrF (0-100) of summed counts of shape (..., 3 x orders): hypothesis, reference, matches by order.

    The same formula as ``sacrebleu.CHRF``: precision and recall are means over the orders that both sides have.
    """
    hypothesis, reference, matches = sums[..., 0::3], sums[..., 1::3], sums[..., 2::3]
    counted = (hypothesis > 0) & (reference > 0)
    orders = np.maximum(counted.sum(axis=-1), 1)
    precision = np.where(counted, matches / np.maximum(hypothesis, 1), 0.0).sum(axis=-1) / orders
    recall = np.where(counted, matches / np.maximum(reference, 1), 0.0).sum(axis=-1) / orders
    weighted = beta**2 * precision + recall
    scores: Scores = 100.0 * (1 + beta**2) * precision * recall / np.where(weighted > 0, weighted, 1.0)
    return scores


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


def difference(observed: float, resampled: Scores, confidence: float) -> Difference:
    """Interval and p-value of an observed difference from its paired resamples, (resamples,).

    The interval is the bootstrap's percentile interval. The p-value shifts the resampled differences d* to mean zero
    (the null hypothesis) and counts those at least as far out as the observed d:
    p = (1 + #{|d* - mean d*| >= |d|}) / (1 + resamples).
    """
    tail = (1 - confidence) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail])
    extreme = np.abs(resampled - resampled.mean()) >= abs(observed)
    return Difference(observed, float(low), float(high), float(1 + extreme.sum()) / (1 + len(resampled)))


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


def verdict(found: Difference, adjusted_p: float, confidence: float) -> str:
    """``better`` or ``worse`` if the adjusted p-value is small and the interval excludes zero, else ``not shown``."""
    if adjusted_p >= round(1 - confidence, 9) or found.low <= 0 <= found.high:
        return NOT_SHOWN
    return BETTER if found.difference > 0 else WORSE
