"""The writing door to a region's store: what is published, what the guard measures against, what may be deleted.

Versions are written in small batches, invisible; publishing is the update of one row with the run's token checked
(DESIGN 3, steps 5 to 7; :mod:`catalog.runs.number_writer`). Runs and their leases are kept by :mod:`catalog.runs.run_book`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import orjson
import sqlalchemy as sa

from catalog import database, tables
from catalog.runs.memory import StoreMemory
from catalog.runs.planning import Baseline, Counts, Published, loses_license
from catalog.runs.responses import Responses
from catalog.runs.run_book import RunBook
from catalog.runs.staging import now_text
from schemas.region import Region

BATCH = 500


class Store(RunBook):
    """The writing door to a region's store."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.engine = database.prepare(region)
        self.writing = database.writing(self.engine)
        self.responses = Responses(region.data / "responses")
        self._first_number()

    def _first_number(self) -> None:
        if self.number_or_none() is None:
            first = self.upsert(tables.publication).values(id=1, number=0, published_at=now_text())
            with self.writing.begin() as connection:
                connection.execute(first.on_conflict_do_nothing(index_elements=["id"]))

    def number_or_none(self) -> int | None:
        """The published number; None in a store that was never written to."""
        with self.engine.connect() as connection:
            return connection.scalar(sa.select(tables.publication.c.number))

    def close(self) -> None:
        """Gives the connections back."""
        self.engine.dispose()

    def number(self) -> int:
        """The published number."""
        return self.number_or_none() or 0

    def has_violations(self, source_key: str, at: int) -> bool:
        """Whether a published record of a source has a finding of severity violation."""
        versions, records = tables.versions, tables.records
        with self.engine.connect() as connection:
            found = connection.scalar(
                sa.select(sa.literal(1))
                .select_from(records.join(versions, versions.c.key == records.c.key))
                .where(records.c.source_key == source_key, current(at), versions.c.findings.like('%["violation"%'))
                .limit(1)
            )
        return found is not None

    def title(self, version_id: int) -> str:
        """The title of a version."""
        with self.engine.connect() as connection:
            return str(connection.scalar(sa.select(tables.versions.c.title).where(tables.versions.c.id == version_id)))

    # ---------------------------------------------------------------------------------------- what is known

    def published(self, source_key: str, at: int) -> Iterator[Published]:
        """The records of a source that are published at a number, in the order of their keys, streamed."""
        records, versions, presence, owners = tables.records, tables.versions, tables.presence, tables.owners
        statement = (
            sa.select(
                records.c.key,
                versions.c.id,
                versions.c.content_hash,
                sa.func.coalesce(presence.c.input_hash, b""),
                records.c.kind,
                records.c.position,
                sa.func.coalesce(presence.c.absent_runs, 0),
                presence.c.absent_since,
                owners.c.key,
            )
            .join_from(records, versions, versions.c.key == records.c.key)
            .outerjoin(presence, presence.c.key == records.c.key)
            .outerjoin(owners, sa.and_(owners.c.iri == records.c.iri, owners.c.key != records.c.key))
            .where(records.c.source_key == source_key, current(at))
            .order_by(records.c.key)
        )
        with self.engine.connect().execution_options(yield_per=2000) as connection:
            for key, version_id, content, given, _kind, position, runs, since, owner in connection.execute(statement):
                yield Published(key, version_id, bytes(content), bytes(given), position is None, runs, since, owner)

    def blocked(self, source_key: str) -> Mapping[str, bytes]:
        """The content hashes of what an undo blocked, by native id."""
        table = tables.blocked
        with self.engine.connect() as connection:
            rows = connection.execute(
                sa.select(table.c.native_id, table.c.content_hash).where(table.c.source_key == source_key)
            )
            return {native_id: bytes(digest) for native_id, digest in rows}

    def contents(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        """The content hashes of those of the KEYs that are published."""
        versions = tables.versions
        found: dict[str, bytes] = {}
        at = self.number()
        with self.engine.connect() as connection:
            for start in range(0, len(keys), BATCH):
                rows = connection.execute(
                    sa.select(versions.c.key, versions.c.content_hash).where(
                        versions.c.key.in_(keys[start : start + BATCH]), current(at)
                    )
                )
                found.update((key, bytes(digest)) for key, digest in rows)
        return found

    def owners(self, wanted: Sequence[str]) -> Mapping[str, str]:
        """The KEYs that own the IRIs, as far as they are owned."""
        found: dict[str, str] = {}
        with self.engine.connect() as connection:
            for start in range(0, len(wanted), BATCH):
                rows = connection.execute(
                    sa.select(tables.owners.c.iri, tables.owners.c.key).where(
                        tables.owners.c.iri.in_(wanted[start : start + BATCH])
                    )
                )
                found.update((iri, key) for iri, key in rows)
        return found

    def baseline(self, source_key: str, now: datetime) -> Baseline:
        """What the guard measures against: good runs of 30 days, from the last one that a steward accepted on."""
        runs = tables.runs
        since = now_text(now - timedelta(days=30))
        highest = 0
        with self.engine.connect() as connection:
            rows = connection.execute(
                sa.select(runs.c.counts, runs.c.kind, runs.c.coverage)
                .where(
                    runs.c.source_key == source_key,
                    runs.c.state == "done",
                    runs.c.status.in_(("ok", "warnings")),
                    runs.c.kind.in_(("harvest", "accepted", "replay")),
                    runs.c.published.is_not(None),
                    runs.c.ended >= since,
                )
                .order_by(runs.c.id.desc())
            )
            for counts, kind, coverage in rows:
                loaded = orjson.loads(counts)
                if coverage == "complete":
                    highest = max(highest, loaded.get("fetched", 0) - loaded.get("duplicates", 0))
                if kind == "accepted":
                    break
            present = connection.scalar(
                sa.select(sa.func.count())
                .select_from(tables.records.join(tables.versions, tables.versions.c.key == tables.records.c.key))
                .outerjoin(tables.presence, tables.presence.c.key == tables.records.c.key)
                .where(
                    tables.records.c.source_key == source_key,
                    tables.records.c.position.is_not(None),
                    current(self.number()),
                    tables.presence.c.absent_since.is_(None),
                )
            )
        return Baseline(highest, int(present or 0))

    def licenses_lost(self, pairs: Sequence[tuple[int, str]]) -> int:
        """How many updates would drop a record's licence. Takes pairs of replaced version and new summary."""
        lost = 0
        with self.engine.connect() as connection:
            for start in range(0, len(pairs), BATCH):
                batch = dict(pairs[start : start + BATCH])
                rows = connection.execute(
                    sa.select(tables.versions.c.id, tables.versions.c.summary).where(
                        tables.versions.c.id.in_(list(batch))
                    )
                )
                lost += sum(loses_license(summary, batch[version]) for version, summary in rows)
        return lost

    def ntriples(self, version_id: int) -> bytes:
        """The stored N-Triples of a version, compressed."""
        with self.engine.connect() as connection:
            stored = connection.scalar(sa.select(tables.versions.c.ntriples).where(tables.versions.c.id == version_id))
        return bytes(stored or b"")

    def source_of(self, key: str) -> str | None:
        """The key of the source of a record."""
        with self.engine.connect() as connection:
            found: str | None = connection.scalar(
                sa.select(tables.records.c.source_key).where(tables.records.c.key == key)
            )
        return found

    def identities(self, keys: Sequence[str]) -> dict[str, tuple[str, str]]:
        """IRI and native id of some records, by KEY."""
        records = tables.records
        statement = sa.select(records.c.key, records.c.iri, records.c.native_id).where(records.c.key.in_(keys))
        with self.engine.connect() as connection:
            return {key: (iri, native_id) for key, iri, native_id in connection.execute(statement)}

    def identified(self, version_ids: Sequence[int]) -> list[tuple[str, str, str, str, bytes]]:
        """KEY, native id, kind, IRI and compressed N-Triples of the records of some versions."""
        versions, records = tables.versions, tables.records
        columns = (records.c.key, records.c.native_id, records.c.kind, records.c.iri, versions.c.ntriples)
        joined = sa.select(*columns).join_from(versions, records, records.c.key == versions.c.key)
        with self.engine.connect() as connection:
            rows = connection.execute(joined.where(versions.c.id.in_(version_ids)))
            return [(key, native_id, kind, iri, bytes(packed)) for key, native_id, kind, iri, packed in rows]

    def contents_of(self, version_ids: Sequence[int]) -> list[tuple[str, str, bytes]]:
        """Kind, IRI and compressed N-Triples of the records of some versions."""
        versions, records = tables.versions, tables.records
        statement = (
            sa.select(records.c.kind, records.c.iri, versions.c.ntriples)
            .join_from(versions, records, records.c.key == versions.c.key)
            .where(versions.c.id.in_(version_ids))
        )
        with self.engine.connect() as connection:
            return [(kind, iri, bytes(packed)) for kind, iri, packed in connection.execute(statement)]

    def memory(self, source_key: str) -> StoreMemory:
        """What the last runs of a source left behind."""
        return StoreMemory(self.engine, source_key)

    def prune(self, now: datetime) -> None:
        """Deletes responses that no current record was read from, after 30 days, and runs after 365 (faults 3)."""
        with self.writing.begin() as connection:
            month, year = now_text(now - timedelta(days=30)), now_text(now - timedelta(days=365))
            connection.execute(sa.delete(tables.responses).where(tables.responses.c.fetched < month))
            connection.execute(
                sa.delete(tables.runs).where(tables.runs.c.ended < year, tables.runs.c.published.is_(None))
            )
            needed = set(connection.scalars(sa.select(tables.responses.c.name)))
            needed |= set(
                connection.scalars(sa.select(tables.pages.c.response).where(tables.pages.c.response.is_not(None)))
            )
            needed |= set(
                connection.scalars(
                    sa.select(tables.versions.c.response)
                    .where(tables.versions.c.valid_to.is_(None), tables.versions.c.response.is_not(None))
                    .distinct()
                )
            )
        self.responses.prune(needed, older_than_days=30)


def current(at: int | sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """The condition that a version is current at a publication number."""
    versions = tables.versions
    return sa.and_(versions.c.valid_from <= at, sa.or_(versions.c.valid_to.is_(None), versions.c.valid_to > at))


def shadowed(at: int | sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """The condition that the record of a version stands behind another of its cluster at a publication number."""
    shadows = tables.shadows
    return sa.exists().where(
        shadows.c.key == tables.versions.c.key,
        shadows.c.valid_from <= at,
        sa.or_(shadows.c.valid_to.is_(None), shadows.c.valid_to > at),
    )


def counts_json(counts: Counts) -> str:
    """Counts as they lie in the runs table."""
    return orjson.dumps(counts.to_json()).decode()


def utc_now() -> datetime:
    """The present time in UTC."""
    return datetime.now(UTC)
