"""Atomic file writes: each file is written next to its target and renamed, so that no partial file looks complete."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from seqkd.utils.errors import UserError


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a temporary path next to ``path``; on success it is flushed to disk and renamed to ``path``.

    After an exception the partial file is removed and an existing ``path`` is left as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    tmp = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield tmp
        with tmp.open("rb+") as handle:
            os.fsync(handle.fileno())
        tmp.replace(path)
    finally:
        tmp.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with Unix line ends, atomically."""
    with atomic_write(path) as tmp:
        tmp.write_bytes(text.encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file, atomically: indented, key order kept, no NaN."""
    write_text(path, json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def write_lines(path: Path, lines: list[str]) -> None:
    """Write each item as one line, atomically. Items must not contain line breaks."""
    write_text(path, "".join(f"{line}\n" for line in lines))


def read_lines(path: Path) -> list[str]:
    """Lines of a UTF-8 file, split only at ``\\n`` (never at U+2028 and the like)."""
    text = path.read_bytes().decode("utf-8")
    return text.removesuffix("\n").split("\n") if text else []


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file, read in chunks."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def copy_verified(path: Path, checksum: str, folder: Path) -> None:
    """Copy a file into ``folder``, atomically.

    Raises:
        UserError: the file no longer has this SHA-256.
    """
    with atomic_write(folder / path.name) as tmp:
        shutil.copyfile(path, tmp)
        if sha256(tmp) != checksum:
            raise UserError(f"{path} has changed since this run began. Run the same command again.")


def digest(value: Any) -> str:
    """Sixteen hexadecimal digits that identify a JSON value, whatever its key order."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
