"""Text files read line by line, forwards."""

import pytest

from seqkd.utils.errors import UserError
from seqkd.utils.lines import SequentialLines, iter_lines


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "text"
    path.write_text("a\n\nc\u2028d\n", encoding="utf-8")
    return path


def test_only_line_feeds_end_lines(path):
    assert list(iter_lines(path)) == ["a", "", "c\u2028d"]


def test_a_line_may_be_read_twice_and_lines_may_be_skipped(path):
    forward = SequentialLines(path)
    assert [forward[0], forward[0], forward[2], forward[2]] == ["a", "a", "c\u2028d", "c\u2028d"]


def test_a_missing_line_is_reported_with_its_number(path):
    with pytest.raises(UserError, match="line 5 is needed, but it has 3"):
        SequentialLines(path)[4]
