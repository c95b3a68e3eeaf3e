"""Rounds of checks: each address once, history, intervals, limits of a day, findings; on SQLite and PostgreSQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from catalog import database, tables
from catalog.links import book, findings, report, rounds
from catalog.links.book import Link
from catalog.runs.staging import now_text
from schemas.findings import Severity
from tests.catalog.builder import BACKENDS, BASE
from tests.catalog.links.linked import NOW, Linked, file, linked, linked_region
from tests.faultserver import FaultServer, Reply
from tests.harvesters.test_fetch import Names


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


@pytest.fixture(params=BACKENDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Linked]:
    with linked_region(tmp_path, request.param) as made:
        yield made


def weeks(text: str) -> float:
    return (datetime.fromisoformat(text) - NOW).total_seconds() / timedelta(weeks=1).total_seconds()


def test_an_address_that_many_name_is_asked_once(place: Linked, server: FaultServer) -> None:
    shared = server.url("/ok", type="text/csv")
    place.publish(a=linked("Bäume", file(shared, shared)), b=linked("Wege", file(shared)))
    done = place.round()
    assert (done.asked, done.good, done.bad) == (1, 1, 0)
    assert server.hits["/ok"] == 1
    link = place.link(shared)
    assert (link.status, link.works, link.media_type, link.byte_size) == (200, True, "text/csv", 2)
    assert link.reachable == link.checked == now_text(NOW)
    assert place.count("link_uses") == 3


def test_good_answers_are_asked_for_ever_more_seldom(place: Linked, server: FaultServer) -> None:
    address = server.url("/ok")
    place.publish(a=linked("Bäume", file(address)))
    for expected in (1, 2, 3, 4, 4):
        start = place.clock.now
        assert place.round().asked == 1
        due = datetime.fromisoformat(place.link(address).due)
        assert timedelta(weeks=expected) <= due - start <= timedelta(weeks=expected * 1.1)
        place.clock.now = due - timedelta(seconds=1)
        assert place.round().asked == 0
        place.clock.now = due
    assert len(place.history(address)) == 5


def test_a_failure_is_asked_again_soon_and_recovers(place: Linked) -> None:
    with FaultServer(pages={"/a": Reply(status=404)}) as server:
        address = server.url("/a")
        place.publish(a=linked("Bäume", file(address)))
        place.round()
        broken = place.link(address)
        assert (broken.works, broken.reason, broken.failures) == (False, "not-found", 1)
        assert broken.failing_since == now_text(NOW)
        assert weeks(broken.due) < 0.05
        place.clock.pass_by(hours=7)
        place.round()
        again = place.link(address)
        assert (again.failures, again.failing_since, again.reachable) == (2, now_text(NOW), None)
        server.pages["/a"] = Reply(b"da")
        place.clock.pass_by(days=2)
        assert place.round().changed == {again.id}
        well = place.link(address)
        assert (well.works, well.failures, well.failing_since, well.good) == (True, 0, None, 1)
        assert [status for _, status, _ in place.history(address)] == [200, 404, 404]


def test_F34_rest_that_is_asked_for_is_given_and_judges_nothing(place: Linked) -> None:
    with FaultServer(pages={"/a": Reply(b"da")}) as server:
        address = server.url("/a")
        place.publish(a=linked("Bäume", file(address)))
        place.round()
        server.pages["/a"] = Reply(status=503, headers={"Retry-After": "172800"})
        place.clock.pass_by(weeks=2)
        assert place.round().unknown == 1
        link = place.link(address)
        assert (link.works, link.reason, link.failures) == (True, "busy", 0)
        assert datetime.fromisoformat(link.due) == place.clock.now + timedelta(days=2)
        place.clock.pass_by(days=1)
        hits = server.hits["/a"]
        assert place.round().asked == 0
        assert server.hits["/a"] == hits


def test_F36_what_robots_forbids_later_is_not_known_any_more(place: Linked) -> None:
    with FaultServer(robots=Reply(b""), pages={"/a": Reply(b"da")}) as server:
        address = server.url("/a")
        place.publish(a=linked("Bäume", file(address)))
        place.round()
        server.robots = Reply(b"User-agent: Allmende\nDisallow: /\n")
        place.clock.pass_by(weeks=2)
        place.round()
        link = place.link(address)
        assert (link.works, link.reason, link.reachable) == (None, "robots", now_text(NOW))
        assert len(place.history(address)) == 1


def test_a_publishers_permission_stands_above_its_robots(tmp_path: Path) -> None:
    """As for harvests: the permission of a source holds for its host, unless it is one about persons' data."""
    with FaultServer(robots=Reply(b"User-agent: *\nDisallow: /\n"), pages={"/a": Reply(b"da")}) as server:
        for name, data, works in (("a", "remove", True), ("b", "allowed", None)):
            with linked_region(tmp_path / name) as place:
                granted = {"url": server.url("/"), "permission": "Einwilligung vom 1. Mai", "personal_data": data}
                source = place.region.sources[0].model_copy(update=granted)
                place.region = place.region.model_copy(update={"sources": (source,)})
                place.publish(a=linked("Bäume", file(server.url("/a"))))
                place.round()
                assert place.link(server.url("/a")).works is works


