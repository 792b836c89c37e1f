"""Download of one file over HTTP(S): resumed after interruptions, verified, and written atomically."""

import errno
import http.client
import json
import logging
import re
import shutil
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqkd.errors import UserError, one_line
from seqkd.files import atomic_write, sha256, write_json

IDLE_ATTEMPTS = 5
"""Consecutive attempts without a new byte after which the download fails."""
ATTEMPTS = 100
TIMEOUT = 30.0
"""Seconds without a byte after which a connection counts as broken."""
SLOWEST = 200.0
"""Bytes per second; a connection slower than this over ``PATIENCE`` seconds is closed and reopened."""
PATIENCE = 60.0
ANSWER = 60.0
"""Seconds within which all headers of a response must arrive."""
CHUNK = 1 << 18
LARGEST = 2**36
"""Bytes, for files whose size is not pinned: an endless response must not fill the disk."""
BACK_OFF = (0.5, 1.0, 2.0, 4.0, 8.0)
DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
"""Errors of writing, which another attempt cannot fix."""
RETRY_STATUSES = {408, 425, 429, 500, 502, 503, 504}
NEXT_STEP = (
    "Download it by hand into a folder and name that folder in the environment variable SEQKD_DATA, or run again."
)

log = logging.getLogger(__name__)


class _ConnectionBrokenError(Exception):
    """A connection failed, but another attempt may succeed."""


@dataclass(frozen=True)
class _PartialFile:
    """A partial download: its bytes in ``path``, and next to it the server's version of the file they come from."""

    path: Path
    url: str

    @property
    def note(self) -> Path:
        return self.path.with_name(self.path.name + ".json")

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def version(self) -> str:
        """The validator for If-Range, or "" if the server gave none."""
        try:
            note = json.loads(self.note.read_text(encoding="utf-8"))
            return str(note["version"]) if note["url"] == self.url else ""
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)


def fetch_url(url: str, checksum: str, size: int | None, target: Path, state: Path) -> None:
    """Download ``url`` to ``target``; the partial file stays in ``state`` and the next call resumes it.

    Raises:
        UserError: the address is invalid, the server keeps failing, or the file's length or SHA-256 is not the pinned
            one; names the address, the expected and the actual value.
    """
    part = _PartialFile(state / f"{checksum[:16]}.part", url)
    resumed = part.size > 0
    actual = sha256(part.path) if resumed else ""
    if actual != checksum:
        _complete(part, size)
        actual = sha256(part.path)
    if actual != checksum and resumed:
        log.warning("%s: the resumed download has a wrong checksum; downloading from scratch.", url)
        part.clear()
        _complete(part, size)
        actual = sha256(part.path)
    if actual != checksum:
        part.clear()
        raise UserError(
            f"{url}: wrong content, expected SHA-256 {checksum}, found {actual}. Either the file behind the address "
            "changed or the checksum in corpus is mistyped; compare with the publisher's."
        )
    with atomic_write(target) as tmp_path:
        shutil.move(part.path, tmp_path)
    part.clear()


def _complete(part: _PartialFile, size: int | None) -> None:
    """Make attempts until the file is complete."""
    idle = 0
    for _ in range(ATTEMPTS):
        before = part.size
        try:
            _attempt(part, size)
            return
        except (_ConnectionBrokenError, OSError) as error:
            if isinstance(error, OSError) and error.errno in DISK_ERRORS:
                raise
            reason = str(error) or type(error).__name__
        except http.client.HTTPException as error:
            reason = f"invalid HTTP response ({type(error).__name__}: {one_line(str(error))[:200]})"
        idle = 0 if part.size > before else idle + 1
        log.warning("%s: %s (%d bytes downloaded); trying again.", part.url, reason, part.size)
        if idle >= IDLE_ATTEMPTS:
            break
        time.sleep(BACK_OFF[idle])
    raise UserError(f"{part.url}: the download failed, last error: {reason}. {NEXT_STEP}")


