"""The ArcGIS Hub spider against a fake site on loopback: its search, and the older API version 3."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson

from harvesters.answer import Answer
from harvesters.portals.arcgis import Portal, portal
from harvesters.portals.arcgis_options import ArcgisOptions, filter_of
from harvesters.spiders.arcgis import ArcgisSpider
from harvesters.spiders.datajson import DataJsonSpider
from tests.harvesters.crawl_runs import Run
from tests.harvesters.portal_server import Answers, Asked, PortalServer
from tests.harvesters.unusable import unusable_answers

SEARCH, VERSION_3 = "/api/search/v1/collections/dataset/items", "/api/v3/datasets"
PROTOCOL = "arcgis"
SINCE = datetime(2026, 11, 27, 10, tzinfo=UTC)


def item(number: int, **more: Any) -> dict[str, Any]:
    known = {"id": f"{number:032x}", "owner": "gis", "title": f"Daten {number}", "type": "Feature Service"}
    properties = {**known, "access": "public", "created": 1611934478000 + number, **more}
    return {"id": f"{number:032x}_0", "type": "Feature", "geometry": None, "properties": properties, "links": []}


def items(count: int) -> list[dict[str, Any]]:
    return [item(number) for number in range(count)]


def hub(entries: list[dict[str, Any]], stated: int | None = None) -> Answers:
    def answer(asked: Asked) -> Any:
        if asked.path != SEARCH:
            return None
        start, limit = asked.number("startindex", 1), asked.number("limit", 10)
        ordered = entries[::-1] if asked.first("sortBy").startswith("-") else entries
        shown = ordered[start - 1 : start - 1 + limit]
        links = [{"rel": "self", "href": "x"}]
        if start - 1 + limit < len(entries):
            links.append({"rel": "next", "href": "https://elsewhere.example/items?startindex=99"})
        total = stated or len(entries)
        return {"type": "FeatureCollection", "features": shown, "numberMatched": total, "links": links}

    return answer


def version_3(count: int, total: int | None = None) -> Answers:
    def answer(asked: Asked) -> Any:
        if asked.path != VERSION_3:
            return None
        number, size = asked.number("page[number]", 1), asked.number("page[size]", 10)
        data = [
            {"id": f"{n:032x}_0", "type": "dataset", "attributes": {"name": f"Daten {n}", "access": "public"}}
            for n in range(count)
        ][(number - 1) * size : number * size]
        return {"data": data, "meta": {"stats": {"totalCount": count if total is None else total}}}

    return answer


def test_site_behind_an_address() -> None:
    assert portal("https://d.example/search?collection=Dataset&q=rad") == Portal("https://d.example", "rad")
    assert portal("https://d.example/datasets/x?q=rad") == Portal("https://d.example")


def test_filter_in_the_language_of_the_search() -> None:
    options = ArcgisOptions(types=("Feature Service", "CSV"), tags=("d'Evian",), filter="source = 'Bauamt'")
    asked = filter_of(options, SINCE)
    assert asked == (
        "(type IN ('Feature Service', 'CSV')) AND (tags IN ('d''Evian')) AND (source = 'Bauamt')"
        f" AND (modified BETWEEN {int(SINCE.timestamp()) * 1000} AND 4102444800000)"
    )
    assert filter_of(ArcgisOptions(), None) == ""


def test_pages_of_the_search_are_counted(harvest: Callable[..., Run], portal_server: PortalServer) -> None:
    run = harvest(hub(items(250)), "/search?q=rad")
    assert (len(run.records), run.report["coverage"], run.report["stated"]) == (250, "complete", 250)
    assert run.report["findings"] == []
    assert [asked.first("startindex") for asked in portal_server.asked] == ["1", "101", "201"]
    assert {asked.first("q") for asked in portal_server.asked} == {"rad"}
    again = harvest(lambda asked: None, "/search?q=rad", state=run.state, replay=True)
    assert (again.titles, again.report["coverage"]) == (run.titles, "complete")
    assert not portal_server.asked


def test_options_go_along(harvest: Callable[..., Run], portal_server: PortalServer) -> None:
    harvest(hub(items(1)), options={"types": ["Feature Service"], "page_size": 50})
    assert portal_server.asked[0].query["filter"] == ["(type IN ('Feature Service'))"]
    assert portal_server.asked[0].first("limit") == "50"


def test_changes_only_are_asked_for_by_date(harvest: Callable[..., Run], portal_server: PortalServer) -> None:
    run = harvest(hub(items(3)), since=SINCE.isoformat())
    assert (len(run.records), run.report["coverage"], run.report["stated"]) == (3, "changes", None)
    assert "modified BETWEEN" in portal_server.asked[0].first("filter")


def test_F79_changes_that_are_refused_are_asked_for_as_a_whole(harvest: Callable[..., Run]) -> None:
    whole = hub(items(3))
    run = harvest(lambda asked: (400, b"{}") if asked.first("filter") else whole(asked), since=SINCE.isoformat())
    assert (len(run.records), run.report["coverage"]) == (3, "complete")
    assert [rule for rule, _ in run.report["findings"]] == ["portal-query-refused"]


def test_without_a_search_version_3_is_asked(harvest: Callable[..., Run], portal_server: PortalServer) -> None:
    run = harvest(version_3(130), options={"tags": ["rad", "weg"]})
    assert (len(run.records), run.report["coverage"]) == (130, "complete")
    assert [asked.first("page[number]") for asked in portal_server.asked if asked.path == VERSION_3] == ["1", "2"]
    assert portal_server.asked[-1].first("filter[tags]") == "any(rad,weg)"
    again = harvest(lambda asked: None, state=run.state, replay=True, options={"tags": ["rad", "weg"]})
    assert (len(again.records), again.report["coverage"]) == (130, "complete")


def test_version_3_that_answers_for_all_sites_is_none(harvest: Callable[..., Run]) -> None:
    run = harvest(version_3(130, total=380_000))
    assert (run.records, run.report["pages"]) == ({}, 0)
    assert VERSION_3 in run.report["failure"]


def test_a_filter_of_the_search_has_no_counterpart_in_version_3(harvest: Callable[..., Run]) -> None:
    run = harvest(version_3(3), options={"filter": "source = 'Bauamt'"})
    assert (run.records, run.report["pages"]) == ({}, 0)
    assert VERSION_3 not in run.report["failure"]


def test_items_shared_within_an_organisation_are_not_taken(harvest: Callable[..., Run]) -> None:
    run = harvest(hub([item(1), item(2, access="org")]))
    assert list(run.titles.values()) == ["Daten 1"]
    assert [rule for rule, _ in run.report["findings"]] == ["portal-record-not-public"]


@unusable_answers(cut=b'{"type": "FeatureColl', error=b'{"message": "kaputt"}')
def test_F01_F02_unusable_first_answer_fails_the_run(harvest: Callable[..., Run], reply: Any, said: str) -> None:
    run = harvest(lambda asked: reply)
    assert (run.records, run.report["pages"]) == ({}, 0)
    assert said in run.report["failure"]
    assert SEARCH in run.report["failure"]


def test_F11_the_same_page_again_ends_the_run_as_partial(
    harvest: Callable[..., Run], portal_server: PortalServer
) -> None:
    links = [{"rel": "next", "href": "x"}]
    run = harvest(
        lambda asked: {"type": "FeatureCollection", "features": items(100), "numberMatched": 900, "links": links}
    )
    assert (len(run.records), run.report["coverage"], len(portal_server.asked)) == (100, "partial", 2)


def test_F14_fewer_than_stated_are_looked_for_once_more(
    harvest: Callable[..., Run], portal_server: PortalServer
) -> None:
    run = harvest(hub(items(30), stated=33))
    assert (len(run.records), run.report["coverage"]) == (30, "partial")
    assert [asked.first("sortBy") for asked in portal_server.asked] == ["properties.created", "-properties.created"]


def test_detection_knows_more_than_the_data_json() -> None:
    url = "https://d.example/search?q=rad"
    search, version = ArcgisSpider.probes(url)

    def answered(address: str, document: Any) -> dict[str, Answer]:
        return {address: Answer(address, address, 200, {}, orjson.dumps(document), "", 0.0)}

    def of(answers: Answers, path: str) -> Any:
        return answers(Asked(path, {"limit": ["3"], "page[size]": ["3"]}, {}))

    found = ArcgisSpider.detect(url, answered(search, of(hub(items(9)), SEARCH)))
    assert found is not None
    assert (found.url, found.count, found.options) == ("https://d.example", 9, {"q": "rad"})
    assert found.samples == ("Daten 0", "Daten 1", "Daten 2")
    less = ArcgisSpider.detect(url, answered(version, of(version_3(9), VERSION_3)))
    place = DataJsonSpider.probes("https://d.example")[1]
    feed = {"dataset": [{"title": "A", "identifier": "a", "accessLevel": "public"}]}
    plain = DataJsonSpider.detect("https://d.example", answered(place, feed))
    assert less is not None
    assert plain is not None
    assert found.certainty > less.certainty > plain.certainty
    feature = {"type": "Feature", "properties": {"name": "Baum"}}
    records = {"type": "FeatureCollection", "features": [feature], "numberMatched": 1}
    for other in (feed, records, {"data": [{"id": "1"}], "meta": {}}, {"data": [], "total": 0}):
        assert ArcgisSpider.detect(url, {**answered(search, other), **answered(version, other)}) is None
