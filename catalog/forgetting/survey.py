"""Where a person stands in the store, counted by place, row by row, with every value decompressed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from catalog import tables
from catalog.forgetting.values import holds
from catalog.store import current
from harvesters.persons.spellings import Matcher

# Hashes and names of columns of the program; nothing in them was delivered.
UNREAD = frozenset({"forgotten", "forgotten_key", "alembic_version"})
_ROWS = 500


def tables_of(engine: sa.Engine) -> list[sa.Table]:
    """All tables that the store has, also those of an extension or of a newer program."""
    found = sa.MetaData()
    found.reflect(engine)
    return [table for table in found.sorted_tables if table.name not in UNREAD]


def hits(connection: sa.Connection, table: sa.Table, matcher: Matcher) -> Iterator[sa.Row[Any]]:
    """The rows of a table that hold a person, streamed."""
    texts = [column for column in table.c if not isinstance(column.type, (sa.Integer, sa.Boolean, sa.Float))]
    if not texts:
        return
    streamed = connection.execution_options(yield_per=_ROWS)
    for row in streamed.execute(sa.select(table)):
        if any(holds(row._mapping[column], matcher) for column in texts):
            yield row


def count(engine: sa.Engine, matcher: Matcher) -> Counter[str]:
    """How many rows of each table hold a person; versions that are no longer public count as ``history``."""
    found: Counter[str] = Counter()
    with engine.connect() as connection:
        for table in tables_of(engine):
            for row in hits(connection, table, matcher):
                place = table.name
                if place == "versions" and row._mapping["valid_to"] is not None:
                    place = "history"
                found[place] += 1
    return found


def public_records(engine: sa.Engine, matcher: Matcher) -> list[tuple[str, str]]:
    """KEY and title of the public records that hold a person."""
    versions, publication = tables.versions, tables.publication
    with engine.connect() as connection:
        number = connection.scalar(sa.select(publication.c.number)) or 0
        rows = connection.execution_options(yield_per=_ROWS).execute(sa.select(versions).where(current(number)))
        return [(row.key, row.title) for row in rows if any(holds(value, matcher) for value in row)]
