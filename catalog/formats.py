"""Dates, ages, numbers and sizes as people read them in German and English."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from babel.dates import format_date, format_timedelta
from babel.numbers import format_decimal

from schemas.german_time import BERLIN

_LOCALES = {"de": "de_DE", "en": "en_GB"}
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}:\d{2}).*)?)?)?(?:Z|[+-]\d{2}:\d{2})?")
_JUST_NOW = {"de": "gerade eben", "en": "just now"}
_TODAY = {"de": "heute", "en": "today"}
_YESTERDAY = {"de": "gestern", "en": "yesterday"}
_TOMORROW = {"de": "morgen", "en": "tomorrow"}
_UNITS = ("kB", "MB", "GB", "TB")


def locale(language: str) -> str:
    """Babel's name for a language of the pages."""
    return _LOCALES.get(language, language)


@lru_cache(maxsize=4096)
def number(value: float, language: str = "de") -> str:
    """A number with its separators: 1.234,5."""
    return format_decimal(value, locale=locale(language))


@lru_cache(maxsize=4096)
def size(byte_size: str | int, language: str = "de") -> str:
    """A size in bytes for people, with decimal prefixes: 293 kB; empty if it is no positive number."""
    try:
        value = float(byte_size)
    except ValueError:
        return ""
    if not 0 < value < 1e15:
        return ""
    if value < 1000:
        return f"{number(round(value), language)} {'Byte' if language == 'de' else 'bytes'}"
    unit = 0
    value /= 1000
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value /= 1000
        unit += 1
    digits = 1 if unit and value < 99.95 else 0
    return f"{number(round(value, digits) if digits else round(value), language)} {_UNITS[unit]}"


@lru_cache(maxsize=4096)
def day(text: str, language: str = "de") -> str:
    """A date, month or year in ISO 8601 in words: 3. November 2026. A time with a zone counts as in Berlin.

    What is no date of the calendar is given back as it came.
    """
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return text
    year, month, day_of_month, clock = found.groups()
    try:
        if month is None:
            return year
        if day_of_month is None:
            return format_date(date(int(year), int(month), 1), "LLLL y", locale=locale(language))
        when = date(int(year), int(month), int(day_of_month))
        if clock is not None:
            moment = datetime.fromisoformat(text.strip())
            when = (moment.astimezone(BERLIN) if moment.tzinfo else moment).date()
        before, after = _around_year(when.month, when.day, language)
        return f"{before}{when.year}{after}"
    except (ValueError, OverflowError):
        return text


@lru_cache(maxsize=2 * 366)
def _around_year(month: int, day_of_month: int, language: str) -> tuple[str, str]:
    """What a date in words has before and behind its year: "3. November ", "". Babel writes each day of a year once."""
    before, _, after = format_date(date(2000, month, day_of_month), "long", locale=locale(language)).partition("2000")
    return before, after


def moment(text: str | datetime) -> datetime | None:
    """A time in ISO 8601 in Berlin; without a zone it is UTC. None if it is none."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else text
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(BERLIN)
    except (ValueError, OverflowError):
        return None


def time(text: str, language: str = "de") -> str:
    """A time with its date: 3. November 2026, 16:00 Uhr (in Berlin)."""
    found = moment(text)
    if found is None:
        return text
    clock = found.strftime("%H:%M")
    return f"{day(found.date().isoformat(), language)}, {clock}{' Uhr' if language == 'de' else ''}"


def age(text: str, now: datetime, language: str = "de") -> str:
    """How long ago a time was, as one says it: heute, 04:12; gestern; vor 12 Tagen; from a month on the date."""
    found = moment(text)
    if found is None:
        return text
    here = now.astimezone(BERLIN)
    days = (here.date() - found.date()).days
    clock = found.strftime("%H:%M")
    if days == 0:
        return f"{_TODAY.get(language, 'today')} {clock}{' Uhr' if language == 'de' else ''}"
    if days == 1:
        return _YESTERDAY.get(language, "yesterday")
    if 1 < days < 31:
        return format_timedelta(timedelta(days=-days), "day", 1000, True, "long", locale(language))
    return day(found.date().isoformat(), language)


def ago(text: str, now: datetime, language: str = "de") -> str:
    """How long ago something was measured: gerade eben; vor 4 Minuten; vor 2 Stunden; from a day on as :func:`age` says it."""
    found = moment(text)
    if found is None:
        return text
    past = now - found
    if past < timedelta(0) or past >= timedelta(days=1):
        return age(text, now, language)
    if past < timedelta(minutes=1):
        return _JUST_NOW.get(language, "just now")
    unit: Literal["minute", "hour"] = "minute" if past < timedelta(hours=1) else "hour"
    whole = past // timedelta(hours=1) if unit == "hour" else past // timedelta(minutes=1)
    span = timedelta(hours=-whole) if unit == "hour" else timedelta(minutes=-whole)
    return format_timedelta(span, unit, 1000, True, "long", locale(language))


def coming(when: datetime, now: datetime, language: str = "de") -> str:
    """When something will be, as one says it: heute 14:37 Uhr, morgen 04:37 Uhr; later on the date."""
    found, here = when.astimezone(BERLIN), now.astimezone(BERLIN)
    days = (found.date() - here.date()).days
    word = {0: _TODAY.get(language, "today"), 1: _TOMORROW.get(language, "tomorrow")}.get(days)
    if word is None:
        return day(found.date().isoformat(), language)
    return f"{word} {found:%H:%M}{' Uhr' if language == 'de' else ''}"


def duration(seconds: float, language: str = "de") -> str:
    """A length of time in its largest fitting unit: 12 Sekunden, 3 Minuten."""
    return format_timedelta(timedelta(seconds=max(seconds, 0)), threshold=1.5, locale=locale(language))
