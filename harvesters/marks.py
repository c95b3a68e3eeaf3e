"""A set of hashes in flat memory: a spider remembers what has come from a source of a million records."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable

_LEAST = 1024
_BITS = (1 << 64) - 1


class Marks:
    """Remembers values by their 64-bit hash, at 12 to 24 bytes each, where a set of Python's takes 70 and more.

    Two of a million values share a hash once in 37 million runs; the second of them would be taken for the first.
    Open addressing with linear probing; Python's hash of a small number is the number, so it is spread first.
    """

    def __init__(self, values: Iterable[Hashable] = ()) -> None:
        self._slots = array("Q", bytes(8 * _LEAST))
        self._count = 0
        self.update(values)

    def __len__(self) -> int:
        return self._count

    def __contains__(self, value: Hashable) -> bool:
        return self._slots[self._place(_spread(value))] != 0

    def add(self, value: Hashable) -> bool:
        """Remembers a value; whether it is new."""
        mark = _spread(value)
        place = self._place(mark)
        if self._slots[place]:
            return False
        self._slots[place] = mark
        self._count += 1
        if self._count * 3 > len(self._slots) * 2:
            self._grow()
        return True

    def update(self, values: Iterable[Hashable]) -> None:
        """Remembers values."""
        for value in values:
            self.add(value)

    def clear(self) -> None:
        """Forgets everything."""
        self._slots = array("Q", bytes(8 * _LEAST))
        self._count = 0

    def _place(self, mark: int) -> int:
        slots = self._slots
        last = len(slots) - 1
        place = mark & last
        while (found := slots[place]) and found != mark:
            place = (place + 1) & last
        return place

    def _grow(self) -> None:
        old = self._slots
        self._slots = array("Q", bytes(16 * len(old)))
        for mark in old:
            if mark:
                self._slots[self._place(mark)] = mark


def _spread(value: Hashable) -> int:
    # Never 0, which is an empty slot. The factor is 2^64 divided by the golden ratio.
    mixed = (hash(value) * 0x9E3779B97F4A7C15) & _BITS
    return (mixed ^ (mixed >> 32)) or 1
