"""Zipped shapefiles and GeoPackages by what their headers say, with a small reader of our own: box, fields, features."""

from __future__ import annotations

import re
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from schemas.tables.archives import Archive
from schemas.tables.decoding import decode
from schemas.tables.geometry import Bounds, Extent
from schemas.tables.notes import Note, note, refusal
from schemas.tables.types import Column, ColumnType

MAX_GPKG = 100_000_000
_STEPS = 2_000_000  # of SQLite's machine, about 0.1 s
_SHAPES = {0: "", 1: "Point", 3: "LineString", 5: "Polygon", 8: "MultiPoint", 31: "MultiPatch"}
_DBF_TYPES: dict[str, ColumnType] = {
    "D": "date",
    "L": "boolean",
    "F": "number",
    "B": "number",
    "O": "number",
    "I": "integer",
}
CODE_PAGES = {
    0x01: "cp437",
    0x02: "cp850",
    0x03: "cp1252",
    0x57: "cp1252",
    0x4D: "cp936",
    0x64: "cp852",
    0xC8: "cp1250",
}
_CRS_NAME = re.compile(
    r'^\s{0,10}(?:PROJCS|GEOGCS|PROJCRS|GEOGCRS|GEODCRS|COMPD_CS)\s{0,3}\[\s{0,3}"([^"]{1,200})"', re.I
)


class Layer(NamedTuple):
    """A layer of features: title, fields, place, number of features."""

    title: str
    columns: tuple[Column, ...]
    extent: Extent | None
    features: int
    notes: tuple[Note, ...]


