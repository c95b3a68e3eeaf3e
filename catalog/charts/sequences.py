"""Names that have an order of their own: months, days of the week, groups of ages and other ranges of numbers."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from schemas.tables.dates import MONTHS

_WEEKDAYS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "montag mo monday mon",
            "dienstag di tuesday tue tues",
            "mittwoch mi wednesday wed",
            "donnerstag do thursday thu thurs",
            "freitag fr friday fri",
            "samstag sonnabend sa saturday sat",
            "sonntag so sunday sun",
        )
    )
    for name in names.split()
}
_YEARS = r"(?:\s*(?:j\.|jahre?n?|years?))?"
# Below 6; 6 to 17, 6 to below 18; 65 and older.
_BELOW = re.compile(rf"(?:unter|bis(?:\sunter)?|under|below|up to|<=?)\s*(\d+){_YEARS}(?:\sund jünger)?")
_BETWEEN = re.compile(rf"(\d+)\s*(?:bis(?:\sunter)?|to(?:\sunder)?|-|–|und)\s*\d+{_YEARS}")
_ABOVE = re.compile(
    rf"(?:(?:ab|über|from|over|>=?)\s*(\d+){_YEARS}|(\d+){_YEARS}\s*(?:\+|(?:und|u\.|and|oder|or)\s*(?:älter|mehr|darüber|older|over|more)))"
)


def places(names: Collection[str]) -> Mapping[str, tuple[int, int]] | None:
    """The place of each name in the order that they all have; None where they have none.

    Names of one kind only: "Januar" beside "Summe" is no month of a series.
    """
    folded = {name: name.strip().casefold() for name in names}
    if len(names) < 2:
        return None
    for known in (MONTHS, _WEEKDAYS):
        found = {name: known.get(said.rstrip(".")) for name, said in folded.items()}
        if None not in found.values():
            return {name: (number, 0) for name, number in found.items() if number is not None}
    ranges = {name: _range(said) for name, said in folded.items()}
    return None if None in ranges.values() else {name: place for name, place in ranges.items() if place is not None}


def _range(name: str) -> tuple[int, int] | None:
    """The lower end of a range of numbers, and whether it ends below, lies between, or begins there."""
    for order, form in enumerate((_BELOW, _BETWEEN, _ABOVE)):
        if found := form.fullmatch(name):
            number = int(next(filter(None, found.groups())))
            return (-1, number) if form is _BELOW else (number, order)
    return None
