"""Tables of dates that are still to come: when something is collected, meets, happens, is closed; by the columns alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from catalog.charts.figures import Bars, Figure
from catalog.charts.measures import NOTHING, Known
from schemas.tables import Column
from schemas.tables.words import BIOGRAPHIES, words

_BEGINS = frozenset(
    (
        *("datum", "date", "tag", "termin", "zeitpunkt", "beginn", "begin", "start", "von", "anfang", "dtstart"),
        *("abfuhrtag", "startdatum", "anfangsdatum", "sitzungsdatum", "abfuhrdatum", "veranstaltungsdatum"),
    )
)
_ENDINGS = ("termin", "beginn")  # Abfuhrtermin, Baubeginn
_ENDS = frozenset(("ende", "end", "bis", "schluss", "enddatum", "dtend", "bauende"))
_DATES = frozenset(("date", "datetime"))
_TITLE = 1.0  # a whole word, and the first of a title: what it speaks of, not only a part of a compound


def begin(columns: Sequence[Column]) -> Column | None:
    """The column that says when something is, or begins; none where no column of dates is called so."""
    return next((c for c in _dates(columns) if words(c.name) & _BEGINS or _has_ending(c)), None)


def end(columns: Sequence[Column]) -> Column | None:
    """The column that says until when something is; none where there is none, or where it is empty in some rows."""
    return next((c for c in _dates(columns) if words(c.name) & _ENDS and not c.missing), None)


def is_coming(column: Column, today: date) -> bool:
    """Whether a column of dates has one of today or later."""
    return isinstance(column.maximum, str) and column.maximum[:10] >= today.isoformat()


def only_counts(
    figure: Figure, columns: Sequence[Column], today: date, known: Known = NOTHING, repeats: bool = False
) -> bool:
    """Whether a chart counts rows that have dates to come, which say more than their number does.

    What the title speaks of is counted all the same. ``repeats`` says that what a row dates takes place again later.
    """
    if not isinstance(figure, Bars) or figure.rule != "count" or known.spoken.get(figure.x, 0.0) >= _TITLE:
        return False
    return repeats or any(is_coming(column, today) for column in _dates(columns))


def _dates(columns: Iterable[Column]) -> Iterator[Column]:
    return (c for c in columns if c.type in _DATES and not words(c.name) & BIOGRAPHIES)


def _has_ending(column: Column) -> bool:
    return any(word.endswith(_ENDINGS) for word in words(column.name))
