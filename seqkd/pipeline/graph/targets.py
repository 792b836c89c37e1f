"""What a student's ``targets`` are made of: which decoding of the teacher, by which rule, and which keys that reads."""

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
TAKEN = {"seq-kd": "seq_kd", "samples": "samples"}
"""Targets that are taken as they are, to their rule; others are chosen."""
UNREAD = {
    "beam": ["n_best", "samples"],
    "n-best": ["samples", "search.beam"],
    "samples": ["n_best", "search.beam", "search.length_penalty"],
}
"""Keys of ``decode:`` that a kind of decoding does not read."""
