"""All features of a GeoPackage's first layer: attributes as text, geometries as GeoJSON (OGC 12-128r18, 2.1)."""

from __future__ import annotations

import sqlite3

from schemas.tables.geofiles import opened_geopackage
from schemas.tables.jsondata import clean
from schemas.tables.notes import Note, note, refusal
from schemas.tables.placemarks import Features, Geometry
from schemas.tables.wkb import from_geopackage

_STEPS = 50_000_000  # of SQLite's machine: some seconds, enough for 100,000 features
_MAX_COLUMNS = 500


def read_features(data: bytes, limit: int, wanted: str = "") -> tuple[Features, tuple[tuple[str, str], ...], str]:
    """The features of a layer, at most ``limit``; name and title of all layers; the name of the one that was read.

    ``wanted`` names the layer, else the first is read. Raises `TableError` (`unreadable`, `no-table`, `archive-too-large`).
    """
    with opened_geopackage(data, _STEPS) as connection:
        # A view could compute anything; only tables are read.
        layers = tuple(
            (str(name), str(title or name))
            for name, title in connection.execute(
                "SELECT c.table_name, c.identifier FROM gpkg_contents c JOIN sqlite_master m ON m.name = c.table_name "
                "WHERE m.type = 'table' AND c.data_type IN ('features', 'attributes') "
                "ORDER BY c.data_type <> 'features', c.table_name LIMIT 100"
            )
        )
        if not layers:
            raise refusal("no-table")
        chosen, title = next((each for each in layers if each[0] == wanted), layers[0])
        found = _layer(connection, chosen, title if title != chosen else "", limit)
    if len(layers) > 1 and not wanted:
        found = found._replace(notes=(note("several-layers", count=len(layers), name=chosen), *found.notes))
    return found, layers, chosen


def _layer(connection: sqlite3.Connection, table: str, title: str, limit: int) -> Features:
    quoted = _quoted(table)
    column, srs = connection.execute(
        "SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE table_name = ?", (table,)
    ).fetchone() or ("", 0)
    fields = [str(field[1]) for field in connection.execute(f"PRAGMA table_info({quoted})").fetchall()]
    names = tuple(name for name in fields if name != column)[:_MAX_COLUMNS]
    if not fields:
        raise refusal("no-table")
    total = int(connection.execute(f"SELECT count(*) FROM {quoted}").fetchone()[0])
    selected = ", ".join([_quoted(str(column)) if column in fields else "NULL", *map(_quoted, names)])
    rows: list[tuple[str, ...]] = []
    geometries: list[Geometry | None] = []
    for shape, *values in connection.execute(f"SELECT {selected} FROM {quoted} LIMIT ?", (limit,)):
        geometries.append(from_geopackage(shape) if isinstance(shape, bytes) else None)
        rows.append(tuple(map(_cell, values)))
    notes: tuple[Note, ...] = ()
    return Features(names, tuple(rows), tuple(geometries), total, _system(connection, srs), title, "utf-8", notes)


def _system(connection: sqlite3.Connection, srs: object) -> str:
    """The code of a reference system: the file's own number need not be EPSG's (OGC 12-128r18, 1.1.2)."""
    found = connection.execute(
        "SELECT organization, organization_coordsys_id FROM gpkg_spatial_ref_sys WHERE srs_id = ?", (srs,)
    ).fetchone()
    if found and isinstance(found[1], int) and found[1] > 0:
        return f"{str(found[0]).upper()[:10]}:{found[1]}"
    return ""


def _cell(value: object) -> str:
    if value is None or isinstance(value, bytes):
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return clean(str(value))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
