"""DCAT-AP 3.0.1 as data.europa.eu counts it: the constraints of ``shapes.ttl`` and ``range.ttl``, and no others.

Its validation service calls them dcatap301level1, the default (standards/mqa.md). They stand in ``vocabularies/level-1.csv``
as the files have them: neither code lists nor recommended properties nor high-value data are asked. Left out is
``locn:geometry``: what is no text there goes out as ``geo:hasGeometry`` (docs/normalisations.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from schemas.constraints import Ask, Constraint
from schemas.evaluation import Broken, Shape, broken, compiled, grouped
from schemas.findings import Severity
from schemas.kinds import DATATYPES, Kind
from schemas.model import Resource
from schemas.namespaces import LOCN, PREFIXES, SKOS
from schemas.views import OWED, View, of_record
from schemas.vocabularies.codes import rows

_DATES = " ".join(sorted(DATATYPES[Kind.DATE]))
# A page says of a code of the official lists that it is a concept, of what only looks like a code nothing.
_OWED = OWED | {str(SKOS.Concept)}


@cache
def constraints() -> tuple[Constraint, ...]:
    """All constraints of the two files that are violations."""
    return tuple(each for row in rows("level-1") for each in _of(row) if each.path != str(LOCN.geometry))


def _of(row: Mapping[str, str]) -> Iterator[Constraint]:
    target, path = _iri(row["target"]), _iri(row["property"])
    asked = (
        (Ask.MIN, row["least"]),
        (Ask.MAX, row["most"]),
        (Ask.NODE_KIND, row["kind"]),
        (Ask.DATATYPE, _DATES if row["datatype"] == "dates" else _iri(row["datatype"])),
        (Ask.CLASS, _iri(row["class"])),
    )
    for ask, parameter in asked:
        if parameter:
            yield Constraint(target, path, ask, parameter, Severity.VIOLATION)


def _iri(short: str) -> str:
    prefix, _, local = short.partition(":")
    return PREFIXES[prefix] + local if prefix else ""


@cache
def _shapes() -> Mapping[str, Shape]:
    return compiled(constraints())


def evaluate(view: View) -> Iterator[Broken]:
    """What breaks the constraints, node by node in the order of the view."""
    shapes = _shapes()
    for node, statements in view.by_subject.items():
        values = grouped(statements)
        for each in view.classes(node):
            if each in shapes:
                yield from broken(shapes[each], node, values, view)


def conforms(record: Resource, companions: Iterable[Resource] = ()) -> bool:
    """Whether a record with its companions breaks none of them, as a page of the feed states it."""
    return next(evaluate(of_record(record, companions, owed=_OWED)), None) is None
