"""Checksums of the user's corpus files, so that an edit of their content counts and a touch does not."""

import errno
import stat
from pathlib import Path

from seqkd.pipeline.reruns.hash_cache import HashCache
from seqkd.utils.errors import UserError

CACHE = Path(".state") / "local_files.json"


def checksums(paths: list[Path], results: Path) -> dict[str, str]:
    """SHA-256 of each file, by path as written; read again only where size or dates have changed.

    Raises:
        UserError: a file is missing or unreadable; names it.
    """
    cache, digests = HashCache(results / CACHE), {}
    for path in paths:
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise OSError(errno.EINVAL, "no file but a folder, a pipe or a device")
            digests[str(path)] = cache.sha256(path)
        except OSError as error:
            raise UserError(
                f"corpus: {path} cannot be read ({error.strerror}). Correct the path in the config; relative ones "
                f"start at {Path.cwd()}."
            ) from None
    cache.save()
    return digests
