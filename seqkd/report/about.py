"""What the text is: from the corpus manifest, or else from the description that the corpus section gives of itself."""

from typing import Any

from pydantic import ValidationError

from seqkd.corpus.source import NAMES, SourceSettings, load
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
    described = settings.describe()
    return {"title": described.title, "description": described.description, "caveat": described.caveat}


def _settings(section: dict[str, Any]) -> SourceSettings | None:
    if section.get("source") not in NAMES:
        return None
    try:
        settings: SourceSettings = load(section["source"]).Settings(**section)
    except ValidationError:
        return None
    return settings


def about_bleu(found: Results, config: dict[str, Any]) -> tuple[str, list[str]]:
    """Which tokenization BLEU has and why, "" where nobody says; and a remark where the first test set's references
    are written in another script than the target language's."""
    section = config.get("corpus", {})
    settings = _settings(section)
    code = section.get("target_language") if settings is None else settings.target_language
    if code is None or not found.test_sets:
        return "", []
    chosen = config.get("score", {}).get("bleu_tokenize", "auto")
    remark = mismatch(code, chosen, "\n".join(found.sides(found.test_sets[0])["tgt"][:SAMPLE]))
    return str(tokenization(code, chosen)), [remark] if remark else []
