"""Layers of real services as features and pictures: MapServer (WFS, WMS), pygeoapi (OGC API Features), and broken ones."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from PIL import Image

from catalog import preview as previews
from catalog.preview.fetching import Fetched, NotFetched, from_network
from catalog.preview.model import Wanted
from catalog.preview.service_layers import chosen, map_address
from catalog.preview.services import COUNT, from_api, from_service
from catalog.preview.wanting import of_file
from harvesters.ogc import standards
from harvesters.ogc.capabilities import Capabilities, Layer, Service
from schemas.kinds import Literal
from schemas.model import Dataset, Distribution
from schemas.region import HarvestSource, Region
from tests.catalog.builder import region_in
from tests.catalog.preview.region_of_files import end_maker, make_region
from tests.faultserver import FaultServer, Reply
from tests.servers import mapserver, pygeoapi_server

NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n"


def bench(number: int, longitude: float, latitude: float) -> dict[str, Any]:
    properties = {"nr": number, "name": f"Bank <b>{number}</b> & Tisch"}
    return {
        "type": "Feature",
        "id": number,
        "properties": properties,
        "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
    }


BENCHES = [bench(1, 9.5, 50.4), bench(2, 9.6, 50.5)]
RING = [[9.5, 50.4], [9.6, 50.4], [9.6, 50.45], [9.5, 50.45], [9.5, 50.4]]
WOOD = {
    "type": "Feature",
    "properties": {"nr": 7, "name": "Wald"},
    "geometry": {"type": "Polygon", "coordinates": [RING]},
}
LAYERS = {"baenke": BENCHES, "wald": [WOOD]}


@pytest.fixture
def region(tmp_path: Path) -> Region:
    return region_in(tmp_path / "region").model_copy(update={"allowed_hosts": ("127.0.0.1",)})


def own(region: Region, address: str) -> Region:
    """The region with the source ``x``, which lies where an address does."""
    source = HarvestSource(id="x", key="x", title="X", municipality="neuhof", url=address)
    return region.model_copy(update={"sources": (source,)})


def shown(region: Region, address: str, service: str, layer: str = "") -> Fetched:
    found = asyncio.run(from_service(own(region, address), Wanted(address, "x", service, layer), NOW))
    assert found is not None
    return found


def features(found: Fetched) -> list[dict[str, Any]]:
    document = orjson.loads(found.body)
    assert document["type"] == "FeatureCollection"
    return list(document["features"])


@pytest.mark.parametrize(
    ("version", "systems", "formats"),
    [
        ("2.0.0", "EPSG:25832 EPSG:4326", "gml"),
        ("1.1.0", "EPSG:25832 EPSG:4326", "gml"),
        ("1.0.0", "EPSG:25832", "gml"),
        ("2.0.0", "EPSG:3857", "gml"),
        ("2.0.0", "EPSG:25832 EPSG:4326", "geojson,gml"),
        ("1.1.0", "EPSG:4326", "geojson,gml"),
    ],
)
def test_features_of_every_version_and_form(
    tmp_path: Path, region: Region, version: str, systems: str, formats: str
) -> None:
    with mapserver.serving(tmp_path / "map", LAYERS, wfs=version, systems=systems, formats=formats) as server:
        found = shown(region, server.url, "WFS")
        wood = shown(region, server.url, "WFS", "wald")
    first, second = features(found)
    assert first["properties"]["name"] == "Bank <b>1</b> & Tisch"
    assert first["geometry"]["coordinates"] == pytest.approx([9.5, 50.4], abs=1e-5)
    assert second["geometry"]["coordinates"] == pytest.approx([9.6, 50.5], abs=1e-5)
    assert [name.rpartition(":")[2] for name, _ in found.layers] == ["baenke", "wald"]
    assert found.layer.endswith("baenke")
    (area,) = features(wood)
    assert area["geometry"]["type"] == "Polygon"
    assert area["geometry"]["coordinates"][0][0] == pytest.approx([9.5, 50.4], abs=1e-5)


def test_no_more_features_than_are_shown(tmp_path: Path, region: Region) -> None:
    many = [bench(number, 9 + number / 1000, 50.4) for number in range(COUNT + 50)]
    with mapserver.serving(tmp_path / "map", {"baenke": many}) as server:
        found = shown(region, server.url, "WFS")
    assert len(features(found)) == COUNT
    assert [each.code for each in found.notes] == ["features-cut"]  # this server does not say how many there are
    assert not found.source.whole


@pytest.mark.parametrize("version", ["1.3.0", "1.1.1"])
@pytest.mark.parametrize("systems", ["EPSG:25832 EPSG:3857", "EPSG:25832 EPSG:4326"])
def test_a_layer_as_a_picture(tmp_path: Path, region: Region, version: str, systems: str) -> None:
    with mapserver.serving(tmp_path / "map", LAYERS, wms=version, systems=systems) as server:
        found = shown(region, server.url, "WMS", "wald")
        asked = server.requests[-1]
    assert found.body.startswith(PNG)
    assert found.layer == "wald"
    assert f"VERSION={version}" in asked
    # Latitude goes first where WMS 1.3.0 wants it: else the wood would not be in the picture.
    (tmp_path / "wald.png").write_bytes(found.body)
    with Image.open(tmp_path / "wald.png") as picture:
        assert max(picture.size) == 800
        colours = {colour for _, colour in picture.convert("RGB").getcolors(10_000) or []}
    assert (0, 90, 160) in colours


def test_a_service_of_pygeoapi(tmp_path: Path, region: Region) -> None:
    data = tmp_path / "baenke.geojson"
    data.write_text(json.dumps({"type": "FeatureCollection", "features": BENCHES}), encoding="utf-8")
    settings = {
        "title": "Bänke",
        "description": "Bänke im Wald",
        "keywords": ["Bank"],
        "extents": {"spatial": {"bbox": [9, 50, 10, 51]}},
        "providers": [{"type": "feature", "name": "GeoJSON", "data": str(data), "id_field": "nr"}],
    }
    with pygeoapi_server.serving(tmp_path / "api", {"baenke": settings, "stuehle": settings}) as server:
        region = own(region, server.url)
        places = (
            f"{server.url}/?f=json",
            f"{server.url}/collections?f=json",
            f"{server.url}/collections/baenke?f=json",
        )
        for address in places:
            wanted = Wanted(address, "x")
            got = asyncio.run(from_network(region, wanted, None, NOW))
            found = asyncio.run(from_api(region, wanted, got, NOW))
            assert found is not None
            assert found.layer == "baenke"
            assert [each["geometry"]["coordinates"] for each in features(found)] == [[9.5, 50.4], [9.6, 50.5]]
        other = Wanted(places[0], "x", "", "stuehle")
        found = asyncio.run(from_api(region, other, asyncio.run(from_network(region, other, None, NOW)), NOW))
        assert found is not None
        assert found.layers == (("baenke", "Bänke"), ("stuehle", "Bänke"))
        assert found.layer == "stuehle"
        called = Wanted(places[0], "x", called="Neuhof, Stühle")
        found = asyncio.run(from_api(region, called, asyncio.run(from_network(region, called, None, NOW)), NOW))
        assert found is not None
        assert found.layer == "stuehle"
        nobody = replace(called, called="Grundstücke")
        got = asyncio.run(from_network(region, nobody, None, NOW))
        with pytest.raises(NotFetched) as refused:
            asyncio.run(from_api(region, nobody, got, NOW))
        assert refused.value.reason.code == "which-layer"


def test_a_file_of_json_is_no_service(region: Region) -> None:
    for body in (b'{"type": "FeatureCollection", "features": []}', b"[1]", b"a;b\n", b'{"links": []}', b"{"):
        got = Fetched(body, fetched_source(body))
        assert asyncio.run(from_api(region, Wanted("https://x.example/", "x"), got, NOW)) is None


def fetched_source(body: bytes) -> previews.Source:
    return previews.Source("x", "https://x.example/", "", "", "", 200, len(body), len(body), True, "", "", "", "", "")


@pytest.fixture
def broken() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


REPORT = (
    b'<?xml version="1.0"?><ServiceExceptionReport><ServiceException>kaputt</ServiceException></ServiceExceptionReport>'
)


@pytest.mark.parametrize("service", ["WFS", "WMS"])
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (REPORT, 200, "no-service"),
        (b"<html><title>Anmeldung</title></html>", 200, "no-service"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', 200, "no-service"),
        (b"", 404, "not-found"),
        (b"", 500, "server-error"),
    ],
)
def test_the_reason_where_a_service_shows_nothing(
    region: Region, broken: FaultServer, service: str, body: bytes, status: int, code: str
) -> None:
    broken.pages["/ows"] = Reply(body, status, {"content-type": "text/xml"})
    with pytest.raises(NotFetched) as refused:
        shown(region, broken.url("/ows"), service)
    assert refused.value.reason.code == code


def test_the_layer_is_the_one_that_is_called_as_the_dataset_is(region: Region) -> None:
    kind = "http://publications.europa.eu/resource/authority/file-type/WFS_SRVC"
    file = Distribution(access_url=("https://dienst.example/ows",), format=(kind,))
    wish = of_file(region, "x", file, record=Dataset(identifier=(Literal("wald"),)))
    assert wish is not None
    layers = (Layer("ms:baenke", "Bänke", ()), Layer("ms:wald", "Wald", ()))
    assert chosen(layers, wish).layer.name == "ms:wald"
    other = of_file(region, "x", file, record=Dataset(identifier=(Literal("7f3a"),)))
    assert other is not None
    with pytest.raises(NotFetched) as refused:
        chosen(layers, other)
    assert refused.value.reason.code == "which-layer"
    assert refused.value.layers == (("ms:baenke", "Bänke"), ("ms:wald", "Wald"))
    assert chosen(layers[:1], other).layer.name == "ms:baenke", "where there is but one, nobody can mean another"
    assert chosen(layers, replace(other, layer="wald")).layer.name == "ms:wald"


@pytest.mark.parametrize("service", ["WFS", "WMS"])
def test_a_service_shows_the_dataset_s_own_layer_or_none(tmp_path: Path, region: Region, service: str) -> None:
    with mapserver.serving(tmp_path / "map", LAYERS) as server:
        known = own(region, server.url)
        wish = Wanted(server.url, "x", service, called="neuhof-wald\nWald (Dienst)")
        found = asyncio.run(from_service(known, wish, NOW))
        assert found is not None
        assert found.layer.rpartition(":")[2] == "wald"
        assert found.source.name.rpartition("-")[2].startswith("wald.")
        with pytest.raises(NotFetched) as refused:
            asyncio.run(from_service(known, replace(wish, called="Grundstücke in Neuhof"), NOW))
    assert refused.value.reason.code == "which-layer"
    assert [name.rpartition(":")[2] for name, _ in refused.value.layers] == ["baenke", "wald"]


def test_a_layer_that_is_not_there_is_not_replaced_by_another(tmp_path: Path, region: Region) -> None:
    with mapserver.serving(tmp_path / "map", LAYERS) as server:
        for service in ("WFS", "WMS"):
            with pytest.raises(NotFetched) as refused:
                shown(region, server.url, service, "haus")
            assert refused.value.reason.code == "no-layer"


def test_no_address_inside_is_asked_for_a_service(tmp_path: Path) -> None:
    guarded = region_in(tmp_path / "region")
    with pytest.raises(NotFetched) as refused:
        shown(guarded, "http://127.0.0.1:1/ows", "WFS")
    assert refused.value.reason.code == "address"


def test_a_layer_from_the_wish_to_table_and_map(tmp_path: Path) -> None:
    with mapserver.serving(tmp_path / "map", LAYERS) as server:
        made = make_region(tmp_path / "r", server.url)
        wish = previews.wanted(made, "neuhof-portal", server.url, "WFS_SRVC")
        try:
            preview = previews.find(made, wish, 300.0)
        finally:
            end_maker(made)
    assert (preview.state, preview.kind) == ("ready", "map")
    assert preview.table is not None
    assert preview.geometry is not None
    assert [row[-1] for row in preview.table.rows] == ["Bank <b>1</b> & Tisch", "Bank <b>2</b> & Tisch"]
    assert (preview.geometry.shown, preview.geometry.box) == (2, (9.5, 50.4, 9.6, 50.5))
    assert len(preview.layers) == 2


@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "first", "count"),
    [
        ("wfs20_bayern_verwaltungsgrenzen_capabilities.xml", "bvv:gmd_ex", 5),
        ("wfs200_dwd_capabilities.xml", "dwd:RBSN_T2m", 55),
        ("wfs200_koeln_arcgis_capabilities.xml", "adressen_stadtteil:Altstadt_Nord", 86),
    ],
)
def test_layers_that_real_services_offer(samples: Path, name: str, first: str, count: int) -> None:
    cut = standards.cut((samples / "geo" / name).read_bytes(), "https://dienst.example/ows", "WFS")
    found = chosen(cut.capabilities.layers, Wanted("https://dienst.example/ows", "x", "WFS"))
    assert (found.layer.name, len(found.layers)) == (first, count)
    # The same layer without its namespace, as catalogues often name it.
    bare = Wanted("https://dienst.example/ows", "x", "WFS", first.rpartition(":")[2])
    assert chosen(cut.capabilities.layers, bare) == found


def test_a_map_is_drawn_of_the_region_where_a_layer_is_larger(tmp_path: Path) -> None:
    whole = region_in(tmp_path)
    places = tuple(each.model_copy(update={"bbox": (9.5, 50.3, 9.7, 50.5)}) for each in whole.municipalities)
    small = whole.model_copy(update={"municipalities": places})
    described = Capabilities("https://dienst.example/wms", Service("WMS", "1.3.0", (), formats=("image/png",)))
    germany = Layer("land", "Land", (), ("EPSG:4326",), ("5.8", "47.2", "15.1", "55.1"))
    address = map_address(described, germany, small)
    assert address is not None
    assert "BBOX=50.25" in address
    assert map_address(described, Layer("land", "Land", (), ("EPSG:25832",), ()), small) is None
