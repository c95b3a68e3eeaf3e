"""What a dataset may be known by in another source, as hashes that an index finds; and what says that two are one."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import zstandard

from catalog.identity import likeness as alike
from catalog.identity.likeness import Likeness
from schemas import rdf, syntax
from schemas.model import Dataset

# How sure it is that two records are one dataset, the surest first.
BY_IRI, BY_IDENTIFIER, BY_ADDRESS = 3.0, 2.0, 1.0
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Known:
    """A dataset as clusters see it: its subject, and its likeness."""

    iri: str
    likeness: Likeness

    @property
    def names(self) -> frozenset[str]:
        """What names the dataset anywhere: its IRI and its global identifiers, which others may give as the other."""
        return frozenset({self.iri, *(each for each in self.likeness.identifiers if alike.is_global(each))})


def known(record: Dataset, language: str) -> Known:
    """A dataset as clusters see it."""
    return Known(record.iri or "", alike.likeness(record, language))


def known_from(iri: str, packed: bytes, language: str) -> Known:
    """The same out of the store; takes the compressed N-Triples."""
    record = rdf.Reading(syntax.parse(zstandard.decompress(packed), "nt")).record(iri, Dataset)
    return known(record, language)


def traits(dataset: Known, base_url: str) -> list[int]:
    """The hashes by which the dataset is found; two that share none are not compared."""
    return sorted({_hash(said) for said in _said(dataset, f"{base_url}/")})


def _said(dataset: Known, own: str) -> Iterator[str]:
    title = alike.folded(dataset.likeness.title)
    for name in dataset.names:
        if not name.startswith(own):  # ours were minted of source and native id, so nobody else has them
            yield f"name\x1f{name.casefold()}"
    for identifier in dataset.likeness.identifiers:
        if not alike.is_global(identifier):
            yield f"number\x1f{identifier}\x1f{title}"
    for address in dataset.likeness.addresses:
        # Many datasets share the address of a service or an entrance: these are found by their title too.
        if alike.path_of(address):
            yield f"address\x1f{address}"
        yield f"address\x1f{address}\x1f{title}"


def _hash(said: str) -> int:
    return int.from_bytes(hashlib.blake2b(said.encode(), digest_size=8).digest(), "big", signed=True)


def pack(hashes: list[int]) -> bytes:
    """Traits as they lie in a staging file."""
    return array("q", hashes).tobytes()


def unpack(packed: bytes) -> list[int]:
    """Traits out of a staging file."""
    found = array("q")
    found.frombytes(packed)
    return found.tolist()


def evidence(one: Known, other: Known) -> tuple[float, dict[str, Any]] | None:
    """Why two datasets of two sources are one, and how sure that is; None if they are not (DESIGN 3, Identity).

    The same IRI; else an identifier that is one anywhere; else an identifier of any kind and the same title; else an
    address of a file or page, and a similar title: not where their identifiers are two of one server, whose address both
    share (the tenants of a context broker).
    """
    title = round(alike.similarity(one.likeness.title, other.likeness.title), 3)
    if one.iri == other.iri:
        return BY_IRI + title, {"iri": one.iri, "title": title}
    folded = {name.casefold() for name in other.names}
    if same := sorted(name for name in one.names if name.casefold() in folded):
        return BY_IDENTIFIER + title, {"identifier": same[:_SHOWN], "title": title}
    same = [each for each in one.likeness.identifiers if each in other.likeness.identifiers]
    if same and title == 1.0:
        return BY_IDENTIFIER, {"identifier": same[:_SHOWN], "title": title}
    same = [each for each in one.likeness.addresses if each in other.likeness.addresses]
    if same and title >= alike.SIMILAR and not _told_apart(one.likeness.identifiers, other.likeness.identifiers):
        return BY_ADDRESS + title, {"address": same[:_SHOWN], "title": title}
    return None


def _told_apart(ones: Iterable[str], others: Iterable[str]) -> bool:
    """Whether one server, named before the ``#`` of their identifiers, calls two datasets by two names."""
    mine = {base: name for base, sign, name in (each.partition("#") for each in ones) if sign}
    return any(mine.get(base, name) != name for base, sign, name in (each.partition("#") for each in others) if sign)
