"""One dataset from several sources is one cluster: which, who is its primary; settled with each publication.

Who is not the primary lies in the shadow of who is, and is not public. Nothing is clustered inside one source. Each
publication looks only at what it touched, through an index of traits; a catalogue of one source keeps none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from catalog import tables
from catalog.identity import traits as trait_hashes
from catalog.identity.primaries import Candidate, Primaries
from catalog.identity.traits import Known
from catalog.runs.number_writer import NumberWriter, batches
from catalog.runs.staging import Staging
from catalog.store import current

# A trait that so many records bear says nothing by itself.
_HOT = 200
_versions, _records, _traits, _shadows, _splits = (
    *(tables.versions, tables.records, tables.traits),
    *(tables.shadows, tables.splits),
)


class Edge(NamedTuple):
    """Two records that are one dataset, how sure that is, and why."""

    strength: float
    one: str
    other: str
    evidence: Mapping[str, Any]


class _Member(NamedTuple):
    candidate: Candidate
    packed: bytes

    @property
    def key(self) -> str:
        return self.candidate.key


class Clusters:
    """Settles clusters under the number that a writer is about to publish."""

    def __init__(self, writer: NumberWriter) -> None:
        self.writer = writer
        self.store = writer.store
        self.region = writer.store.region
        self.number = writer.number
        self._hot: set[int] = set()
        self._known: dict[int, Known] = {}
        self._primaries = Primaries(self.region, self.number, writer.owners)

    def settle_plan(self, staging: Staging) -> None:
        """Enters the traits of what a plan has written, and settles the clusters that it touches. Raises LeaseLost."""
        if not self.begin():
            return
        touched = staging.database.execute(
            "SELECT p.key, t.hashes FROM plan p LEFT JOIN traits t USING (key) "
            "WHERE p.companion = 0 AND p.action IN ('create', 'update', 'withdraw')"
        )
        for batch in batches(touched):
            self.settle(dict(batch))

    def settle_keys(self, keys: Iterable[str]) -> None:
        """The same for records that something else than a plan has changed."""
        if not self.begin():
            return
        for batch in batches(keys):
            self.settle(dict.fromkeys(batch))

    def begin(self) -> bool:
        """Whether there is anything to settle; if the catalogue has just got a second source, all of it is looked at."""
        publication = tables.publication
        with self.store.engine.connect() as connection:
            since = connection.scalar(sa.select(publication.c.traits_from))
            columns = sa.select(sa.func.min(_records.c.source_key), sa.func.max(_records.c.source_key))
            first, last = connection.execute(columns).one()
        if since is not None and since < self.number:
            return True
        if first == last:
            return False
        self._begin_with_all()
        return True

    def _begin_with_all(self) -> None:
        last = ""
        while keys := self._after(last):
            self._enter(dict.fromkeys(keys))
            last = keys[-1]
        last = ""
        while keys := self._after(last):
            self._settle(keys)
            last = keys[-1]
        with self.store.writing.begin() as connection:
            # Should this number not be published, the next attempt at it looks at all again.
            connection.execute(sa.update(tables.publication).values(traits_from=self.number))

    def _after(self, last: str) -> list[str]:
        statement = (
            sa.select(_records.c.key)
            .join(_versions, _versions.c.key == _records.c.key)
            .where(_records.c.kind == "dataset", _records.c.key > last, current(self.number))
            .order_by(_records.c.key)
            .limit(500)
        )
        with self.store.engine.connect() as connection:
            return list(connection.scalars(statement))

    def settle(self, hashes: Mapping[str, bytes | None]) -> None:
        """Enters traits of records that changed, by KEY (None: to be read from the record), and settles their clusters."""
        self._enter(hashes)
        self._settle(list(hashes))
        self.writer.renew()

    # ------------------------------------------------------------------------------------------------- traits

    def _enter(self, hashes: Mapping[str, bytes | None]) -> None:
        known = sa.exists().where(_traits.c.version_id == _versions.c.id)
        columns = (_versions.c.id, _versions.c.key, _records.c.source_key)
        staged = [key for key, packed in hashes.items() if packed is not None]
        missing = [key for key, packed in hashes.items() if packed is None]
        rows: list[dict[str, Any]] = []
        with self.store.engine.connect() as connection:
            for row in connection.execute(self._current(columns, staged).where(~known)):
                rows += _rows(row, trait_hashes.unpack(hashes[row.key] or b""))
            read = self._current((*columns, _records.c.iri, _versions.c.ntriples), missing)
            for row in connection.execute(read.where(~known)):
                iri = self.writer.subjects.get(row.key, row.iri)
                dataset = trait_hashes.known_from(iri, bytes(row.ntriples), self.region.language)
                rows += _rows(row, trait_hashes.traits(dataset, self.region.base_url))
        if rows:
            with self.store.writing.begin() as connection:
                connection.execute(sa.insert(_traits), rows)

    def _current(self, columns: Sequence[Any], keys: Sequence[str]) -> sa.Select[Any]:
        return (
            sa.select(*columns)
            .join_from(_versions, _records, _records.c.key == _versions.c.key)
            .where(_versions.c.key.in_(keys), current(self.number), _records.c.kind == "dataset")
        )

    # ------------------------------------------------------------------------------------------------- clusters

    def _settle(self, keys: Sequence[str]) -> None:
        with self.store.engine.connect() as connection:
            present = self._shadows_of(connection, keys)
            starts = {*keys, *present, *(row.primary_key for row in present.values())}
            members, edges = self._explore(connection, starts)
            present |= self._shadows_of(connection, [key for key in members if key not in starts])
            wanted: dict[str, tuple[str, str]] = {}
            for cluster in self._grouped(connection, members, edges):
                primary = self._primaries.of(connection, [members[key].candidate for key in cluster])
                wanted |= _behind(primary, cluster, edges)
        self._write(present, wanted)

    def _shadows_of(self, connection: sa.Connection, keys: Iterable[str]) -> dict[str, Any]:
        """The shadows of the clusters that some records are in, by KEY."""
        found: dict[str, Any] = {}
        asked: set[str] = set()
        wanted = set(keys)
        while wanted:
            asked |= wanted
            related: set[str] = set()
            for batch in batches(sorted(wanted)):
                touches = sa.or_(_shadows.c.key.in_(batch), _shadows.c.primary_key.in_(batch))
                for row in connection.execute(sa.select(_shadows).where(touches, _valid(_shadows, self.number))):
                    found[row.key] = row
                    related |= {row.key, row.primary_key}
            wanted = related - asked
        return found

    def _explore(self, connection: sa.Connection, starts: set[str]) -> tuple[dict[str, _Member], list[Edge]]:
        """Everything that hangs together with some records, and the edges between."""
        members: dict[str, _Member] = {}
        edges: dict[tuple[str, str], Edge] = {}
        wanted = set(starts)
        while wanted:
            pairs: set[tuple[str, str]] = set()
            for batch in batches(sorted(wanted)):
                pairs |= self._pairs(connection, batch)
            fresh = {key for pair in pairs for key in pair} - members.keys()
            for batch in batches(sorted(fresh)):
                members |= self._members(connection, batch)
            for one, other in pairs - edges.keys():
                first, second = members.get(one), members.get(other)
                if first is None or second is None:
                    continue
                found = trait_hashes.evidence(self._look(first), self._look(second))
                if found is not None:
                    edges[one, other] = Edge(found[0], one, other, found[1])
            # Records that turned out to be alike may be alike to others still.
            wanted = {key for edge in edges for key in edge if key in fresh} - wanted
        self._known.clear()
        return members, list(edges.values())

    def _pairs(self, connection: sa.Connection, keys: Sequence[str]) -> set[tuple[str, str]]:
        """Records that share a trait with one of some, in another source, as pairs in order."""
        mine, other = _traits.alias("mine"), _traits.alias("other")
        before = sa.exists().where(other.c.trait == mine.c.trait, other.c.source_key < mine.c.source_key)
        behind = sa.exists().where(other.c.trait == mine.c.trait, other.c.source_key > mine.c.source_key)
        shared = (
            sa.select(mine.c.trait)
            .join(_versions, _versions.c.id == mine.c.version_id)
            .where(_versions.c.key.in_(keys), current(self.number), sa.or_(before, behind))
            .distinct()
        )
        found = [trait for trait in connection.scalars(shared) if trait not in self._hot]
        pairs: set[tuple[str, str]] = set()
        for batch in batches(found):
            pairs |= self._pairs_by(connection, batch, set(keys))
        return pairs

    def _pairs_by(self, connection: sa.Connection, shared: Sequence[int], keys: set[str]) -> set[tuple[str, str]]:
        counted = sa.select(_traits.c.trait).where(_traits.c.trait.in_(shared)).group_by(_traits.c.trait)
        self._hot |= set(connection.scalars(counted.having(sa.func.count() > _HOT)))
        telling = [trait for trait in shared if trait not in self._hot]
        holders: dict[int, list[tuple[str, str]]] = {}
        statement = (
            sa.select(_traits.c.trait, _traits.c.source_key, _versions.c.key)
            .join(_versions, _versions.c.id == _traits.c.version_id)
            .where(_traits.c.trait.in_(telling), current(self.number))
        )
        for trait, source_key, key in connection.execute(statement):
            holders.setdefault(trait, []).append((source_key, key))
        return {
            (min(key, other), max(key, other))
            for held in holders.values()
            for source, key in held
            if key in keys
            for other_source, other in held
            if other_source != source
        }

    def _members(self, connection: sa.Connection, keys: Sequence[str]) -> dict[str, _Member]:
        columns = (
            *(_versions.c[name] for name in ("id", "key", "summary", "ntriples")),
            *(_records.c[name] for name in ("source_key", "iri", "first_seen", "position")),
        )
        return {
            row.key: _Member(
                Candidate(
                    *(row.key, row.id, row.source_key, self.writer.subjects.get(row.key, row.iri)),
                    *(row.summary, row.first_seen, row.position or 0),
                ),
                bytes(row.ntriples),
            )
            for row in connection.execute(self._current(columns, keys))
        }

    def _look(self, member: _Member) -> Known:
        version = member.candidate.version_id
        if version not in self._known:
            self._known[version] = trait_hashes.known_from(member.candidate.iri, member.packed, self.region.language)
        return self._known[version]

    def _grouped(
        self, connection: sa.Connection, members: Mapping[str, _Member], edges: Sequence[Edge]
    ) -> list[list[str]]:
        """The clusters: edges joined from the surest on, one record of a source in each, none with one it was split from."""
        groups = {key: [key] for edge in edges for key in edge[1:3]}
        apart = self._split_pairs(connection, list(groups))
        for edge in sorted(edges, key=lambda edge: (-edge.strength, edge.one, edge.other)):
            one, other = groups[edge.one], groups[edge.other]
            if one is other:
                continue
            sources = [members[key].candidate.source_key for key in (*one, *other)]
            if len(set(sources)) < len(sources):
                continue
            if any((min(a, b), max(a, b)) in apart for a in one for b in other):
                continue
            one += other
            for key in other:
                groups[key] = one
        return [group for group in {id(group): group for group in groups.values()}.values() if len(group) > 1]

    def _split_pairs(self, connection: sa.Connection, keys: Sequence[str]) -> set[tuple[str, str]]:
        found: set[tuple[str, str]] = set()
        for batch in batches(keys):
            statement = sa.select(_splits.c.one, _splits.c.other).where(
                sa.or_(_splits.c.one.in_(batch), _splits.c.other.in_(batch)), _valid(_splits, self.number)
            )
            found |= {(one, other) for one, other in connection.execute(statement)}
        return found

    def _write(self, present: Mapping[str, Any], wanted: Mapping[str, tuple[str, str]]) -> None:
        over = [row for key, row in present.items() if wanted.get(key) != (row.primary_key, row.evidence)]
        kept = {key for key, row in present.items() if wanted.get(key) == (row.primary_key, row.evidence)}
        new = [
            {
                "key": key,
                "primary_key": primary,
                "evidence": evidence,
                "valid_from": self.number,
                "run_id": self.writer.run.id,
            }
            for key, (primary, evidence) in wanted.items()
            if key not in kept
        ]
        if not over and not new:
            return
        with self.store.writing.begin() as connection:
            for batch in batches(row.id for row in over):
                own = _shadows.c.id.in_(batch)
                connection.execute(sa.delete(_shadows).where(own, _shadows.c.valid_from == self.number))
                connection.execute(sa.update(_shadows).where(own).values(valid_to=self.number))
            if new:
                connection.execute(sa.insert(_shadows), new)


def _rows(version: Any, hashes: Iterable[int]) -> list[dict[str, Any]]:
    return [{"trait": each, "source_key": version.source_key, "version_id": version.id} for each in hashes]


def _valid(table: sa.Table, at: int) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.valid_from <= at, sa.or_(table.c.valid_to.is_(None), table.c.valid_to > at))


def _behind(primary: str, cluster: Sequence[str], edges: Sequence[Edge]) -> dict[str, tuple[str, str]]:
    """Who stands behind a cluster's primary, and what says so: an edge to the primary, else to another of the cluster."""
    inside = set(cluster)
    best: dict[str, Edge] = {}
    for edge in edges:
        if edge.one in inside and edge.other in inside:
            for key, partner in ((edge.one, edge.other), (edge.other, edge.one)):
                known = best.get(key)
                if known is None or (partner == primary, edge.strength) > (primary in known[1:3], known.strength):
                    best[key] = edge
    found = {}
    for key in cluster:
        if key != primary:
            edge = best[key]
            partner = edge.other if edge.one == key else edge.one
            said = {**edge.evidence, "with": partner}
            found[key] = (primary, orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode())
    return found
