"""Too many points become gatherings that stand for all of them, where they lie."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from catalog.maps import boxes
from catalog.maps.clustering import gathered, within
from schemas.tables.geometry import BoundingBox


def point(x: float, y: float) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"name": "x"}, "geometry": {"type": "Point", "coordinates": [x, y]}}


def line(x: float, y: float) -> dict[str, Any]:
    geometry = {"type": "LineString", "coordinates": [[x, y], [x + 0.01, y + 0.01]]}
    return {"type": "Feature", "properties": {}, "geometry": geometry}


position = st.tuples(st.floats(5, 16), st.floats(47, 56))


@given(st.lists(position, max_size=80), st.lists(position, max_size=30), st.integers(1, 40))
def test_nothing_is_lost_and_nothing_is_too_much(
    points: list[tuple[float, float]], lines: list[tuple[float, float]], most: int
) -> None:
    features = [*(point(*each) for each in points), *(line(*each) for each in lines)]
    found = gathered(features, most)
    assert len(found) <= max(most, 1)
    assert sum(each["properties"].get("count", 1) for each in found) == len(features)
    for each in found:
        if "count" in each["properties"]:
            box = BoundingBox(*each["properties"]["box"])
            own = boxes.of_geometry(each["geometry"])
            assert own is not None
            assert boxes.meets(boxes.grown(box, 0), own)


def test_few_stay_as_they_are() -> None:
    features = [point(9.5, 50.4), line(9.6, 50.4)]
    assert gathered(features, 2) == features
    assert gathered([], 2) == []


def test_what_is_in_sight() -> None:
    near, far, crossing = point(9.5, 50.4), point(10.5, 50.4), line(9.595, 50.395)
    assert within([near, far, crossing], BoundingBox(9.4, 50.3, 9.6, 50.5)) == [near, crossing]
