"""BLEU by sacrebleu (Papineni et al. 2002; Post 2018). ``seqkd.corpus.language`` chooses the tokenization."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics.bleu import BLEU, BLEUScore

from seqkd.scoring.metrics._sacrebleu import sentence_statistics

LABEL = "BLEU"
HIGHER_IS_BETTER = True
NEEDS_SOURCES = False


def bleu_metric(tokenize: str) -> BLEU:
    """sacrebleu's BLEU for whole corpora."""
    return BLEU(tokenize=tokenize)


def corpus_bleu(texts: Sequence[str], references: Sequence[str], tokenize: str) -> BLEUScore:
    """Corpus BLEU of detokenised texts, one reference each."""
    score: BLEUScore = bleu_metric(tokenize).corpus_score(texts, [references])
    return score


def score_sentences(
    hypotheses: Sequence[str], references: Sequence[str], sources: Sequence[str], tokenize: str
) -> NDArray[np.int64]:
    """[sentences, 10]: length of hypothesis and reference, matching n-grams and n-grams in all, for n from 1 to 4."""
    return sentence_statistics(bleu_metric(tokenize), hypotheses, references)


def aggregate(sums: NDArray[Any]) -> NDArray[np.float64]:
    """Corpus BLEU (0-100, exponential smoothing, order 4) of summed counts of shape (..., 10).

    The same formula as ``sacrebleu.BLEU.compute_bleu``: the order's k-th zero match count becomes 1 / 2**k.
    """
    hypothesis, reference = sums[..., 0], sums[..., 1]
    correct, total = sums[..., 2:6], sums[..., 6:10]
    with np.errstate(divide="ignore", invalid="ignore"):
        smoothed = np.where(correct == 0, 0.5 ** np.cumsum(correct == 0, axis=-1), correct)
        logs = np.where(total > 0, np.log(smoothed / total), -np.inf).mean(axis=-1)
        brevity = np.where(hypothesis > 0, np.minimum(0.0, 1.0 - reference / hypothesis), -np.inf)
    scores: NDArray[np.float64] = np.where(correct.any(axis=-1), 100.0 * np.exp(logs + brevity), 0.0)
    return scores


def signature(tokenize: str) -> str:
    """sacrebleu's, of one reference."""
    return str(BLEU(tokenize=tokenize, references=[[""]]).get_signature())
