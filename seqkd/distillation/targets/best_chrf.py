"""The hypothesis of the n-best list with the highest sentence chrF (Zouhar 2021)."""

from seqkd.distillation.sentence_scores import sentence_chrf
from seqkd.distillation.targets import Candidate

DECODING, LABEL = "n-best", "best of teacher's n-best by chrF"
SCORE = sentence_chrf


def select(candidates: list[Candidate], reference: Candidate) -> list[Candidate]:
    """The hypothesis with the highest chrF."""
    return candidates[:1]
