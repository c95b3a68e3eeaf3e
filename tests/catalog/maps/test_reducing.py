"""Features made few enough: sizes hold, shapes stay within what is seen, points stay spread over their place."""

from __future__ import annotations

import math
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from catalog.maps import boxes
from catalog.maps.reducing import MOST_BYTES, reduced, simplified


def feature(kind: str, coordinates: Any, n: int = 0) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": n,
        "properties": {"name": f"Nr. {n}", "row": n},
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def circle(vertices: int, radius: float = 0.1) -> list[list[float]]:
    turns = [2 * math.pi * n / vertices for n in range(vertices)]
    ring = [[9.5 + radius * math.cos(turn), 50.4 + radius * math.sin(turn)] for turn in turns]
    return [*ring, ring[0]]


def aside(position: list[float], line: list[list[float]]) -> float:
    """How far a position is from a line."""
    return min(_to_edge(position, line[n], line[n + 1]) for n in range(len(line) - 1))


def _to_edge(position: list[float], start: list[float], end: list[float]) -> float:
    across, up = end[0] - start[0], end[1] - start[1]
    length = across**2 + up**2
    along = ((position[0] - start[0]) * across + (position[1] - start[1]) * up) / length if length else 0.0
    along = max(0.0, min(1.0, along))
    return math.hypot(position[0] - start[0] - along * across, position[1] - start[1] - along * up)


def test_what_fits_stays_as_it_is() -> None:
    given_ = [feature("Point", [9.5, 50.4], 1), feature("Polygon", [circle(60)], 2)]
    found = reduced(given_)
    assert (found.simplified, found.left_out) == (False, 0)
    assert [each["id"] for each in found.features] == [1, 2]
    assert len(found.features[1]["geometry"]["coordinates"][0]) == 61


def test_lines_lose_what_nobody_sees() -> None:
    outline = circle(20_000)
    found = simplified({"type": "Polygon", "coordinates": [outline]}, 400)["coordinates"][0]
    assert 20 < len(found) <= 400
    assert found[0] == found[-1]
    assert max(aside(position, found) for position in outline[::97]) < 0.2 / 400  # under two pixels of 720


def test_points_that_are_too_many_stay_spread_over_their_place() -> None:
    dense = [feature("Point", [9.5 + n * 1e-7, 50.4], n) for n in range(5_000)]
    alone = [feature("Point", [9.0, 50.0], 9_001), feature("Point", [10.0, 51.0], 9_002)]
    found = reduced([*dense, *alone], most=100)
    assert len(found.features) == 100
    assert found.left_out == 4_902
    assert {9_001, 9_002} <= {each["id"] for each in found.features}


def test_a_size_is_never_exceeded() -> None:
    long = [
        feature("LineString", [[9 + 0.5 * math.sin(i * n), 50 + 0.5 * math.cos(i)] for i in range(400)], n)
        for n in range(60)
    ]
    points = [feature("Point", [9 + n / 7_000, 50], n) for n in range(3_000)]
    found = reduced([*long, *points], most_bytes=120_000)
    lines = [each for each in found.features if each["geometry"]["type"] == "LineString"]
    assert 60_000 < len(orjson.dumps(lines)) <= 120_000
    assert found.simplified
    assert len(found.features) - len(lines) == len(points)  # of points there is nothing to leave out


def test_what_the_whole_map_shows_is_kept_more_roughly_too() -> None:
    found = reduced([feature("Polygon", [circle(20_000)], 1), feature("Point", [9.5, 50.4], 2)])
    assert not found.simplified
    assert list(found.rough) == [0]
    outline, rough = circle(20_000), found.rough[0]["geometry"]["coordinates"][0]
    assert len(found.features[0]["geometry"]["coordinates"][0]) == 20_001
    assert 50 < len(rough) < 1_000
    assert max(aside(position, rough) for position in outline[::97]) < 0.2 / 2_000


def test_a_feature_that_crosses_its_place_again_and_again_is_still_drawn() -> None:
    wild = [[9.5 + math.sin(n * 1.7) / 2, 50.4 + math.sin(n * 2.9) / 2] for n in range(30_000)]
    found = reduced([feature("LineString", wild)], most_bytes=100_000)
    assert len(found.features) == 1
    assert len(orjson.dumps(found.features)) <= 100_000


position = st.tuples(st.floats(5, 16), st.floats(47, 56)).map(list)


@given(st.lists(position, min_size=2, max_size=60), st.integers(2, 30))
def test_no_line_is_lost(line: list[list[float]], most: int) -> None:
    found = simplified({"type": "LineString", "coordinates": line}, most)["coordinates"]
    assert found[0] == [round(each, 6) for each in line[0]]
    assert found[-1] == [round(each, 6) for each in line[-1]]


@given(st.lists(position, min_size=3, max_size=40), st.integers(4, 30))
def test_no_area_is_lost(ring: list[list[float]], most: int) -> None:
    closed = [*ring, ring[0]]
    for geometry in ({"type": "Polygon", "coordinates": [closed]}, {"type": "MultiPolygon", "coordinates": [[closed]]}):
        found = simplified(geometry, most)
        assert boxes.of_geometry(found) is not None
        outer = found["coordinates"][0] if found["type"] == "Polygon" else found["coordinates"][0][0]
        assert len(outer) >= 4
        assert outer[0] == outer[-1]


def test_nothing_is_nothing() -> None:
    assert reduced([{"type": "Feature", "geometry": None, "properties": {}}]).features == ()
    assert reduced([], MOST_BYTES) == ((), False, 0, 0, {})
