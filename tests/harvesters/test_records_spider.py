"""The spider for OGC APIs on loopback: the way from landing page to records, guards, faults, changes only, replay."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from scrapy.http import TextResponse

from harvesters.answer import Answer
from harvesters.ogc.api import Api
from harvesters.reading import Page
from harvesters.spider import Job
from harvesters.spiders.records import RecordsOptions, RecordsSpider
from tests.faultserver import FaultServer, Reply, Request, answer
from tests.harvesters.crawl_runs import Run, crawl, write_region
from tests.harvesters.crawls import Crawls
from tests.harvesters.readings import ListSink, context

JSON = {"Content-Type": "application/json"}
FILTERS = [
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
]


def record(number: int, **more: Any) -> dict[str, Any]:
    link = {"rel": "enclosure", "type": "text/csv", "href": f"https://www.example.org/{number}.csv"}
    properties = {"type": "dataset", "title": f"Satz {number}"}
    return {"id": f"r{number}", "type": "Feature", "geometry": None, "properties": properties, "links": [link], **more}


def collection(name: str, **more: Any) -> dict[str, Any]:
    items = {"rel": "items", "type": "application/geo+json", "href": f"/api/collections/{name}/items?f=json"}
    return {"id": name, "title": f"Sammlung {name}", "links": [items], "itemType": "feature", **more}


def link(rel: str, href: str, kind: str = "application/json") -> dict[str, str]:
    return {"rel": rel, "href": href, "type": kind}


@dataclass
class Made:
    """An API below /api as it answers; ``quirk`` may answer first."""

    collections: list[Any] = field(default_factory=list)
    records: list[Any] = field(default_factory=list)
    conforms_to: list[str] = field(default_factory=list)
    quirk: Callable[[str, Mapping[str, str]], Reply | None] = lambda path, query: None
    stated: int | None = None
    parts: bool = True

    def reply(self, path: str, query: Mapping[str, str]) -> Reply:
        """What stands at an address."""
        told = self.quirk(path, query)
        if told is not None:
            return told
        if path == "/api":
            links = [link("self", "/api"), link("data", "/api/collections")]
            links += (
                [link("conformance", "/api/conformance"), link("service-desc", "/api/openapi")] if self.parts else []
            )
            return said({"title": "Geodaten", "links": links})
        if path == "/api/conformance":
            return said({"conformsTo": self.conforms_to})
        if path == "/api/openapi":
            return said({"openapi": "3.0.2", "info": {"contact": {"name": "Bauamt", "email": "bauamt@example.org"}}})
        if path == "/api/collections":
            return said({"collections": self.collections, "links": [link("self", "/api/collections")]})
        if path.endswith("/items"):
            return self._items(path, query)
        return Reply(b'{"code": "NotFound", "description": "nicht hier"}', 404, JSON)

    def _items(self, path: str, query: Mapping[str, str]) -> Reply:
        offset, limit = int(query.get("offset", 0)), int(query.get("limit", 10))
        page = self.records[offset : offset + limit]
        links = (
            [link("next", f"{path}?offset={offset + limit}&limit={limit}")]
            if offset + limit < len(self.records)
            else []
        )
        total = len(self.records) if self.stated is None else self.stated
        return said({"type": "FeatureCollection", "features": page, "numberMatched": total, "links": links})


def said(document: Any, **headers: str) -> Reply:
    return Reply(json.dumps(document).encode(), headers={**JSON, **headers})


class Server(FaultServer):
    """Serves an API and keeps what was asked."""

    def __init__(self) -> None:
        super().__init__(robots=Reply(b"", 404))
        self.made = Made()

    def _answer(self, request: Request) -> Iterable[bytes]:
        if not request.path.startswith("/api"):
            return super()._answer(request)
        reply = self.made.reply(request.path, request.query)
        return answer(reply.body, reply.status, reply.headers)

    def paths(self) -> list[str]:
        """What was asked below /api."""
        return [each.path for each in self.seen if each.path.startswith("/api")]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def harvest(crawls: Crawls, server: Server) -> Callable[..., Run]:
    """Harvests an API; ``path`` is where the source's address leads."""

    def run(made: Made, path: str = "/api", options: Any = None, **wishes: Any) -> Run:
        server.made = made
        return crawls.crawl("records", server.url(path), options, **wishes)

    return run


CATALOGUE = collection("md", itemType="record")


