"""The teacher's beam search and the reference, a training pair each (Zouhar 2021)."""

from seqkd.distillation.sentence_scores import sentence_bleu
from seqkd.distillation.targets import Candidate

DECODING, LABEL = "beam", "teacher's beam search and references"
SCORE = sentence_bleu


def select(candidates: list[Candidate], reference: Candidate) -> list[Candidate]:
    """The best translation and the reference."""
    return [candidates[0], reference]
