"""A sentence's normal form, and its length in any script."""

import re
import unicodedata

from seqkd.corpus.scripts import UNSPACED

_BREAKS = [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF]
_TO_SPACE = dict.fromkeys(_BREAKS, " ")
ODD = re.compile("[" + "".join(re.escape(chr(code)) for code in _BREAKS if code != 0x09) + "]")
"""A control character, a Unicode line or paragraph separator, or a byte order mark inside the text."""

_MARKS = "\u3000-\u303f\uff00-\uffef"
"""CJK punctuation and full-width letters."""


def _characters(per_word: int) -> re.Pattern[str]:
    ranges = "".join(script.characters for script in UNSPACED if script.per_word == per_word)
    return re.compile(f"[{_MARKS if per_word == 2 else ''}{ranges}]")


_UNSPACED = [(per_word, _characters(per_word)) for per_word in sorted({script.per_word for script in UNSPACED})]


def normalise(line: str) -> str:
    """The line in Unicode NFC, with control characters and white space as single blanks, and none at the ends."""
    line = unicodedata.normalize("NFC", line)
    if not line.isprintable():  # most lines skip the slow translation
        line = line.translate(_TO_SPACE)
    return " ".join(line.split())


def count_words(line: str) -> int:
    """Number of words. In scripts without spaces it is an estimate: two characters of Han, kana or Yi, or four of
    another such script, count as a word."""
    if line.isascii():
        return len(line.split())
    estimated = 0
    for per_word, characters in _UNSPACED:
        line, count = characters.subn(" ", line)
        estimated += -(-count // per_word)
    return len(line.split()) + estimated
