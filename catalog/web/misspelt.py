"""What a mistyped address of a dataset may have meant: datasets that its words find, as the search finds them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from catalog.reading.entries import Hit, Query
from catalog.search import Catalogue
from catalog.web.refusing import Refused, to_dataset

_OFFERED = 3
_WORDS = 12
_WORD = re.compile(r"[^\W_]+")


def refusal(catalogue: Catalogue, slug: str, at: int, today: date) -> Refused:
    """The refusal (404) of a dataset's address that there is not and never was, with ways to datasets of such words."""
    found = alike(catalogue, slug, at, today)
    if not found:
        return Refused(404, "Diese Adresse gibt es nicht.", "There is nothing at this address.")
    several = len(found) > 1
    return Refused(
        404,
        f"Vielleicht meinten Sie {'einen dieser Datensätze' if several else 'diesen Datensatz'}:",
        f"Perhaps you meant {'one of these datasets' if several else 'this dataset'}:",
        ways=[to_dataset(hit.slug)._replace(de=_title(hit), en=_title(hit)) for hit in found],
    )


def alike(catalogue: Catalogue, slug: str, at: int, today: date) -> tuple[Hit, ...]:
    """At most three datasets that the words of a slug find: all of them, without its key, or with slips mended."""
    for query in _queries(slug):
        if hits := catalogue.find(query, at, today).hits:
            return hits
    for query in _queries(slug):
        offered = catalogue.helped(query, today)
        instead = offered.shown or next(iter(offered.fewer), None)
        if instead is not None:
            return catalogue.find(replace(instead.query, size=_OFFERED), at, today).hits
    return ()


def _queries(slug: str) -> Iterator[Query]:
    """The searches for a slug's words; without the last one first, which is a part of the record's key in most."""
    words = _WORD.findall(slug)[:_WORDS]
    for some in (words[:-1], words) if _is_key(words[-1:]) else (words, words[:-1]):
        if some:
            yield Query(q=" ".join(some), size=_OFFERED)


def _is_key(last: list[str]) -> bool:
    return any(any(letter.isdigit() for letter in word) for word in last)


def _title(hit: Hit) -> str:
    return hit.summary.title or hit.slug
