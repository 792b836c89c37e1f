"""A set of 64-bit numbers for corpora of a billion pairs: 12 to 24 bytes each, where Python's own takes some 90."""

from array import array

FIRST = 1 << 16


class Marks:
    """Numbers below 2**64 that were added; open addressing in one array, doubled when it is two thirds full."""

    def __init__(self, capacity: int = FIRST) -> None:
        self._table, self._count = _empty(capacity), 0

    def __len__(self) -> int:
        return self._count

    def add(self, mark: int) -> bool:
        """Add a number; True if it is new. (0, which stands for an empty place, counts as 1: such marks are random.)"""
        mark = mark or 1
        place = self._place(mark)
        if self._table[place]:
            return False
        self._table[place] = mark
        self._count += 1
        if 3 * self._count > 2 * len(self._table):
            self._grow()
        return True

    def _place(self, mark: int) -> int:
        """Where a number stands, or would."""
        table, last = self._table, len(self._table) - 1
        place = mark & last
        while table[place] and table[place] != mark:
            place = (place + 1) & last
        return place

    def _grow(self) -> None:
        old, self._table = self._table, _empty(2 * len(self._table))
        for mark in old:
            if mark:
                self._table[self._place(mark)] = mark


def _empty(capacity: int) -> "array[int]":
    return array("Q", [0]) * capacity
