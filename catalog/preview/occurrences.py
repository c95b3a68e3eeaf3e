"""When the events of a calendar take place next (RFC 5545, 3.8.4.4 and 3.8.5): repetitions one by one, without the cancelled.

A stranger's rule may come true every second, or never: number, span and time are bounded, and where they do not do, the
event stands with the one moment that it states.
"""

from __future__ import annotations

import time as clock
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta

from catalog.preview import confinement, recurring
from catalog.preview.calendar_events import Event, Lasting, Moment, end_of, event_of
from catalog.preview.model import Occurrence, Occurrences
from catalog.preview.recurring import Times
from schemas.german_time import BERLIN
from schemas.tables import calendars

SPAN = timedelta(days=400)
"""How far ahead repetitions are looked for: what takes place once a year is among them."""
MOST = 1_000
"""Most occurrences that are kept, the next ones."""
MOST_OF_ONE = 400
"""Most of one rule: each day of the span."""
SECONDS = 3.0
"""Most time of the processor for the rules of a calendar, and as much for all else (seconds)."""
_SECONDS_OF_ONE = 0.5
_NEVER = "9999-12-31"
_HOUR = timedelta(hours=1)


def next_of(data: bytes, day: date) -> Occurrences | None:
    """The occurrences of a calendar file from a day on (Europe/Berlin); none where it is too large to tell them in time.

    What begins earlier and lasts until that day is among them. Repetitions reach SPAN ahead.
    """
    until = clock.process_time() + SECONDS
    events: list[Event] = []
    found = _Found(day)
    try:
        for row, properties in enumerate(calendars.properties_of_rows(data)):
            _look_at_clock(until)
            if (event := event_of(row, properties)) is not None:
                events.append(event)
        for series in _series(events):
            _tell(series, found, until)
    except confinement.TooLong:
        return None
    return found.all(all(event.is_plain for event in events))


def _look_at_clock(until: float) -> None:
    if clock.process_time() > until:
        raise confinement.TooLong


class _Found:
    """What has been found from a day on: the next ones, each once."""

    def __init__(self, day: date) -> None:
        self.day = day
        self.last = day + SPAN
        self._until = _NEVER
        self._by_text: dict[tuple[int, str], tuple[datetime, Occurrence]] = {}

    def add(self, row: int, begin: Moment, lasting: Lasting) -> None:
        """What begins then, if it is not over."""
        end = end_of(begin, lasting)
        last = end.here.date()
        if end.here.time() == time() and end.instant > begin.instant and begin.zone is not None:
            last -= timedelta(days=1)  # what ends at midnight does not take place on that day
        if last < self.day:
            return
        stated = _text(end) if begin.zone is None or end.instant > begin.instant else ""
        occurrence = Occurrence(row, _text(begin), stated, last.isoformat())
        self._by_text.setdefault((row, occurrence.begin), (begin.instant, occurrence))
        if len(self._by_text) > 5 * MOST:
            self._cut()

    def more_from(self, when: datetime) -> None:
        """From then on some may be missing."""
        self._until = min(self._until, max(when.date(), self.day).isoformat())

    def all(self, plain: bool) -> Occurrences:
        """The next ones in order."""
        self._cut()
        found = tuple(occurrence for _, occurrence in self._by_text.values())
        return Occurrences(found, self.day.isoformat(), self._until, plain)

    def _cut(self) -> None:
        ordered = sorted(self._by_text.items(), key=lambda item: (item[1][0], item[0]))
        self._by_text = dict(ordered[:MOST])
        if len(ordered) > MOST:
            from_here = max(ordered[MOST][1][1].begin[:10], self.day.isoformat())
            self._until = min(self._until, from_here)
            self.last = min(self.last, date.fromisoformat(from_here))


def _text(moment: Moment) -> str:
    return f"{moment.wall:%Y-%m-%d}" if moment.zone is None else f"{moment.here:%Y-%m-%d %H:%M}"


def _series(events: Sequence[Event]) -> Iterator[list[Event]]:
    """Events that are one series, by their UID."""
    by_uid: dict[str, list[Event]] = {}
    for event in events:
        by_uid.setdefault(event.uid or f"\n{event.row}", []).append(event)
    yield from by_uid.values()


