"""How many rows a file has of which only the beginning was fetched: told by its size, else at least those that are there."""

from __future__ import annotations

from dataclasses import replace

from catalog.preview.model import Source
from schemas.tables import Table
from schemas.tables.notes import note

_DIGITS = 3
"""So many digits of an estimate are worth telling."""


def counted(table: Table, source: Source | None) -> Table:
    """A table with the number of rows that its file as a whole has, as well as that is known.

    Rows of the rest are as long as those that were read, where the server tells the size; else nobody knows.
    """
    if source is None or source.whole or not source.read:
        return table
    is_told = source.size is not None and source.size > source.read
    total, code = table.total_rows, "rows-cut-least"
    if source.size is not None and is_told:
        total, code = max(total, rounded(total * source.size / source.read)), "rows-cut"
    notes = tuple(each for each in table.notes if each.code != "rows-cut")
    if total > len(table.rows):
        notes = (*notes, note(code, count=len(table.rows), total=total))
    return replace(table, total_rows=total, counted="about" if is_told else "least", complete=False, notes=notes)


def rounded(number: float) -> int:
    """An estimate without the digits that say nothing: 600.395 gives 600.000."""
    whole = round(number)
    return round(whole, min(0, _DIGITS - len(str(whole))))
