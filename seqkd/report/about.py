"""What the text is: from the corpus manifest, or else from the description that the corpus section gives of itself."""

from typing import Any

from pydantic import TypeAdapter, ValidationError

from seqkd.corpus.describe import describe
from seqkd.corpus.settings import BibleSettings, CaptionsSettings, CorpusSettings, FilesSettings
from seqkd.language import mismatch, tokenization
from seqkd.report.load import Results

SAMPLE = 1000
"""References whose script is looked at."""


def about_corpus(found: Results, config: dict[str, Any]) -> dict[str, str]:
    """``title``, ``description`` and ``caveat``, empty where nobody says."""
    facts = found.facts("corpus/manifest.json")
    about = {name: str(facts.get(name, "")) for name in ("title", "description", "caveat")}
    return about if any(about.values()) else about | _described(config.get("corpus", {}))


def _described(section: dict[str, Any]) -> dict[str, str]:
    if (settings := _settings(section)) is None:
        return {}
    described = describe(settings)
    return {"title": described.title, "description": described.description, "caveat": described.caveat}


def _settings(section: dict[str, Any]) -> BibleSettings | CaptionsSettings | FilesSettings | None:
    try:
        return TypeAdapter[BibleSettings | CaptionsSettings | FilesSettings](CorpusSettings).validate_python(section)
    except ValidationError:
        return None


def about_bleu(found: Results, config: dict[str, Any]) -> tuple[str, list[str]]:
    """Which tokenization BLEU has and why, "" where nobody says; and a remark where the first test set's references
    are written in another script than the target language's."""
    code, chosen = _language(config)
    if code is None or not found.test_sets:
        return "", []
    remark = mismatch(code, chosen, "\n".join(found.sides(found.test_sets[0])["tgt"][:SAMPLE]))
    return str(tokenization(code, chosen)), [remark] if remark else []


def is_fallback(config: dict[str, Any]) -> bool:
    """Whether BLEU's tokens are characters because no tokenization fits the language; see ``language.Tokenization``."""
    code, chosen = _language(config)
    return code is not None and tokenization(code, chosen).is_fallback


def _language(config: dict[str, Any]) -> tuple[str | None, str]:
    """Code of the target language, and the tokenization that the config names."""
    section = config.get("corpus", {})
    settings = _settings(section)
    code = section.get("target_language") if settings is None else settings.target_language
    return code, config.get("score", {}).get("bleu_tokenize", "auto")
