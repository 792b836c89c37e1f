"""The four best hypotheses as in ``ranked``, and two copies of the reference (Zouhar 2021)."""

from seqkd.distillation.targets import Candidate, ranked

DECODING, SCORE = ranked.DECODING, ranked.SCORE
LABEL = f"{ranked.LABEL}, and references twice"


def select(candidates: list[Candidate], reference: Candidate) -> list[Candidate]:
    """Copies of the four best, and the reference twice."""
    return [*ranked.select(candidates, reference), reference, reference]
