"""The sample with the highest expected chrF: minimum Bayes risk, without references (Finkelstein & Freitag 2024)."""

from seqkd.distillation.sentence_scores import expected_chrf
from seqkd.distillation.targets import Candidate

DECODING, LABEL = "samples", "consensus of teacher's samples"
SCORE = expected_chrf
MIN_SAMPLES = 2


def select(candidates: list[Candidate], reference: Candidate) -> list[Candidate]:
    """The sample nearest to all samples."""
    return candidates[:1]
