"""The compact set of integers, compared with Python's set."""

from hypothesis import given
from hypothesis import strategies as st

from seqkd.corpus.marks import Uint64Set

NUMBERS = st.integers(1, 40) | st.integers(1, 2**64 - 1) | st.integers(1, 40).map(lambda high: high << 56)
"""Some that repeat, any, and those whose slots in a small table collide."""


@given(st.lists(NUMBERS, max_size=300))
def test_a_number_is_new_once(numbers):
    compact, expected = Uint64Set(capacity=4), set()
    for number in numbers:
        assert compact.add(number) == (number not in expected)
        expected.add(number)
    assert len(compact) == len(expected)


def test_zero_can_be_added():
    compact = Uint64Set()
    assert (compact.add(0), compact.add(0)) == (True, False)
