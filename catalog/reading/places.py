"""Names of the region's municipalities in search words: "Müll in der Gemeinde Neuhof", "Neuhofer Spielplätze"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from catalog.reading import words
from schemas.region import Municipality

_KINDS = ("Gemeinde", "Marktgemeinde", "Markt", "Stadt", "Kreisstadt", "Landkreis", "Kreis")
_KIND_WORDS = frozenset(map(words.fold, _KINDS))
_ASIDE = re.compile(r"\([^)]*\)|[,/(].*$", re.S)
# Neuhofer, in den Neuhofern: what belongs to a place is called by its name with -er.
_ENDINGS = ("", "s", "er", "ern", "ers", "ner", "nern")


class Place(NamedTuple):
    """A municipality that is meant: its id and the keys of its sources."""

    id: str
    sources: tuple[str, ...]


class Mention(NamedTuple):
    """Where in a list of words a municipality is named: from ``start`` up to ``end``; ``kind`` words stand in front."""

    place: Place
    start: int
    end: int
    kind: int = 0


class Places:
    """The names by which a region's municipalities are called."""

    def __init__(self, municipalities: Iterable[Municipality], sources: Mapping[str, Sequence[str]]) -> None:
        self.by_id: dict[str, Place] = {}
        self._names: dict[tuple[str, ...], Place] = {}
        for municipality in municipalities:
            place = Place(municipality.id, tuple(sources.get(municipality.id, ())))
            self.by_id[place.id] = place
            name = words.WORD.findall(_ASIDE.sub("", municipality.name))
            while len(name) > 1 and words.fold(name[0]) in _KIND_WORDS:
                name = name[1:]
            for called in (name, words.WORD.findall(municipality.id)):
                folded = tuple(map(words.fold, called))
                if folded and not (len(folded) == 1 and folded[0] in _KIND_WORDS):
                    self._names.setdefault(folded, place)
                    self._names.setdefault((" ".join(folded),), place)  # written with hyphens: Bad-Hersfeld
        self._longest = max(map(len, self._names), default=0)

    def mentions(self, said: Sequence[str]) -> tuple[Mention, ...]:
        """The municipalities that some words name, from left to right; the longest name counts."""
        folded = [" ".join(map(words.fold, words.WORD.findall(word))) for word in said]
        found: list[Mention] = []
        at = 0
        while at < len(folded):
            hit = self._at(folded, at)
            if hit is None:
                at += 1
                continue
            last = found[-1].end if found else 0
            kind = 1 if at > last and folded[at - 1] in _KIND_WORDS else 0
            found.append(hit._replace(kind=kind))
            at = hit.end
        return tuple(found)

    def beginning_with(self, prefix: str) -> tuple[Place, ...]:
        """The municipalities whose name begins with some letters (folded)."""
        return tuple(dict.fromkeys(place for name, place in self._names.items() if " ".join(name).startswith(prefix)))

    def _at(self, folded: Sequence[str], at: int) -> Mention | None:
        for size in range(min(self._longest, len(folded) - at), 0, -1):
            *first, last = folded[at : at + size]
            for ending in _ENDINGS:
                stem = last.removesuffix(ending)
                if last.endswith(ending) and (place := self._names.get((*first, stem))) is not None:
                    return Mention(place, at, at + size)
        return None
