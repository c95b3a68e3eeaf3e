"""Answers of context brokers and SensorThings servers are tables of what was measured, where and when."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from catalog.preview import contents
from catalog.preview.contents import Content
from tests.harvesters.city_servers import as_ld, entity


def read(document: Any) -> Content:
    return contents.read(json.dumps(document).encode(), "entities", whole=True)


def rows(found: Content) -> list[dict[str, str]]:
    assert found.table is not None
    return [dict(zip(found.table.names, row, strict=True)) for row in found.table.rows]


def gauge(number: int, level: float, when: str = "2026-11-30T08:04:00Z", **more: Any) -> dict[str, Any]:
    return {
        **entity("WaterLevelObserved", "neuhof", number, level, when),
        "name": {"type": "Text", "value": f"Pegel {number}"},
        **more,
    }


def test_entities_of_ngsi_v2_are_rows_with_name_value_unit_time_and_place_without_their_owners() -> None:
    found = read([gauge(1, 47.3), gauge(2, 40.0, "2026-11-30T08:14:00Z")])
    assert rows(found) == [
        {"Name": f"Pegel {n}", "Stand (cm)": level, "Gemessen": when, "Breitengrad": "50.45", "Längengrad": f"9.60{n}"}
        for n, level, when in ((1, "47.3", "2026-11-30 09:04"), (2, "40.0", "2026-11-30 09:14"))
    ]
    assert found.measured == "2026-11-30T08:14:00Z"
    assert found.kind == "map"
    assert found.placed is not None
    assert [each["geometry"]["coordinates"] for each in found.placed.features] == [[9.601, 50.45], [9.602, 50.45]]


def test_ngsi_ld_gives_the_same_table() -> None:
    plain = read([gauge(1, 47.3)])
    linked = read([as_ld(gauge(1, 47.3)) | {"name": {"type": "Property", "value": "Pegel 1"}}])
    [row] = rows(linked)
    assert row.pop("Ref device") == "1"
    assert row == rows(plain)[0]
    assert linked.measured == plain.measured


def test_pairs_of_key_and_value_are_read_too_and_other_lists_with_id_and_type_are_left_alone() -> None:
    short = {
        "id": "urn:ngsi-ld:ParkingSpot:A-13",
        "type": "ParkingSpot",
        "status": "free",
        "dateObserved": "2026-07-01T10:00Z",
    }
    assert rows(read([short])) == [{"Name": "A-13", "Zustand": "free", "Gemessen": "2026-07-01 12:00"}]
    other = read([{"id": "1", "type": "Verein", "name": "Chor"}, {"id": "2", "type": "Verein", "name": "Turner"}])
    assert [sorted(row) for row in rows(other)] == [["id", "name", "type"]] * 2
    assert other.measured == ""


def test_values_of_different_times_have_each_its_own() -> None:
    def measured(value: float, when: str) -> dict[str, Any]:
        return {"type": "Property", "value": value, "unitCode": "CEL", "observedAt": when}

    station = {
        "id": "urn:ngsi-ld:WeatherObserved:1",
        "type": "WeatherObserved",
        "temperature": measured(4.5, "2026-11-30T08:00:00Z"),
        "waterTemperature": measured(6.0, "2026-11-27T08:00:00Z"),
    }
    [row] = rows(read([station]))
    assert row["Temperatur: gemessen"] == row["Gemessen"] == "2026-11-30 09:00"
    assert row["Wassertemperatur: gemessen"] == "2026-11-27 09:00"


def test_a_unit_that_not_all_share_and_yes_and_no_and_addresses() -> None:
    spot: dict[str, Any] = {
        "occupied": {"type": "Boolean", "value": True},
        "address": {"type": "PostalAddress", "value": {"streetAddress": "Am Bahnhof 1", "addressLocality": "Neuhof"}},
    }
    inches = gauge(2, 18.0, **spot)
    inches["level"]["metadata"]["unitCode"]["value"] = "INH"
    found = rows(read([gauge(1, 47.3, **spot), inches]))
    assert [row["Stand"] for row in found] == ["47.3", "18.0"]
    assert {row["Occupied"] for row in found} == {"ja"}
    assert {row["Adresse"] for row in found} == {"Am Bahnhof 1, Neuhof"}


def test_entities_that_are_people_are_never_shown() -> None:
    found = read([entity("Person", "neuhof", 1)])
    assert found.table is None
    assert found.placed is None
    assert found.reason is not None
    assert found.reason.code == "personal-data"


def test_the_history_of_a_quantumleap_is_a_row_for_each_moment() -> None:
    series = {
        "entityId": "urn:ngsi-ld:WaterLevelObserved:Bruecke",
        "index": ["2026-11-30T08:00:00.000+00:00", "2026-11-30T08:30:00.000+00:00"],
        "attributes": [{"attrName": "waterLevel", "values": [47.3, None]}],
    }
    found = read({"entityType": "WaterLevelObserved", "entities": [series]})
    assert rows(found) == [
        {"Name": "Bruecke", "Wasserstand": "47.3", "Gemessen": "2026-11-30 09:00"},
        {"Name": "Bruecke", "Wasserstand": "", "Gemessen": "2026-11-30 09:30"},
    ]
    assert rows(read(series)) == rows(found)
    assert found.measured == "2026-11-30T08:30:00Z"


def datastream(**more: Any) -> dict[str, Any]:
    return {
        "@iot.id": 7,
        "name": "Lufttemperatur Bauhof",
        "unitOfMeasurement": {"name": "degree Celsius", "symbol": "°C", "definition": ""},
        "phenomenonTime": "2025-04-01T00:00:00Z/2026-11-30T08:00:00Z",
        "Thing": {
            "name": "Bauhof",
            "Locations": [{"location": {"type": "Feature", "geometry": {"type": "Point", "coordinates": [9.6, 50.4]}}}],
        },
        **more,
    }


def test_datastreams_say_their_newest_value_or_since_when_they_measure() -> None:
    newest = {"phenomenonTime": "2026-11-30T08:10:00Z", "result": 4.5}
    older = {"phenomenonTime": "2026-11-30T07:10:00Z", "result": 3.0}
    place = {"Breitengrad": "50.4", "Längengrad": "9.6"}
    told = {"Name": "Bauhof", "Messreihe": "Lufttemperatur Bauhof"}
    found = read({"value": [datastream(Observations=[older, newest])]})
    assert rows(found) == [{**told, "Wert (°C)": "4.5", "Gemessen": "2026-11-30 09:10", **place}]
    assert found.measured == "2026-11-30T08:10:00Z"
    plain = read({"value": [datastream()], "@iot.nextLink": "https://sensoren.example.org/v1.1/Datastreams?$skip=1"})
    span = {"Messungen von": "2025-04-01 02:00", "Messungen bis": "2026-11-30 09:00"}
    [row] = rows(plain)
    assert row == {**told, "Einheit": "°C", "Gemessen": "2026-11-30 09:00", **span, **place}
    assert plain.table is not None
    assert "first-page" in {each.code for each in plain.table.notes}


def test_observations_are_named_by_their_datastream() -> None:
    def observed(result: float, unit: str) -> dict[str, Any]:
        stream = {"name": "Pegel", "unitOfMeasurement": {"symbol": unit}, "Thing": {"name": "Brücke"}}
        return {"@iot.id": 1, "phenomenonTime": "2026-11-30T08:00:00Z", "result": result, "Datastream": stream}

    told = {"Name": "Brücke", "Messreihe": "Pegel", "Gemessen": "2026-11-30 09:00"}
    assert rows(read({"value": [observed(1.5, "m"), observed(20, "cm")]})) == [
        {**told, "Wert": "1.5", "Einheit": "m"},
        {**told, "Wert": "20", "Einheit": "cm"},
    ]


@pytest.mark.parametrize(
    ("name", "count", "measured"),
    [
        ("ngsiv2_heidelberg_offstreetparking.json", 25, "2024-06-08T13:25:00Z"),
        ("ngsiv2_ParkingSpot_normalized.json", 1, "2018-09-21T12:00:00Z"),
        ("ngsild_OffStreetParking_normalized.jsonld", 1, "2021-03-11T15:51:02Z"),
        ("ngsiv2_OffStreetParking_keyvalues.json", 1, "2021-03-11T15:51:02Z"),
        ("sensorthings_tum_frost_observations.json", 2, "2025-06-08T14:34:04Z"),
    ],
)
def test_recordings_of_real_platforms_are_tables(samples: Path, name: str, count: int, measured: str) -> None:
    found = contents.read((samples / "smartcity" / name).read_bytes(), name, whole=True)
    table = rows(found)
    assert (len(table), found.measured) == (count, measured)
    assert all(row["Gemessen"] for row in table)
    # No cell is an object of the platform's own form any more.
    assert not any('"metadata"' in cell or '"value"' in cell for row in table for cell in row.values())


@pytest.mark.parametrize(
    "document", [[], {"value": []}, {"error": "BadRequest", "description": "no"}, {"entities": []}]
)
def test_what_holds_no_values_is_shown_as_any_json(document: Any) -> None:
    found = read(document)
    assert (found.measured, found.table) == ("", None)
