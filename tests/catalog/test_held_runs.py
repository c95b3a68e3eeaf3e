"""What holds a run (F04 to F07, F24, shares of what is filled), and what becomes of it: accepted, rejected, replaced."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from catalog.exceptions import NoSuchRun
from catalog.runs import decisions
from tests.catalog.runs import PACKAGES, Source, package, region, titles


@pytest.fixture
def portal(tmp_path: Path, each_store: str) -> Source:
    return Source(region(tmp_path, store=each_store, portal='grace = "1d"\n'))


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
