"""A source over many runs: what is created, changed, absent, held, accepted, undone, and what stays as it was."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog import tables
from catalog.exceptions import LeaseLost, NoSuchRun, RunActive
from catalog.runs import decisions, number_writer
from catalog.runs.conclusion import Terms, conclude
from catalog.runs.staging import now_text
from catalog.store import Store, current, shadowed
from harvesters.reading import CrawlReport
from schemas import iris
from schemas.region import Region, load
from tests.catalog.runs import Source, package, region

PACKAGES = [package(number) for number in range(12)]


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> str:
    """The address of an empty store: all that a run does, it does on both."""
    if request.param == "postgresql":
        address = request.getfixturevalue("postgres")
        assert isinstance(address, str)
        return address
    return "sqlite:///data/allmende.db"


@pytest.fixture
def portal(tmp_path: Path, store: str) -> Source:
    return Source(region(tmp_path, store=store, portal='grace = "1d"\n'))


def titles(region: Region, at: int | None = None) -> dict[str, str]:
    """Native id to title of what is public at a number."""
    store = Store(region)
    try:
        number = store.number() if at is None else at
        with store.engine.connect() as connection:
            rows = connection.execute(
                sa.select(tables.records.c.native_id, tables.versions.c.title)
                .join_from(tables.records, tables.versions, tables.versions.c.key == tables.records.c.key)
                .where(current(number), ~shadowed(number), tables.records.c.position.is_not(None))
            )
            return {row.native_id: row.title for row in rows}
    finally:
        store.close()


def number(region: Region) -> int:
    store = Store(region)
    try:
        return store.number()
    finally:
        store.close()


def test_first_run_creates_and_second_changes_nothing(portal: Source) -> None:
    first = portal.harvest(PACKAGES)
    assert (first.status, first.counts.created, first.counts.fetched) == ("ok", 12, 12)
    before = number(portal.region)
    second = portal.harvest(PACKAGES)
    assert (second.counts.unchanged, second.counts.created, second.counts.updated) == (12, 0, 0)
    assert number(portal.region) == before, "a run that changes nothing publishes no number"
    assert second.counts.reconciled


def test_changed_record_is_a_new_version_and_the_old_day_stays(portal: Source) -> None:
    portal.harvest(PACKAGES)
    old = number(portal.region)
    result = portal.harvest([package(0, "Neuer Titel"), *PACKAGES[1:]])
    assert (result.counts.updated, result.counts.unchanged) == (1, 11)
    key = PACKAGES[0]["id"]
    assert titles(portal.region)[key] == "Neuer Titel"
    assert titles(portal.region, old)[key] == "Datensatz 0"


def test_new_title_keeps_the_slug_and_adds_an_alias(portal: Source) -> None:
    portal.harvest(PACKAGES)
    portal.harvest([package(0, "Neuer Titel"), *PACKAGES[1:]])
    store = Store(portal.region)
    key = iris.key("portal", PACKAGES[0]["id"])
    with store.engine.connect() as connection:
        slug = connection.scalar(sa.select(tables.records.c.slug).where(tables.records.c.key == key))
        alias = connection.scalar(sa.select(tables.aliases.c.slug).where(tables.aliases.c.key == key))
    store.close()
    assert slug == f"datensatz-0-{key[:6]}"
    assert alias == f"neuer-titel-{key[:6]}"


def test_same_content_from_another_input_is_no_new_version(portal: Source) -> None:
    portal.harvest(PACKAGES)
    before = number(portal.region)
    result = portal.harvest([{**PACKAGES[0], "num_tags": 7}, *PACKAGES[1:]])
    assert result.counts.unchanged == 12
    assert number(portal.region) == before
    assert portal.harvest([{**PACKAGES[0], "num_tags": 7}, *PACKAGES[1:]]).counts.unchanged == 12


def test_F06_absent_record_stays_until_two_good_runs_and_grace(portal: Source) -> None:
    portal.harvest(PACKAGES)
    gone = PACKAGES[0]["id"]
    first = portal.harvest(PACKAGES[1:], days=0.5)
    assert (first.counts.absent, first.counts.withdrawn) == (1, 0)
    second = portal.harvest(PACKAGES[1:], days=1)
    assert (second.counts.absent, second.counts.withdrawn) == (1, 0), "grace has not passed"
    assert gone in titles(portal.region)
    third = portal.harvest(PACKAGES[1:])
    assert third.counts.withdrawn == 1
    assert gone not in titles(portal.region)
    again = portal.harvest(PACKAGES)
    assert again.counts.created == 1
    assert len(titles(portal.region)) == 12


def test_F06_record_that_returns_is_the_same_and_no_longer_absent(portal: Source) -> None:
    portal.harvest(PACKAGES)
    portal.harvest(PACKAGES[1:])
    back = portal.harvest(PACKAGES)
    assert (back.counts.created, back.counts.unchanged, back.counts.absent) == (0, 12, 0)
    portal.harvest(PACKAGES[1:])
    assert len(titles(portal.region)) == 12, "its absences are counted anew"


@pytest.mark.parametrize(("missing", "public"), [("archive", True), ("keep", True), ("withdraw", False)])
def test_missing_says_what_becomes_of_an_absent_record(tmp_path: Path, missing: str, public: bool) -> None:
    source = Source(region(tmp_path, portal=f'grace = "1d"\nmissing = "{missing}"\n'))
    source.harvest(PACKAGES)
    for _ in range(4):
        source.harvest(PACKAGES[1:])
    assert (PACKAGES[0]["id"] in titles(source.region)) is public


def test_partial_run_counts_no_absence(portal: Source) -> None:
    portal.harvest(PACKAGES)
    for _ in range(4):
        result = portal.harvest(PACKAGES[:3], complete=False)
        assert (result.status, result.counts.absent, result.counts.withdrawn) == ("partial", 0, 0)
    assert len(titles(portal.region)) == 12


@pytest.mark.parametrize("count", [1, 5, 12])
def test_F04_empty_catalogue_is_held(portal: Source, count: int) -> None:
    portal.harvest(PACKAGES[:count])
    result = portal.harvest([])
    assert result.status == "held"
    assert result.counts.withdrawn == 0
    assert len(titles(portal.region)) == count


@pytest.mark.parametrize(
    ("before", "after", "held"), [(27, 1, True), (27, 26, False), (100, 70, True), (100, 81, False)]
)
def test_F05_partial_list_is_held(portal: Source, before: int, after: int, held: bool) -> None:
    packages = [package(n) for n in range(before)]
    portal.harvest(packages)
    result = portal.harvest(packages[:after])
    assert (result.status == "held") is held
    assert len(titles(portal.region)) == before


def test_F05_slow_erosion_is_held_against_the_highest_count_of_30_days(portal: Source) -> None:
    packages = [package(n) for n in range(40)]
    portal.harvest(packages)
    statuses = [portal.harvest(packages[:left], days=2).status for left in (36, 34, 33, 31, 30)]
    assert statuses == ["ok", "ok", "ok", "held", "held"]


def test_F07_all_identifiers_changed_is_held(portal: Source) -> None:
    portal.harvest(PACKAGES)
    result = portal.harvest([package(n + 1000, f"Datensatz {n}") for n in range(12)])
    assert result.status == "held"
    assert "Kennungen" in result.reason_de
    assert result.counts.held == 12
    assert set(titles(portal.region)) == {p["id"] for p in PACKAGES}


def test_F08_duplicate_identifiers_first_kept_others_named(portal: Source) -> None:
    result = portal.harvest([package(1, "Erster"), package(1, "Zweiter"), package(1, "Dritter"), package(2)])
    assert (result.status, result.counts.created, result.counts.duplicates) == ("warnings", 2, 2)
    assert result.counts.reconciled
    assert titles(portal.region)[PACKAGES[1]["id"]] == "Erster"


def test_F09_iri_of_another_source_is_never_taken_over(tmp_path: Path) -> None:
    both = region(tmp_path, eins="", zwei="")
    mine = {**package(1, "Von eins"), "extras": [{"key": "uri", "value": "https://example.org/id/1"}]}
    theirs = {**package(2, "Von zwei"), "extras": [{"key": "uri", "value": "https://example.org/id/1"}]}
    one, two = Source(both, "eins"), Source(both, "zwei")
    one.harvest([mine])
    result = two.harvest([theirs, package(3)])
    assert (result.counts.created, result.counts.duplicates, result.status) == (1, 1, "warnings")
    assert "Von eins" in titles(both).values()
    assert "Von zwei" not in titles(both).values()
    again = two.harvest([theirs, package(3)])
    assert (again.status, again.counts.unchanged, again.counts.duplicates) == ("warnings", 1, 1)
    assert again.counts.reconciled


def test_F22_one_bad_record_among_many_is_set_aside_with_its_reason(portal: Source) -> None:
    bad = {"id": "", "name": "", "title": "", "resources": []}
    result = portal.harvest([*PACKAGES, bad])
    assert (result.status, result.counts.created, result.counts.failed) == ("warnings", 12, 1)
    store = Store(portal.region)
    with store.engine.connect() as connection:
        rows = connection.execute(sa.select(tables.set_aside)).all()
    store.close()
    assert len(rows) == 1
    assert "record-without-identity" in rows[0].findings


def test_record_that_turns_bad_keeps_its_last_good_version(portal: Source) -> None:
    portal.harvest(PACKAGES)
    huge = {**PACKAGES[0], "notes": "x" * 3_000_000}
    result = portal.harvest([huge, *PACKAGES[1:]])
    assert (result.counts.failed, result.counts.absent) == (1, 0)
    assert titles(portal.region)[PACKAGES[0]["id"]] == "Datensatz 0"


def test_F24_nothing_found_any_more_is_held(portal: Source) -> None:
    portal.harvest(PACKAGES)
    result = portal.harvest([])
    assert result.status == "held"
    assert "12" in result.reason_de


@pytest.mark.parametrize(("expected", "held"), [("{ min = 20 }", True), ("{ max = 5 }", True), ("{ min = 10 }", False)])
def test_expected_counts_hold_a_run(tmp_path: Path, expected: str, held: bool) -> None:
    source = Source(region(tmp_path, portal=f"expected = {expected}\n"))
    assert (source.harvest(PACKAGES).status == "held") is held


@pytest.mark.parametrize(("share", "held"), [(0.7, False), (0.8, True)])
def test_too_few_filled_records_hold_a_run(tmp_path: Path, share: float, held: bool) -> None:
    source = Source(region(tmp_path, portal=f"expected = {{ filled = {{ license = {share}, title = 1.0 }} }}\n"))
    packages = [package(n, license_id="" if n % 4 == 0 else "dl-de/by-2-0") for n in range(12)]
    result = source.harvest(packages)
    assert (result.status == "held") is held
    if held:
        assert result.reason_de == ("Das Merkmal license hätten nur 9 von 12 (75,0%) Datensätze, erwartet sind 80,0%.")
        assert result.reason_en == "Only 9 of 12 records (75.0%) would have license; 80.0% are expected."


def test_unchanged_records_count_for_what_is_filled(tmp_path: Path) -> None:
    folder = tmp_path
    source = Source(region(folder))
    packages = [package(n, license_id="" if n < 6 else "dl-de/by-2-0") for n in range(12)]
    source.harvest(packages)
    stricter = Source(region(folder, portal="expected = { filled = { license = 0.6 } }\n"), now=source.now)
    assert "6 von 12" in stricter.harvest(packages).reason_de


def test_all_reasons_of_a_held_run_are_told(tmp_path: Path) -> None:
    source = Source(region(tmp_path, portal="expected = { min = 10 }\n"))
    source.harvest(PACKAGES)
    held = source.harvest([package(n, license_id="") for n in range(6)])
    assert "6 von 12 Datensätzen würden fehlen" in held.reason_de
    assert "erwartet sind mindestens 10" in held.reason_de
    assert "Bei 6 Datensätzen fiele die Lizenz weg" in held.reason_de


def test_dropped_licences_hold_a_run(portal: Source) -> None:
    packages = [package(n) for n in range(12)]
    portal.harvest(packages)
    result = portal.harvest([{**p, "license_id": ""} for p in packages])
    assert result.status == "held"
    assert "Lizenz" in result.reason_de


def test_held_run_is_published_when_accepted(portal: Source) -> None:
    portal.harvest(PACKAGES)
    held = portal.harvest(PACKAGES[:4])
    assert held.run is not None
    assert len(titles(portal.region)) == 12
    accepted = decisions.accept(portal.region, held.run, portal.now)
    assert accepted.status == "ok"
    assert accepted.counts.absent == 8
    portal.now += timedelta(days=1)
    later = portal.harvest(PACKAGES[:4])
    assert (later.status, later.counts.withdrawn) == ("ok", 8), "the steward has confirmed the new count"
    assert len(titles(portal.region)) == 4
    with pytest.raises(NoSuchRun):
        decisions.accept(portal.region, held.run, portal.now)


def test_held_run_is_dropped_when_rejected(portal: Source) -> None:
    portal.harvest(PACKAGES)
    held = portal.harvest([])
    assert held.run is not None
    assert decisions.reject(portal.region, held.run, portal.now).status == "cancelled"
    assert not (portal.region.data / "staging" / f"{held.run}.db").exists()
    with pytest.raises(NoSuchRun):
        decisions.accept(portal.region, held.run, portal.now)


def test_later_run_replaces_an_undecided_one(portal: Source) -> None:
    portal.harvest(PACKAGES)
    held = portal.harvest([])
    assert held.run is not None
    newer = portal.harvest(PACKAGES)
    with pytest.raises(NoSuchRun, match=f"run {newer.run} has replaced it"):
        decisions.accept(portal.region, held.run, portal.now)


def test_plan_publishes_nothing_and_can_be_accepted(portal: Source) -> None:
    portal.harvest(PACKAGES)
    plan = portal.harvest([package(0, "Geplant"), *PACKAGES[1:], package(77)], plan=True)
    assert plan.plan is not None
    assert (plan.plan["created"], plan.plan["updated"]) == (1, 1)
    assert (plan.counts.created, plan.counts.held) == (0, 2)
    assert plan.counts.reconciled
    assert "Geplant" not in titles(portal.region).values()
    assert plan.run is not None
    changes = list(decisions.planned_changes(portal.region, plan.run))
    updated = next(change for change in changes if change["action"] == "update")
    assert updated["fields"] == [{"attribute": "title", "old": ["Datensatz 0@de"], "new": ["Geplant@de"]}]
    assert decisions.accept(portal.region, plan.run, portal.now).counts.updated == 1
    assert "Geplant" in titles(portal.region).values()


def test_plan_is_made_anew_if_the_state_moved_on(tmp_path: Path) -> None:
    both = region(tmp_path, eins="", zwei="")
    one, two = Source(both, "eins"), Source(both, "zwei")
    plan = one.harvest(PACKAGES[:2], plan=True)
    two.harvest([package(50)])
    assert plan.run is not None
    accepted = decisions.accept(both, plan.run, one.now)
    assert accepted.plan is not None
    assert accepted.plan["based_on"] == 1
    assert len(titles(both)) == 3


def test_undo_takes_back_a_whole_run(portal: Source) -> None:
    portal.harvest(PACKAGES)
    before = titles(portal.region)
    result = portal.harvest([package(0, "Falsch"), *PACKAGES[1:], package(77)])
    assert result.run is not None
    undone = decisions.undo(portal.region, result.run, portal.now)
    assert (undone.restored, undone.withdrawn, undone.conflicts) == (1, 1, ())
    assert titles(portal.region) == before


def test_undone_input_is_blocked_until_it_changes(portal: Source) -> None:
    portal.harvest(PACKAGES)
    wrong = [package(0, "Falsch"), *PACKAGES[1:], package(77)]
    result = portal.harvest(wrong)
    assert result.run is not None
    decisions.undo(portal.region, result.run, portal.now)
    again = portal.harvest(wrong)
    assert (again.counts.held, again.counts.updated, again.counts.created) == (2, 0, 0)
    assert again.counts.reconciled
    mended = portal.harvest([package(0, "Richtig"), *PACKAGES[1:], package(77, "Auch richtig")])
    assert (mended.counts.updated, mended.counts.created, mended.counts.held) == (1, 1, 0)


def test_undo_after_a_later_run_names_the_conflict(portal: Source) -> None:
    portal.harvest(PACKAGES)
    first = portal.harvest([package(0, "Eins"), package(1, "Eins"), *PACKAGES[2:]])
    portal.harvest([package(0, "Zwei"), package(1, "Eins"), *PACKAGES[2:]])
    assert first.run is not None
    undone = decisions.undo(portal.region, first.run, portal.now)
    assert (undone.restored, len(undone.conflicts)) == (1, 1)
    (conflict,) = undone.conflicts
    assert (conflict.title, conflict.run) == ("Zwei", first.run + 1)
    store = Store(portal.region)
    report = store.run(undone.run).report
    store.close()
    assert report["undone"] == first.run
    assert [each["slug"] for each in report["conflicts"]] == [conflict.slug]
    shown = titles(portal.region)
    assert shown[PACKAGES[0]["id"]] == "Zwei"
    assert shown[PACKAGES[1]["id"]] == "Datensatz 1"


def test_undo_of_a_withdrawal_brings_the_record_back(portal: Source) -> None:
    portal.harvest(PACKAGES)
    portal.harvest(PACKAGES[1:])
    withdrawn = portal.harvest(PACKAGES[1:])
    assert withdrawn.counts.withdrawn == 1
    assert withdrawn.run is not None
    decisions.undo(portal.region, withdrawn.run, portal.now)
    assert len(titles(portal.region)) == 12
    assert portal.harvest(PACKAGES[1:]).counts.withdrawn == 0, "its absences are counted anew"


def test_undo_refuses_what_cannot_be_undone(portal: Source) -> None:
    portal.harvest(PACKAGES)
    idle = portal.harvest(PACKAGES)
    assert idle.run is not None
    with pytest.raises(NoSuchRun, match="changed nothing"):
        decisions.undo(portal.region, idle.run, portal.now)
    with pytest.raises(NoSuchRun, match="does not exist"):
        decisions.undo(portal.region, 999, portal.now)


def test_F53_second_run_of_a_source_is_refused(portal: Source) -> None:
    store = Store(portal.region)
    store.open_run(portal.source, "harvest", portal.now)
    with pytest.raises(RunActive):
        store.open_run(portal.source, "harvest", portal.now)
    elsewhere = "another-machine:1:1:token"
    with store.writing.begin() as connection:
        connection.execute(sa.update(tables.runs).values(token=elsewhere))
    with pytest.raises(RunActive):
        store.open_run(portal.source, "harvest", portal.now)
    late = store.open_run(portal.source, "harvest", portal.now + timedelta(minutes=10))
    with store.engine.connect() as connection:
        states = dict(connection.execute(sa.select(tables.runs.c.id, tables.runs.c.status)).all())
    store.close()
    assert states == {late.id - 1: "failed", late.id: None}, "a run without heartbeat has lost its lease"


KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from catalog.runs import number_writer
from catalog.runs import publishing
from tests.catalog.runs import Source, package
from schemas.region import load

left = {left}
def counted(write):
    def writing(self, *args):
        global left
        if left == 0:
            os.kill(os.getpid(), 9)
        left -= 1
        write(self, *args)
    return writing
number_writer.NumberWriter.write = counted(number_writer.NumberWriter.write)
number_writer.SqliteNumberWriter.copy = counted(number_writer.SqliteNumberWriter.copy)
number_writer.BATCH = 5
flip = number_writer.NumberWriter.flip
def killed(self, also):
    if {at_flip}:
        os.kill(os.getpid(), 9)
    flip(self, also)
number_writer.NumberWriter.flip = killed
remember = publishing._remember
def after(*args):
    if {after_flip}:
        os.kill(os.getpid(), 9)
    remember(*args)
publishing._remember = after
source = Source(load(Path({folder!r})))
source.harvest([package(n, f"Neu {{n}}") for n in range(40)])
"""


