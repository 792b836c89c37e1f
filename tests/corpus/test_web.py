"""Downloads from a local server that fails in many ways."""

import errno
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from seqkd.corpus.download import web
from seqkd.corpus.download.web import fetch_url
from seqkd.utils.errors import UserError

CONTENT = bytes(range(256)) * 400
SHA256 = hashlib.sha256(CONTENT).hexdigest()

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    server: "Server"

    def do_GET(self) -> None:
        self.server.ranges.append(self.headers.get("Range", ""))
        answers = self.server.answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        try:
            answer(self)
        except OSError:
            self.close_connection = True

    def head(self, status: int, **headers: object) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    answers: list[Answer]
    ranges: list[str]

    def url(self, path: str = "/text.gz") -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"


def good(handler: Handler, content: bytes = CONTENT, tag: str = '"one"', end: int | None = None) -> None:
    """The file or the requested range; closes after byte ``end``."""
    requested, start = handler.headers.get("Range", ""), 0
    if requested and handler.headers.get("If-Range", tag) == tag:
        start = int(requested.removeprefix("bytes=").split("-")[0])
        if start >= len(content):
            return handler.head(416)
        handler.head(
            206,
            Content_Length=len(content) - start,
            Content_Range=f"bytes {start}-{len(content) - 1}/{len(content)}",
            ETag=tag,
        )
    else:
        handler.head(200, Content_Length=len(content), ETag=tag)
    handler.wfile.write(content[start:end])
    return None


def breaks_off(at: int) -> Answer:
    return lambda handler: good(handler, end=at)


def status(code: int, **headers: object) -> Answer:
    return lambda handler: handler.head(code, Content_Length=0, **headers)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(web, "BACK_OFF", 0.0)
    running = Server(("127.0.0.1", 0), Handler)
    running.answers, running.ranges = [good], []
    thread = threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()


def fetch(server: Server, folder: Path, size: int | None = None, path: str = "/text.gz") -> bytes:
    fetch_url(server.url(path), SHA256, size, folder / "out" / "text.gz", _state(folder))
    return (folder / "out" / "text.gz").read_bytes()


def _state(folder: Path) -> Path:
    state = folder / "state"
    state.mkdir(exist_ok=True)
    return state


def test_a_download_leaves_no_other_files(server: Server, tmp_path: Path) -> None:
    assert fetch(server, tmp_path, size=len(CONTENT)) == CONTENT
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["text.gz"]


@pytest.mark.parametrize("size", [None, len(CONTENT)])
def test_resumes_where_it_broke_off(server: Server, tmp_path: Path, size: int | None) -> None:
    server.answers = [breaks_off(1000), breaks_off(50000), good]
    assert fetch(server, tmp_path, size) == CONTENT
    assert server.ranges == ["", "bytes=1000-", "bytes=50000-"]


def test_breaks_off_more_often_than_the_limit_of_idle_attempts(server: Server, tmp_path: Path) -> None:
    server.answers = [*[breaks_off(1000 * i) for i in range(1, 12)], good]
    assert fetch(server, tmp_path) == CONTENT


def test_a_killed_download_is_resumed_by_the_next_call(server: Server, tmp_path: Path) -> None:
    server.answers = [breaks_off(3000), *[status(503)] * 5, good]
    with pytest.raises(UserError, match="503"):
        fetch(server, tmp_path)
    assert not (tmp_path / "out").exists()
    assert fetch(server, tmp_path) == CONTENT
    assert server.ranges[-1] == "bytes=3000-"


def test_the_file_changed_between_two_attempts(server: Server, tmp_path: Path) -> None:
    server.answers = [lambda handler: good(handler, content=b"old" * 9000, tag='"old"', end=3000), good]
    assert fetch(server, tmp_path) == CONTENT
    assert server.ranges == ["", "bytes=3000-", ""]


def test_a_server_without_range_requests(server: Server, tmp_path: Path) -> None:
    def full_content(handler: Handler) -> None:
        handler.head(200, Content_Length=len(CONTENT))
        handler.wfile.write(CONTENT)

    server.answers = [breaks_off(1000), full_content]
    assert fetch(server, tmp_path) == CONTENT


def test_a_wrong_range(server: Server, tmp_path: Path) -> None:
    def wrong_range(handler: Handler) -> None:
        handler.head(206, Content_Length=10, Content_Range=f"bytes 0-9/{len(CONTENT)}")
        handler.wfile.write(CONTENT[:10])

    server.answers = [breaks_off(1000), wrong_range, good]
    assert fetch(server, tmp_path) == CONTENT
    assert server.ranges == ["", "bytes=1000-", ""]


def test_a_corrupt_partial_file_is_downloaded_from_scratch(server: Server, tmp_path: Path) -> None:
    (_state(tmp_path) / f"{SHA256[:16]}.part").write_bytes(b"x" * 500)
    assert fetch(server, tmp_path) == CONTENT
    assert server.ranges == ["bytes=500-", ""]


