"""What an iCalendar file holds (RFC 5545, RFC 7986), read within bounds: name, period, kinds of events – and no people.

Of events only days, SUMMARY and CATEGORIES are read. Definitions of time zones and alarms are not given to any library:
a rule inside of them can be made to recur for ever (F47).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from icalendar.parser import Contentline
from icalendar.prop import vDDDTypes, vDuration, vRecur
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from harvesters.city.recurrence import HORIZON, days_of, is_cut, rule_in
from harvesters.persons.words import is_likely_a_person, is_surely_a_person
from schemas.german_time import BERLIN
from schemas.iris import digest
from schemas.syntax import Unreadable, decode, excerpt

MOST_EVENTS = 10_000
_MOST_LINES, _LONGEST_LINE, _MOST_STEPS = 500_000, 20_000, 200_000
_NAME = re.compile(r"[A-Za-z0-9-]{1,60}(?=[;:])")
_CALENDAR_NAMES = {
    "X-WR-CALNAME": "name",
    "NAME": "name",
    "X-WR-CALDESC": "description",
    "DESCRIPTION": "description",
    "X-PUBLISHED-TTL": "refresh",
    "REFRESH-INTERVAL": "refresh",
    "URL": "url",
    "CATEGORIES": "categories",
}
_EVENT_NAMES = frozenset(
    {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "SUMMARY", "CATEGORIES", "STATUS", "RECURRENCE-ID"}
)
_MOST_KINDS, _LONGEST_KIND = 40, 80
# Remarks that a reader turns into findings.
ZONE, FLOATING, REFUSED, CUT, UNREADABLE = "zone", "floating", "refused", "cut", "unreadable"


class Line(NamedTuple):
    """A content line: name in capitals, its parameters, its value as written."""

    name: str
    parameters: dict[str, Any]
    value: str


class Event(NamedTuple):
    """When an event takes place: its days, and whether it goes on without end."""

    days: tuple[date, ...]
    is_open: bool
    summary: str
    categories: tuple[str, ...]


class Calendar:
    """A calendar being read."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.categories: dict[str, None] = {}
        self.events: list[Event] = []
        self.remarks: dict[tuple[str, ...], None] = {}
        self.steps = self.occurrences = 0

    def note(self, *remark: str) -> None:
        """Notes once what could not be taken as it stands."""
        if len(self.remarks) < 20:
            self.remarks[remark] = None

    @property
    def by_year(self) -> dict[int, list[Event]]:
        """The events by the years in which they take place; of a rule without end only to the horizon."""
        found: dict[int, list[Event]] = {}
        for event in self.events:
            for year in sorted({day.year for day in event.days}):
                found.setdefault(year, []).append(event)
        return found

    def kinds(self, year: int | None = None) -> list[str]:
        """Kinds of events: their categories, and summaries that come again and again, as those of waste do.

        What stands once is the title of one event, and may name anyone.
        """
        events = self.events if year is None else self.by_year.get(year, [])
        counted: Counter[str] = Counter()
        for event in events:
            times = len(event.days) if year is None else sum(1 for day in event.days if day.year == year)
            counted[event.summary] += times + (2 if event.is_open else 0)
        named = [name for event in events for name in event.categories] + list(self.categories)
        often = [name for name, times in counted.items() if times >= 3]
        kinds = {_plain(name) for name in (*named, *often)}
        return sorted(name for name in kinds if name)[:_MOST_KINDS]

    def span(self, year: int | None = None) -> tuple[date | None, date | None]:
        """The first and the last day; no last one where something goes on without end."""
        days = [day for event in self.events for day in event.days if year is None or day.year == year]
        if not days:
            return None, None
        is_open = year is None and any(event.is_open for event in self.events)
        return min(days), None if is_open else max(days)

    def digest(self, year: int | None = None) -> str:
        """What changes exactly when events change: their days and texts, not their UID, DTSTAMP or order."""
        told = sorted(
            f"{event.summary}|{','.join(event.categories)}|{event.is_open}|{day}"
            for event in self.events
            for day in event.days
            if year is None or day.year == year
        )
        return digest("\n".join(told).encode("utf-8", "replace"))


