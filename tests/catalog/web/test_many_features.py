"""A cadastre of thousands: its page, and the address that gives what lies in a view; of files that are read as in earnest."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from httpx import Response

from catalog.web import previewed
from schemas.kinds import Literal
from tests.catalog.builder import Stored, dataset
from tests.catalog.preview.region_of_files import end_maker, make_region
from tests.catalog.web.asking import Place
from tests.catalog.web.pages_reading import file, first, read, words

COUNT = 6_000
ART = ("Linde", "Eiche", "Ahorn", "Buche")
VIEW_BYTES = 200_000


def _places() -> list[tuple[float, float]]:
    chance = random.Random(11)
    return [(round(chance.gauss(9.55, 0.03), 6), round(chance.gauss(50.42, 0.02), 6)) for _ in range(COUNT)]


PLACES = _places()


def trees() -> bytes:
    lines = ["Baumnummer;Art;Längengrad;Breitengrad;Bemerkung"]
    lines += [
        f"{n};{ART[n % 4]};{x:.6f};{y:.6f}".replace(".", ",") + f";{'lang ' * 20}{n}" for n, (x, y) in enumerate(PLACES)
    ]
    return "\n".join(lines).encode()


def parcels() -> bytes:
    """Lots side by side, and a large one with a long outline around them."""

    def lot(n: int) -> dict[str, Any]:
        x, y = 9.5 + n % 60 * 0.0006, 50.4 + n // 60 * 0.0004
        ring = [[x, y], [x + 0.0005, y], [x + 0.0005, y + 0.0003], [x, y + 0.0003], [x, y]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        return {"type": "Feature", "properties": {"Flurstück": f"{n}/1", "Flur": n % 7}, "geometry": geometry}

    turns = [2 * math.pi * n / 30_000 for n in range(30_000)]
    ring = [[9.518 + 0.03 * math.cos(turn), 50.41 + 0.02 * math.sin(turn)] for turn in turns]
    around = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    whole = {"type": "Feature", "properties": {"Flurstück": "Gemarkung", "Flur": 99}, "geometry": around}
    return json.dumps({"type": "FeatureCollection", "features": [*map(lot, range(3_000)), whole]}).encode()


FILES = {"baeume.csv": trees(), "flurstuecke.geojson": parcels()}


class Site(NamedTuple):
    """A place with one dataset, whose files have many features."""

    place: Place
    slug: str

    def path(self, name: str) -> str:
        return f"/dataset/{self.slug}/file/{[*FILES].index(name) + 1}"

    def ask(self, name: str, query: str = "", **headers: str) -> Response:
        return self.place.ask.get(f"{self.path(name)}/map.geojson?{query}", **headers)

    def view(self, name: str, query: str = "") -> dict[str, Any]:
        answer = self.ask(name, query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        assert found["numberReturned"] == len(found["features"])
        assert counted(found) == found["numberMatched"]
        return found


def counted(found: dict[str, Any]) -> int:
    return sum(each["properties"].get("count", 1) for each in found["features"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("cadastre") / "r"
    region = make_region(folder)
    for name, content in FILES.items():
        (folder / "files" / name).write_bytes(content)
    place = Place(region)
    patience, previewed.PATIENCE = previewed.PATIENCE, 300.0
    try:
        base = f"{region.base_url}/files/ordner/"
        files = tuple(
            file(n, title=(Literal(name, "de"),), access_url=(base + name,), download_url=(base + name,))
            for n, name in enumerate(FILES, 1)
        )
        place.publish(Stored("kataster", dataset("Kataster", "Alles", distribution=files), source_key="ordner"))
        made = Site(place, place.slug("kataster", "ordner"))
        for name in FILES:
            read(place, made.path(name))
        yield made
    finally:
        previewed.PATIENCE = patience
        place.close()
        end_maker(region)


def test_a_view_counts_everything_that_lies_in_it(site: Site) -> None:
    for zoom in range(8, 20):
        found = site.view("baeume.csv", f"bbox=9.54,50.41,9.56,50.43&zoom={zoom}")
        west, south, east, north = found["bbox"]
        assert west <= 9.54 < 9.56 <= east
        assert south <= 50.41 < 50.43 <= north
        there = sum(1 for x, y in PLACES if west <= x <= east and south <= y <= north)
        assert found["numberMatched"] == there
        assert len(found["features"]) <= 400
        assert len(site.ask("baeume.csv", f"bbox=9.54,50.41,9.56,50.43&zoom={zoom}").content) < VIEW_BYTES
    whole = site.view("baeume.csv")
    assert (whole["numberMatched"], whole["gathered"], "bbox" in whole) == (COUNT, True, False)


def test_closer_each_is_itself_with_the_cells_of_its_row(site: Site) -> None:
    x, y = PLACES[5_432]
    found = site.view("baeume.csv", f"bbox={x - 0.001:.6f},{y - 0.001:.6f},{x + 0.001:.6f},{y + 0.001:.6f}&zoom=17")
    assert not found["gathered"]
    assert not found["closer"]
    (tree,) = (each for each in found["features"] if each["properties"].get("row") == 5_432)
    assert tree["geometry"]["coordinates"] == [x, y]
    assert tree["properties"]["Art"] == ART[5_432 % 4]  # far beyond the first rows


def test_each_of_more_than_a_thousand_features_has_the_cells_of_its_row(site: Site) -> None:
    found = site.view("baeume.csv", "Art=Linde")
    assert len(found["features"]) == COUNT // len(ART)
    assert {each["properties"].get("Art") for each in found["features"]} == {"Linde"}


def test_without_a_zoom_a_box_is_what_was_asked_for(site: Site) -> None:
    x, y = PLACES[17]
    at = site.view("baeume.csv", f"bbox={x},{y},{x},{y}")
    assert at["bbox"] == [x, y, x, y]
    assert 17 in [each["properties"].get("row") for each in at["features"]]
    beside = site.view("baeume.csv", f"bbox={x + 0.000001:.6f},{y},{x + 0.000001:.6f},{y}")
    assert 17 not in [each["properties"].get("row") for each in beside["features"]]


def test_filters_hold_in_every_view(site: Site) -> None:
    for query in ("", "&zoom=9", "&zoom=12", "&zoom=15&bbox=9.5,50.4,9.6,50.45"):
        found = site.view("baeume.csv", f"Art=Linde{query}")
        west, south, east, north = found.get("bbox", (-180, -90, 180, 90))
        linden = [n for n, (x, y) in enumerate(PLACES) if n % 4 == 0 and west <= x <= east and south <= y <= north]
        assert found["numberMatched"] == len(linden)
        assert {each["properties"]["row"] for each in found["features"] if "row" in each["properties"]} <= set(linden)
    assert site.view("baeume.csv", "Art=Palme&zoom=9")["features"] == []


@pytest.mark.parametrize("zoom", ["-1", "23", "9.5", "x", "٣", "1e1"])
def test_a_wrong_zoom_is_refused(site: Site, zoom: str) -> None:
    answer = site.ask("baeume.csv", f"zoom={quote(zoom)}")
    assert answer.status_code == 400
    assert "zoom" in answer.text


def test_a_view_that_has_not_changed_is_not_sent_again(site: Site) -> None:
    query = "bbox=9.5,50.4,9.6,50.45&zoom=13"
    first_ = site.ask("baeume.csv", query)
    again = site.ask("baeume.csv", query, if_none_match=first_.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    other = site.ask("baeume.csv", query.replace("13", "14"), if_none_match=first_.headers["etag"])
    assert other.status_code == 200


def test_areas_are_drawn_as_far_as_there_is_room(site: Site) -> None:
    far = site.view("flurstuecke.geojson", "zoom=13")
    drawn = [each for each in far["features"] if each["geometry"]["type"] == "Polygon"]
    assert [each["properties"]["name"] for each in drawn] == ["Gemarkung"]
    assert (far["numberMatched"], far["gathered"], far["closer"]) == (3_001, True, True)
    assert len(site.ask("flurstuecke.geojson", "zoom=13").content) < VIEW_BYTES
    near = site.view("flurstuecke.geojson", "bbox=9.51,50.405,9.512,50.406&zoom=18")
    assert not near["gathered"]
    lots = [each for each in near["features"] if each["properties"].get("Flur") != "99"]
    assert len(lots) > 10
    assert all(len(each["geometry"]["coordinates"][0]) == 5 for each in lots)


def test_the_page_draws_and_lists_within_its_budget(site: Site) -> None:
    for name, total in (("baeume.csv", "6.000"), ("flurstuecke.geojson", "3.001")):
        page = read(site.place, f"{site.path(name)}?view=map")
        said = words(first(page, "figure.map figcaption"))
        assert said.startswith(f"Die Karte zeigt {total} Objekte. Was nah beieinander liegt")
        assert "nicht gezeichnet" not in said
        assert len(page.css(".map-list li")) == 20
        for kind in ("wide", "narrow"):
            group = f".map-drawing.{kind} .map-features"
            shown = len(page.css(f"{group} circle")) + len(page.css(f"{group} path"))
            numbers = [int(words(each).replace(".", "")) for each in page.css(f"{group} text")]
            assert shown - len(numbers) + sum(numbers) == int(total.replace(".", ""))
        assert len(site.place.ask.get(f"{site.path(name)}?view=map").text) < 120_000
