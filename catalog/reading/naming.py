"""What a name of a record means: SLUG, KEY, IRI or path of a minted IRI; and what is known of one that is withdrawn."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from catalog import tables
from catalog.reading import rows
from catalog.reading.entries import Gone, Hit
from schemas import iris

_records, _versions = tables.records, tables.versions


def minted(name: str, base_url: str) -> tuple[str, str]:
    """The kind and the KEY that an IRI minted here, or its path, names; nothing for any other name."""
    path = name.removeprefix(base_url).lstrip("/").split("/")
    if len(path) == 3 and path[0] == "id" and path[1] in iris.KINDS:
        return path[1], path[2]
    return "", ""


def keys(connection: sa.Connection, name: str) -> list[str]:
    """The keys that a name not minted here may mean, the most likely first; an IRI of several sources means its owner's."""
    for column in (_records.c.slug, _records.c.key, _records.c.iri):
        statement = sa.select(_records.c.key).where(column == name)
        if column is _records.c.iri:
            statement = statement.order_by(~rows.owns(), _records.c.key)
        if found := list(connection.scalars(statement)):
            return found
    # An IRI that a record bore before belongs to it still.
    return list(connection.scalars(sa.select(tables.owners.c.key).where(tables.owners.c.iri == name)))


def gone(connection: sa.Connection, key: str, at: int) -> Gone | None:
    """A record that is withdrawn at a number: its last title, and when it went; None if there was none."""
    statement = (
        sa.select(_records.c.key, _records.c.slug, _versions.c.title, tables.publications.c.published_at)
        .join_from(_records, _versions, _versions.c.key == _records.c.key)
        .outerjoin(tables.publications, tables.publications.c.number == _versions.c.valid_to)
        .where(_records.c.key == key, _versions.c.valid_from <= at)
        .order_by(_versions.c.valid_from.desc())
        .limit(1)
    )
    row = connection.execute(statement).first()
    return Gone(row[0], row[1], row[2], row[3] or "") if row else None


def last(connection: sa.Connection, key: str, at: int, municipalities: Mapping[str, str]) -> Hit | None:
    """The last version of a record up to a number, public or not; ``municipalities`` are the ids by source key."""
    statement = (
        sa.select(*rows.HIT, sa.null())
        .join_from(_records, _versions, _versions.c.key == _records.c.key)
        .where(_records.c.key == key, _versions.c.valid_from <= at)
        .order_by(_versions.c.valid_from.desc())
        .limit(1)
    )
    row = connection.execute(statement).first()
    return rows.hit(row, municipalities) if row else None
