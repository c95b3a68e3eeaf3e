"""Runs that ask a source only for what changed: when they may, what they leave alone, what the source says is deleted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from catalog import tables
from catalog.runs import decisions
from catalog.store import Store
from tests.catalog.builder import BACKENDS, region_on
from tests.catalog.runs import START, Source, package, region, titles

PACKAGES = [package(number) for number in range(12)]
REVISION = b"r"


@pytest.fixture(params=BACKENDS)
def portal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Source]:
    with region_on(request.param, tmp_path) as made:
        yield Source(region(tmp_path, made.store, portal='grace = "1d"\n'))


def since(portal: Source, revision: bytes = REVISION, now: datetime | None = None) -> datetime | None:
    store = Store(portal.region)
    try:
        return store.changes_since("portal", revision, now or portal.now)
    finally:
        store.close()


def absent(portal: Source) -> dict[str, tuple[int, bool]]:
    """How many runs counted a record as absent, and whether it is marked, of those that are."""
    store = Store(portal.region)
    presence, records = tables.presence, tables.records
    with store.engine.connect() as connection:
        rows = connection.execute(
            sa.select(records.c.native_id, presence.c.absent_runs, presence.c.absent_since).join_from(
                presence, records, records.c.key == presence.c.key
            )
        ).all()
    store.close()
    return {native_id: (runs, since is not None) for native_id, runs, since in rows if runs or since}


def test_F18_changes_are_asked_for_from_an_hour_before_the_last_good_run_by_our_own_clock(portal: Source) -> None:
    assert since(portal) is None, "there was no run yet"
    portal.harvest(PACKAGES)
    assert since(portal) == START - timedelta(hours=1)
    portal.harvest(PACKAGES[:3], coverage="changes")
    assert since(portal) == START + timedelta(days=1) - timedelta(hours=1)
    assert since(portal, now=START - timedelta(days=1)) is None, "a clock that jumped back hides nothing"


def test_everything_is_listed_again_after_a_week_or_with_another_mapping(portal: Source) -> None:
    portal.harvest(PACKAGES)
    for _ in range(6):
        portal.harvest([], coverage="changes")
    assert since(portal) is not None
    assert since(portal, b"another") is None, "the mapping or a setting has changed"
    portal.harvest([], coverage="changes")
    assert since(portal) is None, "the last whole listing is older than seven days"
    portal.harvest(PACKAGES)
    assert since(portal) is not None


def test_runs_that_told_nothing_whole_do_not_move_the_moment_on(portal: Source) -> None:
    portal.harvest(PACKAGES)
    begun = since(portal)
    portal.harvest(PACKAGES[:4], coverage="partial")
    assert since(portal) == begun
    assert portal.harvest([], complete=True).status == "held"
    assert since(portal) == begun
    portal.harvest(PACKAGES, plan=True)
    assert since(portal) == begun


def test_after_an_undo_everything_comes_again(portal: Source) -> None:
    portal.harvest(PACKAGES)
    changed = portal.harvest([package(0, "Falsch")], coverage="changes")
    assert changed.run is not None
    assert since(portal) is not None
    decisions.undo(portal.region, changed.run, portal.now)
    assert since(portal) is None


def test_run_of_changes_leaves_alone_what_it_was_not_told(portal: Source) -> None:
    portal.harvest(PACKAGES)
    for _ in range(4):
        result = portal.harvest([package(0, "Neuer Titel"), package(40)], coverage="changes")
        assert (result.status, result.coverage, result.counts.absent) == ("ok", "changes", 0)
        assert result.counts.reconciled
    assert len(titles(portal.region)) == 13
    assert absent(portal) == {}
    idle = portal.harvest([], coverage="changes")
    assert (idle.status, idle.counts.fetched) == ("ok", 0), "nothing changed is no empty catalogue"
    new = portal.harvest([package(41)], coverage="changes")
    assert (new.status, new.counts.created) == ("ok", 1), "only new ones is no change of identifiers"


def test_stated_deletion_marks_a_record_until_it_is_seen_again(portal: Source) -> None:
    portal.harvest(PACKAGES)
    gone = PACKAGES[3]["id"]
    for _ in range(4):
        result = portal.harvest([package(0, "Neu")], coverage="changes", deleted=[gone])
        assert (result.status, result.counts.absent, result.counts.withdrawn) == ("ok", 1, 0)
        assert result.counts.reconciled
    assert absent(portal) == {gone: (0, True)}, "the source's word alone never counts towards a withdrawal"
    portal.harvest([package(1, "Neu")], coverage="changes")
    assert absent(portal) == {gone: (0, True)}, "not mentioned is not seen"
    assert gone in titles(portal.region)
    assert portal.harvest([PACKAGES[3]], coverage="changes").counts.unchanged == 1
    assert absent(portal) == {}


def test_stated_deletion_is_carried_out_by_two_listings(portal: Source) -> None:
    portal.harvest(PACKAGES)
    rest = PACKAGES[1:]
    portal.harvest([], coverage="changes", deleted=[PACKAGES[0]["id"]])
    assert portal.harvest(rest).counts.withdrawn == 0
    assert portal.harvest(rest).counts.withdrawn == 1
    assert PACKAGES[0]["id"] not in titles(portal.region)


def test_too_many_stated_deletions_are_held(portal: Source) -> None:
    portal.harvest(PACKAGES)
    result = portal.harvest([], coverage="changes", deleted=[each["id"] for each in PACKAGES])
    assert (result.status, result.counts.absent) == ("held", 0)
    assert absent(portal) == {}
    assert result.run is not None
    assert decisions.accept(portal.region, result.run, portal.now).counts.absent == 12
    assert len(titles(portal.region)) == 12


def test_stated_deletion_counts_for_nothing_in_a_run_that_broke_off(portal: Source) -> None:
    portal.harvest(PACKAGES)
    portal.harvest([], coverage="partial", deleted=[PACKAGES[0]["id"]])
    assert absent(portal) == {}


def test_expected_figures_are_measured_on_what_the_source_would_have(tmp_path: Path) -> None:
    portal = Source(region(tmp_path, portal="expected = { min = 10, max = 13, filled = { license = 0.9 } }\n"))
    portal.harvest(PACKAGES)
    assert portal.harvest([package(0, "Neu")], coverage="changes").status == "ok"
    assert portal.harvest([package(40), package(41)], coverage="changes").status == "held"
    poor = [package(number, license_id="") for number in (0, 1)]
    held = portal.harvest(poor, coverage="changes")
    assert held.status == "held"
    assert "10 von 12 (83,3%)" in held.reason_de


def test_set_aside_records_outlast_a_run_of_changes(portal: Source) -> None:
    unusable = {"resources": [], "notes": "weder Titel noch Kennung"}
    portal.harvest([*PACKAGES, unusable])

    def aside() -> int:
        store = Store(portal.region)
        with store.engine.connect() as connection:
            found = connection.scalar(sa.select(sa.func.count()).select_from(tables.set_aside))
        store.close()
        return int(found or 0)

    assert aside() == 1
    portal.harvest([package(0, "Neu")], coverage="changes")
    assert aside() == 1
    portal.harvest(PACKAGES)
    assert aside() == 0
