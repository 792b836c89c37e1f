"""Scripts without spaces between words, and detection of a text's script.

The list follows Unicode's line breaking (UAX #14, classes ID and SA: words can only be found with a dictionary), plus
Tibetan, Balinese and Javanese, which separate only syllables or phrases.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Script:
    """A script.

    Attributes:
        name: common English name.
        codes: ISO 15924 codes.
        characters: its characters, as ranges inside a regular expression's ``[...]``.
        per_word: characters that count as one word.
    """

    name: str
    codes: tuple[str, ...]
    characters: str
    per_word: int

    def count(self, text: str) -> int:
        """Number of characters of this script in ``text``."""
        return len(re.findall(f"[{self.characters}]", text))


HAN = Script(
    "Han",
    ("Hani", "Hans", "Hant", "Hanb", "Bopo"),
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3100-\u312f\u31a0-\u31bf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U000323af",
    2,
)
JAPANESE = Script("Japanese", ("Jpan", "Hrkt", "Hira", "Kana"), "\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f", 2)
"""Only kana; Han characters in Japanese text are counted as Han."""
UNSPACED = (
    HAN,
    JAPANESE,
    Script("Yi", ("Yiii",), "\ua000-\ua4cf", 2),
    Script("Thai", ("Thai",), "\u0e00-\u0e7f", 4),
    Script("Lao", ("Laoo",), "\u0e80-\u0eff", 4),
    Script("Khmer", ("Khmr",), "\u1780-\u17ff\u19e0-\u19ff", 4),
    Script("Burmese", ("Mymr",), "\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f", 4),
    Script("Tibetan", ("Tibt",), "\u0f00-\u0fff", 4),
    Script("Tai Tham", ("Lana",), "\u1a20-\u1aaf", 4),
    Script("Tai Le", ("Tale",), "\u1950-\u197f", 4),
    Script("New Tai Lue", ("Talu",), "\u1980-\u19df", 4),
    Script("Tai Viet", ("Tavt",), "\uaa80-\uaadf", 4),
    Script("Balinese", ("Bali",), "\u1b00-\u1b7f", 4),
    Script("Javanese", ("Java",), "\ua980-\ua9df", 4),
)
"""Scripts without spaces between words."""
KOREAN = Script("Korean", ("Kore", "Hang", "Jamo"), "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff", 2)
"""Has spaces between words (with their particles and endings), so it is not in ``UNSPACED``."""

BY_CODE = {code: script for script in (*UNSPACED, KOREAN) for code in script.codes}
"""ISO 15924 code to script."""
JAPANESE_MIN_KANA = 0.1
"""A text is Japanese if kana exceed this fraction of its Han characters and kana: about 0 in Chinese, 0.5 in
Japanese."""


def script_of(text: str) -> Script | None:
    """The script, of ``UNSPACED`` and Korean, of most letters of a text; None if most are in another script."""
    counts = {script: script.count(text) for script in (*UNSPACED, KOREAN)}
    han_and_kana = counts[HAN] + counts[JAPANESE]
    japanese = counts[JAPANESE] > JAPANESE_MIN_KANA * han_and_kana
    counts |= {HAN: 0 if japanese else han_and_kana, JAPANESE: han_and_kana if japanese else 0}
    script = max(counts, key=lambda script: counts[script])
    remainder = re.sub(f"[{''.join(script.characters for script in counts)}]", "", text)
    letters = sum(counts.values()) + len(re.findall(r"[^\W\d_]", remainder))
    return script if 2 * counts[script] > letters else None
