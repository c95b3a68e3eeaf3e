"""A record out of its own canonical statements without loss, also of what they say about codes.

A harvested document may describe the concepts of code lists, which stand for themselves, or say of an address no more
than its class: :mod:`schemas.rdf` leaves that out. In statements that we wrote ourselves it belongs to the record (an area
that is typed as a place), so that what is read and written again must be the same byte by byte.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, NamedTuple, TypeVar

from schemas import rdf, syntax
from schemas.kinds import Literal
from schemas.model import Resource
from schemas.normalisations import CODE_LISTS
from schemas.triples import RDF_TYPE, Triples

R = TypeVar("R", bound=Resource)
_MASK = "urn:allmende:code:"
_KEEP = "urn:allmende:keep"


class Whole(NamedTuple):
    """A record, and the agents, services and series that the statements describe beside it."""

    record: Any
    companions: tuple[Resource, ...]


def read(ntriples: bytes, subject: str, record_class: type[Resource]) -> Whole:
    """A record as it was written. Takes its N-Triples and its subject. Raises ValueError for what is no N-Triples."""
    triples = syntax.parse(ntriples, "nt")
    described = [
        each
        for each, statements in triples.by_subject.items()
        if each != subject and not each.startswith("_:") and (each.startswith(CODE_LISTS) or _is_bare(statements))
    ]
    masks = {each: f"{_MASK}{number}" for number, each in enumerate(described)}
    reading = rdf.Reading(_masked(triples, masks) if masks else triples)
    record: Any = reading.record(subject, record_class)
    companions = tuple(reading.companions.values())
    if not masks:
        return Whole(record, companions)
    known: dict[int, Resource] = {}
    names = {mask: iri for iri, mask in masks.items()}
    return Whole(_unmasked(record, names, known), tuple(_unmasked(each, names, known) for each in companions))


def _is_bare(statements: Sequence[tuple[str, Any]]) -> bool:
    return all(predicate == RDF_TYPE for predicate, _ in statements)


def _masked(triples: Triples, masks: Mapping[str, str]) -> Triples:
    masked = Triples()
    masked.repaired = triples.repaired
    for subject, statements in triples.by_subject.items():
        for predicate, value in statements:
            # A type stays what it is, even if it is a code.
            known = masks.get(value) if isinstance(value, str) and predicate != RDF_TYPE else None
            masked.add(masks.get(subject, subject), predicate, known or value)
        if subject in masks:
            masked.add(masks[subject], _KEEP, Literal("."))
    return masked


def _unmasked(record: Any, names: Mapping[str, str], known: dict[int, Resource]) -> Any:
    if not isinstance(record, Resource):
        return names.get(record, record) if isinstance(record, str) else record
    done = known.get(id(record))
    if done is None:
        changed: dict[str, Any] = {"iri": names.get(record.iri, record.iri) if record.iri is not None else None}
        for each in fields(record):
            if each.name not in ("iri", "types", "extra") and (values := getattr(record, each.name)):
                changed[each.name] = tuple(_unmasked(value, names, known) for value in values)
        changed["extra"] = tuple(
            (predicate, _unmasked(value, names, known)) for predicate, value in record.extra if predicate != _KEEP
        )
        # The same object is the same node.
        done = known[id(record)] = replace(record, **changed)
    return done
