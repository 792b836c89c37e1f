"""Checksums that are computed again only where a file's size or dates have changed."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from seqkd.utils.files import sha256, write_json


class HashCache:
    """SHA-256 of files, kept from run to run in the JSON file ``path``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._saved = _read(path)
        self._entries = dict(self._saved)

    def sha256(self, file: Path) -> str:
        """The checksum of a file.

        Raises:
            OSError: it cannot be read.
        """
        stat, name = file.stat(), str(file.absolute())
        stamp = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
        entry = self._entries.get(name)
        if not (isinstance(entry, list) and len(entry) == 2 and entry[0] == stamp):
            self._entries[name] = entry = [stamp, sha256(file)]
        return str(entry[1])

    def save(self) -> None:
        """Save new checksums, where there are results yet and they are writable."""
        if self._entries != self._saved and self._path.parent.parent.is_dir():
            with suppress(OSError):
                write_json(self._path, self._entries)


def _read(path: Path) -> dict[str, Any]:
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return entries if isinstance(entries, dict) else {}
