"""What the corpus jobs take: the part of the settings that each reads, as ``seqkd.corpus.slices`` cuts it out."""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from seqkd.corpus.settings import BibleSettings, CaptionsSettings, CleaningSettings, PairSettings
from seqkd.settings import Settings

BIBLE_DOWNLOAD = "bible.db"
TEST_SET = "test"
"""Name of the only test set of a corpus that is split here."""
CAPTIONS_MODULE = "seqkd.captions.corpus"
"""Loaded by name, and named to the fingerprint: an edit of the grammar touches no other corpus."""


def modules_of(settings: dict[str, Any]) -> list[str]:
    """Modules that a corpus job with these settings (a slice) loads by name."""
    return [CAPTIONS_MODULE] if settings.get("source") == "captions" else []


class FilesCorpus(Settings):
    """``corpus_slice`` of ``source: files``."""

    source: Literal["files"] = "files"
    train: PairSettings
    dev: PairSettings
    purge: list[PairSettings]
    cleaning: CleaningSettings


class FilesTestSet(Settings):
    """``test_set_slice`` of ``source: files``."""

    source: Literal["files"] = "files"
    test: PairSettings


CorpusSlice: TypeAdapter[BibleSettings | CaptionsSettings | FilesCorpus] = TypeAdapter(
    Annotated[BibleSettings | CaptionsSettings | FilesCorpus, Field(discriminator="source")]
)
TestSetSlice: TypeAdapter[BibleSettings | CaptionsSettings | FilesTestSet] = TypeAdapter(
    Annotated[BibleSettings | CaptionsSettings | FilesTestSet, Field(discriminator="source")]
)
