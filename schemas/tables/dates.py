"""Dates, times of day and periods as people write them, German and ISO."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import NamedTuple

MONTHS = {  # by their names and short names, German and English, in small letters
    name: number
    for number, names in enumerate(
        (
            "januar jan jänner january",
            "februar feb february",
            "märz mär mrz march mar maerz",
            "april apr",
            "mai may",
            "juni jun june",
            "juli jul july",
            "august aug",
            "september sep sept",
            "oktober okt october oct",
            "november nov",
            "dezember dez december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_WEEKDAY = r"(?:(?:Mo|Di|Mi|Do|Fr|Sa|So|Mon|Diens|Donners|Frei|Sams|Sonn)(?:tag|nabend)?[.,]{0,2}\s|Mittwoch,?\s)?"
_CLOCK = r"(?P<h>[01]?\d|2[0-4])[:.](?P<mi>[0-5]\d)(?:[:.](?P<s>[0-5]\d)(?:[.,]\d{1,9})?)?(?:\s?Uhr)?"
_ZONE_NAME = r"(?:\s(?:MES?Z|CES?T|UTC|GMT))?"
_AT = r",?\s{1,3}(?:[-–]\s|um\s)?"  # between a day and its time
_ZONE = r"(?:\s?(?:Z|UTC|[+-]\d{2}:?\d{2}))?"

_Fields = Mapping[str, str | None]


class DateFormat(NamedTuple):
    """One way to write a moment: its name for people, the smallest unit it says, its pattern."""

    name: str
    unit: str  # second | day | week | month | quarter | years
    pattern: re.Pattern[str]
    read: Callable[[_Fields], datetime]


def _full(year: int) -> int:
    """A year of two digits with its century."""
    return year if year >= 100 else year + (1900 if year >= 70 else 2000)


def _day(fields: _Fields) -> datetime:
    return datetime(_full(int(fields["y"] or 0)), int(fields["m"] or 0), int(fields["d"] or 0))


def _moment(fields: _Fields) -> datetime:
    hours = int(fields["h"] or 0)  # 24:00 is the end of the day
    return _day(fields) + timedelta(hours=hours, minutes=int(fields["mi"] or 0), seconds=int(fields["s"] or 0))


def _month(fields: _Fields) -> datetime:
    return datetime(int(fields["y"] or 0), int(fields["m"] or 0), 1)


def _quarter(fields: _Fields) -> datetime:
    return datetime(int(fields["y"] or 0), 3 * int(fields["q"] or 0) - 2, 1)


def _named_month(fields: _Fields) -> datetime:
    month = MONTHS[(fields["n"] or "").casefold().rstrip(".")]
    return datetime(_full(int(fields["y"] or 0)), month, int(fields.get("d") or 1))


def _named_moment(fields: _Fields) -> datetime:
    clock = timedelta(hours=int(fields["h"] or 0), minutes=int(fields["mi"] or 0), seconds=int(fields["s"] or 0))
    return _named_month(fields) + clock


def _week(fields: _Fields) -> datetime:
    return datetime.fromisocalendar(int(fields["y"] or 0), int(fields["w"] or 0), 1)


def _serial(fields: _Fields) -> datetime:
    """A day as spreadsheets count them, from 30 December 1899 on; parts of it are its hours, to the second."""
    return datetime(1899, 12, 30) + timedelta(seconds=round(float((fields["e"] or "0").replace(",", ".")) * 86_400))


def _years(fields: _Fields) -> datetime:
    if not 0 <= _last_year(fields) - int(fields["y"] or 0) <= 10:
        raise ValueError("no span of years")
    return datetime(int(fields["y"] or 0), 1, 1)


def _last_year(fields: _Fields) -> int:
    first, last = int(fields["y"] or 0), fields.get("z")
    if not last:
        return first
    return int(last) if len(last) == 4 else first - first % 100 + int(last) + (100 if int(last) < first % 100 else 0)


def _epoch_seconds(fields: _Fields) -> datetime:
    return datetime.fromtimestamp(int(fields["e"] or 0), UTC).replace(tzinfo=None)


def _epoch_milliseconds(fields: _Fields) -> datetime:
    return datetime.fromtimestamp(int(fields["e"] or 0) / 1000, UTC).replace(tzinfo=None)


def _format(name: str, unit: str, pattern: str, read: Callable[[_Fields], datetime]) -> DateFormat:
    return DateFormat(name, unit, re.compile(pattern, re.IGNORECASE), read)


_QUARTER = r"[1-4]|I{1,3}|IV"
_QUARTERS = r"(?:Quartal|Quart\.|Qu?\.?|Vj\.?|Vierteljahr)"
_ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4"}
_Y, _M, _D = r"(?P<y>\d{4})", r"(?P<m>\d{1,2})", r"(?P<d>\d{1,2})"
FORMATS: tuple[DateFormat, ...] = (
    _format("JJJJ-MM-TT", "day", rf"{_Y}-{_M}-{_D}{_ZONE}", _day),
    _format("TT.MM.JJJJ", "day", rf"{_WEEKDAY}{_D}\.\s?{_M}\.\s?{_Y}", _day),
    _format("JJJJ-MM-TT hh:mm", "second", rf"{_Y}-{_M}-{_D}[T ]{_CLOCK}{_ZONE}", _moment),
    _format("TT.MM.JJJJ hh:mm", "second", rf"{_WEEKDAY}{_D}\.{_M}\.{_Y}{_AT}{_CLOCK}{_ZONE_NAME}", _moment),
    _format("TT.MM.JJ", "day", rf"{_WEEKDAY}{_D}\.{_M}\.(?P<y>\d{{2}})", _day),
    _format("JJJJ/MM/TT", "day", rf"{_Y}/{_M}/{_D}", _day),
    _format("JJJJ.MM.TT", "day", rf"{_Y}\.{_M}\.{_D}", _day),
    _format("TT/MM/JJJJ", "day", rf"{_D}/{_M}/{_Y}", _day),
    _format("MM/TT/JJJJ", "day", rf"{_M}/{_D}/{_Y}", _day),
    _format("TT-MM-JJJJ", "day", rf"{_D}-{_M}-{_Y}", _day),
    _format("T. Monat JJJJ", "day", rf"{_WEEKDAY}{_D}\.?\s?(?P<n>[a-zä]{{3,9}})\.?\s{_Y}", _named_month),
    _format("Monat JJJJ", "month", rf"(?P<n>[a-zä]{{3,9}})\.?\s{_Y}", _named_month),
    _format("JJJJ/JJ", "years", r"(?P<y>(?:1[89]|20)\d{2})\s?[/–-]\s?(?P<z>(?:19|20)\d{2})", _years),
    _format("JJJJ/JJ", "years", r"(?P<y>(?:1[89]|20)\d{2})/(?P<z>\d{2})", _years),
    _format("JJJJ-MM", "month", rf"{_Y}-{_M}", _month),
    _format("JJJJ/MM", "month", rf"{_Y}/(?P<m>0[1-9]|1[0-2])", _month),
    _format("Monat JJ", "month", r"(?P<n>[a-zä]{3,9})\.?[\s-]['’]?(?P<y>\d{2})", _named_month),
    _format("MM/JJJJ", "month", rf"{_M}[./](?P<y>1[5-9]\d\d|2[01]\d\d)", _month),  # 4.8116 is a number
    _format("Quartal", "quarter", rf"{_Y}[\s/-]{{0,2}}Q(?P<q>[1-4])", _quarter),
    _format("Quartal", "quarter", rf"(?:Q(?P<q>[1-4])|(?P<k>{_QUARTER})\.?\s?{_QUARTERS})[\s/-]{{1,2}}{_Y}", _quarter),
    _format("Quartal", "quarter", rf"{_Y}[\s/,-]{{1,2}}(?P<k>{_QUARTER})\.?\s?{_QUARTERS}", _quarter),
    _format("Quartal", "quarter", rf"(?P<k>I{{1,3}}|IV)\.?[\s/-]{{1,2}}{_Y}", _quarter),
    _format("Quartal", "quarter", rf"{_Y}[\s/-]{{1,2}}(?P<k>I{{1,3}}|IV)\.?", _quarter),
    _format("Kalenderwoche", "week", rf"{_Y}[\s/-]{{0,2}}(?:KW\.?\s?|W)(?P<w>\d{{1,2}})", _week),
    _format("Kalenderwoche", "week", rf"(?:KW\.?\s?)(?P<w>\d{{1,2}})\.?[\s/-]{{1,3}}{_Y}", _week),
    _format("Kalenderwoche", "week", rf"(?P<w>\d{{1,2}})\.?\s?KW[\s/-]{{1,3}}{_Y}", _week),
    _format("TT.MM.JJ hh:mm", "second", rf"{_WEEKDAY}{_D}\.{_M}\.(?P<y>\d{{2}}){_AT}{_CLOCK}{_ZONE_NAME}", _moment),
    _format("JJJJ/MM/TT hh:mm", "second", rf"{_Y}/{_M}/{_D}\s{_CLOCK}", _moment),
    _format("TT/MM/JJJJ hh:mm", "second", rf"{_D}/{_M}/{_Y},?\s{_CLOCK}", _moment),
    _format(
        "T. Monat JJJJ hh:mm",
        "second",
        rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),\s|{_WEEKDAY}){_D}\.?\s(?P<n>[a-zä]{{3,9}})\.?\s{_Y}{_AT}{_CLOCK}"
        r"(?:\s?(?:Z|[+-]\d{4}))?" + _ZONE_NAME,
        _named_moment,
    ),
)
MIXED = "gemischt"
_YEAR = _format("JJJJ", "years", r"(?P<y>(?:1[5-9]|20)\d{2})", _years)
# Digits only: taken for dates where the column's name speaks of time.
COMPACT: tuple[DateFormat, ...] = (
    _format("JJJJMMTT", "day", r"(?P<y>(?:19|20)\d{2})(?P<m>[01]\d)(?P<d>[0-3]\d)", _day),
    _format(
        "JJJJMMTThhmm",
        "second",
        r"(?P<y>(?:19|20)\d{2})(?P<m>[01]\d)(?P<d>[0-3]\d)[T_:-]?(?P<h>[01]\d|2[0-4])(?:(?P<mi>[0-5]\d)(?P<s>[0-5]\d)?)?",
        _moment,
    ),
    _format("Unix-Zeit (ms)", "second", r"(?P<e>[1-4]\d{12})", _epoch_milliseconds),
    _format("Unix-Zeit (s)", "second", r"(?P<e>[1-4]\d{9})", _epoch_seconds),
)
# Days as numbers, 1954 to 2119: taken for dates only where the column's name says that it holds dates.
SERIAL: tuple[DateFormat, ...] = (
    _format("Tageszahl", "day", r"(?P<e>[2-7]\d{4})", _serial),
    _format("Tageszahl mit Uhrzeit", "second", r"(?P<e>[2-7]\d{4}(?:[.,]\d{1,15})?)", _serial),
)


def parse(text: str, form: DateFormat) -> datetime | None:
    """The moment a value says (the first of its day, month or quarter; local time, zones left off), or none."""
    found = form.pattern.fullmatch(text.strip())
    if found is None:
        return None
    fields = found.groupdict()
    if quarter := fields.get("k"):
        fields["q"] = _ROMAN.get(quarter.upper(), quarter)
    try:
        return form.read(fields)
    except (ValueError, KeyError, OverflowError):  # 31.02., a word that is no month
        return None


def span(text: str, form: DateFormat) -> tuple[datetime, date] | None:
    """The moment a value says and the last day that it covers: the end of its month, quarter, year, or the day itself."""
    found = form.pattern.fullmatch(text.strip())
    moment = parse(text, form)
    if found is None or moment is None:
        return None
    if form.unit == "years":
        return moment, date(_last_year(found.groupdict()), 12, 31)
    if form.unit == "week":
        return moment, moment.date() + timedelta(days=6)
    if form.unit in ("month", "quarter"):
        month = moment.month + (2 if form.unit == "quarter" else 0)
        return moment, date(moment.year, month, calendar.monthrange(moment.year, month)[1])
    return moment, moment.date()


def find_format(
    values: Mapping[str, int], share: float, time_named: bool, date_named: bool = False
) -> DateFormat | None:
    """The format in which at least `share` of the values are dates; 03/04/2026 is read the German way, day first.

    Of digits alone the column's name decides: it speaks of times, or of dates, which spreadsheets keep as numbers of days.
    """
    total = sum(values.values())
    # Most columns are words; those without a digit in their first ten values hold no dates.
    if not any(character.isdigit() for value in islice(values, 10) for character in value):
        return None
    for form in FORMATS + (COMPACT if time_named else ()) + (SERIAL if date_named else ()):
        fitting = missed = 0
        for value, count in values.items():
            if parse(value, form) is None:
                missed += count
                if missed > (1 - share) * total:
                    break
            else:
                fitting += count
        else:
            if fitting >= share * total and fitting:
                return form
    return None


def is_mixed(values: Mapping[str, int], share: float) -> bool:
    """Whether at least `share` of the values are times, if each in a format of its own: 2019, 2019/2020, 2020-12."""
    missed = 0
    for value, count in values.items():
        if not any(parse(value, form) for form in formats(MIXED)):
            missed += count
            if missed > (1 - share) * sum(values.values()):
                return False
    return True


def formats(name: str) -> tuple[DateFormat, ...]:
    """The formats of this name; all of them for MIXED."""
    return (
        (_YEAR, *FORMATS)
        if name == MIXED
        else tuple(form for form in (*FORMATS, *COMPACT, *SERIAL) if form.name == name)
    )
