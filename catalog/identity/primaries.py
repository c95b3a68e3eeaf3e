"""Which record of a cluster is public: the one whose source is nearest to the publisher.

In this order: whom a steward wants in front (the latest word counts); whoever owns an IRI that several of them bear (the
first source to publish it); a source that is run by the municipality that its record names as publisher; a source whose
host is the publisher's own; the record that was seen first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple
from urllib.parse import urlsplit

import sqlalchemy as sa
import zstandard

from catalog import tables
from catalog.identity.likeness import folded
from catalog.reading.summary import Summary
from catalog.store import current
from schemas import iris, rdf, syntax
from schemas.model import Agent, iri_of
from schemas.region import HarvestSource, Region, publisher_key


class Candidate(NamedTuple):
    """A record of a cluster."""

    key: str
    version_id: int
    source_key: str
    iri: str
    summary: str
    first_seen: str
    position: int


class _Publisher(NamedTuple):
    municipality: str  # its id, or empty
    hosts: frozenset[str]


class Primaries:
    """The rule, for one number; publishers recur, so they are remembered."""

    def __init__(self, region: Region, number: int, owners: Mapping[str, str] | None = None) -> None:
        """Takes the owners of IRIs that the number changes, by IRI."""
        self.region = region
        self.number = number
        self._owners = owners if owners is not None else {}
        self._publishers: dict[str, _Publisher] = {}

    def of(self, connection: sa.Connection, cluster: Sequence[Candidate]) -> str:
        """The KEY of the cluster's primary."""
        owners = tables.owners
        keys = [candidate.key for candidate in cluster]
        owned = sa.select(owners.c.iri, owners.c.key).where(
            owners.c.iri.in_([candidate.iri for candidate in cluster]), owners.c.key.in_(keys)
        )
        owner = {row.iri: row.key for row in connection.execute(owned)} | dict(self._owners)
        wanted = preferred(connection, keys, self.number)
        return min(
            cluster,
            key=lambda each: (
                -wanted.get(each.key, 0),
                owner.get(each.iri, each.key) != each.key,
                -self._nearness(connection, each),
                each.first_seen,
                each.position,
                each.key,
            ),
        ).key

    @cached_property
    def _sources(self) -> dict[str, HarvestSource]:
        return {source.key: source for source in self.region.sources}

    def _nearness(self, connection: sa.Connection, candidate: Candidate) -> int:
        source = self._sources.get(candidate.source_key)
        iri = Summary.from_json(candidate.summary).publisher
        if source is None or not iri:
            return 0
        publisher = self._publisher(connection, iri)
        if publisher.municipality == source.municipality:
            return 2
        return int(_host(source.url) in publisher.hosts)

    def _publisher(self, connection: sa.Connection, iri: str) -> _Publisher:
        if iri not in self._publishers:
            if len(self._publishers) > 10_000:
                self._publishers.clear()
            self._publishers[iri] = self._looked_up(connection, iri)
        return self._publishers[iri]

    def _looked_up(self, connection: sa.Connection, iri: str) -> _Publisher:
        versions, records = tables.versions, tables.records
        row = connection.execute(
            sa.select(versions.c.title, versions.c.ntriples)
            .join_from(versions, records, records.c.key == versions.c.key)
            .where(records.c.iri == iri, records.c.kind == "agent", current(self.number))
            .limit(1)
        ).first()
        name = folded(row.title) if row else ""
        homepages: tuple[str, ...] = ()
        if row is not None:
            agent = rdf.Reading(syntax.parse(zstandard.decompress(row.ntriples), "nt")).record(iri, Agent)
            homepages = tuple(address for value in agent.homepage if (address := iri_of(value)))
        own = next(
            (
                m
                for m in self.region.municipalities
                if iri == iris.mint(self.region.base_url, "agent", publisher_key(m.id)) or name == folded(m.name)
            ),
            None,
        )
        hosts = {_host(address) for address in (*homepages, *((own.url,) if own and own.url else ()))}
        return _Publisher(own.id if own else "", frozenset(hosts - {""}))


def preferred(connection: sa.Connection, keys: Sequence[str], at: int) -> dict[str, int]:
    """Which of some records a steward wants in front at a number, and since which one."""
    table = tables.preferred
    valid = sa.and_(table.c.valid_from <= at, sa.or_(table.c.valid_to.is_(None), table.c.valid_to > at))
    since = sa.select(table.c.key, sa.func.max(table.c.valid_from)).where(table.c.key.in_(keys), valid)
    return dict(connection.execute(since.group_by(table.c.key)).all())


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
