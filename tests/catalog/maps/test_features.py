"""Features of a map kept on disk: what was written is read, by number, row and box, with few and with all positions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.maps import boxes, reducing
from catalog.maps.features import Features, Written, opened, written
from schemas.tables.geometry import BoundingBox


def feature(number: int, geometry: dict[str, Any], row: int | None = None) -> dict[str, Any]:
    properties: dict[str, Any] = {"name": f"Nr. {number} Süd"}
    if row is not None:
        properties["row"] = row
    return {"type": "Feature", "id": number, "geometry": geometry, "properties": properties}


def point(x: float, y: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [x, y]}


def line(*positions: tuple[float, float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": [list(each) for each in positions]}


def circle(x: float, y: float, radius: float = 0.01, count: int = 200) -> dict[str, Any]:
    turns = [2 * math.pi * n / count for n in range(count)]
    ring = [[round(x + radius * math.cos(turn), 6), round(y + radius * math.sin(turn), 6)] for turn in turns]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def as_kept(features: list[dict[str, Any]]) -> Written:
    """Features as previews keep them."""
    reduced = reducing.reduced(features)
    return written(reduced.features, [boxes.of_geometry(each["geometry"]) for each in reduced.features], reduced.rough)


@contextmanager
def kept(features: list[dict[str, Any]]) -> Iterator[Features]:
    """The same, opened."""
    found = as_kept(features)
    with TemporaryDirectory() as folder:
        geojson, index = Path(folder) / "map.json", Path(folder) / "map.index"
        geojson.write_bytes(found.geojson)
        index.write_bytes(found.directory)
        with opened(geojson, index) as features_:
            yield features_


position = st.tuples(st.floats(5, 16), st.floats(47, 56))
geometries = st.one_of(
    position.map(lambda each: point(*each)),
    st.lists(position, min_size=2, max_size=20).map(lambda each: line(*each)),
    position.map(lambda each: circle(*each)),
)


@given(st.lists(geometries, max_size=30), position, position)
def test_what_was_written_is_read(shapes: list[dict[str, Any]], one: Any, other: Any) -> None:
    features = [feature(n, shape, n if n % 3 else None) for n, shape in enumerate(shapes)]
    whole = list(reducing.reduced(features).features)
    box = BoundingBox(*map(min, one, other), *map(max, one, other))
    with kept(features) as found:
        assert len(found) == len(found.every) == len(features)
        assert found.read(found.every) == whole
        meeting = [n for n, each in enumerate(whole) if boxes.meets(_box(each), box)]
        assert found.meeting(found.every, box).tolist() == meeting
        assert found.box(found.every) == boxes.of_features(whole)
        for n, each in enumerate(found.read(found.every, set(range(len(features))))):
            assert each["properties"] == whole[n]["properties"]
            assert len(orjson.dumps(each)) == found.sizes(np.array([n]), rough=True)[0]


def _box(each: dict[str, Any]) -> BoundingBox:
    found = boxes.of_geometry(each["geometry"])
    assert found is not None
    return found


def test_edges_of_a_box_belong_to_it() -> None:
    with kept([feature(0, point(9.5, 50.4))]) as found:
        for box in ((9.5, 50, 10, 51), (9, 50, 9.5, 51), (9, 50.4, 10, 51), (9, 50, 10, 50.4), (9.5, 50.4, 9.5, 50.4)):
            assert len(found.meeting(found.every, BoundingBox(*box))) == 1
        for box in ((9.500001, 50, 10, 51), (9, 50, 9.499999, 51), (9, 50.400001, 10, 51), (9, 50, 10, 50.399999)):
            assert len(found.meeting(found.every, BoundingBox(*box))) == 0


def test_features_of_rows() -> None:
    features = [feature(n, point(9 + n / 100, 50), n * 2 if n != 3 else None) for n in range(6)]
    with kept(features) as found:
        rows = found.of_rows({0, 4, 6, 5, -1, 10, 999_999_999})
        assert rows is not None
        assert rows.tolist() == [0, 2, 5]  # the one without a row is of none; nobody has row 5
        nothing = found.of_rows(())
        assert nothing is not None
        assert nothing.tolist() == []
    with kept([feature(0, point(9, 50)), feature(1, point(9, 51))]) as found:
        assert found.of_rows({0}) is None


def test_what_the_whole_map_cannot_show_is_kept_beside_what_it_can() -> None:
    features = [feature(n, circle(9 + n, 50 + n), n) for n in range(4)]
    with kept(features) as found:
        fine, rough = found.sizes(found.every, rough=False), found.sizes(found.every, rough=True)
        assert (rough * 3 < fine).all()
        (drawn,) = found.read([2], {2})
        (exact,) = found.read([2])
        assert exact["geometry"] == features[2]["geometry"]
        assert 4 <= len(drawn["geometry"]["coordinates"][0]) < 100


def test_a_map_is_geojson() -> None:
    features = [feature(0, point(9, 50)), feature(1, circle(9.2, 50))]
    document = orjson.loads(as_kept(features).geojson)
    assert document["type"] == "FeatureCollection"
    assert document["features"] == list(reducing.reduced(features).features)
    assert orjson.loads(as_kept([]).geojson)["features"] == []


def test_a_damaged_index_is_no_map(tmp_path: Path) -> None:
    (tmp_path / "map.json").write_bytes(b"{}")
    (tmp_path / "map.index").write_bytes(b"x" * 100)
    with pytest.raises(ValueError, match="buffer size"), opened(tmp_path / "map.json", tmp_path / "map.index"):
        pass
