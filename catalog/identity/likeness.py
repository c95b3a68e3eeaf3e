"""By what a record is known again: its addresses, identifiers, title and place, and how alike two records are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from schemas import iris
from schemas.geocoding import is_key
from schemas.kinds import Literal, is_web
from schemas.model import Dataset, Distribution, Identifier, Location, Resource, iri_of, text

# Titles from here on are similar; a number or code that differs (2024, 12a) makes two titles two things.
SIMILAR = 0.8
_MOST_ADDRESSES = 50
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_GLOBAL = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|^urn:\w|^https?://\S+/\S|^(?:doi:)?10\.\d{4,}/\S",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a record is known by. Addresses are those of its files and pages, spelled one way (:func:`spelled`)."""

    title: str
    identifiers: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    def to_json(self) -> list[Any]:
        """The likeness as a JSON list."""
        return [self.title, self.identifiers, self.addresses, self.places]

    @classmethod
    def from_json(cls, stored: list[Any]) -> Likeness:
        """The likeness out of its JSON list."""
        return cls(stored[0], *map(tuple, stored[1:]))


def likeness(record: Resource, language: str = "de") -> Likeness:
    """What a record is known by. Takes the language whose title counts."""
    return Likeness(
        text(getattr(record, "title", ()), language),
        tuple(dict.fromkeys(_identifiers(record))),
        tuple(dict.fromkeys(spelled(address) for address in _addresses(record)))[:_MOST_ADDRESSES],
        tuple(dict.fromkeys(_places(record))),
    )


@lru_cache(maxsize=4096)
def spelled(address: str) -> str:
    """An address without what servers treat alike: scheme, ``www.``, capitals of the host, default port, last slash."""
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:
        return address
    place = host if port in (None, 80, 443) else f"{host}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{place}{parts.path.rstrip('/')}{query}"


def path_of(address: str) -> str:
    """A spelled address without its host: what stays when a portal moves; empty for a mere entrance."""
    path = address.partition("/")[2]
    return path if len(path) > 3 else ""


def is_global(identifier: str) -> bool:
    """Whether an identifier tells a record apart anywhere: a UUID, URN, DOI or address; not ``12`` or ``TODO``."""
    return _GLOBAL.search(identifier) is not None


@lru_cache(maxsize=4096)
def folded(title: str) -> str:
    """A title as its ASCII words, in their order."""
    return iris.ascii_words(title)


def similarity(one: str, other: str) -> float:
    """How alike two titles are, 0 to 1; at most half where their numbers and codes differ."""
    first, second = folded(one), folded(other)
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    alike = max(SequenceMatcher(None, first, second).ratio(), _words_alike(first, second))
    return alike if _codes(first) == _codes(second) else alike / 2


def _words_alike(first: str, second: str) -> float:
    one, other = set(first.split("-")), set(second.split("-"))
    return len(one & other) / len(one | other)


def _codes(words: str) -> frozenset[str]:
    return frozenset(word for word in words.split("-") if any(letter.isdigit() for letter in word))


def same_place(ones: Iterable[str], others: Iterable[str]) -> float | None:
    """How much of two places is common, 0 to 1; None where one of them is not known."""
    one, other = tuple(ones), tuple(others)
    if not one or not other:
        return None
    if set(one) & set(other):
        return 1.0
    boxes = [(box(a), box(b)) for a in one for b in other]
    return max((_common(a, b) for a, b in boxes if a and b), default=0.0)


Box = tuple[float, float, float, float]


def box(geometry: str) -> Box | None:
    """The bounding box of a geometry in WKT or GeoJSON; None for anything else (an IRI, a name)."""
    if "(" not in geometry and "[" not in geometry:
        return None
    numbers = [float(number) for number in _NUMBER.findall(re.sub(r"<[^>]*>", "", geometry))]
    if len(numbers) < 2:
        return None
    xs, ys = numbers[0::2], numbers[1::2]
    return min(xs), min(ys), max(xs), max(ys)


def _common(one: Box, other: Box) -> float:
    """The common part of two boxes by what both cover."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width < 0 or height < 0:
        return 0.0
    both = _size(one) + _size(other) - width * height
    return width * height / both if both else float(one == other)


def _size(area: Box) -> float:
    return (area[2] - area[0]) * (area[3] - area[1])


def _identifiers(record: Resource) -> Iterator[str]:
    for value in getattr(record, "identifier", ()):
        if value.text.strip():
            yield value.text.strip()
    for value in getattr(record, "other_identifier", ()):
        if isinstance(value, Identifier):
            yield from (notation.text.strip() for notation in value.notation if notation.text.strip())


def _addresses(record: Resource) -> Iterator[str]:
    values: list[Any] = [*getattr(record, "landing_page", ()), *getattr(record, "endpoint_url", ())]
    if isinstance(record, Dataset):
        for distribution in record.distribution:
            if isinstance(distribution, Distribution):
                values += (*distribution.download_url, *distribution.access_url)
    for value in values:
        address = iri_of(value)
        if address and is_web(address):
            yield address


def _places(record: Resource) -> Iterator[str]:
    for value in getattr(record, "spatial", ()):
        if isinstance(value, Location):
            for each in (*value.bbox, *value.geometry, *value.centroid):
                if isinstance(each, Literal):
                    yield each.text
        # The key of a municipality tells none of its datasets from another, and may be derived.
        if (address := iri_of(value)) and not is_key(address):
            yield address
