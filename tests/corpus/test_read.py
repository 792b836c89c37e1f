import gzip
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from seqkd.corpus import read
from seqkd.corpus.read import aligned, read_lines
from seqkd.errors import UserError


def lines(path: Path, content: bytes, counts: Counter[str] | None = None) -> list[str]:
    path.write_bytes(content)
    return list(read_lines(path, Counter() if counts is None else counts))


def refusal(path: Path, content: bytes) -> str:
    with pytest.raises(UserError) as told:
        lines(path, content)
    assert "\n" not in str(told.value)
    return str(told.value)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "text"


def test_plain_and_gzip_whatever_the_name(path: Path) -> None:
    assert lines(path, "ä b\nc\n".encode()) == ["ä b", "c"]
    assert lines(path, gzip.compress("ä b\nc\n".encode())) == ["ä b", "c"]


def test_only_line_feeds_end_lines(path: Path) -> None:
    assert lines(path, "a\u2028b\x0cc\x1ed\u0085e\rf\n\ng\n".encode()) == ["a b c d e f", "", "g"]


def test_oddities_are_mended_and_counted(path: Path) -> None:
    counts: Counter[str] = Counter()
    assert lines(path, b"\xef\xbb\xbfa\r\nb\x00c\r\nd", counts) == ["a", "b c", "d"]
    assert counts == {
        "byte_order_marks": 1,
        "crlf_lines": 2,
        "lines_with_control_characters": 1,
        "files_without_final_line_break": 1,
    }


def test_tabs_and_doubled_blanks_are_nothing_odd(path: Path) -> None:
    counts: Counter[str] = Counter()
    assert lines(path, b"a\tb  c \n", counts) == ["a b c"]
    assert not counts


def test_not_utf8_names_line_and_byte(path: Path) -> None:
    assert f"{path}:2: no UTF-8 at byte 4 of the line (fc 72" in refusal(
        path, b"gut\ngutf\xfcr\n".replace(b"gutf", b"gut")
    )


def test_a_character_cut_at_the_end_names_the_line(path: Path) -> None:
    assert f"{path}:2: no UTF-8" in refusal(path, "a\nü".encode()[:-1])


def test_utf16_is_no_utf8(path: Path) -> None:
    assert f"{path}:1: no UTF-8" in refusal(path, "für\n".encode("utf-16"))


def test_cut_and_damaged_gzip_name_the_line(path: Path) -> None:
    random = Random(1)
    text = "".join(f"sentence {random.random()}\n" for _ in range(20000)).encode()
    packed = gzip.compress(text)
    cut = refusal(path, packed[: len(packed) // 2])
    assert "cut off" in cut
    assert 9000 < int(cut.split(":")[1]) < 11000
    assert "damaged gzip" in refusal(path, packed[:-6] + b"x" + packed[-5:])
    assert f"{path}:1: damaged gzip" in refusal(path, packed[:10] + b"\xff" * 100)


def test_empty_files(path: Path) -> None:
    assert f"{path}: the file is empty" in refusal(path, b"")
    assert f"{path}: the file is empty" in refusal(path, gzip.compress(b""))


def test_a_file_that_is_none(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(UserError, match="cannot be read"):
            list(read_lines(path, Counter()))


def test_ten_megabytes_in_a_line_are_only_a_long_line(path: Path) -> None:
    assert [len(line) for line in lines(path, b"x" * 10**7 + b"\nb\n")] == [10**7, 1]


def test_a_line_without_end_is_no_text(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "LONGEST_LINE", 1000)
    assert len(lines(path, b"x" * 999 + b"\n")) == 1
    assert f"{path}:2: no line break" in refusal(path, b"a\n" + b"x" * 1001)


def test_a_gzip_bomb_is_stopped(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "ALWAYS_ALLOWED", 10**5)
    assert "times its size" in refusal(path, gzip.compress(b"aaaaaaaaa\n" * 10**6))


def test_unequal_files_are_told_with_both_counts(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("a\nb\n")
    other.write_text("a\nb\nc\nd\n")
    for first, second in ((one, other), (other, one)):
        with pytest.raises(UserError) as told:
            list(aligned([first, second], Counter()))
        assert f"{one} has 2 lines" in str(told.value)
        assert f"{other} has 4 lines" in str(told.value)
    assert list(aligned([one, one], Counter())) == [("a", "a"), ("b", "b")]
