"""Reads datasets out of the store as the search index takes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from catalog import tables
from catalog.reading import extents, rows
from catalog.reading.documents import Indexed
from catalog.reading.entries import unpacked
from catalog.reading.summary import Summary
from catalog.store import current, shadowed


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
            *(records.c.source_key, records.c.position),
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
    )


@lru_cache(maxsize=8)
def _distributions_below(base_url: str) -> re.Pattern[bytes]:
    return re.compile(rb"<%s/id/distribution/([a-z0-9]+)>" % re.escape(base_url.encode()))
