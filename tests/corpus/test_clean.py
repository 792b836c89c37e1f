import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqkd.corpus.clean import CleaningSettings, SentenceIndex, TrainFilter, length_fault
from seqkd.corpus.text import ODD, count_words, normalise

NONE = SentenceIndex([])


@pytest.mark.parametrize(
    ("line", "clean"),
    [
        ("  a\t b\u00a0\u3000c  ", "a b c"),
        ("u\u0308ber", "über"),
        ("a\x00b\u2028c\u0085d\rе", "a b c d е"),
        ("\ufeffa", "a"),
        ("\x1b[31mred", "[31mred"),
        ("\u200dzero\u00adwidth", "\u200dzero\u00adwidth"),
        ("", ""),
    ],
)
def test_normal_form(line: str, clean: str) -> None:
    assert normalise(line) == clean


def test_no_control_character_or_separator_remains() -> None:
    breaks = [chr(code) for code in range(0x30000) if unicodedata.category(chr(code)) in ("Cc", "Zl", "Zp")]
    assert len(breaks) == 67
    assert {normalise(f"a{char}b") for char in [*breaks, "\ufeff"]} == {"a b"}
    assert [char for char in breaks if not ODD.fullmatch(char)] == ["\t"]
    assert not ODD.search("a b\u00a0\u3000ü\u200d")


@given(st.text())
def test_normalising_is_idempotent_and_gives_one_line(line: str) -> None:
    clean = normalise(line)
    assert normalise(clean) == clean
    assert len(clean.splitlines()) <= 1
    assert unicodedata.is_normalized("NFC", clean)
    assert not ODD.search(clean)
    assert not re.search(r"^\s|\s$|\s\s", clean)


@pytest.mark.parametrize(
    ("line", "length"),
    [
        ("", 0),
        ("a b  c", 3),
        ("für dich", 2),
        ("Привет мир", 2),
        ("안녕하세요 세계", 2),
        ("你好世界", 2),
        ("你好世", 2),
        ("我用 Python 写。", 3),
        ("สวัสดีชาวโลก", 3),
        ("これはペンです", 4),
    ],
)
def test_length_in_words(line: str, length: int) -> None:
    assert count_words(line) == length


LIMITS = CleaningSettings(max_words=4, max_chars=20, max_ratio=2)


@pytest.mark.parametrize(
    ("src", "tgt", "fault"),
    [
        ("a b c d", "a b", ""),
        ("a b c", "a", "over_max_ratio"),
        ("a", "a b c", "over_max_ratio"),
        ("a b c d e", "a b c d", "over_max_words"),
        ("a b c d", "a b c d e", "over_max_words"),
        ("x" * 21, "y", "over_max_chars"),
        ("x" * 20, "y", ""),
        ("y", "x" * 21, "over_max_chars"),
        ("", "a", "empty"),
        ("a", "", "empty"),
        ("你" * 9, "a b c", "over_max_words"),
    ],
)
def test_length_filters(src: str, tgt: str, fault: str) -> None:
    assert length_fault(src, tgt, LIMITS) == fault


def test_the_training_filter_counts_what_it_drops() -> None:
    train_filter = TrainFilter(CleaningSettings(), dev=SentenceIndex([("d", "D")]), tests=SentenceIndex([("t", "T")]))
    pairs = [("a", "A"), ("d", "X"), ("X", "D"), ("t", "X"), ("X", "T"), ("a", "A"), ("a", "B"), ("D", "d"), ("", "")]
    assert [train_filter.keeps(*pair) for pair in pairs] == [True, False, False, False, False, False, True, True, False]
    assert train_filter.dropped == {"in_dev": 2, "in_test_sets": 2, "duplicate": 1, "empty": 1}


def test_duplicates_stay_without_deduplicate() -> None:
    train_filter = TrainFilter(CleaningSettings(deduplicate=False), NONE, NONE)
    assert train_filter.keeps("a", "b")
    assert train_filter.keeps("a", "b")


def test_duplicates_are_pairs_not_joined_texts() -> None:
    train_filter = TrainFilter(CleaningSettings(), NONE, NONE)
    assert [train_filter.keeps(*pair) for pair in [("a b", "c"), ("a", "b c"), ("a b", "c")]] == [True, True, False]
