"""Which names stand at the bars of a table: names before codes, those of single rows before categories."""

from __future__ import annotations

import re
from collections.abc import Sequence

from catalog.charts.adding import additive
from catalog.charts.measures import LABEL_TYPES, NOTHING, TIME_TYPES, Known, distinct
from schemas.tables import Column
from schemas.tables.words import BIOGRAPHIES, KEYS, TIMES, words

MAX_BARS = 20
_LONGEST_LABEL = 100  # longer ones are messages or keys
NEARLY = 0.9
"""The share of rows with a name of their own from which on each row is a thing."""
# 004, G1, K-17, 07:30-16:00, 8,00: what no reader calls a thing by.
_CODE = re.compile(r"[^\W\d_]{0,2}[\W_]{0,2}\d[\d\W_]*[^\W\d_]?")

_ROW_NUMBERS = frozenset(("id", "fid", "gid", "oid", "objectid", "objektid", "rowid", "uuid", "lfd", "lfdnr", "zeile"))
_ANY_NAME = frozenset(("name", "bezeichnung", "titel", "title", "text", "beschreibung", "label", "benennung"))
_CODES = frozenset(("code", "key", "kürzel", "kuerzel"))
_ANY_KEY = KEYS | _ANY_NAME | _CODES


def label(columns: Sequence[Column], rows: int) -> Column | None:
    """The column of the names of bars: at most 20, in most rows, and short. None where no column has such names.

    One with a name for (nearly) each row comes first, there one of words before one of codes and numbers.
    """
    found = [c for c in columns if c.type in LABEL_TYPES and 2 <= distinct(c) <= MAX_BARS and _is_label(c)]

    def order(column: Column) -> tuple[bool, bool]:
        own = distinct(column) >= NEARLY * (rows - column.missing)
        return (not own, is_code(column))

    return min(found, key=order, default=None)


def counted(columns: Sequence[Column], known: Known = NOTHING) -> Column | None:
    """The category whose rows are worth counting: one of words, no times; the one that the title speaks of, else the first."""
    found = [c for c in columns if c.type in ("category", "boolean") and distinct(c) >= 2 and _is_label(c)]
    found = [c for c in found if not is_code(c) and not words(c.name) & TIMES]
    return min(found, key=lambda column: -known.spoken.get(column.name, 0.0), default=None)


def about(columns: Sequence[Column], name: str) -> str:
    """The column that says what the names of another one are of: "Produktbereich", with its keys, beside "Bezeichnung"."""
    place = next(number for number, column in enumerate(columns) if column.name == name)
    column = columns[place]
    if not words(column.name) & _ANY_NAME or column.type not in ("text", "category"):
        return ""
    beside = [columns[number] for number in (place - 1, place + 1) if 0 <= number < len(columns)]
    return next((c.name for c in beside if c.type == "key" and is_code(c) and not words(c.name) & _ANY_KEY), "")


def is_code(column: Column) -> bool:
    """Whether its values are numbers or codes instead of names, or it is called so."""
    if words(column.name) & _CODES:
        return True
    values = [value for value, _ in column.top] or list(column.samples)
    if not values:
        return column.type == "key" or bool(words(column.name) & KEYS)
    return 2 * sum(bool(_CODE.fullmatch(value.strip())) for value in values) > len(values)


def of_several_times(columns: Sequence[Column], x: Column, measure: Column, rows: int) -> bool:
    """Whether bars would add up what is there at a moment, such as persons or free spaces, over several moments."""
    if additive(measure) != "at-once" or x.type in TIME_TYPES or distinct(x) >= rows - x.missing:
        return False
    times = [c for c in columns if c.type in TIME_TYPES and distinct(c) > 1 and not words(c.name) & BIOGRAPHIES]
    return any(not is_list_of_things(columns, time, rows) for time in times)


def is_list_of_things(columns: Sequence[Column], x: Column, rows: int) -> bool:
    """Whether each row is a thing with a name of its own before its date: buildings with the day of their inspection.

    The number that a database gives a row is no name of a thing where each row has a time of its own.
    """
    before = columns[: list(columns).index(x)]
    if x.type == "datetime" or distinct(x) >= 0.95 * rows:
        before = [c for c in before if not words(c.name) & _ROW_NUMBERS]
    return any(c.type in ("text", "key") and distinct(c) >= 0.95 * rows > 0 for c in before)


def is_even(column: Column) -> bool:
    """Whether all of the most frequent values come equally often: counting them tells nothing."""
    return len({count for _, count in column.top}) == 1


def _is_label(column: Column) -> bool:
    """Whether names stand in most rows, and are short enough to be read beside a bar."""
    mostly_there = column.missing <= 0.5 * max(column.count, 1)
    return mostly_there and all(len(value) <= _LONGEST_LABEL for value, _ in column.top)
