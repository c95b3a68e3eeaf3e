"""Whole shapefiles out of an archive: records of .dbf as text, geometries of .shp as GeoJSON (ESRI J-7855, dBASE III)."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from itertools import pairwise
from pathlib import PurePosixPath

from schemas.tables.archives import Archive
from schemas.tables.decoding import decode
from schemas.tables.geofiles import CODE_PAGES, crs_of_prj
from schemas.tables.notes import Note, note, refusal
from schemas.tables.placemarks import Features, Geometry, Position
from schemas.tables.rings import polygons_of

MAX_BYTES = 150_000_000
_POINT, _LINE, _POLYGON, _MULTIPOINT = 1, 3, 5, 8
_HEADER = 100
_MOST_LAYERS = 100


def layers(archive: Archive) -> tuple[tuple[str, str], ...]:
    """The shapefiles of an archive: their paths without ending, in small letters, and what they are called."""
    found = sorted(name for name in archive.names if name.casefold().endswith(".shp"))
    return tuple((name.casefold().removesuffix(".shp"), PurePosixPath(name).stem) for name in found[:_MOST_LAYERS])


def read_features(archive: Archive, limit: int, wanted: str = "") -> Features:
    """A shapefile of an archive, the first unless ``wanted`` names another; at most ``limit`` features.

    Raises `TableError` (`unreadable`, `archive-too-large`).
    A record that is damaged has no geometry; records of the attribute table that are marked as deleted are left out.
    """
    by_name = {name.casefold(): name for name in archive.names}
    shapes = sorted(name for name in by_name if name.endswith(".shp"))
    if not shapes:
        raise refusal("unreadable")
    stem = wanted if f"{wanted}.shp" in shapes else shapes[0].removesuffix(".shp")
    parts = {
        ending: by_name[f"{stem}.{ending}"] for ending in ("shp", "dbf", "prj", "cpg") if f"{stem}.{ending}" in by_name
    }
    if sum(archive.size(parts[ending]) for ending in ("shp", "dbf") if ending in parts) > MAX_BYTES:
        raise refusal("archive-too-large", megabytes=MAX_BYTES // 1_000_000)
    notes: list[Note] = []
    if len(shapes) > 1 and stem != wanted:
        notes.append(note("several-layers", count=len(shapes), name=stem.rpartition("/")[2]))
    geometries = list(_geometries(archive.read(parts["shp"]), limit))
    names: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = []
    total, encoding = len(geometries), ""
    if "dbf" in parts:
        page = archive.read(parts["cpg"], 40).decode("ascii", "ignore").strip() if "cpg" in parts else ""
        names, rows, total, encoding = read_dbf(archive.read(parts["dbf"]), limit, page)
    definition = decode(archive.read(parts["prj"], 10_000)).text.strip() if "prj" in parts else ""
    crs = crs_of_prj(definition) if definition else ""
    count = max(len(rows), len(geometries))
    geometries += [None] * (count - len(geometries))
    rows += [("",) * len(names)] * (count - len(rows))
    return Features(
        names, tuple(rows), tuple(geometries), max(total, count), crs, "", encoding, tuple(notes), definition
    )


def read_dbf(data: bytes, limit: int, code_page: str = "") -> tuple[tuple[str, ...], list[tuple[str, ...]], int, str]:
    """Names, rows as text, number of records and encoding of a dBASE table. Raises `TableError` if it is none."""
    if len(data) < 33:
        raise refusal("unreadable")
    count, start, width = struct.unpack_from("<IHH", data, 4)
    fields: list[tuple[bytes, str, int, int]] = []
    at = 1
    for offset in range(32, min(start, len(data)) - 31, 32):
        if data[offset] == 0x0D:
            break
        name, length = data[offset : offset + 11].split(b"\0")[0], data[offset + 16]
        fields.append((name, chr(data[offset + 11]), at, length))
        at += length
    if not fields or width < 2:
        raise refusal("unreadable")
    declared = f"cp{code_page}" if code_page.isdigit() else code_page
    charset = declared or CODE_PAGES.get(data[29])
    # One decision for all cells: a single one is too short to tell what it is written in.
    encoding = decode(data[start : start + min(len(data), 200_000)], charset).encoding
    names = [decode(name, charset).text.strip() or "?" for name, *_ in fields]
    rows: list[tuple[str, ...]] = []
    for number in range(min(count, limit)):
        record = data[start + number * width : start + (number + 1) * width]
        if len(record) < width:
            break
        if record[:1] == b"*":
            rows.append(("",) * len(fields))
            continue
        rows.append(tuple(_cell(record[at : at + length], kind, encoding) for _, kind, at, length in fields))
    unique = names if len(set(names)) == len(names) else [f"{name} ({n})" for n, name in enumerate(names, start=1)]
    return tuple(unique), rows, count, encoding


def _cell(raw: bytes, kind: str, encoding: str) -> str:
    try:
        text = raw.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        text = decode(raw).text
    text = text.replace("\0", " ").strip()
    if kind == "D" and len(text) == 8 and text.isdigit():
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    if kind == "L":
        return {"T": "true", "Y": "true", "F": "false", "N": "false"}.get(text.upper(), "")
    return "" if text.strip("*") == "" else text  # a field full of asterisks is a number that did not fit


def _geometries(data: bytes, limit: int) -> Iterator[Geometry | None]:
    """The geometries of a .shp, record by record; one that does not hold together is none."""
    if len(data) < _HEADER or struct.unpack_from(">i", data)[0] != 9994:
        raise refusal("unreadable")
    at, read = _HEADER, 0
    while at + 12 <= len(data) and read < limit:
        _, words = struct.unpack_from(">ii", data, at)
        content = data[at + 8 : at + 8 + max(0, words) * 2]
        if words < 2:
            return
        at += 8 + words * 2
        read += 1
        try:
            yield _geometry(content)
        except (struct.error, ValueError, IndexError):
            yield None


def _geometry(content: bytes) -> Geometry | None:
    (kind,) = struct.unpack_from("<i", content)
    base = kind % 10 if kind < 30 else 0  # with Z (11 …) and M (21 …) the plane comes first all the same
    if base == _POINT:
        x, y = struct.unpack_from("<2d", content, 4)
        return {"type": "Point", "coordinates": (x, y)} if math.isfinite(x) and math.isfinite(y) else None
    if base == _MULTIPOINT:
        (count,) = struct.unpack_from("<i", content, 36)
        return {"type": "MultiPoint", "coordinates": _positions(content, 40, count)}
    if base not in (_LINE, _POLYGON):
        return None
    parts, points = struct.unpack_from("<ii", content, 36)
    if not 0 < parts <= points:
        return None
    starts = struct.unpack_from(f"<{parts}i", content, 44)
    positions = _positions(content, 44 + 4 * parts, points)
    lines = [positions[first:last] for first, last in pairwise((*starts, points)) if last - first > 1]
    if base == _LINE:
        return _one_or_many("LineString", lines)
    return _one_or_many("Polygon", polygons_of(lines))


def _positions(content: bytes, at: int, count: int) -> list[Position]:
    if not 0 <= count <= len(content) // 16:
        raise ValueError("more points than bytes")
    values = struct.unpack_from(f"<{2 * count}d", content, at)
    return list(zip(values[::2], values[1::2], strict=True))


def _one_or_many(kind: str, shapes: list[list[Position]] | list[list[list[Position]]]) -> Geometry | None:
    if not shapes:
        return None
    if len(shapes) == 1:
        return {"type": kind, "coordinates": shapes[0]}
    return {"type": f"Multi{kind}", "coordinates": shapes}
