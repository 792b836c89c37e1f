"""One file over HTTP(S): resumed where it broke off, checked, and whole or not there at all."""

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
from seqkd.files import sha256, write_json, written

IDLE_ATTEMPTS = 5
"""Attempts in a row that bring no byte before the download is given up."""
ATTEMPTS = 100
TIMEOUT = 30.0
"""Seconds without a byte after which a connection counts as broken."""
SLOWEST = 200.0
"""Bytes a second; a connection slower than this over ``PATIENCE`` seconds is closed and opened anew."""
PATIENCE = 60.0
ANSWER = 60.0
"""Seconds within which an answer's headers must be whole."""
PIECE = 1 << 18
LARGEST = 2**36
"""Bytes of a file whose size is not pinned at most: a server that never ends must not fill the disk."""
BACK_OFF = (0.5, 1.0, 2.0, 4.0, 8.0)
OF_THE_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
"""Errors of writing, which another connection cannot mend."""
AGAIN = {408, 425, 429, 500, 502, 503, 504}
WAY_ON = "Fetch it by hand into a folder and name that folder in the environment variable SEQKD_DATA, or run again."

log = logging.getLogger(__name__)


class _BrokenError(Exception):
    """A connection that failed in a way that another attempt may mend."""


@dataclass(frozen=True)
class _Part:
    """What is there of a file: the bytes in ``path``; the server's mark of the version they come from beside it."""

    path: Path
    url: str

    @property
    def note(self) -> Path:
        return self.path.with_name(self.path.name + ".json")

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def version(self) -> str:
        """The validator for If-Range, or "" where the server gave none."""
        try:
            noted = json.loads(self.note.read_text(encoding="utf-8"))
            return str(noted["version"]) if noted["url"] == self.url else ""
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)


def fetch_url(url: str, checksum: str, size: int | None, target: Path, state: Path) -> None:
    """Download ``url`` to ``target``; the partial file lives in ``state`` and is continued by the next call.

    Raises:
        UserError: the address is refused, the server fails again and again, or the file's length or SHA-256 is not
            the pinned one; names the address, what was expected and what was found.
    """
    part = _Part(state / f"{checksum[:16]}.part", url)
    resumed = part.size > 0
    found = sha256(part.path) if resumed else ""
    if found != checksum:
        _complete(part, size)
        found = sha256(part.path)
    if found != checksum and resumed:
        log.warning("%s: what was continued has a wrong checksum; starting over.", url)
        part.clear()
        _complete(part, size)
        found = sha256(part.path)
    if found != checksum:
        part.clear()
        raise UserError(
            f"{url}: wrong content, expected SHA-256 {checksum}, found {found}. Either the file behind the address "
            "changed or the checksum in corpus is mistyped; compare with the publisher's."
        )
    with written(target) as beside:
        shutil.move(part.path, beside)
    part.clear()


def _complete(part: _Part, size: int | None) -> None:
    """Attempts until the whole file is there."""
    idle = 0
    for _ in range(ATTEMPTS):
        before = part.size
        try:
            _attempt(part, size)
            return
        except (_BrokenError, OSError) as error:
            if isinstance(error, OSError) and error.errno in OF_THE_DISK:
                raise
            trouble = str(error) or type(error).__name__
        except http.client.HTTPException as error:
            trouble = f"an answer that is no HTTP ({type(error).__name__}: {one_line(str(error))[:200]})"
        idle = 0 if part.size > before else idle + 1
        log.warning("%s: %s (%d bytes are there); trying again.", part.url, trouble, part.size)
        if idle >= IDLE_ATTEMPTS:
            break
        time.sleep(BACK_OFF[idle])
    raise UserError(f"{part.url}: the download failed, at last with: {trouble}. {WAY_ON}")


