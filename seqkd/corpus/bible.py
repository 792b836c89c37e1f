"""Bible verses: two texts of one versification read from SQLite, verified by checksum, tidied, split by chapter.

Both texts number their verses alike, so (book, chapter, verse) aligns them. A text is verified by the SHA-256
over its lines "book\\tchapter\\tverse\\ttext\\n", which outlives a release of the package it comes in.
"""

import hashlib
import re
import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from seqkd.corpus.clean import Line, length_fault
from seqkd.corpus.settings import BibleSettings
from seqkd.corpus.text import normalise
from seqkd.errors import UserError

Row = tuple[int, int, int, str]
LONGEST, STEPS = 2**20, 10**8
"""Bytes of a value, and steps of SQLite's machine, at most: a hostile file could hold a view that never ends."""
MISALIGNED = {"19.13"}
"""Chapters (Psalm 13) whose verses are numbered differently in the texts."""


@dataclass(frozen=True)
class Text:
    """A text of the database: its key there, its checksum, its title, and what its verses need besides ``tidy``."""

    key: str
    sha256: str
    title: str
    tidy: Callable[[str], str] = str


def _elberfelder(verse: str) -> str:
    return re.sub(r"^\((?:[^()]*\b(?:Psalm|Vorsänger|David|Asaph|Korah|Lied)\b[^()]*)\)", "", verse)


def _world_english(verse: str) -> str:
    """Back-quotes are apostrophes; at the end of a psalm's last verse hang number and title of the next psalm, in
    Psalm 119 the name of the next Hebrew letter."""
    verse = re.sub(r"(?:\s*BOOK [IV]+)?\s*Psalm \d+\b.*$", "", verse.replace("`", "'"))
    return re.sub(r"(?<=[.!?])(?: [A-Z]{3,})+$", "", verse)


TEXTS: dict[str, Text] = {
    "elberfelder": Text(
        "e",
        "edf146ec27a3948988c1cb559663ffe601400857edd0bd6e226ba84c84e79d41",
        "unrevised Elberfelder Bible",
        _elberfelder,
    ),
    "world-english": Text(
        "4",
        "8f1aacb6805269c829f45889f263a8ce79d757e7f29b0c69829b80b67d678a9d",
        "World English Bible",
        _world_english,
    ),
    "basic-english": Text(
        "3", "bae322b33e8789f48708fe99b22ac1a189ff2ea30935e391d3b3e69a1dd09cbe", "Bible in Basic English"
    ),
    "king-james": Text("k", "ad45aec07bfd137a175de5dab0d14e8b93235820c8e94114a9fa395a2c9db783", "King James Version"),
    "louis-segond": Text(
        "l", "6330642a1f8145cf412229dcc9e732fa4c7e312c514ff7ab79ec049c7b3a422b", "Louis Segond Bible of 1910"
    ),
    "darby": Text("5", "3742d71687553f12ff47b7e40f35168ec288c07ed214e203a1f2870b3d0ce46b", "Darby Bible in French"),
    "reina-valera": Text(
        "v", "ca4a267b37b3e7245b9a91079f3cfe0fba314877a551746e019f62b217633f3f", "Reina-Valera Bible of 1909"
    ),
    "diodati": Text("d", "e8ee5e5e82a400ed8817a5df7879cd92e19eba773ed13ec3e41164d0d9d3f6b3", "Diodati Bible of 1649"),
}


@dataclass(frozen=True)
class Split:
    """The sets in the Bible's order (a line's group is "book.chapter"), and what each filter took before the split."""

    train: list[Line]
    dev: list[Line]
    test: list[Line]
    taken: Counter[str]


