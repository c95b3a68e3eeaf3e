"""The old Office container (MS-CFB), read just far enough to know how large the sheets of an XLS are (MS-XLS)."""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterable

from schemas.tables.notes import refusal

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FREE = 0xFFFFFFFA  # sector numbers from here on are markers, not sectors
MAX_BYTES = 100_000_000
_MAX_RECORDS = 4_000_000

# Records of a cell with a value: row and column are their first two numbers (MS-XLS 2.4).
_CELLS = frozenset((0x0006, 0x0203, 0x0204, 0x00FD, 0x027E, 0x0205, 0x00D6, 0x0207, 0x0003, 0x0004, 0x0005, 0x0002))
_MULTIPLE = frozenset((0x00BD,))
_BEGIN = frozenset((0x0009, 0x0209, 0x0409, 0x0809))
_ENCRYPTED = 0x002F


class Container:
    """The streams of a compound file by name; every chain of sectors is followed at most once."""

    def __init__(self, data: bytes) -> None:
        """Raises `TableError` (`unreadable`) if the container's own tables cannot be followed."""
        self._data = data
        try:
            self._load()
        except (struct.error, IndexError, MemoryError) as error:
            raise refusal("unreadable") from error

    def _load(self) -> None:
        if self._data[:8] != MAGIC:
            raise refusal("unreadable")
        if len(self._data) > MAX_BYTES:
            raise refusal("archive-too-large", megabytes=MAX_BYTES // 1_000_000)
        shift, mini_shift = struct.unpack_from("<HH", self._data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise refusal("unreadable")
        self._sector = 1 << shift
        (directory,) = struct.unpack_from("<I", self._data, 48)
        self._cutoff, mini, _, difat, _ = struct.unpack_from("<IIIII", self._data, 56)
        numbers = list(struct.unpack_from("<109I", self._data, 76))
        seen: set[int] = set()
        while difat < _FREE and difat not in seen:
            seen.add(difat)
            *more, difat = struct.unpack(f"<{self._sector // 4}I", self._at(difat))
            numbers.extend(more)
        self._fat = self._table(number for number in numbers if number < _FREE)
        self._minifat = self._table(self._chain(mini))
        entries = b"".join(map(self._at, self._chain(directory)))
        self.entries: dict[str, tuple[int, int]] = {}
        self._mini = b""
        for offset in range(0, len(entries) - 127, 128):
            length, kind = struct.unpack_from("<HB", entries, offset + 64)
            if kind not in (2, 5):
                continue
            start, size = struct.unpack_from("<II", entries, offset + 116)
            name = entries[offset : offset + max(0, min(length, 64) - 2)].decode("utf-16-le", "ignore")
            if kind == 5:
                self._mini = b"".join(map(self._at, self._chain(start)))
            else:
                self.entries.setdefault(name.casefold(), (start, size))

    def _at(self, number: int) -> bytes:
        begin = (number + 1) * self._sector
        found = self._data[begin : begin + self._sector]
        return found.ljust(self._sector, b"\0") if found else found

    def _table(self, numbers: Iterable[int]) -> array[int]:
        # A sector named twice counts once, so that a table is never longer than the file.
        table = array("I", b"".join(map(self._at, dict.fromkeys(numbers))))
        if sys.byteorder == "big":
            table.byteswap()
        return table

    def _chain(self, number: int) -> list[int]:
        chain: list[int] = []
        seen: set[int] = set()
        while number < _FREE and number not in seen and number < len(self._fat):
            seen.add(number)
            chain.append(number)
            number = self._fat[number]
        return chain

    def stream(self, name: str) -> bytes:
        """The bytes of a stream, at most 100 MB; empty if there is none of this name."""
        start, size = self.entries.get(name.casefold(), (0, 0))
        size = min(size, MAX_BYTES)
        if size >= self._cutoff:
            return b"".join(map(self._at, self._chain(start)))[:size]
        pieces: list[bytes] = []
        seen: set[int] = set()
        while start < len(self._minifat) and start not in seen:
            seen.add(start)
            pieces.append(self._mini[start * 64 : start * 64 + 64])
            start = self._minifat[start]
        return b"".join(pieces)[:size]


def spanned_cells(container: Container) -> int:
    """How many cells the sheets of a workbook span from first to last value, taken together.

    Raises `TableError`: `encrypted` for a protected workbook, `no-table` if the container holds no workbook.
    """
    names = container.entries
    if "encryptedpackage" in names:
        raise refusal("encrypted")
    # Both may be there, for old and new readers: whichever is read, both must be harmless.
    streams = [container.stream(name) for name in ("workbook", "book") if name in names]
    if not streams:
        raise refusal("no-table")
    return max(map(_spanned, streams))


def _spanned(stream: bytes) -> int:
    total = offset = records = 0
    low_row = low_column = 1 << 16
    high_row = high_column = -1
    while offset + 4 <= len(stream):
        record, length = struct.unpack_from("<HH", stream, offset)
        body = offset + 4
        offset = body + length
        records += 1
        if records > _MAX_RECORDS:
            raise refusal("archive-too-large", megabytes=MAX_BYTES // 1_000_000)
        if record == _ENCRYPTED:
            raise refusal("encrypted")
        if record in _BEGIN:
            total += max(0, high_row - low_row + 1) * max(0, high_column - low_column + 1)
            low_row = low_column = 1 << 16
            high_row = high_column = -1
        elif (record in _CELLS or record in _MULTIPLE) and length >= 6 and body + 4 <= len(stream):
            row, column = struct.unpack_from("<HH", stream, body)
            last = column + (length - 6) // 6 if record in _MULTIPLE else column
            low_row, high_row = min(low_row, row), max(high_row, row)
            low_column, high_column = min(low_column, column), max(high_column, last)
    return total + max(0, high_row - low_row + 1) * max(0, high_column - low_column + 1)
