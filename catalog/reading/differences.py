"""What differs between two versions of a record: attribute by attribute, and for a dataset file by file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from typing import NamedTuple

import orjson

from catalog.identity import subjects
from catalog.reading.entries import RECORD_CLASSES, unpacked
from schemas import rdf, syntax
from schemas.kinds import Literal
from schemas.model import Dataset, Distribution, Resource, Value, iri_of, text

Leaf = str | Literal
ADDED, REMOVED, CHANGED = "added", "removed", "changed"


class Change(NamedTuple):
    """One attribute that differs: values as people read them."""

    attribute: str
    old: tuple[str, ...]
    new: tuple[str, ...]


class Difference(NamedTuple):
    """One attribute that differs: an IRI or a literal for each value, in the order of their texts.

    A value whose datatype alone is another one is the same value.
    """

    attribute: str
    old: tuple[Leaf, ...]
    new: tuple[Leaf, ...]


class FileDifference(NamedTuple):
    """A file that was ``added``, ``removed`` or ``changed``; ``title`` is what the later version calls it."""

    kind: str
    title: str
    address: str
    differences: tuple[Difference, ...] = ()


class Comparison(NamedTuple):
    """What differs between two versions: the record's own attributes, then its files."""

    record: tuple[Difference, ...]
    files: tuple[FileDifference, ...]


def difference(kind: str, iri: str, old: bytes, new: bytes) -> tuple[Change, ...]:
    """Two versions of a record, attribute by attribute; takes its IRI and their N-Triples, compressed as in the store."""
    before, after = (_read(kind, iri, unpacked(stored)) for stored in (old, new))
    return tuple(
        Change(each.attribute, tuple(map(written, each.old)), tuple(map(written, each.new)))
        for each in _differences(before, after)
    )


def compare(kind: str, iri: str, old: bytes, new: bytes) -> Comparison:
    """Two versions of a record as :func:`difference` takes them; of a dataset each file is held against itself."""
    before, after = (_read(kind, iri, unpacked(stored)) for stored in (old, new))
    if not (isinstance(before, Dataset) and isinstance(after, Dataset)):
        return Comparison(tuple(_differences(before, after)), ())
    files = tuple(_files(_described(before), _described(after)))
    return Comparison(tuple(_differences(_without_files(before), _without_files(after))), files)


def written(value: Leaf) -> str:
    """A value in a line: an IRI as it is, a text with its language."""
    if isinstance(value, Literal):
        return f"{value.text}@{value.lang}" if value.lang else value.text
    return value


def to_json(changes: tuple[Change, ...]) -> list[dict[str, object]]:
    """Changes as a JSON list."""
    loaded: list[dict[str, object]] = orjson.loads(orjson.dumps([c._asdict() for c in changes]))
    return loaded


def _read(kind: str, iri: str, ntriples: bytes) -> Resource:
    # A source may call the record by another IRI than before.
    own = subjects.borne(kind, iri, ntriples)
    return rdf.Reading(syntax.parse(ntriples, "nt")).record(own, RECORD_CLASSES[kind])


def _differences(before: Resource, after: Resource) -> Iterator[Difference]:
    old, new = _by_name(before), _by_name(after)
    for name in dict.fromkeys([*old, *new]):
        then, now = old.get(name, ()), new.get(name, ())
        if [*map(written, then)] != [*map(written, now)]:
            yield Difference(name, then, now)


def _by_name(record: Resource) -> dict[str, tuple[Leaf, ...]]:
    """The values of each attribute, the attributes in the order of the model."""
    named: dict[str, list[Leaf]] = {"IRI": [record.iri]} if record.iri else {}
    for name, value in _flat("", record):
        named.setdefault(name, []).append(value)
    return {name: tuple(sorted(values, key=lambda v: (written(v), str(v)))) for name, values in named.items()}


def _flat(prefix: str, record: Resource) -> Iterator[tuple[str, Leaf]]:
    for each in fields(record):
        if each.name in ("iri", "types", "extra"):
            continue
        for value in getattr(record, each.name):
            yield from _flat_value(f"{prefix}{each.name}", value)
    for predicate, value in record.extra:
        yield from _flat_value(f"{prefix}{predicate}", value)


def _flat_value(name: str, value: Value) -> Iterator[tuple[str, Leaf]]:
    if isinstance(value, Resource):
        inner = list(_flat(f"{name}.", value))
        yield from inner or [(name, value.iri or "")]
    else:
        yield name, value


# ------------------------------------------------------------------------------------------------- files


def _described(record: Dataset) -> list[Distribution]:
    return [each for each in record.distribution if isinstance(each, Distribution)]


def _without_files(record: Dataset) -> Dataset:
    return replace(record, distribution=tuple(d for d in record.distribution if not isinstance(d, Distribution)))


def _files(before: Sequence[Distribution], after: Sequence[Distribution]) -> Iterator[FileDifference]:
    left = dict(enumerate(before))
    pairs: dict[int, Distribution] = {}
    # The surest sign first: a file is known by its IRI, else by its address, else by its title.
    for sign in (_iris, _addresses, _titles):
        by_sign = {mark: place for place, each in reversed(left.items()) for mark in sign(each)}
        for place, each in enumerate(after):
            if place in pairs:
                continue
            known = next((by_sign[mark] for mark in sign(each) if by_sign.get(mark) in left), None)
            if known is not None:
                pairs[place] = left.pop(known)
    for place, each in enumerate(after):
        if place not in pairs:
            yield FileDifference(ADDED, text(each.title), _address(each))
        elif changed := tuple(_differences(pairs[place], each)):
            yield FileDifference(CHANGED, text(each.title), _address(each), changed)
    for each in left.values():
        yield FileDifference(REMOVED, text(each.title), _address(each))


def _iris(file: Distribution) -> tuple[str, ...]:
    return (file.iri,) if file.iri else ()


def _addresses(file: Distribution) -> tuple[str, ...]:
    return tuple(_links(file))


def _titles(file: Distribution) -> tuple[Literal, ...]:
    return file.title


def _links(file: Distribution) -> Iterable[str]:
    return (iri for iri in map(iri_of, (*file.download_url, *file.access_url)) if iri)


def _address(file: Distribution) -> str:
    return next(iter(_links(file)), "")
