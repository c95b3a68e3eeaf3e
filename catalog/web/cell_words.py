"""Cells as readers of German pages know numbers and dates: 20,7 and 06.12.2026, where a file says 20.7 and 2026-12-06.

Nothing is rounded, and nothing left out but the zone of a time that our clocks show too. What is no plain number or date
stays as the file has it; so do times of other zones, coordinates, which people carry to other maps, and all cells on pages in
other languages, where a time only loses the T before its clock. Files for programs never pass through here.
"""

from __future__ import annotations

import re
from datetime import datetime

from schemas.german_time import BERLIN
from schemas.tables import NUMBERS, Column, dates

_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d)(?::00(?:\.0+)?|(:\d\d))?([+-]\d\d:\d\d)?)?")
# Digits, perhaps in groups, decimals, then at most a unit.
_ENGLISH = re.compile(r"^[-+]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?(?=(?:\s*[^\s\d.,]{1,8})?$)")
# Nobody reads 45800 as a day: it is told as one in every language.
_SERIALS = frozenset(form.name for form in dates.SERIAL)
_BETWEEN = re.compile(r"(?<=^\d{4}-\d\d-\d\d)T(?=\d\d:\d\d)")  # what stands between day and clock for programs
_SIGNS = str.maketrans(",.", ".,")


def shown(column: Column, cell: str, language: str) -> str:
    """A cell of a column as a page in that language shows it."""
    if column.format in _SERIALS:
        found = next((when for form in dates.formats(column.format) if (when := dates.parse(cell, form))), None)
        cell = cell if found is None else found.isoformat(" ").removesuffix(" 00:00:00")
    if language != "de":
        return _BETWEEN.sub(" ", cell, count=1) if column.type == "datetime" else cell
    if column.type in ("date", "datetime"):
        return _moment(cell)
    if column.type in ("number", "integer") and column.decimal == ".":
        return _ENGLISH.sub(lambda found: found[0].translate(_SIGNS), cell.strip(), count=1)
    return cell


def style(column: Column) -> str:
    """How the cells of a column are set: "num" to the right, "when" without a break, empty as any text."""
    return "num" if column.type in NUMBERS else "when" if column.type in ("date", "datetime") else ""


def _moment(cell: str) -> str:
    found = _MOMENT.fullmatch(cell.strip())
    if found is None:
        return cell
    year, month, day, clock, seconds, zone = found.groups()
    if zone and not _is_ours(found[0]):
        return cell
    return f"{day}.{month}.{year}" + (f" {clock}{seconds or ''}" if clock else "")


def _is_ours(moment: str) -> bool:
    """Whether a time with its zone is what clocks in Germany show at that moment."""
    try:
        when = datetime.fromisoformat(moment)
        return when.utcoffset() == when.astimezone(BERLIN).utcoffset()
    except (ValueError, OverflowError):
        return False
