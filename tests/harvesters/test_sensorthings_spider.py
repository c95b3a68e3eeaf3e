"""The SensorThings spider against a fake FROST on loopback: chains of pages, loops, groups, formats, replay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from harvesters.answer import Answer
from harvesters.city import sensor_answers
from harvesters.spiders.sensorthings import SensorThingsOptions, SensorThingsSpider
from tests.harvesters.city_servers import (
    CANARY,
    FROST_FORMATS,
    PROPERTIES,
    CityServer,
    Frost,
    Told,
    as_json,
    five_things,
    stream,
    thing,
)
from tests.harvesters.crawl_runs import Run
from tests.harvesters.crawls import Crawls

AIR = "https://def.example.org/AirTemperature"


class Peer:
    """A FROST that runs, and how it is harvested."""

    def __init__(self, city: CityServer, crawls: Crawls) -> None:
        self.city, self.crawls = city, crawls
        self.root = f"{city.url}/FROST-Server/v1.1"
        self.frost = Frost(five_things(), self.root)
        city.answer = self.frost

    def harvest(self, options: dict[str, Any] | None = None, **wishes: Any) -> Run:
        return self.crawls.crawl("sensorthings", self.root, options, **wishes)

    @property
    def pages(self) -> list[str]:
        return [asked.query.get("$skip", "0") for asked in self.city.asked if asked.path.endswith("/Things")]


@pytest.fixture
def peer(crawls: Crawls) -> Iterator[Peer]:
    with CityServer(lambda asked: Told(b"", 404)) as city:
        yield Peer(city, crawls)


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("https://h.example/FROST-Server/v1.1/", "https://h.example/FROST-Server/v1.1"),
        ("https://h.example/v1.1/Things?$expand=Datastreams", "https://h.example/v1.1"),
        ("https://h.example/v1.0/Datastreams(5)/Observations", "https://h.example/v1.0"),
        ("https://h.example/frost", "https://h.example/frost"),
        ("https://h.example/v1.12/x", "https://h.example/v1.12/x"),
    ],
)
def test_root_of_an_address(url: str, root: str) -> None:
    assert sensor_answers.root_of(url) == root


def test_one_dataset_for_each_observed_property(peer: Peer) -> None:
    run = peer.harvest()
    assert run.report["coverage"] == "complete", run.report
    assert run.titles == {AIR: "Lufttemperatur", "wasserstand": "Wasserstand"}
    assert peer.pages == ["0", "2", "4"]
    assert CANARY not in json.dumps([run.records, run.state])
    assert all(record["companions"][0].count("servesDataset") == 2 for record in run.records.values())


def test_one_dataset_for_each_group_of_things(peer: Peer) -> None:
    run = peer.harvest({"group": "thing", "thing_property": "kind"})
    assert run.titles == {"kind=Pegel": "Pegel", "kind=Wetter": "Wetter"}
    assert CANARY not in json.dumps(run.records)
    alone = peer.harvest({"group": "thing"})
    assert len(alone.records) == 5


def test_second_run_is_unchanged_though_more_was_measured(peer: Peer) -> None:
    first = peer.harvest()
    peer.frost.things = list(reversed(five_things("2026-12-24T18:00:00Z")))
    second = peer.harvest(state=first.state)
    assert [record["unchanged"] for record in second.records.values()] == [True, True]
    peer.frost.things[0]["Datastreams"][0]["unitOfMeasurement"]["symbol"] = "K"
    third = peer.harvest(state=first.state)
    assert [key for key, record in third.records.items() if not record["unchanged"]] == [AIR]


def test_replay_gives_the_same_without_a_request(peer: Peer) -> None:
    first = peer.harvest()
    asked = len(peer.city.asked)
    again = peer.harvest(state=first.state, replay=True)
    assert len(peer.city.asked) == asked
    assert again.report["coverage"] == "complete"
    assert {k: r["ntriples"] for k, r in again.records.items()} == {k: r["ntriples"] for k, r in first.records.items()}


def test_F12_chain_that_runs_in_a_circle_ends(peer: Peer) -> None:
    back = {
        "@iot.count": 5,
        "value": five_things()[4:],
        "@iot.nextLink": f"{peer.root}/Things?$skip=2&$expand=Locations",
    }
    peer.frost.more["/Things?4"] = as_json(back)
    run = peer.harvest()
    assert run.report["coverage"] == "partial"
    assert "im Kreis" in run.report["failures"][0]
    assert peer.pages == ["0", "2", "4"]
    assert len(run.records) == 2, "all pages came: what is known is kept"


def test_F11_page_that_comes_again_under_another_address_ends(peer: Peer) -> None:
    page = {"value": five_things()[:2]}
    for skip in ("", "2", "4", "6"):
        following = f"{peer.root}/Things?$skip={int(skip or 0) + 2}&$expand=Locations"
        peer.frost.more[f"/Things?{skip}"] = as_json({**page, "@iot.nextLink": following})
    peer.frost.more["/Things?2"] = peer.frost.more["/Things?4"]
    run = peer.harvest()
    assert run.report["coverage"] == "partial"
    assert len(peer.pages) <= 3


def test_F14_fewer_things_than_counted_is_partial(peer: Peer) -> None:
    peer.frost.more["/Things?"] = as_json({"@iot.count": 9, "value": five_things()[:2]})
    run = peer.harvest()
    assert run.report["coverage"] == "partial"
    assert "nur 2 von 9" in run.report["failures"][0]


def test_F14_page_that_fails_changes_nothing(peer: Peer) -> None:
    peer.frost.more["/Things?4"] = as_json({"message": "out of memory"}, 500)
    run = peer.harvest()
    assert run.report["coverage"] == "partial"
    assert run.records == {}, "no group is whole"


def test_F31_next_page_under_the_inner_address_of_a_proxy_is_asked_for_outside(peer: Peer) -> None:
    peer.frost.base = "http://frost:8080/FROST-Server/v1.1"
    run = peer.harvest()
    assert run.report["coverage"] == "complete"
    assert len(run.records) == 2
    assert [rule for rule, _ in run.report["findings"]] == ["sensorthings-links-elsewhere"]


def test_F31_next_page_on_a_foreign_server_is_not_followed(peer: Peer) -> None:
    peer.frost.more["/Things?"] = as_json(
        {"value": five_things()[:1], "@iot.nextLink": "http://169.254.169.254/latest"}
    )
    run = peer.harvest()
    assert run.report["coverage"] == "partial"
    assert "fremden Server" in run.report["failures"][0]


def test_further_datastreams_inside_of_a_thing_are_followed(peer: Peer) -> None:
    inner = thing(1, stream(1, 1, "°C"))
    inner["Datastreams@iot.nextLink"] = f"{peer.root}/Things(1)/Datastreams?$skip=1"
    peer.frost.things = [inner]
    peer.frost.more["/Things(1)/Datastreams?1"] = as_json({"value": [stream(2, 2, "cm")]})
    run = peer.harvest()
    assert set(run.records) == {AIR, "wasserstand"}
    assert (
        '"POINT(9.601 50.45)"' in run.records["wasserstand"]["ntriples"]
        or "POLYGON" in run.records["wasserstand"]["ntriples"]
    )
    assert run.report["coverage"] == "complete"


def test_multi_datastreams_count_for_each_property(peer: Peer) -> None:
    sets = [{"name": name, "url": "x"} for name in ("Things", "Datastreams", "MultiDatastreams")]
    peer.frost.more["?"] = as_json({"value": sets})
    several = {
        "unitOfMeasurements": [{"symbol": "°C", "name": ""}, {"symbol": "cm", "name": ""}],
        "ObservedProperties": [PROPERTIES[1], PROPERTIES[2]],
    }
    peer.frost.things = [{**thing(1), "MultiDatastreams": [several]}]
    run = peer.harvest()
    assert set(run.records) == {AIR, "wasserstand"}
    assert "MultiDatastreams" in next(a.query["$expand"] for a in peer.city.asked if a.path.endswith("Things"))


@pytest.mark.parametrize(("conformance", "count"), [(FROST_FORMATS, 4), (FROST_FORMATS[:1], 3), ((), 2)])
def test_formats_are_claimed_only_where_the_server_says_it_has_them(
    peer: Peer, conformance: tuple[str, ...], count: int
) -> None:
    peer.frost.conformance = conformance
    written = peer.harvest().records[AIR]["ntriples"]
    assert written.count("/ns/dcat#Distribution>") == count
    assert ("resultFormat=CSV" in written) == (count > 2)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (Told(b"<html>Wartung</html>"), "kein JSON"),
        (Told(b" "), "leer"),
        (as_json({"code": 401, "message": "login first"}), "login first"),
        (as_json({"value": [{"name": "Records"}]}), "keine Wurzel"),
    ],
)
def test_F01_F02_F03_no_sensor_server_answers(peer: Peer, told: Told, said: str) -> None:
    peer.frost.more["?"] = told
    run = peer.harvest()
    assert said in run.report["failure"]


def test_saved_pages(peer: Peer) -> None:
    observation = {"@iot.id": 1, "phenomenonTime": "2025-06-08T14:34:04.978203Z", "result": 33.0}
    link = "https://h.example/frost/v1.1/Things(5)/Datastreams(7)/Observations?$skip=100"
    peer.city.answer = lambda asked: as_json({"value": [observation], "@iot.nextLink": link})
    run = peer.crawls.crawl("sensorthings", f"{peer.city.url}/saved.json")
    assert set(run.records) == {"Things(5)/Datastreams(7)/Observations"}
    assert run.report["coverage"] == "complete"
    peer.city.answer = lambda asked: as_json({"value": five_things()})
    assert set(peer.crawls.crawl("sensorthings", f"{peer.city.url}/t.json").records) == {AIR, "wasserstand"}
    peer.city.answer = lambda asked: as_json({"value": [stream(1, 1, "°C")]})
    assert set(peer.crawls.crawl("sensorthings", f"{peer.city.url}/d.json").records) == {AIR}
    peer.city.answer = lambda asked: as_json({"value": [{"a": 1}]})
    assert "weder Things" in peer.crawls.crawl("sensorthings", f"{peer.city.url}/x.json").report["failure"]


def test_detect_finds_the_root_below_an_address() -> None:
    root = Frost(base="x")
    body = as_json({"value": [{"name": "Things"}, {"name": "Datastreams"}]}).body

    def found(url: str, address: str, body: bytes) -> Any:
        return SensorThingsSpider.detect(
            url, {address: Answer(address, address, 200, {}, body, "application/json", 0.1)}
        )

    assert root.conformance
    assert found("https://h.example", "https://h.example/v1.1", body).url == "https://h.example/v1.1"
    assert found("https://h.example", "https://h.example", b"<html>") is None
    assert found("https://h.example/x.json", "https://h.example/x.json", b'{"value": []}') is None
    saved = as_json({"value": [{"@iot.id": 1, "phenomenonTime": "2026"}]}).body
    assert found("https://h.example/x.json", "https://h.example/x.json", saved).certainty == 80
    assert SensorThingsSpider.probes("daten") == ()


@pytest.mark.parametrize("options", [{"group": "sensor"}, {"top": 0}, {"x": 1}])
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SensorThingsOptions(**options)