def split_verses(settings: BibleSettings, database: Path) -> Split:
    """Read, tidy, filter by length and split: chapters in the order of a hash fill the test set, then dev.

    Raises:
        UserError: the database is broken, a text is not the one expected, or too few verses are left.
    """
    taken: Counter[str] = Counter()
    verses = _kept(settings, _aligned(settings, database), taken)
    sizes = Counter(group for _, _, group in verses)
    chapters = sorted(sizes, key=lambda group: hashlib.sha256(group.encode()).digest())
    test = _filled(chapters, sizes, settings.test_verses)
    dev = _filled([group for group in chapters if group not in test], sizes, settings.dev_verses)
    split = Split(
        train=[verse for verse in verses if verse[2] not in test | dev],
        dev=[verse for verse in verses if verse[2] in dev],
        test=[verse for verse in verses if verse[2] in test],
        taken=taken,
    )
    if not split.train or len(split.dev) < settings.dev_verses or len(split.test) < settings.test_verses:
        told = ", ".join(f"{name} took {number}" for name, number in taken.items())
        raise UserError(
            f"corpus: {len(verses)} verses are left ({told}), too few for {settings.test_verses} "
            f"test and {settings.dev_verses} dev verses and a training set; raise corpus.cleaning.max_words."
        )
    return split


def _filled(chapters: list[str], sizes: Counter[str], verses: int) -> set[str]:
    """Whole chapters from the front until they hold that many verses."""
    chosen: set[str] = set()
    for group in chapters:
        if sum(sizes[one] for one in chosen) >= verses:
            break
        chosen.add(group)
    return chosen


def _kept(settings: BibleSettings, verses: list[Line], taken: Counter[str]) -> list[Line]:
    kept = []
    for verse in verses:
        src, tgt, group = verse
        fault = "misaligned" if group in MISALIGNED else length_fault(src, tgt, settings.cleaning)
        if fault:
            taken[fault] += 1
        else:
            kept.append(verse)
    return kept


def _aligned(settings: BibleSettings, database: Path) -> list[Line]:
    src, tgt = (_read_text(database, name) for name in (settings.source_text, settings.target_text))
    return [
        (tidy(settings.source_text, one), tidy(settings.target_text, other), f"{book}.{chapter}")
        for (book, chapter, _, one), (_, _, _, other) in zip(src, tgt, strict=True)
    ]


def tidy(name: str, verse: str) -> str:
    """A verse without the marks of its edition: "(22:6)", brackets around supplied words, asterisks and number
    signs, soft hyphens, dashes at the end; normalised."""
    verse = normalise(TEXTS[name].tidy(verse).replace("\u00ad", ""))
    verse = re.sub(r"\(\d+[:.]\d+\)", "", verse)
    verse = re.sub(r"-?\[(.*?)\]", r"\1", verse) if name == "world-english" else verse
    verse = re.sub(r"[\[\]*#]", "", verse)
    return normalise(re.sub(r"[\s\-–—]+$", "", verse))


def _read_text(database: Path, name: str) -> list[Row]:
    """The verses of a text in order, verified.

    Raises:
        UserError: broken file, missing table or text, or another text than the pinned one.
    """
    text = TEXTS[name]
    try:
        rows = _query(database, text.key)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise UserError(
            f"{database}: no readable database of Bible texts ({error}). Delete it and run again; it is fetched anew."
        ) from None
    found = hashlib.sha256("".join(f"{b}\t{c}\t{v}\t{verse}\n" for b, c, v, verse in rows).encode()).hexdigest()
    if found != text.sha256:
        raise UserError(
            f"{database}: the text {name} has SHA-256 {found} over {len(rows)} verses, expected {text.sha256}. "
            "This release of the package holds another text; choose another source_text or target_text in corpus, "
            "or use a corpus of your own (source: files)."
        )
    return rows


def _query(database: Path, key: str) -> list[Row]:
    """Read-only and immutable: no lock, no journal, nothing of the file is run."""
    uri = f"file:{quote(str(database.resolve()))}?mode=ro&immutable=1"
    connection = sqlite3.connect(uri, uri=True)
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
        connection.set_progress_handler(lambda: True, STEPS)  # calls it off
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
