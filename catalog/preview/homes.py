"""The columns that say where something lies: in a list of private persons, where they live (F75)."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice

from schemas.tables import NUMBERS, Column, PersonalHint, Table
from schemas.tables.types import is_missing
from schemas.tables.words import AXES, LATITUDES, LONGITUDES, words

_TYPES = frozenset(("latitude", "longitude", "easting", "northing", "wkt"))
_NAMES = """
    koordinate koordinaten coordinate coordinates geokoordinate geokoordinaten koord coords lage geometrie geometry geom
    geojson wkt wkb shape geo geopoint geopunkt geoshape punkt location latlon latlng lonlat utm rechtswert hochwert
    ostwert nordwert easting northing xkoordinate ykoordinate pluscode what3words
"""
_CALLED = LATITUDES | LONGITUDES | frozenset(_NAMES.split())
_VALUES = 200
_SHARE = 0.5
_LONGEST = 2_000
# Two numbers with the decimals of a place, a pair of metres, degrees and minutes, a geometry in words or
# digits: also within an address of a map.
_PLACE = re.compile(
    r"\d{1,3}[.,]\d{4,15}\D{1,12}\d{1,3}[.,]\d{4,15}"
    r"|\b\d{6,8}(?:[.,]\d{1,10})?\D{1,8}\d{7}(?!\d)"
    r"|\d{1,3}\s?°\s?\d"
    r'|"coordinates"'
    r"|\b0[01](?:0[1-7]0000|000000[01])[0-9A-Fa-f]{20}"
)


def places(table: Table) -> tuple[PersonalHint, ...]:
    """A hint for each column with coordinates or geometries, by its type, its name, or what stands in it."""
    found: list[PersonalHint] = []
    for index, column in enumerate(table.columns):
        cells = Counter(row[index] for row in table.rows if not is_missing(row[index]))
        if cells and (_is_named(column) or _is_place(cells)):
            found.append(PersonalHint(column.name, "place", sum(cells.values())))
    return tuple(found)


def _is_named(column: Column) -> bool:
    said = words(column.name)
    numeric = column.type in NUMBERS or column.type == "key"
    return column.type in _TYPES or not said.isdisjoint(_CALLED) or (numeric and not said.isdisjoint(AXES))


def _is_place(cells: Counter[str]) -> bool:
    looked = list(islice(cells, _VALUES))
    return sum(1 for cell in looked if _PLACE.search(cell[:_LONGEST])) >= _SHARE * len(looked)
