"""Inputs of the corpus jobs: the settings that each reads, as extracted by ``seqkd.corpus.slices``."""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from seqkd.corpus.settings import BibleSettings, CaptionsSettings, CleaningSettings, PairSettings
from seqkd.settings import Settings

BIBLE_DOWNLOAD = "bible.db"
TEST_SET = "test"
"""Name of the only test set of a corpus that this stage splits."""
CAPTIONS_MODULE = "seqkd.captions.corpus"
"""Imported by name and added to the code fingerprint, so that an edit of the grammar reruns no other corpus."""


def modules_of(settings: dict[str, Any]) -> list[str]:
    """Modules that a corpus job with these settings (a slice) imports by name."""
    return [CAPTIONS_MODULE] if settings.get("source") == "captions" else []


class FilesCorpus(Settings):
    """``corpus_slice`` of ``source: files``."""

    source: Literal["files"] = "files"
    train: PairSettings
    dev: PairSettings
    decontaminate: list[PairSettings]
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
