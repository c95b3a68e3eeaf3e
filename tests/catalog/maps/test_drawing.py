"""The drawing of a map: well-formed, within its frame, true to scale, and text of strangers is text."""

from __future__ import annotations

import math
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.maps import boxes
from catalog.maps.drawing import Ground, Words, drawings, length_of
from catalog.maps.outlines import Outline
from schemas.region import Municipality
from schemas.tables.geometry import BoundingBox

SVG = "{http://www.w3.org/2000/svg}"
BOX = BoundingBox(9.5, 50.35, 9.7, 50.5)
WORDS = Words()


def feature(kind: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


def drawn(ground: Ground, words: Words = WORDS) -> list[ElementTree.Element]:
    text = str(drawings(ground, words, "karte")).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    return list(ElementTree.fromstring(f"<div>{text}</div>"))


def place(name: str = "Gemeinde Neuhof", **more: Any) -> Outline:
    municipality = Municipality(id="neuhof", name=name, ags="06631018", ars="066310018018")
    return Outline(municipality, more.get("geometry"), more.get("box", BOX))


def test_both_drawings_are_named_and_described() -> None:
    for svg, width in zip(drawn(Ground(BOX)), ("720", "340"), strict=True):
        assert svg.get("role") == "img"
        assert (svg.get("viewBox") or "").split()[2] == width
        # The page says what is drawn, where words can say which language they are of.
        assert (svg.get("aria-labelledby"), svg.get("aria-describedby")) == ("karte-title", "karte-said")
        assert not svg.findall(f"{SVG}title") + svg.findall(f"{SVG}desc")
        assert "style" not in {name for each in svg.iter() for name in each.keys()}  # noqa: SIM118


def test_every_kind_of_feature_is_drawn_areas_under_points() -> None:
    ring = [[9.55, 50.4], [9.6, 50.4], [9.6, 50.45], [9.55, 50.4]]
    features = [
        feature("Point", [9.6, 50.4]),
        feature("MultiPoint", [[9.6, 50.4], [9.61, 50.41]]),
        feature("LineString", [[9.55, 50.4], [9.6, 50.45]]),
        feature("MultiPolygon", [[ring]]),
        {
            "type": "Feature",
            "properties": {},
            "geometry": {"type": "GeometryCollection", "geometries": [{"type": "Polygon", "coordinates": [ring]}]},
        },
    ]
    group = next(each for each in drawn(Ground(BOX, {"wide": features}))[0] if each.get("class") == "map-features")
    said = [each.tag.removeprefix(SVG) + (f" {each.get('class')}" if each.get("class") else "") for each in group]
    assert said == ["path area", "path area", "path line", "circle", "circle", "circle"]


def test_a_gathering_says_how_many_it_stands_for() -> None:
    one = feature("Point", [9.5, 50.425])
    many = {**feature("Point", [9.6, 50.425]), "properties": {"count": 12_345, "box": [9.6, 50.4, 9.6, 50.4]}}
    few = {**many, "properties": {"count": 2, "box": [9.6, 50.4, 9.6, 50.4]}}
    single, gathering, other, label, small = next(
        each for each in drawn(Ground(BOX, {"wide": [one, many, few]}))[0] if each.get("class") == "map-features"
    )
    # Labels lie above all circles.
    assert [each.tag for each in (single, gathering, other)] == [f"{SVG}circle"] * 3
    assert (label.text, small.text) == ("12.345", "2")
    assert (label.get("x"), gathering.tag) == (gathering.get("cx"), f"{SVG}circle")
    assert float(gathering.get("r") or 0) > 2 * float(single.get("r") or 0)
    assert not list(drawn(Ground(BOX, {"wide": [one]}))[1].iter(f"{SVG}circle"))


def test_the_scale_is_true_in_the_middle_of_the_map() -> None:
    svg = drawn(Ground(BOX, {"wide": [feature("Point", [9.5, 50.425]), feature("Point", [9.7, 50.425])]}))[0]
    dots = [float(each.get("cx") or 0) for each in svg.iter(f"{SVG}circle")]
    metres_a_pixel = length_of(BOX) / (dots[1] - dots[0])
    scale = next(each for each in svg if each.get("class") == "map-scale")
    bar = re.search(r"h([\d.]+)", scale[0].get("d") or "")
    assert bar is not None
    assert scale[1].text == "2 km"
    assert float(bar[1]) * metres_a_pixel == pytest.approx(2_000, rel=0.005)


def test_degrees_stand_where_no_outline_tells_the_place() -> None:
    alone = drawn(Ground(BOX))[0]
    labels = [each.text for each in alone.iter(f"{SVG}text")]
    assert "9,6° O" in labels
    assert "50,4° N" in labels
    ring = [[9.5, 50.35], [9.7, 50.35], [9.7, 50.5], [9.5, 50.35]]
    outlined = place(geometry={"type": "MultiPolygon", "coordinates": [[ring]]})
    told = drawn(Ground(BOX, places=[outlined], labels={"neuhof": "Neu<hof"}))[0]
    assert next(each.text for each in told.iter(f"{SVG}text")) == "Neu<hof"
    assert not any(each.get("class") == "map-degrees" for each in told)


def test_a_place_of_which_only_the_box_is_known_is_drawn_as_rough() -> None:
    svg = drawn(Ground(BOX, places=[place()]))[0]
    assert next(each.get("class") for each in svg.iter(f"{SVG}path")) == "rough"


longitude, latitude = st.floats(-179, 179), st.floats(-84, 84)


@given(st.lists(st.tuples(longitude, latitude), min_size=1, max_size=20), st.booleans())
def test_everything_lies_within_the_frame_anywhere_on_earth(found: list[tuple[float, float]], outlined: bool) -> None:
    features = [feature("Point", [x, y]) for x, y in found]
    box = boxes.of_features(features)
    assert box is not None
    places = [place(box=boxes.grown(box, 0))] if outlined else []
    for svg in drawn(
        Ground(boxes.grown(box, 0.05), dict.fromkeys(("wide", "narrow"), features), places, labels={"neuhof": "Neuhof"})
    ):
        width, height = (float(each) for each in (svg.get("viewBox") or "").split()[2:])
        for dot in svg.iter(f"{SVG}circle"):
            assert 0 <= float(dot.get("cx") or -1) <= width
            assert 0 <= float(dot.get("cy") or -1) <= height
        for label in svg.iter(f"{SVG}text"):
            half = len(label.text or "") * 7.6 / 2 if label.get("class") != "side" else 0
            assert half - 8 <= float(label.get("x") or -1) <= width - half + 8
            assert 8 <= float(label.get("y") or -1) <= height
        assert math.isfinite(height)


def group(svg: ElementTree.Element, name: str) -> ElementTree.Element:
    return next(each for each in svg if each.get("class") == name)


def of(id_: str, name: str, box: BoundingBox) -> Outline:
    return Outline(Municipality(id=id_, name=name, ags="06631018", ars="066310018018"), None, box)


@pytest.mark.parametrize("which", [0, 1], ids=["wide", "narrow"])
def test_names_stand_in_what_is_seen_of_their_places_and_never_on_the_scale(which: int) -> None:
    places = [
        of("mitte", "Mitte", BOX),
        of("west", "Westen", BoundingBox(9.1, 50.3, 9.5, 50.5)),  # its middle lies outside of the map
        of("fern", "Fern", BoundingBox(8.1, 50.0, 8.6, 50.1)),  # nothing of it is seen
        of("ecke", "Ecke", BoundingBox(9.4, 50.3, 9.58, 50.37)),  # where the scale is
    ]
    labels = {each.municipality.id: each.municipality.name for each in places}
    svg = drawn(Ground(BOX, places=places, labels=labels))[which]
    said = {str(each.text): each for each in group(svg, "map-places").iter(f"{SVG}text")}
    assert "Fern" not in said
    assert "Westen" not in said or which == 0  # too little of it is seen for its name
    assert "Mitte" in said
    width, height = map(float, (svg.get("viewBox") or "").split()[2:])
    scale = float(re.findall(r"h([\d.]+)", group(svg, "map-scale")[0].get("d") or "")[0])
    for name, each in said.items():
        half, x, y = len(name) * 3.8, float(each.get("x") or 0), float(each.get("y") or 0)
        assert half <= x <= width - half
        assert 14 <= y <= height - 7
        assert y <= height - 36 or x - half > 12 + scale


def test_the_place_that_a_map_is_about_is_marked_above_its_neighbours() -> None:
    places = [of("mitte", "Mitte", BOX), of("west", "Westen", BoundingBox(9.1, 50.3, 9.5, 50.5))]
    kinds = [each.get("class") for each in group(drawn(Ground(BOX, places=places, about="mitte"))[0], "map-places")]
    assert kinds == ["rough", "rough own"]
    kinds = [each.get("class") for each in group(drawn(Ground(BOX, places=places))[0], "map-places")]
    assert kinds == ["rough", "rough"]
