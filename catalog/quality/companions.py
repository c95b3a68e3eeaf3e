"""The agents, services and series that datasets refer to: read once, however many datasets name them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from catalog import tables
from catalog.reading import rows
from catalog.reading.entries import RECORD_CLASSES, unpacked
from catalog.reading.summary import refs_of
from catalog.store import current
from schemas import rdf, syntax
from schemas.model import Agent, Resource

# So many stay in memory; more than that are read again.
REMEMBERED = 2000
_versions, _records = tables.versions, tables.records


class Companions:
    """What records refer to at one publication number."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._known: dict[str, tuple[Resource, tuple[str, ...]] | None] = {}

    def load(self, connection: sa.Connection, iris: Collection[str]) -> None:
        """Reads what is behind some IRIs, and behind those that these refer to; an IRI that is no record is passed over."""
        if len(self._known) > REMEMBERED:
            self._known.clear()
        wanted = set(iris) - self._known.keys()
        while wanted:
            self._known |= dict.fromkeys(wanted)
            found: set[str] = set()
            for some in rows.batches(sorted(wanted)):
                for row in connection.execute(self._select(some)):
                    refs = refs_of(row.summary)
                    self._known[row.iri] = _read(row), refs
                    found.update(refs)
            wanted = found - self._known.keys()

    def of(self, refs: Collection[str]) -> list[Resource]:
        """The records behind some IRIs that were loaded, with those that they refer to, each once."""
        found: dict[str, Resource] = {}
        waiting = list(refs)
        while waiting:
            iri = waiting.pop()
            known = self._known.get(iri)
            if known is not None and iri not in found:
                found[iri] = known[0]
                waiting += known[1]
        return list(found.values())

    def named(self, refs: Collection[str]) -> set[str]:
        """Those of the IRIs that are agents with a name."""
        return {record.iri for record in self.of(refs) if isinstance(record, Agent) and record.name and record.iri}

    def _select(self, iris: Collection[str]) -> sa.Select[Any]:
        return (
            sa.select(_records.c.iri, _records.c.kind, _versions.c.ntriples, _versions.c.summary)
            .join_from(_versions, _records, _records.c.key == _versions.c.key)
            .where(_records.c.iri.in_(iris), _records.c.kind != "dataset", current(self.number))
        )


def _read(row: Any) -> Resource:
    return rdf.Reading(syntax.parse(unpacked(row.ntriples), "nt")).record(row.iri, RECORD_CLASSES[row.kind])
