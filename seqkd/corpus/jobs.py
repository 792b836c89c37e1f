"""What the corpus jobs take: the part of the settings that each reads, as ``seqkd.corpus.slices`` cuts it out."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from seqkd.corpus.settings import BibleSettings, CleaningSettings, PairSettings
from seqkd.settings import Settings

BIBLE_DOWNLOAD = "bible.db"
BIBLE_TEST_SET = "test"


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


CorpusSlice: TypeAdapter[BibleSettings | FilesCorpus] = TypeAdapter(
    Annotated[BibleSettings | FilesCorpus, Field(discriminator="source")]
)
TestSetSlice: TypeAdapter[BibleSettings | FilesTestSet] = TypeAdapter(
    Annotated[BibleSettings | FilesTestSet, Field(discriminator="source")]
)
