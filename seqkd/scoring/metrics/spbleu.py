"""spBLEU: BLEU of FLORES-200's SentencePiece tokens, which makes languages comparable (NLLB Team 2022)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seqkd.scoring.metrics import bleu

LABEL = "spBLEU"
HIGHER_IS_BETTER = True
NEEDS_SOURCES = False
TOKENIZATION = "flores200"

aggregate = bleu.aggregate


def score_sentences(
    hypotheses: Sequence[str], references: Sequence[str], sources: Sequence[str], tokenize: str
) -> NDArray[np.int64]:
    """As ``bleu.score_sentences``."""
    return bleu.score_sentences(hypotheses, references, sources, TOKENIZATION)


def signature(tokenize: str) -> str:
    """sacrebleu's, of one reference."""
    return bleu.signature(TOKENIZATION)


def missing() -> str:
    """The model of the tokenization, unless sacrebleu has downloaded it."""
    return missing_model(TOKENIZATION)


def missing_model(tokenize: str) -> str:
    """How to get the SentencePiece model of a tokenization, which sacrebleu would download in the middle of a job."""
    from sacrebleu.tokenizers.tokenizer_spm import SPM_MODELS
    from sacrebleu.utils import SACREBLEU_DIR

    model = Path(SACREBLEU_DIR, "models", Path(SPM_MODELS[tokenize]["url"]).name)
    if model.is_file():
        return ""
    fetch = f"""python -c "from sacrebleu import BLEU; BLEU(tokenize='{tokenize}')\""""
    return f"a model that sacrebleu downloads to {model}; download it once: {fetch}"