def calendar_in(body: bytes) -> Calendar:
    """The calendar that a file holds. Raises Unreadable for anything else, and for one that is cut off (F01, F03, F21)."""
    text, _ = decode(body)
    text = text.lstrip("\ufeff \t\r\n\0")
    if not text:
        raise Unreadable("die Antwort ist leer", "the answer is empty")
    if not text[:15].upper().startswith("BEGIN:VCALENDAR"):
        raise Unreadable(
            f"kein Kalender; die Antwort beginnt mit: {excerpt(text[:500])}",
            f"no calendar; the answer begins with: {excerpt(text[:500])}",
        )
    read = Calendar()
    inside: list[str] = []
    lines: list[Line] = []
    for number, raw in enumerate(_unfolded(text)):
        if number >= _MOST_LINES:
            read.note(CUT, str(MOST_EVENTS))
            return read
        name = raw.partition(":")[0].upper()
        if name == "BEGIN":
            inside.append(raw[6:].strip().upper()[:30])
            if inside[-1] == "VEVENT":
                lines = []
        elif name == "END":
            what = raw[4:].strip().upper()[:30]
            while inside and inside.pop() != what:
                pass
            if what == "VEVENT" and not _take(read, lines):
                return read
        elif inside == ["VCALENDAR"]:
            _note_text(read, raw)
        elif inside == ["VCALENDAR", "VEVENT"] and (line := _line(raw, _EVENT_NAMES)):
            lines.append(line)
    if inside:
        raise Unreadable(
            f"der Kalender ist abgeschnitten (END:{inside[0]} fehlt)",
            f"the calendar is cut off (END:{inside[0]} is missing)",
        )
    return read


def _unfolded(text: str) -> Iterator[str]:
    """The content lines; a line that goes on in the next begins there with a blank (3.1)."""
    whole: list[str] = []
    length = 0
    for raw in re.split(r"\r\n|\n|\r", text):
        if raw[:1] in (" ", "\t") and whole:
            length += len(raw)
            if length < _LONGEST_LINE:
                whole.append(raw[1:])
            continue
        if whole:
            yield "".join(whole)
        whole, length = [raw[:_LONGEST_LINE]], len(raw)
    if whole:
        yield "".join(whole)


def _line(raw: str, wanted: frozenset[str]) -> Line | None:
    match = _NAME.match(raw)
    if match is None or match[0].upper() not in wanted:
        return None
    head, _, rest = raw.partition(":")
    if '"' not in head:  # without quotation marks a colon or semicolon separates, always
        name, *pairs = head.split(";")
        given = {key.upper(): told for key, _, told in (pair.partition("=") for pair in pairs)}
        return Line(name.upper(), given, rest)
    try:
        name, parameters, value = Contentline(raw).parts()
    except ValueError:
        return None
    return Line(str(name).upper(), {str(key).upper(): each for key, each in parameters.items()}, str(value))


def _note_text(read: Calendar, raw: str) -> None:
    line = _line(raw, frozenset(_CALENDAR_NAMES))
    if line is None:
        return
    attribute = _CALENDAR_NAMES[line.name]
    if attribute == "categories":
        read.categories.update(dict.fromkeys(_texts(line.value)))
    elif text := _unescaped(line.value):
        read.texts.setdefault(attribute, text[:5000])


def _take(read: Calendar, lines: list[Line]) -> bool:
    """Takes an event; False where there are too many."""
    if len(read.events) >= MOST_EVENTS:
        read.note(CUT, str(MOST_EVENTS))
        return False
    named = {line.name: line for line in lines}
    if named.get("STATUS", Line("", {}, "")).value.strip().upper() == "CANCELLED":
        return True
    start = _moment(read, named.get("DTSTART"))
    if start is None:
        read.note(UNREADABLE)
        return True
    summary = _unescaped(named["SUMMARY"].value)[:300] if "SUMMARY" in named else ""
    categories = tuple(text for line in lines if line.name == "CATEGORIES" for text in _texts(line.value))
    days, is_open = _days(read, lines, named, start)
    read.events.append(Event(days, is_open, summary, categories[:20]))
    return True