def test_way_from_landing_page_to_records(harvest: Callable[..., Run], server: Server) -> None:
    made = Made([collection("wege"), CATALOGUE, collection("baeume")], [record(n) for n in range(25)])
    run = harvest(made, options={"limit": 10})
    assert len(run.records) == 27
    assert run.titles["collections/wege"] == "Sammlung wege"
    assert run.titles["r24"] == "Satz 24"
    assert (run.report["coverage"], run.report["stated"]) == ("complete", 27)
    assert server.paths()[:4] == ["/api", "/api/conformance", "/api/openapi", "/api/collections"]
    assert "Bauamt" in run.records["collections/wege"]["ntriples"]


@pytest.mark.parametrize("path", ["/api/collections", "/api/collections/wege", "/api/collections/wege/items?f=json"])
def test_address_below_the_landing_page(harvest: Callable[..., Run], path: str) -> None:
    run = harvest(Made([collection("wege"), collection("baeume")]), path)
    assert {*run.records} == ({"collections/wege"} if "wege" in path else {"collections/wege", "collections/baeume"})


def test_collections_by_name_and_pattern(harvest: Callable[..., Run]) -> None:
    made = Made([collection("wege_a"), collection("wege_b"), CATALOGUE], [record(1)])
    assert {*harvest(made, options={"collections": ["wege_*"]}).records} == {"collections/wege_a", "collections/wege_b"}
    assert {*harvest(made, options={"collections": ["md"]}).records} == {"r1"}
    nothing = harvest(made, options={"collections": ["x"]})
    assert nothing.records == {}
    assert [rule for rule, *_ in nothing.report["findings"]] == ["collections-option-matches-nothing"]


def test_options_are_asked_of_the_items(harvest: Callable[..., Run], server: Server) -> None:
    options = {"limit": 7, "q": "Wald", "filter": "type = 'dataset'", "bbox": [9.4, 50.3, 9.9, 50.6]}
    harvest(Made([CATALOGUE], [record(1)]), options=options)
    (asked,) = [each.query for each in server.seen if each.path.endswith("/items")]
    assert asked == {
        "f": "json",
        "limit": "7",
        "q": "Wald",
        "bbox": "9.4,50.3,9.9,50.6",
        "filter": "(type = 'dataset')",
        "filter-lang": "cql2-text",
    }


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"bbox": [1, 2, 3]}, {"datetime": "2020"}])
def test_wrong_options_raise(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RecordsOptions(**wrong)


def test_html_where_json_is_wanted_is_asked_again(harvest: Callable[..., Run]) -> None:
    def quirk(path: str, query: Mapping[str, str]) -> Reply | None:
        page = Reply(b"<html>", headers={"Content-Type": "text/html"})
        return page if path == "/api" and query.get("f") != "json" else None

    assert {*harvest(Made([collection("wege")], quirk=quirk)).records} == {"collections/wege"}


def test_missing_parts_are_findings(harvest: Callable[..., Run]) -> None:
    def quirk(path: str, query: Mapping[str, str]) -> Reply | None:
        if path == "/api/conformance":
            return Reply(b"weg", 404)
        return Reply(b"<html>", headers={"Content-Type": "text/html"}) if path == "/api/openapi" else None

    run = harvest(Made([collection("wege")], quirk=quirk))
    assert {*run.records} == {"collections/wege"}
    assert [rule for rule, *_ in run.report["findings"]] == ["ogcapi-part-missing"] * 2
    assert run.report["coverage"] == "complete"
    assert {*harvest(Made([collection("wege")], parts=False)).records} == {"collections/wege"}


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (Reply(b"<html>Wartung</html>", headers={"Content-Type": "text/html"}), "Wartung"),
        (Reply(b"", headers=JSON), "leer"),
        (Reply(b'{"links": [', headers=JSON), "JSON"),
        (Reply(b'{"code": "Broken", "description": "Datenbank weg"}', headers=JSON), "Datenbank weg"),
        (Reply(b'{"code": "Broken", "description": "Datenbank weg"}', 500, JSON), "Datenbank weg"),
        (Reply(b'{"title": "nur das"}', headers=JSON), "title"),
        (Reply(b"[]", headers=JSON), "kein Objekt"),
        (Reply(b"nein", 404), "404"),
    ],
    ids=["F01", "F03", "F21", "F02", "F02-500", "other", "list", "404"],
)
@pytest.mark.parametrize("where", ["/api", "/api/collections"])
def test_F01_F02_unusable_answer_fails_the_run(
    harvest: Callable[..., Run], reply: Reply, text: str, where: str
) -> None:
    run = harvest(Made([collection("wege")], quirk=lambda path, query: reply if path == where else None))
    assert run.records == {}
    assert run.report["pages"] == 0
    assert text in run.report["failure"]
    assert where in run.report["failure"]


