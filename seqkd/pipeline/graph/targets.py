"""How each kind of targets is made from a decoding of the teacher, and which keys of ``decode:`` a decoding ignores."""

KIND_OF_DECODING = {
    "seq-kd": "beam",
    "seq-kd+gold": "beam",
    "seq-inter": "n-best",
    "best-chrf": "n-best",
    "ranked": "n-best",
    "ranked+gold": "n-best",
    "samples": "samples",
    "mbr": "samples",
}
PASS_THROUGH = {"seq-kd": "make_seq_kd", "samples": "make_samples"}
"""Targets that are the teacher's hypotheses as they are, to their function; the others are selected from these."""
IGNORED_KEYS = {
    "beam": ["n_best", "samples"],
    "n-best": ["samples", "search.beam"],
    "samples": ["n_best", "search.beam", "search.length_penalty"],
}


def function_of(targets: str) -> tuple[str, str]:
    """Module and function that make these targets; loaded by name, so that an edit of one reruns no other kind."""
    if targets in PASS_THROUGH:
        return "seqkd.mixture.make", PASS_THROUGH[targets]
    return "seqkd.mixture.choose", "make_chosen"
