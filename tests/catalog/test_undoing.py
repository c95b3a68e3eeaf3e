"""A run that is taken back: its records, its conflicts with later runs, its input."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.exceptions import NoSuchRun
from catalog.runs import decisions
from catalog.store import Store
from tests.catalog.runs import PACKAGES, Source, package, region, titles


@pytest.fixture
def portal(tmp_path: Path, each_store: str) -> Source:
    return Source(region(tmp_path, store=each_store, portal='grace = "1d"\n'))


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
