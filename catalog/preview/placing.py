"""The features that a map draws: of a layer, or of a table with coordinates in its columns; each named by its row."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import orjson

from catalog.delivery.wkt import geojson_of
from catalog.preview.contents import Content
from catalog.preview.labelling import LONGEST, labels
from schemas.tables import Column, Table, coordinates
from schemas.tables.geometry import crs_of_wkt
from schemas.tables.placement import Feature, placed
from schemas.tables.positions import WGS84
from schemas.tables.types import SHARE, in_germany, is_missing, number_of

MAX_FEATURES = 100_000
_LONGEST_SHAPE = 1_000_000
_PAIRS = (("longitude", "latitude", WGS84), ("easting", "northing", ""))


def features(content: Content, table: Table | None) -> list[Feature]:
    """The features with a geometry, in degrees; ``id`` and ``row`` are the number of the table's row, from 0."""
    found = content.placed.features[:MAX_FEATURES] if content.placed is not None else _of_columns(table)
    label = labels(table) if table is not None else None
    rows = table.rows if table is not None else ()
    drawn: list[Feature] = []
    for number, feature in enumerate(found):
        if feature["geometry"] is None:
            continue
        name = label(rows[number]) if label is not None and number < len(rows) else ""
        properties: dict[str, Any] = {"name": name[:LONGEST]}
        if number < len(rows):
            properties["row"] = number
        drawn.append({"type": "Feature", "id": number, "geometry": feature["geometry"], "properties": properties})
    return drawn + list(content.lines)


def _of_columns(table: Table | None) -> Sequence[Feature]:
    if table is None:
        return ()
    rows = table.rows[:MAX_FEATURES]
    totals = frozenset(table.sum_rows)
    by_type: dict[str, int] = {column.type: index for index, column in reversed(list(enumerate(table.columns)))}
    if "wkt" in by_type:
        place = by_type["wkt"]
        crs = next((code for row in rows[:100] if (code := crs_of_wkt(row[place]))), "")
        return placed([{"geometry": geojson_of(row[place]) if row[place] else None} for row in rows], crs).features
    for x, y, crs in _PAIRS:
        if x in by_type and y in by_type:
            east, north = by_type[x], by_type[y]
            points = [
                {"geometry": _point(table.columns[east], row[east], table.columns[north], row[north])}
                if number not in totals
                else {"geometry": None}
                for number, row in enumerate(rows)
            ]
            return placed(points, crs).features
    return _of_cells(rows, totals)


def _of_cells(rows: Sequence[Sequence[str]], totals: Collection[int]) -> Sequence[Feature]:
    """The features of the first column whose cells hold both coordinates of a point, or a geometry: as GeoJSON, in digits."""
    for place in range(len(rows[0]) if rows else 0):
        first = next((cell for row in rows if not is_missing(cell := row[place].strip())), "")
        read = next((each for each in (_pair, _shape, coordinates.extended_wkb) if first and each(first)), None)
        if read is None:
            continue
        cells = [
            "" if number in totals or is_missing(row[place]) else row[place].strip() for number, row in enumerate(rows)
        ]
        found = [read(cell) if cell else None for cell in cells]
        if sum(map(bool, found)) >= SHARE * sum(map(bool, cells)):
            crs = next((code for each in found if each and (code := each[1])), "")
            return placed([{"geometry": each[0] if each else None} for each in found], crs).features
    return ()


def _shape(cell: str) -> tuple[dict[str, Any], str] | None:
    if cell[:1] != "{" or '"coordinates"' not in cell or len(cell) > _LONGEST_SHAPE:
        return None
    try:
        found = orjson.loads(cell)
    except orjson.JSONDecodeError:
        return None
    is_one = (
        isinstance(found, dict) and isinstance(found.get("type"), str) and isinstance(found.get("coordinates"), list)
    )
    return (found, "") if is_one else None


def _pair(cell: str) -> tuple[dict[str, Any], str] | None:
    point = coordinates.point(cell)
    return (point, WGS84) if point is not None else None


def _point(x: Column, east: str, y: Column, north: str) -> dict[str, Any] | None:
    """A point of two cells; none where a slip of the pen would put it into the sea."""
    first, second = number_of(x, east), number_of(y, north)
    if first is None or second is None or not (in_germany(x, first) and in_germany(y, second)):
        return None
    return {"type": "Point", "coordinates": [first, second]}
