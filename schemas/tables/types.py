"""What a column holds: its type, unit and format, by 95 % of its values (web.md section 4 step 6; F80)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

from schemas.tables import coordinates, dates, numbers
from schemas.tables.words import (
    AFFIRMATIVE,
    AXES,
    BOOLEANS,
    DATES,
    KEY_ENDS,
    KEYS,
    LATITUDES,
    LENGTHS,
    LONELY_BOOLEANS,
    LONGITUDES,
    MISSING,
    SIZES,
    TIMES,
    UNITS,
    YEARS,
    words,
)

ColumnType = Literal[
    "empty",
    "boolean",
    "key",
    "integer",
    "number",
    "date",
    "datetime",
    "year",
    "category",
    "latitude",
    "longitude",
    "easting",
    "northing",
    "url",
    "wkt",
    "text",
]

NUMBERS: frozenset[ColumnType] = frozenset(
    ("integer", "number", "year", "latitude", "longitude", "easting", "northing")
)
"""The types of columns whose cells are numbers, to be added up or not."""

_PLACES: frozenset[ColumnType] = frozenset(("latitude", "longitude", "easting", "northing"))

SHARE = 0.95
MAX_VALUES = 5_000  # per column
MAX_CELLS = 500_000  # per table: a table of 5,000 columns is typed on 100 rows
MAX_CATEGORIES = 20

_LEADING_ZERO = re.compile(r"0\d+")
_DIGITS = re.compile(r"\d+")
_ORDINAL = re.compile(r"\d+\.?")
_YEAR = re.compile(r"(?:1[5-9]|20|21)\d\d")
_URL = re.compile(r"(?:https?://|www\.)\S{3,}", re.IGNORECASE)
_WKT = re.compile(
    r"(?:SRID=\d{1,6};)?\s{0,3}(?:MULTI)?(?:POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION|CURVE|SURFACE)"
    r"\s{0,3}(?:ZM|Z|M)?\s{0,3}(?:\(|EMPTY)",
    re.IGNORECASE,
)
_BRACKETED_UNIT = re.compile(r"[\[]([^\[\]]{1,16})[\]]\s*$")
_PARENTHESISED_UNIT = re.compile(r"\(([^()]{1,16}(?:\(A\))?)\)\s*$")
# With signs that no word has, or as only units are written: a KW is a week, a MW a mean, min the least of all.
_LAST_UNIT = re.compile(
    r"\w\s(\S{0,6}[%‰€°²³/]\S{0,4}|mm|cm|km|kg|ha|kWh|MWh|GWh|kW|kWp|hPa|dB|dB\(A\)|EUR|Euro|TEUR)\s*$"
)
_WEIGHTED = re.compile(r"\bdB\s?\(A\)[\])]?\s*$")  # its bracket is no unit of its own
_IN_UNIT = re.compile(r"\bin\s(\S{1,12}(?:\s€)?)\s*$")
Ranges = tuple[tuple[ColumnType, float, float], ...]
# Germany in degrees (47-56 N, 5-16 E), in UTM metres with and without the zone's number in front, and in Gauß-Krüger's
# zones 2 to 4 (an easting of zone 5 could be a northing).
_DEGREES: Ranges = (("latitude", 47.0, 56.0), ("longitude", 5.0, 16.0))
_METRES: Ranges = (
    ("easting", 250_000.0, 950_000.0),
    ("easting", 31_250_000.0, 33_950_000.0),
    ("easting", 2_270_000.0, 4_730_000.0),
    ("northing", 5_200_000.0, 6_150_000.0),
)
_PAIRS = (
    ("latitude", "longitude"),
    ("longitude", "latitude"),
    ("easting", "northing"),
    ("northing", "easting"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `count` and `missing` count its rows; what stands below them is filled in by `profile()`.

    `name` is the name as delivered, without outer blanks; `unit` is read from it (`Pegel (cm)`) or from the values
    (`12 %`); `decimal` is the sign before decimals, `format` how values are written (`TT.MM.JJJJ`, `1.234,5`); `gap` is a
    number that stands for none (-999).
    `minimum` and `maximum` are numbers, or ISO dates as text. Columns that seem to hold data of persons get neither
    `top` nor `samples`.
    """

    name: str
    type: ColumnType
    unit: str = ""
    format: str = ""
    decimal: str = "."
    gap: float | None = None
    count: int = 0
    missing: int = 0
    distinct: int | None = None
    minimum: float | str | None = None
    maximum: float | str | None = None
    mean: float | None = None
    top: tuple[tuple[str, int], ...] = ()
    samples: tuple[str, ...] = ()


