"""Questions past SQLAlchemy give what they give through it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from catalog import database
from catalog.reading import direct
from tests.catalog.builder import region_on

_THINGS = sa.Table(
    "direct_things", sa.MetaData(), sa.Column("key", sa.Text, primary_key=True), sa.Column("n", sa.Integer)
)
KEYS = ["", "a", 'quote"', "comma,", "[]", "ä", "\\", "🌲", *(f"k{number}" for number in range(3000))]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    with region_on(request.param, tmp_path_factory.mktemp("direct")) as region:
        made = database.prepare(region)
        with database.writing(made).begin() as connection:
            _THINGS.create(connection)
            connection.execute(sa.insert(_THINGS), [{"key": key, "n": number} for number, key in enumerate(KEYS)])
        yield made
        made.dispose()


@lru_cache
def _select(dialect: str) -> sa.Select[Any]:
    return sa.select(_THINGS).where(direct.among(dialect, _THINGS.c.key, "keys"), _THINGS.c.n < sa.bindparam("below"))


@given(
    st.lists(st.sampled_from(KEYS[:20]) | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
)
def test_a_list_of_values_is_looked_for_whatever_they_hold(engine: sa.Engine, keys: list[str]) -> None:
    found = sorted(tuple(row) for row in direct.ask(engine, _select, keys=keys, below=15))
    assert found == sorted((key, n) for n, key in enumerate(KEYS) if key in keys and n < 15)


def test_more_values_than_a_statement_takes_parameters(engine: sa.Engine) -> None:
    assert len(direct.ask(engine, _select, keys=KEYS, below=10**6)) == len(KEYS)


def test_connections_are_given_back(engine: sa.Engine) -> None:
    for _ in range(50):
        direct.ask(engine, _select, keys=["a"], below=5)
    pool = engine.pool
    assert isinstance(pool, sa.pool.QueuePool)
    assert pool.checkedout() == 0


def test_what_fails_gives_its_connection_back(engine: sa.Engine) -> None:
    def missing(_dialect: str) -> sa.Select[Any]:
        return sa.select(sa.table("direct_nothing", sa.column("key")))

    with pytest.raises(Exception, match="direct_nothing"):
        direct.ask(engine, missing)
    pool = engine.pool
    assert isinstance(pool, sa.pool.QueuePool)
    assert pool.checkedout() == 0
    assert len(direct.ask(engine, _select, keys=["a"], below=5)) == 1
