"""Language codes, and what follows from a target language: the tokenization of BLEU.

Codes are those of ISO 639-1, -2 and -3, BCP 47 tags with script and region, and FLORES-200's such as ``zho_Hans``. The
library langcodes reads them and says in which script a language is written as a rule (CLDR's likely subtags).
"""

from dataclasses import dataclass

from langcodes import Language
from langcodes.tag_parser import LanguageTagError

from seqkd.writing import BY_CODE, HAN, JAPANESE, KOREAN, UNSPACED, Script, script_of

LONGEST = 35
"""Characters of a code, as BCP 47 (4.4.1) advises."""
SPACES = "13a"
"""sacrebleu's tokenization for words between spaces, its default."""
SEGMENTERS = {JAPANESE: "ja-mecab", KOREAN: "ko-mecab"}
"""Tokenizations that need a word segmenter, which is another package and so never chosen without being asked for:
what a config gives does not depend on what happens to be installed."""


def standard_code(value: str) -> str:
    """A code as the shortest BCP 47 tag of the same meaning: ``deu`` as ``de``, ``zho_Hans`` as ``zh-Hans``.

    A language that is not registered may be made up and is left as it is.

    Raises:
        ValueError: it has not the form of a code, or a registered language has a script, region or variant that is not.
    """
    try:
        if len(value) > LONGEST:
            raise LanguageTagError
        language = Language.get(value)
    except LanguageTagError:
        allowed = "a language code such as de, pt-BR, nob, zho_Hans or zh-Hant-TW"
        raise ValueError(f"must be {allowed}, found {value[:200]!r}") from None
    if is_registered(language) and not language.is_valid():
        alone = Language.make(language=language.language)
        raise ValueError(
            f"found {value!r}, of which script, region or variant is not registered; write {alone.to_tag()}, or "
            f"with script and region {alone.maximize().to_tag()}"
        )
    return language.to_tag()


def is_registered(language: Language) -> bool:
    """Whether the language itself is in the register, whatever follows it."""
    return Language.make(language=language.language).is_valid()


@dataclass(frozen=True)
class Tokenization:
    """sacrebleu's name of a tokenization, and why it is used, in words that go on after a colon."""

    name: str
    reason: str

    def __str__(self) -> str:
        return f"{bleu_name(self.name)} with sacrebleu's tokenization {self.name}: {self.reason}"


def bleu_name(tokenization: str) -> str:
    """``BLEU``, or ``char-BLEU`` where its tokens are characters: such scores are far higher."""
    return "char-BLEU" if tokenization == "char" else "BLEU"


def tokenization(code: str, chosen: str = "auto") -> Tokenization:
    """The tokenization for a target language, a code or a language's tag; ``chosen`` wins unless it is ``auto``."""
    language = Language.get(code)
    script = BY_CODE.get(language.maximize().script or "")
    if chosen != "auto":
        reason = "as score.bleu_tokenize says"
        if script in UNSPACED and chosen in (SPACES, "intl"):
            reason += f", though {code} is written without spaces between words"
        return Tokenization(chosen, reason)
    if script is None and not is_registered(language):
        meant = _meant(language)
        return Tokenization(SPACES, f"{code} is no registered language{meant}; taken to have spaces between words")
    return Tokenization(_fitting(script), f"{code} {_reason(script)}")


def _fitting(script: Script | None) -> str:
    return SPACES if script is None else "zh" if script == HAN else "char"


def _reason(script: Script | None) -> str:
    if script is None:
        return "has spaces between words"
    if script == HAN:
        return "is written in Han characters, each of which is a token"
    why = "without spaces between words" if script in UNSPACED else "with spaces between phrases"
    tokens = f"is written in {script.name} script, {why}; tokens are characters, so scores are not those of words"
    if script not in SEGMENTERS:
        return f"{tokens}; sacrebleu has no word segmenter for it"
    name = SEGMENTERS[script]
    return f"{tokens}; for words: pip install 'sacrebleu[{name[:2]}]' and score.bleu_tokenize: {name}"


def _meant(language: Language) -> str:
    """A hint where a country's code was written for its language: ``jp`` for ``ja``."""
    country = Language.make(territory=(language.language or "").upper())
    spoken = country.maximize().language
    return f" (did you mean {spoken}?)" if country.is_valid() and spoken != "en" else ""


def mismatch(code: str, chosen: str, text: str) -> str:
    """What is wrong with a tokenization that follows from a code but not from the text's script, with the next step;
    "" where they go together, or where the config itself names the tokenization."""
    used, script = tokenization(code, chosen).name, script_of(text)
    fitting = _fitting(script)
    if chosen != "auto" or fitting == used or not text.strip():
        return ""
    found = script.name if script else "another script, with spaces between words"
    likely = Language.make(script=script.codes[0]).maximize().language if script else ""
    return (
        f"corpus.target_language is {code}, so BLEU uses tokenization {used}, but most letters of the target side are "
        f"{found}. Correct the language{f' ({likely}?)' if likely else ''}, or src and tgt if they are swapped, or say "
        f"score.bleu_tokenize: {fitting}."
    )
