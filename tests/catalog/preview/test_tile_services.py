"""Layers of a WMTS: which web maps can show, how their tiles are asked for, the picture of a layer; and why there is none."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pyproj
import pytest
from PIL import Image, ImageDraw

from catalog.maps import boxes, tiles
from catalog.maps.tiles import Tile
from catalog.preview import contents, measured_tiles, tile_services
from catalog.preview.fetching import Fetched, NotFetched
from catalog.preview.model import Tiling, Wanted
from catalog.preview.pictures import Mosaic
from catalog.preview.services import from_service
from catalog.preview.tile_services import Grid, Tiled
from schemas.region import HarvestSource, Region
from schemas.tables.geometry import BoundingBox
from schemas.tables.positions import to_mercator
from tests.catalog.builder import region_in
from tests.catalog.preview.tile_service import CORNER, capabilities, colour, drawn, layer, matrix_set
from tests.faultserver import FaultServer, Reply

NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
URL = "https://karten.example/WMTSCapabilities.xml"
WEB = matrix_set("web", range(6, 13))
REST = "https://karten.example/{Style}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}.png"
ASKED = (
    "SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=grau&STYLE=hell&TILEMATRIXSET=web&FORMAT=image/png"
    "&TILEMATRIX=web:12&TILEROW=1381&TILECOL=2157"
)
HERE = Tile(12, 2157, 1381)


def read(*parts: str, tiles_at: str = "") -> Tiled:
    return tile_services.read(capabilities(*parts, tiles_at=tiles_at), URL)


def test_only_matrices_of_web_maps_are_taken() -> None:
    sets = (
        matrix_set("utm", range(6, 13), "urn:ogc:def:crs:EPSG::25832"),
        matrix_set("riesig", range(6, 13), side=1024),
        matrix_set("gross", range(6, 13), side=512),  # no more zooms than those of 256 pixels
        matrix_set("ecke", range(6, 13), corner="1000000 7000000"),
        matrix_set("kurz", range(10, 12), "EPSG:3857"),
        matrix_set("halb", (6.5, 7.5), "EPSG:900913"),
        WEB,
    )
    told = read(
        layer("grau", ("utm", "riesig", "gross", "ecke", "halb", "kurz", "web"), REST),
        layer("utm", ("utm",), REST),
        *sets,
    )
    assert list(told.grids) == ["grau"]
    assert told.grids["grau"].matrices == {zoom: f"web:{zoom}" for zoom in range(6, 13)}
    assert told.grids["grau"].side == 256
    assert [each.name for each in told.capabilities.layers] == ["grau", "utm"]


def test_a_zoom_of_large_tiles_is_the_ground_that_they_cover() -> None:
    grid = read(layer("grau", ("gross",), REST), matrix_set("gross", range(6, 13), side=512)).grids["grau"]
    assert (grid.side, grid.matrices) == (512, {zoom - 1: f"gross:{zoom}" for zoom in range(6, 13)})


@pytest.mark.parametrize(
    "crs",
    [
        "urn:ogc:def:crs:EPSG:6.18:3:3857",
        "urn:ogc:def:crs:EPSG:6.18.3:3857",
        "urn:ogc:def:crs:EPSG::3857",
        "urn:ogc:def:crs:EPSG::900913",
        "http://www.opengis.net/def/crs/EPSG/0/3857",
        "http://www.opengis.net/def/crs/EPSG/0/900913",
        "EPSG:3785",
        "ESRI:102100",
    ],
)
@pytest.mark.parametrize("corner", [CORNER, " ".join(reversed(CORNER.split())), "-2.0037508E7 2.0037508E7"])
def test_web_mercator_has_many_names(crs: str, corner: str) -> None:
    own = matrix_set("eigen", range(3, 20, 2), crs, corner=corner)
    grid = read(layer("grau", ("eigen",), REST), own).grids["grau"]
    assert list(grid.matrices) == list(range(3, 20, 2))


@pytest.mark.parametrize("wrong", ["0", "-1", "1e300", "1e-320", "nan", "inf", "viele", ""])
@pytest.mark.parametrize(
    "name", ["ScaleDenominator", "TopLeftCorner", "TileWidth", "TileHeight", "MatrixWidth", "MatrixHeight"]
)
def test_matrices_with_odd_numbers_are_passed_over_or_reach_nowhere(name: str, wrong: str) -> None:
    for crs in ("EPSG:3857", "EPSG:25832"):
        said = matrix_set("odd", (9,), crs)
        before, _, after = said.partition(f"<{name}>")
        odd = f"{before}<{name}>{f'{wrong} {wrong}' if name == 'TopLeftCorner' else wrong}</{name}>{after.partition('>')[2]}"
        told = read(layer("grau", ("odd",), REST), odd)
        for measured in told.measured.values():
            found = measured_tiles.over(BoundingBox(9.4, 50.3, 9.8, 50.6), measured.crs, measured.matrices, 3)
            assert found is None or len(found.places) <= 3
        assert tile_services.address(told, Wanted(URL, "x", "WMTS"), HERE) is None


def test_a_known_scale_set_says_what_an_odd_name_does_not() -> None:
    odd = matrix_set("eigen", range(3), "urn:karten:eigenes")
    assert not read(layer("grau", ("eigen",), REST), odd).grids
    known = "<WellKnownScaleSet>urn:ogc:def:wkss:OGC:1.0:GoogleMapsCompatible</WellKnownScaleSet><TileMatrix>"
    assert read(layer("grau", ("eigen",), REST), odd.replace("<TileMatrix>", known, 1)).grids


@pytest.mark.parametrize(
    ("template", "more", "kvp", "expected"),
    [
        (REST, "", "", "https://karten.example/hell/web/web:12/1381/2157.png"),
        (
            "https://t.karten.example/{style}/{Time}/{TILEMATRIX}/{tilerow}/{TileCol}.png",
            "<Dimension><ows:Identifier>Time</ows:Identifier><Default>2024/1</Default></Dimension>",
            "",
            "https://t.karten.example/hell/2024%2F1/web:12/1381/2157.png",
        ),
        ("http://karten.example/{TileMatrix}/{TileRow}/{TileCol}", "", "", "https://karten.example/web:12/1381/2157"),
        # What cannot be filled in, or not be reached, is asked for by parameters, or not at all.
        ("https://karten.example/{Key}/{TileMatrix}/{TileRow}/{TileCol}.png", "", "", None),
        ("https://karten.example/{TileMatrix}/karte.png", "", "", None),
        ("file:///etc/{TileMatrix}/{TileRow}/{TileCol}.png", "", "", None),
        ("http://geo-intern/{TileMatrix}/{TileRow}/{TileCol}.png", "", "", None),
        ("", "", "", None),
        (
            "http://geo-intern/{TileMatrix}/{TileRow}/{TileCol}.png",
            "",
            "https://karten.example/ows?map=x",
            f"https://karten.example/ows?map=x&{ASKED}",
        ),
    ],
)
def test_how_a_tile_is_asked_for(template: str, more: str, kvp: str, expected: str | None) -> None:
    told = read(layer("grau", ("web",), template, more), WEB, tiles_at=kvp)
    found = tile_services.address(told, Wanted(URL, "x", "WMTS"), HERE)
    assert found == expected


def test_a_tile_that_the_layer_does_not_have_is_not_asked_for() -> None:
    told = read(layer("grau", ("web",), REST), layer("bunt", ("web",), REST), WEB)
    wanted = Wanted(URL, "x", "WMTS", "bunt")
    assert tile_services.address(told, wanted, HERE) is not None
    assert tile_services.address(told, wanted, Tile(13, 4314, 2762)) is None  # it has no such zoom
    assert tile_services.address(told, wanted, Tile(12, 2300, 1381)) is None  # it does not reach as far
    assert tile_services.address(told, Wanted(URL, "x", "WMTS", "ns:bunt"), HERE) is None
    assert tile_services.address(told, Wanted(URL, "x", "WMTS", "../grau"), HERE) is None
    assert tile_services.address(told, Wanted(URL, "x", "WMTS", called="Karte in Bunt"), HERE) is not None
    assert tile_services.address(told, Wanted(URL, "x", "WMTS", called="Luftbild"), HERE) is None


# ------------------------------------------------------------------------------------------------------- the picture


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


def shown(folder: Path, server: FaultServer, name: str = "", service: str = "WMTS", called: str = "") -> Fetched:
    address = server.url("/WMTSCapabilities.xml")
    source = HarvestSource(id="x", key="x", title="X", municipality="neuhof", url=server.url("/"))
    region: Region = region_in(folder).model_copy(update={"allowed_hosts": ("127.0.0.1",), "sources": (source,)})
    found = asyncio.run(from_service(region, Wanted(address, "x", service, name, called=called), NOW))
    assert found is not None
    return found


def serve(server: FaultServer, *parts: str) -> None:
    server.pages["/WMTSCapabilities.xml"] = Reply(capabilities(*parts), 200, {"content-type": "text/xml"})


def test_a_picture_is_made_of_tiles_side_by_side(tmp_path: Path, server: FaultServer) -> None:
    template = server.url("/{TileMatrix}/{TileRow}/{TileCol}.png")
    serve(server, layer("grau", ("web",), template), layer("bunt", ("web",), template), WEB)
    wanted = boxes.grown(BoundingBox(9.4, 50.3, 9.8, 50.6), 0.02)
    squares = tiles.over(wanted, range(6, 13), tile_services.ACROSS)
    assert (len(squares), len(squares[0])) == (3, 3)
    left_out = squares[1][1]
    for tile in (tile for row in squares for tile in row if tile != left_out):
        server.pages[f"/web:{tile.z}/{tile.y}/{tile.x}.png"] = drawn(tile)
    with pytest.raises(NotFetched) as refused:
        shown(tmp_path, server, called="Luftbild")
    assert (refused.value.reason.code, len(refused.value.layers)) == ("which-layer", 2)
    found = shown(tmp_path, server, called="Karte in Bunt")
    assert found.source.name == "bunt.png"
    assert (found.layer, found.layers) == ("bunt", (("grau", "Karte grau"), ("bunt", "Karte bunt")))
    assert found.extent == pytest.approx(wanted)  # what lies beside it in the tiles is cut off
    assert found.mosaic is not None
    cut = contents.read_mosaic(found.body, found.mosaic)
    assert cut.picture is not None
    degrees = squares[2][2].box.east - squares[0][0].box.west
    assert cut.picture.width == pytest.approx(768 * (wanted.east - wanted.west) / degrees, abs=1)
    with Image.open(io.BytesIO(cut.image)) as picture:
        assert picture.convert("RGBA").getpixel((0, 0)) == (*colour(squares[0][0]), 255)
    made = contents.read_mosaic(found.body, found.mosaic._replace(shown=(0, 0, 1, 1)))
    assert (made.kind, made.picture and made.picture[:3]) == ("image", ("image/png", 768, 768))
    with Image.open(io.BytesIO(made.image)) as picture:
        for row, tiles_of_row in enumerate(squares):
            for column, tile in enumerate(tiles_of_row):
                pixel = picture.convert("RGBA").getpixel((column * 256 + 128, row * 256 + 128))
                assert pixel == ((0, 0, 0, 0) if tile == left_out else (*colour(tile), 255))


def test_tiles_in_utm_become_a_picture_that_lies_right_on_the_map(tmp_path: Path, server: FaultServer) -> None:
    pixel, left, top = 100.0, 500_000.0, 5_700_000.0
    turn = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:25832", always_xy=True)
    spots = [(9.45, 50.32), (9.75, 50.57), (9.6, 50.45), (9.42, 50.58), (9.78, 50.31)]
    matrices = "".join(
        f"<TileMatrix><ows:Identifier>{name}</ows:Identifier><ScaleDenominator>{size / 0.00028}</ScaleDenominator>"
        f"<TopLeftCorner>{left} {top}</TopLeftCorner><TileWidth>256</TileWidth><TileHeight>256</TileHeight>"
        "<MatrixWidth>40</MatrixWidth><MatrixHeight>40</MatrixHeight></TileMatrix>"
        for name, size in (("grob", 400.0), ("mittel", pixel), ("fein", 5.0))
    )
    told = "<ows:Identifier>utm</ows:Identifier><ows:SupportedCRS>urn:ogc:def:crs:EPSG::25832</ows:SupportedCRS>"
    template = server.url("/{TileMatrix}/{TileRow}/{TileCol}.png")
    serve(server, layer("grau", ("utm",), template), f"<TileMatrixSet>{told}{matrices}</TileMatrixSet>")
    for row, column in product(range(10), range(10)):
        tile = Image.new("RGB", (256, 256), (0, 0, 200))
        for spot in spots:
            east, north = turn.transform(*spot)
            x, y = (east - left) / pixel - column * 256, (top - north) / pixel - row * 256
            ImageDraw.Draw(tile).ellipse((x - 8, y - 8, x + 8, y + 8), (255, 0, 0))
        out = io.BytesIO()
        tile.save(out, "PNG")
        server.pages[f"/mittel/{row}/{column}.png"] = Reply(out.getvalue(), 200, {"content-type": "image/png"})
    found = shown(tmp_path, server)
    assert found.tiling == Tiling(0)
    assert found.extent == pytest.approx(boxes.grown(BoundingBox(9.4, 50.3, 9.8, 50.6), 0.02))
    assert found.mosaic is not None
    assert found.extent is not None
    made = contents.read_mosaic(found.body, found.mosaic)
    with Image.open(io.BytesIO(made.image)) as opened:
        picture = opened.convert("RGB")
        red: Any = picture.getchannel("R")
        west, south, east, north = (
            *to_mercator(found.extent.west, found.extent.south),
            *to_mercator(found.extent.east, found.extent.north),
        )
        assert picture.width / picture.height == pytest.approx((east - west) / (north - south), rel=0.01)
        for spot in spots:
            x, y = to_mercator(*spot)
            at = (x - west) / (east - west) * picture.width, (north - y) / (north - south) * picture.height
            reds = [
                (column, row)
                for row, column in product(
                    range(int(at[1]) - 20, int(at[1]) + 20), range(int(at[0]) - 20, int(at[0]) + 20)
                )
                if 0 <= column < picture.width and 0 <= row < picture.height
                if red.getpixel((column, row)) > 128
            ]
            middle = [sum(place[axis] for place in reds) / len(reds) + 0.5 for axis in (0, 1)]
            assert middle == pytest.approx(at, abs=2.0)  # a pixel of the tiles is 1.8 of the picture


def test_why_there_is_no_picture(tmp_path: Path, server: FaultServer) -> None:
    def reason(service: str = "WMTS", name: str = "") -> str:
        with pytest.raises(NotFetched) as refused:
            shown(tmp_path / str(len(server.seen)), server, name, service)
        return refused.value.reason.code

    assert reason("WCS") == "coverage"
    assert not server.seen
    serve(server, layer("grau", ("gk",), REST), matrix_set("gk", range(6, 13), "EPSG:31467"))
    assert reason() == "no-tiles"
    # So fine that the region would be too many tiles.
    serve(server, layer("grau", ("utm",), REST), matrix_set("utm", (20,), "EPSG:25832"))
    assert reason() == "no-tiles"
    serve(server, layer("grau", ("web",), server.url("/{TileMatrix}/{TileRow}/{TileCol}.png")), WEB)
    assert reason() == "no-layer"  # none of its tiles is there
    assert reason(name="rot") == "no-layer"
    serve(server)
    assert reason() == "no-layer"
    server.pages["/WMTSCapabilities.xml"] = Reply(b"<html>Anmeldung</html>", 200, {"content-type": "text/html"})
    assert reason() == "no-service"


def test_tiles_of_another_inner_host_are_not_asked_for(tmp_path: Path, server: FaultServer) -> None:
    with FaultServer() as inner:
        serve(server, layer("grau", ("web",), inner.url("/{TileMatrix}/{TileRow}/{TileCol}.png")), WEB)
        with pytest.raises(NotFetched) as refused:
            shown(tmp_path, server)
        assert not inner.seen
    assert refused.value.reason.code == "no-tiles"


def test_whatever_a_tile_is_the_picture_has_its_size() -> None:
    good = drawn(HERE, "JPEG").body
    bomb, other = drawn(HERE, side=2_000).body, drawn(HERE, side=300).body
    parts = [good, b"\x89PNG\r\n\x1a\nkaputt", bomb, other, b"", good]
    made = contents.read_mosaic(b"".join(parts), Mosaic(3, tuple(map(len, parts))))
    assert made.picture is not None
    assert made.picture[:3] == ("image/png", 768, 512)
    full = contents.read_mosaic(good * 2, Mosaic(2, (len(good),) * 2))
    assert full.picture is not None
    assert full.picture[:3] == ("image/jpeg", 512, 256)
    nothing = contents.read_mosaic(b"kaputt", Mosaic(1, (6,)))
    assert nothing.reason is not None
    assert nothing.reason.code == "unreadable"


def test_grids_name_matrices_by_zoom() -> None:
    grid = Grid("https://x.example/{TileMatrix}/{TileCol}/{TileRow}", {12: "a/b"})
    told = Tiled(read(layer("grau", ("web",), REST), WEB).capabilities, {"grau": grid})
    found = tile_services.address(told, Wanted(URL, "x", "WMTS"), HERE)
    assert found == "https://x.example/a%2Fb/2157/1381"
