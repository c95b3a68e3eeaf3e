"""Layers of tile services in a real browser: large tiles at their own size, a still picture in its place."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from catalog.maps.tiles import Tile
from schemas.model import Distribution
from tests.catalog.builder import Stored, dataset
from tests.catalog.preview import tile_service
from tests.catalog.preview.region_of_files import end_maker, make_region
from tests.catalog.web.asking import Place
from tests.catalog.web.browsing import LIVE_MAPS, chromium
from tests.catalog.web.serving import served
from tests.faultserver import FaultServer, Reply

pytestmark = LIVE_MAPS
UTM = tile_service.matrix_set("utm", (9,), "EPSG:25832", corner="-46133.17 6301219.54")
SERVICES = {
    "gross": ("gross", tile_service.matrix_set("gross", range(9, 13), side=512)),
    "plan": ("utm", UTM),
}


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The pages of the maps of two services, by the names of their layers."""
    folder: Path = tmp_path_factory.mktemp("layers") / "r"
    with FaultServer() as source:
        template = source.url("/{TileMatrix}/{TileRow}/{TileCol}.png")
        for name, (link, matrices) in SERVICES.items():
            told = tile_service.capabilities(tile_service.layer(name, (link,), template), matrices)
            source.pages[f"/{name}.xml"] = Reply(told, 200, {"content-type": "text/xml"})
        for zoom in range(8, 12):
            middle = Tile(zoom, 1078 >> (11 - zoom), 691 >> (11 - zoom))
            for x, y in product(range(middle.x - 4, middle.x + 5), range(middle.y - 4, middle.y + 5)):
                source.pages[f"/gross:{zoom + 1}/{y}/{x}.png"] = tile_service.drawn(Tile(zoom, x, y), side=512)
        for row, column in product(range(20), range(20)):
            source.pages[f"/utm:9/{row}/{column}.png"] = tile_service.drawn(Tile(9, column, row))
        place = Place(make_region(folder, source.url("/")))
        kind = "http://publications.europa.eu/resource/authority/file-type/WMTS_SRVC"
        files = tuple(
            Distribution(iri=f"{place.region.base_url}/id/distribution/{name}", access_url=(url,), format=(kind,))
            for name in SERVICES
            for url in [source.url(f"/{name}.xml")]
        )
        place.publish(Stored("karten", dataset("Karten", "Karten der Region", distribution=files)))
        paths = {name: f"/dataset/{place.slug('karten')}/file/{number}" for number, name in enumerate(SERVICES, 1)}
        for path in paths.values():
            for _ in range(40):
                if place.ask.get(f"{path}/picture").status_code == 200:
                    break
        with served(place.app) as address:
            yield {name: f"{address}{path}?view=map" for name, path in paths.items()}
        end_maker(place.region)
        place.close()


@pytest.fixture(scope="module")
def page(addresses: dict[str, str]) -> Iterator[Page]:  # the site first: no other loop runs beside the browser's
    with chromium() as browser:
        yield browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")


def test_large_tiles_are_asked_for_one_zoom_less_and_shown_at_their_size(page: Page, addresses: dict[str, str]) -> None:
    page.goto(addresses["gross"])
    page.locator(".map-stage").scroll_into_view_if_needed()
    tile = page.locator(".map-live img.leaflet-tile").first
    tile.wait_for()
    shown = tile.bounding_box()
    assert shown is not None
    assert (shown["width"], shown["height"]) == (512, 512)
    found = re.search(r"/tiles/(\d+)/(\d+)/(\d+)\.png$", urlsplit(str(tile.get_attribute("src"))).path)
    assert found is not None
    square = Tile(*map(int, found.groups()))
    # It lies where its address says: a line of the scale is as long as so many metres of the square.
    scale = page.locator(".leaflet-control-scale-line")
    line = scale.evaluate("(element) => parseFloat(element.style.width)")
    said = scale.inner_text().split()
    metres = float(said[0]) * (1000 if said[1] == "km" else 1)
    ground = (square.metres[2] - square.metres[0]) * math.cos(math.radians(50.45))
    assert shown["width"] / ground == pytest.approx(line / metres, rel=0.02)


def test_a_layer_in_utm_is_a_still_picture_on_the_live_map(page: Page, addresses: dict[str, str]) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.goto(addresses["plan"])
    page.locator(".map-stage").scroll_into_view_if_needed()
    picture = page.locator(".map-live img.leaflet-image-layer")
    picture.wait_for()
    assert str(picture.get_attribute("src")).endswith("/picture")
    assert picture.get_attribute("alt") == ""
    assert not [path for path in asked if "/tiles/" in path]
