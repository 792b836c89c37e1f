"""Download of one file over HTTP(S): retried, resumed after interruptions, verified, and written atomically.

A file that changed between two attempts has a wrong checksum and is downloaded from scratch.
"""

import logging
import shutil
import time
from pathlib import Path

import requests
import urllib3

from seqkd.utils.errors import UserError, one_line
from seqkd.utils.files import atomic_write, sha256

IDLE_ATTEMPTS = 5
"""Consecutive attempts without a new byte after which the download fails."""
ATTEMPTS = 100
TIMEOUT = 30.0
"""Seconds without a byte after which a connection counts as broken."""
LARGEST = 2**36
"""Bytes, for files whose size is not pinned: an endless response must not fill the disk."""
CHUNK = 1 << 18
BACK_OFF = 0.5
"""Seconds before the second attempt, doubled at each further one without a new byte."""
RETRY_STATUSES = {408, 425, 429, 500, 502, 503, 504}
NEXT_STEP = (
    "Download it by hand into a folder and name that folder in the environment variable SEQKD_DATA, or run again."
)

log = logging.getLogger(__name__)


class _ConnectionBrokenError(Exception):
    """A connection failed, but another attempt may succeed."""


def fetch_url(url: str, checksum: str, size: int | None, target: Path, state: Path) -> None:
    """Download ``url`` to ``target``; the partial file stays in ``state`` and the next call resumes it.

    Raises:
        UserError: the server keeps failing, or the file's length or SHA-256 is not the pinned one; names the address,
            the expected and the actual value.
    """
    part = state / f"{checksum[:16]}.part"
    if _complete(url, part, size) and sha256(part) != checksum:
        log.warning("%s: the resumed download has a wrong checksum; downloading from scratch.", url)
        part.unlink()
        _complete(url, part, size)
    actual = sha256(part)
    if actual != checksum:
        part.unlink()
        raise UserError(
            f"{url}: wrong content, expected SHA-256 {checksum}, found {actual}. Either the file behind the address "
            "changed or the checksum in corpus is mistyped; compare with the publisher's."
        )
    with atomic_write(target) as tmp:
        shutil.move(part, tmp)


def _complete(url: str, part: Path, size: int | None) -> bool:
    """Make attempts until the file is complete; returns whether a partial file was resumed."""
    idle, resumed = 0, False
    part.touch()
    for _ in range(ATTEMPTS):
        offset = part.stat().st_size
        resumed |= offset > 0
        try:
            _attempt(url, part, offset, size)
            return resumed
        except (_ConnectionBrokenError, requests.RequestException, urllib3.exceptions.HTTPError, ValueError) as error:
            reason = one_line(str(error.args[0] if error.args else error))[:300]
        idle = 0 if part.stat().st_size > offset else idle + 1
        log.warning("%s: %s (%d bytes downloaded); trying again.", url, reason, part.stat().st_size)
        if idle == IDLE_ATTEMPTS:
            break
        time.sleep(BACK_OFF * 2**idle)
    raise UserError(f"{url}: the download failed, last error: {reason}. {NEXT_STEP}")


def _attempt(url: str, part: Path, offset: int, size: int | None) -> None:
    """One connection, which resumes the partial file if the server agrees; returns when the file is complete."""
    if offset and offset == size:
        return
    headers = {"User-Agent": "seqkd", "Accept-Encoding": "identity"}
    headers |= {"Range": f"bytes={offset}-"} if offset else {}
    with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as response:
        status = response.status_code
        if status == 416 and offset:  # nothing follows: complete, unless its checksum shows otherwise
            return
        if status in RETRY_STATUSES:
            raise _ConnectionBrokenError(f"the server answers {status} {response.reason}")
        if status not in (200, 206):
            raise UserError(f"{url}: the server answers {status} {response.reason}. Check the address. {NEXT_STEP}")
        if status == 206 and not response.headers.get("Content-Range", "").startswith(f"bytes {offset}-"):
            part.write_bytes(b"")
            raise _ConnectionBrokenError("the server sent the wrong range")
        _receive(response.raw, part, url, offset if status == 206 else 0, LARGEST if size is None else size)


def _receive(body: urllib3.BaseHTTPResponse, part: Path, url: str, start: int, limit: int) -> None:
    """Write a response to the partial file, from byte ``start``.

    Raises:
        UserError: there are more bytes than expected.
    """
    with part.open("ab") as handle:
        handle.truncate(start)
        while chunk := body.read1(CHUNK, decode_content=False):
            handle.write(chunk)
            if handle.tell() > limit:
                part.unlink()
                raise UserError(f"{url}: expected {limit} bytes at most, the server sends more. {NEXT_STEP}")
