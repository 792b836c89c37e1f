"""A sentence's normal form, and its length in any script."""

import re
import unicodedata

from seqkd.writing import UNSPACED

_BREAKS = [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF]
_TO_SPACE = dict.fromkeys(_BREAKS, " ")
ODD = re.compile("[" + "".join(re.escape(chr(code)) for code in _BREAKS if code != 0x09) + "]")
"""A control character, a Unicode line or paragraph separator, or a byte order mark inside the text."""

_MARKS = "\u3000-\u303f\uff00-\uffef"
"""Punctuation and wide letters that are set among Han characters."""
_UNSPACED = [
    (
        size,
        re.compile(
            f"[{_MARKS if size == 2 else ''}{''.join(one.characters for one in UNSPACED if one.per_word == size)}]"
        ),
    )
    for size in sorted({one.per_word for one in UNSPACED})
]


def normalise(line: str) -> str:
    """The line in Unicode NFC, control characters as blanks, white space as single blanks, none at the ends."""
    line = unicodedata.normalize("NFC", line)
    if not line.isprintable():  # which spares most lines the slow translation
        line = line.translate(_TO_SPACE)
    return " ".join(line.split())


def words(line: str) -> int:
    """Length in words, wherever words are counted. In scripts without spaces it is an estimate: two characters of Han,
    kana or Yi, or four of another such script, are a word."""
    if line.isascii():
        return len(line.split())
    estimated = 0
    for per_word, characters in _UNSPACED:
        line, found = characters.subn(" ", line)
        estimated += -(-found // per_word)
    return len(line.split()) + estimated
