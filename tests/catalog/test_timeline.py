"""The history of records over real runs: changes, undo, correction, clusters, splits, withdrawal; and after a forgetting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from catalog.corrections.decision import correct
from catalog.corrections.publication import Wish
from catalog.forgetting import work
from catalog.past import catalogue_at
from catalog.reading import differences, past, timeline
from catalog.reading.entries import Entry, Query, unpacked
from catalog.reading.timeline import Timeline
from catalog.runs import decisions
from catalog.search import Catalogue
from harvesters.persons.spellings import spellings_of
from schemas import corrections, iris
from schemas.model import Dataset
from schemas.region import Region
from schemas.vocabularies import LISTS
from tests.catalog.builder import BACKENDS, region_on
from tests.catalog.runs import START, Source, package, region

PERSON = 'personal_data = "allowed"\npermission = "Einwilligung"\n'
REST = [package(n) for n in range(10, 20)]


@pytest.fixture(params=BACKENDS)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Region]:
    with region_on(request.param, tmp_path / "other") as other:
        store = other.store_url if request.param == "postgresql" else "sqlite:///data/allmende.db"
        yield region(tmp_path, store, eins='grace = "0d"\n' + PERSON, zwei="")


def key(number: int, source: str = "eins") -> str:
    return iris.key(source, package(number)["id"])


def read(made: Region, record_key: str, page: int = 1) -> Timeline:
    catalogue = Catalogue(made)
    try:
        with catalogue.engine.connect() as connection:
            record = timeline.find(connection, _slug(catalogue, record_key))
            assert isinstance(record, timeline.Record)
            found = timeline.read(connection, record, catalogue.number(), page)
    finally:
        catalogue.close()
    assert found is not None
    return found


def _slug(catalogue: Catalogue, record_key: str) -> str:
    (hit,) = catalogue.candidates(record_key)
    return hit.slug


def kinds(line: Timeline) -> list[tuple[str, str, int | None]]:
    """What happened, the oldest first: the event, the kind of the run, and which version began."""
    return [
        (each.kind, each.cause.kind if each.cause else "", each.version.place if each.version else None)
        for each in reversed(line.events)
    ]


def test_an_undone_run_and_its_undo_are_told_with_one_another(made: Region) -> None:
    source = Source(made, "eins")
    source.harvest([package(1), *REST])
    wrong = source.harvest([package(1, "Falsch"), *REST])
    assert wrong.run is not None
    undone = decisions.undo(made, wrong.run, source.now)
    line = read(made, key(1))
    assert kinds(line) == [("created", "harvest", 1), ("updated", "harvest", 2), ("updated", "undo", 3)]
    last, middle = line.events[0].cause, line.events[1].cause
    assert last
    assert middle
    assert (last.undoes, middle.undone_by) == (wrong.run, undone.run)
    one, three = line.versions[1], line.versions[3]
    assert one.content_hash == three.content_hash
    assert differences.compare("dataset", "", one.packed, three.packed) == ((), ())


def test_a_withdrawn_record_that_comes_back(made: Region) -> None:
    source = Source(made, "eins")
    source.harvest([package(1), *REST])
    for _ in range(3):
        source.harvest(REST)
    source.harvest([package(1, "Zurück"), *REST])
    line = read(made, key(1))
    assert kinds(line) == [("created", "harvest", 1), ("withdrawn", "harvest", 1), ("returned", "harvest", 2)]
    assert (line.total, line.last.valid_to, line.last.title) == (2, None, "Zurück")


def test_a_correction_is_told_with_the_version_that_it_makes(made: Region) -> None:
    source = Source(made, "eins")
    source.harvest([package(1), *REST])
    envi = (LISTS["data-theme"].base + "ENVI",)
    run = correct(made, [Wish(key(1), "theme", corrections.statements(Dataset, "theme", envi))], source.now).run
    decisions.undo(made, run, source.now)
    line = read(made, key(1))
    assert kinds(line) == [("created", "harvest", 1), ("updated", "correct", 2), ("updated", "undo", 3)]
    assert [correction.attribute for correction in line.events[1].set] == ["theme"]
    assert [correction.attribute for correction in line.events[0].lifted] == ["theme"]


def test_clusters_and_splits_are_events_of_both_records(made: Region) -> None:
    one, two = Source(made, "eins"), Source(made, "zwei")
    one.harvest([package(1, "Kitas", resources=[]), *REST])
    two.harvest([package(1, "Kindertagesstätten", resources=[])])
    decisions.split(made, key(1, "zwei"), two.now)
    front, behind = read(made, key(1)), read(made, key(1, "zwei"))
    assert [event.kind for event in reversed(front.events)] == ["created", "joined", "split", "parted"]
    assert {event.kind for event in behind.events[-2:]} == {"created", "behind"}
    assert {event.kind for event in behind.events[:-2]} >= {"forward", "split"}
    joined = next(event for event in front.events if event.kind == "joined")
    assert joined.other
    assert joined.other.title == "Kindertagesstätten"
    assert joined.published_at
    decided = next(event for event in behind.events if event.kind == "split")
    assert decided.cause
    assert decided.cause.kind == "split"


def test_a_forgotten_person_is_in_no_version_and_in_no_past_day(made: Region) -> None:
    name = "Kunigunde Testfall"
    source = Source(made, "eins")
    source.harvest([package(1, "Bericht", notes=f"Von {name}"), *REST])
    source.harvest([package(1, "Bericht", notes="Ohne Namen"), *REST])
    catalogue = Catalogue(made)
    try:
        first = catalogue_at(catalogue, 1)
        assert [hit.summary.title for hit in first.find(Query(q="Testfall"), 1).hits] == ["Bericht"]
        work.forget(made, spellings_of([name]))
        assert catalogue.number() == 3
        again = catalogue_at(catalogue, 1)
        assert again.find(Query(q="Testfall"), 1).total == 0
        assert again.find(Query(q="Bericht"), 1).total == 1
        then = catalogue.get(key(1), 1)
        assert isinstance(then, Entry)
        assert b"Testfall" not in then.ntriples
    finally:
        catalogue.close()
    line = read(made, key(1))
    for place, version in line.versions.items():
        assert b"Testfall" not in timeline_text(version), place
    comparison = differences.compare("dataset", "", line.versions[1].packed, line.versions[2].packed)
    assert "Testfall" not in str(comparison)


def timeline_text(version: timeline.KeptVersion) -> bytes:
    return unpacked(version.packed) + version.title.encode()


def test_the_number_of_a_day_is_the_last_one_published_on_it_in_berlin(made: Region) -> None:
    """The runs begin at 3 o'clock UTC; one is published at half past 23 UTC, which is the next day in Berlin."""
    source = Source(made, "eins")
    source.harvest([package(1), *REST])
    source.now = START.replace(hour=23, minute=30)
    source.harvest([package(1, "Spät"), *REST])
    catalogue = Catalogue(made)
    try:
        with catalogue.engine.connect() as connection:
            days = [past.at_end_of(connection, date(2026, 11, day), 2) for day in (1, 2)]
            assert [then.number if then else 0 for then in days] == [1, 2]
            assert past.at_end_of(connection, date(2026, 10, 31), 2) is None
            assert past.first(connection) == "2026-11-01T03:00:00Z"
    finally:
        catalogue.close()


def test_a_record_that_was_never_public_has_no_history(made: Region) -> None:
    source = Source(made, "eins")
    source.harvest([package(1), *REST])
    source.harvest([package(1), package(2), *REST], plan=True)
    catalogue = Catalogue(made)
    try:
        with catalogue.engine.connect() as connection:
            assert timeline.count(connection, key(2), catalogue.number()) == 0
    finally:
        catalogue.close()
