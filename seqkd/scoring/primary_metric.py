"""Which metric selects and compares models on a text: BLEU, or chrF where BLEU can't tell them apart.

Corpus BLEU is a geometric mean over n-grams up to four tokens. In text of one to three words, such as the strings of a
user interface or a glossary, there are hardly any 4-grams, so BLEU is 0 by definition, or is decided by the smoothing
and by the few longer segments, however good a translation is. chrF counts characters and has no such limit.

Where no tokenization fits the target language and the config names none, BLEU's tokens are characters. chrF is made for
characters, and of the two it agrees better with human judgement (Popovic 2015; Kocmi et al. 2021), so it decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from seqkd.scoring.metrics import bleu, chrf

MetricName = Literal["bleu", "chrf"]
LABELS: dict[str, str] = {"bleu": bleu.LABEL, "chrf": chrf.LABEL}
OTHER: dict[str, MetricName] = {"bleu": "chrf", "chrf": "bleu"}

ORDER = 4
FEWEST_4_GRAMS = 0.5
"""4-grams per reference below which BLEU counts as undefined."""
FALLBACK = "BLEU's tokens are characters, since no tokenization fits the target language"


@dataclass(frozen=True)
class PrimaryMetric:
    """The metric by which models are selected and compared, and, where it is not BLEU, why (a clause)."""

    name: MetricName
    reason: str = ""
    is_bleu_defined: bool = True


def primary_metric(references: Sequence[str], tokenize: str, is_fallback: bool = False) -> PrimaryMetric:
    """The metric for a text with these references.

    Args:
        references: one reference per segment.
        tokenize: sacrebleu's tokenization for BLEU, such as ``13a``.
        is_fallback: the tokenization does not fit the language; see ``seqkd.corpus.language.Tokenization``.
    """
    if is_fallback:
        return PrimaryMetric("chrf", FALLBACK)
    tokens = bleu.bleu_metric(tokenize).tokenizer
    four_grams = sum(max(0, len(tokens(text).split()) - ORDER + 1) for text in references)
    if four_grams >= FEWEST_4_GRAMS * len(references):
        return PrimaryMetric("bleu")
    reason = f"the {len(references)} references hold {four_grams} sequences of four tokens, so BLEU is undefined"
    return PrimaryMetric("chrf", f"{reason} (at least {FEWEST_4_GRAMS:g} a reference are needed)", False)
