"""Random sequences of good runs, faults, plans and decisions: after each step the catalogue is a state that was published.

A model says what must be public. Nothing is withdrawn that was not absent from two good complete runs and the grace;
what a run did not publish whole is not public at all; the counts of every run add up (faults 4, promises 1, 2 and 8).
In half of the sequences a neighbour calls some of its datasets by the same IRIs: stewards split them, choose who is in
front, and take both back (DESIGN 3, Identity).
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from catalog import tables
from catalog.exceptions import NoCluster, NoSuchRun
from catalog.identity import subjects
from catalog.reading.entries import unpacked
from catalog.runs import decisions
from catalog.runs.conclusion import RunResult
from catalog.search import Catalogue
from catalog.store import Store, current
from schemas import iris
from tests.catalog.full_disk import failing_at
from tests.catalog.run_model import Decision, Model, Published, Seen
from tests.catalog.runs import Source, package, region

pytestmark = pytest.mark.long

GRACE = timedelta(days=7)
IDS = range(1, 9)
# Of them, those that the neighbour has under the same IRI.
SHARED = range(1, 4)
PORTAL, NEIGHBOUR = "portal", "nachbar"
GOOD = ("ok", "warnings")
# What a source says at one time: a version of the title for each id that it lists.
Listing = dict[int, int]


class RunStates(RuleBasedStateMachine):
    """One source over many days."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="states-", dir=_MEMORY)
        both = region(Path(self.folder.name), **{PORTAL: "", NEIGHBOUR: ""})
        self.portal, self.neighbour = Source(both, PORTAL), Source(both, NEIGHBOUR)
        self.has_neighbour = False
        self.model = Model()
        self.listing: Listing = {}
        self.waiting: tuple[int, Listing] | None = None
        # Whether a steward has accepted since the last record that nothing comes any more.
        self.empty_is_known = False

    def teardown(self) -> None:
        self.folder.cleanup()

    # ------------------------------------------------------------------------------------------ the source

    @initialize(ids=st.sets(st.sampled_from(IDS), min_size=3), neighbour=st.booleans())
    def begins(self, ids: set[int], neighbour: bool) -> None:
        self.listing = dict.fromkeys(ids, 0)
        if neighbour:
            self.neighbour_runs(0)
            self.has_neighbour = True

    @rule(number=st.sampled_from(IDS))
    def changes_a_record(self, number: int) -> None:
        if number in self.listing:
            self.listing[number] += 1

    @rule(number=st.sampled_from(IDS), version=st.integers(0, 3))
    def lists_a_record(self, number: int, version: int) -> None:
        self.listing.setdefault(number, version)

    @rule(ids=st.sets(st.sampled_from(IDS), max_size=3))
    def drops_records(self, ids: set[int]) -> None:
        for number in ids:
            self.listing.pop(number, None)

    @precondition(lambda self: self.has_neighbour)
    @rule(version=st.integers(0, 2))
    def neighbour_runs(self, version: int) -> None:
        """The other source, which always has all that it has."""
        self.neighbour.now = max(self.neighbour.now, self.portal.now)
        result = self.neighbour.harvest([self._package(number, version) for number in SHARED])
        assert (result.status, result.counts.reconciled) in (("ok", True), ("warnings", True))
        assert result.counts.held == result.counts.failed == result.counts.withdrawn == 0

    @rule(days=st.integers(1, 9))
    def time_passes(self, days: int) -> None:
        self.portal.now += timedelta(days=days)

    # ------------------------------------------------------------------------------------------ runs

    @rule()
    def runs_well(self) -> None:
        self._run(dict(self.listing))

    @rule(kept=st.integers(0, 7))
    def is_cut_off(self, kept: int) -> None:
        """A later page failed: what came is taken, nothing counts as absent."""
        self._run(dict(list(self.listing.items())[:kept]), complete=False)

    @rule()
    def answers_with_nothing(self) -> None:
        result = self._run({})
        if self.model.public and not self.empty_is_known:
            assert result.status == "held"

    @rule()
    def is_looked_at(self) -> None:
        self._run(dict(self.listing), plan=True)

    @rule(nth=st.integers(1, 25))
    def breaks_while_it_writes(self, nth: int) -> None:
        """The disk is full at the n-th write: the run fails or, after its publication, has succeeded."""
        before = self.shown()
        listing = dict(self.listing)
        try:
            with failing_at(nth):
                self._run(listing)
        except OSError:
            if self.shown() != before:
                # It broke after its publication; what it made public is checked like that of a good run.
                self._take(listing, complete=True, run=self._last_run())
            self._close_broken()

    # ------------------------------------------------------------------------------------------ decisions

    @precondition(lambda self: self.waiting is not None)
    @rule()
    def accepts(self) -> None:
        assert self.waiting is not None
        run_id, listing = self.waiting
        result = decisions.accept(self.portal.region, run_id, self.portal.now)
        self.portal.now += timedelta(hours=1)
        assert result.status != "held"
        self.waiting = None
        assert result.counts.reconciled
        self._follow(result, listing, complete=True)

    @precondition(lambda self: self.waiting is not None)
    @rule()
    def rejects(self) -> None:
        assert self.waiting is not None
        before = self.shown()
        assert decisions.reject(self.portal.region, self.waiting[0], self.portal.now).status == "cancelled"
        assert self.shown() == before
        with pytest.raises(NoSuchRun):
            decisions.accept(self.portal.region, self.waiting[0], self.portal.now)
        self.waiting = None

    @precondition(lambda self: self.model.runs)
    @rule(back=st.integers(0, 2))
    def takes_a_run_back(self, back: int) -> None:
        """Undo: what the run had made and nothing later touched is as before; the rest stays."""
        published = self.model.runs[max(0, len(self.model.runs) - 1 - back)]
        now = self.shown()
        undone = decisions.undo(self.portal.region, published.run, self.portal.now)
        self.portal.now += timedelta(hours=1)
        self.waiting = None if self.waiting and self._replaced() else self.waiting
        touched = {n for n in published.before.keys() | published.after if self._differs(published, n)}
        clean = {n for n in touched if now.get(n) == published.after.get(n)}
        after = self.shown()
        for number in IDS:
            if number in clean and number not in self._conflicts(undone):
                assert after.get(number) == published.before.get(number), number
            else:
                assert after.get(number) == now.get(number), number
        self.model.runs = [run for run in self.model.runs if run is not published]
        self.model.public = {n: self.model.public.get(n, Seen(v)) for n, v in after.items()}
        for number, version in after.items():
            self.model.public[number].version = version

    @precondition(lambda self: self.has_neighbour)
    @rule(number=st.sampled_from(SHARED), ours=st.booleans())
    def splits(self, number: int, ours: bool) -> None:
        """Of two records with one IRI, either is said to be another dataset."""
        keys = self._keys(number)
        apart = len(self._current(number)) < 2 or self.model.is_split(number)
        key = keys[0] if ours else keys[1]
        if apart:
            with pytest.raises((NoCluster, NoSuchRun)):
                decisions.split(self.portal.region, key, self.portal.now)
            return
        before = self.shown()
        made = decisions.split(self.portal.region, key, self.portal.now)
        assert len(made.named) <= 1, "two leave an IRI to nobody"
        assert self.shown() == before
        self._decide(made.run, number, None)

    @precondition(lambda self: self.has_neighbour)
    @rule(number=st.sampled_from(SHARED), ours=st.booleans())
    def chooses(self, number: int, ours: bool) -> None:
        """A steward wants one of two records in front."""
        key = self._keys(number)[not ours]
        if len(self._current(number)) < 2 or self.model.is_split(number) or self._fronts(number) == [key]:
            with pytest.raises((NoCluster, NoSuchRun)):
                decisions.prefer(self.portal.region, key, self.portal.now)
            return
        made = decisions.prefer(self.portal.region, key, self.portal.now)
        self._decide(made.run, number, key)

    @precondition(lambda self: self.model.decided)
    @rule(back=st.integers(0, 3))
    def takes_a_decision_back(self, back: int) -> None:
        """Undo of a split or a choice, also after later ones; what is taken back twice is in force again."""
        decision = self.model.decided[max(0, len(self.model.decided) - 1 - back)]
        before = self.shown()
        undone = decisions.undo(self.portal.region, decision.run, self.portal.now)
        assert undone.conflicts == ()
        assert self.shown() == before, "what a record says does not depend on its name"
        self.waiting = None if self.waiting and self._replaced() else self.waiting
        decision.run, decision.in_force, decision.since = undone.run, not decision.in_force, undone.number

    # ------------------------------------------------------------------------------------------ what must hold

    @invariant()
    def names_and_places_are_right(self) -> None:
        """No two public datasets bear one IRI, a version bears its record's, and who is in front is whom it must be."""
        if not self.has_neighbour:
            return
        rows = self._datasets()
        fronts = [row for row in rows if row.behind is None]
        assert len({row.iri for row in fronts}) == len(fronts)
        assert len({row.position for row in rows}) == len(rows)
        for row in rows:
            assert subjects.borne("dataset", "-", unpacked(row.ntriples)) == row.iri
        for number in SHARED:
            keys = self._current(number)
            shown = self._fronts(number)
            assert len(shown) == (len(keys) if self.model.is_split(number) else min(len(keys), 1))
            wanted = self.model.front(number)
            if not self.model.is_split(number) and wanted in keys:
                assert shown == [wanted]

    @invariant()
    def public_state_is_what_was_published(self) -> None:
        assert self.shown() == self.model.versions()

    # ------------------------------------------------------------------------------------------ the model

    def _run(self, listing: Listing, complete: bool = True, plan: bool = False) -> RunResult:
        before = self.shown()
        packages = [self._package(number, version) for number, version in listing.items()]
        result = self.portal.harvest(packages, complete=complete, plan=plan)
        assert result.counts.reconciled
        assert result.status != "failed"
        if result.waiting:
            assert self.shown() == before, "nothing of a plan is public"
            assert (result.counts.created, result.counts.updated, result.counts.withdrawn) == (0, 0, 0)
            self.waiting = (result.run or 0, listing)
        else:
            self.waiting = None
            self._follow(result, listing, complete)
        return result

    def _follow(self, result: RunResult, listing: Listing, complete: bool) -> None:
        """Checks what a published run did against what it may do, and takes it over into the model."""
        if not complete:
            assert (result.counts.withdrawn, result.counts.absent) == (0, 0)
        before = self.model.versions()
        after = self.shown()
        self.empty_is_known = not listing and (self.empty_is_known or complete)
        blocked = {n for n, version in listing.items() if n not in after or after[n] != version}
        assert len(blocked) == result.counts.held, "only what an undo took back may wait"
        gone = before.keys() - after.keys()
        assert len(gone) == result.counts.withdrawn
        self._take(listing, complete, result.run or 0)

    def _take(self, listing: Listing, complete: bool, run: int) -> None:
        before, after = self.model.versions(), self.shown()
        moment = self._moment(run)
        for number in before.keys() - after.keys():
            seen = self.model.public.pop(number)
            assert complete
            assert number not in listing
            assert seen.absent_runs >= 1, "absent from two good complete runs"
            assert seen.absent_since is not None
            assert moment - seen.absent_since >= GRACE
        for number, version in after.items():
            seen = self.model.public.setdefault(number, Seen(version))
            assert version in (listing.get(number), before.get(number)), "no version that nobody published"
            seen.version = version
            if number in listing:
                seen.absent_runs, seen.absent_since = 0, None
            elif complete:
                seen.absent_runs += 1
                seen.absent_since = seen.absent_since or moment
        if before != after:
            self.model.runs.append(Published(run, before, after))

    # ------------------------------------------------------------------------------------------ what is there

    def shown(self) -> dict[int, int]:
        """The public records: number and version, read from their titles as a page would show them."""
        catalogue = Catalogue(self.portal.region)
        try:
            with catalogue.engine.connect() as connection:
                titles = connection.scalars(
                    sa.select(tables.versions.c.title)
                    .join(tables.records, tables.records.c.key == tables.versions.c.key)
                    .where(
                        tables.records.c.kind == "dataset",
                        tables.records.c.source_key == PORTAL,
                        current(catalogue.number()),
                    )
                ).all()
        finally:
            catalogue.close()
        pairs = [title.removeprefix("Titel ").split(".") for title in titles]
        assert len({number for number, _ in pairs}) == len(pairs), "a record has one version at a time"
        return {int(number): int(version) for number, version in pairs}

    def _package(self, number: int, version: int) -> dict[str, Any]:
        named = [{"key": "uri", "value": f"https://example.org/id/{number}"}] if number in SHARED else []
        return package(number, title=f"Titel {number}.{version}", extras=named, resources=[])

    @staticmethod
    def _keys(number: int) -> tuple[str, str]:
        """The KEYs of an id's records: ours, and the neighbour's."""
        native_id = package(number)["id"]
        return iris.key(PORTAL, native_id), iris.key(NEIGHBOUR, native_id)

    def _datasets(self) -> list[Any]:
        """All current datasets with their IRIs, places, and who stands in front of them."""
        store = Store(self.portal.region)
        records, versions, shadows = tables.records, tables.versions, tables.shadows
        behind = sa.and_(shadows.c.key == records.c.key, shadows.c.valid_to.is_(None))
        statement = (
            sa.select(
                records.c.key,
                records.c.iri,
                records.c.position,
                versions.c.ntriples,
                shadows.c.primary_key.label("behind"),
            )
            .join_from(records, versions, versions.c.key == records.c.key)
            .outerjoin(shadows, behind)
            .where(records.c.kind == "dataset", current(store.number()))
        )
        try:
            with store.engine.connect() as connection:
                return list(connection.execute(statement))
        finally:
            store.close()

    def _current(self, number: int) -> list[str]:
        """Which of an id's records are current."""
        keys = self._keys(number)
        return [row.key for row in self._datasets() if row.key in keys]

    def _fronts(self, number: int) -> list[str]:
        """Which of an id's records are public."""
        keys = self._keys(number)
        return [row.key for row in self._datasets() if row.key in keys and row.behind is None]

    def _decide(self, run: int, number: int, front: str | None) -> None:
        published = self._scalar(sa.select(tables.runs.c.published).where(tables.runs.c.id == run))
        self.model.decided.append(Decision(run, number, front, published))

    def _last_run(self) -> int:
        return int(self._scalar(sa.select(sa.func.max(tables.runs.c.id))))

    def _moment(self, run: int) -> datetime:
        return datetime.fromisoformat(self._scalar(sa.select(tables.runs.c.started).where(tables.runs.c.id == run)))

    def _replaced(self) -> bool:
        assert self.waiting is not None
        state = self._scalar(sa.select(tables.runs.c.state).where(tables.runs.c.id == self.waiting[0]))
        return bool(state != "waiting")

    def _scalar(self, statement: sa.Select[Any]) -> Any:
        store = Store(self.portal.region)
        try:
            with store.engine.connect() as connection:
                return connection.scalar(statement)
        finally:
            store.close()

    def _close_broken(self) -> None:
        """What a run's process does when it ends with an error: the lease is given back."""
        store = Store(self.portal.region)
        try:
            with store.writing.begin() as connection:
                connection.execute(
                    sa.update(tables.runs).where(tables.runs.c.state == "running").values(state="done", status="failed")
                )
        finally:
            store.close()
        self.waiting = None if self.waiting and self._replaced() else self.waiting

    @staticmethod
    def _differs(published: Published, number: int) -> bool:
        return published.before.get(number) != published.after.get(number)

    @staticmethod
    def _conflicts(undone: Any) -> set[int]:
        found: Sequence[Any] = undone.conflicts
        return {int(str(each.title).removeprefix("Titel ").split(".")[0]) for each in found}


# A file system in memory, where there is one: a thousand regions are made and thrown away.
_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None

TestRunStates = RunStates.TestCase
# A thousand sequences take some minutes: the profile `full` runs them, each commit a part.
TestRunStates.settings = settings(
    max_examples=1000 if settings().max_examples > 100 else 60,
    stateful_step_count=12,
    deadline=None,
    # Shrinking a sequence of runs takes longer than reading it.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
