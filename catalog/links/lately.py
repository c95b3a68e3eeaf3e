"""How the addresses of a list of hits answered when they were last asked: one small question for a whole page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from catalog import tables
from catalog.reading.direct import among, ask
from schemas.mqa import reachable

_links = tables.links


class Answered(NamedTuple):
    """How an address answered: whether well (None: it was not asked yet), and how many bytes it said to have (0: not said)."""

    works: bool | None
    byte_size: int


NEVER = Answered(None, 0)


@lru_cache(maxsize=2)
def _statement(dialect: str) -> sa.Select[Any]:
    columns = (_links.c.address, _links.c.status, _links.c.byte_size)
    return sa.select(*columns).where(among(dialect, _links.c.address, "addresses"))


def answered(engine: sa.Engine, addresses: Sequence[str]) -> Mapping[str, Answered]:
    """How some addresses answered; those that the store does not know are left out."""
    found = ask(engine, _statement, addresses=addresses) if addresses else ()
    return {
        address: Answered(None if status is None else reachable(status), byte_size or 0)
        for address, status, byte_size in found
    }
