"""Captions: a German-English language pair made by a grammar, of which every translation's probability is known.

A *meaning* (``Caption``) says who does what where. It has one German sentence (``source_of``; no two meanings share
one) and many English ones, drawn by a hidden style for the whole sentence and by a choice in each slot, so that

    p(t | s) = sum over styles z of p(z) * product over slots i of p(c_i | z, m)

where choices that give one string are summed. ``Truth`` holds that distribution, exactly.

The corpus stage writes each line's meaning, as one line of JSON, into the set's ``.groups``: each meaning occurs once,
so each line is its own group, and ``Truth(Caption.from_json(line))`` is the truth about the line.
"""

from seqkd.captions.meaning import Caption
from seqkd.captions.sampling import sample_meanings
from seqkd.captions.source import source_of
from seqkd.captions.truth import Truth

__all__ = ["Caption", "Truth", "sample_meanings", "source_of"]
