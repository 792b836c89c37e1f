"""Lines too long to be translated whole, cut where a reader would: attention takes memory that grows with the square of
a line, and a model translates badly what is far longer than what it was trained on."""

import re

from seqkd.tokenizer.tokenizer import Side

MOST_SUBWORDS = 1000
"""Of a source line that is translated whole; attention then holds 4 MB for each of a layer's heads."""

SENTENCE_END = re.compile(r"[.!?\u2026]+[\"'\u2019\u201d\u00bb)\]]*(?=\s)|[\u3002\uff01\uff1f]+[\u300d\u300f\u201d)]*")
BLANK = re.compile(r"\s")


def split_line(text: str, side: Side, most: int) -> list[list[int]]:
    """The ids of a line in parts of at most ``most`` subwords each, none empty; in one where it is short enough.

    It is halved, again and again, at the end of a sentence near the middle, else at a blank, else in the middle.
    """
    (ids,) = side.encode([text])
    if len(ids) <= most or len(text) == 1:
        return [ids] if ids else []
    cut = _middle(text)
    return [part for half in (text[:cut], text[cut:]) for part in split_line(half.strip(), side, most)]


def _middle(text: str) -> int:
    """Where to halve a text: in its middle half, the place nearest to the middle."""
    length = len(text)
    for places in (SENTENCE_END, BLANK):
        ends = [found.end() for found in places.finditer(text, length // 4, length - length // 4)]
        if ends:
            return min(ends, key=lambda end: abs(end - length // 2))
    return length // 2
