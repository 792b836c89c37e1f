"""Text files of which lines are read forward."""

import pytest

from seqkd.errors import UserError
from seqkd.lines import ForwardLines, lines


@pytest.fixture
def file(tmp_path):
    (tmp_path / "text").write_text("a\n\nc\u2028d\n", encoding="utf-8")
    return tmp_path / "text"


def test_lines_end_at_line_feeds_alone(file):
    assert list(lines(file)) == ["a", "", "c\u2028d"]


def test_a_line_may_be_asked_for_twice_and_others_left_out(file):
    forward = ForwardLines(file)
    assert [forward[0], forward[0], forward[2], forward[2]] == ["a", "a", "c\u2028d", "c\u2028d"]


def test_a_line_that_is_not_there_is_told_with_its_number(file):
    with pytest.raises(UserError, match="line 5 is needed, but it has 3"):
        ForwardLines(file)[4]
