"""BLEU and chrF by sacrebleu. ``tokenize`` is sacrebleu's name of a tokenization; ``seqkd.language`` chooses it."""

from sacrebleu.metrics.bleu import BLEU, BLEUScore
from sacrebleu.metrics.chrf import CHRF


def bleu_metric(tokenize: str) -> BLEU:
    """sacrebleu's BLEU for whole corpora."""
    return BLEU(tokenize=tokenize)


def chrf_metric() -> CHRF:
    """sacrebleu's chrF2."""
    return CHRF()


def corpus_bleu(texts: list[str], references: list[str], tokenize: str) -> BLEUScore:
    """Corpus BLEU of detokenised texts, one reference each."""
    score: BLEUScore = bleu_metric(tokenize).corpus_score(texts, [references])
    return score
