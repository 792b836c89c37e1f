"""chrF2 by sacrebleu (Popovic 2015): an F-score of character n-grams."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics.chrf import CHRF

from seqkd.scoring.metrics._sacrebleu import sentence_statistics

LABEL = "chrF"
HIGHER_IS_BETTER = True
NEEDS_SOURCES = False
BETA = 2.0


def chrf_metric() -> CHRF:
    """sacrebleu's chrF2."""
    return CHRF()


def score_sentences(
    hypotheses: Sequence[str], references: Sequence[str], sources: Sequence[str], tokenize: str
) -> NDArray[np.int64]:
    """[sentences, 18]: n-grams of the hypothesis, of the reference and of both, for n from 1 to 6."""
    return sentence_statistics(chrf_metric(), hypotheses, references)


def aggregate(sums: NDArray[Any]) -> NDArray[np.float64]:
    """Corpus chrF (0-100) of summed counts of shape (..., 3 x orders): hypothesis, reference, matches by order.

    The same formula as ``sacrebleu.CHRF``: precision and recall are means over the orders that both sides have.
    """
    hypothesis, reference, matches = sums[..., 0::3], sums[..., 1::3], sums[..., 2::3]
    counted = (hypothesis > 0) & (reference > 0)
    orders = np.maximum(counted.sum(axis=-1), 1)
    precision = np.where(counted, matches / np.maximum(hypothesis, 1), 0.0).sum(axis=-1) / orders
    recall = np.where(counted, matches / np.maximum(reference, 1), 0.0).sum(axis=-1) / orders
    weighted = BETA**2 * precision + recall
    scores: NDArray[np.float64] = 100.0 * (1 + BETA**2) * precision * recall / np.where(weighted > 0, weighted, 1.0)
    return scores


def signature(tokenize: str) -> str:
    """sacrebleu's, of one reference; chrF has no tokenization."""
    return str(CHRF(references=[[""]]).get_signature())
