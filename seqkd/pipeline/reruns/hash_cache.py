"""Checksums that are computed once: again only where a file's size or dates have changed."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from seqkd.files import sha256, write_json


class KnownFiles:
    """SHA-256 of files, remembered in the JSON file ``cache`` from run to run."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._before = _read(cache)
        self._now = dict(self._before)

    def sha256(self, path: Path) -> str:
        """The checksum of a file.

        Raises:
            OSError: it cannot be read.
        """
        stat, name = path.stat(), str(path.absolute())
        mark = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
        known = self._now.get(name)
        if not (isinstance(known, list) and len(known) == 2 and known[0] == mark):
            self._now[name] = known = [mark, sha256(path)]
        return str(known[1])

    def keep(self) -> None:
        """Remember what was computed, where there are results yet and they can be written to."""
        if self._now != self._before and self._cache.parent.parent.is_dir():
            with suppress(OSError):
                write_json(self._cache, self._now)


def _read(cache: Path) -> dict[str, Any]:
    try:
        content = json.loads(cache.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
