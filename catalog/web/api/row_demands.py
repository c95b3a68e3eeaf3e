"""Which rows a program asks for: as people ask, but a mistake is refused, naming the parameter."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import QueryParams

from catalog.web import row_filters
from catalog.web.refusing import Refused
from catalog.web.row_filters import Asked, Mistake
from schemas.tables import Column

_WORDS = {
    "number": ("{stated} ist keine Zahl.", "{stated} is no number."),
    "date": ("{stated} ist kein Datum.", "{stated} is no date."),
    "order": ("{stated}: Der Anfang liegt nach dem Ende.", "{stated}: the beginning is after the end."),
}


def demanded(
    parameters: QueryParams, names: Sequence[str], columns: Sequence[Column], size: int = row_filters.SIZE
) -> Asked:
    """What an address asks for of a table whose columns have these names.

    Raises Refused (400) for a column that is not there, and for a range that no row could meet.
    """
    asked = row_filters.asked(parameters, names, size)
    if asked.unknown:
        name = asked.unknown[0]
        raise Refused(400, f"Die Tabelle hat keine Spalte „{name}“.", f"The table has no column “{name}”.")
    for mistake in row_filters.mistakes(asked.selection.filters, columns):
        raise _refused(mistake)
    return asked


def late() -> Refused:
    """The refusal where the search takes longer than a request may."""
    return Refused(
        503,
        "Die Suche in dieser großen Tabelle dauert zu lange. Bitte filtern Sie anders.",
        "Searching this large table takes too long. Please filter in another way.",
    )


def _refused(mistake: Mistake) -> Refused:
    first = mistake.filters[0]
    stated = f"{row_filters.parameter(first.column)}.{first.comparison}={first.value[:40]}"
    de, en = (words.format(stated=stated) for words in _WORDS[mistake.kind])
    return Refused(400, de, en)
