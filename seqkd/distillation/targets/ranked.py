"""The four best hypotheses of the n-best list by sentence BLEU, as 4, 3, 2 and 1 copies (Zouhar 2021)."""

from seqkd.distillation.sentence_scores import sentence_bleu
from seqkd.distillation.targets import Candidate

DECODING, LABEL = "n-best", "best four of teacher's n-best by sentence BLEU, in 4, 3, 2, 1 copies"
SCORE = sentence_bleu
COPIES = (4, 3, 2, 1)


def select(candidates: list[Candidate], reference: Candidate) -> list[Candidate]:
    """Copies of the four best."""
    return [candidate for candidate, count in zip(candidates, COPIES, strict=False) for _ in range(count)]
