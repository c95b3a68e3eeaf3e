"""Words of everyday life and of offices that mean the same, as terms of the search index; English words in German."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from catalog.reading import words
from schemas.vocabularies.codes import listed, rows

Terms = tuple[str, ...]

_COLUMNS = (("everyday-words", "words"), ("wider-words", "words"), ("english-words", "english"))
LONGEST = 3
"""How many words an English phrase has at most."""


def others(term: str) -> tuple[Terms, ...]:
    """What else is meant by a term: each alternative as the terms that must all be there; empty if we know none.

    From ``schemas/vocabularies/everyday-words.csv``, which names the source of each row.
    """
    return _table().get(term, ())


def wider(term: str) -> tuple[Terms, ...]:
    """What a term is a kind or a part of, Kirmes of Veranstaltung: each as the terms that must all be there.

    From ``schemas/vocabularies/wider-words.csv``.
    """
    return _wider().get(term, ())


def german(said: Iterable[str]) -> tuple[str, ...]:
    """The German words for an English word or phrase, in singular or plural; empty if we know none.

    From ``schemas/vocabularies/english-words.csv``.
    """
    return _english().get(" ".join(map(words.fold, said)), ())


def begins_phrase(word: str) -> bool:
    """Whether an English phrase of several words begins with a word: "bus stop"."""
    return words.fold(word) in _beginnings()


def is_known(folded: str) -> bool:
    """Whether a folded word stands in one of the tables."""
    term = words.stem(folded)
    return bool(others(term) or wider(term) or german([folded]))


def said() -> Iterator[str]:
    """All single words that the tables explain, as they stand there."""
    for table, column in _COLUMNS:
        for row in rows(table):
            yield from (word for word in listed(row[column]) if word.isalpha())


def beginning(prefix: str) -> Iterator[str]:
    """The words and phrases of the tables that begin with some letters (folded), as they stand there; German ones first."""
    for table, column in _COLUMNS:
        for row in rows(table):
            yield from (said for said in listed(row[column]) if words.fold(said).startswith(prefix))


@cache
def _table() -> Mapping[str, tuple[Terms, ...]]:
    found: dict[str, dict[Terms, None]] = {}
    for row in rows("everyday-words"):
        group = listed(row["words"])
        group += [joined for word in group for joined in words.hyphened(word)]
        terms = dict.fromkeys(tuple(words.terms(word)) for word in group)
        for one in terms:
            if len(one) == 1:
                found.setdefault(one[0], {}).update(dict.fromkeys(other for other in terms if other != one))
    return {term: tuple(alternatives) for term, alternatives in found.items()}


@cache
def _wider() -> Mapping[str, tuple[Terms, ...]]:
    found: dict[str, dict[Terms, None]] = {}
    for row in rows("wider-words"):
        above = [tuple(words.terms(word)) for word in listed(row["wider"])]
        for word in listed(row["words"]):
            for said in (word, *words.hyphened(word)):
                found.setdefault(" ".join(words.terms(said)), {}).update(dict.fromkeys(above))
    return {term: tuple(meant) for term, meant in found.items()}


@cache
def _english() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for row in rows("english-words"):
        for said in listed(row["english"]):
            *before, last = map(words.fold, words.WORD.findall(said))
            for form in (last, *_plurals(last)):
                found.setdefault(" ".join((*before, form)), {}).update(dict.fromkeys(listed(row["german"])))
    return {said: tuple(meant) for said, meant in found.items()}


@cache
def _beginnings() -> frozenset[str]:
    return frozenset(said.split()[0] for said in _english() if " " in said)


def _plurals(word: str) -> Iterator[str]:
    yield f"{word}s"
    if word.endswith(("s", "x", "ch", "sh")):
        yield f"{word}es"
    if word.endswith("y"):
        yield f"{word[:-1]}ies"
