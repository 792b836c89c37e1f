import gzip
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from seqkd.corpus import read
from seqkd.corpus.read import aligned, read_lines
from seqkd.utils.errors import UserError


def lines(path: Path, content: bytes, counts: Counter[str] | None = None) -> list[str]:
    path.write_bytes(content)
    return list(read_lines(path, Counter() if counts is None else counts))


def refusal(path: Path, content: bytes) -> str:
    with pytest.raises(UserError) as error:
        lines(path, content)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "text"


def test_plain_and_gzip_whatever_the_name(path: Path) -> None:
    assert lines(path, "ä b\nc\n".encode()) == ["ä b", "c"]
    assert lines(path, gzip.compress("ä b\nc\n".encode())) == ["ä b", "c"]


def test_only_line_feeds_end_lines(path: Path) -> None:
    assert lines(path, "a\u2028b\x0cc\x1ed\u0085e\rf\n\ng\n".encode()) == ["a b c d e f", "", "g"]


def test_irregularities_are_fixed_and_counted(path: Path) -> None:
    counts: Counter[str] = Counter()
    assert lines(path, b"\xef\xbb\xbfa\r\nb\x00c\r\nd", counts) == ["a", "b c", "d"]
    assert counts == {
        "byte_order_marks": 1,
        "crlf_lines": 2,
        "lines_with_control_characters": 1,
        "files_without_final_line_break": 1,
    }


def test_tabs_and_double_blanks_are_not_counted(path: Path) -> None:
    counts: Counter[str] = Counter()
    assert lines(path, b"a\tb  c \n", counts) == ["a b c"]
    assert not counts


def test_invalid_utf8_is_reported_with_line_and_byte(path: Path) -> None:
    assert f"{path}:2: not UTF-8 at byte 4 of the line (fc 72" in refusal(
        path, b"gut\ngutf\xfcr\n".replace(b"gutf", b"gut")
    )


def test_a_truncated_character_is_reported_with_its_line(path: Path) -> None:
    assert f"{path}:2: not UTF-8" in refusal(path, "a\nü".encode()[:-1])


def test_utf16_is_refused(path: Path) -> None:
    assert f"{path}:1: not UTF-8" in refusal(path, "für\n".encode("utf-16"))


def test_truncated_and_damaged_gzip_is_reported_with_the_line(path: Path) -> None:
    random = Random(1)
    text = "".join(f"sentence {random.random()}\n" for _ in range(20000)).encode()
    packed = gzip.compress(text)
    message = refusal(path, packed[: len(packed) // 2])
    assert "cut off" in message
    assert 9000 < int(message.split(":")[1]) < 11000
    assert "damaged gzip" in refusal(path, packed[:-6] + b"x" + packed[-5:])
    assert f"{path}:1: damaged gzip" in refusal(path, packed[:10] + b"\xff" * 100)


def test_empty_files(path: Path) -> None:
    assert f"{path}: the file is empty" in refusal(path, b"")
    assert f"{path}: the file is empty" in refusal(path, gzip.compress(b""))


def test_folders_and_missing_files_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(UserError, match="cannot be read"):
            list(read_lines(path, Counter()))


def test_a_line_of_ten_megabytes_is_read(path: Path) -> None:
    assert [len(line) for line in lines(path, b"x" * 10**7 + b"\nb\n")] == [10**7, 1]


def test_an_endless_line_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "LONGEST_LINE", 1000)
    assert len(lines(path, b"x" * 999 + b"\n")) == 1
    assert f"{path}:2: no line break" in refusal(path, b"a\n" + b"x" * 1001)


def test_a_gzip_bomb_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "ALWAYS_ALLOWED", 10**5)
    assert "times its size" in refusal(path, gzip.compress(b"aaaaaaaaa\n" * 10**6))


def test_files_of_unequal_length_are_reported_with_both_counts(tmp_path: Path) -> None:
    short, long = tmp_path / "short", tmp_path / "long"
    short.write_text("a\nb\n")
    long.write_text("a\nb\nc\nd\n")
    for paths in ([short, long], [long, short]):
        with pytest.raises(UserError) as error:
            list(aligned(paths, Counter()))
        assert f"{short} has 2 lines" in str(error.value)
        assert f"{long} has 4 lines" in str(error.value)
    assert list(aligned([short, short], Counter())) == [("a", "a"), ("b", "b")]