def number_of(column: Column, value: str) -> float | None:
    """The number that a cell of a column says, by the column's decimal sign; none if it says none."""
    style: numbers.Style = "de" if column.decimal == "," else "en"
    number = _coordinate(value, style) if column.type in _PLACES else numbers.parse(value, style)
    return None if number == column.gap else number


def is_gap(column: Column, value: str) -> bool:
    """Whether a cell holds the number that stands for none in its column."""
    return column.gap is not None and numbers.parse(value, "de" if column.decimal == "," else "en") == column.gap


def boolean_of(value: str) -> bool | None:
    """Whether a cell of a column of booleans says yes; none if it says neither yes nor no."""
    folded = value.strip().casefold()
    if folded in AFFIRMATIVE:
        return True
    return False if any(folded in pair for pair in BOOLEANS) else None


def in_germany(column: Column, value: float) -> bool:
    """Whether a coordinate lies where its column's type says that coordinates of Germany lie."""
    return any(low <= value <= high for kind, low, high in (*_DEGREES, *_METRES) if kind == column.type)


def is_missing(value: str) -> bool:
    """Whether a cell says that there is no value: blank, n/a, k. A., -, #NV and their like."""
    if value[:1].isdigit():  # most cells of most tables; no marker begins so
        return False
    value = value.strip()
    return not value or (len(value) < 15 and value.casefold() in MISSING)


def find_unit(name: str) -> str:
    """The unit in a column's name: `[kWh]`, `(cm)`, `in %`; empty if there is none we know."""
    if _WEIGHTED.search(name):
        return "dB(A)"
    if found := _BRACKETED_UNIT.search(name):
        return found.group(1).strip()
    for pattern in (_PARENTHESISED_UNIT, _IN_UNIT):
        if found := pattern.search(name):
            unit = found.group(1).strip()
            unit = unit.removeprefix("in ")
            if unit.casefold().replace(" ", "") in UNITS:
                return unit
    return ""


def _suffix_unit(name: str) -> str:
    """The unit behind underscores or a blank, `Laenge_km`, `Preis_EUR_m2`, `Verbrauch kWh`.

    It is asked for numbers only, for `Haus_A` is no ampere; behind a blank only what can be nothing else is one.
    """
    if (found := _LAST_UNIT.search(name)) and found.group(1).casefold() in UNITS:
        return found.group(1)
    parts = name.split("_")
    if len(parts) < 2 or parts[-1].casefold() not in UNITS:
        return ""
    return "/".join(parts[-2:]) if len(parts) > 2 and parts[-2].casefold() in UNITS else parts[-1]


