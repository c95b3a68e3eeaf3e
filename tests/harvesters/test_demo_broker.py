"""The demo's context broker: recent, plausible values, the same for the same moment, each tenant with its own."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from harvesters.regions import server
from harvesters.regions.demo_broker import KINDS
from harvesters.regions.demo_systems import Systems
from schemas.region import load
from tests.harvesters.demo_content import DEMO

NOW = datetime(2026, 11, 30, 10, 57, 20, tzinfo=UTC)
# What a value may be: a brook in a village, the weather of Hesse, places of a car park.
PLAUSIBLE = {
    "waterLevel": (10, 80),
    "waterTemperature": (0, 20),
    "temperature": (-16, 36),
    "relativeHumidity": (30, 100),
    "precipitation": (0, 10),
    "windSpeed": (0, 12),
    "availableSpotNumber": (0, 90),
    "totalSpotNumber": (30, 90),
}


def asked(path: str, tenant: str, now: datetime = NOW) -> Any:
    answer = Systems(DEMO, lambda: now).answer(f"/broker-suedkreis/{path}", tenant=tenant)
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


def test_each_tenant_of_the_sources_has_its_types_and_entities() -> None:
    sources = [each for each in load(DEMO, {}).sources if each.protocol == "ngsi"]
    found = {}
    for source in sources:
        [tenant] = source.options["tenants"]
        types = asked("v2/types", tenant["service"])
        found[tenant["service"]] = {each["type"]: each["count"] for each in types}
        for each in types:
            entities = asked(f"v2/entities?type={each['type']}", tenant["service"])
            assert len(entities) == each["count"]
            assert all(entity["source"]["value"] == "Beispieldaten" for entity in entities)
        assert "Beispieldaten, keine amtlichen Angaben" in source.options["remark"]
    assert found == {
        "neuhof": {"WaterLevelObserved": 3, "OffStreetParking": 3},
        "flieden": {"WaterLevelObserved": 2, "WeatherObserved": 4},
        "kalbach": {"WaterLevelObserved": 2},
    }
    assert asked("v2/types", "") == asked("v2/entities", "nobody") == []


def test_the_same_moment_gives_the_same_values_and_ten_minutes_later_others() -> None:
    path = "v2/entities?type=WaterLevelObserved"
    assert asked(path, "neuhof") == asked(path, "neuhof")
    assert asked(path, "neuhof") != asked(path, "neuhof", NOW + timedelta(minutes=10))


@pytest.mark.parametrize("days", range(0, 366, 29))
def test_values_are_plausible_and_recent_all_the_year(days: int) -> None:
    now = NOW + timedelta(days=days, hours=days)
    for kind in KINDS.values():
        for tenant in kind.stations:
            for entity in asked("v2/entities", tenant, now):
                age = now - datetime.fromisoformat(entity["dateObserved"]["value"])
                assert timedelta(0) <= age < timedelta(minutes=15)
                for name, (least, most) in PLAUSIBLE.items():
                    if name in entity:
                        assert least <= entity[name]["value"] <= most, (name, entity)


def test_the_history_ends_with_the_value_of_now() -> None:
    [first, *_] = asked("history/v2/types/WaterLevelObserved", "neuhof")["entities"]
    entity = asked("v2/entities?type=WaterLevelObserved&limit=1", "neuhof")[0]
    [levels] = [each["values"] for each in first["attributes"] if each["attrName"] == "waterLevel"]
    assert len(levels) == len(first["index"]) == 48
    assert (first["index"][-1], levels[-1]) == (entity["dateObserved"]["value"], entity["waterLevel"]["value"])
    assert first["index"] == sorted(first["index"])


def test_a_page_that_is_too_large_is_refused_and_the_number_of_all_stands_in_a_header() -> None:
    with server.start(DEMO, 0) as running, httpx.Client(base_url=running.base_url, trust_env=False) as client:
        headers = {"Fiware-Service": "neuhof"}
        page = client.get("/broker-suedkreis/v2/entities?type=OffStreetParking&limit=2", headers=headers)
        assert (len(page.json()), page.headers["fiware-total-count"]) == (2, "3")
        short = client.get("/broker-suedkreis/v2/entities?options=keyValues", headers=headers).json()
        assert {"id", "type", "name", "location", "source"} <= short[0].keys()
        assert short[0]["name"] == "Fliede, Brücke in Neuhof"
        assert client.get("/broker-suedkreis/v2/entities?limit=1001", headers=headers).status_code == 400
        assert client.get("/broker-suedkreis/v2/nothing", headers=headers).status_code == 404
        assert client.get("/broker-suedkreis/").status_code == 200
