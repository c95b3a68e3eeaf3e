"""Reading the catalogue: every answer is true at one publication number."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pyoxigraph
import pytest
import sqlalchemy as sa
from pyoxigraph import RdfFormat

from catalog import database, tables
from catalog.follower import Follower
from catalog.reading.entries import Entry, Gone, Moved, Query
from catalog.search import Catalogue
from harvesters.reading import NO_IDENTITY
from schemas import iris, model
from schemas.findings import Finding, Severity
from schemas.kinds import Literal
from schemas.region import Region
from tests.catalog.builder import BACKENDS, BASE, Builder, Stored, dataset, region_on

NEUHOF, FLIEDEN = "neuhof-portal", "flieden-portal"
FINDINGS = (Finding(Severity.WARNING, "x", None, NO_IDENTITY), Finding(Severity.VIOLATION, "x", "p", NO_IDENTITY))


def key(native_id: str, source: str = NEUHOF) -> str:
    return iris.key(source, native_id)


@pytest.fixture(params=BACKENDS)
def region(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Region]:
    with region_on(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def builder(region: Region) -> Iterator[Builder]:
    made = Builder(region)
    yield made
    made.close()


@pytest.fixture
def catalogue(region: Region, builder: Builder) -> Iterator[Catalogue]:
    opened = Catalogue(region)
    yield opened
    opened.close()


def insert(builder: Builder, table: sa.Table, *values: dict[str, Any]) -> None:
    with database.writing(builder.engine).begin() as connection:
        connection.execute(sa.insert(table), list(values))


# ------------------------------------------------------------------------------------------------- numbers


def test_an_empty_store_is_at_number_zero(catalogue: Catalogue) -> None:
    assert catalogue.number() == 0
    assert catalogue.published_at(0) == ""
    page = catalogue.page(1, 0)
    assert (page.last_page, page.total, page.entries) == (0, 0, ())
    assert catalogue.changes(0) == ()
    assert catalogue.counts(0).datasets == 0
    assert catalogue.get("x") is None


def test_readers_see_only_what_is_published(builder: Builder, catalogue: Catalogue) -> None:
    builder.publish(Stored("1", dataset("Alt")))
    builder.publish(Stored("1", dataset("Neu")), Stored("2", dataset("Weiter")), visible=False)
    assert catalogue.number() == 1
    assert catalogue.published_at(1) == "2026-01-01T04:00:00Z"
    entry = catalogue.get(key("1"))
    assert isinstance(entry, Entry)
    assert entry.title == "Alt"
    assert catalogue.get(key("2")) is None
    assert [e.title for e in catalogue.page(1, 1).entries] == ["Alt"]
    assert catalogue.page(1, 1).total == 1


def test_an_older_number_shows_the_catalogue_of_its_day(builder: Builder, catalogue: Catalogue) -> None:
    builder.publish(Stored("1", dataset("Eins")), Stored("2", dataset("Zwei")))
    builder.publish(Stored("1", dataset("Eins neu")), Stored("2", None))
    assert [e.title for e in catalogue.page(1, 1).entries] == ["Eins", "Zwei"]
    assert [e.title for e in catalogue.page(1, 2).entries] == ["Eins neu"]
    then = catalogue.get(key("2"), at=1)
    assert isinstance(then, Entry)
    assert isinstance(catalogue.get(key("2")), Gone)
    assert b"Eins neu" in b"".join(catalogue.dump(2))
    assert b"Eins neu" not in b"".join(catalogue.dump(1))


# ------------------------------------------------------------------------------------------------- one record


def test_a_record_is_found_by_each_of_its_names(builder: Builder, catalogue: Catalogue) -> None:
    own = "https://amt.example/datensatz/7"
    builder.publish(Stored("1", dataset("Bäume", "Text", own), findings=FINDINGS))
    names = (
        f"baeume-{key('1')[:6]}",
        key("1"),
        own,
        f"{BASE}/id/dataset/{key('1')}",
        f"/id/dataset/{key('1')}",
        f"id/record/{key('1')}",
    )
    for name in names:
        entry = catalogue.get(name)
        assert isinstance(entry, Entry)
        assert (entry.iri, entry.municipality, entry.position) == (own, "neuhof", 1)
        assert entry.record() == dataset("Bäume", "Text", own)
        assert entry.findings == FINDINGS
        assert entry.trace == (("title", "titel", "text"),)
        assert entry.leftovers == (("x", "y"),)


@pytest.mark.parametrize("fragments", [True, False])
def test_an_entry_has_its_forms_whether_they_are_stored_or_not(
    builder: Builder, catalogue: Catalogue, fragments: bool
) -> None:
    builder.publish(Stored("1", dataset("Bäume")), fragments=fragments)
    entry = catalogue.get(key("1"))
    assert isinstance(entry, Entry)
    assert "Bäume".encode() in entry.ttl
    assert "Bäume".encode() in entry.rdf
    assert len(list(pyoxigraph.parse(b"[" + entry.jsonld + b"]", format=RdfFormat.JSON_LD))) == entry.ntriples.count(
        b"\n"
    )
    (only,) = catalogue.page(1, 1, forms=("ttl",)).entries
    assert (only.ttl, only.rdf, only.jsonld) == (entry.ttl, b"", b"")
    assert only.ntriples == entry.ntriples


def test_a_distribution_leads_to_its_dataset(region: Region, builder: Builder, catalogue: Catalogue) -> None:
    file = model.Distribution(iri=f"{BASE}/id/distribution/abc123", access_url=("https://x.example/a.csv",))
    builder.publish(Stored("1", dataset("Bäume", distribution=(file,))))
    Follower(region, builder.engine).catch_up()
    entry = catalogue.get("id/distribution/abc123")
    assert isinstance(entry, Entry)
    assert entry.key == key("1")
    assert catalogue.get("id/distribution/abc124") is None


def test_a_withdrawn_record_is_gone_with_its_last_title(builder: Builder, catalogue: Catalogue) -> None:
    builder.publish(Stored("1", dataset("Eins")))
    builder.publish(Stored("1", dataset("Zuletzt")))
    builder.publish(Stored("1", None))
    builder.publish(Stored("2", dataset("Anderes")))
    expected = Gone(key("1"), f"eins-{key('1')[:6]}", "Zuletzt", "2026-01-03T04:00:00Z")
    assert catalogue.get(key("1")) == expected
    assert catalogue.get(expected.slug) == expected


def test_an_alias_leads_to_the_slug(builder: Builder, catalogue: Catalogue) -> None:
    builder.publish(Stored("1", dataset("Eins")))
    insert(builder, tables.aliases, {"slug": "neuer-titel", "key": key("1")})
    assert catalogue.get("neuer-titel") == Moved(f"eins-{key('1')[:6]}")


def test_an_iri_of_two_sources_means_its_owner(builder: Builder, catalogue: Catalogue) -> None:
    own = "https://amt.example/7"
    builder.publish(Stored("2", dataset("Zweiter", iri=own), FLIEDEN), Stored("1", dataset("Eins", iri=own), NEUHOF))
    entry = catalogue.get(own)
    assert isinstance(entry, Entry)
    assert entry.title == "Zweiter"
    assert [hit.summary.title for hit in catalogue.candidates(own)] == ["Zweiter", "Eins"]
    builder.publish(Stored("2", None, FLIEDEN))
    left = catalogue.get(own)
    assert isinstance(left, Entry)
    assert left.title == "Eins"


def test_candidates_of_a_name(builder: Builder, catalogue: Catalogue) -> None:
    builder.publish(Stored("ordner/1", dataset("Eins")), Stored("2", dataset("Zwei"), FLIEDEN))
    builder.publish(Stored("2", None, FLIEDEN))
    assert [hit.key for hit in catalogue.candidates("neuhof-portal/ordner/1")] == [key("ordner/1")]
    assert [hit.key for hit in catalogue.candidates(key("ordner/1"))] == [key("ordner/1")]
    (withdrawn,) = catalogue.candidates("flieden-portal/2")
    assert (withdrawn.summary.title, withdrawn.municipality) == ("Zwei", "flieden")
    assert catalogue.candidates("neuhof-portal/2") == ()
    assert catalogue.candidates("neuhof-portal/") == ()


def test_a_record_of_a_source_that_is_no_longer_configured_stays(builder: Builder, catalogue: Catalogue) -> None:
    builder.publish(Stored("1", dataset("Verwaist"), "frühere-quelle"))
    (entry,) = catalogue.page(1, 1).entries
    assert (entry.title, entry.municipality) == ("Verwaist", "")
    assert catalogue.counts(1).datasets == 1
    assert dict(catalogue.counts(1).municipalities) == {"neuhof": 0, "flieden": 0}


def test_an_absent_record_is_marked(region: Region, builder: Builder, catalogue: Catalogue) -> None:
    builder.publish(Stored("1", dataset("Eins")))
    mark = {"key": key("1"), "source_key": NEUHOF, "last_run": 1, "absent_since": "2026-01-02T00:00:00Z"}
    insert(builder, tables.presence, mark)
    Follower(region, builder.engine).catch_up()
    entry = catalogue.get(key("1"))
    assert isinstance(entry, Entry)
    assert (entry.absent_since, entry.archived) == ("2026-01-02T00:00:00Z", False)
    assert catalogue.find(Query()).hits[0].absent_since == "2026-01-02T00:00:00Z"


# ------------------------------------------------------------------------------------------------- feed pages


def test_pages_hold_a_hundred_positions_and_holes_stay(builder: Builder, catalogue: Catalogue) -> None:
    builder.publish(*(Stored(str(i), dataset(f"Nr. {i}")) for i in range(1, 206)), fragments=False)
    before = catalogue.page(2, 1, forms=())
    assert [e.position for e in before.entries] == list(range(101, 201))
    gone = [Stored(str(i), None) for i in (*range(1, 51), 205)]
    builder.publish(*gone)
    assert [e.position for e in catalogue.page(1, 2, forms=()).entries] == list(range(51, 101))
    after = catalogue.page(2, 2, forms=())
    assert [e.key for e in after.entries] == [e.key for e in before.entries]
    last = catalogue.page(3, 2, forms=())
    assert [e.position for e in last.entries] == [201, 202, 203, 204]
    assert (last.last_page, last.total) == (3, 154)
    for beyond in (4, 10**9, 10**30, 0, -1):
        page = catalogue.page(beyond, 2)
        assert (page.entries, page.companions, page.last_page, page.total) == ((), (), 3, 154)


def test_the_last_page_counts_published_positions_only(builder: Builder, catalogue: Catalogue) -> None:
    builder.publish(Stored("1", dataset("Eins")))
    builder.publish(*(Stored(str(i), dataset("x")) for i in range(2, 130)), fragments=False, visible=False)
    assert catalogue.page(1, 1).last_page == 1


def companions() -> tuple[Stored, ...]:
    agent = model.Agent(iri="https://amt.example/a", name=(Literal("Amt", "de"),))
    service = model.DataService(
        iri="https://amt.example/s", title=(Literal("Dienst", "de"),), publisher=(agent.iri or "",)
    )
    lone = model.DataService(iri="https://amt.example/l", title=(Literal("Einzeln", "de"),))
    file = model.Distribution(access_url=("https://x.example",), access_service=("https://amt.example/s",))
    return (
        Stored("a", agent, positioned=False),
        Stored("s", service, positioned=False),
        Stored("l", lone),
        Stored("1", dataset("Eins", distribution=(file,))),
        Stored("2", dataset("Zwei", distribution=(file,))),
    )


def test_a_page_holds_what_its_datasets_refer_to_each_once(builder: Builder, catalogue: Catalogue) -> None:
    builder.publish(*companions())
    page = catalogue.page(1, 1)
    assert [e.title for e in page.entries] == ["Eins", "Zwei"]
    assert sorted(e.title for e in page.companions) == ["Amt", "Dienst", "Einzeln"]
    assert page.total == 2
    (one,) = (e for e in page.entries if e.title == "Eins")
    assert [e.title for e in catalogue.companions_of([one], 1)] == ["Dienst", "Amt"]
    renamed = model.Agent(iri="https://amt.example/a", name=(Literal("Neues Amt", "de"),))
    builder.publish(Stored("a", renamed, positioned=False))
    assert {e.title for e in catalogue.companions_of([one], 2)} == {"Dienst", "Neues Amt"}
    assert {e.title for e in catalogue.companions_of([one], 1)} == {"Dienst", "Amt"}


def test_a_filtered_feed_is_paged_by_position(region: Region, builder: Builder, catalogue: Catalogue) -> None:
    stored = [Stored(str(i), dataset("Bäume" if i % 2 else "Anderes")) for i in range(1, 12)]
    builder.publish(*stored, fragments=False)
    Follower(region, builder.engine).catch_up()
    seen: list[int | None] = []
    after: int | None = 0
    while after is not None:
        page = catalogue.selection(Query(q="baum"), after, 1, size=4, forms=())
        assert (page.number, page.total) == (1, 6)
        seen += [entry.position for entry in page.entries]
        after = page.after
    assert seen == [1, 3, 5, 7, 9, 11]
    assert catalogue.selection(Query(q="gibtesnicht"), 0, 1).entries == ()


def test_positions_are_streamed(builder: Builder, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.reading.rows.BATCH", 5)
    builder.publish(*(Stored(str(i), dataset("x")) for i in range(1, 24)), fragments=False)
    builder.publish(Stored("2", None))
    assert [p.position for p in catalogue.positions(2, limit=None)] == [1, *range(3, 24)]
    assert [p.position for p in catalogue.positions(2)] == [1, *range(3, 24)]
    some = list(catalogue.positions(2, after=6, limit=12))
    assert [p.position for p in some] == list(range(7, 19))
    assert (some[0].key, some[0].changed) == (key("7"), "2026-01-01T04:00:00Z")
    assert list(catalogue.positions(2, after=23)) == []


def test_the_dump_is_the_whole_catalogue(builder: Builder, catalogue: Catalogue) -> None:
    builder.publish(*companions())
    document = b"".join(catalogue.dump(1))
    statements = list(pyoxigraph.parse(document, format=RdfFormat.N_TRIPLES))
    members = {str(s.object.value) for s in statements if s.predicate.value == "http://www.w3.org/ns/dcat#dataset"}
    assert members == {e.iri for e in catalogue.page(1, 1).entries}
    for entry in (*catalogue.page(1, 1).entries, *catalogue.page(1, 1).companions):
        assert entry.ntriples in document
    assert document == b"".join(catalogue.dump(1))


# ------------------------------------------------------------------------------------------------- changes, figures


def test_changes_say_what_each_publication_did(builder: Builder, catalogue: Catalogue) -> None:
    builder.publish(Stored("1", dataset("Eins")), Stored("a", companions()[0].record, positioned=False))
    builder.publish(Stored("1", dataset("Eins neu")), Stored("2", dataset("Zwei"), FLIEDEN))
    builder.publish(Stored("1", None))
    builder.publish(Stored("1", dataset("Eins wieder")))
    told = [(c.number, c.kind, c.title, c.municipality) for c in catalogue.changes(4)]
    assert told == [
        (4, "created", "Eins wieder", "neuhof"),
        (3, "withdrawn", "Eins neu", "neuhof"),
        (2, "created", "Zwei", "flieden"),
        (2, "updated", "Eins neu", "neuhof"),
        (1, "created", "Eins", "neuhof"),
    ]
    assert [c.number for c in catalogue.changes(4, since=2)] == [4, 3]
    assert [c.number for c in catalogue.changes(2)] == [2, 2, 1]
    assert [c.number for c in catalogue.changes(4, limit=2)] == [4, 3]
    assert [c.number for c in catalogue.changes(4, limit=3)] == [4, 3, 2]
    assert catalogue.changes(4, limit=0) == ()
    assert catalogue.changes(4)[0].published_at == "2026-01-04T04:00:00Z"


def test_counts(builder: Builder, catalogue: Catalogue) -> None:
    theme = "http://publications.europa.eu/resource/authority/data-theme/"
    builder.publish(
        Stored("1", dataset("Eins", theme=(f"{theme}ENVI", f"{theme}TRAN"))),
        Stored("2", dataset("Zwei", theme=(f"{theme}ENVI",))),
        Stored("a", companions()[0].record, positioned=False),
    )
    counts = catalogue.counts(1)
    assert counts.datasets == 2
    assert dict(counts.municipalities) == {"neuhof": 2, "flieden": 0}
    assert dict(counts.themes) == {"ENVI": 2, "TRAN": 1}
    builder.publish(Stored("1", None))
    assert dict(catalogue.counts(2).themes) == {"ENVI": 1}


def test_counts_are_the_same_from_the_index_and_from_the_store(region: Region, builder: Builder) -> None:
    theme = "http://publications.europa.eu/resource/authority/data-theme/"
    builder.publish(
        Stored("1", dataset("Eins", theme=(f"{theme}ENVI", f"{theme}TRAN"))),
        Stored("2", dataset("Zwei", theme=(f"{theme}ENVI",))),
        Stored("3", dataset("Drei"), "frühere-quelle"),
    )
    told = []
    for _ in range(2):
        opened = Catalogue(region)
        told.append(opened.counts(1))
        opened.close()
        Follower(region, builder.engine).catch_up()
    assert told[0] == told[1]
    assert told[1].datasets == 3


def test_history(builder: Builder, catalogue: Catalogue) -> None:
    builder.publish(Stored("1", dataset("Eins")))
    builder.publish(Stored("1", dataset("Eins neu")))
    builder.publish(Stored("1", None))
    builder.publish(Stored("1", dataset("Ungesehen")), visible=False)
    told = [
        (v.title, v.valid_from, v.valid_to, v.published_at[:10], (v.ended_at or "")[:10])
        for v in catalogue.history(key("1"))
    ]
    assert told == [
        ("Eins neu", 2, 3, "2026-01-02", "2026-01-03"),
        ("Eins", 1, 2, "2026-01-01", "2026-01-02"),
    ]
    assert catalogue.history("gibtesnicht") == ()


def run(run_id: int, source: str, status: str | None, **more: object) -> dict[str, Any]:
    times = {"started": f"2026-01-{run_id:02d}T00:00:00Z", "heartbeat": f"2026-01-{run_id:02d}T00:01:00Z"}
    fixed = {"id": run_id, "source_key": source, "source_id": source, "kind": "harvest", "token": "t", "status": status}
    return {**fixed, "state": "done" if status else "running", **times, **more}


def test_runs_and_the_state_of_sources(builder: Builder, catalogue: Catalogue) -> None:
    builder.publish(
        Stored("1", dataset("Eins"), findings=FINDINGS), Stored("2", dataset("Zwei"), findings=FINDINGS[:1])
    )
    insert(builder, tables.runs, run(1, NEUHOF, "ok", counts=orjson.dumps({"fetched": 2}).decode()))
    insert(builder, tables.runs, run(2, NEUHOF, "failed", report=orjson.dumps({"pages": 1}).decode()))
    insert(builder, tables.runs, run(3, FLIEDEN, None))
    absent = {"key": key("2"), "source_key": NEUHOF, "last_run": 1, "absent_since": "2026-01-02T00:00:00Z"}
    insert(builder, tables.presence, absent)
    stored = orjson.dumps([["violation", "x", None, NO_IDENTITY, []]]).decode()
    aside = {"source_key": NEUHOF, "native_id": "9", "run_id": 2, "findings": stored, "traceback": "Spur"}
    insert(builder, tables.set_aside, aside)

    assert [r.id for r in catalogue.runs()] == [3, 2, 1]
    assert [r.id for r in catalogue.runs(NEUHOF, limit=1)] == [2]
    first = catalogue.run(1)
    assert first is not None
    assert (dict(first.counts), first.plan, first.report) == ({"fetched": 2}, None, None)
    assert catalogue.run(99) is None

    neuhof, flieden = catalogue.sources()
    assert neuhof.source.id == NEUHOF
    assert neuhof.last_run is not None
    assert neuhof.last_good is not None
    assert (neuhof.last_run.status, neuhof.last_good.id) == ("failed", 1)
    assert (neuhof.records, neuhof.absent, neuhof.set_aside) == (2, 1, 1)
    assert (neuhof.violations, neuhof.warnings) == (1, 2)
    assert (flieden.last_good, flieden.records, flieden.violations) == (None, 0, 0)

    (put_by,) = catalogue.set_aside(NEUHOF)
    assert (put_by.native_id, put_by.traceback, put_by.findings[0].rule) == ("9", "Spur", NO_IDENTITY)
    assert catalogue.set_aside() == (put_by,)
    assert catalogue.set_aside(FLIEDEN) == ()


# ------------------------------------------------------------------------------------------------- index and store


def test_while_the_index_is_behind_nothing_withdrawn_is_shown(
    region: Region, builder: Builder, catalogue: Catalogue
) -> None:
    builder.publish(Stored("1", dataset("Bäume")), Stored("2", dataset("Baumkataster")))
    Follower(region, builder.engine).catch_up()
    builder.publish(Stored("2", None), Stored("3", dataset("Baum")))
    behind = catalogue.find(Query(q="baum"))
    assert (behind.number, [hit.summary.title for hit in behind.hits]) == (1, ["Bäume"])
    Follower(region, builder.engine).catch_up()
    level = catalogue.find(Query(q="baum"))
    assert (level.number, {hit.summary.title for hit in level.hits}) == (2, {"Bäume", "Baum"})


def test_a_catalogue_serves_several_threads(region: Region, builder: Builder, catalogue: Catalogue) -> None:
    builder.publish(*(Stored(str(i), dataset(f"Bäume {i}")) for i in range(1, 40)), fragments=False)
    Follower(region, builder.engine).catch_up()
    failures: list[BaseException] = []

    def read() -> None:
        try:
            for _ in range(15):
                at = catalogue.number()
                assert catalogue.find(Query(q="baum"), at).total == 39
                assert len(catalogue.page(1, at).entries) == 39
                assert isinstance(catalogue.get(key("7"), at), Entry)
        except BaseException as failure:  # handed to the main thread, which fails
            failures.append(failure)

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
