"""A set of 64-bit integers for corpora of a billion pairs: 12 to 24 bytes each, where Python's set takes some 90."""

from array import array

INITIAL_CAPACITY = 1 << 16


class Uint64Set:
    """Integers below 2**64; open addressing in one array, doubled when it is two thirds full."""

    def __init__(self, capacity: int = INITIAL_CAPACITY) -> None:
        self._table, self._count = _empty(capacity), 0

    def __len__(self) -> int:
        return self._count

    def add(self, value: int) -> bool:
        """Add an integer; True if it is new. 0 marks an empty slot, so it is stored as 1 (values are hashes)."""
        value = value or 1
        slot = self._slot(value)
        if self._table[slot]:
            return False
        self._table[slot] = value
        self._count += 1
        if 3 * self._count > 2 * len(self._table):
            self._grow()
        return True

    def _slot(self, value: int) -> int:
        """The slot that holds ``value``, or the empty one where it belongs."""
        table, mask = self._table, len(self._table) - 1
        slot = value & mask
        while table[slot] and table[slot] != value:
            slot = (slot + 1) & mask
        return slot

    def _grow(self) -> None:
        old, self._table = self._table, _empty(2 * len(self._table))
        for value in old:
            if value:
                self._table[self._slot(value)] = value


def _empty(capacity: int) -> "array[int]":
    return array("Q", [0]) * capacity
