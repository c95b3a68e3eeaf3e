"""The numbers of a table that are worth a chart, the best first: those that differ, and that the title speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from catalog.charts import day_times, parts
from catalog.charts.topics import YEAR
from schemas.tables import Column
from schemas.tables.types import is_missing
from schemas.tables.words import AXES, LATITUDES, LONGITUDES, TIMES, words

TIME_TYPES = ("date", "datetime", "year")
NUMBER_TYPES = ("integer", "number")
LABEL_TYPES = ("category", "text", "boolean", "key")
_MOST_PAIRS = 200  # of a name and a number that are looked at in all rows
_RECURS = 3  # a name comes so many times on average where what it has can be told from what happens to it
_NEARLY_EVERY = 0.95
_HARDLY_VARIES = 5  # a number with so many times fewer values than the most varied one
# Unlike "Breite" and "Länge", these mean nothing but degrees within a longer name (stop_lat).
_DEGREES = frozenset(("lat", "latitude", "lon", "lng", "longitude"))
_COORDINATES = AXES | LATITUDES | LONGITUDES
# What a column is called that holds the values themselves, beside columns of codes.
_VALUE_WORDS = frozenset(
    ("wert", "value", "messwert", "anzahl", "betrag", "summe", "menge", "einwohner", "count", "amount")
)
# What there is room for, beside what happens there.
_CAPACITY_WORDS = frozenset(
    (
        *("stellplätze", "stellplaetze", "plätze", "plaetze", "parkplätze", "parkplaetze", "kapazität", "kapazitaet"),
        *("capacity", "spaces", "gesamt", "total", "soll", "sollwert", "maximum", "max", "grenzwert", "limit"),
        *("nullpunkt", "meldestufe", "alarmstufe", "schwelle", "schwellenwert"),
    )
)
_PART_WORDS = frozenset(
    ("davon", "darunter", "thereof", "männlich", "weiblich", "divers", "männer", "frauen", "male", "female")
)


class Known(NamedTuple):
    """What is known of a table beside its columns.

    ``spoken`` says how much its title speaks of a column (:mod:`catalog.charts.topics`), ``fixed`` names the numbers that
    are one and the same for each name of another column: the spaces of a car park, whatever hour it is.
    """

    spoken: Mapping[str, float] = MappingProxyType({})
    fixed: frozenset[str] = frozenset()


NOTHING = Known()


def distinct(column: Column) -> int:
    """The number of different values, 0 where it is not known."""
    return column.distinct if column.distinct is not None else 0


def measures(columns: Sequence[Column], rows: int, known: Known = NOTHING) -> list[Column]:
    """The numbers worth a chart: they differ, are mostly there, and do not merely count the rows; the best first.

    First what the title speaks of, then what is no year that a newer one stands beside, no part of another number, no
    room for something, and varies; else as they stand in the table.
    """
    numbers = [c for c in columns if c.type in NUMBER_TYPES and distinct(c) > 1 and not _counts_rows(c, rows)]
    numbers = [c for c in numbers if c.name.casefold() not in _COORDINATES and not words(c.name) & _DEGREES]
    numbers = [c for c in numbers if parts.unit_of(c) is None]  # the hour of a day is no measure
    filled = [c for c in numbers if c.missing <= 0.5 * max(c.count, 1)] or numbers
    older = _older_years(filled, known)
    most = max(map(distinct, filled), default=0)

    def order(column: Column) -> tuple[float | bool, ...]:
        named = words(column.name)
        roomy = bool(named & _CAPACITY_WORDS)
        said = known.spoken.get(column.name, 0.0) / (2 if roomy else 1)
        return (
            -said,
            column.name in older,
            bool(named & _PART_WORDS),
            roomy,
            not holds_values(column),
            _HARDLY_VARIES * distinct(column) < most,
        )

    return sorted(filled, key=order)


def holds_values(column: Column) -> bool:
    """Whether it is called a value, an amount, a number: what the rows are there for."""
    return bool(words(column.name) & _VALUE_WORDS)


def moving(found: Sequence[Column], known: Known) -> list[Column]:
    """Those of some measures that are not fixed, for a course of time: a flat line says nothing."""
    return [column for column in found if column.name not in known.fixed]


def fixed(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> frozenset[str]:
    """The numbers that are the same in all rows of each name of some column, the names coming three times or more."""
    if not any(column.type in TIME_TYPES or day_times.is_of_day(column) for column in columns):
        return frozenset()
    numbers = [place for place, c in enumerate(columns) if c.type in NUMBER_TYPES and distinct(c) > 1]
    names = [
        place
        for place, c in enumerate(columns)
        if c.type in LABEL_TYPES
        and distinct(c) > 1
        and _RECURS * distinct(c) <= len(rows)
        and not (
            words(c.name) & TIMES or day_times.is_of_day(c)
        )  # an average of the month in each of its days is a course of time
    ]
    found: set[str] = set()
    pairs = [(number, name) for number in numbers for name in names]
    for number, name in pairs[:_MOST_PAIRS]:
        if columns[number].name not in found and _is_settled((row[name], row[number]) for row in rows):
            found.add(columns[number].name)
    return frozenset(found)


def _is_settled(pairs: Iterable[tuple[str, str]]) -> bool:
    """Whether each name has one value; cells that say nothing do not count."""
    seen: dict[str, str] = {}
    return all(seen.setdefault(name, value) == value for name, value in pairs if not is_missing(value))


def _older_years(columns: Sequence[Column], known: Known) -> frozenset[str]:
    """The columns that differ from another one only by an earlier year; the year that the title names is none of them."""
    by_rest: dict[str, list[tuple[str, str]]] = {}
    for column in columns:
        if years := YEAR.findall(column.name):
            by_rest.setdefault(YEAR.sub("", column.name), []).append((years[-1], column.name))
    older: set[str] = set()
    for found in by_rest.values():
        chosen = max(found, key=lambda each: (known.spoken.get(each[1], 0.0), each[0]))
        older |= {name for _, name in found if name != chosen[1]}
    return frozenset(older)


def _counts_rows(column: Column, rows: int) -> bool:
    low, high = column.minimum, column.maximum
    if column.type != "integer" or rows < 3 or not isinstance(low, float) or not isinstance(high, float):
        return False
    every = _NEARLY_EVERY * column.count  # the last one may be "100 und älter"
    return low in (0.0, 1.0) and every <= high - low + 1 <= column.count and every <= distinct(column)
