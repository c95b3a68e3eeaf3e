"""The NGSI spider against fake brokers on loopback: tenants, paging, both versions, and no value of any attribute."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from catalog.runs.processes import run_sources
from catalog.runs.wish import Wish
from harvesters.answer import Answer
from harvesters.city import brokers
from harvesters.spiders.ngsi import NgsiOptions, NgsiSpider
from schemas.region import load
from tests.catalog.runs import REGION
from tests.harvesters.city_servers import (
    CANARY,
    TENANTS,
    TYPES,
    Asked,
    Broker,
    CityServer,
    Told,
    as_json,
    as_ld,
    entity,
    full_broker,
)
from tests.harvesters.crawls import Crawls

ALL = {"tenants": [{"service": name, "path": "/"} for name in TENANTS]}


@pytest.fixture
def city() -> Iterator[CityServer]:
    with CityServer(full_broker()) as running:
        yield running


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://b.example", brokers.Place("https://b.example")),
        ("https://b.example/v2/", brokers.Place("https://b.example", "v2")),
        ("https://b.example/x/v2/entities?type=A,B", brokers.Place("https://b.example/x", "v2", ("A", "B"))),
        ("https://b.example/ngsi-ld/v1/types", brokers.Place("https://b.example", "ld")),
        ("https://b.example/v2x", brokers.Place("https://b.example/v2x")),
        ("https://b.example/a.jsonld", brokers.Place("https://b.example/a.jsonld", is_document=True)),
    ],
)
def test_what_an_address_says(url: str, expected: brokers.Place) -> None:
    assert brokers.place(url) == expected


@pytest.mark.parametrize("version", ["v2", "ld"])
def test_one_dataset_for_each_type_and_tenant(city: CityServer, crawls: Crawls, version: str) -> None:
    city.answer = full_broker(version)
    run = crawls.crawl("ngsi", city.url, ALL)
    assert run.report["coverage"] == "complete", run.report
    assert set(run.records) == {f"{tenant}|/|{kind}" for tenant in TENANTS for kind in TYPES}
    assert run.report["stated"] == 15
    assert CANARY not in json.dumps(run.records)


def test_tenants_are_kept_apart(city: CityServer, crawls: Crawls) -> None:
    broker = full_broker()
    broker.entities["flieden"] = [entity("SecretThing", "flieden", 1)]
    city.answer = broker
    run = crawls.crawl("ngsi", city.url, {"tenants": [{"service": "neuhof"}]})
    assert set(run.records) == {f"neuhof|{kind}" for kind in TYPES}
    assert {asked.headers.get("fiware-service") for asked in city.asked} == {"neuhof"}
    companions = {text for record in run.records.values() for text in record["companions"]}
    assert not any("flieden" in text for text in companions)
    both = crawls.crawl("ngsi", city.url, ALL)
    assert "flieden|/|SecretThing" in both.records
    assert "kalbach|/|SecretThing" not in both.records


def test_service_serves_all_types_of_its_tenant(city: CityServer, crawls: Crawls) -> None:
    run = crawls.crawl("ngsi", city.url, ALL)
    services = {text for record in run.records.values() for text in record["companions"] if "DataService" in text}
    assert len(services) == 3
    assert all(text.count("servesDataset") == 5 for text in services)


@pytest.mark.parametrize("version", ["v2", "ld"])
def test_pages_are_followed_to_the_count(city: CityServer, crawls: Crawls, version: str) -> None:
    city.answer = Broker({"": [entity("WaterLevel", "", n) for n in range(25)]}, version)
    run = crawls.crawl("ngsi", city.url, {"limit": 10})
    offsets = [asked.query["offset"] for asked in city.asked if asked.path.endswith("entities")]
    assert offsets == ["0", "10", "20"]
    assert run.report["coverage"] == "complete"
    assert '"POLYGON((9.6 50.45,9.624 50.45' in run.records["WaterLevel"]["ntriples"]


def test_without_a_count_the_first_short_page_is_the_last(city: CityServer, crawls: Crawls) -> None:
    city.answer = Broker({"": [entity("WaterLevel", "", n) for n in range(20)]}, counts=False)
    run = crawls.crawl("ngsi", city.url, {"limit": 10})
    offsets = [asked.query["offset"] for asked in city.asked if asked.path.endswith("entities")]
    assert offsets == ["0", "10", "20"]
    assert run.report["coverage"] == "complete"


def test_broker_that_refuses_large_pages_is_asked_for_smaller_ones(city: CityServer, crawls: Crawls) -> None:
    city.answer = Broker({"": [entity("WaterLevel", "", n) for n in range(150)]}, cap=100)
    run = crawls.crawl("ngsi", city.url)
    assert run.report["coverage"] == "complete"
    assert [a.query["limit"] for a in city.asked if a.path.endswith("entities")] == ["1000", "100", "100"]


def test_F11_F12_page_that_comes_again_ends_the_type(city: CityServer, crawls: Crawls) -> None:
    page = [entity("WaterLevel", "", n) for n in range(10)]

    def ring(asked: Asked) -> Told | None:
        return as_json(page, Fiware_Total_Count="1000") if asked.path.endswith("entities") else None

    city.answer = Broker({"": page}, quirk=ring)
    run = crawls.crawl("ngsi", city.url, {"limit": 10})
    assert run.report["coverage"] == "partial"
    assert "blättert nicht weiter" in run.report["failures"][0]
    assert len([a for a in city.asked if a.path.endswith("entities")]) == 2
    assert run.records == {}


def test_F14_fewer_entities_than_stated_is_partial(city: CityServer, crawls: Crawls) -> None:
    def short(asked: Asked) -> Told | None:
        if not asked.path.endswith("entities"):
            return None
        page = [entity("WaterLevel", "", 1)] if asked.query["offset"] == "0" else []
        return as_json(page, Fiware_Total_Count="40")

    city.answer = Broker({"": [entity("WaterLevel", "", 1)]}, quirk=short)
    run = crawls.crawl("ngsi", city.url)
    assert run.report["coverage"] == "partial"
    assert "nur 1 von 40" in run.report["failures"][0]


def test_F14_one_type_that_fails_leaves_the_others(city: CityServer, crawls: Crawls) -> None:
    def broken(asked: Asked) -> Told | None:
        return as_json({"error": "x"}, 500) if asked.query.get("type") == "WaterLevel" else None

    broker = full_broker()
    broker.quirk = broken
    city.answer = broker
    run = crawls.crawl("ngsi", city.url, {"tenants": [{"service": "neuhof"}]})
    assert len(run.records) == 4
    assert run.report["coverage"] == "partial"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (Told(b"<html>Wartung</html>", 200, {"Content-Type": "text/html"}), "kein JSON"),
        (Told(b"", 200), "leer"),
        (as_json({"error": "Unauthorized", "description": "no token"}), "no token"),
        (as_json({"type": "x", "title": "Tenant unknown"}, 404), "404"),
    ],
)
def test_F01_F02_F03_no_broker_answers(city: CityServer, crawls: Crawls, told: Told, said: str) -> None:
    city.answer = lambda asked: told
    run = crawls.crawl("ngsi", city.url)
    assert run.records == {}
    assert said in run.report["failure"]


def test_F21_page_that_is_cut_off_fails(city: CityServer, crawls: Crawls) -> None:
    def cut(asked: Asked) -> Told | None:
        return Told(json.dumps([entity("WaterLevel", "", 1)]).encode()[:80]) if "entities" in asked.path else None

    city.answer = Broker({"": [entity("WaterLevel", "", 1)]}, quirk=cut)
    run = crawls.crawl("ngsi", city.url)
    assert run.report["coverage"] == "partial"
    assert run.records == {}


def test_types_that_are_named_need_no_list(city: CityServer, crawls: Crawls) -> None:
    broker = full_broker()
    broker.quirk = lambda asked: as_json({"error": "x"}, 403) if asked.path.endswith("types") else None
    city.answer = broker
    options = {"version": "v2", "types": ["WaterLevel"], "tenants": [{"service": "neuhof"}]}
    run = crawls.crawl("ngsi", city.url, options)
    assert set(run.records) == {"neuhof|WaterLevel"}
    assert run.report["coverage"] == "complete"


def test_named_type_that_is_not_there_is_a_finding(city: CityServer, crawls: Crawls) -> None:
    run = crawls.crawl("ngsi", city.url, {"types": ["WaterLevel", "Waterlevel"], "tenants": [{"service": "neuhof"}]})
    assert set(run.records) == {"neuhof|WaterLevel"}
    assert [rule for rule, _ in run.report["findings"]] == ["ngsi-type-missing"]


def test_F41_no_context_is_fetched_but_one_may_be_named_to_the_broker(city: CityServer, crawls: Crawls) -> None:
    city.answer = full_broker("ld", each=1)
    named = f"{city.url}/context.jsonld"
    run = crawls.crawl("ngsi", city.url, {**ALL, "version": "ld", "link_context": named})
    assert len(run.records) == 15
    assert {asked.path for asked in city.asked} == {"/ngsi-ld/v1/types", "/ngsi-ld/v1/entities"}
    assert all(named in asked.headers["link"] for asked in city.asked)


def test_second_run_is_unchanged_though_values_and_times_moved_on(city: CityServer, crawls: Crawls) -> None:
    first = crawls.crawl("ngsi", city.url, ALL)
    city.answer = full_broker(value=77.5, when="2026-11-29T23:59:59Z")
    second = crawls.crawl("ngsi", city.url, ALL, state=first.state)
    assert [record["unchanged"] for record in second.records.values()] == [True] * 15
    broker = full_broker()
    broker.entities["neuhof"][0]["colour"] = {"type": "Text", "value": "blau", "metadata": {}}
    city.answer = broker
    third = crawls.crawl("ngsi", city.url, ALL, state=first.state)
    assert [key for key, record in third.records.items() if not record["unchanged"]] == ["neuhof|/|ParkingSpot"]


@pytest.mark.parametrize("version", ["v2", "ld"])
def test_replay_gives_the_same_records_without_a_request(city: CityServer, crawls: Crawls, version: str) -> None:
    city.answer = Broker({"": [entity("WaterLevel", "", n) for n in range(20)]}, version)
    first = crawls.crawl("ngsi", city.url, {"limit": 10})
    asked = len(city.asked)
    again = crawls.crawl("ngsi", city.url, {"limit": 10}, state=first.state, replay=True)
    assert len(city.asked) == asked
    assert again.report["coverage"] == "complete", again.report
    assert {k: r["ntriples"] for k, r in again.records.items()} == {k: r["ntriples"] for k, r in first.records.items()}


def test_replay_tells_pages_apart_of_which_nothing_but_names_is_left(city: CityServer, crawls: Crawls) -> None:
    city.answer = Broker(
        {"": [{"id": f"n{n}", "type": "Note", "text": {"type": "Text", "value": n}} for n in range(25)]}
    )
    first = crawls.crawl("ngsi", city.url, {"limit": 10})
    again = crawls.crawl("ngsi", city.url, {"limit": 10}, state=first.state, replay=True)
    assert (first.report["coverage"], again.report["coverage"]) == ("complete", "complete")
    assert again.records["Note"]["ntriples"] == first.records["Note"]["ntriples"]


def test_F75_what_is_kept_for_replays_holds_no_value(city: CityServer, crawls: Crawls) -> None:
    run = crawls.crawl("ngsi", city.url, ALL)
    kept = json.dumps(run.state["kept"])
    assert CANARY not in kept
    assert "urn:neuhof" not in kept
    assert "owner" in kept


@pytest.mark.parametrize("ld", [False, True])
def test_saved_answer_is_read_type_by_type(city: CityServer, crawls: Crawls, ld: bool) -> None:
    entities = [entity("WaterLevel", "", n) for n in range(3)] + [entity("ParkingSpot", "", 1)]
    body = as_json([as_ld(each) for each in entities] if ld else entities)
    city.answer = lambda asked: body
    run = crawls.crawl("ngsi", f"{city.url}/saved.json")
    assert set(run.records) == {"WaterLevel", "ParkingSpot"}
    assert run.report["coverage"] == "complete"
    assert CANARY not in json.dumps([run.records, run.state])


@pytest.mark.parametrize(
    "options",
    [
        {"tenants": [{"service": "a b"}]},
        {"tenants": [{"service": "x\r\ny: z"}]},
        {"limit": 0},
        {"version": "v3"},
        {"link_context": 'https://x"y'},
        {"unknown": 1},
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        NgsiOptions(**options)


def test_detect_tells_the_version_and_counts_the_types() -> None:
    v2 = json.dumps([{"type": "WaterLevel", "attrs": {}, "count": 3}]).encode()
    ld = json.dumps({"id": "x", "type": "EntityTypeList", "typeList": ["WaterLevel", "ParkingSpot"]}).encode()
    saved = json.dumps([as_ld(entity("WaterLevel", "", 1))]).encode()

    def found(url: str, address: str, body: bytes) -> Any:
        told = Answer(address, address, 200, {}, body, "application/json", 0.1)
        return NgsiSpider.detect(url, {address: told})

    first, second = NgsiSpider.probes("https://b.example")
    assert found("https://b.example", first, v2).options == {"version": "v2"}
    assert found("https://b.example", second, ld).count == 2
    assert found("https://b.example/e.json", "https://b.example/e.json", saved).samples == ("WaterLevel",)
    for body in (b"[]x", b'{"dataset": []}', b'[{"id": "a", "name": "x"}]', b"<html>"):
        assert found("https://b.example/e.json", "https://b.example/e.json", body) is None
    assert found("https://b.example", first, b'{"success": false}') is None
    assert NgsiSpider.probes("daten/ordner") == ()


def test_idempotent_in_the_catalogue(city: CityServer, tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    region = REGION.replace("STORE", "sqlite:///data/allmende.db")
    (tmp_path / "region.toml").write_text(region.replace("publisher", 'allowed_hosts = ["127.0.0.1"]\npublisher'))
    tenants = ", ".join(f'{{ service = "{name}" }}' for name in TENANTS)
    (tmp_path / "sources" / "broker.toml").write_text(
        f'title = "Broker"\nmunicipality = "neuhof"\nurl = "{city.url}"\nprotocol = "ngsi"\n[ngsi]\ntenants = [{tenants}]\n'
    )
    first = next(iter(run_sources(load(tmp_path, {}), ["broker"], Wish())))
    assert (first.status, first.counts.created) in (("ok", 15), ("warnings", 15))
    city.answer = full_broker(value=3.0, when="2026-12-01T00:00:00Z")
    second = next(iter(run_sources(load(tmp_path, {}), ["broker"], Wish())))
    assert (second.counts.unchanged, second.counts.updated, second.counts.absent) == (15, 0, 0)
