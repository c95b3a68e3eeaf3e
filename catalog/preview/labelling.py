"""What the things of a map are called: by the column of their table that tells them apart, else by two of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from schemas.tables import Column, Table
from schemas.tables.types import is_missing
from schemas.tables.words import words

LONGEST = 120
"""Characters of a name."""
_TELLING = 0.9
"""The share of different names at which they tell things apart."""
_FILLED = 0.8
_LOOKED_AT = 5_000
_LONGEST_MEAN = 60
_MOST_COLUMNS = 60
_SPOKEN = frozenset(("text", "category"))
_CODES = frozenset(("key", "integer", "text", "category"))
_NAMES = ("name", "titel", "title", "bezeichnung", "objekt", "anlage", "stop")
_KINDS = ("art", "typ", "gattung", "kategorie", "kind", "type")
# Where things are says least of what they are.
_PLACES = ("standort", "straße", "strasse", "adresse", "ort", "ortsteil", "gemeinde", "gemarkung")
_NUMBERS = ("nummer", "nr", "kennung", "kennzeichen", "kennziffer", "code", "id", "number")
_STREETS = ("straße", "strasse", "str", "street")
_HOUSES = frozenset(("hausnummer", "hausnr", "hnr", "housenumber"))
_NO_NAMES = (
    *("bemerkung", "bemerkungen", "beschreibung", "hinweis", "hinweise", "kommentar", "info", "information"),
    *("informationen", "öffnungszeiten", "oeffnungszeiten", "öffnung", "oeffnung", "ausstattung", "quelle", "lizenz"),
)


class _Candidate(NamedTuple):
    """A column by which things may be called: its place, its words, whether it tells things apart.

    A street goes with the column of its house numbers, if there is one (else -1).
    """

    place: int
    column: Column
    words: frozenset[str]
    values: int
    telling: bool
    house: int = -1


def labels(table: Table) -> Callable[[Sequence[str]], str]:
    """How a row's thing is called: the text of one column, or of two with a comma; empty where these are.

    A column with another name in nearly each row is best: one that is called as names are, then any with words. Where
    none has, what a thing is and its number, or else where it is, are put together.
    """
    found = list(_candidates(table))
    spoken = [
        each for each in found if each.column.type in _SPOKEN and not _is_code(each) and not _is_any(each, _NO_NAMES)
    ]
    places = [each for each in spoken if _is_any(each, _PLACES)]
    named = _ordered(spoken, (*_NAMES, *_PLACES, *_KINDS))
    one = next((each for each in (*named, *spoken) if each.telling), None)
    if one is not None:
        return lambda row: _cell(row, one)
    kinds = _several(_ordered([each for each in spoken if each not in places], (*_NAMES, *_KINDS)))
    others = [each for each in _several(spoken) if each not in places and each not in kinds]
    others += _several(_ordered(places, _PLACES))
    codes = [each for each in _ordered([each for each in found if _is_code(each)], _NUMBERS) if each.telling]
    if codes and kinds:
        return lambda row: _joined(_cell(row, kinds[0]), _numbered(row, codes[0]))
    if codes:
        return lambda row: _joined(_numbered(row, codes[0]), _cell(row, others[0]) if others else "")
    kinds += others
    if not kinds:
        return lambda row: _cell(row, spoken[0]) if spoken else ""
    first = kinds[0]
    second = max(kinds[1:], key=lambda each: _differing(table, (first, each)), default=None)
    if second is None or _differing(table, (first, second)) <= first.values:
        return lambda row: _cell(row, first)
    return lambda row: _joined(_cell(row, first), _cell(row, second))


def _candidates(table: Table) -> Iterator[_Candidate]:
    sums = frozenset(table.sum_rows)
    rows = [row for number, row in enumerate(table.rows[:_LOOKED_AT]) if number not in sums]
    called = [words(column.name) for column in table.columns[:_MOST_COLUMNS]]
    houses = next((place for place, own in enumerate(called) if not own.isdisjoint(_HOUSES)), -1)
    for place, (column, own) in enumerate(zip(table.columns, called, strict=False)):
        if column.type not in _CODES or place == houses:
            continue
        house = houses if any(word.endswith(_STREETS) for word in own) else -1
        filled = [text for row in rows if (text := _text(row, place, house))]
        values = len(set(filled))
        short = sum(map(len, filled)) <= _LONGEST_MEAN * len(filled)
        telling = short and len(filled) >= _FILLED * len(rows) and values >= _TELLING * len(filled) > 0
        yield _Candidate(place, column, own, values, telling, house)


def _several(found: Sequence[_Candidate]) -> list[_Candidate]:
    return [each for each in found if each.values > 1]


def _is_any(candidate: _Candidate, called: Sequence[str]) -> bool:
    return not candidate.words.isdisjoint(called) or any(
        _is_called(candidate, each) for each in called if len(each) > 4
    )


def _is_called(candidate: _Candidate, wanted: str) -> bool:
    return any(word.startswith(wanted) or word.endswith(wanted) for word in candidate.words)


def _is_code(candidate: _Candidate) -> bool:
    """Whether a column holds numbers by which things are counted, not words."""
    if candidate.column.type == "key":
        return True
    return any(
        word.endswith(wanted) if len(wanted) > 2 else word == wanted or word in (f"object{wanted}", f"f{wanted}")
        for wanted in _NUMBERS
        for word in candidate.words
    )


def _ordered(found: Sequence[_Candidate], names: Sequence[str]) -> list[_Candidate]:
    """Those that are called as one of some names, in the order of these."""
    return list(dict.fromkeys(each for wanted in names for each in found if _is_called(each, wanted)))


def _differing(table: Table, of: Sequence[_Candidate]) -> int:
    return len({tuple(_cell(row, each) for each in of) for row in table.rows[:_LOOKED_AT]})


def _cell(row: Sequence[str], of: _Candidate) -> str:
    return _text(row, of.place, of.house)


def _text(row: Sequence[str], place: int, house: int) -> str:
    text, number = row[place].strip(), row[house].strip() if house >= 0 else ""
    if is_missing(text):
        return ""
    return f"{text} {number}" if number and not is_missing(number) else text


def _numbered(row: Sequence[str], of: _Candidate) -> str:
    """A number with the name of its column: alone it says nothing."""
    text = _cell(row, of)
    return f"{of.column.name} {text}" if text.isdigit() else text


def _joined(*parts: str) -> str:
    return ", ".join(filter(None, parts))
