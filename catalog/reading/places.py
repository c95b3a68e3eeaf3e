"""Names of places in search words: "Müll in der Gemeinde Neuhof", "Neuhofer Spielplätze", "Rommerz", "36119"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from catalog.reading import synonyms, words
from schemas.region import Municipality

What = Literal["municipality", "part", "postcode"]
Name = tuple[str, ...]

_KINDS = ("Gemeinde", "Marktgemeinde", "Markt", "Stadt", "Kreisstadt", "Landkreis", "Kreis")
_KIND_WORDS = frozenset(map(words.fold, _KINDS))
PART = "Ortsteil"
"""What is written before the name of a part that is a word of its own."""
_PART_KINDS = (PART, "Stadtteil", "Ortsbezirk", "Stadtbezirk", "Teilort", "Dorf", "Weiler", "OT")
_PART_KIND_WORDS = frozenset(map(words.fold, _PART_KINDS))
_BEFORE = _KIND_WORDS | _PART_KIND_WORDS | frozenset(map(words.fold, ("PLZ", "Postleitzahl", "Ort")))
_ASIDE = re.compile(r"\([^)]*\)|[,/(].*$", re.S)
# Neuhofer, in den Neuhofern: what belongs to a place is called by its name with -er.
_ENDINGS = ("", "s", "er", "ern", "ers", "ner", "nern")
_INFLECTED = 4  # letters: whoever types "Auer" does not mean the village Au


class Place(NamedTuple):
    """A municipality that is meant: its id, the keys of its sources, the words of its name without what it is."""

    id: str
    sources: tuple[str, ...]
    name: Name = ()


class Named(NamedTuple):
    """What is called by a name: ``name`` as the region writes it, and the municipalities that are or hold it.

    Several municipalities may share a postcode, or each have a part of that name.
    """

    name: Name
    places: tuple[Place, ...]
    what: What = "municipality"

    @property
    def shown(self) -> str:
        """The name for readers."""
        return " ".join(self.name)


class Mention(NamedTuple):
    """Where in a list of words a place is named: from ``start`` up to ``end``; ``kind`` words stand in front."""

    named: Named
    start: int
    end: int
    kind: int = 0


class Places:
    """The names of a region's municipalities, of their parts, and their postcodes.

    A name of a part that is a word of its own (Wald, Mühle) means the part only where it is said to be one: "Ortsteil
    Wald", "Neuhof-Wald". A name that a municipality and a part share means the municipality.
    """

    def __init__(self, municipalities: Iterable[Municipality], sources: Mapping[str, Sequence[str]]) -> None:
        self.by_id: dict[str, Place] = {}
        self._names: dict[Name, Named] = {}
        self._with_kind: dict[Name, Named] = {}
        several = list(municipalities)
        for municipality in several:
            name = _words(municipality.name)
            while len(name) > 1 and words.fold(name[0]) in _KIND_WORDS:
                name = name[1:]
            place = Place(municipality.id, tuple(sources.get(municipality.id, ())), name)
            self.by_id[place.id] = place
            for called in (name, tuple(words.WORD.findall(municipality.id))):
                folded = _folded(called)
                if folded and not (len(folded) == 1 and folded[0] in _KIND_WORDS):
                    self._add(self._names, folded, Named(name, (place,)))
        for municipality in several:
            place = self.by_id[municipality.id]
            for part in map(_words, municipality.parts):
                self._add_part(part, place)
            for postcode in municipality.postcodes:
                self._add(self._names, (postcode,), Named((postcode,), (place,), "postcode"))
        self._longest = max(map(len, (*self._names, *self._with_kind)), default=0)
        self._typed = tuple(self._suggested())

    def mentions(self, said: Sequence[str]) -> tuple[Mention, ...]:
        """The places that some words name, from left to right; the longest name counts."""
        folded = [" ".join(map(words.fold, words.WORD.findall(word))) for word in said]
        found: list[Mention] = []
        at = 0
        while at < len(folded):
            last = found[-1].end if found else 0
            kind = 1 if at > last and folded[at - 1] in _BEFORE else 0
            is_part = bool(kind) and folded[at - 1] in _PART_KIND_WORDS
            hit = self._at(self._names, folded, at) or (self._at(self._with_kind, folded, at) if is_part else None)
            if hit is None:
                at += 1
                continue
            found.append(hit._replace(kind=kind))
            at = hit.end
        return tuple(found)

    def beginning_with(self, prefix: str) -> tuple[tuple[str, Named], ...]:
        """The places whose name begins with some letters or digits (folded), each with what one types to mean it."""
        return tuple((typed, named) for name, typed, named in self._typed if name.startswith(prefix))

    def _add_part(self, part: Name, place: Place) -> None:
        folded, named = _folded(part), Named(part, (place,), "part")
        if not folded or (len(folded) == 1 and folded[0] in _BEFORE):
            return
        self._add(self._with_kind if _is_ordinary(folded) else self._names, folded, named)
        if folded[-1].endswith("hausen"):  # its people are called Uttrichshäuser
            self._add(self._names, (*folded[:-1], f"{folded[-1][:-2]}er"), named)
        own = _folded(place.name)
        if not _is_ordinary(folded) and folded != own:
            self._add(self._names, (*own, *folded), named)
        else:
            self._names.setdefault((" ".join((*own, *folded)),), named)  # with a hyphen: Neuhof-Wald

    def _add(self, names: dict[Name, Named], folded: Name, named: Named) -> None:
        spoken = tuple(word for word in folded if not words.is_stop_word(word))  # a search passes over those
        for name in {folded: 0, (" ".join(folded),): 0, (spoken if len(spoken) > 1 else folded): 0}:
            known = self._names.get(name) or names.get(name)
            if known is None:
                names[name] = named
            elif known.what != "municipality" and known.what == named.what and named.places[0] not in known.places:
                names[name] = known._replace(places=(*known.places, *named.places))

    def _suggested(self) -> Iterator[tuple[str, str, Named]]:
        """Each place once: how its name is compared, what one types to mean it."""
        for names, before in ((self._names, ""), (self._with_kind, f"{PART} ")):
            own = dict.fromkeys(_folded(named.name) for named in names.values())
            for name in (name for name in own if name in names):
                yield " ".join(name), f"{before}{names[name].shown}", names[name]

    def _at(self, names: Mapping[Name, Named], folded: Sequence[str], at: int) -> Mention | None:
        for size in range(min(self._longest, len(folded) - at), 0, -1):
            *first, last = folded[at : at + size]
            for ending in _ENDINGS:
                stem = last.removesuffix(ending)
                named = names.get((*first, stem)) if last.endswith(ending) else None
                if named is not None and (not ending or named.what == "municipality" or len(stem) >= _INFLECTED):
                    return Mention(named, at, at + size)
        return None


def _words(name: str) -> Name:
    return tuple(words.WORD.findall(_ASIDE.sub("", name)))


def _folded(name: Iterable[str]) -> Name:
    return tuple(map(words.fold, name))


def _is_ordinary(folded: Name) -> bool:
    """Whether a name is also a word that data are about."""
    return len(folded) == 1 and (words.is_constituent(folded[0]) or synonyms.is_known(folded[0]))
