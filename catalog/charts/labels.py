"""Numbers and times as they stand at axes and in sentences, German and English; and how wide a text is about."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_compact_decimal, format_decimal, format_scientific

from catalog import formats
from catalog.charts import day_times
from catalog.charts.scales import TimeScale, TimeUnit

_COMPACT_FROM = 1e6
_MOST_DIGITS = 8
_LARGEST, _SMALLEST = 1e15, 1e-6
# Widths in parts of the font's size, rather too wide than too narrow, for humanist sans-serif fonts.
_NARROW = frozenset("iljtfrI.,:;!|'()[]/ -·")
_WIDE = frozenset("mwMWÄÖÜ@%€ABCDEGHKNOPQRSTUVXYZ—…")
_BOLD = 1.1
# What no XML document may hold.
_UNWRITABLE = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@lru_cache(maxsize=4096)
def value(number: float, language: str = "de") -> str:
    """A number in a sentence or at a bar, with as many decimals as say something: 74,9; 0,00012; 1.234.567."""
    if number == 0:
        return "0"
    size = abs(number)
    if size >= _LARGEST or size < _SMALLEST:
        return str(format_scientific(number, format="0.##E0", locale=formats.locale(language)))
    digits = max(0, min(8, 2 - math.floor(math.log10(size)))) if size < 1 else (2 if size < 10_000 else 1)
    if size >= 1e6:
        digits = 0
    return _decimal(number, digits, language, fixed=False)


def ticks(values: Sequence[float], digits: int, language: str = "de") -> list[str]:
    """Numbers at an axis, all in one form: with the same number of decimals, or as millions where these are round."""
    largest = max(map(abs, values), default=0.0)
    locale = formats.locale(language)
    if digits > _MOST_DIGITS or largest >= _LARGEST:
        return ["0" if v == 0 else str(format_scientific(v, format="0.############E0", locale=locale)) for v in values]
    # With three decimals, millions are told apart by thousands.
    exact = 1e6 if largest >= 1e9 else 1e3
    if largest >= _COMPACT_FROM and digits == 0 and all(value % exact == 0 for value in values):
        said = (format_compact_decimal(v, format_type="short", locale=locale, fraction_digits=3) for v in values)
        return [str(each).replace("\u00a0", " ") for each in said]
    return [_decimal(value, digits, language, fixed=True) for value in values]


def _decimal(number: float, digits: int, language: str, fixed: bool) -> str:
    decimals = ("0" if fixed else "#") * digits
    pattern = f"#,##0.{decimals}" if digits else "#,##0"
    return str(format_decimal(number, format=pattern, locale=formats.locale(language)))


@lru_cache(maxsize=4096)
def moment(when: datetime, unit: str, language: str = "de") -> str:
    """A time in words, as exact as its data are (``unit`` of :mod:`schemas.tables.dates`): 3. Februar 2024; März 2024."""
    if unit == "years":
        return str(when.year)
    if unit == day_times.EXACT:
        return f"{day_times.written(when)}{' Uhr' if language == 'de' else ''}"
    if unit == "week":
        year, week, _ = when.isocalendar()
        return f"KW {week}/{year}" if language == "de" else f"week {week}/{year}"
    if unit == "quarter":
        number = (when.month + 2) // 3
        return f"{number}. Quartal {when.year}" if language == "de" else f"Q{number} {when.year}"
    if unit == "month":
        return formats.day(f"{when.year:04d}-{when.month:02d}", language)
    words = formats.day(when.date().isoformat(), language)
    if unit == "second":
        return f"{words}, {when:%H:%M}{' Uhr' if language == 'de' else ''}"
    return words


def time_ticks(scale: TimeScale, language: str = "de") -> tuple[tuple[str, str], ...]:
    """The labels of a time axis: what differs from tick to tick, and below it what changes rarely (the year, the day)."""
    labelled: list[tuple[str, str]] = []
    before = ""
    for when in scale.ticks:
        upper, lower = _tick_words(when, scale.unit, language)
        labelled.append((upper, lower if lower != before else ""))
        before = lower
    return tuple(labelled)


def _tick_words(when: datetime, unit: TimeUnit, language: str) -> tuple[str, str]:
    if unit in ("day", "hour", "minute") and day_times.holds(when):
        return day_times.written(when), ""
    locale = formats.locale(language)
    if unit == "year":
        return str(when.year), ""
    if unit == "month":
        return str(format_date(when.date(), "MMM", locale=locale)), str(when.year)
    day = str(format_date(when.date(), "d. MMM" if language == "de" else "d MMM", locale=locale))
    if unit == "day":
        return day, str(when.year)
    return f"{when:%H:%M}", f"{day} {when.year}"


def plain(text: str, longest: int = 200) -> str:
    """A text from a file as one line that XML can hold, cut if it is long."""
    cleaned = " ".join(_UNWRITABLE.sub("", text[: 4 * longest]).split())
    return cleaned if len(cleaned) <= longest else cleaned[: longest - 1].rstrip() + "…"


def width(text: str, size: float, bold: bool = False) -> float:
    """About how wide a text is, at most, in the units of its font's size; wide enough for the fonts that stand in for ours."""
    signs = sum(0.4 if sign in _NARROW else 0.85 if sign in _WIDE or ord(sign) > 0x2E7F else 0.64 for sign in text)
    return size * signs * (_BOLD if bold else 1.0)


def fitted(text: str, room: float, size: float, bold: bool = False) -> str:
    """A text cut so that it fits into a room, with an ellipsis."""
    if width(text, size, bold) <= room:
        return text
    end = len(text)
    while end > 1 and width(text[:end] + "…", size, bold) > room:
        end -= 1
    return text[:end].rstrip() + "…"
