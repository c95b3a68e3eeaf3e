"""Cells of live values: numbers, yes and no, moments on German clocks, lists and addresses, each as text in one line."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from harvesters.mapping.native_values import word
from schemas.german_time import BERLIN
from schemas.tables.jsondata import clean

NUMBERS, TEXTS, PLACES = range(3)
"""The groups of columns, in their order: what is measured, what is said beside it, where it is."""
_POSTAL = ("streetAddress", "streetNr", "postalCode", "addressLocality")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d\S{0,20}")
_LONGEST = 2_000
_DIGITS = 7  # of a degree: a centimetre


@dataclass
class Row:
    """A row in the making: cells by the key of their column, where it lies, when the newest of it was measured (UTC)."""

    cells: dict[str, str] = field(default_factory=dict)
    geometry: Any = None
    moment: datetime | None = None

    def seen(self, moments: Iterable[datetime | None]) -> None:
        """Notes when something of the row was measured; the newest counts."""
        known = [each for each in (self.moment, *moments) if each is not None]
        self.moment = max(known, default=None)


class Head(NamedTuple):
    """A column: what it is called, and in which group of columns it stands."""

    label: str
    group: int = TEXTS


class Found(NamedTuple):
    """What an answer holds: its columns by their keys, in order of first sight, its rows, whether there are further pages."""

    heads: dict[str, Head]
    rows: list[Row]
    more: bool = False


def cell_of(value: Any) -> str:
    """A value as text: truth in German words, moments on German clocks, lists and addresses in one line."""
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**300 else ""
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else ""
    if isinstance(value, str):
        when = moment_of(value) if _MOMENT.fullmatch(value) else None
        return clock(when) if when else clean(value)[:_LONGEST]
    if isinstance(value, list):
        return ", ".join(filter(None, map(cell_of, value)))[:_LONGEST]
    return _of_object(value)[:_LONGEST] if isinstance(value, dict) else ""


def _of_object(value: dict[str, Any]) -> str:
    if any(name in value for name in _POSTAL):
        street, number, code, town = (clean(word(value.get(name))) for name in _POSTAL)
        return ", ".join(filter(None, (f"{street} {number}".strip(), f"{code} {town}".strip())))
    if "de" in value and all(isinstance(each, str) for each in value.values()):  # one text in several languages
        return clean(value["de"])
    if isinstance(value.get("name"), str) and not any(isinstance(each, dict | list) for each in value.values()):
        return clean(value["name"])
    return clean(json.dumps(value, ensure_ascii=False, separators=(", ", ": "))) if value else ""


def moment_of(value: Any) -> datetime | None:
    """The moment, or the end of the period, that a text in ISO 8601 says, in UTC; one without a zone is UTC."""
    text = value.rpartition("/")[2].strip() if isinstance(value, str) else ""
    if _MOMENT.fullmatch(text) is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def clock(moment: datetime) -> str:
    """A moment on German clocks, to the minute; the second only where it is not the full one."""
    try:
        here = moment.astimezone(BERLIN)
    except OverflowError:
        return ""
    return here.strftime("%Y-%m-%d %H:%M:%S" if here.second else "%Y-%m-%d %H:%M")


def is_number(value: Any) -> bool:
    """Whether a value is a number, and not yes or no."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def point(longitude: Any, latitude: Any) -> dict[str, Any] | None:
    """A point of two numbers, also written as text; None where they are none."""
    try:
        return {"type": "Point", "coordinates": [float(longitude), float(latitude)]}
    except (TypeError, ValueError):
        return None


def position(geometry: Any) -> tuple[str, str] | None:
    """Longitude and latitude of a point as text; None for any other geometry."""
    found = geometry.get("coordinates") if isinstance(geometry, dict) and geometry.get("type") == "Point" else None
    if not isinstance(found, list) or len(found) < 2 or not all(map(is_number, found[:2])):
        return None
    return f"{round(found[0], _DIGITS)}", f"{round(found[1], _DIGITS)}"


def inner(outer: dict[str, Any], name: str) -> dict[str, Any]:
    """An object in an object; an empty one where there is none."""
    found = outer.get(name)
    return found if isinstance(found, dict) else {}


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; none where it is no list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