@pytest.mark.parametrize("size", [None, len(CONTENT)])
def test_a_complete_partial_file_is_taken(server: Server, tmp_path: Path, size: int | None) -> None:
    (_state(tmp_path) / f"{SHA256[:16]}.part").write_bytes(CONTENT)
    assert fetch(server, tmp_path, size) == CONTENT
    assert server.ranges == ([] if size else [f"bytes={len(CONTENT)}-"])


@pytest.mark.parametrize("size", [None, len(CONTENT)])
def test_a_partial_file_longer_than_the_file(server: Server, tmp_path: Path, size: int | None) -> None:
    (_state(tmp_path) / f"{SHA256[:16]}.part").write_bytes(CONTENT + b"more")
    assert fetch(server, tmp_path, size) == CONTENT


def test_wrong_content_is_reported_with_both_checksums(server: Server, tmp_path: Path) -> None:
    wrong = CONTENT[:-1] + b"!"
    server.answers = [lambda handler: good(handler, content=wrong)]
    with pytest.raises(UserError) as error:
        fetch(server, tmp_path)
    message = str(error.value)
    assert server.url() in message
    assert SHA256 in message
    assert hashlib.sha256(wrong).hexdigest() in message
    assert not (tmp_path / "out").exists()
    assert not list((tmp_path / "state").iterdir())


def test_a_length_other_than_the_pinned_one(server: Server, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="expected 7 bytes at most, the server sends more"):
        fetch(server, tmp_path, size=7)


def test_a_declared_length_that_is_too_long(server: Server, tmp_path: Path) -> None:
    def wrong_length(handler: Handler) -> None:
        handler.head(200, Content_Length=len(CONTENT) + 99)
        handler.wfile.write(CONTENT)

    server.answers = [wrong_length]
    with pytest.raises(UserError, match="IncompleteRead"):
        fetch(server, tmp_path)


def test_a_declared_length_that_is_too_short(server: Server, tmp_path: Path) -> None:
    def wrong_length(handler: Handler) -> None:
        handler.head(200, Content_Length=99)
        handler.wfile.write(CONTENT)

    server.answers = [wrong_length]
    with pytest.raises(UserError, match="wrong content"):
        fetch(server, tmp_path)


def test_an_endless_response_without_length(server: Server, tmp_path: Path) -> None:
    def endless(handler: Handler) -> None:
        handler.head(200)
        while True:
            handler.wfile.write(CONTENT)

    server.answers = [endless]
    with pytest.raises(UserError, match="sends more"):
        fetch(server, tmp_path, size=len(CONTENT))
    assert not list((tmp_path / "state").iterdir())


def test_a_silent_connection_counts_as_broken(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "TIMEOUT", 0.2)
    server.answers = [lambda handler: time.sleep(1.5), good]
    assert fetch(server, tmp_path) == CONTENT


def test_a_busy_server_is_retried_and_a_missing_file_is_not(server: Server, tmp_path: Path) -> None:
    server.answers = [status(503), status(429), good]
    assert fetch(server, tmp_path) == CONTENT
    server.answers, server.ranges = [status(404)], []
    with pytest.raises(UserError, match=r"404.*SEQKD_DATA"):
        fetch(server, tmp_path)
    assert len(server.ranges) == 1


def test_attempts_are_bounded(server: Server, tmp_path: Path) -> None:
    server.answers = [status(500)]
    with pytest.raises(UserError, match="500"):
        fetch(server, tmp_path)
    assert len(server.ranges) == web.IDLE_ATTEMPTS


def test_redirects_are_followed_up_to_a_limit(server: Server, tmp_path: Path) -> None:
    server.answers = [status(302, Location="/elsewhere.gz"), good]
    assert fetch(server, tmp_path) == CONTENT
    server.answers = [status(302, Location=server.url())]
    with pytest.raises(UserError, match="30 redirects"):
        fetch(server, tmp_path)


def test_a_redirect_to_a_local_file_is_refused(server: Server, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(CONTENT)
    server.answers = [status(302, Location=f"file://{tmp_path}/secret")]
    with pytest.raises(UserError):
        fetch(server, tmp_path)
    assert not (tmp_path / "out").exists()


def test_a_refused_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "BACK_OFF", 0.0)
    with pytest.raises(UserError, match=r"http://127\.0\.0\.1:9/x: the download failed.*SEQKD_DATA"):
        fetch_url("http://127.0.0.1:9/x", SHA256, None, tmp_path / "x", tmp_path)


def test_a_full_disk_is_not_retried(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    server.answers = [good]
    monkeypatch.setattr(web, "_receive", full)
    with pytest.raises(OSError, match="No space left"):
        fetch_url(server.url(), SHA256, None, tmp_path / "text.gz", tmp_path)
    assert len(server.ranges) == 1