def test_F38_a_strange_host_is_asked_for_so_many_addresses_a_day(place: Linked) -> None:
    """A record must not make us hammer a host, or walk over its ports."""
    many = [file(f"https://daten.neuhof-fulda.de/{number}") for number in range(7)]
    ports = [file(f"http://andere.neuhof-fulda.de:{port}/") for port in (80, 8080, 8000, 8443)]
    place.publish(a=linked("Viele", *many), b=linked("Ports", *ports))
    assert place.round(ended=lambda: True).asked == 0
    done = _asked_of(place, a_day=5)
    assert sorted(done) == sorted([*(f"https://daten.neuhof-fulda.de/{n}" for n in range(5)), *_ports(80, 8000)])
    place.clock.pass_by(hours=23)
    assert _asked_of(place, a_day=5) == []
    place.clock.pass_by(hours=2)
    assert sorted(_asked_of(place, a_day=5)) == sorted(
        [*(f"https://daten.neuhof-fulda.de/{n}" for n in (5, 6)), *_ports(8080, 8443)]
    )


def test_F38_redirects_to_a_strange_host_count_in_what_it_is_asked_a_day(place: Linked, server: FaultServer) -> None:
    """A record's own server could lead us to another's as often as it likes."""
    stranger = "http://andere.neuhof-fulda.de/"
    addresses = [server.url("/redirect", to=f"{stranger}{number}") for number in range(7)]
    place.publish(a=linked("Viele", *(file(each) for each in addresses)))
    place.round(ended=lambda: True)
    done = place.check(a_day=5, resolver=Names(*([[]] * 50)))
    assert Counter(link.reason for link in done.links) == {"dns": 5, "busy": 2}
    place.clock.pass_by(hours=23)
    with place.engine.connect() as connection:
        lately = book.asked_lately(connection, {"andere.neuhof-fulda.de"}, place.clock() - timedelta(days=1))
    assert lately == {("andere.neuhof-fulda.de", 80): 5}
    again = place.check(a_day=5, resolver=Names(*([[]] * 50)))
    assert {link.reason for link in again.links} <= {"busy"}


def _ports(*ports: int) -> list[str]:
    return [f"http://andere.neuhof-fulda.de:{port}/" for port in ports]


def _asked_of(place: Linked, a_day: int) -> list[str]:
    """What a round asks in a world where no name is known."""
    done = place.check(a_day=a_day, resolver=Names(*([[]] * 50)))
    # A failure is due again within hours; here the day's limit is what counts.
    with database.writing(place.engine).begin() as connection:
        asked = [link.id for link in done.links]
        later = now_text(place.clock() + timedelta(weeks=1))
        connection.execute(sa.update(tables.links).where(tables.links.c.id.in_(asked)).values(due=later))
    return [link.address for link in done.links]


def test_F37_an_inner_address_in_a_record_is_told_and_never_asked(tmp_path: Path, server: FaultServer) -> None:
    with linked_region(tmp_path, allowed_hosts=()) as place:
        address = server.url("/ok")
        record = linked("Bäume", file(address))
        place.publish(a=record)
        assert place.round().bad == 1
        assert server.connections == 0
        link = place.link(address)
        assert (link.status, link.reason) == (0, "inner")
        (finding,) = findings.findings(record, {address: link})
        assert (finding.rule, finding.severity) == ("link-broken", Severity.WARNING)
        assert "internen Netz" in finding.message("de")
        assert "inner network" in finding.message("en")


def test_one_source_by_hand_is_asked_due_or_not(place: Linked, server: FaultServer) -> None:
    place.publish(a=linked("Bäume", file(server.url("/ok"))))
    place.round()
    assert place.round().asked == 0
    assert place.round(source_key="neuhof-portal").asked == 1
    assert place.round(source_key="flieden-portal").asked == 0