def test_F11_next_page_is_the_same(harvest: Callable[..., Run], server: Server) -> None:
    def quirk(path: str, query: Mapping[str, str]) -> Reply | None:
        links = [link("next", "/api/collections/md/items?f=json&limit=100")]
        return (
            said({"type": "FeatureCollection", "features": [record(1)], "links": links})
            if path.endswith("items")
            else None
        )

    run = harvest(Made([CATALOGUE], quirk=quirk))
    assert {*run.records} == {"r1"}
    assert run.report["coverage"] == "partial"
    assert len([each for each in server.paths() if each.endswith("items")]) == 1


def test_F12_pages_in_a_ring_of_ever_new_addresses(harvest: Callable[..., Run], server: Server) -> None:
    def quirk(path: str, query: Mapping[str, str]) -> Reply | None:
        if not path.endswith("items"):
            return None
        at = int(query.get("token", 0))
        links = [link("next", f"/api/collections/md/items?token={at + 1}")]
        return said({"type": "FeatureCollection", "features": [record(at % 3)], "links": links})

    run = harvest(Made([CATALOGUE], quirk=quirk))
    assert {*run.records} == {"r0", "r1", "r2"}
    assert run.report["coverage"] == "partial"
    assert len([each for each in server.paths() if each.endswith("items")]) == 4


def test_F13_budget_of_pages(server: Server, tmp_path: Path) -> None:
    def quirk(path: str, query: Mapping[str, str]) -> Reply | None:
        if not path.endswith("items"):
            return None
        at = int(query.get("token", 0))
        links = [link("next", f"/api/collections/md/items?token={at + 1}")] if at < 50 else []
        return said({"type": "FeatureCollection", "features": [record(at)], "links": links})

    server.made = Made([CATALOGUE], quirk=quirk)
    write_region(tmp_path, api=f'url = "{server.url("/api")}"\nprotocol = "records"\n[limits]\npages = 5\n')
    run = crawl(tmp_path, "api")
    assert 0 < len(run.records) <= 5
    assert run.report["coverage"] == "partial"
    assert "5 Seiten" in run.report["failures"][0]


def test_F14_failing_page_leaves_the_rest_and_is_partial(harvest: Callable[..., Run]) -> None:
    def quirk(path: str, query: Mapping[str, str]) -> Reply | None:
        return Reply(b"weg", 404) if query.get("offset") == "20" else None

    made = Made([collection("wege"), CATALOGUE], [record(n) for n in range(35)], quirk=quirk)
    run = harvest(made, options={"limit": 10})
    assert len(run.records) == 21
    assert run.report["coverage"] == "partial"


def test_F14_fewer_than_stated_is_partial(harvest: Callable[..., Run]) -> None:
    run = harvest(Made([CATALOGUE], [record(n) for n in range(5)], stated=9))
    assert (len(run.records), run.report["coverage"], run.report["stated"]) == (5, "partial", 9)
    assert "5 von 9" in run.report["failures"][0]


def test_F16_record_that_slips_to_the_next_page_counts_once(harvest: Callable[..., Run]) -> None:
    records = [record(0), record(1), record(1), record(2)]
    run = harvest(Made([CATALOGUE], records, stated=3), options={"limit": 2})
    assert {*run.records} == {"r0", "r1", "r2"}
    assert run.report["coverage"] == "complete"


def test_F22_bad_entries_stop_nothing(harvest: Callable[..., Run]) -> None:
    deep: Any = "x"
    for _ in range(300):
        deep = [deep]
    records = [record(1), "kein Objekt", record(2, deep=deep), {"type": "Feature", "properties": {}}, record(3)]
    run = harvest(Made([collection("wege"), {"title": "ohne id"}, 7, CATALOGUE], records))
    assert {*run.records} == {"collections/wege", "r1", "r3"}
    assert len(run.unusable) == 2
    assert len(run.set_aside) == 1
    assert run.report["coverage"] == "complete"
    assert len(run.report["findings"]) == 2


def test_page_of_records_is_a_source_of_its_own(harvest: Callable[..., Run]) -> None:
    page = said({"type": "FeatureCollection", "features": [record(1), record(2)], "links": []})
    assert {*harvest(Made(quirk=lambda path, query: page), "/api/export.json").records} == {"r1", "r2"}
    single = said(record(7))
    assert {*harvest(Made(quirk=lambda path, query: single), "/api/record.json").records} == {"r7"}


def test_pages_of_collections(harvest: Callable[..., Run]) -> None:
    def quirk(path: str, query: Mapping[str, str]) -> Reply | None:
        if path != "/api/collections":
            return None
        at = int(query.get("page", 0))
        links = [link("self", "/api/collections")] + (
            [link("next", f"/api/collections?page={at + 1}")] if at < 2 else []
        )
        return said({"collections": [collection(f"c{at}")], "links": links})

    run = harvest(Made(quirk=quirk))
    assert {*run.records} == {"collections/c0", "collections/c1", "collections/c2"}
    served = run.records["collections/c0"]["companions"][0]
    assert served.count("servesDataset") == 3


