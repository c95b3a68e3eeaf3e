"""Suggestions while somebody types: words of the catalogue, places, themes, datasets by their title."""

from __future__ import annotations

import re
from datetime import date
from itertools import islice
from typing import NamedTuple

from catalog.index import Ground, Index
from catalog.reading import queries, synonyms, words
from catalog.reading.entries import Query
from catalog.reading.places import PART
from schemas.vocabularies import LISTS

WORDS, DATASETS, PLACES, PARTS, THEMES = 5, 3, 2, 3, 1
_EXPLAINED = 10  # words of the tables that are tried
_FROM_LETTERS = 2
_TITLES_FROM_LETTERS = 3
_MEND_FROM_LETTERS = 4
_QUOTES = '"„“”'
_LETTERS = re.compile(r"[^\W_]*")


class Part(NamedTuple):
    """A part of a municipality, or a postcode: the whole search text, the ids of its municipalities, what it finds."""

    text: str
    municipalities: tuple[str, ...]
    is_postcode: bool
    total: int


class Suggestions(NamedTuple):
    """What a text may go on as: whole search texts and codes with how many datasets they find, and keys of datasets."""

    texts: tuple[tuple[str, int], ...] = ()
    places: tuple[tuple[str, int], ...] = ()
    themes: tuple[tuple[str, int], ...] = ()
    datasets: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()


def suggest(index: Index, ground: Ground, q: str, today: date) -> Suggestions:
    """What a text that is being typed may become; its last word is taken as begun, the others as said."""
    letters = _LETTERS.match(q[::-1])
    prefix = q[len(q) - letters.end() :] if letters else ""
    if len(prefix) < _FROM_LETTERS:
        return Suggestions()
    before = q.removesuffix(prefix)
    if before.endswith("-") or sum(map(before.count, _QUOTES)) % 2:
        return Suggestions()  # an excluded word, a part behind a hyphen, or the exact words of a phrase
    said = Query(q=before.strip()) if queries.says_something(before) else Query()

    def total(query: Query) -> int:
        return index.count(query, ground, today)

    called = ground.places.beginning_with(words.fold(prefix))
    going_on = [word.shown for word in index.beginning(said, ground, today, prefix, WORDS)]
    if len(prefix) >= _MEND_FROM_LETTERS:
        going_on = going_on or list(dict.fromkeys(synonyms.beginning(words.fold(prefix))))[:_EXPLAINED]
        if not going_on and not called:
            going_on = [word.shown for word in index.near(prefix)[:WORDS]]
    whole = [f"{before}{word}" for word in going_on]
    towns = [named.places[0].id for _, named in called if named.what == "municipality"][:PLACES]
    is_said = before.rstrip().casefold().endswith(PART.casefold())
    parts = [
        (f"{before}{typed.removeprefix(f'{PART} ') if is_said else typed}", named)
        for typed, named in called
        if named.what != "municipality"
    ][:PARTS]
    themes = _themes(prefix) if not before.strip() else []
    return Suggestions(
        tuple(islice(((text, n) for text in whole if (n := total(Query(q=text)))), WORDS)),
        tuple((id_, n) for id_ in dict.fromkeys(towns) if (n := total(Query(q=said.q, municipality=(id_,))))),
        tuple((code, n) for code in themes if (n := total(Query(theme=(code,)))))[:THEMES],
        index.titled(said, ground, today, prefix, DATASETS) if len(prefix) >= _TITLES_FROM_LETTERS else (),
        tuple(
            Part(text, tuple(place.id for place in named.places), named.what == "postcode", n)
            for text, named in parts
            if (n := total(Query(q=text)))
        ),
    )


def _themes(prefix: str) -> list[str]:
    """The themes one of whose words begins with some letters, in German or English."""
    folded = words.fold(prefix)
    found = []
    for code in LISTS["data-theme"]:
        said = map(words.fold, words.WORD.findall(f"{code.de} {code.en}"))
        if any(word.startswith(folded) for word in said):
            found.append(code.code)
    return found
