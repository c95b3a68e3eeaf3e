"""Where municipalities lie: by their file, else by their box; a file that is wrong is told and never stops a page."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from catalog.maps.outlines import frame, outlines
from schemas.map_settings import MapSettings
from schemas.region import Municipality, Region
from schemas.tables.geometry import BoundingBox
from tests.catalog.builder import region_in

SQUARE = [[9.6, 50.4], [9.7, 50.4], [9.7, 50.5], [9.6, 50.5], [9.6, 50.4]]


def region(folder: Path, *municipalities: Municipality, **changes: Any) -> Region:
    return region_in(folder).model_copy(update={"municipalities": municipalities, **changes})


def place(number: int = 1, **more: Any) -> Municipality:
    return Municipality(id=f"ort{number}", name=f"Gemeinde {number}", ags="06631018", ars="066310018018", **more)


def write(folder: Path, *rings: Any, name: str = "ort.geojson", **more: Any) -> None:
    folder.mkdir(exist_ok=True)
    document = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [*rings]}, **more}
    (folder / name).write_text(json.dumps(document), encoding="utf-8")


def test_the_outline_of_a_file(tmp_path: Path) -> None:
    found = region(tmp_path, place(outline="ort.geojson"))
    write(tmp_path, SQUARE)
    (outline,) = outlines(found).places
    assert outline.geometry == {"type": "MultiPolygon", "coordinates": [[SQUARE]]}
    assert outline.box == frame(found) == BoundingBox(9.6, 50.4, 9.7, 50.5)


def test_a_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    found = region(tmp_path, place(outline="ort.geojson"))
    write(tmp_path, SQUARE)
    assert outlines(found).box == BoundingBox(9.6, 50.4, 9.7, 50.5)
    write(tmp_path, [[x + 1, y] for x, y in SQUARE])
    os.utime(tmp_path / "ort.geojson", ns=(1, 1))
    assert outlines(found).box == BoundingBox(10.6, 50.4, 10.7, 50.5)


def test_a_box_stands_in_for_an_outline_and_nothing_is_made_up(tmp_path: Path) -> None:
    found = outlines(region(tmp_path, place(1, bbox=[9.6, 50.4, 9.7, 50.5]), place(2)))
    (only,) = found.places
    assert (only.municipality.id, only.geometry) == ("ort1", None)
    assert not found.faults


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file or directory"),
        ("{", "damaged"),
        ('{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [9, 50]}}', "no polygon"),
    ],
)
def test_a_wrong_file_is_told_and_the_box_stands_in(tmp_path: Path, content: str | None, reason: str) -> None:
    folder = tmp_path / "region"
    folder.mkdir()
    found = region(folder, place(outline="ort.geojson", bbox=[9.6, 50.4, 9.7, 50.5]))
    if content is not None:
        (folder / "ort.geojson").write_text(content, encoding="utf-8")
    places = outlines(found)
    assert [each.geometry for each in places.places] == [None]
    ((municipality, fault),) = places.faults
    assert municipality == "ort1"
    assert reason in fault


def test_no_file_outside_the_folder_is_read(tmp_path: Path) -> None:
    write(tmp_path, SQUARE, name="secret.geojson")
    folder = tmp_path / "region"
    found = region(folder, place(1, outline="a/../../secret.geojson"), place(2, outline="link.geojson"))
    (folder / "a").mkdir(parents=True)
    (folder / "link.geojson").symlink_to(tmp_path / "secret.geojson")
    assert not outlines(found).places
    assert all("not in the region's folder" in fault for _, fault in outlines(found).faults)


def test_the_box_that_is_set_for_the_region_comes_first(tmp_path: Path) -> None:
    settings = MapSettings(bbox=BoundingBox(9.0, 50.0, 10.0, 51.0))
    assert frame(region(tmp_path, place(bbox=[9.6, 50.4, 9.7, 50.5]), map=settings)) == (9.0, 50.0, 10.0, 51.0)
    assert frame(region(tmp_path, place())) is None
