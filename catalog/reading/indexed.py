"""Reads datasets out of the store as the search index takes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from catalog import tables
from catalog.identity import subjects
from catalog.links.questions import SERVICES
from catalog.reading import extents, rows
from catalog.reading.documents import Indexed
from catalog.reading.entries import unpacked
from catalog.reading.summary import Summary
from catalog.store import current, shadowed
from schemas.namespaces import DCTERMS

_LONGEST = 200
# All that canonical N-Triples escape (RDF 1.1 N-Triples, section 4).
_ESCAPED = re.compile(rb"\\(.)")
_ESCAPES = {b"n": b"\n", b"r": b"\r"}


def datasets(
    engine: sa.Engine, base_url: str, number: int, which: sa.ColumnElement[bool], limit: int
) -> list[tuple[int, Indexed]]:
    """Datasets that are current at a number, in the order of their versions: the version's id with what is indexed.

    ``which`` is a condition on versions and records, ``limit`` how many at most.
    """
    versions, records = tables.versions, tables.records
    statement = (
        sa.select(
            *(versions.c.id, versions.c.key, versions.c.summary, versions.c.ntriples, versions.c.changed),
            *(records.c.source_key, records.c.position, records.c.iri),
        )
        .join_from(versions, records, records.c.key == versions.c.key)
        .where(which, current(number), ~shadowed(number), records.c.kind == "dataset")
        .order_by(versions.c.id)
        .limit(limit)
    )
    with engine.begin() as connection:
        found = [(row, Summary.from_json(row.summary)) for row in connection.execute(statement)]
        names = rows.titles(connection, {summary.publisher for _, summary in found if summary.publisher}, number)
    distribution = _distributions_below(base_url)
    return [(row.id, _indexed(row, summary, names, distribution)) for row, summary in found]


def _indexed(row: Any, summary: Summary, names: Mapping[str, str], distribution: re.Pattern[bytes]) -> Indexed:
    ntriples = unpacked(row.ntriples)
    return Indexed(
        row.key,
        row.source_key,
        row.position or 0,
        summary,
        names.get(summary.publisher, ""),
        tuple(dict.fromkeys(key.decode() for key in distribution.findall(ntriples))),
        extents.seen(ntriples, summary.formats, summary.hvd),
        row.changed,
        _called(row, summary, ntriples),
    )


def _called(row: Any, summary: Summary, ntriples: bytes) -> str:
    """The first identifier of a dataset that has a service: by it the service's layer is known (as in wishes for previews)."""
    if not (summary.service or any(code in SERVICES for code in summary.formats)):
        return ""
    iri = re.escape(subjects.borne("dataset", row.iri, ntriples).encode())
    found = re.search(rb'^<%s> <%s> "((?:[^"\\]|\\.)*)"' % (iri, str(DCTERMS.identifier).encode()), ntriples, re.M)
    return _ESCAPED.sub(lambda match: _ESCAPES.get(match[1], match[1]), found[1]).decode()[:_LONGEST] if found else ""


@lru_cache(maxsize=8)
def _distributions_below(base_url: str) -> re.Pattern[bytes]:
    return re.compile(rb"<%s/id/distribution/([a-z0-9]+)>" % re.escape(base_url.encode()))
