"""The data.json spider on loopback: where the file lies, what is no data.json, what the next run asks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harvesters.answer import Answer
from harvesters.spiders.datajson import DataJsonSpider, candidates, listing
from schemas.syntax import Unreadable
from tests.faultserver import FaultServer, Reply
from tests.harvesters.crawl_runs import Run
from tests.harvesters.crawls import Crawls

JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html"}


def entry(number: int, **more: Any) -> dict[str, Any]:
    distribution = [{"downloadURL": f"https://www.example.org/{number}.csv", "mediaType": "text/csv"}]
    known = {
        "identifier": f"id-{number}",
        "title": f"Daten {number}",
        "accessLevel": "public",
        "distribution": distribution,
    }
    return {**known, **more}


def feed(*entries: Any) -> bytes:
    return json.dumps({"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": entries}).encode()


@pytest.fixture
def harvest(crawls: Crawls) -> Iterator[Callable[..., Run]]:
    """Harvests a site whose pages are given by path; ``path`` is what stands behind the site's root."""
    with FaultServer() as server:
        server.robots = Reply(b"", 404)

        def run(pages: dict[str, Reply], path: str = "", **wishes: Any) -> Run:
            server.pages = pages
            return crawls.crawl("datajson", server.url(path), **wishes)

        yield run


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://h.example", ("https://h.example/data.json", "https://h.example/api/feed/dcat-us/1.1.json")),
        ("https://h.example/data.json", ("https://h.example/data.json",)),
        ("https://h.example/api/feed/dcat-us/1.1", ("https://h.example/api/feed/dcat-us/1.1",)),
        (
            "https://h.example/dkan/",
            (
                "https://h.example/dkan/data.json",
                "https://h.example/data.json",
                "https://h.example/api/feed/dcat-us/1.1.json",
            ),
        ),
    ],
)
def test_places_of_the_file(url: str, expected: tuple[str, ...]) -> None:
    assert candidates(url) == expected


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{}", b'{"dataset": 3}', b'{"dataset": ["a"]}', b'[{"name": "x"}]', b"[]", b"7"]
)
def test_F01_F03_what_is_no_data_json(body: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        listing(body)
    assert refused.value.de != refused.value.en


def test_a_bare_list_is_read_as_before_version_1_1() -> None:
    assert len(listing(json.dumps([entry(1)]).encode()).entries) == 1
    assert listing(b'{"dataset": []}').entries == []


def test_root_leads_to_the_file(harvest: Callable[..., Run]) -> None:
    run = harvest({"/data.json": Reply(feed(entry(1), entry(2)), headers=JSON)}, "/")
    assert set(run.titles.values()) == {"Daten 1", "Daten 2"}
    assert run.report["coverage"] == "complete"
    assert run.report["stated"] == 2


def test_arcgis_hub_keeps_the_file_elsewhere(harvest: Callable[..., Run]) -> None:
    pages = {
        "/data.json": Reply(b"<!doctype html><title>Hub</title>", headers=HTML),
        "/api/feed/dcat-us/1.1.json": Reply(feed(entry(1)), headers=JSON),
    }
    run = harvest(pages, "/")
    assert len(run.records) == 1
    assert run.report["coverage"] == "complete"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(b"<!doctype html><title>Wartungsarbeiten</title>", headers=HTML), "Wartungsarbeiten"),
        (Reply(b" ", headers=JSON), "leer"),
        (Reply(feed(entry(1), entry(2))[:200], headers=JSON), "kein JSON"),
        (Reply(b'{"success": false, "error": "kaputt"}', headers=JSON), "kaputt"),
        (Reply(b"nein", 404, HTML), "404"),
        (Reply(b"voll", 500, HTML), "500"),
    ],
    ids=["F01-html", "F03-empty", "F21-cut", "F02-success-false", "missing", "F25-error"],
)
def test_F01_F02_unusable_answer_fails_the_run(harvest: Callable[..., Run], reply: Reply, said: str) -> None:
    run = harvest({"/data.json": reply}, "/data.json")
    assert run.records == {}
    assert run.report["pages"] == 0
    assert said in run.report["failure"]
    assert "/data.json" in run.report["failure"]


