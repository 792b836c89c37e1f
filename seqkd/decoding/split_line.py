"""Splitting of lines that are too long to be translated at once, where a reader would split them.

The memory of attention grows with the square of a line's length, and a model translates lines badly that are far longer
than those it was trained on.
"""

import re

from seqkd.data.tokenizer import SubwordModel

MOST_SUBWORDS = 1000
"""Maximum length of a source line that is not split; attention then takes 4 MB for each head of a layer."""

SENTENCE_END = re.compile(r"[.!?\u2026]+[\"'\u2019\u201d\u00bb)\]]*(?=\s)|[\u3002\uff01\uff1f]+[\u300d\u300f\u201d)]*")
BLANK = re.compile(r"\s")


def split_line(text: str, subwords: SubwordModel, most: int) -> list[list[int]]:
    """The ids of a line in segments of at most ``most`` subwords each, none empty; a single one if it is short enough.

    The line is halved recursively at the end of a sentence near the middle, else at a blank, else in the middle.
    """
    (ids,) = subwords.encode([text])
    if len(ids) <= most or len(text) == 1:
        return [ids] if ids else []
    middle = _split_point(text)
    return [segment for half in (text[:middle], text[middle:]) for segment in split_line(half.strip(), subwords, most)]


def _split_point(text: str) -> int:
    """Where to halve a text: the point nearest to its middle, within its middle half."""
    length = len(text)
    for pattern in (SENTENCE_END, BLANK):
        ends = [match.end() for match in pattern.finditer(text, length // 4, length - length // 4)]
        if ends:
            return min(ends, key=lambda end: abs(end - length // 2))
    return length // 2
