"""Layers of an ArcGIS server: described, chosen, asked for as GeoJSON or in the server's own JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.preview.feature_layers import features_address, offered, read
from catalog.preview.fetching import Fetched, NotFetched
from catalog.preview.model import Wanted
from catalog.preview.services import COUNT, from_service
from schemas.region import Region
from schemas.tables import TableError
from tests.catalog.builder import region_in
from tests.catalog.preview.test_services import NOW, own
from tests.faultserver import FaultServer, Reply

SERVER = "/rest/services/Licht/FeatureServer"
LAYER = {"id": 0, "name": "Leuchten", "type": "Feature Layer", "supportedQueryFormats": "JSON, geoJSON, PBF"}
LAMP = {"type": "Feature", "properties": {"nr": 1}, "geometry": {"type": "Point", "coordinates": [9.6, 50.4]}}
LAMPS = {"type": "FeatureCollection", "features": [LAMP]}


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return region_in(tmp_path / "region").model_copy(update={"allowed_hosts": ("127.0.0.1",)})


def shown(
    region: Region, pages: Mapping[str, Any], path: str = f"{SERVER}/0", layer: str = "", called: str = ""
) -> tuple[Fetched, list[str]]:
    """What is shown of a server with some answers, and the parameters of the last question."""
    replies = {
        path: Reply(orjson.dumps(said), 200, {"content-type": "application/json"}) for path, said in pages.items()
    }
    with FaultServer(pages=replies) as server:
        wanted = Wanted(server.url(path), "x", "ArcGIS", layer, called=called)
        found = asyncio.run(from_service(own(region, server.url("/")), wanted, NOW))
        assert found is not None
        return found, [f"{name}={value}" for name, value in server.seen[-1].query.items()]


def features(found: Fetched) -> list[dict[str, Any]]:
    return list(orjson.loads(found.body)["features"])


def test_a_layer_gives_its_first_features_in_degrees(region: Region) -> None:
    found, asked = shown(region, {f"{SERVER}/0": LAYER, f"{SERVER}/0/query": LAMPS})
    assert features(found)[0]["geometry"] == {"type": "Point", "coordinates": [9.6, 50.4]}
    assert features(found)[0]["properties"] == {"nr": 1}
    assert (found.layer, found.layers, found.source.whole) == ("0", (), True)
    assert {"f=geojson", "outSR=4326", "outFields=*", f"resultRecordCount={COUNT}"} <= set(asked)


def test_a_server_offers_its_layers_but_no_groups(region: Region) -> None:
    listed = {
        "layers": [
            {"id": 0, "name": "Alles", "type": "Group Layer", "subLayerIds": [1]},
            {"id": 1, "name": "Leuchten", "type": "Feature Layer", "subLayerIds": None},
        ],
        "tables": [{"id": 7, "name": "Wartung", "type": "Table"}],
    }
    pages = {
        SERVER: listed,
        f"{SERVER}/1/query": LAMPS,
        f"{SERVER}/7/query": {"type": "FeatureCollection", "features": []},
    }
    found, _ = shown(region, pages, SERVER)
    assert (found.layer, found.layers) == ("1", (("1", "Leuchten"), ("7", "Wartung")))
    other, _ = shown(region, pages, SERVER, "7")
    assert (other.layer, features(other)) == ("7", [])
    with pytest.raises(NotFetched) as refused:
        shown(region, pages, SERVER, "0")
    assert refused.value.reason.code == "no-layer"
    # By the names of the dataset: one layer's, the server's, nobody's.
    for called, expected in (("Wartungen 2026\nWartung", "7"), ("Licht", "1")):
        assert shown(region, pages, SERVER, called=called)[0].layer == expected
    with pytest.raises(NotFetched) as refused:
        shown(region, pages, SERVER, called="Grundstücke")
    assert (refused.value.reason.code, len(refused.value.layers)) == ("which-layer", 2)


def test_more_than_is_shown_is_said(region: Region) -> None:
    for said in ({"exceededTransferLimit": True}, {"properties": {"exceededTransferLimit": True}}):
        found, _ = shown(region, {f"{SERVER}/0": LAYER, f"{SERVER}/0/query": {**LAMPS, **said}})
        assert [each.code for each in found.notes] == ["features-cut"]
        assert not found.source.whole


def test_an_old_server_answers_in_its_own_json(region: Region) -> None:
    outer, hole = [[9, 50], [9, 51], [10, 51], [10, 50], [9, 50]], [[9.1, 50.1], [9.2, 50.1], [9.2, 50.2], [9.1, 50.1]]
    other = [[11, 50], [11, 51], [12, 51], [11, 50]]
    shapes = [
        {"x": 9.5, "y": 50.5},
        {"paths": [[[9, 50], [9.1, 50.1]], [[9.2, 50], [9.3, 50.1]]]},
        {"rings": [outer, hole, other]},
        {"points": [[9, 50], [9.1, 50.1]]},
        {"x": "NaN?"},
        {"x": "NaN", "y": "NaN"},  # how such a server writes an empty point
        None,
    ]
    answer = {"features": [{"attributes": {"nr": number}, "geometry": shape} for number, shape in enumerate(shapes)]}
    found, asked = shown(
        region, {f"{SERVER}/0": {**LAYER, "supportedQueryFormats": "JSON, AMF"}, f"{SERVER}/0/query": answer}
    )
    assert "f=json" in asked
    kinds = [each["geometry"] and each["geometry"]["type"] for each in features(found)]
    assert kinds == ["Point", "MultiLineString", "MultiPolygon", "MultiPoint", None, None, None]
    assert [len(polygon) for polygon in features(found)[2]["geometry"]["coordinates"]] == [2, 1], "a hole is no area"
    assert [each["properties"]["nr"] for each in features(found)] == [0, 1, 2, 3, 4, 5, 6]


def test_an_error_with_status_200_is_no_table(region: Region) -> None:
    error = {"error": {"code": 400, "message": "Cannot perform query", "details": []}}
    with pytest.raises(NotFetched) as refused:
        shown(region, {f"{SERVER}/0": LAYER, f"{SERVER}/0/query": error})
    assert refused.value.reason.code == "unreadable"
    with pytest.raises(NotFetched) as refused:
        shown(region, {f"{SERVER}/0": {**LAYER, "type": "Raster Layer"}})
    assert refused.value.reason.code == "no-layer"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["layers", "tables", "id", "name", "type", "features", "geometry", "rings", "x", "paths"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
def test_any_answer_is_read_or_refused(found: Any) -> None:
    said = offered(found if isinstance(found, dict) else {}, f"https://x.example{SERVER}")
    for layer in said.layers:
        assert features_address(said, layer, COUNT, said.geojson).startswith(f"https://x.example{SERVER}/")
    for geojson in (True, False):
        try:
            assert read(orjson.dumps(found), geojson)[0].total >= 0
        except TableError:
            continue
