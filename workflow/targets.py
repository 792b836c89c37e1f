"""The rules that make targets, and the keys that the decoding of a teacher reads."""

TAKEN = {"seq-kd": "seq_kd", "samples": "samples"}
"""Targets that are taken as they are, to their rule; others are chosen."""
UNREAD = {
    "beam": ["n_best", "samples"],
    "n-best": ["samples", "search.beam"],
    "samples": ["n_best", "search.beam", "search.length_penalty"],
}
"""Keys of ``decode:`` that a kind of decoding does not read."""
