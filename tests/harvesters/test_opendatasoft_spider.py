"""The Opendatasoft spider against a fake Explore API on loopback that has the limits of the real one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from pydantic import ValidationError
from scrapy.http import Request

from harvesters.answer import Answer
from harvesters.portals.opendatasoft import Portal, portal
from harvesters.portals.opendatasoft_options import OpendatasoftOptions
from harvesters.spiders import opendatasoft
from harvesters.spiders.opendatasoft import OpendatasoftSpider
from tests.harvesters.crawl_runs import Run
from tests.harvesters.portal_server import Answers, Asked, PortalServer
from tests.harvesters.source_walks import walk
from tests.harvesters.unusable import unusable_answers

PROTOCOL = "opendatasoft"
LIST = "/api/explore/v2.1/catalog/datasets"


def dataset(number: int, **more: Any) -> dict[str, Any]:
    default = {"title": f"Daten {number}", "modified": "2026-02-06T14:56:31+00:00"}
    return {"dataset_id": f"d-{number:05}", "has_records": True, "features": [], "metas": {"default": default}, **more}


def datasets(count: int) -> list[dict[str, Any]]:
    return [dataset(number) for number in range(count)]


def api(entries: list[dict[str, Any]], stated: int | None = None) -> Answers:
    """The list by pages, no deeper than 10,000, and the export."""

    def answer(asked: Asked) -> Any:
        if asked.path == "/api/explore/v2.1/catalog/exports/json":
            return entries
        limit, offset = asked.number("limit", 10), asked.number("offset")
        if asked.path != LIST or limit > 100 or offset + limit > 10_000:
            return 400, b'{"error_code": "InvalidRESTParameterError"}'
        ordered = entries[::-1] if "desc" in asked.first("order_by") else entries
        return {"total_count": stated or len(entries), "results": ordered[offset : offset + limit]}

    return answer


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://d.example", Portal("https://d.example")),
        ("https://d.example/explore/?sort=modified&refine.theme=Umwelt", Portal("https://d.example", ("theme:Umwelt",))),
        ("https://d.example/api/explore/v2.1/catalog/datasets?refine=theme:A&exclude=theme:B",
         Portal("https://d.example", ("theme:A",), ("theme:B",))),
        ("https://d.example/pages/home/", Portal("https://d.example")),
    ],
)  # fmt: skip
def test_portal_behind_an_address(url: str, expected: Portal) -> None:
    assert portal(url) == expected


def test_options_are_checked() -> None:
    for wrong in ({"page_size": 500}, {"rows": 3}):
        with pytest.raises(ValidationError):
            OpendatasoftOptions(**wrong)  # type: ignore[arg-type]


def test_pages_until_the_count_is_reached(harvest: Callable[..., Run], portal_server: PortalServer) -> None:
    run = harvest(api(datasets(250)))
    assert len(run.records) == 250
    assert (run.report["coverage"], run.report["stated"], run.report["findings"]) == ("complete", 250, [])
    assert [asked.first("offset") for asked in portal_server.asked] == ["0", "100", "200"]
    assert {asked.first("order_by") for asked in portal_server.asked} == {"dataset_id asc"}
    assert run.titles["d-00007"] == "Daten 7"


def test_filters_of_address_and_options_go_along(harvest: Callable[..., Run], portal_server: PortalServer) -> None:
    options = {"where": 'publisher = "Bauamt"', "refine": ["keyword:Wald"], "exclude": ["theme:Intern"]}
    harvest(api(datasets(1)), "/explore/?refine.theme=Umwelt", options=options)
    (asked,) = portal_server.asked
    assert asked.query["where"] == ['(publisher = "Bauamt")']
    assert asked.query["refine"] == ["theme:Umwelt", "keyword:Wald"]
    assert asked.query["exclude"] == ["theme:Intern"]


def test_changes_only_are_asked_for_by_date(harvest: Callable[..., Run], portal_server: PortalServer) -> None:
    run = harvest(api(datasets(3)), since="2026-11-27T10:00:00+01:00", options={"where": "a = 1"})
    assert run.report["coverage"] == "changes"
    assert run.report["stated"] is None
    (asked,) = portal_server.asked
    date = "date'2026-11-27T09:00:00Z'"
    assert asked.query["where"] == [f"(a = 1) and (modified >= {date} or metadata_processed >= {date})"]


def test_F79_dates_that_are_refused_are_asked_for_more_simply(
    harvest: Callable[..., Run], portal_server: PortalServer
) -> None:
    whole = api(datasets(3))

    def strict(asked: Asked) -> Any:
        return (400, b"{}") if "metadata_processed" in asked.first("where") else whole(asked)

    run = harvest(strict, since="2026-11-27T10:00:00+00:00")
    assert run.report["coverage"] == "changes"
    assert [rule for rule, _ in run.report["findings"]] == ["portal-query-refused"]

    def stricter(asked: Asked) -> Any:
        return (400, b"{}") if asked.first("where") else whole(asked)

    run = harvest(stricter, since="2026-11-27T10:00:00+00:00")
    assert (len(run.records), run.report["coverage"]) == (3, "complete")


def in_memory(answer: Answers) -> Callable[[Request], Any]:
    """The fake interface for a walk without a server."""

    def web(request: Request) -> Any:
        parts = urlsplit(request.url)
        given = answer(Asked(parts.path, parse_qs(parts.query), {}))
        return (given[0], {}, given[1]) if isinstance(given, tuple) else orjson.dumps(given)

    return web


def shallow(entries: list[dict[str, Any]]) -> Answers:
    """An interface that goes no deeper than 200."""

    def answer(asked: Asked) -> Any:
        deep = asked.path == LIST and asked.number("offset") + asked.number("limit") > 200
        return (400, b"{}") if deep else api(entries)(asked)

    return answer


def test_a_list_too_long_for_pages_comes_as_an_export(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opendatasoft, "_DEEPEST", 200)
    options = {"refine": ["theme:Umwelt"]}
    run = walk("opendatasoft", "https://d.example", in_memory(shallow(datasets(201))), options)
    assert (len(run.ids), run.coverage, run.job.stated_total) == (201, "complete", 201)
    assert [urlsplit(url).path for url in run.urls] == [LIST, "/api/explore/v2.1/catalog/exports/json"]
    assert run.urls[1].endswith("?refine=theme%3AUmwelt")
    again = walk("opendatasoft", "https://d.example", {}, options, replay=run)
    assert (again.titles, again.coverage) == (run.titles, "complete")


def test_F14_without_an_export_pages_reach_as_far_as_they_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opendatasoft, "_DEEPEST", 200)
    whole = shallow(datasets(201))
    for refusal in ((403, b"nein"), (500, b"voll"), (200, b"<html>"), (200, b"[]")):
        fake = in_memory(lambda asked, refusal=refusal: refusal if "exports" in asked.path else whole(asked))  # type: ignore[misc]
        run = walk("opendatasoft", "https://d.example", fake)
        assert (len(run.ids), run.coverage) == (200, "partial"), refusal
        assert set(run.rules) == {"portal-query-refused", "portal-count-gap"}


def test_the_real_interface_goes_no_deeper_than_10000() -> None:
    assert opendatasoft._DEEPEST == 10_000


@unusable_answers(
    cut=b'{"total_count": 3, "resul',
    error=b'{"error_code": "ODSQLError", "message": "kaputt"}',
    refused=401,
    empty=b" ",
)
def test_F01_F02_unusable_first_answer_fails_the_run(harvest: Callable[..., Run], reply: Any, said: str) -> None:
    run = harvest(lambda asked: reply)
    assert (run.records, run.report["pages"]) == ({}, 0)
    assert said in run.report["failure"]


def test_F04_an_empty_catalogue_is_complete(harvest: Callable[..., Run]) -> None:
    run = harvest(api([]))
    assert (run.records, run.report["pages"], run.report["coverage"]) == ({}, 1, "complete")


def test_F11_the_same_page_again_ends_the_run_as_partial(
    harvest: Callable[..., Run], portal_server: PortalServer
) -> None:
    run = harvest(lambda asked: {"total_count": 900, "results": datasets(100)})
    assert (len(run.records), run.report["coverage"], len(portal_server.asked)) == (100, "partial", 2)


def test_F14_a_later_page_that_fails_makes_the_run_partial(harvest: Callable[..., Run]) -> None:
    whole = api(datasets(250))
    run = harvest(lambda asked: (500, b"oops") if asked.first("offset") == "200" else whole(asked))
    assert (len(run.records), run.report["coverage"]) == (200, "partial")


def test_F14_fewer_than_stated_are_looked_for_once_more(
    harvest: Callable[..., Run], portal_server: PortalServer
) -> None:
    run = harvest(api(datasets(90), stated=95))
    assert (len(run.records), run.report["coverage"]) == (90, "partial")
    assert {asked.first("order_by") for asked in portal_server.asked} == {"dataset_id asc", "dataset_id desc"}


def test_F16_a_list_that_changes_is_gone_through_twice(harvest: Callable[..., Run]) -> None:
    entries = datasets(150)

    def shifting(asked: Asked) -> Any:
        if asked.number("offset") and len(entries) == 150:
            del entries[0]
        return api(entries)(asked)

    run = harvest(shifting)
    assert {f"d-{number:05}" for number in range(1, 150)} <= set(run.records)
    assert run.report["coverage"] == "complete"
    assert "portal-list-changed" in {rule for rule, _ in run.report["findings"]}


def test_F22_bad_entries_stop_nothing(harvest: Callable[..., Run]) -> None:
    entries = [dataset(1), "text", {"dataset_id": "", "metas": 3}, dataset(2, is_restricted=True)]
    run = harvest(lambda asked: {"total_count": 4, "results": entries})
    assert set(run.records) == {"d-00001"}
    assert len(run.unusable) == 1
    assert [reasons[0] for reasons in run.set_aside.values()] == ["record-without-identity"]
    assert "portal-record-not-public" in {rule for rule, _ in run.report["findings"]}


def test_replay_asks_nobody(harvest: Callable[..., Run], portal_server: PortalServer) -> None:
    first = harvest(api(datasets(120)))
    again = harvest(lambda asked: None, state=first.state, replay=True)
    assert again.titles == first.titles
    assert again.report["coverage"] == "complete"
    assert not portal_server.asked


def test_unchanged_datasets_are_not_read_again(harvest: Callable[..., Run]) -> None:
    first = harvest(api(datasets(3)))
    again = harvest(api([*datasets(2), dataset(2, features=["geo"])]), state=first.state)
    assert {key for key, record in again.records.items() if not record["unchanged"]} == {"d-00002"}


def test_detection() -> None:
    url = "https://d.example/explore/?refine.theme=Umwelt"
    (probe,) = OpendatasoftSpider.probes(url)
    assert probe == f"https://d.example{LIST}?limit=3&refine=theme%3AUmwelt"

    def answered(document: Any) -> Any:
        answer = Answer(probe, probe, 200, {}, orjson.dumps(document), "application/json", 0.0)
        return OpendatasoftSpider.detect(url, {probe: answer})

    found = answered({"total_count": 7, "results": datasets(3)})
    assert (found.url, found.count, found.samples) == ("https://d.example", 7, ("Daten 0", "Daten 1", "Daten 2"))
    assert found.options == {"refine": ["theme:Umwelt"]}
    others: list[Any] = [
        {"success": True, "result": {"results": []}},
        {"results": []},
        [],
        {"total_count": 3, "results": [1]},
    ]
    for other in others:
        assert answered(other) is None
    assert OpendatasoftSpider.probes("ordner/daten") == ()
