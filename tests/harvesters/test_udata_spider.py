"""The udata spider against a fake portal on loopback, in both versions of its interface."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from harvesters.answer import Answer
from harvesters.portals.udata import Portal, UdataOptions, filters, portal
from harvesters.spiders.udata import UdataSpider
from tests.harvesters.crawl_runs import Run
from tests.harvesters.portal_server import Answers, Asked, PortalServer
from tests.harvesters.unusable import unusable_answers

PROTOCOL = "udata"
ID = "54126af3a3a7292a9bbf14d6"


def dataset(number: int, **more: Any) -> dict[str, Any]:
    resource = {"id": f"r-{number}", "url": f"https://www.example.org/{number}.csv", "format": "csv", "type": "main"}
    page = f"https://portal.example.org/datasets/d-{number}/"
    known = {"id": f"id-{number:03}", "slug": f"d-{number}", "title": f"Daten {number}", "page": page}
    return {**known, "private": False, "deleted": None, "archived": None, "resources": [resource], **more}


def datasets(count: int) -> list[dict[str, Any]]:
    return [dataset(number) for number in range(count)]


def paged(entries: list[Any], asked: Asked, stated: int | None = None) -> dict[str, Any]:
    number, size = asked.number("page", 1), asked.number("page_size", 20)
    ordered = entries[::-1] if asked.first("sort").startswith("-") else entries
    shown = ordered[(number - 1) * size : number * size]
    # As behind a proxy, the portal names itself by an address that nobody reaches.
    following = f"http://dev.local:7000/api/?page={number + 1}" if number * size < len(entries) else None
    total = stated or len(entries)
    return {
        "data": shown,
        "total": total,
        "page": number,
        "page_size": size,
        "next_page": following,
        "previous_page": None,
    }


def api(entries: list[dict[str, Any]], version: int = 1, stated: int | None = None) -> Answers:
    def answer(asked: Asked) -> Any:
        if asked.path == "/api/1/organizations/bauamt/":
            return {"id": ID, "name": "Bauamt", "slug": "bauamt"}
        if version == 1:
            return paged(entries, asked, stated) if asked.path == "/api/1/datasets/" else None
        if asked.path == "/api/2/datasets/":
            rel = {"rel": "subsection", "href": "http://dev.local:7000/x", "type": "GET"}
            shown = [{**entry, "resources": {**rel, "total": len(entry["resources"])}} for entry in entries]
            return paged(shown, asked, stated)
        identity = asked.path.removeprefix("/api/2/datasets/").removesuffix("/resources/")
        found = [entry for entry in entries if entry["id"] == identity]
        return paged(found[0]["resources"], asked) if found and asked.path.startswith("/api/2/") else None

    return answer


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://d.example/", Portal("https://d.example")),
        ("https://d.example/fr/datasets/?tag=eau&tag=lac", Portal("https://d.example", tags=("eau", "lac"))),
        ("https://d.example/organizations/bauamt/", Portal("https://d.example", "bauamt")),
        (f"https://d.example/api/1/datasets/?organization={ID}", Portal("https://d.example", ID)),
    ],
)
def test_portal_behind_an_address(url: str, expected: Portal) -> None:
    assert portal(url) == expected


def test_filters_of_address_and_options() -> None:
    options = UdataOptions(tags=("see",), license="lov2", geozone="fr:commune:13055", schema_name="a/b", format="csv")
    asked = filters(portal("https://d.example/datasets/?tag=eau"), options, ID)
    assert asked == [
        ("organization", ID),
        ("license", "lov2"),
        ("geozone", "fr:commune:13055"),
        ("format", "csv"),
        ("schema", "a/b"),
        ("tag", "eau"),
        ("tag", "see"),
    ]


def test_pages_are_counted_whatever_address_the_portal_gives_itself(
    harvest: Callable[..., Run], portal_server: PortalServer
) -> None:
    run = harvest(api(datasets(120)))
    assert len(run.records) == 120
    assert (run.report["coverage"], run.report["stated"], run.report["findings"]) == ("complete", 120, [])
    assert [asked.first("page") for asked in portal_server.asked] == ["1", "2", "3"]


def test_organisation_by_name_is_asked_for_its_id(harvest: Callable[..., Run], portal_server: PortalServer) -> None:
    run = harvest(api(datasets(2)), "/organizations/bauamt/")
    assert len(run.records) == 2
    assert portal_server.asked[1].query["organization"] == [ID]
    again = harvest(lambda asked: None, "/organizations/bauamt/", state=run.state, replay=True)
    assert again.titles == run.titles
    assert again.report["coverage"] == "complete"


def test_unknown_organisation_fails_the_run(harvest: Callable[..., Run]) -> None:
    run = harvest(api(datasets(2)), options={"organization": "niemand"})
    assert (run.records, run.report["pages"]) == ({}, 0)
    assert "404" in run.report["failure"]


def test_version_2_has_the_resources_in_lists_of_their_own(
    harvest: Callable[..., Run], portal_server: PortalServer
) -> None:
    many = [{"id": f"r{number}", "url": f"https://www.example.org/{number}.csv"} for number in range(130)]
    entries = [dataset(1), dataset(2, resources=many), dataset(3, resources=[])]
    run = harvest(api(entries, version=2))
    assert set(run.records) == {"id-001", "id-002", "id-003"}
    assert run.records["id-002"]["ntriples"].count("<http://www.w3.org/ns/dcat#Distribution>") == 130
    assert "<http://www.w3.org/ns/dcat#Distribution>" not in run.records["id-003"]["ntriples"]
    assert run.report["coverage"] == "complete"
    assert [rule for rule, _ in run.report["findings"]] == ["portal-query-refused"]
    again = harvest(lambda asked: None, state=run.state, replay=True)
    assert again.titles == run.titles
    assert again.report["coverage"] == "complete"
    assert not portal_server.asked


def test_F14_resources_that_do_not_come_make_the_run_partial(harvest: Callable[..., Run]) -> None:
    whole = api(datasets(3), version=2)
    run = harvest(lambda asked: (500, b"oops") if "id-001/resources" in asked.path else whole(asked))
    assert (set(run.records), run.report["coverage"]) == ({"id-000", "id-002"}, "partial")


def test_flags_of_what_is_not_public(harvest: Callable[..., Run]) -> None:
    entries = [
        dataset(1),
        dataset(2, private=True),
        dataset(3, archived="2024-01-01T00:00:00"),
        dataset(4, deleted="2024-01-01T00:00:00"),
    ]
    run = harvest(api(entries))
    assert set(run.records) == {"id-001"}
    assert [rule for rule, _ in run.report["findings"]] == ["portal-record-not-public"] * 2
    assert run.report["coverage"] == "complete"


@unusable_answers(cut=b'{"data": [{"id"', error=b'{"message": "kaputt"}')
def test_F01_F02_unusable_first_answer_fails_the_run(harvest: Callable[..., Run], reply: Any, said: str) -> None:
    run = harvest(lambda asked: reply)
    assert (run.records, run.report["pages"]) == ({}, 0)
    assert said in run.report["failure"]
    assert "/api/1/datasets/" in run.report["failure"]


def test_F11_F13_pages_without_end_stop(harvest: Callable[..., Run], portal_server: PortalServer) -> None:
    def same(asked: Asked) -> Any:
        return {"data": datasets(50), "total": 900, "page": 1, "page_size": 50, "next_page": "x"}

    run = harvest(same)
    assert (len(run.records), run.report["coverage"], len(portal_server.asked)) == (50, "partial", 2)


def test_F14_fewer_than_stated_are_looked_for_once_more(
    harvest: Callable[..., Run], portal_server: PortalServer
) -> None:
    run = harvest(api(datasets(30), stated=33))
    assert (len(run.records), run.report["coverage"]) == (30, "partial")
    assert [asked.first("sort") for asked in portal_server.asked] == ["created", "-created"]


def test_detection() -> None:
    url = "https://d.example/organizations/bauamt/"
    first, second = UdataSpider.probes(url)
    whole = Answer(first, first, 200, {}, orjson.dumps(paged(datasets(7), Asked("", {}, {}))), "", 0.0)
    other = Answer(first, first, 200, {}, b'{"data": [{"title": "x"}], "page_size": 3}', "", 0.0)
    found = UdataSpider.detect(url, {second: whole})
    assert found is not None
    assert (found.url, found.count, found.options) == ("https://d.example", 7, {"organization": "bauamt"})
    assert found.samples == ("Daten 0", "Daten 1", "Daten 2")
    assert UdataSpider.detect(url, {first: other}) is None
    assert UdataSpider.probes("ordner") == ()
