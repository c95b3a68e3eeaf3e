"""The answers of sensor platforms as tables that people read: a row for each sensor, with value, unit, time and place.

Context brokers and SensorThings servers wrap each value in objects; as plain JSON none of it could be read, drawn or put
on a map. What is no such answer is left alone.
"""

from __future__ import annotations

from typing import NamedTuple

from catalog.preview import broker_values, sensor_values
from catalog.preview.live_cells import NUMBERS, Found, clock, position
from schemas.tables.jsondata import Loaded, Objects
from schemas.tables.notes import note
from schemas.tables.placement import Placed, placed
from schemas.tables.positions import WGS84

NAME, MEASURED = "Name", "Gemessen"
"""The columns of what a sensor is called, and of the newest moment of its values on German clocks."""
LATITUDE, LONGITUDE = "Breitengrad", "Längengrad"
MAX_ROWS = 50_000
_OWN = frozenset({NAME, MEASURED, LATITUDE, LONGITUDE, "Art"})


class Live(NamedTuple):
    """A table of values, a feature for each row (none where no row lies anywhere), when the newest was measured.

    ``measured`` is in UTC, in ISO 8601 with seconds; empty where the answer says no time.
    """

    table: Objects
    placed: Placed | None
    measured: str


def read(loaded: Loaded) -> Live | None:
    """The table of an answer of a sensor platform; None for any other document."""
    document = loaded.document
    found = broker_values.entities(document, MAX_ROWS, _OWN) or broker_values.history(document, MAX_ROWS)
    found = found or sensor_values.readings(document, MAX_ROWS)
    return _live(found, loaded) if found is not None else None


def _live(found: Found, loaded: Loaded) -> Live:
    rows, heads = found.rows, found.heads
    keys = sorted((key for key in heads if any(row.cells.get(key) for row in rows)), key=lambda key: heads[key].group)
    columns = [(NAME, [row.cells.get("", "") for row in rows])]
    columns += [(heads[key].label, [row.cells.get(key, "") for row in rows]) for key in keys]
    # When it was measured stands behind what was measured.
    place = 1 + sum(1 for key in keys if heads[key].group == NUMBERS)
    columns.insert(place, (MEASURED, [clock(row.moment) if row.moment else "" for row in rows]))
    points = [position(row.geometry) for row in rows]
    if all(point is not None or row.geometry is None for point, row in zip(points, rows, strict=True)):
        columns.append((LATITUDE, [point[1] if point else "" for point in points]))
        columns.append((LONGITUDE, [point[0] if point else "" for point in points]))
    columns = [each for each in columns if any(each[1])]
    newest = max((row.moment for row in rows if row.moment), default=None)
    notes = (*loaded.notes, note("live-values"), *((note("first-page", count=len(rows)),) if found.more else ()))
    table = Objects(
        tuple(name for name, _ in columns),
        tuple(zip(*(cells for _, cells in columns), strict=True)),
        len(rows),
        "",
        loaded.encoding,
        False,
        None,
        notes,
    )
    lies = any(row.geometry is not None for row in rows)
    features = placed([{"geometry": row.geometry} for row in rows], WGS84) if lies else None
    return Live(table, features, newest.strftime("%Y-%m-%dT%H:%M:%SZ") if newest else "")
