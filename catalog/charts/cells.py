"""What cells say: numbers, times, names; each different cell of a column is read once, for most tables repeat theirs."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from catalog.charts import day_times, parts
from catalog.charts.labels import plain
from catalog.charts.parts import Part
from schemas.tables import Column, dates
from schemas.tables.numbers import unnoted
from schemas.tables.types import is_missing, number_of

LONGEST_NAME = 120
K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class _Known(dict[K, T]):
    """Cells and what they say; what is not known yet is read."""

    def __init__(self, read: Callable[[K], T]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, cell: K) -> T:
        value = self[cell] = self._read(cell)
        return value


class Reading:
    """The cells of one table. What it gives are mappings from any cell of a column to what that cell says."""

    def __init__(self) -> None:
        self._numbers: dict[str, Mapping[str, float | None]] = {}

    def numbers(self, column: Column) -> Mapping[str, float | None]:
        """Finite numbers; none for a cell that says none."""
        if column.name not in self._numbers:

            def read(cell: str) -> float | None:
                value = None if is_missing(cell) else number_of(column, cell)
                return value if value is not None and math.isfinite(value) else None

            self._numbers[column.name] = _Known(read)
        return self._numbers[column.name]

    def times(self, column: Column) -> Mapping[str, datetime | None]:
        """Times; the first of a month, quarter or year; those of a day; none for a cell that says none."""
        if day_times.is_of_day(column):
            return _Known(day_times.parse)
        forms = dates.formats(column.format)

        def read(cell: str) -> datetime | None:
            if is_missing(cell):
                return None
            if column.type == "year":
                digits = unnoted(cell.strip())
                return datetime(int(digits), 1, 1) if digits.isdecimal() and 0 < int(digits[:5]) <= 9999 else None
            if forms and (plain_time := _plain_time(cell, forms[0].name)) is not None:
                return plain_time
            return next((found for form in forms if (found := dates.parse(cell[:200], form)) is not None), None)

        return _Known(read)

    def moments(self, column: Column, more: Sequence[Part]) -> Mapping[tuple[str, ...], datetime | None]:
        """Times that a column and the parts beside it say together: of tuples of their cells."""
        bases, joined = self.times(column), parts.reader(more)

        def read(cells: tuple[str, ...]) -> datetime | None:
            base = bases[cells[0]]
            return joined(base, cells[1:]) if base is not None else None

        return _Known(read)

    def names(self, column: Column) -> Mapping[str, str]:
        """Names on one line, cut if they are long; empty for a cell that is missing."""
        return _Known(lambda cell: "" if is_missing(cell) else plain(cell, LONGEST_NAME))


def _plain_time(cell: str, name: str) -> datetime | None:
    """A time in the plainest spelling of the two most frequent formats, some ten times faster than by their patterns."""
    iso, separators = cell, (" ", "T")
    if name.startswith("TT.MM.JJJJ") and cell[2:3] == "." == cell[5:6]:
        iso, separators = f"{cell[6:10]}-{cell[3:5]}-{cell[:2]}{cell[10:]}", (" ", " ")
    elif not name.startswith("JJJJ-MM-TT"):
        return None
    # Ten signs are a day, sixteen a minute, nineteen a second; zones, other separators and 24:00 are left to the patterns.
    if len(iso) not in ((16, 19) if name.endswith("hh:mm") else (10,)) or iso[4:5] != "-" or iso[7:8] != "-":
        return None
    if len(iso) > 10 and (iso[10] not in separators or iso[13] != ":"):
        return None
    # Years below 1000 are two signs with zeros in front, for the patterns.
    if not iso[:4].isdecimal() or iso[0] == "0":
        return None
    try:
        return datetime.fromisoformat(iso)
    except ValueError:
        return None
