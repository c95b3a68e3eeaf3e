"""Words of everyday life and of offices that mean the same, as terms of the search index."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from catalog.reading import words
from schemas.vocabularies.codes import listed, rows

Terms = tuple[str, ...]


def others(term: str) -> tuple[Terms, ...]:
    """What else is meant by a term: each alternative as the terms that must all be there; empty if we know none.

    From ``schemas/vocabularies/everyday-words.csv``, which names the source of each row.
    """
    return _table().get(term, ())


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
