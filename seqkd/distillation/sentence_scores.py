"""Scores that rank the translations of a sentence, 0 to 100.

Each takes the candidates (text -> number of occurrences), the reference and sacrebleu's tokenization for BLEU, and
returns a score for each candidate. Texts are detokenised.

Sentence BLEU is smoothed as in Kim & Rush's code: the geometric mean of four n-gram precisions, where an order without
a match gets the numerator 1/2, the next such order 1/4, and so on ("exp" smoothing, Chen & Cherry 2014); brevity
penalty exp(1 - max(1, |ref| / |hyp|)). Hypotheses shorter than four tokens use only the orders they have (sacrebleu's
``effective_order``).
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF


@cache
def sentence_metric(tokenize: str) -> BLEU:
    """Smoothed sentence BLEU."""
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(tokenize=tokenize, smooth_method="exp", effective_order=True)


@cache
def _chrf() -> CHRF:
    from seqkd.scoring.metrics.chrf import chrf_metric

    return chrf_metric()


def sentence_bleu(candidates: Counter[str], reference: str, tokenize: str) -> list[float]:
    """Smoothed sentence BLEU against the reference."""
    return [sentence_metric(tokenize).sentence_score(text, [reference]).score for text in candidates]


def sentence_chrf(candidates: Counter[str], reference: str, tokenize: str) -> list[float]:
    """chrF against the reference."""
    return [_chrf().sentence_score(text, [reference]).score for text in candidates]


def expected_chrf(candidates: Counter[str], reference: str, tokenize: str) -> list[float]:
    """Mean chrF against all samples, the candidate itself included, each weighted by how often it was sampled."""
    num_samples = candidates.total()
    return [
        sum(count * _chrf().sentence_score(text, [sample]).score for sample, count in candidates.items()) / num_samples
        for text in candidates
    ]
