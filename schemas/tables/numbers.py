"""Numbers as people write them: German `1.234,5`, English `1,234.5`, and what only looks like one (F80)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

Style = Literal["de", "en"]

_INTEGER = re.compile(r"[+-]?(?:0|[1-9]\d{0,14})")
_GERMAN_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+")
_ENGLISH_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+")
_GERMAN_DECIMAL = re.compile(r"[+-]?(?:0|[1-9]\d{0,14}|[1-9]\d{0,2}(?:\.\d{3})+)?,\d{1,30}")
# The exponent must have a sign and follow decimals, as programs write it: 1E5 is a house number or a code.
_ENGLISH_DECIMAL = re.compile(r"[+-]?(?:0|[1-9]\d{0,14}|[1-9]\d{0,2}(?:,\d{3})+)?\.\d{1,30}(?:[eE][+-]\d{1,3})?")
_SMALL = re.compile(r"[+-]?\d[eE]-\d{1,3}")  # Python's way to write 0.00001
_UNIT = re.compile(
    r"(?:\s?(%|‰|€|EUR|Euro|°C|m\sü\.\s?NH?N)|(?<=\d)\s(mm|cm|m|km|m²|qm|ha|km²|m³|l|kg|t|kW|kWh|MWh|kWp|km/h|h|min))$"
)
_LONGEST_UNIT = 10
# What official statistics put behind a figure: 12*, 12 1), 12 a), 12¹.
_NOTED = re.compile(r"(?<=\d)(?:\s?\*{1,3}|\s\d{1,2}\)|\s[a-z]\)|\s?[¹²³⁴⁵])\s*$")
_PREFIXED = re.compile(r"([+-]?)\s?(?:€|EUR)\s?([+-]?)(?=\d)")
# 1.250,00- as accounting programs write it, (1.250,00) as reports do: two decimals tell it from a span and from the
# brackets of official statistics, which stand around uncertain figures. 12,- is a price without cents.
_MINUS_BEHIND = re.compile(r"(\d[\d.,]*[.,]\d\d)\s?[-\u2212]")
_BRACKETED = re.compile(r"\(\s?(\d[\d.,]*[.,]\d\d)\s?\)")
_WITHOUT_CENTS = re.compile(r"(\d[\d.]*),[-–—]{1,2}")
_GAP = re.compile(
    r"[-\u2212](?:7{2,5}|8{2,5}|9{2,6}|99[.,]9|999[.,]9{1,2}|(?:77|88|99|777|888|999|9999|99999)[.,]0{1,3})"
)
_SMALL_GAP, _FEW = -100.0, 3
_FAR = 5  # times as far below zero as any other value
_SPACED = re.compile(r"(?<=\d)[ '’\u00a0\u2009\u202f](?=\d{3}(?!\d))")


class NumberFormat(NamedTuple):
    """How a column writes its numbers: decimal sign by `style`, whole numbers only, a unit behind each value."""

    style: Style
    whole: bool
    unit: str
    grouped: bool
    ambiguous: bool  # only values like 1.234: the file's language decided

    @property
    def example(self) -> str:
        """The format as shown to people."""
        if self.whole:
            return ("1.234" if self.style == "de" else "1,234") if self.grouped else "1234"
        if self.style == "de":
            return "1.234,5" if self.grouped else "1234,5"
        return "1,234.5" if self.grouped else "1234.5"


def looks_numeric(text: str) -> bool:
    """Whether a cell is written as a number in any style."""
    text = bare(text)[0]
    return any(
        pattern.fullmatch(text)
        for pattern in (_INTEGER, _GERMAN_DECIMAL, _ENGLISH_DECIMAL, _GERMAN_GROUPS, _ENGLISH_GROUPS)
    )


def bare(text: str) -> tuple[str, str]:
    """A number without blanks between its groups and without its unit, and the unit (`%`, `‰`, `€` or empty)."""
    text = unnoted(text.strip())
    if text[-1:] in "-−–—)" or text[:1] in "(€E-+":
        text, currency = _accounted(text)
        if currency:
            return bare(text)[0], currency
    if text and not text[-1].isdecimal() and text[:1] in "+-−0123456789,.(":
        found = _UNIT.search(text[-_LONGEST_UNIT:])
        if found:
            unit = found.group(1) or found.group(2)
            return bare(text[: len(text[:-_LONGEST_UNIT]) + found.start()])[0], "€" if unit in ("EUR", "Euro") else unit
    if not text.isascii() or " " in text or "'" in text:
        text = _SPACED.sub("", text).replace("\u2212", "-")
    return text, ""


def unnoted(text: str) -> str:
    """A figure without the sign of a footnote behind it."""
    return _NOTED.sub("", text, count=1) if text[-1:] in ("*", ")", *"¹²³⁴⁵") else text


def _accounted(text: str) -> tuple[str, str]:
    """A number as bookkeepers write it with its sign in front, and the currency that stood there."""
    if found := _PREFIXED.match(text):
        return found.group(1) + found.group(2) + text[found.end() :], "€"
    for form, sign in ((_MINUS_BEHIND, "-"), (_BRACKETED, "-"), (_WITHOUT_CENTS, "")):
        if found := form.fullmatch(text):
            return sign + found.group(1), ""
    return text, ""


def evidence(values: Mapping[str, int]) -> tuple[int, int]:
    """How many of the values can only be German and how many only be English numbers."""
    german = english = 0
    for value, count in values.items():
        text = bare(value)[0]
        if "," in text:
            if _GERMAN_DECIMAL.fullmatch(text):
                german += 0 if _ENGLISH_GROUPS.fullmatch(text) else count
            elif _ENGLISH_DECIMAL.fullmatch(text) or (text.count(",") > 1 and _ENGLISH_GROUPS.fullmatch(text)):
                english += count
        elif "." in text:
            if _ENGLISH_DECIMAL.fullmatch(text):
                english += 0 if _GERMAN_GROUPS.fullmatch(text) else count
            elif _GERMAN_GROUPS.fullmatch(text):
                german += count
    return german, english


def find_format(values: Mapping[str, int], german: bool, share: float) -> NumberFormat | None:
    """The format in which at least `share` of the values are numbers that come out as they went in, or none.

    `german` decides what nothing in the column decides: 1.234 is one thousand and something in a German file (web.md
    section 4). A column of 1.1, 1.2 … 1.10 or of 1.10 alone is none of numbers but of sections or days (F80).
    """
    total = sum(values.values())
    # Where most have a sign behind them, it is a part of what they say: 1 a), 2 b).
    noted = sum(count for value, count in values.items() if unnoted(value) != value)
    if not total or 2 * noted > total:
        return None
    sure_german, sure_english = evidence(values)
    style: Style = "de" if (german if sure_german == sure_english else sure_german > sure_english) else "en"
    decimal, groups = (_GERMAN_DECIMAL, _GERMAN_GROUPS) if style == "de" else (_ENGLISH_DECIMAL, _ENGLISH_GROUPS)
    whole = grouped = fraction = 0
    units: dict[str, int] = {}
    fractions: list[str] = []
    for value, count in values.items():
        text, unit = bare(value)
        if _INTEGER.fullmatch(text):
            whole += count
        elif groups.fullmatch(text):
            grouped += count
        elif decimal.fullmatch(text) or _SMALL.fullmatch(text):
            fraction += count
            fractions.append(text)
        else:
            continue
        units[unit] = units.get(unit, 0) + count
    if whole + grouped + fraction < share * total:
        return None
    if style == "en" and not grouped and fractions and not _round_trips(fractions):
        return None
    unit = next(iter(units)) if len(units) == 1 else ""
    ambiguous = grouped > 0 and not sure_german and not sure_english
    return NumberFormat(style, fraction == 0, unit, grouped > 0, ambiguous)


def gap(values: Mapping[str, int], style: Style) -> float | None:
    """The number that stands for a value that is missing, as instruments write it: -777, -999, -99.9; none if there is none.

    It lies far below all others, of which there are several; -99 and the like come more than once.
    """
    marks = {mark for value in values if _GAP.fullmatch(value) and (mark := parse(value, style)) is not None}
    if len(marks) != 1:
        return None
    (mark,) = marks
    others = {number for value in values if (number := parse(value, style)) is not None and number != mark}
    often = sum(count for value, count in values.items() if _GAP.fullmatch(value))
    if len(others) < _FEW or (mark > _SMALL_GAP and often < 2):
        return None
    return mark if mark < _FAR * min(0.0, *others) else None


def _round_trips(texts: list[str]) -> bool:
    """Whether decimals with a point are numbers: written shortest or to a fixed width, and no days or sections."""
    parts = [text.lstrip("+-").split(".") for text in texts if "e" not in text.lower()]
    if not parts or any(len(part) != 2 for part in parts):
        return bool(parts) is False
    if max(len(decimals) for _, decimals in parts) > 2 or max(len(units) for units, _ in parts) > 3:
        return True
    widths = {len(decimals) for _, decimals in parts}
    if len(widths) > 1 and any(decimals.endswith("0") for _, decimals in parts):
        return False
    fixed = widths == {2}
    return not (
        fixed
        and any(decimals.endswith("0") for _, decimals in parts)
        and all(1 <= int(units or 0) <= 31 and 1 <= int(decimals) <= 12 for units, decimals in parts)
    )


def parse(text: str, style: Style) -> float | None:
    """The value of a number written in this style, or none; never NaN and never infinite."""
    text = bare(text)[0]
    if _INTEGER.fullmatch(text):
        return float(text)
    if style == "de":
        if _GERMAN_DECIMAL.fullmatch(text) or _GERMAN_GROUPS.fullmatch(text):
            return float(text.replace(".", "").replace(",", "."))
        return None
    if _ENGLISH_DECIMAL.fullmatch(text) or _ENGLISH_GROUPS.fullmatch(text) or _SMALL.fullmatch(text):
        value = float(text.replace(",", ""))
        return value if value - value == 0 else None
    return None