def _days(read: Calendar, lines: list[Line], named: dict[str, Line], start: date) -> tuple[tuple[date, ...], bool]:
    """The days of an event: its own, those of its rule, and the last of a long one."""
    found = {start: None, _end(read, named, start): None}
    is_open = False
    if "RRULE" in named:
        try:
            rule = rule_in(vRecur.from_ical(named["RRULE"].value))
        except ValueError:
            rule = None
        if rule is None or read.steps > _MOST_STEPS or read.occurrences >= MOST_EVENTS:
            read.note(REFUSED, named["RRULE"].value[:100])
        else:
            for day in islice(days_of(rule, start), MOST_EVENTS - read.occurrences):
                found[day] = None
            last = max(found)
            read.occurrences += len(found)
            # What a rule costs are the days that were looked at, also where it never came true.
            read.steps += (last - start).days + 1 if rule.times and last < start + HORIZON else HORIZON.days
            is_open = rule.is_endless
            if is_cut(rule, start, last):
                read.note(REFUSED, named["RRULE"].value[:100])
    for line in lines:
        if line.name in ("RDATE", "EXDATE"):
            for value in line.value.split(",")[:1000]:
                stated = _moment(read, line._replace(value=value.partition("/")[0]))
                if stated is not None and line.name == "RDATE":
                    found[stated] = None
                elif stated is not None and len(found) > 1:
                    found.pop(stated, None)
    return tuple(sorted(found)), is_open


def _end(read: Calendar, named: dict[str, Line], start: date) -> date:
    """The last day of an event; the end of one that takes whole days is the day after (3.6.1)."""
    if "DTEND" in named:
        end = _moment(read, named["DTEND"])
        if end is not None and "T" not in named["DTEND"].value and end > start:
            end -= timedelta(days=1)
        return end if end is not None and start <= end <= start + timedelta(days=3660) else start
    if "DURATION" in named:
        try:
            lasts = vDuration.from_ical(named["DURATION"].value)
            return max(start, start + min(lasts, timedelta(days=3660)) - timedelta(days=1)) if lasts.days > 0 else start
        except (ValueError, OverflowError):
            return start
    return start


def _moment(read: Calendar, line: Line | None) -> date | None:
    """The day of a moment in Germany: a floating time is one of here, an unknown zone too, with a remark (F47)."""
    if line is None:
        return None
    try:
        value = vDDDTypes.from_ical(line.value.strip())
    except (ValueError, OverflowError):
        return None
    if isinstance(value, datetime):
        try:
            if value.tzinfo is not None:
                return value.astimezone(BERLIN).date()
            zone = str(line.parameters.get("TZID", ""))
            if not zone:
                read.note(FLOATING)
                return value.date()
            return value.replace(tzinfo=_zone(read, zone)).astimezone(BERLIN).date()
        except (ValueError, OverflowError):
            return None
    return value if isinstance(value, date) else None


def _zone(read: Calendar, name: str) -> ZoneInfo:
    known = WINDOWS_TO_OLSON.get(name, name)
    if known in _ZONES:
        return ZoneInfo(known)
    read.note(ZONE, name[:100])
    return BERLIN


_ZONES = frozenset(available_timezones())


def _texts(value: str) -> list[str]:
    return [text for each in re.split(r"(?<!\\),", value) if (text := _unescaped(each))]


def _unescaped(value: str) -> str:
    text = re.sub(r"\\([\\;,])", r"\1", re.sub(r"\\[nN]", "\n", value))
    return text.strip()


def _plain(kind: str) -> str:
    """A kind as a keyword; none where it is too long or may be a person."""
    text = " ".join(kind.split())
    return "" if len(text) > _LONGEST_KIND or is_likely_a_person(text) or is_surely_a_person(text) else text


def slim(body: bytes) -> bytes:
    """A file as it is kept for replays: the lines that are read, without people, places and alarms."""
    text, _ = decode(body)
    wanted = _EVENT_NAMES | frozenset(_CALENDAR_NAMES) | {"BEGIN", "END"}
    kept: list[str] = []
    inside: list[str] = []
    for raw in _unfolded(text.lstrip("\ufeff \t\r\n\0")):
        match = _NAME.match(raw)
        name = match[0].upper() if match else ""
        if name == "BEGIN":
            inside.append(raw[6:].strip().upper())
        skipped = bool(set(inside) - {"VCALENDAR", "VEVENT"})
        public = name in _CALENDAR_NAMES if inside == ["VCALENDAR"] else name in _EVENT_NAMES
        if name in wanted and not skipped and (public or name in ("BEGIN", "END")):
            kept.append(raw)
        if name == "END" and inside:
            inside.pop()
    return "\r\n".join([*kept, ""]).encode("utf-8", "replace")
