"""Line-aligned text files, read strictly, line by line, in constant memory.

A line ends only at ``\\n`` (a ``\\r`` before it belongs to the line end). UTF-8 is decoded line by line, so that an
error names the line.
"""

import gzip
import logging
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import BinaryIO

from seqkd.corpus.text import ODD, normalise
from seqkd.utils.errors import UserError

LONGEST_LINE = 2**26
LARGEST_RATIO = 200
ALWAYS_ALLOWED = 2**26
OTHER_FORMATS = {
    b"PK\x03\x04": "a zip archive (or an office document)",
    b"BZh91AY&": "packed by bzip2",
    b"\xfd7zXZ\0": "packed by xz",
    b"\x28\xb5\x2f\xfd": "packed by zstd",
    b"7z\xbc\xaf": "a 7z archive",
    b"%PDF-": "a PDF",
}
"""First bytes of files that users give instead of text."""
BEGINNING = 2**16
"""Bytes that suffice to recognise the script of a text."""
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
"""Byte order marks of UTF-16; little-endian UTF-32 starts with the first."""

log = logging.getLogger(__name__)


def read_lines(path: Path, counts: Counter[str]) -> Iterator[str]:
    """Normalised lines of a UTF-8 file, plain or gzip (recognised by its first bytes).

    Adds to ``counts``: ``byte_order_marks``, ``crlf_lines``, ``lines_with_control_characters`` and
    ``files_without_final_line_break``, if there are any.

    Raises:
        UserError: the file cannot be read, is empty, not UTF-8, truncated, or unpacks to far too much; names the file
            and, if possible, the line.
    """
    number = 0
    for number, raw in enumerate(_raw_lines(path), 1):
        if number == 1 and raw.startswith(b"\xef\xbb\xbf"):
            counts["byte_order_marks"] += 1
            raw = raw[3:]
        if not raw.endswith(b"\n"):
            counts["files_without_final_line_break"] += 1
            log.warning("%s:%d: the last line has no line break; check that the file is complete.", path, number)
        yield _decoded(path, number, raw, counts)
    if not number:
        raise UserError(
            f"{path}: the file is empty. One sentence a line is needed, aligned line by line with the other language."
        )


def _decoded(path: Path, number: int, raw: bytes, counts: Counter[str]) -> str:
    line = raw.removesuffix(b"\n")
    if line.endswith(b"\r"):
        counts["crlf_lines"] += 1
        line = line[:-1]
    if line.startswith(UTF16_BOMS) or (len(line) >= 8 and line.count(0) > len(line) / 3):
        raise UserError(
            f"{path}:{number}: not UTF-8 but UTF-16 or UTF-32. Convert the file first: iconv -f utf-16 -t utf-8"
        )
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        invalid = " ".join(f"{byte:02x}" for byte in line[error.start : error.start + 4])
        raise UserError(
            f"{path}:{number}: not UTF-8 at byte {error.start + 1} of the line ({invalid}). Convert the file first, "
            "for example with: iconv -f latin1 -t utf-8"
        ) from None
    if ODD.search(text):
        counts["lines_with_control_characters"] += 1
    return normalise(text)


def _raw_lines(path: Path) -> Iterator[bytes]:
    """Lines with their ends; errors of reading and decompression name the line."""
    number = 1
    try:
        packed = _is_packed(path)
        limit = max(ALWAYS_ALLOWED, LARGEST_RATIO * path.stat().st_size)
        with gzip.open(path, "rb") if packed else path.open("rb") as handle:
            for number, raw in enumerate(_limited(path, handle, limit), 1):  # noqa: B007  (used in the messages below)
                yield raw
    except EOFError:
        raise UserError(f"{path}:{number}: the gzip file is cut off near this line. Fetch or copy it again.") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise UserError(
            f"{path}:{number}: damaged gzip file near this line ({error}). Fetch or copy it again."
        ) from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror or error}). Check the path in corpus.") from None


def _is_packed(path: Path) -> bool:
    """Whether a file is gzip.

    Raises:
        UserError: it is not a regular file, which might never end, or is in another format.
    """
    if path.exists() and not path.is_file():
        raise UserError(f"{path}: cannot be read (not a regular file). Check the path in corpus.")
    with path.open("rb") as handle:
        start = handle.read(8)
    for signature, description in OTHER_FORMATS.items():
        if start.startswith(signature):
            raise UserError(f"{path}: is {description}, not text, plain or packed by gzip. Unpack it first.")
    return start.startswith(b"\x1f\x8b")


def _limited(path: Path, handle: BinaryIO | gzip.GzipFile, limit: int) -> Iterator[bytes]:
    number = 0
    while raw := handle.readline(LONGEST_LINE):
        number += 1
        limit -= len(raw)
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            raise UserError(
                f"{path}:{number}: no line break in {LONGEST_LINE} bytes; this is not text with one sentence a line."
            )
        if limit < 0:
            raise UserError(
                f"{path}:{number}: unpacks to over {LARGEST_RATIO} times its size; unpack it yourself to use it."
            )
        yield raw


def beginning(path: Path) -> str:
    """The first characters of a text file, "" if it cannot be read (``read_lines`` reports the error)."""
    try:
        with gzip.open(path, "rb") if _is_packed(path) else path.open("rb") as handle:
            return handle.read(BEGINNING).decode("utf-8", "ignore")
    except (UserError, OSError, EOFError, zlib.error):
        return ""


def aligned(paths: Sequence[Path], counts: Counter[str]) -> Iterator[tuple[str, ...]]:
    """Line N of every file, for each N; ``counts`` as in ``read_lines``.

    Raises:
        UserError: the files have different numbers of lines (raised once all are read), or as ``read_lines``.
    """
    readers = [read_lines(path, counts) for path in paths]
    for number, row in enumerate(zip_longest(*readers)):
        if None in row:
            lengths = [
                number + (line is not None) + sum(1 for _ in reader) for line, reader in zip(row, readers, strict=True)
            ]
            counted = ", ".join(f"{path} has {length} lines" for path, length in zip(paths, lengths, strict=True))
            raise UserError(
                f"{counted}: they must be equal, since line N of one file translates line N of the other. "
                "Find where they diverge."
            )
        yield row
