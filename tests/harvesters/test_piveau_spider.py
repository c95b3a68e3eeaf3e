"""The piveau spider against a fake hub-search on loopback: scrolling, pages, catalogues, what breaks off."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from harvesters.answer import Answer
from harvesters.portals.piveau import PiveauOptions, Portal, facets, portal
from harvesters.spiders.ckan import CkanSpider
from harvesters.spiders.piveau import PiveauSpider
from tests.harvesters.crawl_runs import Run
from tests.harvesters.crawls import Crawls
from tests.harvesters.portal_server import Answers, Asked, PortalServer

API = "/api/hub/search"


def dataset(number: int, **more: Any) -> dict[str, Any]:
    known = {"id": f"d{number:03}", "resource": f"https://piveau.example.org/set/data/d{number:03}"}
    return {**known, "title": {"de": f"Daten {number}", "en": f"Data {number}"}, "distributions": [], **more}


def datasets(count: int) -> list[dict[str, Any]]:
    return [dataset(number) for number in range(count)]


def result(entries: list[Any], count: int, scroll: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"count": count, "facets": [], "results": entries}
    return {"result": {**found, "scrollId": scroll} if scroll else found}


def hub(entries: list[Any], base: str = API, scrolls: bool = True, stated: int | None = None) -> Answers:
    """A hub-search whose scroll goes on under one and the same id, as Elasticsearch does it."""
    at = {"next": 0, "size": 0}
    total = stated or len(entries)

    def answer(asked: Asked) -> Any:
        if asked.path == f"{base}/scroll" and scrolls and asked.first("scrollId") == "DXF1=":
            at["next"] += at["size"]
            return result(entries[at["next"] : at["next"] + at["size"]], total, "DXF1=")
        if asked.path != f"{base}/search" or asked.first("filter") != "dataset":
            return None
        size, number = asked.number("limit", 10), asked.number("page")
        if scrolls and asked.first("scroll") == "true":
            at.update(next=0, size=size)
            return result(entries[:size], total, "DXF1=")
        return result(entries[number * size : (number + 1) * size], total)

    return answer


@pytest.fixture
def harvest(crawls: Crawls, portal_server: PortalServer) -> Callable[..., Run]:
    def run(answer: Answers, path: str = API + "/search", **wishes: Any) -> Run:
        portal_server.begin(answer)
        return crawls.crawl("piveau", f"{portal_server.url}{path}", **wishes)

    return run


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://d.example", Portal(("https://d.example/api/hub/search", "https://d.example"))),
        ("https://d.example/api/hub/search/search?filter=dataset",
         Portal(("https://d.example/api/hub/search", "https://d.example/api/hub/search/search"))),
        ("https://d.example/x/datasets?catalog=kreis&locale=de",
         Portal(("https://d.example/x/api/hub/search", "https://d.example/api/hub/search", "https://d.example/x"), ("kreis",))),
        ("https://d.example/data/catalogues/kreis",
         Portal(("https://d.example/api/hub/search", "https://d.example"), ("kreis",))),
    ],
)  # fmt: skip
def test_portal_behind_an_address(url: str, expected: Portal) -> None:
    assert portal(url) == expected


def test_facets_of_address_and_options() -> None:
    options = PiveauOptions(catalog=("neuhof", "kreis"), facets={"categories": "envi"})  # type: ignore[dict-item]
    asked = json.loads(facets(portal("https://d.example/datasets?catalog=kreis"), options))
    assert asked == {"categories": ["envi"], "catalog": ["kreis", "neuhof"]}
    assert facets(portal("https://d.example"), PiveauOptions()) == ""
    with pytest.raises(ValidationError):
        PiveauOptions(facets=["envi"])  # type: ignore[arg-type]


def test_F16_the_list_is_scrolled_through(harvest: Callable[..., Run], portal_server: PortalServer) -> None:
    run = harvest(hub(datasets(250)))
    assert len(run.records) == 250
    assert (run.report["coverage"], run.report["stated"], run.report["findings"]) == ("complete", 250, [])
    assert [asked.path.rpartition("/")[2] for asked in portal_server.asked] == ["search", "scroll", "scroll"]
    assert run.titles["https://piveau.example.org/set/data/d007"] == "Daten 7"
    again = harvest(lambda asked: None, state=run.state, replay=True)
    assert (again.titles, again.report["coverage"]) == (run.titles, "complete")
    assert not portal_server.asked


def test_catalogue_and_words_go_along(harvest: Callable[..., Run], portal_server: PortalServer) -> None:
    harvest(hub(datasets(1)), options={"catalog": ["neuhof"], "q": "wald"})
    assert json.loads(portal_server.asked[0].first("facets")) == {"catalog": ["neuhof"]}
    assert portal_server.asked[0].first("q") == "wald"


def test_without_a_scroll_pages_are_counted(harvest: Callable[..., Run], portal_server: PortalServer) -> None:
    run = harvest(hub(datasets(250), scrolls=False))
    assert (len(run.records), run.report["coverage"]) == (250, "complete")
    assert [asked.first("page") for asked in portal_server.asked] == ["", "1", "2"]


def test_F17_a_scroll_that_broke_off_is_begun_again_by_pages(
    harvest: Callable[..., Run], portal_server: PortalServer
) -> None:
    whole = hub(datasets(250))
    run = harvest(lambda asked: (404, b"expired") if asked.path.endswith("scroll") else whole(asked))
    assert (len(run.records), run.report["coverage"]) == (250, "complete")
    assert [rule for rule, _ in run.report["findings"]] == ["portal-query-refused"]
    assert [asked.first("page") for asked in portal_server.asked] == ["", "", "0", "1", "2"]


def test_the_interface_is_looked_for_below_the_portal(harvest: Callable[..., Run]) -> None:
    run = harvest(hub(datasets(3)), "/daten/datasets?catalog=kreis")
    assert (len(run.records), run.report["coverage"]) == (3, "complete")
    again = harvest(lambda asked: None, "/daten/datasets?catalog=kreis", state=run.state, replay=True)
    assert (len(again.records), again.report["coverage"]) == (3, "complete")


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ((200, b"<!doctype html><title>Wartungsarbeiten</title>"), "Wartungsarbeiten"),
        ((200, b""), "leer"),
        ((200, b'{"result": {"count": 3'), "kein JSON"),
        ((200, b'{"success": false, "result": {"count": 0, "results": []}}'), "keine Antwort"),
        ((400, b"nein"), "400"),
        ((500, b"voll"), "500"),
    ],
    ids=["F01-html", "F03-empty", "F21-cut", "F02-success-false", "F02-refused", "F25-busy"],
)
def test_F01_F02_unusable_first_answer_fails_the_run(harvest: Callable[..., Run], reply: Any, said: str) -> None:
    run = harvest(lambda asked: reply)
    assert (run.records, run.report["pages"]) == ({}, 0)
    assert said in run.report["failure"]


def test_F11_the_same_page_again_ends_the_run_as_partial(
    harvest: Callable[..., Run], portal_server: PortalServer
) -> None:
    run = harvest(lambda asked: result(datasets(100), 900))
    assert (len(run.records), run.report["coverage"], len(portal_server.asked)) == (100, "partial", 2)


def test_F14_fewer_than_stated_are_looked_for_once_more(
    harvest: Callable[..., Run], portal_server: PortalServer
) -> None:
    run = harvest(hub(datasets(30), scrolls=False, stated=33))
    assert (len(run.records), run.report["coverage"]) == (30, "partial")
    assert portal_server.asked[-1].first("sort") == "id+asc"


@pytest.mark.parametrize(("stated", "coverage"), [(3, "complete"), (7, "partial")])
def test_kept_answer_is_read_as_it_is(
    harvest: Callable[..., Run], portal_server: PortalServer, stated: int, coverage: str
) -> None:
    run = harvest(
        lambda asked: result(datasets(3), stated, "DXF1=") if asked.path == "/suche.json" else None, "/suche.json"
    )
    assert (len(run.records), run.report["coverage"]) == (3, coverage)
    assert len(portal_server.asked) == 1


def test_detection_tells_it_from_ckan() -> None:
    url = "https://d.example/data/datasets?catalog=kreis"
    first, second = PiveauSpider.probes(url)

    def answered(address: str, document: Any) -> dict[str, Answer]:
        return {address: Answer(address, address, 200, {}, orjson.dumps(document), "", 0.0)}

    found = PiveauSpider.detect(url, answered(second, result(datasets(9), 9)))
    assert found is not None
    assert (found.url, found.count, found.options) == ("https://d.example/search", 9, {"catalog": ["kreis"]})
    assert found.samples == ("Daten 0", "Daten 1", "Daten 2")
    package = {"id": "a", "name": "a", "title": "A", "resources": []}
    ckan = {"success": True, "result": {"count": 1, "results": [package]}}
    assert PiveauSpider.detect(url, answered(first, ckan)) is None
    probe = CkanSpider.probes("https://d.example")[0]
    assert CkanSpider.detect("https://d.example", answered(probe, ckan)) is not None
    assert PiveauSpider.probes("ordner") == ()
