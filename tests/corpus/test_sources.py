"""Every source of text is complete; what a new file lacks is said in words."""

import inspect
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any, get_args

import pytest

from seqkd.corpus.language import standard_code
from seqkd.corpus.source import NAMES, Job, SourceSettings, load

PAIR = {"src": "a.de", "tgt": "a.en"}
REQUIRED: dict[str, dict[str, Any]] = {
    "files": {"source_language": "de", "target_language": "en", "train": PAIR, "dev": PAIR, "test_sets": {"a": PAIR}}
}
"""Values of keys without default; a new source with such keys needs an entry here."""


def lacks(name: str) -> Iterator[str]:
    """What a file in ``seqkd/corpus/sources`` lacks to be a source, in words."""
    module = load(name)
    if not (module.__doc__ or "").strip():
        yield "a docstring that says what the text is"
    for function, parameters in (("read", ["settings", "files"]), ("read_test_set", ["settings", "files", "counts"])):
        if not hasattr(module, function):
            yield f"a function {function}({', '.join(parameters)})"
        elif list(inspect.signature(getattr(module, function)).parameters) != parameters:
            yield f"the parameters {', '.join(parameters)} of {function}"
    cls = getattr(module, "Settings", None)
    if not (isinstance(cls, type) and issubclass(cls, SourceSettings)):
        yield "a class Settings that inherits seqkd.corpus.source.SourceSettings"
    elif get_args(cls.model_fields["source"].annotation) != (name,):
        yield f'a key source: Literal["{name}"] in Settings'
    else:
        yield from settings_lack(cls, cls(**REQUIRED.get(name, {})))


def settings_lack(cls: type[SourceSettings], settings: SourceSettings) -> Iterator[str]:
    yield from (
        f"a description of {key} in Settings" for key, field in cls.model_fields.items() if not field.description
    )
    for key in ("source_language", "target_language"):
        if not hasattr(settings, key) or standard_code(getattr(settings, key)) != getattr(settings, key):
            yield f"{key} in Settings, a key or a property: a language code such as de"
    if cls.describe is SourceSettings.describe:
        yield "a method describe in Settings, which returns a Description for the report"
    for test_set in (None, *settings.test_set_names):
        job = settings.job(test_set)
        if not isinstance(job, Job) or job.settings.get("source") != settings.source:
            yield f"a method job in Settings that returns a Job whose settings have source: {settings.source}"
        elif not all({"kind", "file_name", "sha256"} <= download.keys() for download in job.downloads.values()):
            yield "kind, file_name and sha256 in each of the job's downloads"


@pytest.mark.parametrize("name", NAMES)
def test_source_is_complete(name: str) -> None:
    assert list(lacks(name)) == [], f"seqkd/corpus/sources/{name}.py lacks this"


def test_what_a_new_source_lacks_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("seqkd.corpus.sources.new")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    assert list(lacks("new")) == [
        "a docstring that says what the text is",
        "a function read(settings, files)",
        "a function read_test_set(settings, files, counts)",
        "a class Settings that inherits seqkd.corpus.source.SourceSettings",
    ]
    module.Settings = SourceSettings  # type: ignore[attr-defined]
    assert list(lacks("new"))[-1] == 'a key source: Literal["new"] in Settings'
