"""What a map shows: every feature counted once at any zoom and in any box, bounded, single where there is room."""

from __future__ import annotations

import random
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.maps import boxes
from catalog.maps.views import Bounds, View, seen
from schemas.tables.geometry import BoundingBox
from tests.catalog.maps.test_features import circle, feature, geometries, kept, line, point, position

ROOMY = Bounds(400, 1_000_000)
zooms = st.none() | st.integers(0, 22)


def counted(view: View) -> int:
    return sum(each["properties"].get("count", 1) for each in view.features)


def ids(view: View) -> list[int]:
    return [each["id"] for each in view.features if "id" in each]


@given(st.lists(geometries, max_size=60), st.none() | st.tuples(position, position), zooms, st.integers(1, 40))
@example([point(9.5, 50.4)] * 30, None, 19, 5)
def test_every_feature_is_counted_once(shapes: list[dict[str, Any]], corners: Any, zoom: int | None, most: int) -> None:
    features = [feature(n, shape, n) for n, shape in enumerate(shapes)]
    asked = BoundingBox(*map(min, *corners), *map(max, *corners)) if corners else None
    with kept(features) as found:
        view = seen(found, found.every, asked, zoom, Bounds(most, 1_000_000))
        whole = found.read(found.every)
    there = [
        each["id"]
        for each in whole
        if view.box is None or boxes.meets(boxes.of_geometry(each["geometry"]) or BoundingBox(0, 0, 0, 0), view.box)
    ]
    assert view.matched == counted(view) == len(there)
    assert len(view.features) <= most
    assert len(set(ids(view))) == len(ids(view))
    assert set(ids(view)) <= set(there)
    assert view.gathered == any("count" in each["properties"] for each in view.features)
    if asked is not None:
        assert view.box is not None
        assert view.box == asked or zoom is not None
        assert view.box.west <= asked.west <= asked.east <= view.box.east
        assert view.box.south <= asked.south <= asked.north <= view.box.north
    if len(there) <= most:
        assert ids(view) == there


@given(st.integers(0, 20), st.lists(st.integers(0, 999), unique=True, max_size=300))
def test_only_the_chosen_are_counted(zoom: int, chosen: list[int]) -> None:
    with kept(SCATTERED) as found:
        left = found.of_rows(chosen)
        assert left is not None
        view = seen(found, left, BoundingBox(9.4, 50.3, 9.6, 50.5), zoom, Bounds(50, 100_000))
        assert view.matched == counted(view)
        assert set(ids(view)) <= set(chosen)
        everywhere = seen(found, left, None, zoom, Bounds(50, 100_000))
        assert counted(everywhere) == len(chosen)


_seed = random.Random(7)
SCATTERED = [feature(n, point(_seed.gauss(9.5, 0.1), _seed.gauss(50.4, 0.1)), n) for n in range(1_000)]


def test_closer_there_are_single_features() -> None:
    with kept(SCATTERED) as found:
        far = seen(found, found.every, None, 9, Bounds(100, 100_000))
        assert far.gathered
        assert far.closer
        largest = max(
            (each for each in far.features if "count" in each["properties"]), key=lambda e: e["properties"]["count"]
        )
        box = BoundingBox(*largest["properties"]["box"])
        near = seen(found, found.every, box, 18, Bounds(1_000, 1_000_000))
        assert not near.gathered
        assert not near.closer
        assert near.matched >= largest["properties"]["count"]


def test_the_largest_areas_are_drawn_and_the_others_counted() -> None:
    small = [feature(n, circle(9.5 + n % 40 / 2_000, 50.4 + n // 40 / 2_000, 0.0001, 6), n) for n in range(600)]
    large = [feature(1_000 + n, circle(9.5 + n / 500, 50.4, 0.004), 1_000 + n) for n in range(5)]
    ways = [feature(2_000, line((9.5, 50.4), (9.52, 50.41)), 2_000)]
    with kept([*small, *large, *ways]) as found:
        view = seen(found, found.every, None, None, Bounds(60, 20_000))
    assert {*range(1_000, 1_005), 2_000} <= set(ids(view))
    assert counted(view) == 606
    assert len(view.features) <= 60


@pytest.mark.parametrize("count", [401, 700, 1_000])
def test_of_equal_lots_all_or_none_of_a_neighbourhood_are_drawn(count: int) -> None:
    across = 40
    lots = [
        feature(n, circle(9.5 + n % across / 1_000, 50.4 + n // across / 1_500, 0.0004 * (1 + n % 7 / 50), 5), n)
        for n in range(count)
    ]
    wood = feature(5_000, circle(9.52, 50.41, 0.01), 5_000)
    with kept([*lots, wood]) as found:
        far = seen(found, found.every, None, None, ROOMY)
        near = seen(found, found.every, BoundingBox(9.5, 50.4, 9.505, 50.402), 17, ROOMY)
    assert counted(far) == count + 1
    # The wood is larger than any lot; a lot that is drawn has no other one beside it to be gathered with.
    assert 5_000 in ids(far)
    assert len(ids(far)) < 30
    assert not near.gathered
    assert len(ids(near)) > 10


def test_lines_lose_positions_until_they_fit_and_get_them_back_closer() -> None:
    lakes = [feature(n, circle(9 + n / 20, 50.4, 0.02, 2_000), n) for n in range(10)]
    with kept(lakes) as found:
        far = seen(found, found.every, None, 9, Bounds(400, 30_000))
        near = seen(found, found.every, BoundingBox(9.09, 50.39, 9.11, 50.41), 15, Bounds(400, 80_000))
    assert counted(far) == len(far.features) == 10
    assert far.closer
    assert not far.gathered
    assert len(orjson.dumps(far.features)) < 40_000
    assert ids(near) == [2]
    assert not near.closer
    assert len(near.features[0]["geometry"]["coordinates"][0]) > 1_500


def test_thousands_of_points_of_one_place_are_one_gathering() -> None:
    with kept([feature(n, point(9.5, 50.4), n) for n in range(3_000)]) as found:
        view = seen(found, found.every, BoundingBox(9.4, 50.3, 9.6, 50.5), 19, ROOMY)
    (only,) = view.features
    assert only["properties"] == {"count": 3_000, "box": [9.5, 50.4, 9.5, 50.4]}
    assert only["geometry"]["coordinates"] == [9.5, 50.4]


def test_nothing_is_nothing() -> None:
    with kept([]) as found:
        assert seen(found, found.every, None, 9, ROOMY) == View([], None, 0, gathered=False, closer=False)
