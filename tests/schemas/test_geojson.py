"""GeoJSON in any reference system as features in degrees; what is no geometry is told, and never stops the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.tables import TableError
from schemas.tables.geojson import of_document, read_features
from schemas.tables.placement import turned
from schemas.tables.positions import to_degrees


def point(*coordinates: Any, **more: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"n": 1},
        "geometry": {"type": "Point", "coordinates": [*coordinates]},
        **more,
    }


def collection(*features: Any, **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": [*features], **more}


def test_a_collection_a_feature_and_a_bare_geometry() -> None:
    for document in (collection(point(9.6, 50.4)), point(9.6, 50.4), point(9.6, 50.4)["geometry"]):
        (feature,) = of_document(document).features
        assert feature["geometry"] == {"type": "Point", "coordinates": [9.6, 50.4]}


def test_heights_are_left_out_and_axes_turned_where_only_that_lies_in_germany() -> None:
    found = of_document(collection(point(9.6, 50.4, 311.2), point(50.4, 9.6)))
    assert [each["geometry"]["coordinates"] for each in found.features] == [[9.6, 50.4], [9.6, 50.4]]


def test_what_is_no_geometry_is_counted_and_the_properties_stay() -> None:
    found = of_document(
        collection(point(9.6, 50.4), point("x", 1), point(), {"properties": {"n": 2}, "geometry": None})
    )
    assert [each["geometry"] is None for each in found.features] == [False, True, True, True]
    assert [each.code for each in found.notes] == ["coordinates-invalid"]
    assert found.features[3]["properties"] == {"n": 2}


def test_an_unknown_reference_system() -> None:
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    found = of_document(collection(point(400_000, 100_000), crs=named))
    assert (found.features[0]["geometry"], [each.code for each in found.notes]) == (None, ["crs-unknown"])


def test_how_many_the_service_says_there_are() -> None:
    assert of_document(collection(point(9.6, 50.4), numberMatched=311)).total == 311
    assert of_document(collection(point(9.6, 50.4), totalFeatures="unknown")).total == 1


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"type":"Table"}', b"\xff", b"[" * 200_000])
def test_what_is_no_geojson_is_refused(body: bytes) -> None:
    with pytest.raises(TableError):
        read_features(body)


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["type", "coordinates"]), inner),
    max_leaves=20,
)


@given(st.sampled_from(["Point", "MultiPolygon", "GeometryCollection", "Circle", None]), anything)
def test_no_geometry_stops_the_reader(kind: Any, inside: Any) -> None:
    turn = to_degrees("EPSG:25832")
    assert turn is not None
    found = turned({"type": kind, "coordinates": inside, "geometries": inside}, turn)
    assert found is None or found["type"] == kind
    assert json.dumps(found)


@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "count", "empty", "crs"),
    [
        ("files/jena_parken.geojson", 103, 0, "EPSG:4326"),
        ("files/esslingen_parken.geojson", 250, 6, "EPSG:25832"),
        ("geo/wfs_karlsruhe_parkhaeuser.json", 90, 0, "EPSG:4326"),
    ],
)
def test_files_of_cities(samples: Path, name: str, count: int, empty: int, crs: str) -> None:
    found = read_features((samples / name).read_bytes())
    assert (found.total, sum(each["geometry"] is None for each in found.features), found.crs) == (count, empty, crs)
