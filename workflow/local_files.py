"""Checksums of the user's own corpus files, so that an edit of their content counts and a touch does not."""

import errno
import json
import stat
from pathlib import Path
from typing import Any

from seqkd.errors import UserError
from seqkd.files import sha256, write_json

CACHE = Path(".state") / "local_files.json"


def checksums(paths: list[Path], results: Path) -> dict[str, str]:
    """SHA-256 of each file, by path as written; read again only where size or dates have changed.

    Raises:
        UserError: a file is missing or unreadable; names it.
    """
    known = _known(results / CACHE)
    now: dict[str, list[Any]] = {}
    for path in paths:
        try:
            found = path.stat()
            if not stat.S_ISREG(found.st_mode):
                raise OSError(errno.EINVAL, "no file but a folder, a pipe or a device")
            mark = [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
            old = known.get(str(path.absolute()))
            now[str(path.absolute())] = old if old and old[0] == mark else [mark, sha256(path)]
        except OSError as error:
            raise UserError(
                f"corpus: {path} cannot be read ({error.strerror}). Correct the path in the config; relative ones "
                f"start at {Path.cwd()}."
            ) from None
    if now != known and results.is_dir():
        write_json(results / CACHE, known | now)
    return {str(path): now[str(path.absolute())][1] for path in paths}


def _known(cache: Path) -> dict[str, list[Any]]:
    try:
        content: dict[str, list[Any]] = json.loads(cache.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content
