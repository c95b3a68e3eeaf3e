"""Figures of a table by pandas on its cleaned frame: per column, and the period and place the table covers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from schemas.tables import dates
from schemas.tables.geometry import BoundingBox, Bounds, add_wkt
from schemas.tables.notes import Note, note
from schemas.tables.persons import PersonalHint, column_hints
from schemas.tables.table import Table
from schemas.tables.types import NUMBERS, Column, in_germany, is_gap, is_missing, number_of
from schemas.tables.words import BIOGRAPHIES, TIMES, words

if TYPE_CHECKING:
    import pandas

MAX_CELLS = 2_000_000
MAX_COLUMNS = 500  # pandas takes 1 ms a column, however short
_TOP = 5
_SAMPLES = 3
_LONGEST_VALUE = 200
_YEAR_NAME = re.compile(r"(?:^|[\s_(-])((?:19|20)\d\d)\)?$")
# Dates that stand for "unknown" or "for ever".
_SENTINELS = frozenset((date(1900, 1, 1), date(1899, 12, 30), date(1970, 1, 1), date(1601, 1, 1)))


class Period(NamedTuple):
    """First and last day that a table speaks of, and the columns that say so."""

    start: date
    end: date
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """Figures of a table: its columns with their statistics, rows, doubled rows, period, place, hints on persons' data.

    `rows` is the number of rows of the file, `profiled_rows` of those that the figures rest on; rows that sum up others do
    not count in `minimum`, `maximum`, `mean`, the period and the place.
    """

    columns: tuple[Column, ...]
    rows: int
    profiled_rows: int
    duplicate_rows: int
    period: Period | None
    box: BoundingBox | None
    personal: tuple[PersonalHint, ...]
    notes: tuple[Note, ...]


def profile(table: Table) -> Profile:
    """Compute the figures of a table on at most 200,000 rows, 2,000,000 cells and (for statistics) 500 columns.

    What was left out is in the notes. Data of persons are looked for in all rows and columns (F75).
    """
    # pandas takes 0.4 s to import: commands and web workers that never profile a table should not wait for it.
    import pandas

    notes: list[Note] = []
    limit = max(100, MAX_CELLS // max(1, len(table.columns)))
    rows, further = table.rows[:limit], table.rows[limit:]
    if table.total_rows > len(rows):
        notes.append(note("profile-cut", count=len(rows)))
    # Cells are stripped, and markers such as "k. A." become missing; nothing else is changed.
    clean = _Cleaned()
    cleaned = [[clean[cell] for cell in row] for row in rows]
    frame = pandas.DataFrame(cleaned, columns=range(len(table.columns)), dtype=object)
    detail = frame.drop(index=[number for number in table.sum_rows if number < len(rows)])
    columns: list[Column] = []
    hints: list[PersonalHint] = []
    spans: list[tuple[Column, date, date]] = []
    if len(table.columns) > MAX_COLUMNS:
        notes.append(note("profile-columns-cut", count=MAX_COLUMNS))
    for index, column in enumerate(table.columns):
        if index >= MAX_COLUMNS:
            columns.append(column)
            hints.extend(column_hints(column.name, column.type, Counter(row[index] for row in table.rows)))
            continue
        if column.gap is not None:
            gaps = _gaps(column, frame[index])
            frame[index], detail[index] = frame[index].mask(gaps, None), detail[index].mask(gaps, None)
            notes.append(note("gap-values", column=column.name, value=f"{column.gap:g}", count=int(gaps.sum())))
        counted, found = _counted(column, frame[index], Counter(row[index] for row in further))
        counted, span = _measured(counted, detail[index])
        columns.append(counted)
        hints.extend(found)
        if span is not None:
            spans.append((column, *span))
    box, located = _located(table, detail)
    notes.extend(located)
    notes.extend(_worded(hint) for hint in hints)
    return Profile(
        columns=tuple(columns),
        rows=table.total_rows,
        profiled_rows=len(rows),
        duplicate_rows=int(frame.duplicated().sum()) if len(table.columns) else 0,
        period=_period(table.columns, spans),
        box=box,
        personal=tuple(hints),
        notes=tuple(notes),
    )


class _Cleaned(dict[str, str | None]):
    """Cells without outer blanks, missing ones as None; each different cell is looked at once."""

    def __missing__(self, cell: str) -> str | None:
        found = self[cell] = None if is_missing(cell) else cell.strip()
        return found


def _gaps(column: Column, values: pandas.Series[str]) -> pandas.Series[bool]:
    """Which cells of a column of numbers stand for none."""
    return values.isin([value for value in values.dropna().unique() if is_gap(column, value)])


def _worded(hint: PersonalHint) -> Note:
    return note("personal-data", column=hint.column, kind=hint.kind, count=hint.cells)


def _counted(
    column: Column, values: pandas.Series[str], further: Mapping[str, int]
) -> tuple[Column, list[PersonalHint]]:
    """A column with its counts, and the hints of its values and ``further`` ones; one with hints shows no value."""
    counts = values.value_counts()  # missing values are left out, the most frequent comes first
    by_value = {str(value): int(count) for value, count in counts.items()}
    hints = column_hints(column.name, column.type, Counter(by_value) + Counter(further) if further else by_value)
    shown = [(value[:_LONGEST_VALUE], count) for value, count in list(by_value.items())[:_TOP]]
    samples = dict.fromkeys(value[:_LONGEST_VALUE] for value in values.dropna().head(50))
    return replace(
        column,
        count=len(values),
        missing=int(values.isna().sum()),
        distinct=len(by_value),
        top=() if hints else tuple(shown),
        samples=() if hints else tuple(samples)[:_SAMPLES],
    ), hints


def _measured(column: Column, values: pandas.Series[str]) -> tuple[Column, tuple[date, date] | None]:
    """A column with minimum, maximum and mean, and the days it covers if it holds times."""
    if column.type in NUMBERS:
        by_value = {value: number_of(column, value) for value in values.dropna().unique()}
        parsed = values.map(by_value).astype("float64").dropna()
        if parsed.empty:
            return column, None
        low, high = float(parsed.min()), float(parsed.max())
        measured = replace(column, minimum=low, maximum=high)
        if column.type == "year":
            return measured, _years(int(low), int(high))
        return replace(measured, mean=float(parsed.mean())), None
    if column.type in ("date", "datetime"):
        return _dated(column, values)
    return column, None


def _years(first: int, last: int) -> tuple[date, date] | None:
    return (date(first, 1, 1), date(last, 12, 31)) if 1 <= first <= last <= 9999 else None


def _dated(column: Column, values: pandas.Series[str]) -> tuple[Column, tuple[date, date] | None]:
    forms = dates.formats(column.format)
    moments: list[tuple[datetime, date]] = []
    for value in values.dropna().unique():
        found = next((span for form in forms if (span := dates.span(value, form)) is not None), None)
        if found is not None:
            moments.append(found)
    if not moments:
        return column, None
    first, last = min(moments)[0], max(moments)[0]
    if column.type == "datetime":
        column = replace(column, minimum=first.isoformat(" "), maximum=last.isoformat(" "))
    else:
        column = replace(column, minimum=first.date().isoformat(), maximum=last.date().isoformat())
    real = [entry for entry in moments if entry[0].date() not in _SENTINELS and 1500 <= entry[0].year <= 2100]
    if not real:
        return column, None
    return column, (min(real)[0].date(), max(end for _, end in real))


def _period(columns: Sequence[Column], spans: Sequence[tuple[Column, date, date]]) -> Period | None:
    """The days that the table covers: columns named after time first, biographies of things (`Baujahr`) never.

    Without such a column, years in column names (`2019`, `Einwohner_2020`, …) speak for the table.
    """
    usable = [span for span in spans if not _is_biography(span[0].name)]
    named = [span for span in usable if words(span[0].name) & TIMES or "datum" in span[0].name.casefold()]
    chosen = named or usable
    if chosen:
        return Period(
            min(start for _, start, _ in chosen),
            max(end for _, _, end in chosen),
            tuple(column.name for column, _, _ in chosen),
        )
    headed = [(column.name, int(found.group(1))) for column in columns if (found := _YEAR_NAME.search(column.name))]
    years = [year for _, year in headed]
    if len(set(years)) < 2:
        return None
    return Period(date(min(years), 1, 1), date(max(years), 12, 31), tuple(name for name, _ in headed))


def _is_biography(name: str) -> bool:
    return bool(words(name) & BIOGRAPHIES)


def _located(table: Table, frame: pandas.DataFrame) -> tuple[BoundingBox | None, list[Note]]:
    """The place of a table: its geometry, else WKT columns, else degrees, else UTM metres."""
    if table.extent is not None:
        return table.extent.box, []  # its notes are among those of the table
    by_type = {column.type: index for index, column in reversed(list(enumerate(table.columns)))}
    bounds = Bounds()
    crs = ""
    if "wkt" in by_type:
        for text in frame[by_type["wkt"]].dropna():
            crs = add_wkt(bounds, text) or crs
            if bounds.full:
                break
    elif "latitude" in by_type and "longitude" in by_type:
        _add_pairs(bounds, table, frame, by_type["longitude"], by_type["latitude"])
        crs = "EPSG:4326"
    elif "easting" in by_type and "northing" in by_type:
        _add_pairs(bounds, table, frame, by_type["easting"], by_type["northing"])
    return bounds.located(crs) if bounds.points else (None, [])


def _add_pairs(bounds: Bounds, table: Table, frame: pandas.DataFrame, x: int, y: int) -> None:
    pair = frame[[x, y]].dropna()
    for first, second in zip(pair[x], pair[y], strict=True):
        east, north = number_of(table.columns[x], first), number_of(table.columns[y], second)
        # One in twenty may be wrong: a zero or a slip of the pen must not stretch the box to Africa.
        if east is None or north is None:
            continue
        if in_germany(table.columns[x], east) and in_germany(table.columns[y], north):
            bounds.add(east, north)
        if bounds.full:
            return
