"""What the text is: from the corpus manifest, or else from the description in the corpus section of the config."""

from typing import Any

from pydantic import ValidationError

from seqkd.analysis.results import Results
from seqkd.corpus.language import mismatch, tokenization
from seqkd.corpus.source import NAMES, SourceSettings, load

SAMPLE = 1000
"""References whose script is checked."""


def about_corpus(results: Results, config: dict[str, Any]) -> dict[str, str]:
    """``title``, ``description`` and ``caveat``, empty where there is none."""
    facts = results.facts("corpus/manifest.json")
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


def about_bleu(results: Results, config: dict[str, Any]) -> tuple[str, list[str]]:
    """Which tokenization BLEU has and why, "" where the language is not known; and a remark where the first test
    set's references are written in another script than the target language's."""
    section = config.get("corpus", {})
    settings = _settings(section)
    code = section.get("target_language") if settings is None else settings.target_language
    if code is None or not results.test_sets:
        return "", []
    configured = config.get("score", {}).get("bleu_tokenize", "auto")
    references = results.test_lines(results.primary_test_set)["tgt"]
    remark = mismatch(code, configured, "\n".join(references[:SAMPLE]))
    return str(tokenization(code, configured)), [remark] if remark else []
