"""The NGSI reader: recordings, what entities of all forms tell of their type, and any input whatever."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from harvesters.city.data_models import in_words, is_of_people, short_name
from harvesters.city.entity_types import EntityType, without_values
from harvesters.city.extents import Area, Years
from harvesters.readers import ngsi
from harvesters.reading import Native, Outcome, Reading, Unusable
from schemas.findings import WORDING
from schemas.loose_json import sorted_json
from schemas.model import Dataset, Distribution, Location
from schemas.ntriples import ntriples_of
from tests.harvesters.readings import VALUES, assert_as_recorded, assert_comes_back, context, outcomes_of

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings/ngsi").iterdir())
PERSON = "Mustermann"


def native(broker: dict[str, Any], name: str, entities: list[Any]) -> Native:
    gathered = EntityType(name)
    for entity in entities:
        gathered.add(entity)
    data = {**broker, "type": name, **gathered.summary()}
    return Native(data, sorted_json(data))


def recorded(folder: Path) -> Reading:
    given_ = json.loads((folder / "input.json").read_text(encoding="utf-8"))
    return ngsi.read(native(given_["broker"], given_["type"], given_["entities"]), context())


def gathered(*entities: Any, name: str = "T") -> dict[str, Any]:
    told = EntityType(name)
    for entity in entities:
        told.add(entity)
    return told.summary()


def types_of(*entities: Any) -> dict[str, list[str]]:
    return {each["name"]: each["types"] for each in gathered(*entities)["attributes"]}


def through_pipelines(natives: list[Native]) -> list[Outcome]:
    return outcomes_of("ngsi", natives, "https://b.example.org")


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_recording(folder: Path) -> None:
    reading = recorded(folder)
    assert_as_recorded(folder, reading)


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_F75_no_value_of_any_attribute_comes_out(folder: Path) -> None:
    reading = recorded(folder)
    assert PERSON in (folder / "input.json").read_text(encoding="utf-8")
    assert PERSON not in ntriples_of(reading.record, "k")
    assert PERSON not in repr((reading.leftovers, reading.findings, reading.companions))


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_record_comes_back_from_its_ntriples(folder: Path) -> None:
    reading = recorded(folder)
    assert_comes_back(reading)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"type": "Number", "value": 1}, ["Number"]),
        ({"type": "Property", "value": 1}, ["Number"]),
        ({"type": "Property", "value": True}, ["Boolean"]),
        ({"type": "Property", "value": {"@type": "DateTime", "@value": "2026-01-01T00:00:00Z"}}, ["DateTime"]),
        ({"type": "Relationship", "object": "urn:x"}, ["Relationship"]),
        ({"object": "urn:x"}, ["Relationship"]),
        ({"value": 3, "unitCode": "CEL"}, ["Number"]),
        ([{"type": "Property", "value": 1}, {"type": "Property", "value": "a"}], ["Number", "Text"]),
        (5, ["Number"]),
        ("2026-01-01T00:00:00Z", ["DateTime"]),
        (["a"], ["Array"]),
        ({"type": "Point", "coordinates": [9, 50]}, ["geo:json"]),
        ({"street": "x"}, ["StructuredValue"]),
        (None, []),
    ],
)
def test_types_are_told_in_every_form(value: Any, expected: list[str]) -> None:
    assert types_of({"id": "a", "type": "T", "x": value}) == {"x": expected}


def test_F48_F82_positions_and_times_that_are_none_are_passed_over() -> None:
    area, years = Area(), Years()
    for longitude, latitude in ((float("nan"), 50), (9, float("inf")), (200, 50), ("9", 50), (True, False), (None, 1)):
        area.add(longitude, latitude)
    for time in ("0001-01-01T00:00:00Z", "-999", -999, None, "9999-12-31", "2026-13-01", ["2026-01-01"]):
        years.add(time)
    assert (area.box, years.span) == (None, None)
    area.add_geometry({"type": "Polygon", "coordinates": [[[9.0004, 50.0004], [9.1, 50.1], [9.0004, 50.1]]]})
    years.add("2024-12-31T23:00:00Z/2026-01-01T00:00:00Z")
    assert area.box == (9.0, 50.0, 9.1, 50.1)
    assert years.span == ("2024", "2026")


def test_columns_of_latitude_and_longitude_are_a_place() -> None:
    told = gathered(
        {"id": "a", "type": "T", "lat": {"type": "Number", "value": 49.4}, "lon": {"type": "Number", "value": 8.6}}
    )
    assert told["box"] == (8.6, 49.4, 8.6, 49.4)


def test_names_of_types() -> None:
    assert short_name("https://smartdatamodels.org/dataModel.Water/WaterLevel") == "WaterLevel"
    assert in_words("urn:x:EVChargingStation") == "EV Charging Station"
    assert is_of_people("UserProfile")
    assert not is_of_people("WaterLevel")


@pytest.mark.parametrize("data", [None, [], "x", {}, {"type": ""}, {"type": ["a"]}])
def test_what_has_no_type_is_set_aside(data: Any) -> None:
    with pytest.raises(Unusable):
        ngsi.read(Native(data, b"x"), context())


def test_address_with_a_tenant_or_with_a_part_is_no_download() -> None:
    def downloads(broker: dict[str, Any]) -> list[bool]:
        record = ngsi.read(native({"broker": "https://b.example", **broker}, "WaterLevel", []), context()).record
        assert isinstance(record, Dataset)
        return [bool(each.download_url) for each in record.distribution if isinstance(each, Distribution)]

    assert downloads({"whole": True}) == [False, True]
    assert downloads({"whole": False}) == [False, False], "a page is not all of it"
    assert downloads({"whole": True, "service": "neuhof"}) == [False, False]


@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "kind", "count", "attributes", "boxed"),
    [
        ("ngsiv2_heidelberg_offstreetparking.json", "OffStreetParking", 25, 50, True),
        ("ngsiv2_ParkingSpot_normalized.json", "ParkingSpot", 1, 5, True),
        ("ngsiv2_ParkingSpot_keyvalues.json", "ParkingSpot", 1, 5, True),
        ("ngsild_ParkingSpot_normalized.jsonld", "ParkingSpot", 1, 5, True),
        ("ngsiv2_OffStreetParking_normalized.json", "OffStreetParking", 1, 25, True),
        ("ngsiv2_OffStreetParking_keyvalues.json", "OffStreetParking", 1, 27, True),
        ("ngsild_OffStreetParking_normalized.jsonld", "OffStreetParking", 1, 25, True),
    ],
)
def test_sample(samples: Path, name: str, kind: str, count: int, attributes: int, boxed: bool) -> None:
    document = json.loads((samples / "smartcity" / name).read_text(encoding="utf-8"))
    entities = document if isinstance(document, list) else [document]
    assert len(entities) == count
    assert len(gathered(*entities)["attributes"]) >= attributes
    whole, kept = native({}, kind, entities), native({}, kind, [without_values(each) for each in entities])
    assert kept.data == whole.data, "what is kept for replays reads as the whole does"
    (outcome,) = through_pipelines([whole])
    assert outcome.reading is not None
    record = outcome.reading.record
    assert isinstance(record, Dataset)
    assert any(isinstance(each, Location) for each in record.spatial) == boxed
    assert len(list(rdflib.Graph().parse(data=outcome.ntriples, format="nt"))) == outcome.ntriples.count("\n")


PARTS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(
            ["Property", "GeoProperty", "Relationship", "geo:json", "geo:point", "Number", "DateTime"]
        )
        | VALUES,
        "value": VALUES,
        "object": VALUES,
        "metadata": VALUES | st.dictionaries(st.sampled_from(["unitCode", "TimeInstant"]), VALUES, max_size=2),
        "observedAt": VALUES | st.just("2026-01-01T00:00:00Z"),
        "unitCode": VALUES,
    },
)
ATTRIBUTES = st.sampled_from(["location", "lat", "lon", "dateObserved", "a", "b"]) | st.text(max_size=5)
ENTITIES = st.dictionaries(ATTRIBUTES, VALUES | PARTS | st.lists(PARTS, max_size=3), max_size=6)


@given(
    st.lists(ENTITIES, max_size=4),
    st.text(max_size=6) | st.sampled_from(["WaterLevel", "Person"]),
    st.dictionaries(
        st.sampled_from(
            [
                "service",
                "path",
                "broker",
                "document",
                "version",
                "history",
                "types",
                "box",
                "years",
                "municipality",
                "context",
            ]
        ),
        VALUES,
        max_size=6,
    ),
)
def test_any_entities_make_a_record_or_are_set_aside(entities: list[Any], name: str, broker: dict[str, Any]) -> None:
    told = native({}, name, entities).data
    for data in (told, {**told, **broker}):
        for outcome in through_pipelines([Native(data, orjson.dumps(str(data)))]):
            assert outcome.traceback == ""
            assert all(finding.rule in WORDING and finding.message("de") for finding in outcome.findings)
            if not outcome.set_aside:
                assert len(rdflib.Graph().parse(data=outcome.ntriples, format="nt")) == outcome.ntriples.count("\n")


@given(st.lists(ENTITIES, max_size=4))
def test_what_is_kept_tells_the_same_as_the_whole(entities: list[Any]) -> None:
    typed = [{**each, "type": "T"} for each in entities]
    assert gathered(*(without_values(each) for each in typed)) == gathered(*typed)
    assert gathered(*(without_values(without_values(each)) for each in typed)) == gathered(*typed)
