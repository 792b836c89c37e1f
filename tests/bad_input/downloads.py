"""Servers that answer wrongly: each is a real one on this machine. A byte of hostility at a time."""

import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cases import HANDLED, Case

from seqkd.corpus.download import web
from seqkd.corpus.download.web import fetch_url

CONTENT = bytes(range(256)) * 40
SHA256 = hashlib.sha256(CONTENT).hexdigest()
SIZE = len(CONTENT)

Answer = Callable[[socket.socket, int], None]
"""Writes to an open connection; the number tells how many came before it."""


@contextmanager
def serving(answer: Answer) -> Iterator[int]:
    """The port of a server that gives every connection to ``answer``, after its request is read."""
    listening = socket.create_server(("127.0.0.1", 0))
    opened: list[socket.socket] = []

    def work(connection: socket.socket, number: int) -> None:
        with connection, suppress(OSError):
            connection.recv(65536)
            answer(connection, number)

    def accept() -> None:
        with suppress(OSError):
            while True:
                opened.append(listening.accept()[0])
                threading.Thread(target=work, args=(opened[-1], len(opened) - 1), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        for one in (listening, *opened):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        listening.close()


def head(status: str, **headers: object) -> bytes:
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1")


def says(*parts: bytes) -> Answer:
    return lambda connection, number: connection.sendall(b"".join(parts))


def repeats(first: bytes, more: bytes, pause: float = 0.0) -> Answer:
    """Something, and then more of it for ever."""

    def answer(connection: socket.socket, number: int) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(more)
            time.sleep(pause)

    return answer


def download(
    name: str,
    answer: Answer | None,
    told: str,
    size: int | None = None,
    largest: int = 2**30,
) -> Case:
    """A download whose every attempt is answered so; None for a port where nobody listens."""

    def give(folder: Path) -> None:
        (folder / "state").mkdir()
        out = folder / "results" / "text.gz"
        with pytest.MonkeyPatch.context() as patch:
            for setting, value in {"BACK_OFF": 0.0, "TIMEOUT": 0.3, "LARGEST": largest}.items():
                patch.setattr(web, setting, value)
            patch.setattr(web, "ATTEMPTS", 6)
            with serving(answer or says()) as port:
                url = f"http://127.0.0.1:{9 if answer is None else port}/text.gz"
                try:
                    fetch_url(url, SHA256, size, out, folder / "state")
                finally:
                    assert out.exists() == (told == HANDLED)
                    assert not list(folder.rglob("*.tmp"))
        assert out.read_bytes() == CONTENT

    return Case(name, give, told)


def _redirect(to: str, status: str = "302 Found") -> Answer:
    return says(head(status, Location=to, Content_Length=0))


def _redirects_anew(connection: socket.socket, number: int) -> None:
    connection.sendall(head("302 Found", Location=f"/{number}", Content_Length=0))


def _half(connection: socket.socket, number: int) -> None:
    """Half of the file at first, the rest at the next attempt."""
    half = SIZE // 2
    if number == 0:
        connection.sendall(head("200 OK", Content_Length=SIZE, ETag='"a"') + CONTENT[:half])
    else:
        place = f"bytes {half}-{SIZE - 1}/{SIZE}"
        connection.sendall(
            head("206 Partial Content", Content_Length=half, Content_Range=place, ETag='"a"') + CONTENT[half:]
        )


def _odd_version(connection: socket.socket, number: int) -> None:
    """A mark of the version that no request may repeat."""
    good = head("200 OK", Content_Length=SIZE, ETag='"\x01\r\n fold\xff"')
    connection.sendall(good + (CONTENT if number else CONTENT[:99]))


def _good(**headers: object) -> bytes:
    return head("200 OK", **headers) + CONTENT


CHUNKED = {"Transfer_Encoding": "chunked"}
FAILED = r"http://127\.0\.0\.1:\d+/text\.gz: the download failed, last error: .*SEQKD_DATA"
WRONG = rf"/text\.gz: wrong content, expected SHA-256 {SHA256}, found [0-9a-f]{{64}}"
DOWNLOADS = [
    download("nobody listens", None, FAILED),
    download("a connection closed at once", says(), FAILED),
    download("noise instead of an answer", says(b"\x00\xff" * 500), FAILED),
    download("another protocol", says(b"SSH-2.0-OpenSSH_9.0\r\n"), FAILED),
    download("a status that is no number", says(b"HTTP/1.1 abc OK\r\n\r\n"), FAILED),
    download("a status line without end", repeats(b"HTTP/1.1 200 ", b"x" * 9999), FAILED),
    download("a header without end", repeats(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 9999), FAILED),
    download("headers without end", repeats(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 999), FAILED),
    download("silence after the request", repeats(b"", b"", 0.2), FAILED),
    download("404", says(head("404 Not Found")), r"the server answers 404 Not Found. Check the address"),
    download("403", says(head("403 Forbidden")), r"the server answers 403 Forbidden"),
    download("410", says(head("410 Gone")), r"the server answers 410 Gone"),
    download("500 for ever", says(head("500 Internal Server Error")), FAILED),
    download("503 for ever", says(head("503 Slow Down")), FAILED),
    download("an error page without end", repeats(head("404 Not Found"), b"x" * 9999), r"the server answers 404"),
    download("a reason that would colour the terminal", says(head("404 \x1b[31mgone")), r"404 \\x1b\[31mgone"),
    download("a redirect to itself", _redirect("/text.gz"), FAILED),
    download("redirects to ever new places", _redirects_anew, FAILED),
    download("a permanent redirect to itself", _redirect("/text.gz", "308 Permanent Redirect"), FAILED),
    download("a redirect to a file of this machine", _redirect("file:///etc/passwd"), FAILED),
    download("a redirect to FTP", _redirect("ftp://127.0.0.1/text.gz"), r"text\.gz: .*(302|unknown|ftp|redirect)"),
    download("a redirect to data", _redirect("data:text/plain,x"), FAILED),
    download("a redirect to no address", _redirect("http://[::1/x"), r"text\.gz: "),
    download("a redirect to a port that is none", _redirect("http://127.0.0.1:99999/x"), r"text\.gz: "),
    download("a redirect to nowhere", says(head("302 Found")), r"the server answers 302"),
    download("another file", says(head("200 OK", Content_Length=5) + b"other"), WRONG),
    download("an empty file", says(head("200 OK", Content_Length=0)), WRONG),
    download("a page of a network's log-in", says(head("200 OK", Content_Length=6) + b"<html>"), WRONG),
    download("a length that is not the pinned one", says(_good(Content_Length=SIZE)), r"expected 7 bytes at most", 7),
    download("less than it told", says(head("200 OK", Content_Length=SIZE + 9) + CONTENT), r"IncompleteRead"),
    download("more than it told", says(head("200 OK", Content_Length=99) + CONTENT), WRONG),
    download("more than is pinned", repeats(head("200 OK"), CONTENT), r"expected \d+ bytes at most, the server", SIZE),
    download(
        "no end where nothing is pinned", repeats(head("200 OK"), CONTENT), r"expected 99999 bytes at", None, 99999
    ),
    download("a length of 5000 digits", says(_good(Content_Length="9" * 5000)), HANDLED),
    download("a length that is a power", says(_good(Content_Length="\xb2")), HANDLED),
    download("a negative length", says(_good(Content_Length=-5)), HANDLED),
    download("a length in words", says(_good(Content_Length="many")), HANDLED),
    download("two lengths", says(_good(Content_Length=f"{SIZE}\r\nContent-Length: 5")), FAILED),
    download("a chunk of no size", says(head("200 OK", **CHUNKED), b"zz\r\nabc\r\n"), FAILED),
    download("a chunk of negative size", says(head("200 OK", **CHUNKED), b"-5\r\nabc\r\n"), r"text\.gz: "),
    download("a chunk cut off", says(head("200 OK", **CHUNKED), b"fff\r\nabc"), FAILED),
    download("a chunk larger than memory", says(head("200 OK", **CHUNKED), b"ffffffffffff\r\nabc"), FAILED),
    download("a part that was not asked for", says(head("206 Partial Content", Content_Range="bytes 9-19/20")), FAILED),
    download("a part that is none", says(head("206 Partial Content", Content_Range="bytes \xb2-")), FAILED),
    download("a break in the middle", _half, HANDLED, SIZE),
    download("a mark of its version that is none", _odd_version, HANDLED, SIZE),
    download("nothing changed, though nothing was there", says(head("304 Not Modified")), r"answers 304"),
    download("a switch of protocols", says(head("101 Switching Protocols")), r"text\.gz: "),
]
