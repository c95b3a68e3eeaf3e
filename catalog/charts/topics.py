"""What a title speaks of: how well the name of a column meets its words, by their stems and the parts of compounds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from catalog.charts.naming import readable
from catalog.reading.words import STOP_WORDS, WORD, part_terms, stem
from schemas.tables import Column

_MOST_WORDS = 30
_WHOLE, _ROOT, _PART = 1.0, 0.9, 0.5  # the whole word, its root, or a part of a compound
_YEAR_BONUS = 0.05
_OTHER_YEAR = 0.04  # less than the year alone gives
# belegt and Belegung, frei and Freie: a common beginning of so many letters, behind which so few stand at most.
_ROOTS = ((5, 3), (4, 1))
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


class _Word(NamedTuple):
    """A word with what it is found by: its stem, and the stems of its parts."""

    whole: str
    parts: tuple[str, ...]


def spoken(titles: Iterable[str], columns: Sequence[Column]) -> Mapping[str, float]:
    """How much each column is what one of the titles speaks of, by its name: more than 0, at most about 1.

    What a title says first weighs most: "Belegung der Parkplätze" is about what is occupied. Columns without a word of it
    are left out. Those of other years than the titles name come last: of "Ergebnishaushalt 2026" the result of 2024.
    """
    read = [(title, tuple(_read(title))) for title in titles if title]
    found: dict[str, float] = {}
    told = {year for text, _ in read for year in YEAR.findall(text)}
    told &= {year for column in columns for year in YEAR.findall(column.name)}
    for column in columns:
        years = set(YEAR.findall(column.name))
        name = tuple(_read(readable(column.name, column.unit)))
        score = max((_met(name, title) for _, title in read), default=0.0)
        if years & told:
            score += _YEAR_BONUS
        elif told and years:
            score *= _OTHER_YEAR
        if score:
            found[column.name] = round(score, 3)
    return found


def _read(text: str) -> Iterator[_Word]:
    words = [word for word in WORD.findall(text) if not word.isdigit() and word.casefold() not in STOP_WORDS]
    for word in words[:_MOST_WORDS]:
        yield _Word(stem(word), part_terms(word))


def _met(name: Sequence[_Word], title: Sequence[_Word]) -> float:
    best = 0.0
    for place, said in enumerate(title):
        for word in name:
            best = max(best, _meeting(word, said) / (1 + place))
    return best


def _meeting(one: _Word, other: _Word) -> float:
    if _same(one.whole, other.whole):
        return _WHOLE if one.whole == other.whole else _ROOT
    parts = ((one.whole, *one.parts), (other.whole, *other.parts))
    return _PART if any(_same(a, b) for a in parts[0] for b in parts[1]) else 0.0


def _same(one: str, other: str) -> bool:
    if one == other:
        return len(one) > 1
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and any(len(short) >= root and len(long) - len(short) <= n for root, n in _ROOTS)
