"""Sequence-level interpolation: the hypothesis nearest to the reference (Kim & Rush 2016, section 3.3)."""

from seqkd.distillation.sentence_scores import sentence_bleu
from seqkd.distillation.targets import Candidate

DECODING, LABEL = "n-best", "best of teacher's n-best by sentence BLEU"
SCORE = sentence_bleu


def select(candidates: list[Candidate], reference: Candidate) -> list[Candidate]:
    """The hypothesis with the highest sentence BLEU."""
    return candidates[:1]
