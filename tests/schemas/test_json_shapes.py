"""The forms in which JSON of towns and services holds tables and features; what is none of them stays text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.tables import TableError, geojson, jsondata, read_table

POINT = {"type": "Point", "coordinates": [9.6, 50.5]}
FEATURE = {"type": "Feature", "geometry": POINT, "properties": {"Name": "Bank", "Nr": 7}}
COLLECTION = {"type": "FeatureCollection", "features": [FEATURE, FEATURE]}


def names_and_rows(document: Any) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    table = read_table(json.dumps(document).encode(), "x.json")
    return table.names, table.rows


ROWS = (("Jahr", "Wert"), (("2020", "1.5"), ("2021", "2"), ("2022", "3")))


@pytest.mark.parametrize(
    "document",
    [
        {"Jahr": [2020, 2021, 2022], "Wert": [1.5, 2, 3]},
        {"columns": ["Jahr", "Wert"], "data": [[2020, 1.5], [2021, 2], [2022, 3]]},
        {"fields": [{"id": "Jahr"}, {"id": "Wert"}], "rows": [[2020, 1.5], [2021, 2], [2022, 3]]},
        {"table": {"header": ["Jahr", "Wert"], "body": [[2020, 1.5], [2021, 2], [2022, 3]]}},
        [["Jahr", "Wert"], [2020, 1.5], [2021, 2], [2022, 3]],
        {"a": {"b": {"liste": [{"Jahr": 2020, "Wert": 1.5}, {"Jahr": 2021, "Wert": 2}, {"Jahr": 2022, "Wert": 3}]}}},
        {
            "success": True,
            "result": {
                "fields": [{"id": "Jahr"}, {"id": "Wert"}, {"id": "c"}, {"id": "d"}],
                "records": [{"Jahr": 2020, "Wert": 1.5}, {"Jahr": 2021, "Wert": 2}, {"Jahr": 2022, "Wert": 3}],
            },
        },
        {"data": [{"attributes": {"Jahr": y, "Wert": w}} for y, w in ((2020, 1.5), (2021, 2), (2022, 3))]},
        {
            "class": "dataset",
            "id": ["j"],
            "size": [3],
            "dimension": {"j": {"label": "Jahr", "category": {"index": ["2020", "2021", "2022"]}}},
            "value": {"0": 1.5, "1": 2, "2": 3},
        },
    ],
)
def test_tables_in_json(document: Any) -> None:
    assert names_and_rows(document) == ROWS


def test_objects_by_keys_and_positions_in_objects() -> None:
    places = {"neuhof": {"ew": 10}, "flieden": {"ew": 8}, "kalbach": {"ew": 6}}
    assert names_and_rows(places) == (("Schlüssel", "ew"), (("neuhof", "10"), ("flieden", "8"), ("kalbach", "6")))
    assert names_and_rows({"orte": places})[1] == names_and_rows(places)[1]
    found = read_table(
        json.dumps([{"n": f"a{k}", "geo": {"lat": 50.5 + k / 10, "lon": 9.6}} for k in range(3)]).encode()
    )
    assert [column.type for column in found.columns] == ["text", "latitude", "longitude"]


def test_what_dimensions_say_stands_beside_each_value() -> None:
    document = {
        "class": "dataset",
        "id": ["jahr", "sex"],
        "size": [2, 2],
        "dimension": {
            "jahr": {"category": {"index": {"2025": 1, "2024": 0}}},
            "sex": {
                "label": "Geschlecht",
                "category": {"index": ["m", "w"], "label": {"m": "männlich", "w": "weiblich"}},
            },
        },
        "value": [1, 2, 3, None],
    }
    assert names_and_rows(document)[0] == ("jahr", "Geschlecht", "Wert")
    assert names_and_rows(document)[1][1:] == (
        ("2024", "weiblich", "2"),
        ("2025", "männlich", "3"),
        ("2025", "weiblich", ""),
    )


TOPOLOGY = {
    "type": "Topology",
    "transform": {"scale": [0.01, 0.01], "translate": [9.5, 50.4]},
    "objects": {
        "orte": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "arcs": [[0, 1]], "properties": {"Name": "A"}},
                {"type": "LineString", "arcs": [~1], "properties": {"Name": "B"}},
                {"type": "Point", "coordinates": [10, 10], "properties": {"Name": "C"}},
            ],
        }
    },
    "arcs": [[[0, 0], [10, 0], [0, 10]], [[10, 10], [-10, 0], [0, -10]]],
}


@pytest.mark.parametrize(
    ("text", "count", "first"),
    [
        (json.dumps({"status": "ok", "data": COLLECTION}), 2, POINT),
        (json.dumps([FEATURE, FEATURE, FEATURE]), 3, POINT),
        ("\n".join([json.dumps(FEATURE)] * 4), 4, POINT),
        ("".join(f"\x1e{json.dumps(FEATURE)}\n" for _ in range(4)), 4, POINT),
        (json.dumps([{"id": 1, "lage": POINT}, {"id": 2, "lage": None}, {"id": 3, "lage": POINT}]), 3, POINT),
        (json.dumps({"items": [{"id": 1, "lage": POINT}, {"id": 2, "lage": POINT}]}), 2, POINT),
        (
            json.dumps(
                {
                    "geometryType": "esriGeometryPoint",
                    "spatialReference": {"wkid": 4326},
                    "features": [{"attributes": {"a": 1}, "geometry": {"x": 9.6, "y": 50.5}}],
                }
            ),
            1,
            POINT,
        ),
        (
            json.dumps(TOPOLOGY),
            3,
            {"type": "Polygon", "coordinates": [[[9.5, 50.4], [9.6, 50.4], [9.6, 50.5], [9.5, 50.5], [9.5, 50.4]]]},
        ),
    ],
)
def test_features_in_json(text: str, count: int, first: Any) -> None:
    loaded = jsondata.unwrapped(jsondata.load(text.encode()))
    assert jsondata.objects_of(loaded).geojson
    assert isinstance(loaded.document, dict)
    placed = geojson.of_document(loaded.document)
    assert placed.total == count
    geometry = placed.features[0]["geometry"]
    assert geometry["type"] == first["type"]
    flat = json.loads(json.dumps(geometry["coordinates"]), parse_float=lambda number: round(float(number), 5))
    assert flat == first["coordinates"]


@pytest.mark.parametrize(
    "document",
    [
        {"error": {"code": 404, "message": "Not found"}},
        {"name": "Rathaus", "zeiten": ["Mo", "Di"], "telefon": ["1", "2", "3"]},
        [["a", "b"], ["c", "d"]],
        {"type": "Topology", "objects": {"x": {"type": "Polygon", "arcs": [[7]]}}, "arcs": []},
        {"class": "dataset", "id": ["a"], "size": [10**9], "dimension": {}, "value": [1]},
        {"class": "dataset", "id": ["a", "b"], "size": [200_000, 200_000], "dimension": {}, "value": [1]},
    ],
)
def test_what_is_no_table_is_none(document: Any) -> None:
    with pytest.raises(TableError) as caught:
        read_table(json.dumps(document).encode(), "x.json")
    assert caught.value.code == "no-table"


KNOWN = (
    *(
        "type",
        "features",
        "geometry",
        "coordinates",
        "data",
        "columns",
        "value",
        "id",
        "size",
        "dimension",
        "class",
        "a",
    ),
    *("objects", "arcs", "FeatureCollection", "Feature", "Point", "Topology", "dataset", "attributes", "lat", "lon"),
    *("geometryType", "rings", "x", "index", "category"),
)
WORDS = st.sampled_from(KNOWN)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 60) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=6),
    max_leaves=40,
)


@settings(deadline=None, max_examples=200)
@given(JSON)
def test_no_document_breaks_the_reading(document: Any) -> None:
    found = jsondata.read(json.dumps(document).encode())
    assert len(set(found.names)) == len(found.names)
    assert all(len(row) == len(found.names) for row in found.rows)
