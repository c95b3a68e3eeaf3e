"""Times that are told in several columns: day and hour; year and month, quarter or week, with day and hour (web.md 4, step 8)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from catalog.charts import day_times
from schemas.tables import Column, dates
from schemas.tables.dates import MONTHS
from schemas.tables.types import is_missing

Unit = Literal["month", "quarter", "week", "day", "hour"]

EXACT = {"hour": "second", "day": "day", "week": "week", "month": "month", "quarter": "quarter"}
"""How exactly times are known with such a part, in the units of :mod:`schemas.tables.dates`."""

_NAMES: dict[Unit, frozenset[str]] = {
    "hour": frozenset(("stunde", "hour", "uhrzeit", "tagesstunde", "zeitfenster", "zeitintervall", "stundenintervall")),
    "day": frozenset(("tag", "day", "kalendertag")),
    "week": frozenset(("kw", "kalenderwoche", "woche", "week")),
    "month": frozenset(("monat", "month", "kalendermonat", "berichtsmonat")),
    "quarter": frozenset(("quartal", "quarter", "vierteljahr")),
}
# What may stand beside such a word: "Fahrten je Tag" is no day.
_BESIDE = frozenset(
    ("nr", "nummer", "mess", "messung", "im", "des", "jahr", "jahres", "von", "beginn", "start", "name", "uhr", "h")
)
_LETTERS = re.compile(r"[^\W\d_]+")
_ENDS: dict[Unit, tuple[int, int]] = {
    "hour": (0, 24),
    "day": (1, 31),
    "week": (1, 53),
    "month": (1, 12),
    "quarter": (1, 4),
}
_TYPES = ("integer", "key", "category", "text")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
# 7; 07; 7 - 8 Uhr; KW 7; 7. KW; Q1; 1. Quartal.
_HOUR = re.compile(r"(\d{1,2})(?:\s?(?:-|–|bis)\s?\d{1,2})?(?:\s?(?:Uhr|h))?", re.IGNORECASE)
_WEEK = re.compile(r"(?:KW\.?\s?)?(\d{1,2})(?:\.?\s?KW)?\.?", re.IGNORECASE)
_QUARTER = re.compile(r"(?:Q\s?)?([1-4]|I{1,3}|IV)\.?(?:\s?(?:Quartal|Vierteljahr|Vj\.?|Q\.?))?", re.IGNORECASE)
_CLOCK = re.compile(r"([01]\d|2[0-4])([0-5]\d)(?:[0-5]\d)?")  # 0715
_CLOCKS = frozenset(("zeit", "messzeit", "time", "uhrzeit"))
_LONGEST = 30


class Part(NamedTuple):
    """A column that says a part of a time, and what the cells of it say: a number, of hours a span."""

    column: Column
    unit: Unit


def unit_of(column: Column) -> Unit | None:
    """The part of a time that a column says, by its name and the values of it that are known; None if it says none."""
    if column.type not in _TYPES:
        return None
    named = set(map(str.casefold, _LETTERS.findall(column.name)))
    for unit, names in _NAMES.items():
        if named & names and named <= names | _BESIDE and _fits(column, unit):
            return unit
    if named <= _CLOCKS | _BESIDE and column.type == "key" and _is_clock(column):
        return "hour"
    return "hour" if day_times.is_of_day(column) else None


def beside(columns: Sequence[Column], x: Column) -> tuple[Part, ...]:
    """The parts of a time of which a column ``x`` says the year or the day, the longest first."""
    found: dict[Unit, Column] = {}
    for column in columns:
        unit = unit_of(column) if column is not x else None
        if unit is not None:
            found.setdefault(unit, column)
    chain: tuple[Unit, ...] = ()
    if x.type == "year":
        chain = ("month", "day", "hour") if "month" in found else ("quarter",) if "quarter" in found else ("week",)
    elif x.type == "date" and {form.unit for form in dates.formats(x.format)} == {"day"}:
        chain = ("hour",)
    parts: list[Part] = []
    for unit in chain:
        if unit not in found:
            break
        parts.append(Part(found[unit], unit))
    return tuple(parts)


def reader(parts: Sequence[Part]) -> Callable[[datetime, Sequence[str]], datetime | None]:
    """What a year or day and the cells of its parts say together; None where one of them says nothing."""
    reads = [(part.unit, _ends_hours(part)) for part in parts]

    def read(base: datetime, cells: Sequence[str]) -> datetime | None:
        when = base
        for (unit, ends), cell in zip(reads, cells, strict=True):
            value = None if is_missing(cell) else _value(cell, unit)
            if value is None:
                return None
            try:
                when = _joined(
                    when, unit, value - timedelta(hours=1) if ends and isinstance(value, timedelta) else value
                )
            except (ValueError, OverflowError):  # 31 February, week 60
                return None
        return when

    return read


def _fits(column: Column, unit: Unit) -> bool:
    low, high = _ENDS[unit]
    if column.type == "integer" and isinstance(column.minimum, float) and isinstance(column.maximum, float):
        return low <= column.minimum and column.maximum <= high
    known = [*(value for value, _ in column.top), *column.samples]
    return bool(known) and all(_value(value, unit) is not None for value in known)


def _is_clock(column: Column) -> bool:
    known = [*(value for value, _ in column.top), *column.samples]
    return bool(known) and all(_CLOCK.fullmatch(value) for value in known)


def _ends_hours(part: Part) -> bool:
    """Whether hours are counted by their ends: from 1 to 24."""
    return part.unit == "hour" and part.column.minimum == 1.0 and part.column.maximum == 24.0


def _value(cell: str, unit: Unit) -> int | timedelta | None:
    cell = cell.strip()
    if len(cell) > _LONGEST:
        return None
    if unit == "hour":
        time = day_times.parse(cell)
        if time is not None:
            return time - day_times.DAY
        if clock := _CLOCK.fullmatch(cell):
            return timedelta(hours=int(clock.group(1)), minutes=int(clock.group(2)))
        hour = _HOUR.fullmatch(cell)
        return timedelta(hours=int(hour.group(1))) if hour and int(hour.group(1)) <= 24 else None
    if unit == "month" and (month := MONTHS.get(cell.casefold().rstrip("."))) is not None:
        return month
    form = {"week": _WEEK, "quarter": _QUARTER}.get(unit)
    said = cell
    if form is not None:
        found = form.fullmatch(cell)
        said = found.group(1) if found else ""
    number = _ROMAN.get(said.casefold()) if unit == "quarter" and not said.isdigit() else None
    if number is None:
        number = int(said) if said.isascii() and said.isdigit() and len(said) < 3 else 0
    low, high = _ENDS[unit]
    return number if low <= number <= high else None


def _joined(when: datetime, unit: Unit, value: int | timedelta) -> datetime:
    if isinstance(value, timedelta):
        return when + value
    if unit == "week":
        return datetime.fromisocalendar(when.year, value, 1)
    if unit == "quarter":
        return when.replace(month=3 * value - 2)
    return when.replace(month=value) if unit == "month" else when.replace(day=value)
