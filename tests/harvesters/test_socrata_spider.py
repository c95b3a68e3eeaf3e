"""The Socrata spider against a fake domain on loopback: the Discovery API with its limits, the metadata API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from scrapy.http import Request

from harvesters.answer import Answer
from harvesters.portals.socrata import Portal, SocrataOptions, filters, portal
from harvesters.spiders import socrata
from harvesters.spiders.datajson import DataJsonSpider
from harvesters.spiders.socrata import SocrataSpider
from tests.harvesters.crawl_runs import Run
from tests.harvesters.portal_server import Answers, Asked, PortalServer
from tests.harvesters.source_walks import walk
from tests.harvesters.unusable import unusable_answers

CATALOG, METADATA = "/api/catalog/v1", "/api/views/metadata/v1"
PROTOCOL = "socrata"
NEWEST = datetime(2026, 11, 1, tzinfo=UTC)


def asset(number: int, **more: Any) -> dict[str, Any]:
    """An asset; the higher its number, the longer ago it changed."""
    changed = (NEWEST - timedelta(days=number)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    identity = f"{number // 10000:04}-{number % 10000:04}"
    resource = {"id": identity, "name": f"Daten {number}", "type": "dataset", "updatedAt": changed, **more}
    page = f"https://daten.example.com/d/{identity}"
    return {"resource": resource, "classification": {}, "metadata": {"domain": "d"}, "permalink": page}


def assets(count: int) -> list[dict[str, Any]]:
    return [asset(number) for number in range(count)]


def discovery(entries: list[dict[str, Any]], stated: int | None = None) -> Answers:
    """The catalogue by offset, no deeper than 10,000, or behind an id."""

    def answer(asked: Asked) -> Any:
        limit, offset = asked.number("limit", 100), asked.number("offset")
        if asked.path != CATALOG or offset + limit > 10_000:
            return 400, b'{"error": "offset + limit"}'
        if "scroll_id" in asked.query:
            behind = [entry for entry in entries if entry["resource"]["id"] > asked.first("scroll_id")]
            return {"results": behind[:limit], "resultSetSize": stated or len(entries)}
        ordered = entries[::-1] if "DESC" in asked.first("order") else entries
        return {"results": ordered[offset : offset + limit], "resultSetSize": stated or len(entries)}

    return answer


def metadata(count: int) -> Answers:
    known = [
        {"id": f"aaaa-{n:04}", "name": f"Daten {n}", "webUri": f"https://daten.example.com/d/aaaa-{n:04}"}
        for n in range(count)
    ]
    known[0]["hideFromCatalog"] = True  # type: ignore[assignment]

    def answer(asked: Asked) -> Any:
        size, number = asked.number("limit"), asked.number("page", 1)
        return known[(number - 1) * size : number * size] if asked.path == METADATA else None

    return answer


def test_portal_behind_an_address() -> None:
    named = portal("https://Daten.example.com/browse?category=Umwelt&tags=wald&q=baum")
    assert named == Portal("https://Daten.example.com", "daten.example.com", ("Umwelt",), ("wald",), "baum")
    asked = filters(named, SocrataOptions(tags=("holz",), only=None, attribution="Bauamt"))
    assert asked == [
        ("domains", "daten.example.com"),
        ("search_context", "daten.example.com"),
        ("categories", "Umwelt"),
        ("tags", "wald"),
        ("tags", "holz"),
        ("attribution", "Bauamt"),
        ("q", "baum"),
    ]


def test_pages_of_the_domain_by_id(harvest: Callable[..., Run], portal_server: PortalServer) -> None:
    run = harvest(discovery(assets(250)))
    assert (len(run.records), run.report["coverage"], run.report["stated"]) == (250, "complete", 250)
    assert run.report["findings"] == []
    assert [asked.first("offset") for asked in portal_server.asked] == ["0", "100", "200"]
    assert {(asked.first("only"), asked.first("order")) for asked in portal_server.asked} == {("dataset", "dataset_id")}
    assert {asked.first("domains") for asked in portal_server.asked} == {portal_server.url.removeprefix("http://")}


def in_memory(answer: Answers) -> Callable[[Request], Any]:
    """The fake domain for a walk without a portal_server, in which offsets reach no deeper than 200."""

    def web(request: Request) -> Any:
        parts = urlsplit(request.url)
        asked = Asked(parts.path, parse_qs(parts.query), {})
        given = (400, b"{}") if asked.number("offset") + asked.number("limit") > 200 else answer(asked)
        return (given[0], {}, given[1]) if isinstance(given, tuple) else orjson.dumps(given)

    return web


def test_beyond_what_offsets_reach_the_last_id_leads_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert socrata._DEEPEST == 10_000
    monkeypatch.setattr(socrata, "_DEEPEST", 200)
    run = walk("socrata", "https://d.example", in_memory(discovery(assets(430))), {"page_size": 100})
    assert (len(run.ids), run.coverage, run.rules) == (430, "complete", [])
    assert ["scroll_id=" in url for url in run.urls] == [False, False, True, True, True]
    assert "scroll_id=0000-0199" in run.urls[2]
    again = walk("socrata", "https://d.example", {}, {"page_size": 100}, replay=run)
    assert (again.titles, again.coverage) == (run.titles, "complete")


def test_more_changes_than_offsets_reach_are_as_good_as_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socrata, "_DEEPEST", 200)
    run = walk("socrata", "https://d.example", in_memory(discovery(assets(430))), since=NEWEST - timedelta(days=900))
    assert (len(run.ids), run.coverage, run.failures) == (430, "complete", "")


def test_changes_only_end_where_the_old_begin(harvest: Callable[..., Run], portal_server: PortalServer) -> None:
    run = harvest(discovery(assets(500)), since=(NEWEST - timedelta(days=150)).isoformat())
    assert (len(run.records), run.report["coverage"], run.report["stated"]) == (151, "changes", None)
    assert [asked.first("order") for asked in portal_server.asked] == ["updatedAt", "updatedAt"]
    since = (NEWEST - timedelta(days=150)).isoformat()
    again = harvest(lambda asked: None, state=run.state, replay=True, since=since)
    assert (again.titles, again.report["coverage"]) == (run.titles, "changes")


def test_F79_changes_that_are_refused_are_asked_for_as_a_whole(harvest: Callable[..., Run]) -> None:
    whole = discovery(assets(30))
    run = harvest(
        lambda asked: (400, b"{}") if asked.first("order") == "updatedAt" else whole(asked), since=NEWEST.isoformat()
    )
    assert (len(run.records), run.report["coverage"]) == (30, "complete")
    assert [rule for rule, _ in run.report["findings"]] == ["portal-query-refused"]


def test_without_discovery_the_metadata_of_the_domain(harvest: Callable[..., Run], portal_server: PortalServer) -> None:
    run = harvest(metadata(130))
    assert (len(run.records), run.report["coverage"]) == (129, "complete")
    assert {rule for rule, _ in run.report["findings"]} == {"portal-query-refused", "portal-record-not-public"}
    assert [asked.first("page") for asked in portal_server.asked if asked.path == METADATA] == ["1", "2", "3"]
    again = harvest(lambda asked: None, state=run.state, replay=True)
    assert (len(again.records), again.report["coverage"]) == (129, "complete")


def test_a_part_of_the_portal_is_not_taken_from_the_metadata(harvest: Callable[..., Run]) -> None:
    run = harvest(metadata(5), options={"categories": ["Umwelt"]})
    assert (run.records, run.report["pages"]) == ({}, 0)
    assert "404" in run.report["failure"]


@unusable_answers(cut=b'{"results": [{"res', error=b'{"error": "kaputt"}')
def test_F01_F02_unusable_first_answer_fails_the_run(harvest: Callable[..., Run], reply: Any, said: str) -> None:
    run = harvest(lambda asked: reply)
    assert (run.records, run.report["pages"]) == ({}, 0)
    assert said in run.report["failure"]
    assert CATALOG in run.report["failure"]


def test_F11_the_same_page_again_ends_the_run_as_partial(
    harvest: Callable[..., Run], portal_server: PortalServer
) -> None:
    run = harvest(lambda asked: {"results": assets(100), "resultSetSize": 900})
    assert (len(run.records), run.report["coverage"], len(portal_server.asked)) == (100, "partial", 2)


def test_F14_fewer_than_stated_are_looked_for_once_more(
    harvest: Callable[..., Run], portal_server: PortalServer
) -> None:
    run = harvest(discovery(assets(30), stated=33))
    assert (len(run.records), run.report["coverage"]) == (30, "partial")
    assert portal_server.asked[-1].first("order") == "dataset_id DESC"


def test_detection_knows_more_than_the_data_json() -> None:
    url = "https://daten.example.com/browse?category=Umwelt"
    catalog, views = SocrataSpider.probes(url)
    assert (
        "domains=daten.example.com&search_context=daten.example.com&only=dataset&categories=Umwelt&limit=3" in catalog
    )

    def answered(address: str, document: Any) -> dict[str, Answer]:
        return {address: Answer(address, address, 200, {}, orjson.dumps(document), "", 0.0)}

    found = SocrataSpider.detect(url, answered(catalog, {"results": assets(3), "resultSetSize": 9}))
    assert found is not None
    assert (found.url, found.count, found.options) == ("https://daten.example.com", 9, {"categories": ["Umwelt"]})
    assert found.samples == ("Daten 0", "Daten 1", "Daten 2")
    entry = {"id": "a", "name": "A", "webUri": "https://daten.example.com/d/a"}
    less = SocrataSpider.detect(url, answered(views, [entry]))
    place = DataJsonSpider.probes("https://daten.example.com")[0]
    feed = {"dataset": [{"title": "A", "identifier": "a", "accessLevel": "public"}]}
    plain = DataJsonSpider.detect("https://daten.example.com", answered(place, feed))
    assert less is not None
    assert plain is not None
    assert found.certainty > less.certainty > plain.certainty
    for other in ([], [{"id": 1}], {"results": [{"title": "x"}], "resultSetSize": 1}, feed):
        assert SocrataSpider.detect(url, {**answered(catalog, other), **answered(views, other)}) is None
