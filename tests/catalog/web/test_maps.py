"""Maps as pages give them: features of a file, outlines, tiles of a real server through the proxy, layers of a service."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest

from catalog.maps.tiles import Tile, named
from catalog.web.pages import developers
from schemas.map_settings import MapSettings
from schemas.model import Distribution
from schemas.region import Municipality
from schemas.tables.geometry import BoundingBox
from tests.catalog.builder import Stored, dataset
from tests.catalog.preview import tile_service
from tests.catalog.preview.region_of_files import end_maker, make_region
from tests.catalog.web.asking import Place, place_in
from tests.catalog.web.pages_reading import addresses, first, read
from tests.catalog.web.serving import served
from tests.faultserver import FaultServer, Reply
from tests.servers import mapserver

PNG = b"\x89PNG\r\n\x1a\n"
BOX = BoundingBox(9.5, 50.35, 9.7, 50.5)
SQUARE = [[9.5, 50.35], [9.7, 50.35], [9.7, 50.5], [9.5, 50.5], [9.5, 50.35]]
INSIDE, OUTSIDE = "/tiles/12/2157/1381.png", "/tiles/12/2300/1381.png"


def wood() -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"nr": 1, "name": "Wald"},
        "geometry": {"type": "Polygon", "coordinates": [SQUARE]},
    }


def places(**more: Any) -> tuple[Municipality, ...]:
    return (Municipality(id="neuhof", name="Gemeinde Neuhof", ags="06631018", ars="066310018018", **more),)


def tiled(template: str, **more: Any) -> MapSettings:
    return MapSettings(tiles=template, attribution="© Testkarte", bbox=BOX, **more)


@pytest.fixture
def source() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


# ------------------------------------------------------------------------------------------------------ base map


def test_a_tile_of_a_real_server_is_fetched_once_and_kept(tmp_path: Path) -> None:
    with mapserver.serving(tmp_path / "map", {"wald": [wood()]}) as server:
        template = server.url + "mode=tile&tilemode=gmap&layers=wald&tile={x}+{y}+{z}"
        with place_in(tmp_path / "r", map=tiled(template), allowed_hosts=("127.0.0.1",)) as place:
            first = place.ask.get(INSIDE)
            again = place.ask.get(INSIDE)
            unchanged = place.ask.get(INSIDE, if_none_match=first.headers["etag"])
        asked = len(server.requests)
    assert (first.status_code, first.headers["content-type"]) == (200, "image/png")
    assert first.content.startswith(PNG)
    assert again.content == first.content
    assert unchanged.status_code == 304
    assert asked == 1
    kept = [file for file in (tmp_path / "r/data/cache/tiles").rglob("*") if file.is_file()]
    assert [file.read_bytes() for file in kept] == [first.content]


def test_the_proxy_is_no_door_to_the_world(tmp_path: Path, source: FaultServer) -> None:
    settings = tiled(source.url("/t/{z}/{x}/{y}"), min_zoom=9, max_zoom=16)
    with place_in(tmp_path, map=settings, allowed_hosts=("127.0.0.1",)) as place:
        for path in (OUTSIDE, "/tiles/8/134/86.png", "/tiles/17/69024/44200.png", "/tiles/12/99999/1.png"):
            assert place.ask.get(path).status_code == 404, path
        for path in ("/tiles/12/-1/1.png", "/tiles/a/b/c.png", "/tiles/12/2157/٣.png", "/tiles/12/2157/1381.png/x"):
            assert place.ask.get(path).status_code == 404, path
    assert not source.seen


def test_without_a_base_map_nothing_is_fetched(tmp_path: Path) -> None:
    with place_in(tmp_path, map=MapSettings(bbox=BOX)) as place:
        assert place.ask.get(INSIDE).status_code == 404


@pytest.mark.parametrize("body", [b"<html>Anmeldung</html>", b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_only_pictures_pass(tmp_path: Path, source: FaultServer, body: bytes) -> None:
    source.pages["/t/12/2157/1381"] = Reply(body, 200, {"content-type": "image/png"})
    with place_in(tmp_path, map=tiled(source.url("/t/{z}/{x}/{y}")), allowed_hosts=("127.0.0.1",)) as place:
        assert place.ask.get(INSIDE).status_code == 502
        assert place.ask.get(INSIDE).status_code == 502
    assert len(source.seen) == 1  # a source that gives nothing is left in peace for a while


def test_an_old_tile_is_shown_while_the_source_is_silent(tmp_path: Path, source: FaultServer) -> None:
    source.pages["/t/12/2157/1381"] = Reply(PNG + b"1", 200, {"content-type": "image/png"})
    settings = tiled(source.url("/t/{z}/{x}/{y}"))
    with place_in(tmp_path, map=settings, allowed_hosts=("127.0.0.1",)) as place:
        assert place.ask.get(INSIDE).content == PNG + b"1"
        age(tmp_path / "data/cache/tiles", 40)
        source.pages["/t/12/2157/1381"] = Reply(b"", 500)
        assert place.ask.get(INSIDE).content == PNG + b"1"


def test_an_old_tile_is_asked_for_again(tmp_path: Path, source: FaultServer) -> None:
    source.pages["/t/12/2157/1381"] = Reply(PNG + b"1", 200, {"content-type": "image/png"})
    settings = tiled(source.url("/t/{z}/{x}/{y}"))
    with place_in(tmp_path, map=settings, allowed_hosts=("127.0.0.1",)) as place:
        assert place.ask.get(INSIDE).content == PNG + b"1"
        age(tmp_path / "data/cache/tiles", 40)
        source.pages["/t/12/2157/1381"] = Reply(PNG + b"2", 200, {"content-type": "image/png"})
        assert place.ask.get(INSIDE).content == PNG + b"2"


def age(folder: Path, days: float) -> None:
    then = time.time() - days * 86_400
    for file in folder.rglob("*"):
        if file.is_file():
            os.utime(file, (then, then))


def test_a_source_inside_is_not_asked_without_leave(tmp_path: Path, source: FaultServer) -> None:
    with place_in(tmp_path, map=tiled(source.url("/t/{z}/{x}/{y}"))) as place:
        assert place.ask.get(INSIDE).status_code == 502
    assert not source.seen


def test_the_edges_of_a_tile() -> None:
    tile = named("12", "2157", "1381")
    assert tile is not None
    assert tile.box == pytest.approx((9.580078125, 50.40151532278236, 9.66796875, 50.45750402042057), abs=1e-6)
    assert named("0", "0", "0").box == pytest.approx((-180, -85.0511287, 180, 85.0511287))  # type: ignore[union-attr]
    assert named("2", "4", "0") is None


# ------------------------------------------------------------------------------------------------------ outlines


def test_the_outlines_of_the_region(tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r/neuhof.geojson").write_text(json.dumps(wood()), encoding="utf-8")
    with place_in(tmp_path / "r", municipalities=places(outline="neuhof.geojson")) as place:
        answer = place.ask.get("/outlines.geojson")
    (feature,) = answer.json()["features"]
    assert (feature["id"], feature["bbox"], feature["properties"]["outline"]) == ("neuhof", list(BOX), True)
    assert feature["properties"]["short"] == "Neuhof"
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["access-control-allow-origin"] == "*"


# ------------------------------------------------------------------------------------------------------ files


def put(place: Place, address: str, kind: str) -> str:
    """A dataset with one file, public; its path."""
    file_type = f"http://publications.europa.eu/resource/authority/file-type/{kind}"
    file = Distribution(iri=f"{place.region.base_url}/id/distribution/1", access_url=(address,), format=(file_type,))
    place.publish(Stored("wald", dataset("Wald", "Der Wald", distribution=(file,))))
    return f"/dataset/{place.slug('wald')}/file/1"


@contextmanager
def previewing(folder: Path, server: str) -> Iterator[Place]:
    """A place whose previews are made; its region lies in files, for the maker reads them."""
    place = Place(make_region(folder, server).model_copy(update={"municipalities": places(bbox=BOX)}))
    try:
        yield place
    finally:
        end_maker(place.region)
        place.close()


def ready(place: Place, path: str) -> None:
    """Waits until the preview is made."""
    for _ in range(40):
        if place.ask.get(f"{path}/map.geojson").status_code != 503:
            return
    raise AssertionError("the preview is not made")


def test_the_features_of_a_file_with_the_cells_of_their_rows(tmp_path: Path, source: FaultServer) -> None:
    shops = [
        {
            "type": "Feature",
            "properties": {"Name": f"Laden {n}", "Art": "<script>alert(1)</script>"},
            "geometry": {"type": "Point", "coordinates": [9.5 + n / 50_000, 50.4 + (n % 50) / 5_000]},
        }
        for n in range(3_000)
    ]
    body = json.dumps({"type": "FeatureCollection", "features": shops}).encode()
    source.pages["/laeden.geojson"] = Reply(body, 200, {"content-type": "application/geo+json"})
    with previewing(tmp_path / "r", source.url("/")) as place:
        path = put(place, source.url("/laeden.geojson"), "GEOJSON")
        ready(place, path)
        whole = place.ask.get(f"{path}/map.geojson").json()
        near = place.ask.get(f"{path}/map.geojson?bbox=9.5,50.3,9.505,50.6").json()
        wrong = place.ask.get(f"{path}/map.geojson?bbox=1,2")
        page = place.ask.get(f"{path}?view=map").text
    assert whole["gathered"]
    assert len(whole["features"]) <= 2_000
    counted = [each["properties"].get("count", 1) for each in whole["features"]]
    assert sum(counted) == 3_000
    assert not near["gathered"]
    assert 100 < len(near["features"]) < 400
    assert "Name" not in near["features"][0]["properties"]  # it is the feature's name already
    assert near["features"][0]["properties"]["Art"] == "<script>alert(1)</script>"
    assert wrong.status_code == 400
    assert "bbox" in wrong.text
    assert "Die Karte zeigt 3.000 Objekte." in page
    assert page.count('<svg class="map-drawing') == 2
    assert "<script>alert" not in page
    assert len(page) < 120_000
    assert "2.980 weitere Objekte stehen in der Tabelle." in page


def test_a_layer_of_a_map_service(tmp_path: Path) -> None:
    with (
        mapserver.serving(tmp_path / "map", {"wald": [wood()], "baenke": [wood()]}) as server,
        previewing(tmp_path / "r", server.url) as place,
    ):
        path = put(place, server.url, "WMS_SRVC")
        ready(place, path)
        page = place.ask.get(f"{path}?view=map").text
        picture = place.ask.get(f"{path}/picture")
        tile = place.ask.get(f"{path}/tiles/12/2157/1381.png?layer=wald")
        asked = len(server.requests)
        again = place.ask.get(f"{path}/tiles/12/2157/1381.png?layer=wald")
        assert len(server.requests) == asked
        spelled = place.ask.get(f"{path}/tiles/12/2157/1381.png?layer=a1:wald")
        assert len(server.requests) == asked  # no square is fetched again under another name
        far = place.ask.get(f"{path}/tiles/12/2300/1381.png?layer=wald")
        other = place.ask.get(f"{path}/tiles/12/2157/1381.png?layer=https://evil.example/")
    assert "Die Karte zeigt die Ebene „Wald“ des Kartendienstes." in page
    assert f'<image href="{path}/picture"' in page
    assert "layer=baenke" in page
    assert picture.status_code == 200
    assert (tile.status_code, tile.headers["content-type"]) == (200, "image/png")
    assert "sandbox" in tile.headers["content-security-policy"]
    assert again.content == tile.content
    assert (far.status_code, other.status_code, spelled.status_code) == (404, 502, 502)


def test_a_layer_of_a_tile_service_and_none_of_a_coverage_service(tmp_path: Path, source: FaultServer) -> None:
    template = source.url("/{TileMatrix}/{TileRow}/{TileCol}.jpg")
    grau = tile_service.layer("grau", ("web",), template, form="image/jpeg")
    told = tile_service.capabilities(grau, tile_service.matrix_set("web", range(8, 14)))
    source.pages["/WMTSCapabilities.xml"] = Reply(told, 200, {"content-type": "text/xml"})
    for zoom, columns, rows in ((11, range(1076, 1082), range(688, 694)), (12, (2157,), (1381,))):
        for tile in (Tile(zoom, x, y) for x in columns for y in rows):
            source.pages[f"/web:{zoom}/{tile.y}/{tile.x}.jpg"] = tile_service.drawn(tile, "JPEG")
    with previewing(tmp_path / "r", source.url("/")) as place:
        path = put(place, source.url("/WMTSCapabilities.xml"), "WMTS_SRVC")
        ready(place, path)
        page = place.ask.get(f"{path}?view=map").text
        picture = place.ask.get(f"{path}/picture")
        square = place.ask.get(f"{path}/tiles/12/2157/1381.png?layer=grau")
        asked = len(source.seen)
        again = place.ask.get(f"{path}/tiles/12/2157/1381.png?layer=grau")
        far = place.ask.get(f"{path}/tiles/12/2300/1381.png?layer=grau")
        other = place.ask.get(f"{path}/tiles/12/2157/1381.png?layer=bunt")
        path_of_raster = put(place, source.url("/wcs"), "WCS_SRVC")
        ready(place, path_of_raster)
        raster = place.ask.get(path_of_raster).text
        assert len(source.seen) == asked
    assert "Der Dienst gibt Rasterdaten heraus (WCS). Solche Daten zeigen wir nicht als Karte." in raster
    assert "QGIS" in raster
    assert "Die Karte zeigt die Ebene „grau“ des Kartendienstes." in page
    assert f'<image href="{path}/picture"' in page
    assert f'data-overlay="{path}/tiles/{{z}}/{{x}}/{{y}}.png?layer=grau"' in page
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
    assert (square.status_code, square.headers["content-type"]) == (200, "image/jpeg")
    assert square.content == again.content == source.pages["/web:12/1381/2157.jpg"].body
    assert (far.status_code, other.status_code) == (404, 502)


def test_large_tiles_and_tiles_in_utm_are_shown_as_what_they_are(tmp_path: Path, source: FaultServer) -> None:
    template = source.url("/{TileMatrix}/{TileRow}/{TileCol}.png")
    large = tile_service.layer("grau", ("gross",), template)
    told = tile_service.capabilities(large, tile_service.matrix_set("gross", range(9, 14), side=512))
    source.pages["/gross.xml"] = Reply(told, 200, {"content-type": "text/xml"})
    for zoom, columns, rows in ((11, range(1076, 1082), range(688, 694)), (12, (2157,), (1381,))):
        for tile in (Tile(zoom, x, y) for x in columns for y in rows):
            source.pages[f"/gross:{zoom + 1}/{tile.y}/{tile.x}.png"] = tile_service.drawn(tile, side=512)
    utm = tile_service.matrix_set("utm", (7,), "EPSG:25832", corner="-46133.17 6301219.54")
    told = tile_service.capabilities(tile_service.layer("plan", ("utm",), template), utm)
    source.pages["/utm.xml"] = Reply(told, 200, {"content-type": "text/xml"})
    for row, column in product(range(10), range(10)):
        source.pages[f"/utm:7/{row}/{column}.png"] = tile_service.drawn(Tile(7, column, row))
    with previewing(tmp_path / "r", source.url("/")) as place:
        path = put(place, source.url("/gross.xml"), "WMTS_SRVC")
        ready(place, path)
        page = first(read(place, f"{path}?view=map"), ".map-stage").attributes
        square = place.ask.get(f"{path}/tiles/12/2157/1381.png?layer=grau")
        path_of_utm = put(place, source.url("/utm.xml"), "WMTS_SRVC")
        ready(place, path_of_utm)
        still = first(read(place, f"{path_of_utm}?view=map"), ".map-stage").attributes
        picture = place.ask.get(f"{path_of_utm}/picture")
        none = place.ask.get(f"{path_of_utm}/tiles/12/2157/1381.png?layer=plan")
    assert page["data-overlay"] == f"{path}/tiles/{{z}}/{{x}}/{{y}}.png?layer=grau"
    assert page["data-tiling"] == "512 8 12"
    assert square.content == source.pages["/gross:13/1381/2157.png"].body
    assert (still["data-still"], still.get("data-overlay")) == (f"{path_of_utm}/picture", None)
    assert picture.status_code == 200
    assert none.status_code == 502


def test_a_map_service_does_not_lead_to_another_inner_host(tmp_path: Path, source: FaultServer) -> None:
    with mapserver.serving(tmp_path / "map", {"wald": [wood()]}) as server:
        told = httpx.get(server.url + "SERVICE=WMS&REQUEST=GetCapabilities").content
        moved = told.replace(server.url.partition("?")[0].encode(), source.url("/inner").encode())
        assert moved != told
        with FaultServer(pages={"/ows": Reply(moved, 200, {"content-type": "text/xml"})}) as liar:
            with previewing(tmp_path / "r", liar.url("/")) as place:
                path = put(place, liar.url("/ows"), "WMS_SRVC")
                assert place.ask.get(f"{path}/tiles/12/2157/1381.png").status_code == 502
            assert liar.seen
    assert not source.seen


def test_no_layer_of_what_is_no_map_service(tmp_path: Path, source: FaultServer) -> None:
    with place_in(tmp_path, allowed_hosts=("127.0.0.1",)) as place:
        path = put(place, source.url("/daten.csv"), "CSV")
        assert place.ask.get(f"{path}/tiles/12/2157/1381.png").status_code == 404
        assert place.ask.get("/dataset/nichts/file/1/tiles/12/2157/1381.png").status_code == 404
    assert not source.seen


def test_the_examples_for_programs_are_files_that_show_what_they_promise(tmp_path: Path, source: FaultServer) -> None:
    body = json.dumps({"type": "FeatureCollection", "features": [wood()]}).encode()
    source.pages["/wald.geojson"] = Reply(body, 200, {"content-type": "application/geo+json"})
    with previewing(tmp_path / "r", source.url("/")) as place:
        path = put(place, source.url("/wald.geojson"), "GEOJSON")
        assert not [a for a in addresses(read(place, "/developers")) if "/file/" in a], "nothing has been shown yet"
        ready(place, path)
        examples = [a for a in addresses(read(place, "/en/developers")) if "/file/" in a]
        assert examples == [f"{path}/map.geojson"]
        assert place.ask.get(examples[0]).status_code == 200


def test_a_table_without_places_says_why_it_has_no_map(tmp_path: Path, source: FaultServer) -> None:
    source.pages["/wald.csv"] = Reply(b"Baum;Alter\nEiche;80\nBuche;90\n", 200, {"content-type": "text/csv"})
    with previewing(tmp_path / "r", source.url("/")) as place:
        path = put(place, source.url("/wald.csv"), "CSV")
        ready(place, path)
        refused = place.ask.get(f"{path}/map.geojson")
        assert refused.status_code == 404
        assert "keine Koordinaten" in refused.text
        assert "keine Tabelle" not in refused.text
        examples = [a for a in addresses(read(place, "/developers")) if "/file/" in a]
        assert examples == [f"{path}.json", f"{path}.csv"]
        assert {place.ask.get(address).status_code for address in examples} == {200}
        with served(place.app) as here:
            lines = developers.examples(here, None, developers.Shown(path, column="Alter"))
            rows = subprocess.run(["sh", "-c", lines["rows"]], capture_output=True, text=True, timeout=60, check=True)
        assert [row["Baum"] for row in json.loads(rows.stdout)["rows"]] == ["Buche", "Eiche"]
        said = lines["rows"].replace(here, place.region.base_url)
        assert said in [node.text() for node in read(place, "/developers").css("pre.command")]