def read_shapefile(archive: Archive) -> Layer:
    """The first shapefile of an archive, by the headers of .shp, .shx and .dbf and by its .prj (ESRI white paper J-7855).

    Raises `TableError` (`unreadable`) if there is none or its header is not one.
    """
    by_name = {name.casefold(): name for name in archive.names}
    shapes = sorted(name for name in by_name if name.endswith(".shp"))
    if not shapes:
        raise refusal("unreadable")
    stem = shapes[0].removesuffix(".shp")
    notes: list[Note] = []
    if len(shapes) > 1:
        notes.append(note("several-layers", count=len(shapes), name=stem.rpartition("/")[2]))
    head = archive.read(by_name[shapes[0]], 100)
    if len(head) < 100 or struct.unpack_from(">i", head)[0] != 9994:
        raise refusal("unreadable")
    (shape,) = struct.unpack_from("<i", head, 32)
    bounds = Bounds()
    bounds.add_box(*struct.unpack_from("<4d", head, 36))
    crs = ""
    if prj := by_name.get(f"{stem}.prj"):
        crs = crs_of_prj(decode(archive.read(prj, 10_000)).text)
    box, located = bounds.located(crs)
    notes.extend(located)
    columns: tuple[Column, ...] = ()
    features = 0
    if dbf := by_name.get(f"{stem}.dbf"):
        page = archive.read(by_name[f"{stem}.cpg"], 40) if f"{stem}.cpg" in by_name else b""
        features, columns = read_dbf_head(archive.read(dbf, 200_000), page.decode("ascii", "ignore").strip())
    if shx := by_name.get(f"{stem}.shx"):
        features = max(0, (archive.size(shx) - 100) // 8)
    kind = _SHAPES.get(shape % 10 if shape < 30 else shape, "")
    extent = Extent(box, (kind,) if kind else (), features, crs, tuple(located))
    return Layer("", columns, extent, features, tuple(notes))


def crs_of_prj(text: str) -> str:
    """The CRS of a .prj: its code if it ends in one, else its name; zones of ETRS89 and WGS 84 are known by name."""
    found = _CRS_NAME.search(text)
    name = found.group(1) if found else text[:60]
    codes = re.findall(
        r'(?:AUTHORITY|ID)\s{0,3}\[\s{0,3}"EPSG"\s{0,3},\s{0,3}"?(\d{4,6})"?\s{0,3}\]\s{0,3}\]\s{0,3}$', text.strip()
    )
    if codes:
        return f"EPSG:{codes[-1]}"
    return f"{'PROJCS ' if 'PROJC' in text[:40] else ''}{name}"


def read_dbf_head(head: bytes, code_page: str = "") -> tuple[int, tuple[Column, ...]]:
    """Number of records and the fields of a dBASE table, by its header; raises `TableError` if it is none."""
    if len(head) < 33:
        raise refusal("unreadable")
    count, size = struct.unpack_from("<IH", head, 4)
    declared = code_page if not code_page.isdigit() else f"cp{code_page}"
    charset = declared or CODE_PAGES.get(head[29])
    columns = []
    for offset in range(32, min(size, len(head)) - 31, 32):
        if head[offset] == 0x0D:
            break
        raw = head[offset : offset + 11].split(b"\0")[0]
        letter, decimals = chr(head[offset + 11]), head[offset + 17]
        kind: ColumnType = _DBF_TYPES.get(letter, "text")
        if letter == "N":
            kind = "number" if decimals else "integer"
        columns.append(Column(decode(raw, charset).text.strip(), kind, count=count))
    return count, tuple(columns)


def read_geopackage(data: bytes) -> Layer:
    """The first layer of a GeoPackage by its `gpkg_contents` (OGC 12-128r18, 1.1.3), read in memory and bounded in steps.

    Raises `TableError`: `unreadable` for what is no GeoPackage or takes too long, `archive-too-large` beyond 100 MB.
    """
    with opened_geopackage(data, _STEPS) as connection:
        return _layer(connection)


@contextmanager
def opened_geopackage(data: bytes, steps: int) -> Iterator[sqlite3.Connection]:
    """A GeoPackage in memory, for reading, ended after so many steps of SQLite's machine. Raises `TableError`."""
    if len(data) > MAX_GPKG:
        raise refusal("archive-too-large", megabytes=MAX_GPKG // 1_000_000)
    # A database in WAL mode cannot be opened from memory; what is in the file is the state before its log.
    plain = data[:18] + b"\x01\x01" + data[20:]
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(plain)
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA query_only=ON")
        connection.set_progress_handler(lambda: 1, steps)
        yield connection
    except (sqlite3.Error, ValueError, TypeError, OverflowError, MemoryError) as error:
        raise refusal("unreadable") from error
    finally:
        connection.close()


def _layer(connection: sqlite3.Connection) -> Layer:
    # A view of this name could compute anything; only a table is read.
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name='gpkg_contents' AND type='table'").fetchone():
        raise refusal("unreadable")
    layers = connection.execute(
        "SELECT table_name, data_type, identifier, min_x, min_y, max_x, max_y, srs_id FROM gpkg_contents "
        "ORDER BY data_type <> 'features', table_name LIMIT 1000"
    ).fetchall()
    if not layers:
        return Layer("", (), None, 0, ())
    table, _, identifier, *box, srs = layers[0]
    notes: list[Note] = []
    if len(layers) > 1:
        notes.append(note("several-layers", count=len(layers), name=str(table)))
    quoted = '"' + str(table).replace('"', '""') + '"'
    fields = connection.execute(f"PRAGMA table_info({quoted})").fetchall()
    geometry = connection.execute(
        "SELECT column_name, geometry_type_name FROM gpkg_geometry_columns WHERE table_name = ?", (table,)
    ).fetchone() or ("", "")
    features = 0
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = ? AND type = 'table'", (table,)).fetchone():
        features = int(connection.execute(f"SELECT count(*) FROM {quoted}").fetchone()[0])
    columns = tuple(
        Column(str(field[1]), _sql_type(str(field[2])), count=features) for field in fields if field[1] != geometry[0]
    )
    extent: Extent | None = None
    if all(isinstance(value, (int, float)) for value in box):
        bounds = Bounds()
        bounds.add_box(*map(float, box))
        crs = f"EPSG:{srs}" if isinstance(srs, int) and srs > 0 else ""
        place, located = bounds.located(crs)
        notes.extend(located)
        extent = Extent(place, (str(geometry[1]).title(),) if geometry[1] else (), features, crs, tuple(located))
    title = str(identifier) if identifier and identifier != table else ""
    return Layer(title, columns, extent, features, tuple(notes))


def _sql_type(declared: str) -> ColumnType:
    name = declared.upper().partition("(")[0].strip()
    if name == "BOOLEAN":
        return "boolean"
    if "INT" in name:
        return "integer"
    if name in ("FLOAT", "DOUBLE", "REAL", "NUMERIC", "DECIMAL"):
        return "number"
    return {"DATE": "date", "DATETIME": "datetime", "TIMESTAMP": "datetime"}.get(name, "text")  # type: ignore[return-value]