def test_what_is_no_longer_named_is_no_longer_asked(place: Linked, server: FaultServer) -> None:
    old, new = server.url("/ok/alt"), server.url("/ok/neu")
    place.publish(a=linked("Bäume", file(old)))
    place.round()
    place.publish(a=linked("Bäume", file(new)))
    place.clock.pass_by(weeks=3)
    assert [link.address for link in place.round().links] == [new]
    place.publish(a=None)
    place.clock.pass_by(weeks=3)
    assert place.round().asked == 0
    assert place.count("link_uses") == 0
    with database.writing(place.engine).begin() as connection:
        book.prune(connection, place.clock())
    # The other was asked less than a month ago: it may come back.
    assert list(place.links()) == [new]
    place.clock.pass_by(days=400)
    with database.writing(place.engine).begin() as connection:
        book.prune(connection, place.clock())
    assert place.count("links") == place.count("link_checks") == 0


def test_files_of_folder_sources_are_looked_up(tmp_path: Path) -> None:
    with linked_region(tmp_path) as place:
        source = place.region.sources[0].model_copy(update={"url": "daten", "id": "neuhof-portal"})
        place.region = place.region.model_copy(update={"sources": (source,)})
        (tmp_path / "daten" / "unter ordner").mkdir(parents=True)
        (tmp_path / "daten" / "unter ordner" / "bäume.csv").write_text("a")
        (tmp_path / "geheim.csv").write_text("a")
        there = f"{BASE}/files/neuhof-portal/unter%20ordner/b%C3%A4ume.csv"
        addresses = [there, f"{BASE}/files/neuhof-portal/weg.csv", f"{BASE}/files/neuhof-portal/../geheim.csv"]
        addresses.append(f"{BASE}/files/andere/a.csv")
        place.publish(a=linked("Bäume", *map(file, addresses)))
        place.round()
        assert {address: link.status for address, link in place.links().items()} == {
            address: 200 if address == there else 0 for address in addresses
        }


def test_reports_name_what_is_broken_with_those_who_need_it(place: Linked, server: FaultServer) -> None:
    broken, fine = server.url("/ok", status=500), server.url("/ok/gut")
    place.publish(a=linked("Bäume", file(broken)), b=linked("Wege", file(broken, fine)))
    place.round()
    with place.engine.connect() as connection:
        (found,) = report.broken(connection)
        assert report.broken(connection, "flieden-portal") == []
        assert report.reach(connection) == (1, 1, 0)
        assert report.broken(connection, limit=0) == []
        (named,) = report.broken(connection, limit=5, names=1)
        assert (named.link, named.datasets) == (found.link, found.datasets[:1])
    told = found.to_json()
    assert told["address"] == broken
    assert [slug.rpartition("-")[0] for slug in told["datasets"]] == ["baeume", "wege"]
    assert told["sources"] == ["neuhof-portal"]
    assert told["reason"]["de"] == "der Server hat einen Fehler (500)"


def test_findings_say_since_when_in_both_languages() -> None:
    record = linked("Bäume", file("https://daten.example.org/a", "https://daten.example.org/b"))
    base = Link(1, "https://daten.example.org/a", "daten.example.org", "", "2026-11-28T12:00:00Z", status=404)
    broken = base._replace(reason="not-found", failing_since="2026-11-20T12:00:00Z", failures=2)
    cases = {
        "link-broken": broken,
        "link-failed-once": broken._replace(failures=1),
        "link-head-refused": base._replace(status=206, reason="head"),
        "link-no-capabilities": base._replace(status=200, reason="no-capabilities"),
        "link-not-checked": base._replace(status=None, reason="robots"),
    }
    for rule, link in cases.items():
        (finding,) = findings.findings(record, {link.address: link})
        assert finding.rule == rule
        assert finding.path == "http://www.w3.org/ns/dcat#accessURL"
        for language in ("de", "en"):
            assert "{" not in finding.message(language) + finding.fix(language)
    assert "seit dem 20.11.2026" in findings.findings(record, {broken.address: broken})[0].message("de")
    assert "since 2026-11-20" in findings.findings(record, {broken.address: broken})[0].message("en")
    assert findings.findings(record, {base.address: base._replace(status=200)}) == ()


def test_the_clock_does_nothing_while_nothing_is_due(tmp_path: Path, server: FaultServer) -> None:
    with linked_region(tmp_path) as place:
        assert rounds.tick(place.region, place.clock) is None
        place.publish(a=linked("Bäume", file(server.url("/ok"))))
        place.round(ended=lambda: True)
        done = rounds.tick(place.region, place.clock)
        assert done is not None
        assert done.good == 1
        assert rounds.tick(place.region, place.clock) is None
