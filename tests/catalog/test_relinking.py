"""A source that changed its identifiers (F07): the plan proposes which record is which, a steward says so, an undo undoes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.exceptions import NoSuchRun
from catalog.follower import Follower
from catalog.reading.entries import Entry, Gone
from catalog.runs import decisions
from catalog.search import Catalogue
from schemas.region import Region
from tests.catalog.builder import BACKENDS, region_on
from tests.catalog.runs import Source, package, region

NAMES = ("Pegel Fliede", "Haushalt 2024", "Haushalt 2025", "Abfallkalender", "Bebauungspläne", "Kindertagesstätten")
PACKAGES = [package(number, name) for number, name in enumerate(NAMES)]


def moved(number: int, **more: Any) -> dict[str, Any]:
    """The same dataset on a portal that has given it another identifier."""
    return {**package(number, NAMES[number], **more), "id": f"neu-{number}", "name": f"neu-{number}"}


MOVED = [moved(number) for number in range(6)]


@pytest.fixture(params=BACKENDS)
def portal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Source]:
    with region_on(request.param, tmp_path) as made:
        yield Source(region(tmp_path, made.store, portal='grace = "1d"\n'))


def found(region: Region, name: str) -> Entry | Gone | None:
    follower = Follower(region)
    follower.catch_up()
    follower.close()
    catalogue = Catalogue(region)
    try:
        hits = catalogue.candidates(name)
        got = catalogue.get(hits[0].key) if hits else None
        assert got is None or isinstance(got, Entry | Gone)
        return got
    finally:
        catalogue.close()


def number(region: Region) -> int:
    catalogue = Catalogue(region)
    try:
        return catalogue.counts(catalogue.number()).datasets
    finally:
        catalogue.close()


def proposed(portal: Source, run: int | None) -> dict[str, tuple[str, float]]:
    assert run is not None
    return {
        each["old"]["native_id"]: (each["new"]["native_id"], each["score"])
        for each in decisions.proposed_relinks(portal.region, run)
    }


def relinked(portal: Source) -> int:
    """A region whose source has changed its identifiers, and a steward has said so; gives the run."""
    portal.harvest(PACKAGES)
    held = portal.harvest(MOVED)
    assert held.status == "held"
    assert held.run is not None
    result = decisions.accept(portal.region, held.run, portal.now, relink=True)
    assert (result.counts.created, result.counts.absent) == (0, 0)
    assert "6 mit neuer Kennung weitergeführt" in result.reason_de
    return held.run


def test_F07_changed_identifiers_are_held_with_a_proposal(portal: Source) -> None:
    portal.harvest(PACKAGES)
    held = portal.harvest(MOVED)
    assert "0 of 6 ids known" in held.reason_en
    pairs = proposed(portal, held.run)
    assert {old: new for old, (new, _) in pairs.items()} == {
        each["id"]: other["id"] for each, other in zip(PACKAGES, MOVED, strict=True)
    }
    assert all(score == 1.0 for _, score in pairs.values())


def test_proposals_say_what_is_alike_and_tell_years_apart(portal: Source) -> None:
    portal.harvest(PACKAGES)
    elsewhere = [
        {
            **moved(n),
            "title": f"{NAMES[n]} (neu)" if n == 0 else NAMES[n],
            "resources": [{"id": f"q{n}", "url": f"https://neues-portal.example.org/{n}.csv", "format": "CSV"}]
            if n
            else moved(n)["resources"],
        }
        for n in range(6)
    ]
    held = portal.harvest(elsewhere)
    assert held.run is not None
    by_title = {each["old"]["title"]: each for each in decisions.proposed_relinks(portal.region, held.run)}
    assert set(by_title) == set(NAMES)
    assert by_title["Haushalt 2024"]["new"]["title"] == "Haushalt 2024"
    assert by_title["Pegel Fliede"]["evidence"]["address"] == ["portal.example.org/0.csv"]
    assert by_title["Abfallkalender"]["evidence"] == {"title": 1.0, "path": ["3.csv"]}
    assert by_title["Pegel Fliede"]["score"] > by_title["Abfallkalender"]["score"] >= 0.6


def test_what_is_not_alike_is_not_proposed(portal: Source) -> None:
    portal.harvest(PACKAGES)
    others = [{**package(100 + n, f"Ganz etwas anderes {n}"), "id": f"neu-{n}"} for n in range(6)]
    assert proposed(portal, portal.harvest(others).run) == {}


def test_one_address_for_all_proposes_by_title(portal: Source) -> None:
    shared = [{"id": "r", "url": "https://portal.example.org/wfs?service=WFS", "format": "WFS"}]
    many = [package(n, f"Layer {n} des Geoportals") for n in range(80)]
    portal.harvest([{**each, "resources": shared} for each in many])
    pairs = proposed(
        portal, portal.harvest([{**each, "resources": shared, "id": f"neu-{each['id']}"} for each in many]).run
    )
    assert {old: new for old, (new, _) in pairs.items()} == {each["id"]: f"neu-{each['id']}" for each in many}


def test_accepting_with_relink_keeps_key_iri_slug_and_history(portal: Source) -> None:
    portal.harvest(PACKAGES)
    before = found(portal.region, f"portal/{PACKAGES[0]['id']}")
    assert isinstance(before, Entry)
    held = portal.harvest(MOVED)
    assert held.run is not None
    decisions.accept(portal.region, held.run, portal.now, relink=True)
    assert number(portal.region) == 6
    for name in (before.key, before.iri, before.slug, "portal/neu-0", f"portal/{PACKAGES[0]['id']}"):
        after = found(portal.region, name)
        assert isinstance(after, Entry), name
        assert (after.key, after.iri, after.slug) == (before.key, before.iri, before.slug)
        assert (after.first_seen, after.native_id) == (before.first_seen, "neu-0")
        assert after.record().iri == before.iri
    catalogue = Catalogue(portal.region)
    assert len(catalogue.history(before.key)) == 2
    catalogue.close()


def test_later_runs_know_a_relinked_record(portal: Source) -> None:
    relinked(portal)
    again = portal.harvest(MOVED)
    assert (again.status, again.counts.unchanged, again.counts.created, again.counts.absent) == ("ok", 6, 0, 0)
    changed = portal.harvest([moved(0, notes="Mehr Worte"), *MOVED[1:]])
    assert (changed.counts.updated, changed.counts.unchanged) == (1, 5)
    assert number(portal.region) == 6
    gone = portal.harvest(MOVED[1:], coverage="changes", deleted=["neu-0"])
    assert gone.counts.absent == 1, "a deletion is stated under the new identifier"


def test_relinked_record_that_is_mapped_anew_stays_unchanged(portal: Source) -> None:
    relinked(portal)
    full = portal.harvest([{**each, "unknown_to_us": "x"} for each in MOVED])
    assert full.counts.created == 0
    entry = found(portal.region, "portal/neu-1")
    assert isinstance(entry, Entry)
    assert f"<{entry.iri}>".encode() in entry.ntriples


def test_plain_accept_says_that_all_are_new(portal: Source) -> None:
    portal.harvest(PACKAGES)
    held = portal.harvest(MOVED)
    assert held.run is not None
    result = decisions.accept(portal.region, held.run, portal.now)
    assert (result.counts.created, result.counts.absent) == (6, 6)
    assert number(portal.region) == 12


def test_former_and_new_identifier_at_once_are_duplicates(portal: Source) -> None:
    relinked(portal)
    both = portal.harvest([*MOVED, PACKAGES[0]])
    assert (both.counts.duplicates, both.counts.created) == (1, 0)
    assert both.counts.reconciled


def test_undo_takes_a_relink_back_and_its_undo_brings_it_again(portal: Source) -> None:
    run = relinked(portal)
    undone = decisions.undo(portal.region, run, portal.now)
    entry = found(portal.region, f"portal/{PACKAGES[0]['id']}")
    assert isinstance(entry, Entry)
    assert entry.native_id == PACKAGES[0]["id"]
    assert portal.harvest(PACKAGES).counts.unchanged == 6, "the source has its old identifiers again"
    held = portal.harvest(MOVED)
    assert (held.status, len(proposed(portal, held.run))) == ("held", 6)
    assert held.run is not None
    decisions.reject(portal.region, held.run, portal.now)
    decisions.undo(portal.region, undone.run, portal.now)
    again = portal.harvest(MOVED)
    assert (again.counts.created, again.counts.unchanged + again.counts.updated) == (0, 6)


def test_relink_is_refused_where_none_is_proposed(portal: Source) -> None:
    portal.harvest(PACKAGES)
    held = portal.harvest([])
    assert held.run is not None
    with pytest.raises(NoSuchRun, match="proposes no re-link"):
        decisions.accept(portal.region, held.run, portal.now, relink=True)
    assert decisions.accept(portal.region, held.run, portal.now).counts.absent == 6


def test_undo_of_a_relink_says_how_many_have_their_former_identifier_again(portal: Source) -> None:
    run = relinked(portal)
    undone = decisions.undo(portal.region, run, portal.now)
    assert undone.relinked == 6


def test_refused_undo_enters_no_run(portal: Source) -> None:
    portal.harvest(PACKAGES)
    idle = portal.harvest(PACKAGES)
    assert idle.run is not None
    with pytest.raises(NoSuchRun, match="changed nothing"):
        decisions.undo(portal.region, idle.run, portal.now)
    assert portal.harvest(PACKAGES).run == idle.run + 1