def _tell(series: Sequence[Event], found: _Found, until: float) -> None:
    changes = [event for event in series if event.instead_of is not None]
    left_out = [_Stated(event, event.left_out) for event in series if event.left_out]
    for event in series:
        _look_at_clock(until + SECONDS)
        if event.cancelled or (event.instead_of is not None and any(event.instead_of in each for each in left_out)):
            continue
        if event.instead_of is not None:  # it says itself when it is
            found.add(event.row, event.start, event.lasting)
        else:
            _tell_one(event, changes, found, until)


def _tell_one(event: Event, changes: Sequence[Event], found: _Found, until: float) -> None:
    """An event with its repetitions, but for those that are left out, or that others take the place of."""
    if event.is_plain and not changes:
        found.add(event.row, event.start, event.lasting)
        return
    replaced = [(each.instead_of, each) for each in changes if each.instead_of is not None]
    without = _Stated(event, (*event.left_out, *(moment for moment, _ in replaced)))
    onwards = sorted((moment.instant, each.row, each) for moment, each in replaced if each.onwards)
    for moment in _moments(event, [each for _, _, each in onwards], found, until):
        if moment in without:
            continue
        place = bisect_right(onwards, moment.instant, key=lambda each: each[0])
        if not place:
            found.add(event.row, moment, event.lasting)
            continue
        change = onwards[place - 1][2]
        if not change.cancelled:
            found.add(change.row, change.start._replace(wall=moment.wall + _shift(change)), change.lasting)


def _shift(change: Event) -> timedelta:
    """By how much all that follows is moved, on the clocks."""
    return change.start.wall - change.instead_of.wall if change.instead_of is not None else timedelta()


class _Stated:
    """Moments of a series that a file names: one without time is the whole day, and of whole days the day counts."""

    def __init__(self, event: Event, moments: Iterable[Moment]) -> None:
        self._instants: set[datetime] = set()
        self._days: set[date] = set()
        for each in moments:
            if each.zone is not None and event.start.zone is not None:
                self._instants.add(each.instant)
            else:
                self._days.add(each.here.date())

    def __contains__(self, moment: Moment) -> bool:
        return moment.instant in self._instants or moment.wall.date() in self._days


def _moments(event: Event, onwards: Sequence[Event], found: _Found, until: float) -> Iterator[Moment]:
    """The moments that an event states, by itself, by rules and by name; of rules those that may be among the next ones."""
    first, last = _span(event, onwards, found)
    seen: set[datetime] = set()
    walls: list[datetime] = [] if event.rules else [event.start.wall]
    for rule in event.rules:
        times = _times(event, rule, first, last, until)
        walls += times.walls
        if times.more is not None:
            found.more_from(times.more)
    for moment in (*(event.start._replace(wall=wall) for wall in walls), *event.named):
        if moment.instant not in seen:
            seen.add(moment.instant)
            yield moment


def _span(event: Event, onwards: Sequence[Event], found: _Found) -> tuple[datetime, datetime]:
    """The first and the last time, on the clocks of an event, that matter: what has begun goes on, what is moved comes near."""
    moved = max((abs(_shift(each)) for each in onwards), default=timedelta())
    longest = max(timedelta(days=each.lasting.days) + each.lasting.time for each in (event, *onwards))
    if longest and event.start.zone is not None:
        longest += _HOUR  # the night in which the clocks are changed
    midnight = datetime.combine(found.day, time(), BERLIN).astimezone(event.start.zone or BERLIN).replace(tzinfo=None)
    return midnight - longest - moved, datetime.combine(found.last, time.max) + moved


def _times(event: Event, rule: str, first: datetime, last: datetime, until: float) -> Times:
    left = min(_SECONDS_OF_ONE, until - clock.process_time())
    try:
        if left > 0:
            with confinement.hurried(left):
                return recurring.times(recurring.rule_of(rule, event.start), event.start, first, last, MOST_OF_ONE)
    except (Exception, confinement.TooLong):  # whatever a stranger's rule does to a library
        pass
    return Times((event.start.wall,), None)
