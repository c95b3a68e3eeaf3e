"""Cells as JSON has values: what programs get of a table's rows and of a map's features alike."""

from __future__ import annotations

from schemas.tables import NUMBERS, Column, dates
from schemas.tables.types import boolean_of, is_gap, is_missing, number_of

Value = str | float | int | bool | None
# How much of an ISO time a unit of time says.
_ISO = {"second": 19, "day": 10, "month": 7}
_EXACT = 2**53  # beyond, a number of JSON does not come back as it was


def typed(column: Column, cell: str) -> Value:
    """A cell as its column's type says: a number, a truth, a time in ISO 8601, none where it is missing; else its text."""
    if is_missing(cell):
        return None
    if column.type in NUMBERS:
        number = number_of(column, cell)
        if number is None or abs(number) > _EXACT:
            return None if is_gap(column, cell) else cell
        return int(number) if column.type in ("integer", "year") and number.is_integer() else number
    if column.type == "boolean":
        truth = boolean_of(cell)
        return cell if truth is None else truth
    if column.type in ("date", "datetime"):
        return next((iso for form in dates.formats(column.format) if (iso := _iso(cell, form))), cell)
    return cell


def _iso(cell: str, form: dates.DateFormat) -> str:
    """A time in ISO 8601, as exact as it was written; nothing where that has no form for it (quarters, school years)."""
    moment = dates.parse(cell, form)
    if moment is None or form.unit not in _ISO:
        return ""
    return moment.isoformat()[: _ISO[form.unit]]
