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
from catalog.preview.keeping import key_of
from catalog.preview.mapped import Keys
from catalog.preview.wanting import identifiers, needs_names, of_file, of_summary
from catalog.reading import extents, rows
from catalog.reading.documents import Indexed
from catalog.reading.entries import unpacked
from catalog.reading.summary import Summary
from catalog.store import current, shadowed
from schemas import rdf, syntax
from schemas.kinds import is_web
from schemas.model import Dataset, Distribution
from schemas.namespaces import DCTERMS
from schemas.region import Region

# All that canonical N-Triples escape (RDF 1.1 N-Triples, section 4).
_ESCAPED = re.compile(rb"\\(.)")
_ESCAPES = {b"n": b"\n", b"r": b"\r"}
_CONFORMS = re.compile(rb"<%s> <([^>]*)>" % re.escape(str(DCTERMS.conformsTo)).encode())


def datasets(
    engine: sa.Engine, region: Region, number: int, which: sa.ColumnElement[bool], limit: int, mapped: Keys
) -> list[tuple[int, Indexed]]:
    """Datasets that are current at a number, in the order of their versions: the version's id with what is indexed.

    ``which`` is a condition on versions and records, ``limit`` how many at most; ``mapped`` are the previews that show a
    map, whatever the formats say.
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
    return [(row.id, _indexed(region, row, summary, names, mapped)) for row, summary in found]


def _indexed(region: Region, row: Any, summary: Summary, names: Mapping[str, str], mapped: Keys) -> Indexed:
    ntriples = unpacked(row.ntriples)
    distribution = _distributions_below(region.base_url)
    seen = extents.seen(ntriples, summary.formats, summary.hvd)
    called, previews = _previews(region, row, summary, ntriples, exactly=extents.MAP not in seen.traits)
    return Indexed(
        row.key,
        row.source_key,
        row.position or 0,
        summary,
        names.get(summary.publisher, ""),
        tuple(dict.fromkeys(key.decode() for key in distribution.findall(ntriples))),
        seen.with_map() if any(key in mapped for key in previews) else seen,
        row.changed,
        called,
        previews,
    )


def _previews(
    region: Region, row: Any, summary: Summary, ntriples: bytes, exactly: bool
) -> tuple[str, tuple[str, ...]]:
    """How a dataset with a service is called, and the keys of the previews of a dataset's files, as its pages have them.

    Not ``exactly``: what only the whole record tells may be missing.
    """
    files = [file for file in summary.files if file[2]]
    wishes = [of_summary(region, row.source_key, file, summary.title) for file in files]
    called = ""
    if (
        summary.service
        or not SERVICES.keys().isdisjoint(summary.formats)
        or any(needs_names(region, wish) for wish in wishes)
    ):
        called = _called(row, ntriples)
        wishes = [of_summary(region, row.source_key, file, summary.title, called) for file in files]
    keys = list(map(key_of, wishes))
    # To read a record whole costs more than all else of it. Few need it.
    doubtful = not all(is_web(wish.address) for wish in wishes)
    doubtful = doubtful or (not all(wish.service for wish in wishes) and _names_a_service(ntriples))
    if exactly and doubtful:
        triples = syntax.parse(ntriples, "nt")
        record = rdf.Reading(triples).record(subjects.borne("dataset", row.iri, ntriples), Dataset)
        described = (each for each in record.distribution if isinstance(each, Distribution))
        found = (of_file(region, row.source_key, file, record=record) for file in described)
        keys += [key_of(wish) for wish in found if wish is not None]
    return called, tuple(dict.fromkeys(keys))


def _names_a_service(ntriples: bytes) -> bool:
    """Whether a record may name a standard that makes a distribution a service (catalog.links.uses knows them)."""
    return any(
        (b"opengis.net/" in iri or b"ogc.org/" in iri)
        and any(kind in iri for kind in (b"wms", b"wfs", b"wcs", b"wmts"))
        for iri in map(bytes.lower, _CONFORMS.findall(ntriples))
    )


def _called(row: Any, ntriples: bytes) -> str:
    """The identifiers of a dataset: by them the layer of its service is known (as in wishes for previews)."""
    iri = re.escape(subjects.borne("dataset", row.iri, ntriples).encode())
    found = re.findall(rb'^<%s> <%s> "((?:[^"\\]|\\.)*)"' % (iri, str(DCTERMS.identifier).encode()), ntriples, re.M)
    return identifiers(_ESCAPED.sub(lambda match: _ESCAPES.get(match[1], match[1]), each).decode() for each in found)


@lru_cache(maxsize=8)
def _distributions_below(base_url: str) -> re.Pattern[bytes]:
    return re.compile(rb"<%s/id/distribution/([a-z0-9]+)>" % re.escape(base_url.encode()))
