"""A steward's corrections: public at once, kept by harvests, told where the source changes, taken back by undo (DESIGN 3)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from rdflib import RDF

from catalog import backup, restoring, tables
from catalog.corrections import kept
from catalog.corrections.decision import correct
from catalog.corrections.publication import Wish
from catalog.corrections.shown import Shown, shown
from catalog.corrections.wishing import Said, wishes
from catalog.database import writing
from catalog.forgetting import work
from catalog.reading.entries import Entry
from catalog.runs import decisions
from catalog.search import Catalogue
from catalog.store import Store
from harvesters.persons.spellings import spellings_of
from schemas import corrections, iris
from schemas.corrections import CHANGED, NO_PLACE, RESTS, NotCorrectable
from schemas.findings import Severity
from schemas.kinds import Literal
from schemas.model import Agent, Dataset, Distribution, Location, PeriodOfTime, iri_of
from schemas.region import Region
from schemas.vocabularies import LISTS
from tests.catalog.builder import BACKENDS, region_on
from tests.catalog.runs import Source, package, region

ENVI, TRAN, GOVE = (LISTS["data-theme"].base + code for code in ("ENVI", "TRAN", "GOVE"))
CSV, XLSX = (LISTS["file-type"].base + code for code in ("CSV", "XLSX"))
TRAFFIC: dict[str, Any] = {"groups": [{"name": "tran", "title": "Verkehr"}]}


def key(number: int) -> str:
    return iris.key("portal", package(number)["id"])


@contextmanager
def reading(of: Region) -> Iterator[Catalogue]:
    catalogue = Catalogue(of)
    try:
        yield catalogue
    finally:
        catalogue.close()


def entry(portal: Source, number: int = 1) -> Entry:
    with reading(portal.region) as catalogue:
        found = catalogue.get(key(number))
    assert isinstance(found, Entry)
    return found


def record(portal: Source, number: int = 1) -> Dataset:
    found = entry(portal, number).record()
    assert isinstance(found, Dataset)
    return found


def told(portal: Source, number: int = 1) -> tuple[Shown, ...]:
    with reading(portal.region) as catalogue:
        return shown(kept.of_record(catalogue.engine, key(number), catalogue.number()), entry(portal, number))


def rules(portal: Source, number: int = 1) -> set[str]:
    return {finding.rule for finding in entry(portal, number).findings} & corrections.RULES


def theme(number: int, *values: str) -> Wish:
    return Wish(key(number), "theme", corrections.statements(Dataset, "theme", values))


def say(portal: Source, attribute: str, *texts: str, number: int = 1, **more: Any) -> int:
    """Corrects as the command does; gives the run."""
    said = Said(attribute, texts, **more)
    return correct(portal.region, wishes(portal.region, entry(portal, number), said), portal.now).run


@pytest.fixture(params=BACKENDS)
def portal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Source]:
    with region_on(request.param, tmp_path / "other") as other:
        made = Source(
            region(tmp_path, other.store_url if request.param == "postgresql" else "sqlite:///data/allmende.db")
        )
        made.harvest([package(1), package(2)])
        yield made


@pytest.fixture
def simple(tmp_path: Path) -> Source:
    made = Source(region(tmp_path))
    made.harvest([package(1), package(2)])
    return made


def test_a_correction_is_public_at_once_and_shown_as_one(portal: Source) -> None:
    before = entry(portal)
    made = correct(portal.region, [theme(1, ENVI)], portal.now)
    after = entry(portal)
    assert (record(portal).theme, after.summary.themes) == ((ENVI,), ("ENVI",))
    assert (after.run_id, after.valid_from) == (made.run, made.number)
    assert after.version_id != before.version_id
    assert b"ENVI" in after.ttl
    assert b"ENVI" in after.rdf
    assert ("theme", "steward", "correction") in after.trace
    assert entry(portal, 2).valid_from == 1, "nobody else is touched"
    (one,) = told(portal)
    assert (one.value, one.source, one.state, one.run) == ("ENVI", "–", "applied", made.run)
    document = one.to_json()
    assert (document["attribute"], document["property"]) == ("theme", "http://www.w3.org/ns/dcat#theme")
    with pytest.raises(NotCorrectable):
        correct(portal.region, [theme(1, ENVI)], portal.now)


def test_harvests_keep_it_and_find_nothing_changed(portal: Source) -> None:
    correct(portal.region, [theme(1, ENVI)], portal.now)
    corrected = entry(portal)
    result = portal.harvest([package(1), package(2)])
    assert (result.counts.unchanged, result.counts.updated) == (2, 0)
    assert entry(portal).version_id == corrected.version_id
    assert entry(portal).findings == corrected.findings, "checked alike by the harvest and at once"
    assert entry(portal).trace == corrected.trace
    again = portal.harvest([package(1, title="Neuer Titel"), package(2)])
    assert again.counts.updated == 1
    assert (entry(portal).title, record(portal).theme) == ("Neuer Titel", (ENVI,))


def test_the_input_hash_covers_it(simple: Source) -> None:
    with reading(simple.region) as catalogue, catalogue.engine.connect() as connection:
        presence = sa.select(tables.presence.c.input_hash).where(tables.presence.c.key == key(1))
        before = connection.scalar(presence)
    run = correct(simple.region, [theme(1, ENVI)], simple.now).run
    simple.harvest([package(1), package(2)])
    with reading(simple.region) as catalogue, catalogue.engine.connect() as connection:
        assert connection.scalar(presence) != before
    decisions.undo(simple.region, run, simple.now)
    simple.harvest([package(1), package(2)])
    with reading(simple.region) as catalogue, catalogue.engine.connect() as connection:
        assert connection.scalar(presence) == before


def test_a_changed_source_is_told_with_both_values(portal: Source) -> None:
    correct(portal.region, [theme(1, ENVI)], portal.now)
    portal.harvest([package(1, **TRAFFIC), package(2)])
    assert record(portal).theme == (ENVI,)
    (finding,) = [each for each in entry(portal).findings if each.rule == CHANGED]
    assert finding.arguments == ("theme", "ENVI", "–", "TRAN", "theme --remove")
    for said in ("ENVI", "TRAN", "allmende correct EINTRAG theme --remove"):
        assert said in f"{finding.message('de')} {finding.fix('de')}"
    (one,) = told(portal)
    assert (one.source, one.source_then, one.source_changed) == ("TRAN", "–", True)


def test_it_rests_while_the_source_says_the_same(portal: Source) -> None:
    correct(portal.region, [theme(1, TRAN)], portal.now)
    portal.harvest([package(1, **TRAFFIC), package(2)])
    assert (rules(portal), told(portal)[0].state) == ({RESTS}, "resting")
    assert all(rule != "correction" for _, _, rule in entry(portal).trace), "the value is the source's own"
    portal.harvest([package(1), package(2)])
    assert (record(portal).theme, told(portal)[0].state, rules(portal)) == ((TRAN,), "applied", set())


def test_undo_takes_it_back_whatever_was_harvested_since(portal: Source) -> None:
    original = record(portal)
    made = correct(portal.region, [theme(1, ENVI)], portal.now)
    portal.harvest([package(1, title="Neuer Titel", **TRAFFIC), package(2)])
    undone = decisions.undo(portal.region, made.run, portal.now)
    assert (undone.restored, undone.conflicts) == (1, ())
    assert (entry(portal).title, record(portal).theme, told(portal)) == ("Neuer Titel", (TRAN,), ())
    assert ("theme", "groups", "lookup") in entry(portal).trace
    assert rules(portal) == set()
    result = portal.harvest([package(1, title="Neuer Titel", **TRAFFIC), package(2)])
    assert (result.counts.unchanged, result.counts.held) == (2, 0), "an undone correction blocks nothing"
    decisions.undo(portal.region, undone.run, portal.now)
    assert record(portal).theme == (ENVI,)
    portal.harvest([package(1), package(2)])
    portal.harvest([package(1), package(2)])
    last = max(run for _, run in _runs(portal, "undo"))
    decisions.undo(portal.region, last, portal.now)
    assert record(portal) == original


def _runs(portal: Source, kind: str) -> list[tuple[str, int]]:
    with reading(portal.region) as catalogue, catalogue.engine.connect() as connection:
        rows = connection.execute(sa.select(tables.runs.c.kind, tables.runs.c.id).where(tables.runs.c.kind == kind))
        return [(row.kind, row.id) for row in rows]


def test_a_later_correction_takes_its_place_and_stays(simple: Source) -> None:
    first = correct(simple.region, [theme(1, ENVI)], simple.now)
    second = correct(simple.region, [theme(1, GOVE)], simple.now)
    assert (record(simple).theme, len(told(simple))) == ((GOVE,), 1)
    undone = decisions.undo(simple.region, first.run, simple.now)
    assert [each.run for each in undone.conflicts] == [second.run]
    assert record(simple).theme == (GOVE,)
    decisions.undo(simple.region, second.run, simple.now)
    assert record(simple).theme == (ENVI,), "what was in force before it"


def test_a_file_is_corrected_by_its_name_not_by_its_place(portal: Source) -> None:
    def files(*names: str) -> dict[str, Any]:
        entries = [{"id": name, "url": f"https://portal.example.org/{name}.bin", "format": ""} for name in names]
        return {"resources": entries}

    portal.harvest([package(1, **files("a", "b")), package(2)])
    say(portal, "distribution.format", "CSV", files=("https://portal.example.org/b.bin",))

    def formats() -> dict[str, tuple[Any, ...]]:
        own = [each for each in record(portal).distribution if isinstance(each, Distribution)]
        return {(iri_of(each.access_url[0]) or "").rsplit("/", 1)[-1]: each.format for each in own}

    assert formats() == {"a.bin": (), "b.bin": (CSV,)}
    portal.harvest([package(1, **files("c", "b", "a")), package(2)])
    assert formats() == {"a.bin": (), "b.bin": (CSV,), "c.bin": ()}
    portal.harvest([package(1, **files("a", "c")), package(2)])
    assert formats() == {"a.bin": (), "c.bin": ()}
    assert (rules(portal), told(portal)[0].state) == ({NO_PLACE}, "homeless")
    portal.harvest([package(1, **files("a", "b")), package(2)])
    assert formats() == {"a.bin": (), "b.bin": (CSV,)}
    assert rules(portal) == set()


def test_a_plan_that_waited_neither_loses_it_nor_brings_it_back(portal: Source) -> None:
    planned = portal.harvest([package(1, title="Geplant"), package(2)], plan=True)
    made = correct(portal.region, [theme(1, ENVI)], portal.now)
    assert decisions.accept(portal.region, planned.run or 0, portal.now).counts.updated == 1
    assert (entry(portal).title, record(portal).theme) == ("Geplant", (ENVI,))
    planned = portal.harvest([package(1, title="Später"), package(2)], plan=True)
    decisions.undo(portal.region, made.run, portal.now)
    decisions.accept(portal.region, planned.run or 0, portal.now)
    assert (entry(portal).title, record(portal).theme) == ("Später", ())
    assert all(rule != "correction" for _, _, rule in entry(portal).trace)


def test_a_withdrawn_record_comes_back_under_the_corrections_in_force(simple: Source) -> None:
    made = correct(simple.region, [theme(1, ENVI)], simple.now)
    gone = [simple.harvest([package(2)], days=9) for _ in range(3)]
    last = next(result for result in gone if result.counts.withdrawn)
    decisions.undo(simple.region, made.run, simple.now)
    decisions.undo(simple.region, last.run or 0, simple.now)
    assert (record(simple).theme, told(simple)) == ((), ())


def test_texts_dates_and_places_are_understood(simple: Source) -> None:
    say(simple, "title", "Straßenbäume", "Street trees", lang="de")
    say(simple, "temporal", "2024-01-01/2024-12-31")
    say(simple, "spatial", "9.5,50.4,9.7,50.5")
    say(simple, "keyword", "Bäume", adds=True)
    say(simple, "distribution.license", "cc-zero")
    found = record(simple)
    assert Literal("Straßenbäume", "de") in found.title
    (period,) = found.temporal
    assert isinstance(period, PeriodOfTime)
    assert [each.text for each in (*period.start_date, *period.end_date)] == ["2024-01-01", "2024-12-31"]
    assert found.keyword == (Literal("Bäume", "de"),)
    assert entry(simple).summary.licenses == ("cc-zero",)
    assert entry(simple).slug.startswith("datensatz-1"), "a new title adds an alias"
    simple.harvest([package(1), package(2)])
    assert record(simple) == found


@pytest.mark.parametrize(
    ("attribute", "texts", "reason"),
    [
        ("thema", ("ENVI",), "möglich:"),
        ("theme", ("Unsinn",), "ENVI"),
        ("issued", ("gestern",), "2026-11-03"),
        ("distribution", ("x",), "lässt sich nicht korrigieren"),
        ("distribution.byte_size", ("viel",), "integer"),
        ("landing_page", ("keine Adresse",), "IRI"),
        ("title", ("\x00",), "veröffentlichen"),
        ("contact_point", ("Erika Mustermann <erika.mustermann@example.org>",), "Person"),
    ],
)
def test_what_cannot_stand_there_is_refused_with_what_can(
    simple: Source, attribute: str, texts: tuple[str, ...], reason: str
) -> None:
    before = _runs(simple, "correct")
    with pytest.raises(NotCorrectable, match=reason):
        say(simple, attribute, *texts)
    assert _runs(simple, "correct") == before, "what cannot be done is no run that failed"


def test_taking_it_back_by_hand_gives_the_source_its_word(simple: Source) -> None:
    say(simple, "theme", "ENVI")
    taken = Said("theme", None)
    correct(simple.region, wishes(simple.region, entry(simple), taken), simple.now)
    assert (record(simple).theme, told(simple)) == ((), ())
    with pytest.raises(NotCorrectable, match="nicht korrigiert"):
        wishes(simple.region, entry(simple), taken)


def test_what_comes_with_a_value_is_a_record_of_its_own(portal: Source) -> None:
    office = Agent(iri="https://neuhof.example/bauamt", name=(Literal("Bauamt", "de"),))
    value = corrections.statements(Dataset, "publisher", (office.iri or "",))
    wish = Wish(key(1), "publisher", corrections.with_companions(value, [office]))
    made = correct(portal.region, [wish], portal.now)
    assert record(portal).publisher == (office.iri,)
    with reading(portal.region) as catalogue:
        found = catalogue.get(office.iri or "")
        assert isinstance(found, Entry)
        assert found.record() == office
    assert portal.harvest([package(1), package(2)]).counts.unchanged == 2
    assert not [each for each in entry(portal).findings if each.severity is Severity.VIOLATION]
    decisions.undo(portal.region, made.run, portal.now)
    assert record(portal).publisher != (office.iri,)


def test_one_publication_for_several_records_of_several_sources(tmp_path: Path) -> None:
    of = region(tmp_path, portal="", amt="")
    first, second = Source(of, "portal"), Source(of, "amt")
    first.harvest([package(1)])
    second.harvest([package(2, title="Ganz anderes")])
    other = iris.key("amt", package(2)["id"])
    value = corrections.statements(Dataset, "theme", (ENVI,))
    made = correct(of, [Wish(key(1), "theme", value), Wish(other, "theme", value)], first.now)
    assert (made.records, made.corrections) == ((key(1), other), 2)
    with reading(of) as catalogue:
        found = [catalogue.get(each) for each in (key(1), other)]
    assert {each.valid_from for each in found if isinstance(each, Entry)} == {made.number}
    second.harvest([package(2, title="Ganz anderes, neu")])
    decisions.undo(of, made.run, first.now)
    with reading(of) as catalogue:
        for each in (key(1), other):
            back = catalogue.get(each)
            assert isinstance(back, Entry)
            assert back.summary.themes == ()


def test_backup_and_restore_keep_corrections(simple: Source, tmp_path: Path) -> None:
    correct(simple.region, [theme(1, ENVI)], simple.now)
    backup.make(simple.region, tmp_path / "b.tar.gz", simple.now)
    simple.harvest([package(1, title="Danach"), package(2)])
    restoring.restore(simple.region, tmp_path / "b.tar.gz", simple.now)
    assert (record(simple).theme, len(told(simple))) == ((ENVI,), 1)


def test_a_correction_that_cannot_be_read_any_more_is_a_finding(simple: Source) -> None:
    correct(simple.region, [theme(1, ENVI)], simple.now)
    store = Store(simple.region)
    try:
        with writing(store.engine).begin() as connection:
            connection.execute(sa.update(tables.corrections).values(value="<…"))
    finally:
        store.close()
    result = simple.harvest([package(1, title="Neu"), package(2)])
    assert result.status != "failed"
    assert corrections.UNREADABLE in rules(simple)


def test_forgetting_frees_corrections_and_what_lies_beneath_them(simple: Source) -> None:
    simple.harvest([package(1, notes="Auskunft gibt Erika Mustermann."), package(2)])
    value = corrections.statements(Dataset, "keyword", (Literal("Bäume", "de"),))
    described = corrections.statements(Dataset, "description", (Literal("Auskunft gibt Otto Beispielhuber.", "de"),))
    correct(simple.region, [Wish(key(1), "keyword", value), Wish(key(1), "description", described)], simple.now)
    report = work.forget(simple.region, spellings_of(["Otto Beispielhuber"]))
    assert report.proven, report.after
    assert report.before["corrections"] == 1
    assert "Beispielhuber" not in record(simple).description[0].text
    assert record(simple).keyword == (Literal("Bäume", "de"),)
    result = simple.harvest([package(1, title="Neu"), package(2)])
    assert result.status != "failed"
    assert record(simple).keyword == (Literal("Bäume", "de"),)


def test_what_is_said_of_a_code_stays_with_it(simple: Source) -> None:
    area = "http://dcat-ap.de/def/politicalGeocoding/municipalityKey/06631018"
    value = corrections.statements(Dataset, "spatial", (Location(iri=area),))
    assert "Location" in value
    correct(simple.region, [Wish(key(1), "spatial", value)], simple.now)
    corrected = entry(simple)
    assert f"<{area}> <{RDF.type}> <http://purl.org/dc/terms/Location> .".encode() in corrected.ntriples
    assert simple.harvest([package(1), package(2)]).counts.unchanged == 2
    assert entry(simple).ntriples == corrected.ntriples
