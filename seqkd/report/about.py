"""What the text is: from the corpus manifest, or else from the description in the corpus section of the config."""

from typing import Any

from pydantic import TypeAdapter, ValidationError

from seqkd.analysis.results import Results
from seqkd.corpus.describe import describe
from seqkd.corpus.settings import BibleSettings, CaptionsSettings, CorpusSettings, FilesSettings
from seqkd.language import mismatch, tokenization

SAMPLE = 1000
"""References whose script is checked."""


def about_corpus(results: Results, config: dict[str, Any]) -> dict[str, str]:
    """``title``, ``description`` and ``caveat``, empty where there is none."""
    facts = results.facts("corpus/manifest.json")
    about = {name: str(facts.get(name, "")) for name in ("title", "description", "caveat")}
    return about if any(about.values()) else about | _from_config(config.get("corpus", {}))


def _from_config(section: dict[str, Any]) -> dict[str, str]:
    if (settings := _settings(section)) is None:
        return {}
    description = describe(settings)
    return {"title": description.title, "description": description.description, "caveat": description.caveat}


def _settings(section: dict[str, Any]) -> BibleSettings | CaptionsSettings | FilesSettings | None:
    try:
        return TypeAdapter[BibleSettings | CaptionsSettings | FilesSettings](CorpusSettings).validate_python(section)
    except ValidationError:
        return None


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
