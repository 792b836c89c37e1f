"""Checksums of the user's own corpus files, so that an edit of their content counts and a touch does not."""

import json
from pathlib import Path

from seqkd.errors import UserError
from seqkd.files import sha256, write_json

CACHE = Path(".state") / "local_files.json"


def checksums(paths: list[Path], results: Path) -> dict[str, str]:
    """SHA-256 of each file, by path as written; read again only where size or dates have changed.

    Raises:
        UserError: a file is missing or unreadable; names it.
    """
    known, now = _known(results / CACHE), {}
    for path in paths:
        try:
            stat = path.stat()
            mark = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
            old = known.get(str(path.absolute()))
            now[str(path.absolute())] = old if old and old[0] == mark else [mark, sha256(path)]
        except OSError as error:
            raise UserError(
                f"corpus: {path} cannot be read ({error.strerror}). Relative paths start at {Path.cwd()}; correct the path "
                "in the config."
            ) from None
    if now != known and results.is_dir():
        write_json(results / CACHE, known | now)
    return {str(path): now[str(path.absolute())][1] for path in paths}


def _known(cache: Path) -> dict[str, list[object]]:
    try:
        content: dict[str, list[object]] = json.loads(cache.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content
