"""Language codes, and the BLEU tokenization that follows from a target language.

Codes are ISO 639-1, -2 and -3, BCP 47 tags with script and region, and FLORES-200's, such as ``zho_Hans``. The library
langcodes parses them and gives the script in which a language is usually written (CLDR's likely subtags).
"""

from dataclasses import dataclass

from langcodes import Language
from langcodes.tag_parser import LanguageTagError

from seqkd.corpus.scripts import BY_CODE, HAN, JAPANESE, KOREAN, UNSPACED, Script, script_of

MAX_CODE_LENGTH = 35
"""Characters, as BCP 47 (4.4.1) recommends."""
SPACES = "13a"
"""sacrebleu's default tokenization, for words separated by spaces."""
SEGMENTERS = {JAPANESE: "ja-mecab", KOREAN: "ko-mecab"}
"""Tokenizations that need a word segmenter from another package. They are used only if the config names them, so that
results do not depend on which packages are installed."""


def standard_code(value: str) -> str:
    """A code as the shortest BCP 47 tag of the same meaning: ``deu`` as ``de``, ``zho_Hans`` as ``zh-Hans``.

    An unregistered language is accepted and left unchanged.

    Raises:
        ValueError: not a language code, or a registered language with an unregistered script, region or variant.
    """
    try:
        if len(value) > MAX_CODE_LENGTH:
            raise LanguageTagError
        language = Language.get(value)
    except LanguageTagError:
        allowed = "a language code such as de, pt-BR, nob, zho_Hans or zh-Hant-TW"
        raise ValueError(f"must be {allowed}, found {value[:200]!r}") from None
    if is_registered(language) and not language.is_valid():
        base = Language.make(language=language.language)
        raise ValueError(
            f"found {value!r}, whose script, region or variant is not registered; write {base.to_tag()}, or "
            f"with script and region {base.maximize().to_tag()}"
        )
    return language.to_tag()


def is_registered(language: Language) -> bool:
    """Whether the language subtag is registered, whatever follows it."""
    return Language.make(language=language.language).is_valid()


@dataclass(frozen=True)
class Tokenization:
    """sacrebleu's name of a tokenization, and why it is used (a phrase to follow a colon).

    ``is_fallback``: tokens are characters because no tokenization fits the language and the config names none.
    """

    name: str
    reason: str
    is_fallback: bool = False

    def __str__(self) -> str:
        text = f"{bleu_name(self.name)} with sacrebleu's tokenization {self.name}: {self.reason}"
        by_chrf = "; so models are selected and compared by chrF (by char-BLEU with score.bleu_tokenize: char)"
        return text + by_chrf if self.is_fallback else text


def bleu_name(tokenization: str) -> str:
    """``BLEU``, or ``char-BLEU`` if its tokens are characters, which gives far higher scores."""
    return "char-BLEU" if tokenization == "char" else "BLEU"


def tokenization(code: str, chosen: str = "auto") -> Tokenization:
    """The tokenization for a target language (code or tag); ``chosen`` overrides it unless it is ``auto``."""
    language = Language.get(code)
    script = BY_CODE.get(language.maximize().script or "")
    if chosen != "auto":
        reason = "as score.bleu_tokenize says"
        if script in UNSPACED and chosen in (SPACES, "intl"):
            reason += f", though {code} is written without spaces between words"
        return Tokenization(chosen, reason)
    if script is None and not is_registered(language):
        hint = _country_hint(language)
        return Tokenization(SPACES, f"{code} is not a registered language{hint}; assumed to have spaces between words")
    name = _default_tokenization(script)
    return Tokenization(name, f"{code} {_reason(script)}", is_fallback=name == "char")


def _default_tokenization(script: Script | None) -> str:
    return SPACES if script is None else "zh" if script == HAN else "char"


def _reason(script: Script | None) -> str:
    if script is None:
        return "has spaces between words"
    if script == HAN:
        return "is written in Han characters, each of which is a token"
    spacing = "without spaces between words" if script in UNSPACED else "with spaces between phrases"
    text = f"is written in {script.name} script, {spacing}; tokens are characters, so scores are not word-level scores"
    if script not in SEGMENTERS:
        return f"{text}; sacrebleu has no word segmenter for it"
    name = SEGMENTERS[script]
    return f"{text}; for words: pip install 'sacrebleu[{name[:2]}]' and score.bleu_tokenize: {name}"


def _country_hint(language: Language) -> str:
    """A hint if a country's code was written for its language: ``jp`` for ``ja``."""
    country = Language.make(territory=(language.language or "").upper())
    spoken = country.maximize().language
    return f" (did you mean {spoken}?)" if country.is_valid() and spoken != "en" else ""


def mismatch(code: str, chosen: str, text: str) -> str:
    """Error message, with the next step, if the tokenization that follows from ``code`` does not fit the script of
    ``text``; "" if it fits, or if the config names the tokenization."""
    used, script = tokenization(code, chosen).name, script_of(text)
    fitting = _default_tokenization(script)
    if chosen != "auto" or fitting == used or not text.strip():
        return ""
    script_name = script.name if script else "another script, with spaces between words"
    likely = Language.make(script=script.codes[0]).maximize().language if script else ""
    return (
        f"corpus.target_language is {code}, so BLEU uses tokenization {used}, but most letters of the target side are "
        f"{script_name}. Correct the language{f' ({likely}?)' if likely else ''}, or src and tgt if they are swapped, "
        f"or set score.bleu_tokenize: {fitting}."
    )