@pytest.mark.parametrize("point", ["first batch", "third batch", "flip", "after flip"])
def test_F50_killed_while_publishing_leaves_the_old_state_or_the_new(portal: Source, point: str) -> None:
    packages = [package(n) for n in range(40)]
    portal.harvest(packages)
    before = titles(portal.region)
    script = KILLED.format(
        root=str(Path(__file__).parents[2]),
        folder=str(portal.region.folder),
        left={"first batch": 0, "third batch": 2}.get(point, 1000),
        at_flip=point == "flip",
        after_flip=point == "after flip",
    )
    killed = subprocess.run([sys.executable, "-c", script], check=False, env=dict(os.environ))
    assert killed.returncode == -9
    now = titles(portal.region)
    assert now == (before if point != "after flip" else {p["id"]: f"Neu {n}" for n, p in enumerate(packages)})
    changed = [package(n, f"Neu {n}") for n in range(40)]
    result = portal.harvest(changed)
    assert result.status == "ok"
    assert titles(portal.region) == {p["id"]: p["title"] for p in changed}
    store = Store(portal.region)
    with store.engine.connect() as connection:
        invisible = connection.scalar(
            sa.select(sa.func.count()).select_from(tables.versions).where(tables.versions.c.valid_from > store.number())
        )
        active = connection.scalar(
            sa.select(sa.func.count()).select_from(tables.runs).where(tables.runs.c.state == "running")
        )
    store.close()
    assert (invisible, active) == (0, 0)


