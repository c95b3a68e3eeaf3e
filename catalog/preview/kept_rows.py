"""All rows of a table in a small SQLite file: written once, then filtered, sorted and paged within a bounded time."""

from __future__ import annotations

import sqlite3
import time
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import repeat
from pathlib import Path

from catalog.preview.model import Cells, Filter, Passing, RowPage, Selection
from schemas.tables import NUMBERS, Column, Table, dates
from schemas.tables.types import is_missing, number_of

MAX_COLUMNS = 900
"""Most columns that are kept: each may take two of the 2,000 that SQLite has."""
MAX_PAGE = 1_000
MAX_NUMBERED = 40
"""Most columns of rows that are asked for by their numbers."""
SECONDS = 1.0
"""Most time of the processor for one question (seconds)."""
ALL_SECONDS = 5.0
"""Most time to find and to sort all rows for a download (seconds)."""
_TIMES = frozenset(("date", "datetime"))
_STEPS = 20_000
_BATCH = 5_000


def write(connection: sqlite3.Connection, table: Table) -> int:
    """Write the rows of a table; gives their number. ``t0 …`` are cells as text, ``s0 …`` their value for the typed ones."""
    columns = table.columns[:MAX_COLUMNS]
    typed = [(index, column) for index, column in enumerate(columns) if is_typed(column)]
    names = [f"t{index}" for index in range(len(columns))] + [f"s{index}" for index, _ in typed]
    connection.execute(f"CREATE TABLE cells (n INTEGER PRIMARY KEY, total INTEGER, {', '.join(names)})")
    places = ", ".join("?" * (len(names) + 2))
    totals = frozenset(table.sum_rows)
    width = len(columns)
    # Column by column: each different cell is understood once.
    values = [_values([row[index] for row in table.rows], column) for index, column in typed]
    sorters = zip(*values, strict=True) if values else repeat(())
    rows = (
        (number, number in totals, *row[:width], *sorter)
        for number, (row, sorter) in enumerate(zip(table.rows, sorters, strict=bool(values)))
    )
    connection.executemany(f"INSERT INTO cells VALUES ({places})", rows)
    connection.commit()
    return len(table.rows)


def write_file(path: Path, table: Table) -> int:
    """Write the rows into a new file; gives their number. Raises sqlite3.Error where the disk does not take it."""
    connection = sqlite3.connect(path)
    try:
        # Nothing is lost with it: a file that was not finished is never named by a preview.
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        return write(connection, table)
    finally:
        connection.close()


def is_typed(column: Column) -> bool:
    """Whether a column has an order of its own: numbers and times."""
    return column.type in NUMBERS or column.type in _TIMES


def _values(cells: list[str], column: Column) -> list[float | str | None]:
    """What the cells of a column are sorted and compared by: numbers, ISO times; none where one says neither."""
    forms = dates.formats(column.format) if column.type in _TIMES else ()
    meant = {cell: _value(column, cell, forms) for cell in set(cells)}
    return [meant[cell] for cell in cells]


def _value(column: Column, cell: str, forms: Sequence[dates.DateFormat]) -> float | str | None:
    if is_missing(cell):
        return None
    if column.type in _TIMES:
        found = next((moment for form in forms if (moment := dates.parse(cell, form)) is not None), None)
        return found.isoformat(" ") if found is not None else None
    return number_of(column, cell)


