"""A set of numbers in little memory, against Python's own."""

from hypothesis import given
from hypothesis import strategies as st

from seqkd.corpus.marks import Marks

NUMBERS = st.integers(1, 40) | st.integers(1, 2**64 - 1) | st.integers(1, 40).map(lambda high: high << 56)
"""Some that meet again, any, and those whose places in a small table are the same."""


@given(st.lists(NUMBERS, max_size=300))
def test_a_number_is_new_once(numbers):
    marks, known = Marks(capacity=4), set()
    for number in numbers:
        assert marks.add(number) == (number not in known)
        known.add(number)
    assert len(marks) == len(known)


def test_nothing_is_a_number_too():
    marks = Marks()
    assert (marks.add(0), marks.add(0)) == (True, False)
