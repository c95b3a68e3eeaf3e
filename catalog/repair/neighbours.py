"""The public datasets of a region by kind (Musterdatenkatalog): what those of other sources say of the same kind of data."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from catalog.reading import rows
from catalog.search import Catalogue
from schemas import musterdaten
from schemas.musterdaten import SURE
from schemas.vocabularies import LISTS

# A word that so few of several neighbours use says little of the kind.
_LEAST = 2


class Neighbour(NamedTuple):
    """A public dataset of a known kind, in short."""

    key: str
    slug: str
    title: str
    municipality: str
    themes: tuple[str, ...]  # codes
    keywords: tuple[str, ...]


class Shared(NamedTuple):
    """What neighbours' records of one kind share: a code or word, how many of how many say it, and one of them."""

    value: str
    said: int
    of: int
    example: Neighbour


class Neighbours:
    """The datasets of a region by the entry of the Musterdatenkatalog that they surely are."""

    def __init__(self, found: Iterable[tuple[str, Neighbour]] = ()) -> None:
        self._of: defaultdict[str, list[Neighbour]] = defaultdict(list)
        for code, neighbour in found:
            self._of[code].append(neighbour)

    def others(self, code: str, key: str, municipality: str) -> Sequence[Neighbour]:
        """The datasets of an entry that are not of this municipality, nor the record itself."""
        return [each for each in self._of.get(code, ()) if each.key != key and each.municipality != municipality]


def shared(others: Sequence[Neighbour], attribute: str) -> list[Shared]:
    """The themes or keywords that most of the others have, most frequent first; of one alone, all that it has."""
    counted = Counter(value for each in others for value in getattr(each, attribute))
    least = min(_LEAST, len(others))
    return [
        Shared(value, number, len(others), next(each for each in others if value in getattr(each, attribute)))
        for value, number in counted.most_common()
        if number >= least and number * 2 >= len(others)
    ]


def neighbours(catalogue: Catalogue, at: int) -> Neighbours:
    """The kinds of all public datasets at a number."""
    return Neighbours(_found(catalogue, at))


def _found(catalogue: Catalogue, at: int) -> Iterable[tuple[str, Neighbour]]:
    base = LISTS["data-theme"].base
    for row, said in rows.summaries(catalogue.engine, at):
        themes = [base + code for code in said.themes]
        matches = musterdaten.recognise([said.title], said.keywords, said.description, themes)
        if matches and matches[0].certainty >= SURE:
            place = catalogue.municipalities.get(row.source_key, "")
            yield matches[0].entry.code, Neighbour(row.key, row.slug, said.title, place, said.themes, said.keywords)
