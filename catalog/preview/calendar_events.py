"""An event of a calendar file (RFC 5545): when it is, how long it lasts, what repeats it, or which repetition it replaces."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar.prop import vDDDTypes
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from schemas.german_time import BERLIN
from schemas.tables.calendars import Property

_YEARS = range(1900, 2200)  # beyond, nothing is meant, and reckoning with zones ends
_MOST_VALUES = 1_000
_MOST_RULES = 5
_LONGEST = timedelta(days=3_660)


class Moment(NamedTuple):
    """A time on the clocks of a zone; without a zone a whole day, of which ``wall`` is the midnight."""

    wall: datetime
    zone: tzinfo | None

    @property
    def instant(self) -> datetime:
        """The moment in UTC; of a whole day its beginning in Germany.

        A time that the change to summer time leaves out counts by the offset before it, one that comes twice is the
        first (RFC 5545, 3.3.5).
        """
        return self.wall.replace(tzinfo=self.zone or BERLIN).astimezone(UTC)

    @property
    def here(self) -> datetime:
        """The moment on German clocks; of a whole day its midnight."""
        return self.instant.astimezone(BERLIN).replace(tzinfo=None)


class Lasting(NamedTuple):
    """How long an event lasts: so many days of the calendar, and so much time beyond. Whole days last one at least."""

    days: int = 0
    time: timedelta = timedelta()


class Event(NamedTuple):
    """An event by its row in the table. Of a series ``uid`` is the same.

    ``rules`` are RRULEs as written, ``named`` further moments (RDATE), ``left_out`` moments on which it is not (EXDATE).
    ``instead_of`` is the moment whose place it takes (RECURRENCE-ID), ``onwards`` says that it does from then on.
    """

    row: int
    uid: str
    start: Moment
    lasting: Lasting
    rules: tuple[str, ...] = ()
    named: tuple[Moment, ...] = ()
    left_out: tuple[Moment, ...] = ()
    instead_of: Moment | None = None
    onwards: bool = False
    cancelled: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it takes place once, as its row says."""
        return not (self.rules or self.named or self.left_out or self.instead_of or self.cancelled)


def event_of(row: int, properties: tuple[Property, ...]) -> Event | None:
    """The event that properties tell; none where they do not say when it begins."""
    by_name: dict[str, Property] = {}
    for each in properties:
        by_name.setdefault(each.name, each)
    start = _first(by_name.get("DTSTART"))
    if start is None:
        return None
    replaced = by_name.get("RECURRENCE-ID")
    return Event(
        row,
        by_name["UID"].value.strip() if "UID" in by_name else "",
        start,
        _lasting(start, by_name),
        tuple(each.value for each in properties if each.name == "RRULE")[:_MOST_RULES],
        _all(properties, "RDATE"),
        _all(properties, "EXDATE"),
        _first(replaced),
        replaced is not None and "THISANDFUTURE" in replaced.parameters.upper(),
        "STATUS" in by_name and by_name["STATUS"].value.strip().upper() == "CANCELLED",
    )


def end_of(begin: Moment, lasting: Lasting) -> Moment:
    """When what begins then ends; of whole days the last one.

    Days are those of the calendar, time is exact: across a change of the clocks four hours stay four (RFC 5545, 3.3.6).
    """
    if begin.zone is None:
        return begin._replace(wall=begin.wall + timedelta(days=max(lasting.days, 1) - 1))
    later = begin._replace(wall=begin.wall + timedelta(days=lasting.days))
    if not lasting.time:
        return later
    return Moment((later.instant + lasting.time).astimezone(begin.zone).replace(tzinfo=None), begin.zone)


def moment_of(value: str, parameters: str = "") -> Moment | None:
    """The moment that a value states, of a period its beginning; none where it states none.

    What states no zone, or an unknown one, is meant on German clocks; definitions of zones are not looked into (F47).
    """
    try:
        stated = vDDDTypes.from_ical(value.strip().partition("/")[0])
    except (ValueError, OverflowError):
        return None
    if not isinstance(stated, date) or stated.year not in _YEARS:
        return None
    if not isinstance(stated, datetime):
        return Moment(datetime.combine(stated, time()), None)
    return Moment(stated.replace(tzinfo=None, microsecond=0), stated.tzinfo or _zone(_named_zone(parameters)))


def _first(stated: Property | None) -> Moment | None:
    return moment_of(stated.value, stated.parameters) if stated is not None else None


def _all(properties: tuple[Property, ...], name: str) -> tuple[Moment, ...]:
    return tuple(_moments(properties, name))[:_MOST_VALUES]


def _moments(properties: tuple[Property, ...], name: str) -> Iterator[Moment]:
    for each in properties:
        if each.name == name:
            for value in each.value.split(",")[:_MOST_VALUES]:
                if (moment := moment_of(value, each.parameters)) is not None:
                    yield moment


def _lasting(start: Moment, by_name: dict[str, Property]) -> Lasting:
    """How long an event lasts: until its end as exact time, or its duration, whose days are those of the calendar (3.8.5.3)."""
    end = _first(by_name.get("DTEND"))
    if end is not None:
        if start.zone is None:
            days = (end.wall.date() - start.wall.date()).days
            return Lasting(min(max(days, 1), _LONGEST.days))
        return Lasting(0, min(max(end.instant - start.instant, timedelta()), _LONGEST))
    stated = by_name["DURATION"].value.strip().upper() if "DURATION" in by_name else ""
    try:
        lasts = vDDDTypes.from_ical(stated) if stated.startswith(("P", "+P")) else timedelta()
    except (ValueError, OverflowError):
        return Lasting()
    if not isinstance(lasts, timedelta):
        return Lasting()
    lasts = min(max(lasts, timedelta()), _LONGEST)
    if start.zone is not None and stated.lstrip("+").startswith("PT"):  # hours, however many, are time
        return Lasting(0, lasts)
    return Lasting(lasts.days, lasts - timedelta(days=lasts.days))


def _named_zone(parameters: str) -> str:
    for each in parameters.split(";"):
        key, _, said = each.partition("=")
        if key.strip().upper() == "TZID":
            return said.strip().strip('"')
    return ""


@lru_cache(200)
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(WINDOWS_TO_OLSON.get(name, name)) if name else BERLIN
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return BERLIN
