"""What the text is: from the corpus manifest, or else from the description that the corpus section gives of itself."""

from typing import Any

from pydantic import TypeAdapter, ValidationError

from seqkd.corpus.describe import describe
from seqkd.corpus.settings import CorpusSettings
from seqkd.report.load import Results


def about_corpus(found: Results, config: dict[str, Any]) -> dict[str, str]:
    """``title``, ``description`` and ``caveat``, empty where nobody says."""
    facts = found.facts("corpus/manifest.json")
    about = {name: str(facts.get(name, "")) for name in ("title", "description", "caveat")}
    return about if any(about.values()) else about | _described(config.get("corpus", {}))


def _described(section: dict[str, Any]) -> dict[str, str]:
    try:
        described = describe(TypeAdapter(CorpusSettings).validate_python(section))
    except ValidationError:
        return {}
    return {"title": described.title, "description": described.description, "caveat": described.caveat}