def _attempt(part: _PartialFile, size: int | None) -> None:
    """One connection, which resumes the partial file if the server agrees; returns when the file is complete."""
    if size is not None and part.size > size:
        part.clear()
    offset = part.size
    if offset and offset == size:
        return
    with _open(part.url, offset, part.version()) as response:
        start = offset if response.status == 206 and _range_start(response) == offset else 0
        if response.status == 206 and start != offset:
            part.clear()
            raise _ConnectionBrokenError(f"the server sent the wrong range ({response.headers['Content-Range']})")
        total = _total(response, start)
        if size is not None and total is not None and total != size:
            raise UserError(f"{part.url}: expected {size} bytes, the server has {total}. {NEXT_STEP}")
        write_json(part.note, {"url": part.url, "version": _version(response)})
        _receive(response, part, start, total if size is None else size)


def _open(url: str, offset: int, version: str) -> http.client.HTTPResponse:
    headers = {"User-Agent": "seqkd", "Accept-Encoding": "identity"}
    if offset:
        headers |= {"Range": f"bytes={offset}-"} | ({"If-Range": version} if version else {})
    try:
        response = _with_timeout(lambda: _OPENER.open(urllib.request.Request(url, headers=headers), timeout=TIMEOUT))
    except urllib.error.HTTPError as error:
        if error.code == 416 and offset:
            return _open(url, 0, "")
        status = f"the server answers {error.code} {error.reason}"
        if error.code in RETRY_STATUSES:
            raise _ConnectionBrokenError(status) from None
        raise UserError(f"{url}: {status}. Check the address. {NEXT_STEP}") from None
    except ValueError as error:
        raise UserError(f"{url}: not a usable address ({error}).") from None
    assert isinstance(response, http.client.HTTPResponse)
    return response


def _with_timeout(connect: Callable[[], Any]) -> Any:
    """The result of ``connect``; socket timeouts do not cover a server that sends its headers byte by byte.

    Raises:
        _ConnectionBrokenError: it takes longer than ``ANSWER``.
    """
    results: list[Any] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            results.append(connect())
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(ANSWER)
    if errors:
        raise errors[0]
    if not results:
        raise _ConnectionBrokenError(f"no answer within {ANSWER:.0f} seconds")
    return results[0]


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects without reading their body, which may never end."""

    def http_error_302(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> Any:
        """See the base class."""
        fp.close()
        return super().http_error_302(req, fp, code, msg, headers)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def _opener() -> urllib.request.OpenerDirector:
    """Only HTTP and HTTPS, so that a redirect cannot lead to another scheme; at most ten redirects."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        _Redirects(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener


_OPENER = _opener()


def _range_start(response: http.client.HTTPResponse) -> int | None:
    """First byte of a "206 Partial Content" response."""
    return _number(response.headers.get("Content-Range", "").removeprefix("bytes ").split("-")[0])


def _total(response: http.client.HTTPResponse, start: int) -> int | None:
    """Bytes of the complete file as declared by the response, or None."""
    length = _number(response.headers.get("Content-Length", ""))
    return None if length is None else start + length


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else None


def _version(response: http.client.HTTPResponse) -> str:
    """A strong ETag or the date of the last change, for If-Range."""
    tag = response.headers.get("ETag", "")
    return tag if tag.startswith('"') else response.headers.get("Last-Modified", "")


def _receive(response: http.client.HTTPResponse, part: _PartialFile, start: int, total: int | None) -> None:
    """Write the response to the partial file, from byte ``start``.

    Raises:
        _ConnectionBrokenError: it broke off or was too slow.
        UserError: there are more bytes than expected.
    """
    window_start, window_bytes, last_log = time.monotonic(), 0, time.monotonic()
    limit = LARGEST if total is None else total
    with part.path.open("ab") as handle:
        handle.truncate(start)
        while chunk := response.read1(CHUNK):
            handle.write(chunk)
            window_bytes += len(chunk)
            now = time.monotonic()
            if handle.tell() > limit:
                part.clear()
                raise UserError(f"{part.url}: expected {limit} bytes at most, the server sends more. {NEXT_STEP}")
            if now - last_log > 5:
                last_log = now
                log.info("%s: %d of %s bytes", part.url, handle.tell(), total or "unknown")
            if now - window_start > PATIENCE:
                if window_bytes < SLOWEST * PATIENCE:
                    seconds = now - window_start
                    raise _ConnectionBrokenError(f"{window_bytes} bytes in {seconds:.0f} seconds are too few")
                window_start, window_bytes = now, 0
        if total is not None and handle.tell() < total:
            raise _ConnectionBrokenError(f"the connection broke off at {handle.tell()} of {total} bytes")
