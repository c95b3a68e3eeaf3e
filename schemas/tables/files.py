"""Any file to a `FileDescription`: kind, title, columns, period, place, by content; never fails (web.md section 4)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import PurePosixPath

from schemas.tables import documents, geofiles, jsondata, kinds, markup, sheets
from schemas.tables.archives import Archive
from schemas.tables.decoding import decode
from schemas.tables.geometry import BoundingBox, Extent
from schemas.tables.notes import Note, TableError, note
from schemas.tables.persons import PersonalHint
from schemas.tables.profile import Period, profile
from schemas.tables.table import MAX_BYTES, Table, read_table, table_of
from schemas.tables.types import Column

MAX_INNER = 50_000_000
_TABLES = frozenset(("csv", "xlsx", "xls", "ods"))
# What may lie beside the one data file of an archive.
_BESIDE = re.compile(
    r"(?:^|/)(?:__macosx/|\.|readme|liesmich|lizenz|license|thumbs\.db)|\.(?:txt|md|pdf|html?|lic)$", re.IGNORECASE
)
_GTFS = frozenset(("agency.txt", "stops.txt", "routes.txt", "trips.txt"))


@dataclass(frozen=True, slots=True)
class FileDescription:
    """What a file is and what is in it.

    `kind` is a key of `kinds.KINDS`; `media_type` is IANA's, `file_type` the code of the EU file-type list or empty.
    `rows` counts rows of a table, features of a layer, events of a calendar; it is none where there is nothing to count.
    `personal` are hints on data of persons. Nothing in here was written by us: titles are as found, never an author.
    """

    kind: str
    media_type: str
    file_type: str
    size: int
    sha256: str
    title: str = ""
    columns: tuple[Column, ...] = ()
    rows: int | None = None
    period: Period | None = None
    box: BoundingBox | None = None
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int = -1
    members: tuple[str, ...] = ()
    personal: tuple[PersonalHint, ...] = ()
    notes: tuple[Note, ...] = field(default=())


def describe_file(data: bytes, name: str = "") -> FileDescription:
    """Describe any file by its content; what cannot be read or must not be opened is in the notes, nothing is raised."""
    kind = kinds.find_kind(data, name)
    description = _of_kind(kind, data, name)
    try:
        described = _READERS.get(kind, _plain)(data, name, description)
    except TableError as error:
        described = replace(description, notes=(*description.notes, error.note))
    ending = kinds.extension(name)
    expected = kinds.KINDS[described.kind].extensions
    if (
        ending
        and expected
        and ending not in expected
        and any(ending in known.extensions for known in kinds.KINDS.values())
    ):
        extra = note("wrong-extension", extension=ending, kind=described.kind.upper())
        described = replace(described, notes=(*described.notes, extra))
    return described


def _of_kind(kind: str, data: bytes, name: str) -> FileDescription:
    known = kinds.known(kind, name)
    return FileDescription(kind, known.media_type, known.file_type, len(data), hashlib.sha256(data).hexdigest())


def _plain(data: bytes, name: str, description: FileDescription) -> FileDescription:
    codes = {"unknown": "unknown-kind", "empty": "empty", "encrypted": "encrypted"}
    code = codes.get(description.kind)
    return replace(description, notes=(note(code),)) if code else description


def _table(data: bytes, name: str, description: FileDescription) -> FileDescription:
    table = read_table(data, name)
    described = _with_table(description, table)
    title = sheets.document_title(data, description.kind) if description.kind in ("xlsx", "ods") else ""
    return replace(described, title=title or (table.skipped[0] if table.skipped else ""))


def _with_table(description: FileDescription, table: Table) -> FileDescription:
    figures = profile(table)
    return replace(
        description,
        columns=figures.columns,
        rows=table.total_rows,
        period=figures.period,
        box=figures.box,
        encoding=table.encoding,
        delimiter=table.delimiter,
        sheet=table.sheet,
        header_row=table.header_row,
        personal=figures.personal,
        notes=(*description.notes, *table.notes, *figures.notes),
    )


def _json(data: bytes, name: str, description: FileDescription) -> FileDescription:
    found = jsondata.read(data)
    if found.geojson:
        known = kinds.KINDS["geojson"]
        description = replace(description, kind="geojson", media_type=known.media_type, file_type=known.file_type)
    description = replace(description, title=found.title, encoding=found.encoding)
    if found.names and found.rows:
        return _with_table(description, table_of(found))
    features = found.extent.features if found.extent else None
    box = found.extent.box if found.extent else None
    return replace(description, rows=features, box=box, notes=found.notes)


def _markup(data: bytes, name: str, description: FileDescription) -> FileDescription:
    found = markup.read(data)
    return replace(
        description,
        title=found.title,
        columns=tuple(Column(entry, "text", count=found.features) for entry in found.names if entry),
        rows=found.features or None,
        period=_period(found.dates),
        box=found.extent.box if found.extent else None,
        notes=(*description.notes, *found.notes),
    )


def _kmz(data: bytes, name: str, description: FileDescription) -> FileDescription:
    archive = Archive(data)
    inner = sorted((entry for entry in archive.names if entry.casefold().endswith(".kml")), key=len)
    described = _markup(archive.read(inner[0], MAX_INNER), name, description)
    return replace(described, members=archive.names)


def _shapefile(data: bytes, name: str, description: FileDescription) -> FileDescription:
    archive = Archive(data)
    return replace(_with_layer(description, geofiles.read_shapefile(archive)), members=archive.names)


def _geopackage(data: bytes, name: str, description: FileDescription) -> FileDescription:
    return _with_layer(description, geofiles.read_geopackage(data))


def _with_layer(description: FileDescription, layer: geofiles.Layer) -> FileDescription:
    extent: Extent | None = layer.extent
    return replace(
        description,
        title=layer.title,
        columns=layer.columns,
        rows=layer.features,
        box=extent.box if extent else None,
        notes=(*description.notes, *layer.notes),
    )


def _pdf(data: bytes, name: str, description: FileDescription) -> FileDescription:
    return replace(description, title=documents.pdf_title(data))


def _html(data: bytes, name: str, description: FileDescription) -> FileDescription:
    title = markup.page_title(decode(data[:1_000_000]).text)
    return replace(description, title=title, notes=(*description.notes, note("web-page")))


def _calendar(data: bytes, name: str, description: FileDescription) -> FileDescription:
    decoded = decode(data[:MAX_BYTES])
    found = documents.read_calendar(decoded.text)
    return replace(
        description,
        title=found.title,
        rows=found.events,
        period=_period(found.dates),
        encoding=decoded.encoding,
        notes=decoded.notes,
    )


def _text(data: bytes, name: str, description: FileDescription) -> FileDescription:
    decoded = decode(data[:MAX_BYTES])
    return replace(description, encoding=decoded.encoding, notes=(*decoded.notes, note("no-table")))


def _archive(data: bytes, name: str, description: FileDescription) -> FileDescription:
    """An archive with a single data file is described by it: the same town puts the same CSV online with and without ZIP."""
    archive = Archive(data)
    description = replace(description, members=archive.names)
    if {PurePosixPath(entry).name for entry in archive.names} >= _GTFS:
        return replace(description, file_type="GTFS")
    inner = [entry for entry in archive.names if not _BESIDE.search(entry)]
    if len(inner) != 1 or archive.size(inner[0]) > MAX_INNER:
        return description
    found = describe_file(archive.read(inner[0]), inner[0])
    if found.kind not in _TABLES and found.kind not in ("geojson", "json", "kml", "gml", "gpkg"):
        return description
    return replace(
        found,
        kind=description.kind,
        media_type=description.media_type,
        file_type=description.file_type,
        size=description.size,
        sha256=description.sha256,
        members=description.members,
        notes=(note("archive-inner", name=inner[0]), *found.notes),
    )


def _period(dates: tuple[date, date] | None) -> Period | None:
    return Period(*dates, ()) if dates else None


_READERS: dict[str, Callable[[bytes, str, FileDescription], FileDescription]] = {
    **dict.fromkeys(_TABLES, _table),
    "json": _json,
    "kml": _markup,
    "gml": _markup,
    "xml": _markup,
    "kmz": _kmz,
    "shp-zip": _shapefile,
    "gpkg": _geopackage,
    "pdf": _pdf,
    "html": _html,
    "ics": _calendar,
    "text": _text,
    "zip": _archive,
}
