"""Small questions that every request asks of the store: those of SQLite go past SQLAlchemy, whose work is more than theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from functools import lru_cache
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite


def among(dialect: str, column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """Whether a column has one of the values of the parameter ``name``, a list.

    For SQLite the list is one text in JSON, so that the statement is the same however long it is.
    """
    if dialect == "sqlite":
        return column.in_(sa.select(sa.func.json_each(sa.bindparam(name)).table_valued("value").c.value))
    return column.in_(sa.bindparam(name, expanding=True))


def ask(
    engine: sa.Engine, statement: Callable[[str], sa.Select[Any]], **values: int | str | Sequence[str]
) -> Sequence[Sequence[Any]]:
    """The rows of a statement, which ``statement`` makes for a dialect, by its named parameters.

    Its columns must be those that SQLite gives as they are wanted: no type of SQLAlchemy converts them. Raises the
    errors of SQLAlchemy on PostgreSQL, those of :mod:`sqlite3` on SQLite.
    """
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            return connection.execute(statement(engine.dialect.name), values).all()
    plain = {name: _plain(value) for name, value in values.items()}
    with closing(engine.raw_connection()) as raw:
        cursor = raw.cursor()
        cursor.execute(_written(statement), plain)
        return cursor.fetchall()


def _plain(value: int | str | Sequence[str]) -> int | str:
    return value if isinstance(value, int | str) else orjson.dumps(list(value)).decode()


@lru_cache(maxsize=64)
def _written(statement: Callable[[str], sa.Select[Any]]) -> str:
    return str(statement("sqlite").compile(dialect=sqlite.dialect(paramstyle="named")))
