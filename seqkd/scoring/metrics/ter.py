"""Translation edit rate by sacrebleu (Snover et al. 2006): edits, with moves of phrases, per word of the reference."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics.ter import TER

from seqkd.scoring.metrics._sacrebleu import sentence_statistics

LABEL = "TER"
HIGHER_IS_BETTER = False
NEEDS_SOURCES = False
CJK = ("zh", "ja-mecab", "char")
"""Tokenizations of BLEU for whose languages Tercom's own splits Chinese characters and kana."""


def score_sentences(
    hypotheses: Sequence[str], references: Sequence[str], sources: Sequence[str], tokenize: str
) -> NDArray[np.float64]:
    """[sentences, 2]: edits and words of the reference."""
    return sentence_statistics(_ter(tokenize), hypotheses, references)


def aggregate(sums: NDArray[Any]) -> NDArray[np.float64]:
    """Corpus TER of summed counts of shape (..., 2): 100 times edits per word; 100 if only the reference is empty."""
    edits, words = sums[..., 0], sums[..., 1]
    scores: NDArray[np.float64] = 100.0 * np.where(words > 0, edits / np.maximum(words, 1), np.minimum(edits, 1))
    return scores


def signature(tokenize: str) -> str:
    """sacrebleu's, of one reference."""
    return str(_ter(tokenize, references=[[""]]).get_signature())


def _ter(tokenize: str, references: list[list[str]] | None = None) -> TER:
    is_cjk = tokenize in CJK
    return TER(normalized=is_cjk, asian_support=is_cjk, references=references)
