"""Facts of a PDF and of a calendar: title, dates, number of events. Never an author (F75)."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

_INFO = re.compile(rb"/Info\s{1,3}(\d{1,7})\s{1,3}(\d{1,5})\s{1,3}R")
_TITLE_LITERAL = re.compile(rb"/Title\s{0,3}\(((?:[^()\\]|\\.){0,2000})\)", re.DOTALL)
_TITLE_HEX = re.compile(rb"/Title\s{0,3}<([0-9A-Fa-f\s]{0,8000})>")
_XMP_TITLE = re.compile(rb"<dc:title>\s{0,20}<rdf:Alt>\s{0,20}<rdf:li[^<>]{0,100}>([^<]{1,2000})</rdf:li>")
_ESCAPE = re.compile(rb"\\([nrtbf()\\]|[0-7]{1,3}|\r\n|\n|\r)")
_ESCAPED = {b"n": b" ", b"r": b" ", b"t": b" ", b"b": b"", b"f": b"", b"\r\n": b"", b"\n": b"", b"\r": b""}
# What word processors put before the name of the file.
_PROGRAM = re.compile(r"^(?:Microsoft (?:Word|PowerPoint|Excel) - )")
_FILE_NAME = re.compile(r"\.(?:docx?|odt|pptx?|xlsx?|indd|pdf|qxp|dotx?)$", re.IGNORECASE)
_EDGE = 2_000_000

_ICS_DATE = re.compile(r"(DTSTART|DTEND|DUE|RDATE)((?:;[^:]{0,200})?):(\d{4})(\d\d)(\d\d)(T?)", re.IGNORECASE)
_ICS_UNTIL = re.compile(r"RRULE:[^\n]{0,500}?UNTIL=(\d{4})(\d\d)(\d\d)", re.IGNORECASE)
# The components that say when something is; a VTIMEZONE's dates are those of the change to summer time, from 1601 on.
_ICS_TIMED = frozenset({"VEVENT", "VTODO", "VJOURNAL"})
_ICS_NAME = re.compile(r"^(?:X-WR-CALNAME|NAME)(?:;[^:\n]{0,200})?:([^\n]{1,500})", re.MULTILINE | re.IGNORECASE)
_ICS_FOLD = re.compile(r"\r?\n[ \t]")
_MAX_DATES = 100_000


class Calendar(NamedTuple):
    """A calendar's name, number of events, first and last day named (repetitions are not counted out)."""

    title: str
    events: int
    dates: tuple[date, date] | None


def pdf_title(data: bytes) -> str:
    """The title in a PDF's information dictionary or XMP, if it can be read without unpacking; else empty.

    Protected files are left alone, their strings are ciphered (ISO 32000-1, 14.3.3).
    """
    edges = data if len(data) <= 2 * _EDGE else data[:_EDGE] + data[-_EDGE:]
    if b"/Encrypt" in edges:
        return ""
    title = ""
    for found in _INFO.finditer(edges):
        start = re.search(rb"(?<!\d)%s\s{1,3}%s\s{1,3}obj" % found.groups(), edges)
        if start is None:
            continue
        end = edges.find(b"endobj", start.end(), start.end() + 20_000)
        title = _title_of(edges[start.end() : end if end >= 0 else start.end() + 20_000]) or title
    if not title and (found_xmp := _XMP_TITLE.search(edges)):
        title = found_xmp.group(1).decode("utf-8", "ignore").replace("&amp;", "&")
    title = _FILE_NAME.sub("", _PROGRAM.sub("", " ".join(title.split())))
    return "" if title.casefold() in ("untitled", "unbenannt", "dokument1", "document1") else title[:500]


def _title_of(dictionary: bytes) -> str:
    if literal := _TITLE_LITERAL.search(dictionary):
        return _pdf_text(_ESCAPE.sub(_unescaped, literal.group(1)))
    if digits := _TITLE_HEX.search(dictionary):
        packed = b"".join(digits.group(1).split())
        return _pdf_text(bytes.fromhex((packed + b"0" * (len(packed) % 2)).decode("ascii")))
    return ""


def _unescaped(found: re.Match[bytes]) -> bytes:
    code = found.group(1)
    if code[:1].isdigit():
        return bytes([int(code, 8) & 255])
    return _ESCAPED.get(code, code)


def _pdf_text(raw: bytes) -> str:
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", "ignore").replace("\0", "")
    if raw.startswith(b"\xef\xbb\xbf"):
        return raw[3:].decode("utf-8", "ignore")
    return raw.decode("cp1252", "ignore").replace("\0", "")


def read_calendar(text: str) -> Calendar:
    """Read an iCalendar text (RFC 5545); a rule counts with its UNTIL only, so nothing is ever expanded (F47).

    Only what events, tasks and journals say counts, and the end of whole days is the day before (section 3.6.1).
    """
    text = _ICS_FOLD.sub("", text).replace("\r", "")
    dates: list[date] = []
    timed, inner, events = False, 0, 0
    for line in text.split("\n"):
        name, _, rest = line.partition(":")
        said = name.strip().upper()
        if said == "BEGIN":
            kind = rest.strip().upper()
            events += kind == "VEVENT"
            if timed:
                inner += 1  # an alarm
            timed = timed or kind in _ICS_TIMED
        elif said == "END":
            timed, inner = timed and inner > 0, max(inner - 1, 0)
        elif timed and not inner and len(dates) < _MAX_DATES and (day := _ics_day(line)) is not None:
            dates.append(day)
    found = _ICS_NAME.search(text)
    title = found.group(1).strip().replace("\\,", ",").replace("\\;", ";").replace("\\n", " ") if found else ""
    return Calendar(title, events, (min(dates), max(dates)) if dates else None)


def _ics_day(line: str) -> date | None:
    """The day that a line of an event names, if it does."""
    try:
        if found := _ICS_DATE.match(line):
            day = date(*map(int, found.group(3, 4, 5)))
            whole = found.group(1).upper() == "DTEND" and not found.group(6)
            return day - timedelta(days=1) if whole else day
        if found := _ICS_UNTIL.match(line):
            return date(*map(int, found.groups()))
    except (ValueError, OverflowError):
        pass
    return None