def test_nothing_at_any_place_tells_all_reasons(harvest: Callable[..., Run]) -> None:
    run = harvest({"/data.json": Reply(b"{}", headers=JSON)}, "/")
    assert "/data.json" in run.report["failure"]
    assert "/api/feed/dcat-us/1.1.json" in run.report["failure"]


def test_F22_F44_bad_entries_stop_nothing(harvest: Callable[..., Run]) -> None:
    deep: Any = "x"
    for _ in range(300):
        deep = [deep]
    body = feed(
        entry(1, extra=deep), entry(2, size="NAN"), "text", {"description": "namenlos"}, entry(3, title="\ud800 Drei")
    )
    run = harvest({"/data.json": Reply(body.replace(b'"NAN"', b"NaN"), headers=JSON)}, "/")
    assert set(run.records) == {"id-2", "id-3"}
    assert run.titles["id-3"] == " Drei"
    assert len(run.unusable) == 2
    assert [reasons[0] for reasons in run.set_aside.values()] == ["record-without-identity"]
    assert [rule for rule, _ in run.report["findings"]] == ["json-repaired"]
    assert run.report["coverage"] == "complete"


def test_F04_empty_list_is_complete_with_no_record(harvest: Callable[..., Run]) -> None:
    run = harvest({"/data.json": Reply(feed(), headers=JSON)}, "/")
    assert (run.records, run.report["pages"], run.report["coverage"]) == ({}, 1, "complete")


def test_file_that_did_not_change_counts_as_seen(harvest: Callable[..., Run]) -> None:
    first = harvest({"/data.json": Reply(feed(entry(1), entry(2)), headers={**JSON, "ETag": '"eins"'})}, "/")
    again = harvest({"/data.json": Reply(b"", 304, {"ETag": '"eins"'})}, "/", state=first.state)
    assert {key for key, record in again.records.items() if record["unchanged"]} == {"id-1", "id-2"}
    assert again.report["coverage"] == "complete"


def test_replay_asks_nobody(harvest: Callable[..., Run]) -> None:
    first = harvest({"/api/feed/dcat-us/1.1.json": Reply(feed(entry(1)), headers=JSON)}, "/")
    again = harvest({}, "/", state=first.state, replay=True)
    assert again.titles == first.titles == {"id-1": "Daten 1"}
    assert again.report["coverage"] == "complete"


def test_detection() -> None:
    url = "https://www.example.org/"
    html, found = (Answer(url, url, 200, {}, body, "", 0.0) for body in (b"<html>", feed(entry(1), entry(2))))
    first, second = candidates(url)
    detected = DataJsonSpider.detect(url, {first: html, second: found})
    assert detected is not None
    assert (detected.url, detected.count, detected.samples) == (second, 2, ("Daten 1", "Daten 2"))
    assert DataJsonSpider.detect(url, {first: html}) is None
    assert DataJsonSpider.probes("ordner/daten") == ()


@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "datasets", "distributions"),
    [
        ("portals/arcgishub_evian_dcatus.json", 8, 34),
        ("portals/philadelphia_dcatus_none.json", 402, 2841),
        ("portals/cftc_dcatus.json", 7, 7),
        ("portals/newyork_socrata_dcatus.json", 1, 4),
        ("portals/usda_dcatus.json", 3, 6),
        ("portals/dkan_data_json.json", 2, 2),
        ("broken/dcatus_multiple_invalid.json", 1, 1),
    ],
)
def test_sample(harvest: Callable[..., Run], samples: Path, name: str, datasets: int, distributions: int) -> None:
    run = harvest({"/data.json": Reply((samples / name).read_bytes(), headers=JSON)}, "/data.json")
    assert len(run.records) == datasets
    assert run.set_aside == {}
    assert run.unusable == []
    assert run.report["coverage"] == "complete"
    typed = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/dcat#Distribution>"
    assert sum(record["ntriples"].count(typed) for record in run.records.values()) == distributions
