"""A source over many runs: what is created, changed, absent, set aside, and what stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog import tables
from catalog.runs import decisions
from catalog.store import Store
from schemas import iris
from schemas.region import load
from tests.catalog.runs import PACKAGES, Source, number, package, region, titles


@pytest.fixture
def portal(tmp_path: Path, each_store: str) -> Source:
    return Source(region(tmp_path, store=each_store, portal='grace = "1d"\n'))


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
