"""What a steward decides, and what happens meanwhile: accept, reject, undo against runs under way."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from catalog import tables
from catalog.exceptions import NoSuchRun, RunActive
from catalog.runs import decisions
from catalog.runs.conclusion import Terms, conclude
from catalog.store import Store
from harvesters.reading import CrawlReport
from harvesters.reasons import SERVER_TROUBLE, Reason
from schemas import iris
from schemas.region import load
from tests.catalog.runs import Source, package, region

PACKAGES = [package(number) for number in range(12)]


@pytest.fixture
def portal(tmp_path: Path) -> Source:
    return Source(region(tmp_path, portal='grace = "1d"\n'))


def test_accept_waits_for_a_run_under_way(portal: Source) -> None:
    portal.harvest(PACKAGES)
    held = portal.harvest([])
    assert held.run is not None
    store = Store(portal.region)
    active = store.open_run(portal.source, "harvest", portal.now)
    with pytest.raises(RunActive):
        decisions.accept(portal.region, held.run, portal.now)
    store.close_run(active, portal.now, status="failed")
    store.close()
    assert decisions.accept(portal.region, held.run, portal.now).counts.absent == 12


def test_accepted_partial_run_stays_partial_and_keeps_its_report(portal: Source) -> None:
    portal.harvest(PACKAGES)
    store = Store(portal.region)
    run, staging = portal.stage(store, [package(0, "Neu"), *PACKAGES[1:]])
    failures = (Reason("Seite 3 antwortet mit 500", "page 3 answers 500", SERVER_TROUBLE),)
    report = CrawlReport("partial", 2, failures=failures, robots=(("https://portal.example.org", "allow"),))
    conclude(store, portal.source, run, staging, report, Terms(portal.now, plan_only=True))
    store.close()
    accepted = decisions.accept(portal.region, run.id, portal.now)
    assert (accepted.status, accepted.counts.updated) == ("partial", 1)
    assert accepted.reason_de == "Seite 3 antwortet mit 500"
    store = Store(portal.region)
    stored = store.run(run.id).report
    store.close()
    assert stored["robots"] == [["https://portal.example.org", "allow"]]
    assert stored["pages"] == 2


def test_undo_of_an_undo_releases_what_it_blocked(portal: Source) -> None:
    portal.harvest(PACKAGES)
    changed = [package(0, "Falsch oder doch nicht"), *PACKAGES[1:]]
    run = portal.harvest(changed).run
    assert run is not None
    decisions.undo(portal.region, run, portal.now)
    assert portal.harvest(changed).counts.held == 1
    store = Store(portal.region)
    undone = max(i for i in range(1, 20) if _kind(store, i) == "undo")
    store.close()
    decisions.undo(portal.region, undone, portal.now)
    after = portal.harvest(changed)
    assert (after.counts.held, after.counts.updated) == (0, 0), "it is published again, and nothing waits"


def _kind(store: Store, run_id: int) -> str:
    try:
        return store.run(run_id).kind
    except NoSuchRun:
        return ""


def test_replay_counts_no_absence(portal: Source) -> None:
    portal.harvest(PACKAGES)
    for _ in range(3):
        store = Store(portal.region)
        run, staging = portal.stage(store, PACKAGES[1:], "replay")
        report = CrawlReport("complete", 1)
        result = conclude(store, portal.source, run, staging, report, Terms(portal.now, replay=True))
        store.close()
        assert (result.counts.absent, result.counts.withdrawn) == (0, 0)


def test_replay_makes_new_versions_only_of_what_differs(tmp_path: Path) -> None:
    made = region(tmp_path)
    portal = Source(made)
    maintained = {"maintainer": "Bauamt", "maintainer_email": "bauamt@example.org"}
    portal.harvest([package(0, **maintained), package(1), package(2)])
    before = _versions(portal)
    store = Store(made)
    # As after a change of the mapping: all is read again, and one record and its publisher come out otherwise.
    changed = [package(0, "Anders gelesen", **maintained), package(1), package(2)]
    moved = Source(load(tmp_path, {"ALLMENDE_SOURCE_PORTAL__LICENSE": "dl-by-de/2.0"}), now=portal.now)
    run, staging = moved.stage(store, changed, "replay", revision=b"another")
    report = CrawlReport("complete", 1)
    result = conclude(store, moved.source, run, staging, report, Terms(moved.now, replay=True))
    store.close()
    assert (result.counts.updated, result.counts.unchanged) == (1, 2)
    after = _versions(portal)
    assert {key: number for key, number in after.items() if before[key] != number} == {
        iris.key("portal", package(0)["id"]): 2
    }, "neither the other records nor the companions"
    assert portal.harvest(changed).counts.unchanged == 3


def _versions(portal: Source) -> dict[str, int]:
    store = Store(portal.region)
    versions = tables.versions
    with store.engine.connect() as connection:
        rows = connection.execute(sa.select(versions.c.key, sa.func.count()).group_by(versions.c.key)).all()
    store.close()
    return {row[0]: row[1] for row in rows}


def test_replay_of_an_older_run_asks_before_it_overwrites(portal: Source) -> None:
    portal.harvest(PACKAGES)
    portal.harvest([package(0, "Neuer Titel"), *PACKAGES[1:]])
    store = Store(portal.region)
    run, staging = portal.stage(store, PACKAGES, "replay")
    terms = Terms(portal.now, replay=True, outdated=True)
    result = conclude(store, portal.source, run, staging, CrawlReport("complete", 1), terms)
    store.close()
    assert (result.status, result.counts.held) == ("held", 1)


def test_guard_counts_all_absences_that_no_steward_has_accepted(portal: Source) -> None:
    packages = [package(n) for n in range(40)]
    portal.harvest(packages)
    fresh = [package(n) for n in range(100, 120)]
    assert portal.harvest([*packages[5:], *fresh[:5]], days=0.1).status == "ok"
    assert portal.harvest([*packages[10:], *fresh[:10]], days=0.1).status == "held", "ten of forty are gone by now"


def test_unchanged_run_says_again_that_there_are_violations(portal: Source) -> None:
    bad = [{**package(1), "resources": [{"id": "r", "name": "ohne Adresse", "url": ""}]}, package(2)]
    first, second = portal.harvest(bad), portal.harvest(bad)
    assert (first.status, second.status) == ("warnings", "warnings")
    assert second.counts.unchanged == 2


def test_setting_that_shapes_records_makes_a_page_come_again(portal: Source) -> None:
    portal.harvest(PACKAGES)
    store = Store(portal.region)
    url = "https://portal.example.org/api/3/action/package_search?start=0"
    page = store.memory("portal").page(url)
    store.close()
    assert page is not None
    assert len(page.native_ids) == 10
    assert page.revision == b"r", "the revision of the mapping that read it is kept with the page"