def _attempt(part: _Part, size: int | None) -> None:
    """One connection, continuing the partial file where the server agrees; returns when the file is whole."""
    if size is not None and part.size > size:
        part.clear()
    have = part.size
    if have and have == size:
        return
    with _open(part.url, have, part.version()) as answer:
        start = have if answer.status == 206 and _range_start(answer) == have else 0
        if answer.status == 206 and start != have:
            part.clear()
            raise _BrokenError(f"the server sent another range than asked for ({answer.headers['Content-Range']})")
        total = _total(answer, start)
        if size is not None and total is not None and total != size:
            raise UserError(f"{part.url}: expected {size} bytes, the server has {total}. {WAY_ON}")
        write_json(part.note, {"url": part.url, "version": _version(answer)})
        _receive(answer, part, start, total if size is None else size)


def _open(url: str, have: int, version: str) -> http.client.HTTPResponse:
    headers = {"User-Agent": "seqkd", "Accept-Encoding": "identity"}
    if have:
        headers |= {"Range": f"bytes={have}-"} | ({"If-Range": version} if version else {})
    try:
        answer = _in_time(lambda: _OPENER.open(urllib.request.Request(url, headers=headers), timeout=TIMEOUT))
    except urllib.error.HTTPError as error:
        if error.code == 416 and have:
            return _open(url, 0, "")
        if error.code in AGAIN:
            raise _BrokenError(f"the server answers {error.code} {error.reason}") from None
        raise UserError(f"{url}: the server answers {error.code} {error.reason}. Check the address. {WAY_ON}") from None
    except ValueError as error:
        raise UserError(f"{url}: no usable address ({error}).") from None
    assert isinstance(answer, http.client.HTTPResponse)
    return answer


def _in_time(work: Callable[[], Any]) -> Any:
    """What ``work`` gives or raises; a server may drip its headers, for which sockets know no time limit.

    Raises:
        _BrokenError: it takes longer than ``ANSWER``.
    """
    came: list[Any] = []
    failed: list[Exception] = []

    def attempt() -> None:
        try:
            came.append(work())
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(ANSWER)
    if failed:
        raise failed[0]
    if not came:
        raise _BrokenError(f"no answer within {ANSWER:.0f} seconds")
    return came[0]


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects, without reading what a redirect says beside the address, which may never end."""

    def http_error_302(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> Any:
        """See the base class."""
        fp.close()
        return super().http_error_302(req, fp, code, msg, headers)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def _opener() -> urllib.request.OpenerDirector:
    """HTTP and HTTPS alone, so that a redirect cannot lead to another scheme; ten redirects at most."""
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


def _range_start(answer: http.client.HTTPResponse) -> int | None:
    """Where the part of a "206 Partial Content" answer begins."""
    return _number(answer.headers.get("Content-Range", "").removeprefix("bytes ").split("-")[0])


def _total(answer: http.client.HTTPResponse, start: int) -> int | None:
    """Bytes of the whole file by the answer's own word, or None where it does not say."""
    length = _number(answer.headers.get("Content-Length", ""))
    return None if length is None else start + length


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else None


def _version(answer: http.client.HTTPResponse) -> str:
    """A strong ETag or the date of the last change, for If-Range."""
    tag = answer.headers.get("ETag", "")
    return tag if tag.startswith('"') else answer.headers.get("Last-Modified", "")


def _receive(answer: http.client.HTTPResponse, part: _Part, start: int, total: int | None) -> None:
    """Append what comes to the partial file.

    Raises:
        _BrokenError: it broke off or was too slow.
        UserError: more came than there should be.
    """
    since, fresh, told = time.monotonic(), 0, time.monotonic()
    limit = LARGEST if total is None else total
    with part.path.open("ab") as handle:
        handle.truncate(start)
        while piece := answer.read1(PIECE):
            handle.write(piece)
            fresh += len(piece)
            now = time.monotonic()
            if handle.tell() > limit:
                part.clear()
                raise UserError(f"{part.url}: expected {limit} bytes at most, the server sends more. {WAY_ON}")
            if now - told > 5:
                told = now
                log.info("%s: %d of %s bytes", part.url, handle.tell(), total or "unknown")
            if now - since > PATIENCE:
                if fresh < SLOWEST * PATIENCE:
                    raise _BrokenError(f"{fresh} bytes in {now - since:.0f} seconds are too few")
                since, fresh = now, 0
        if total is not None and handle.tell() < total:
            raise _BrokenError(f"the connection broke off at {handle.tell()} of {total} bytes")
