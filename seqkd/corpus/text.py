"""A sentence's normal form, and its length in any script."""

import re
import unicodedata

_BREAKS = [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF]
_TO_SPACE = dict.fromkeys(_BREAKS, " ")
ODD = re.compile("[" + "".join(re.escape(chr(code)) for code in _BREAKS if code != 0x09) + "]")
"""A control character, a Unicode line or paragraph separator, or a byte order mark inside the text."""

# Han, Kana and their punctuation; then Thai, Lao, Tibetan, Burmese, Khmer.
_DENSE = re.compile("[\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U000323af]")
_LOOSE = re.compile("[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff]")


def normalise(line: str) -> str:
    """The line in Unicode NFC, control characters as blanks, white space as single blanks, none at the ends."""
    line = unicodedata.normalize("NFC", line)
    if not line.isprintable():  # which spares most lines the slow translation
        line = line.translate(_TO_SPACE)
    return " ".join(line.split())


def words(line: str) -> int:
    """Length in words. In scripts without spaces it is an estimate: two Han or Kana characters, or four Thai,
    Lao, Tibetan, Burmese or Khmer ones, are a word."""
    if line.isascii():
        return len(line.split())
    spaced, dense = _DENSE.subn(" ", line)
    spaced, loose = _LOOSE.subn(" ", spaced)
    return len(spaced.split()) + -(-dense // 2) + -(-loose // 4)