class Rows:
    """The kept rows of one table, opened for reading; ``with`` closes them."""

    def __init__(self, connection: sqlite3.Connection, columns: Sequence[Column], whole: bool) -> None:
        self._connection = connection
        self._columns = tuple(columns[:MAX_COLUMNS])
        self._places = {column.name: index for index, column in enumerate(self._columns)}
        self._whole = whole
        connection.create_function("fold", 1, fold, deterministic=True)

    @classmethod
    @contextmanager
    def opened(cls, path: Path | None, table: Table, kept: int) -> Iterator[Rows]:
        """The ``kept`` rows of a file, or (without one) those that the table itself holds. Raises sqlite3.Error."""
        # One after the other, threads may take their turns at it: each piece of a download is read in whichever is free.
        if path is None:
            connection = sqlite3.connect(":memory:", check_same_thread=False)
        else:
            connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        try:
            if path is None:
                kept = write(connection, table)
            yield cls(connection, table.columns, kept >= table.total_rows and table.counted != "least")
        finally:
            connection.close()

    def page(self, wanted: Selection, seconds: float = SECONDS) -> RowPage:
        """One page of rows; a column that does not exist is passed over. Late rather than long: see RowPage.late."""
        size = max(1, min(wanted.size, MAX_PAGE))
        first = (max(1, min(wanted.page, 1_000_000)) - 1) * size
        where, values = self._where(wanted.filters)
        try:
            with self._bounded(seconds):
                searched = self._number("SELECT count(*) FROM cells", ())
                found = (
                    self._number(f"SELECT count(*) FROM cells WHERE {where}", values) if wanted.filters else searched
                )
                order = self._order(wanted)
                rows = self._connection.execute(
                    f"SELECT n, {self._cells()} FROM cells WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?",
                    (*values, size, first),
                ).fetchall()
        except sqlite3.OperationalError:
            return RowPage((), (), 0, 0, False, late=True)
        return RowPage(
            tuple(tuple(row[1:]) for row in rows), tuple(row[0] + 1 for row in rows), found, searched, self._whole
        )

    def every(self, wanted: Selection, seconds: float = ALL_SECONDS) -> Iterator[tuple[str, ...]]:
        """All rows that the filters let through, in order; page and size do not count.

        Raises sqlite3.OperationalError, before the first row, where they take longer to find or to sort.
        """
        where, values = self._where(wanted.filters)
        with self._bounded(seconds):
            if wanted.filters:  # counted through once: what follows takes no longer than that did
                self._number(f"SELECT count(*) FROM cells WHERE {where}", values)
            rows = self._connection.execute(
                f"SELECT {self._cells()} FROM cells WHERE {where} ORDER BY {self._order(wanted)}", values
            )
            first = rows.fetchmany(1)
        yield from first
        yield from rows

    def cells(self, names: Sequence[str], filters: Sequence[Filter], limit: int, seconds: float = SECONDS) -> Cells:
        """Some columns of all rows that the filters let through, without rows that sum up others."""
        chosen = [self._places[name] for name in names if name in self._places]
        if not chosen:
            return Cells((), 0, 0, self._whole)
        where, values = self._where(filters)
        wanted = ", ".join(f"t{index}" for index in chosen)
        try:
            with self._bounded(seconds):
                searched = self._number("SELECT count(*) FROM cells", ())
                found = self._number(f"SELECT count(*) FROM cells WHERE {where} AND NOT total", values)
                rows = self._connection.execute(
                    f"SELECT {wanted} FROM cells WHERE {where} AND NOT total ORDER BY n LIMIT ?", (*values, limit)
                ).fetchall()
        except sqlite3.OperationalError:
            return Cells((), 0, 0, False, late=True)
        return Cells(tuple(rows), found, searched, self._whole)

    def passing(self, filters: Sequence[Filter], seconds: float = SECONDS) -> Passing:
        """Which of the kept rows the filters let through. Late rather than long: see Passing.late."""
        where, values = self._where(filters)
        try:
            with self._bounded(seconds):
                searched = self._number("SELECT count(*) FROM cells", ())
                found = self._connection.execute(f"SELECT n FROM cells WHERE {where}", values).fetchall()
        except sqlite3.OperationalError:
            return Passing(frozenset(), 0, False, late=True)
        return Passing(frozenset(row for (row,) in found), searched, self._whole)

    def numbered(self, rows: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """Rows by their number from 0, with their first MAX_NUMBERED columns."""
        cells = ", ".join(f"t{index}" for index in range(len(self._columns[:MAX_NUMBERED]))) or "NULL"
        found: dict[int, tuple[str, ...]] = {}
        for first in range(0, len(rows), MAX_PAGE):  # so that no question grows with them
            wanted = rows[first : first + MAX_PAGE]
            places = ", ".join("?" * len(wanted))
            told = self._connection.execute(f"SELECT n, {cells} FROM cells WHERE n IN ({places})", tuple(wanted))
            found |= {row[0]: tuple(row[1:]) for row in told}
        return found

    def _cells(self) -> str:
        return ", ".join(f"t{index}" for index in range(len(self._columns))) or "NULL"

    def _number(self, statement: str, values: Sequence[str | float]) -> int:
        return int(self._connection.execute(statement, values).fetchone()[0])

    @contextmanager
    def _bounded(self, seconds: float) -> Iterator[None]:
        until = time.thread_time() + seconds
        self._connection.set_progress_handler(lambda: time.thread_time() > until, _STEPS)
        try:
            yield
        finally:
            self._connection.set_progress_handler(None, 0)

    def _order(self, wanted: Selection) -> str:
        index = self._places.get(wanted.sort)
        if index is None:
            return "n"
        way = " DESC" if wanted.descending else ""
        blank = f"(t{index} = '')"
        if is_typed(self._columns[index]):
            return f"(s{index} IS NULL), s{index}{way}, n"
        return f"{blank}, fold(t{index}){way}, n"

    def _where(self, filters: Sequence[Filter]) -> tuple[str, list[str | float]]:
        """All filters hold; of several that say what one column is, one does (DESIGN 4.3: repeated is or)."""
        groups: dict[tuple[int, str], list[str]] = {}
        values: list[str | float] = []
        # The sort keeps the values in the order of the places that they fill.
        known = [(self._places[wish.column], wish) for wish in filters if wish.column in self._places]
        for number, (index, wish) in enumerate(sorted(known, key=lambda each: (each[0], each[1].comparison != "is"))):
            part, added = self._condition(index, wish)
            groups.setdefault((index, "is" if wish.comparison == "is" else str(number)), []).append(part)
            values += added
        return " AND ".join(f"({' OR '.join(parts)})" for parts in groups.values()) or "1", values

    def _condition(self, index: int, wish: Filter) -> tuple[str, list[str | float]]:
        column, value = self._columns[index], wish.value.strip()
        if wish.comparison in ("empty", "filled"):
            missing = f"s{index} IS NULL" if is_typed(column) else f"trim(t{index}) = ''"
            return (missing if wish.comparison == "empty" else f"NOT ({missing})"), []
        if wish.comparison == "contains":
            return f"instr(fold(t{index}), ?) > 0", [fold(value)]
        if not is_typed(column):
            sign = {"is": "=", "from": ">=", "to": "<="}[wish.comparison]
            return f"fold(t{index}) {sign} ?", [fold(value)]
        meant = meaning(column, value)
        if meant is None:  # nothing can be compared with it, but a cell may say just that
            return ("0", []) if wish.comparison != "is" else (f"t{index} = ?", [wish.value])
        first, last = meant
        if wish.comparison == "is":
            return f"s{index} BETWEEN ? AND ?", [first, last]
        return (f"s{index} >= ?", [first]) if wish.comparison == "from" else (f"s{index} <= ?", [last])


def meaning(column: Column, value: str) -> tuple[float | str, float | str] | None:
    """First and last of what people mean by a value of a typed column: its own form, ISO 8601, TT.MM.JJJJ, a year.

    Numbers may be written in either way. None where it means nothing there.
    """
    if column.type in _TIMES:
        for form in (*dates.formats(column.format), *dates.formats(dates.MIXED)):
            if (found := dates.span(value, form)) is not None:
                first, last = found
                whole = form.unit != "second"
                return first.isoformat(" "), f"{last.isoformat()} 23:59:59" if whole else first.isoformat(" ")
        return None
    number = number_of(column, value)
    if number is None:
        try:
            number = float(value.replace(",", "."))
        except ValueError:
            return None
    return number, number


@lru_cache(20_000)
def fold(text: str | None) -> str:
    """Text for comparing and sorting as Germans do: without case, umlauts beside their vowels, ß as ss (DIN 5007-1)."""
    if not text:
        return ""
    folded = text.strip().casefold()
    if folded.isascii():
        return folded
    return "".join(sign for sign in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(sign))
