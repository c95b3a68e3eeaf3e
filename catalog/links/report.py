"""The addresses that do not answer, with the datasets that need them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from catalog import tables
from catalog.links.answers import words
from catalog.links.book import Link, columns
from catalog.reading import rows
from catalog.runs.staging import now_text

_links, _uses, _records = tables.links, tables.link_uses, tables.records


class Broken(NamedTuple):
    """An address that does not answer, and the slugs of the datasets that name it."""

    link: Link
    datasets: tuple[str, ...]
    sources: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The address for ``--json`` and the API."""
        return {**told(self.link), "datasets": list(self.datasets), "sources": list(self.sources)}


def told(link: Link) -> dict[str, Any]:
    """What is known of an address, for ``--json``."""
    return {
        "address": link.address,
        "service": link.service or None,
        "works": link.works,
        "status": link.status,
        "reason": {language: words(link.reason, link.status, language) for language in ("de", "en")},
        "checked": link.checked,
        "reachable": link.reachable,
        "failing_since": link.failing_since,
        "failures": link.failures,
        "due": link.due,
    }


def broken(
    connection: sa.Connection, source_key: str | None = None, limit: int | None = None, names: int | None = None
) -> list[Broken]:
    """The addresses in use that did not answer when they were last asked, those that many need first.

    At most ``limit`` of them, each with at most ``names`` of its datasets; None: all.
    """
    needed = sa.func.count(_uses.c.key.distinct())
    statement = (
        sa.select(_links.c.id)
        .join(_uses, _uses.c.link_id == _links.c.id)
        .where(sa.or_(_links.c.status < 200, _links.c.status >= 400))
        .group_by(_links.c.id)
        .order_by(needed.desc(), _links.c.id)
        .limit(limit)
    )
    if source_key is not None:
        statement = statement.where(_uses.c.source_key == source_key)
    wanted = list(connection.scalars(statement))
    found: dict[int, tuple[Link, dict[str, None], dict[str, None]]] = {}
    for some in rows.batches(wanted):
        for row in connection.execute(_used_by(some, source_key, names)):
            values = {name: value for name, value in row._mapping.items() if name in Link._fields}
            _, slugs, sources = found.setdefault(row.id, (Link(**values), {}, {}))
            slugs[row.slug] = None
            sources[row.source_key] = None
    return [Broken(link, tuple(slugs), tuple(sources)) for link, slugs, sources in map(found.__getitem__, wanted)]


def _used_by(some: Sequence[int], source_key: str | None, names: int | None) -> sa.Select[Any]:
    """Some addresses with the datasets that name them, a row for each."""
    nth = sa.func.dense_rank().over(partition_by=_links.c.id, order_by=_records.c.slug).label("nth")
    uses = (
        sa.select(*columns(), _uses.c.source_key, _uses.c.service, _records.c.slug, nth)
        .join(_uses, _uses.c.link_id == _links.c.id)
        .join(_records, _records.c.key == _uses.c.key)
        .where(_links.c.id.in_(some))
    )
    if source_key is not None:
        uses = uses.where(_uses.c.source_key == source_key)
    numbered = uses.subquery()
    statement = sa.select(numbered).order_by(numbered.c.id, numbered.c.slug)
    return statement if names is None else statement.where(numbered.c.nth <= names)


class Reach(NamedTuple):
    """How many addresses in use answer, do not, and are not known."""

    good: int
    bad: int
    unknown: int

    @property
    def all(self) -> int:
        """How many there are."""
        return self.good + self.bad + self.unknown


def reach(connection: sa.Connection) -> Reach:
    """How many addresses in use answer."""
    used = sa.exists().where(_uses.c.link_id == _links.c.id)
    good = sa.and_(_links.c.status >= 200, _links.c.status < 400)
    kind = sa.case((_links.c.status.is_(None), "unknown"), (good, "good"), else_="bad")
    counted: dict[str, int] = {}
    for name, number in connection.execute(sa.select(kind, sa.func.count()).where(used).group_by(kind)):
        counted[name] = number
    return Reach(counted.get("good", 0), counted.get("bad", 0), counted.get("unknown", 0))


def waiting(connection: sa.Connection, now: datetime) -> int:
    """How many addresses in use are due to be asked."""
    used = sa.exists().where(_uses.c.link_id == _links.c.id)
    due = _links.c.due <= now_text(now)
    return int(connection.scalar(sa.select(sa.func.count()).select_from(_links).where(used, due)) or 0)