def test_F57_reader_sees_one_number_while_the_next_is_written(portal: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    packages = [package(n) for n in range(40)]
    portal.harvest(packages)
    before = titles(portal.region)
    seen: list[bool] = []
    renew = number_writer.NumberWriter.renew

    def watched(self: number_writer.NumberWriter) -> None:
        renew(self)
        seen.append(titles(portal.region) == before)

    monkeypatch.setattr(number_writer, "BATCH", 5)
    monkeypatch.setattr(number_writer.NumberWriter, "renew", watched)
    portal.harvest([package(n, f"Neu {n}") for n in range(40)])
    assert seen
    assert all(seen)
    assert titles(portal.region) != before


def test_whoever_publishes_is_waited_for_and_not_overtaken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = region(tmp_path, eins="", zwei="")
    one, two = Source(both, "eins"), Source(both, "zwei")
    store = Store(both)
    other = store.open_run(two.source, "harvest", two.now)
    run, staging = one.stage(store, PACKAGES)
    with store.writing.begin() as connection:
        connection.execute(sa.update(tables.publication).values(holder=other.token, held_at=now_text()))
    report = CrawlReport("complete", 1)
    monkeypatch.setattr(number_writer, "WAIT_SECONDS", 0.2)
    with pytest.raises(LeaseLost):
        conclude(store, one.source, run, staging, report, Terms(one.now))
    assert titles(both) == {}
    store.close_run(other, one.now, status="failed")
    assert conclude(store, one.source, run, staging, report, Terms(one.now)).counts.created == 12
    store.close()


def test_publisher_that_lost_its_right_publishes_nothing(portal: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(portal.region)
    run, staging = portal.stage(store, PACKAGES)
    flip = number_writer.NumberWriter.flip

    def overtaken(self: number_writer.NumberWriter, also: object) -> None:
        with store.writing.begin() as connection:
            connection.execute(sa.update(tables.publication).values(holder="another", held_at=now_text()))
        flip(self, also)  # type: ignore[arg-type]

    monkeypatch.setattr(number_writer.NumberWriter, "flip", overtaken)
    with pytest.raises(LeaseLost):
        conclude(store, portal.source, run, staging, CrawlReport("complete", 1), Terms(portal.now))
    store.close()
    assert titles(portal.region) == {}


def test_positions_are_permanent(portal: Source) -> None:
    portal.harvest(PACKAGES)
    portal.harvest(PACKAGES[1:])
    portal.harvest(PACKAGES[1:])
    portal.harvest([*PACKAGES[1:], package(50)])
    store = Store(portal.region)
    with store.engine.connect() as connection:
        positions = dict(
            connection.execute(
                sa.select(tables.records.c.native_id, tables.records.c.position).where(
                    tables.records.c.position.is_not(None)
                )
            ).all()
        )
    store.close()
    assert sorted(positions.values()) == list(range(1, 14))
    assert positions[package(50)["id"]] == 13, "the hole that a withdrawn record leaves stays"


SUBSETS = st.lists(st.sampled_from(range(10)), unique=True, max_size=10)
STEPS = st.lists(
    st.tuples(SUBSETS, st.booleans(), st.sampled_from(["run", "partial", "accept", "undo"])), min_size=1, max_size=8
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("machine")


@settings(max_examples=25)
@given(steps=STEPS, seed=st.integers(0, 10**12))
def test_nothing_is_withdrawn_that_was_not_absent_in_two_good_runs(folder: Path, steps: list, seed: int) -> None:  # type: ignore[type-arg]
    """The run's state machine against a small model: counts reconcile, and no record is lost by accident."""
    at = folder / f"{seed}-{len(list(folder.iterdir()))}"
    source = Source(region(at, portal='grace = "1d"\n'))
    absences: dict[int, int] = {}
    public: set[int] = set()
    for numbers, renamed, kind in steps:
        packages = [package(n, f"Neu {n}" if renamed else None) for n in numbers]
        result = source.harvest(packages, complete=kind != "partial")
        assert result.counts.reconciled
        if kind == "accept" and result.status == "held":
            assert result.run is not None
            result = decisions.accept(source.region, result.run, source.now)
        good = result.status in ("ok", "warnings")
        if good:
            absences = {n: absences.get(n, 0) + 1 for n in public if n not in numbers}
        elif result.status == "partial":
            absences = {n: count for n, count in absences.items() if n not in numbers}
        now = {int(native_id[-12:]) for native_id in titles(source.region)}
        lost = public - now
        assert all(absences.get(n, 0) >= 2 for n in lost), (lost, absences)
        if result.status == "held":
            assert now == public
        public = now


def test_store_can_be_overridden_by_the_environment(tmp_path: Path) -> None:
    region(tmp_path)
    moved = load(tmp_path, {"ALLMENDE_STORE": "sqlite:///data/other.db"})
    assert moved.store_url.endswith("data/other.db")