def find_columns(names: Sequence[str], rows: Sequence[Sequence[str]], german: bool) -> tuple[Column, ...]:
    """Type the columns of a table on its first 5,000 rows (and 500,000 cells); `german` is the habit of its file."""
    limit = min(MAX_VALUES, max(50, MAX_CELLS // max(1, len(names))))
    counted = [
        Counter(value.strip() for value in (row[index] for row in islice(rows, limit)) if not is_missing(value))
        for index in range(len(names))
    ]
    german = _is_german(names, counted, german)
    columns = [_find_column(name, values, german) for name, values in zip(names, counted, strict=True)]
    return tuple(_paired(columns))


def _is_german(names: Sequence[str], counted: Sequence[Mapping[str, int]], default: bool) -> bool:
    """Whether the file writes numbers the German way; coordinates say nothing, they carry points everywhere."""
    german = english = 0
    for name, values in zip(names, counted, strict=True):
        if not words(name) & (LATITUDES | LONGITUDES | AXES):
            sure_german, sure_english = numbers.evidence(dict(islice(values.items(), 200)))
            german += sure_german
            english += sure_english
    if german and not english:
        return True
    if english and not german:
        return False
    return default


def _find_column(name: str, values: Mapping[str, int], german: bool) -> Column:
    unit = find_unit(name)
    if not values:
        return Column(name, "empty", unit)
    total = sum(values.values())
    named = words(name)
    if _is_boolean(values):
        return Column(name, "boolean", unit)
    if _share(_WKT, values, total, start=True):
        return Column(name, "wkt", unit, "WKT")
    if _share(_URL, values, total):
        return Column(name, "url", unit)
    if (place := _find_place(named, values, german)) is not None:
        kind, decimal = place
        return Column(name, kind, unit, f"1234{decimal}5", decimal)
    dated = bool(named & DATES) or any(word.endswith("datum") for word in named)
    form = dates.find_format(values, SHARE, bool(named & TIMES) or dated, dated)
    if form is not None:
        return Column(name, "datetime" if form.unit == "second" else "date", unit, form.name)
    if _is_key(named, values, total):
        return Column(name, "key", unit)
    if _is_year(named, values, total):
        return Column(name, "year", unit, "JJJJ")
    if named & TIMES and dates.is_mixed(values, SHARE):
        return Column(name, "date", unit, dates.MIXED)
    number = numbers.find_format(values, german, SHARE)
    if number is not None:
        kind = "integer" if number.whole else "number"
        unit = unit or number.unit or _suffix_unit(name)
        gap = numbers.gap(values, number.style)
        return Column(name, kind, unit, number.example, "," if number.style == "de" else ".", gap)
    if len(values) <= MAX_CATEGORIES and 2 * len(values) <= total and max(map(len, values)) <= 100:
        return Column(name, "category", unit)
    return Column(name, "text", unit)


def _share(pattern: re.Pattern[str], values: Mapping[str, int], total: int, start: bool = False) -> bool:
    match = pattern.match if start else pattern.fullmatch
    return sum(count for value, count in values.items() if match(value)) >= SHARE * total


def _is_boolean(values: Mapping[str, int]) -> bool:
    if len(values) > 4:
        return False
    folded = {value.casefold() for value in values}
    if len(folded) == 1:
        return folded <= LONELY_BOOLEANS
    return any(folded <= pair for pair in BOOLEANS)


def _is_key(named: frozenset[str], values: Mapping[str, int], total: int) -> bool:
    form = _ORDINAL if named & KEYS else _DIGITS
    digits = sum(count for value, count in values.items() if form.fullmatch(value))
    if digits < SHARE * total:
        return False
    if any(_LEADING_ZERO.fullmatch(value) for value in values):
        return True
    # Beyond 15 digits a number does not come back as it was.
    coded = bool(named & KEYS) or any(word.endswith(KEY_ENDS) for word in named)
    return coded or any(len(value) > 15 for value in values)


def _is_year(named: frozenset[str], values: Mapping[str, int], total: int) -> bool:
    plain = {numbers.unnoted(value): count for value, count in values.items()}  # 2024* is one as well
    values = plain if len(plain) > 0.5 * len(values) else values
    if not _share(_YEAR, values, total):
        return False
    if named & YEARS or any(word.endswith("jahr") for word in named):
        return True
    years = sorted({int(value) for value in values if _YEAR.fullmatch(value)})
    return len(years) >= 3 and years[0] >= 1950 and years[-1] <= 2040 and years[-1] - years[0] == len(years) - 1


def _find_place(named: frozenset[str], values: Mapping[str, int], german: bool) -> tuple[ColumnType, str] | None:
    degrees_named = bool(named & (LATITUDES | LONGITUDES))
    if (not degrees_named and not named & AXES) or (degrees_named and named & LENGTHS):
        return None
    sure_german, sure_english = numbers.evidence(values)
    style: numbers.Style = "de" if (german if sure_german == sure_english else sure_german > sure_english) else "en"
    parsed = [(_coordinate(value, style), count) for value, count in values.items()]
    total = sum(values.values())
    for place, low, high in _DEGREES + (() if degrees_named else _METRES):
        inside = sum(count for value, count in parsed if value is not None and low <= value <= high)
        if inside >= SHARE * total:
            return place, "," if style == "de" else "."
    return None


def _coordinate(value: str, style: numbers.Style) -> float | None:
    """A number of degrees or metres: also in degrees and minutes, and 32 548123 with its zone apart."""
    number = numbers.parse(value, style)
    if number is None and "°" in value:
        return coordinates.degrees(value)
    return numbers.parse(value.replace(" ", ""), style) if number is None and " " in value else number


def _paired(columns: list[Column]) -> list[Column]:
    """Coordinates come in pairs: a `Länge` of 5 to 16 m without a latitude beside it is a length, not a place.

    So is one beside a pair of columns whose names mean nothing but degrees.
    """
    degrees = {kind: [column for column in columns if column.type == kind] for kind in ("latitude", "longitude")}
    if all(any(not words(column.name) & SIZES for column in found) for found in degrees.values()):
        sizes = {column.name for found in degrees.values() for column in found if words(column.name) & SIZES}
        columns = [replace(column, type="number") if column.name in sizes else column for column in columns]
    found = {column.type for column in columns}
    lonely = {one for one, other in _PAIRS if one in found and other not in found}
    return [replace(column, type="number") if column.type in lonely else column for column in columns]
