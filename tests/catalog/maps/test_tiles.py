"""Which tiles a box lies in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from catalog.maps import boxes, tiles
from schemas.tables.geometry import BoundingBox


def test_the_highest_zoom_at_which_a_box_has_few_tiles() -> None:
    box = BoundingBox(9.5, 50.35, 9.7, 50.5)
    squares = tiles.over(box, range(20), 3)
    assert [[each[:] for each in row] for row in squares] == [
        [(12, x, y) for x in (2156, 2157, 2158)] for y in (1380, 1381, 1382)
    ]
    assert tiles.over(box, (5, 9), 3) == [[tiles.Tile(9, 269, 172)]]
    assert tiles.over(box, (), 3) == []


def test_where_even_the_lowest_zoom_has_too_many_the_middle_is_shown() -> None:
    squares = tiles.over(BoundingBox(5.0, 47.0, 15.0, 55.0), (14,), 2)
    assert (len(squares), {len(row) for row in squares}) == (2, {2})
    middle = boxes.around(each.box for row in squares for each in row)
    assert middle is not None
    assert middle.west < 10.0 < middle.east
    assert middle.south < 51.18 < middle.north  # the middle of the map, not of the degrees


_LONGITUDES, _LATITUDES = st.floats(-180, 180), st.floats(-90, 90)


@given(_LONGITUDES, _LATITUDES, _LONGITUDES, _LATITUDES, st.integers(0, 20))
def test_a_box_lies_in_its_tiles_wherever_it_is(one: float, two: float, three: float, four: float, zoom: int) -> None:
    box = BoundingBox(min(one, three), min(two, four), max(one, three), max(two, four))
    squares = tiles.over(box, range(zoom + 1), 3)
    found = boxes.around(each.box for row in squares for each in row)
    assert found is not None
    assert 1 <= len(squares) <= 3
    assert 1 <= len(squares[0]) <= 3
    assert all(0 <= each.x < 2**each.z and 0 <= each.y < 2**each.z for row in squares for each in row)
    assert found.west <= box.west + 1e-9
    assert found.east >= box.east - 1e-9
    assert found.north >= min(box.north, 85.0) - 1e-9
    assert found.south <= max(box.south, -85.0) + 1e-9
