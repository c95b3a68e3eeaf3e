"""Whom a region has forgotten, as keyed hashes in its store: harvests ask it, nobody can read it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from catalog import tables
from catalog.runs.staging import now_text
from harvesters.persons.forgotten import KEY_BYTES, Entry, Forgotten, entries
from harvesters.persons.wanted import Wanted


def forgotten(engine: sa.Engine) -> Forgotten | None:
    """Whom the store says to be forgotten; None if that is nobody."""
    with engine.connect() as connection:
        key = connection.scalar(sa.select(tables.forgotten_key.c.key))
        if key is None:
            return None
        rows = connection.execute(sa.select(tables.forgotten.c.digest, tables.forgotten.c.shape)).all()
    return Forgotten(bytes(key), [Entry(bytes(digest), shape) for digest, shape in rows]) if rows else None


def enter(writing: sa.Engine, wanted: Iterable[Wanted], now: datetime) -> int:
    """Enters texts that are to be forgotten; gives how many hashes the store did not have yet.

    The key is made with the first of them and never changes: it makes a hash of this store worthless elsewhere.
    """
    insert = (postgresql if writing.dialect.name == "postgresql" else sqlite).insert
    with writing.begin() as connection:
        fresh = insert(tables.forgotten_key).values(id=1, key=secrets.token_bytes(KEY_BYTES))
        connection.execute(fresh.on_conflict_do_nothing(index_elements=["id"]))
        key = bytes(connection.scalar(sa.select(tables.forgotten_key.c.key)) or b"")
        before = connection.scalar(sa.select(sa.func.count()).select_from(tables.forgotten)) or 0
        rows = [{**entry._asdict(), "noted": now_text(now)} for entry in entries(key, wanted)]
        known = insert(tables.forgotten).on_conflict_do_nothing(index_elements=["digest"])
        connection.execute(known, rows)
        after = connection.scalar(sa.select(sa.func.count()).select_from(tables.forgotten)) or 0
    return int(after) - int(before)
