"""Boxes gathered by the cells of a grid over the earth: each in one, few enough, the same wherever one looks."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from catalog.maps.clustering import CELL, gathered, pixel, whole_cells, zoom_of
from schemas.tables.geometry import BoundingBox
from schemas.tables.positions import to_mercator

Position = tuple[float, float]
anywhere = st.tuples(st.floats(-180, 180), st.floats(-90, 90))
near = st.tuples(st.floats(9, 10), st.floats(50, 51))
zooms = st.integers(0, 22)


def edges(points: list[Position]) -> tuple[np.ndarray, ...]:
    x, y = (np.array([point[axis] for point in points], float) for axis in (0, 1))
    return x, y, x, y


@given(st.lists(anywhere | near, max_size=80), zooms, st.integers(1, 40))
def test_each_is_in_just_one_gathering_and_these_are_few(points: list[Position], zoom: int, most: int) -> None:
    found = gathered(edges(points), zoom, most)
    assert sorted(int(each) for one in found for each in one.members) == list(range(len(points)))
    assert len(found) <= most
    for one in found:
        own = [points[each] for each in one.members]
        assert one.box == (
            *(min(point[axis] for point in own) for axis in (0, 1)),
            *(max(point[axis] for point in own) for axis in (0, 1)),
        )
        assert one.box.west - 1e-9 <= one.longitude <= one.box.east + 1e-9
        assert one.box.south - 1e-9 <= one.latitude <= one.box.north + 1e-9


@given(st.lists(near, min_size=1, max_size=60), zooms)
def test_a_gathering_is_no_wider_than_a_cell(points: list[Position], zoom: int) -> None:
    for one in gathered(edges(points), zoom, len(points)):
        (left, bottom), (right, top) = to_mercator(*one.box[:2]), to_mercator(*one.box[2:])
        assert max(right - left, top - bottom) <= CELL * pixel(zoom) * (1 + 1e-9)


@given(st.lists(near, max_size=60), near, near, zooms)
def test_a_gathering_is_the_same_wherever_one_looks(
    points: list[Position], one: Position, other: Position, zoom: int
) -> None:
    asked = BoundingBox(*map(min, one, other), *map(max, one, other))
    box = whole_cells(asked, zoom)
    inside = [point for point in points if box.west <= point[0] <= box.east and box.south <= point[1] <= box.north]
    whole = {frozenset(points[each] for each in found.members) for found in gathered(edges(points), zoom, 100)}
    seen = {frozenset(inside[each] for each in found.members) for found in gathered(edges(inside), zoom, 100)}
    middle = [cell for cell in seen if all(_strictly(box, point) for point in cell)]
    assert set(middle) <= whole


def _strictly(box: BoundingBox, point: Position) -> bool:
    """Not on the very edge, where rounding decides to which cell a point belongs."""
    near_edge = 1e-9
    return (
        box.west + near_edge < point[0] < box.east - near_edge
        and box.south + near_edge < point[1] < box.north - near_edge
    )


@given(near, near, zooms)
def test_whole_cells_hold_the_box_and_little_more(one: Position, other: Position, zoom: int) -> None:
    asked = BoundingBox(*map(min, one, other), *map(max, one, other))
    box = whole_cells(asked, zoom)
    assert box.west <= asked.west <= asked.east <= box.east
    assert box.south <= asked.south <= asked.north <= box.north
    side = CELL * pixel(zoom) * (1 + 1e-9)
    for corner, own in ((box[:2], asked[:2]), (box[2:], asked[2:])):
        far, at = to_mercator(*corner), to_mercator(*own)
        assert max(abs(far[0] - at[0]), abs(far[1] - at[1])) <= side


def test_places_on_the_edges_of_the_earth_are_gathered_too() -> None:
    points = [(-180.0, -90.0), (180.0, 90.0), (180.0, -90.0), (0.0, 0.0)]
    assert sum(len(one.members) for one in gathered(edges(points), 0, 1)) == 4
    assert sum(len(one.members) for one in gathered(edges(points), 22, 4)) == 4
    assert gathered(edges([]), 3, 10) == []


def test_a_box_fills_its_drawing() -> None:
    box = BoundingBox(9.5, 50.3, 9.7, 50.5)
    (left, bottom), (right, top) = to_mercator(9.5, 50.3), to_mercator(9.7, 50.5)
    zoom = zoom_of(box, 720, 720)
    assert abs(max(right - left, top - bottom) / pixel(zoom) - 720) < 1e-6
    assert zoom_of(BoundingBox(9.5, 50.3, 9.5, 50.3), 720, 720) == 22
    assert zoom_of(BoundingBox(-180, -90, 180, 90), 1, 1) == 0
