"""The events of a calendar as rows: begin, end, title, place, repetition (RFC 5545). Nothing is ever expanded (F47)."""

from __future__ import annotations

import re

from schemas.tables.decoding import decode
from schemas.tables.documents import read_calendar
from schemas.tables.jsondata import Objects, clean
from schemas.tables.notes import refusal

MAX_EVENTS = 20_000
_MAX_BYTES = 20_000_000
_FOLD = re.compile(r"\n[ \t]")
_LINE = re.compile(r"([A-Za-z-]{1,40})(?:;[^:\n]{0,500})?:(.{0,10000})")
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?Z?)?")
_COLUMNS = {
    "DTSTART": "Beginn",
    "DTEND": "Ende",
    "SUMMARY": "Titel",
    "LOCATION": "Ort",
    "CATEGORIES": "Kategorie",
    "DESCRIPTION": "Beschreibung",
    "RRULE": "Wiederholung",
    "URL": "Link",
}
_ESCAPES = {"\\n": " ", "\\N": " ", "\\,": ",", "\\;": ";", "\\\\": "\\"}
_ESCAPE = re.compile(r"\\[nN,;\\]")


def read_events(data: bytes) -> Objects:
    """The events as a list of objects; columns that no event fills are left out. Raises `TableError` (`empty`) without any."""
    decoded = decode(data[:_MAX_BYTES])
    text = _FOLD.sub("", decoded.text.replace("\r\n", "\n").replace("\r", "\n"))
    events: list[dict[str, str]] = []
    event: dict[str, str] | None = None
    inner = total = 0
    for line in text.split("\n"):
        upper = line[:14].upper()
        if upper.startswith("BEGIN:VEVENT"):
            event, inner = {}, 0
            total += 1
        elif upper.startswith("END:VEVENT"):
            if event and len(events) < MAX_EVENTS:
                events.append(event)
            event = None
        elif event is not None:
            inner += upper.startswith("BEGIN:") - upper.startswith("END:")
            found = _LINE.fullmatch(line)
            if found and not inner and (name := found.group(1).upper()) in _COLUMNS:
                event.setdefault(name, _said(name, found.group(2)))
    names = [name for name in _COLUMNS if any(each.get(name) for each in events)]
    if not names:
        raise refusal("empty")
    rows = tuple(tuple(each.get(name, "") for name in names) for each in events)
    title = read_calendar(decoded.text).title
    return Objects(
        tuple(_COLUMNS[name] for name in names), rows, total, title, decoded.encoding, False, None, decoded.notes
    )


def _said(name: str, value: str) -> str:
    if name in ("DTSTART", "DTEND") and (found := _MOMENT.match(value.strip())):
        year, month, day, hour, minute, _ = found.groups()
        return f"{year}-{month}-{day}" + (f" {hour}:{minute}" if hour else "")
    return clean(" ".join(_ESCAPE.sub(lambda match: _ESCAPES[match.group()], value).split()))
