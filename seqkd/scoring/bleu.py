"""BLEU and chrF by sacrebleu, with the tokenization that fits the target language."""

from sacrebleu.metrics.bleu import BLEU, BLEUScore
from sacrebleu.metrics.chrf import CHRF

BY_LANGUAGE = {"zh": "zh", "ja": "ja-mecab", "ko": "ko-mecab", "th": "char", "km": "char", "lo": "char", "my": "char"}
"""sacrebleu's tokenization where its default (13a) does not fit; ``char`` for other scripts without spaces."""


def tokenization(target_language: str, chosen: str = "auto") -> str:
    """sacrebleu's tokenization for a language code such as ``de`` or ``zh-TW``; ``chosen`` wins unless it is ``auto``.

    Where the word segmenter of Japanese or Korean is not installed, characters serve; the signature says so.
    """
    if chosen != "auto":
        return chosen
    found = BY_LANGUAGE.get(target_language.lower().replace("_", "-").split("-")[0], "13a")
    return found if not found.endswith("-mecab") or _has_mecab(found) else "char"


def _has_mecab(name: str) -> bool:
    try:
        BLEU(tokenize=name)
    except (ImportError, RuntimeError, ModuleNotFoundError):
        return False
    return True


def bleu_metric(target_language: str, chosen: str = "auto") -> BLEU:
    """sacrebleu's BLEU for a target language, for whole corpora."""
    return BLEU(tokenize=tokenization(target_language, chosen))


def chrf_metric() -> CHRF:
    """sacrebleu's chrF2."""
    return CHRF()


def corpus_bleu(texts: list[str], references: list[str], target_language: str) -> BLEUScore:
    """Corpus BLEU of detokenised texts, one reference each."""
    score: BLEUScore = bleu_metric(target_language).corpus_score(texts, [references])
    return score
