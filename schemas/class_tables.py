"""The form of a profile's class tables: a table per class, a row per property, with what each profile demands of it.

The rows themselves are in :mod:`schemas.dcat`, :mod:`schemas.geodcat` and :mod:`schemas.cpsv`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from rdflib import URIRef

from schemas import model
from schemas.kinds import Kind


class Obligation(NamedTuple):
    """What a profile demands of a property: level ``M``, ``R`` or ``O``, least and most (None: no limit) values."""

    level: str
    minimum: int
    maximum: int | None


_OBLIGATION = re.compile(r"([MRO]) (\d)(?:\.\.(\d|\*))?")


@cache
def obligation(text: str) -> Obligation | None:
    """An obligation from its form in the specifications' tables, ``R 0..1``; None for the empty text."""
    if not text:
        return None
    match = _OBLIGATION.fullmatch(text)
    if match is None:
        raise ValueError(f"not an obligation: {text!r}")
    level, low, high = match.groups()
    return Obligation(level, int(low), None if high == "*" else int(high or low))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One property of one class.

    ``attribute`` is empty where no record has one: such values are kept as extras. ``range`` is the class of the values,
    ``datatype`` theirs where the kind does not say it.
    """

    attribute: str
    property: URIRef
    kind: Kind
    obligations: Mapping[str, Obligation]
    node: type[model.Resource] | None = None
    vocabulary: str | None = None
    vocabulary_severity: str = ""
    reads: tuple[URIRef, ...] = ()
    deprecated: bool = False
    range: URIRef | None = None
    datatype: URIRef | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One class of the profiles: its record, its rdf:types as written, its rows in the order they are shown."""

    record: type[model.Resource]
    types: tuple[URIRef, ...]
    rows: tuple[Row, ...]


def row_of(
    profile: str,
    prop: URIRef,
    kind: Kind,
    demand: str,
    range: URIRef | None = None,
    datatype: URIRef | None = None,
) -> Row:
    """A row that one profile alone lists, of a property that no record has an attribute for."""
    demanded = obligation(demand)
    if demanded is None:
        raise ValueError(f"{prop} of {profile} without an obligation")
    return Row(attribute="", property=prop, kind=kind, obligations={profile: demanded}, range=range, datatype=datatype)


def table_of(target: URIRef, *rows: Row) -> Table:
    """The table of a class that no record has attributes for."""
    return Table(model.Resource, (target,), rows)
