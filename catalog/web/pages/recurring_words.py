"""Rules of repetition (RFC 5545, 3.3.10) as one says them: jede Woche am Dienstag, alle zwei Wochen, bis 31. Dezember 2026.

Only what a sentence says wholly is said: a rule with parts beyond these has no words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from babel.dates import format_skeleton, get_day_names, get_month_names
from babel.lists import format_list

from catalog import formats
from catalog.preview import recurring
from catalog.preview.calendar_events import moment_of
from catalog.web.texts import Texts, later

_OFTEN: Mapping[str, tuple[str, str, str]] = {
    "DAILY": (later("jeden Tag"), later("alle zwei Tage"), later("alle {n} Tage")),
    "WEEKLY": (later("jede Woche"), later("alle zwei Wochen"), later("alle {n} Wochen")),
    "MONTHLY": (later("jeden Monat"), later("alle zwei Monate"), later("alle {n} Monate")),
    "YEARLY": (later("jedes Jahr"), later("alle zwei Jahre"), later("alle {n} Jahre")),
}
_NTH: Mapping[str, str] = {
    "1": later("ersten"),
    "2": later("zweiten"),
    "3": later("dritten"),
    "4": later("vierten"),
    "5": later("fünften"),
    "-1": later("letzten"),
    "-2": later("vorletzten"),
}
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = re.compile(r"([+-]?\d)?(MO|TU|WE|TH|FR|SA|SU)")
_ENDS = {"UNTIL", "COUNT"}
# What says when within the period; WKST, when a week begins, has no word.
_CHOOSING = ("BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS")
_LEAP = 2024


def said(texts: Texts, text: str) -> str | None:
    """A rule in words of a language; None where it says more than these words can, or is none."""
    try:
        parts = recurring.parts_of(text)
        if parts.keys() - {"FREQ", "INTERVAL", "WKST", *_CHOOSING, *_ENDS} or parts.keys() >= _ENDS:
            return None
        return _ending(texts, _within(texts, parts), parts)
    except (ValueError, KeyError, IndexError):
        return None


def _within(texts: Texts, parts: Mapping[str, str]) -> str:
    """How often, and when within that time. Raises ValueError, KeyError or IndexError for what has no words."""
    frequency, interval = parts["FREQ"], recurring.number(parts.get("INTERVAL", "1"))
    days = [_day(each) for each in parts["BYDAY"].split(",")] if "BYDAY" in parts else []
    if "BYSETPOS" in parts:
        ((nth, weekday),) = days
        days = [(nth or parts["BYSETPOS"], weekday)]
        if nth or frequency not in ("MONTHLY", "YEARLY"):
            raise ValueError("more than words say")
    plain = [weekday for nth, weekday in days if not nth]
    chosen = {name for name in _CHOOSING if name in parts} - {"BYSETPOS"}
    if frequency == "DAILY" and chosen == {"BYDAY"} and interval == 1:
        frequency = "WEEKLY"
    often = _often(texts, frequency, interval)
    if not chosen:
        return often
    if frequency == "WEEKLY" and chosen == {"BYDAY"} and len(plain) == len(days):
        names = [_name_of_day(texts, each) for each in sorted(set(plain))]
        return texts.plain("{often} am {day}", often=often, day=format_list(names, locale=_locale(texts)))
    if frequency == "MONTHLY" and chosen == {"BYDAY"}:
        ((nth, weekday),) = days
        return texts.plain(
            "{often} am {nth} {day}", often=often, nth=_nth(texts, nth), day=_name_of_day(texts, weekday)
        )
    if frequency == "MONTHLY" and chosen == {"BYMONTHDAY"}:
        return _on_day(texts, often, int(parts["BYMONTHDAY"]))
    if frequency == "YEARLY":
        return _in_year(texts, often, chosen, days, parts)
    raise ValueError("more than words say")


def _in_year(
    texts: Texts, often: str, chosen: set[str], days: Sequence[tuple[str, int]], parts: Mapping[str, str]
) -> str:
    month = int(parts["BYMONTH"])
    name = get_month_names("wide", "format", _locale(texts))[month]
    if chosen == {"BYMONTH"}:
        return texts.plain("{often} im {month}", often=often, month=name)
    if chosen == {"BYMONTH", "BYMONTHDAY"}:
        on = format_skeleton("MMMMd", date(_LEAP, month, int(parts["BYMONTHDAY"])), locale=_locale(texts))
        return texts.plain("{often} am {day}", often=often, day=on)
    if chosen == {"BYMONTH", "BYDAY"}:
        ((nth, weekday),) = days
        words = {"nth": _nth(texts, nth), "day": _name_of_day(texts, weekday), "month": name}
        return texts.plain("{often} am {nth} {day} im {month}", often=often, **words)
    raise ValueError("more than words say")


def _often(texts: Texts, frequency: str, interval: int) -> str:
    one, two, many = _OFTEN[frequency]
    n = formats.number(interval, texts.language)
    return texts.plain(one) if interval == 1 else texts.plain(two) if interval == 2 else texts.plain(many, n=n)


def _on_day(texts: Texts, often: str, number: int) -> str:
    if number == -1:
        return texts.plain("{often} am letzten Tag", often=often)
    if not 1 <= number <= 31:
        raise ValueError("no day of a month that has words")
    return texts.plain("{often} am {number}.", often=often, number=number)


def _ending(texts: Texts, words: str, parts: Mapping[str, str]) -> str:
    if "COUNT" in parts:
        times = recurring.number(parts["COUNT"])
        return str(texts.plural("{said}, {n}-mal", "{said}, {n}-mal", times, said=words))
    if "UNTIL" not in parts:
        return words
    until = moment_of(parts["UNTIL"])
    if until is None:
        raise ValueError("no moment")
    day = formats.day(until.here.date().isoformat(), texts.language)
    return texts.plain("{said}, bis {day}", said=words, day=day)


def _day(text: str) -> tuple[str, int]:
    """A weekday (0: Monday) and which of them, as written without a plus; empty where each is meant."""
    found = _DAY.fullmatch(text.strip())
    if found is None:
        raise ValueError("no weekday")
    return (found[1] or "").removeprefix("+"), _DAYS.index(found[2])


def _nth(texts: Texts, nth: str) -> str:
    return texts.plain(_NTH[nth.removeprefix("+")])


def _name_of_day(texts: Texts, weekday: int) -> str:
    return str(get_day_names("wide", "format", _locale(texts))[weekday])


def _locale(texts: Texts) -> str:
    return formats.locale(texts.language)