def test_replay_needs_no_network(harvest: Callable[..., Run], server: Server) -> None:
    made = Made([collection("wege"), CATALOGUE], [record(n) for n in range(25)])
    first = harvest(made, options={"limit": 10})
    seen = len(server.seen)
    again = harvest(Made(), options={"limit": 10}, state=first.state, replay=True)
    assert again.titles == first.titles
    assert again.report["coverage"] == "complete"
    assert {key: each["ntriples"] for key, each in again.records.items()} == {
        key: each["ntriples"] for key, each in first.records.items()
    }
    assert len(server.seen) == seen


def test_second_run_knows_what_is_unchanged(harvest: Callable[..., Run]) -> None:
    made = Made([collection("wege"), CATALOGUE], [record(n) for n in range(3)])
    first = harvest(made)
    changed = Made(made.collections, [record(0), record(1), record(2, properties={"type": "dataset", "title": "Neu"})])
    second = harvest(changed, state=first.state)
    assert {key for key, each in second.records.items() if not each["unchanged"]} == {"r2"}


# ------------------------------------------------------------------------------------------------------ changes only


def walked(conforms_to: list[str], since: datetime | None, **options: Any) -> tuple[RecordsSpider, str]:
    """The spider after its collections, and the first address asked of the catalogue."""
    spider = RecordsSpider()
    told = context(protocol="records")
    spider.job = Job(type(told)(told.region, told.source, told.municipality, RecordsOptions(**options)), ListSink())
    spider.job.since = since
    assert [*spider.first()]
    spider._api = Api("https://api.example.org/", conforms_to=tuple(conforms_to))
    body = json.dumps({"collections": [CATALOGUE], "links": []}).encode()
    response = TextResponse("https://api.example.org/collections", body=body)
    (asked,) = [each for each in spider.collected(response) if not isinstance(each, Page)]
    return spider, asked.url


SINCE = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


def test_changes_only_where_the_api_declares_filters() -> None:
    spider, url = walked(FILTERS, SINCE, filter="a = 1")
    assert "filter=%28a%20%3D%201%29%20AND%20updated%20%3E%3D%20TIMESTAMP%28%272024-05-06T07:08:09Z%27%29" in url
    assert "filter-lang=cql2-text" in url
    assert spider.job.changes_only


@pytest.mark.parametrize(("conforms_to", "since"), [(FILTERS[:1], SINCE), ([], SINCE), (FILTERS, None)])
def test_all_records_where_it_does_not(conforms_to: list[str], since: datetime | None) -> None:
    spider, url = walked(conforms_to, since)
    assert "filter" not in url
    assert not spider.job.changes_only


# --------------------------------------------------------------------------------------------------------- detection


def got(url: str, document: Any) -> Answer:
    return Answer(url, url, 200, {}, json.dumps(document).encode(), "application/json", 0.1)


def test_detection_of_landing_page_collections_and_records() -> None:
    url = "https://api.example.org/geo"
    own, below = RecordsSpider.probes(url)
    assert below == "https://api.example.org/geo/collections?f=json"
    landing = {"links": [link("data", "/geo/collections"), link("conformance", "/geo/conformance")]}
    found = RecordsSpider.detect(url, {own: got(own, landing)})
    assert found is not None
    assert (found.count, found.certainty) == (None, 60)
    listed = {"collections": [collection("wege"), collection("b")], "links": []}
    found = RecordsSpider.detect(url, {own: got(own, landing), below: got(below, listed)})
    assert found is not None
    assert (found.url, found.count, found.samples) == (url, 2, ("Sammlung wege", "Sammlung b"))
    page = {"type": "FeatureCollection", "features": [record(1)], "numberMatched": 40}
    found = RecordsSpider.detect(url, {own: got(own, page)})
    assert found is not None
    assert (found.count, found.samples) == (40, ("Satz 1",))


@pytest.mark.parametrize(
    "document",
    [
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"name": "Baum"}}]},
        {"links": [link("self", "/")]},
        {"collections": [1]},
        {"success": True, "result": {}},
        [],
    ],
)
def test_detection_claims_nothing_else(document: Any) -> None:
    url = "https://api.example.org/geo"
    assert RecordsSpider.detect(url, {each: got(each, document) for each in RecordsSpider.probes(url)}) is None
    assert RecordsSpider.detect("/daten", {}) is None
