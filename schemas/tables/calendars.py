"""The events of a calendar as rows: begin, end, title, place, repetition (RFC 5545). Nothing is ever expanded (F47)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from schemas.tables.decoding import decode
from schemas.tables.documents import read_calendar
from schemas.tables.jsondata import Objects, clean
from schemas.tables.notes import refusal

MAX_EVENTS = 20_000
_MAX_BYTES = 20_000_000
_FOLD = re.compile(r"\n[ \t]")
_LINE = re.compile(r"([A-Za-z-]{1,40})((?:;[^:\n]{0,500})?):(.{0,10000})")
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?Z?)?")
BEGIN, END = "Beginn", "Ende"
"""The columns of when an event begins and ends."""
RULE = "Wiederholung"
"""The column of the rule by which an event is repeated, as written."""
_COLUMNS = {
    "DTSTART": BEGIN,
    "DTEND": END,
    "SUMMARY": "Titel",
    "LOCATION": "Ort",
    "CATEGORIES": "Kategorie",
    "DESCRIPTION": "Beschreibung",
    "RRULE": RULE,
    "URL": "Link",
}
_ESCAPES = {"\\n": " ", "\\N": " ", "\\,": ",", "\\;": ";", "\\\\": "\\"}
_ESCAPE = re.compile(r"\\[nN,;\\]")


class Property(NamedTuple):
    """A content line of an event: its name in capitals, its parameters (``;TZID=Europe/Berlin``), its value as written."""

    name: str
    parameters: str
    value: str


def read_events(data: bytes) -> Objects:
    """The events as a list of objects; columns that no event fills are left out. Raises `TableError` (`empty`) without any."""
    decoded = decode(data[:_MAX_BYTES])
    events: list[dict[str, str]] = []
    total = 0
    for properties, has_ended in _events(decoded.text):
        total += 1
        event: dict[str, str] = {}
        for each in properties:
            if each.name in _COLUMNS:
                event.setdefault(each.name, _said(each.name, each.value))
        if event and has_ended and len(events) < MAX_EVENTS:
            events.append(event)
    names = [name for name in _COLUMNS if any(each.get(name) for each in events)]
    if not names:
        raise refusal("empty")
    rows = tuple(tuple(each.get(name, "") for name in names) for each in events)
    title = read_calendar(decoded.text).title
    return Objects(
        tuple(_COLUMNS[name] for name in names), rows, total, title, decoded.encoding, False, None, decoded.notes
    )


def properties_of_rows(data: bytes) -> Iterator[tuple[Property, ...]]:
    """The properties of each event that :func:`read_events` makes a row of, in the order of the rows.

    Those of alarms within an event are not among them, nor is anything of a time zone.
    """
    kept = 0
    for properties, has_ended in _events(decode(data[:_MAX_BYTES]).text):
        if has_ended and kept < MAX_EVENTS and any(each.name in _COLUMNS for each in properties):
            kept += 1
            yield tuple(properties)


def _events(text: str) -> Iterator[tuple[list[Property], bool]]:
    """The properties of each event in the order of the file, and whether it ends there: a file may be cut off."""
    text = _FOLD.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    event: list[Property] | None = None
    inner = 0
    for line in text.split("\n"):
        upper = line[:14].upper()
        if upper.startswith("BEGIN:VEVENT"):
            if event is not None:
                yield event, False
            event, inner = [], 0
        elif upper.startswith("END:VEVENT"):
            if event is not None:
                yield event, True
            event = None
        elif event is not None:
            inner += upper.startswith("BEGIN:") - upper.startswith("END:")
            found = _LINE.fullmatch(line)
            if found and not inner:
                event.append(Property(found.group(1).upper(), found.group(2), found.group(3)))
    if event is not None:
        yield event, False


def _said(name: str, value: str) -> str:
    if name in ("DTSTART", "DTEND") and (found := _MOMENT.match(value.strip())):
        year, month, day, hour, minute, _ = found.groups()
        return f"{year}-{month}-{day}" + (f" {hour}:{minute}" if hour else "")
    return clean(" ".join(_ESCAPE.sub(lambda match: _ESCAPES[match.group()], value).split()))
