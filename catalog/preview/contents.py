"""What is in a file, by its content: a table, features, a picture, text, the names in an archive, or the reason why not."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import orjson

from catalog.preview import live_values, pictures, projections, transit
from catalog.preview.model import Kind, Picture, TextKind
from catalog.preview.pictures import Mosaic
from catalog.preview.reasons import Reason
from schemas.tables import (
    Note,
    Table,
    TableError,
    decode,
    geopackages,
    gml,
    jsondata,
    kinds,
    markup,
    placemarks,
    placement,
    read_table,
    shapefiles,
    sheetpages,
    sheets,
    xmlrecords,
)
from schemas.tables.archives import Archive
from schemas.tables.calendars import read_events
from schemas.tables.notes import note
from schemas.tables.placement import Placed
from schemas.tables.table import table_of, table_of_records

MAX_TEXT = 20_000
"""Most characters of a text that are shown."""
_MAX_PAGE = 5_000_000
_MAX_INNER = 100_000_000
_MAX_RATIO = 100  # of what is unpacked to what was packed
_GZIP = b"\x1f\x8b\x08"
_TEXTS = frozenset(("csv", "json", "geojson", "kml", "gml", "xml", "ics", "text", "turtle"))
PICTURES = frozenset(("pdf", "png", "jpeg", "gif", "tiff", "webp"))
_SHEETS = frozenset(("xlsx", "xls", "ods"))
# What may lie beside the data of an archive.
_BESIDE = re.compile(
    r"(?:^|/)(?:__macosx/|\.|readme|liesmich|lizenz|license|thumbs\.db)|\.(?:txt|md|pdf|html?|lic)$", re.I
)
_DATA = frozenset(("csv", "tsv", "xlsx", "xls", "ods", "geojson", "json", "kml", "gml", "gpx", "gpkg", "xml", "ics"))
_REASONS = {
    **dict.fromkeys(("archive-too-large", "archive-ratio", "archive-members", "archive-overlap"), "bomb"),
    **dict.fromkeys(("archive-path", "doctype", "too-deep"), "unsafe"),
    "sheet-too-large": "too-costly",
    "archive-nested": "nested-archive",
    "unknown-kind": "unknown-format",
}


@dataclass(frozen=True, slots=True)
class Content:
    """What was found in a file. ``table`` holds all rows that were read, ``placed`` a feature for each of them.

    ``file_kind`` is a key of KINDS; ``lines`` are features without a row, such as the ways of buses. ``calendar`` is the
    iCalendar file whose events are the rows, ``measured`` when the newest of live values was measured (UTC, ISO 8601).
    """

    file_kind: str
    kind: Kind = "none"
    reason: Reason | None = None
    title: str = ""
    notes: tuple[Note, ...] = ()
    table: Table | None = None
    placed: Placed | None = None
    lines: tuple[placement.Feature, ...] = ()
    picture: Picture | None = None
    image: bytes = b""
    text: str = ""
    text_kind: TextKind = ""
    spoken: str = ""
    members: tuple[str, ...] = ()
    layers: tuple[tuple[str, str], ...] = ()
    layer: str = ""
    calendar: bytes = b""
    measured: str = ""


def read(data: bytes, name: str, whole: bool, limit: int | None = None, layer: str = "") -> Content:
    """The content of a file; never raises for what is in it.

    ``whole`` says whether these are all its bytes, ``limit`` how many rows of a plain table are wanted, ``layer`` which
    sheet of a workbook; one that is not there is passed over.
    """
    if data.startswith(_GZIP):
        return _unpacked(data, name, whole, limit)
    kind = kinds.find_kind(data, name)
    if not whole and kind not in _TEXTS:
        return Content(kind, reason=Reason("too-large-whole"))
    try:
        if kind in _SHEETS:
            return _sheet(data, name, limit, layer)
        if kind == "gpkg":
            return _geopackage(data, layer)
        if kind == "shp-zip":
            return _shapefile(data, layer)
        return _READERS.get(kind, _unknown)(data, name, limit)
    except TableError as error:
        reason = Reason(_REASONS.get(error.code, error.code))
        found = _text(data, name, limit) if kind in _TEXTS and error.code != "empty" else Content(kind)
        return replace(found, file_kind=kind, reason=reason)


def _unpacked(data: bytes, name: str, whole: bool, limit: int | None) -> Content:
    """The content of a file that was packed with gzip, of one that breaks off its beginning."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    most = min(_MAX_INNER, _MAX_RATIO * len(data))
    try:
        inner = unpacker.decompress(data, most)
    except zlib.error:
        return Content("unknown", reason=Reason("unreadable"))
    if unpacker.unconsumed_tail:
        return Content("unknown", reason=Reason("bomb"))
    called = name[:-3] if name.casefold().endswith(".gz") else name
    kind = kinds.find_kind(inner, called)
    # Archives and pictures, which have bounds of their own, are not looked for in here.
    if inner.startswith((_GZIP, b"PK")) or kind not in _TEXTS | {"html", "empty"}:
        return Content(kind, reason=Reason("nested-archive" if inner.startswith((_GZIP, b"PK")) else "unknown-format"))
    found = read(inner, called, whole and unpacker.eof, limit)
    return replace(found, notes=(note("unpacked", name=called or "?"), *found.notes))


def read_mosaic(data: bytes, mosaic: Mosaic) -> Content:
    """The content of pictures that belong together; never raises for what is in them."""
    drawn = pictures.joined(data, mosaic)
    if isinstance(drawn, Reason):
        return Content("png", reason=drawn)
    return Content("png", "image", picture=drawn.picture, image=drawn.content)


def _unknown(data: bytes, name: str, limit: int | None) -> Content:
    kind = kinds.find_kind(data, name)
    code = {"empty": "empty", "encrypted": "encrypted"}.get(kind, "unknown-format")
    return Content(kind, reason=Reason(code))


def _plain_table(data: bytes, name: str, limit: int | None) -> Content:
    table = read_table(data, name, max_rows=limit)
    if not table.columns:
        return _text(data, name, limit)
    return Content("csv", "table", title=table.skipped[0] if table.skipped else "", table=table)


def _sheet(data: bytes, name: str, limit: int | None, sheet: str = "") -> Content:
    kind = kinds.find_kind(data, name)
    known = sheets.names(data) if kind == "xlsx" else ()
    table = read_table(data, name, max_rows=limit, sheet=sheet if sheet in known else "")
    title = sheets.document_title(data, kind) if kind != "xls" else ""
    return Content(
        kind,
        "table",
        title=title or (table.skipped[0] if table.skipped else ""),
        table=table,
        layers=tuple((each, each) for each in known) if len(known) > 1 else (),
        layer=table.sheet,
    )


def _json(data: bytes, name: str, limit: int | None) -> Content:
    loaded = jsondata.load(data, salvage=True)
    if (live := live_values.read(loaded)) is not None:
        if not live.table.rows:
            return Content("json", reason=Reason("personal-data"))
        kind: Kind = "map" if live.placed is not None else "table"
        return Content("json", kind, table=table_of(live.table), placed=live.placed, measured=live.measured)
    loaded = jsondata.unwrapped(loaded)
    found = jsondata.objects_of(loaded)
    if isinstance(loaded.document, dict) and found.geojson:
        placed = projections.located(loaded.document)
        table = table_of(found) if found.names else None
        # The place of the table has been told by another reader: what it noticed is told once.
        notes = tuple(each for each in placed.notes if table is None or each not in table.notes)
        return Content(
            "geojson", "map", title=found.title, table=_without_crs(table, placed), placed=placed, notes=notes
        )
    if found.names and found.rows:
        return Content("json", "table", title=found.title, table=table_of(found))
    shown = loaded.document[:200] if isinstance(loaded.document, list) else loaded.document
    text = orjson.dumps(shown, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode()
    return Content("json", "text", title=found.title, text=text[:MAX_TEXT], text_kind="json", notes=found.notes)


def _without_crs(table: Table | None, placed: Placed) -> Table | None:
    """A table without the remark that its place is unknown, where it is known after all."""
    if table is None or not any(feature["geometry"] for feature in placed.features):
        return table
    return replace(table, notes=tuple(each for each in table.notes if each.code != "crs-unknown"))


def _features(found: placemarks.Features, kind: str) -> Content:
    placed = projections.placed(found)
    table = table_of(found.objects()) if found.names else None
    return Content(kind, "map", title=found.title, table=table, placed=placed, notes=placed.notes)


def _kml(data: bytes, name: str, limit: int | None) -> Content:
    return _features(placemarks.read_kml(data), "kml")


def _kmz(data: bytes, name: str, limit: int | None) -> Content:
    archive = Archive(data)
    inner = sorted((entry for entry in archive.names if entry.casefold().endswith(".kml")), key=len)
    return replace(_kml(archive.read(inner[0], _MAX_INNER), name, limit), file_kind="kmz", members=archive.names)


def _shapefile(data: bytes, layer: str) -> Content:
    archive = Archive(data)
    layers = shapefiles.layers(archive)
    found = _features(shapefiles.read_features(archive, placemarks.MAX_FEATURES, layer), "shp-zip")
    if len(layers) < 2:
        return replace(found, members=archive.names)
    chosen = layer if layer in dict(layers) else layers[0][0]
    return replace(found, members=archive.names, layers=layers, layer=chosen)


def _geopackage(data: bytes, layer: str) -> Content:
    found, layers, chosen = geopackages.read_features(data, placemarks.MAX_FEATURES, layer)
    return replace(_features(found, "gpkg"), layers=layers if len(layers) > 1 else (), layer=chosen)


def _gml(data: bytes, name: str, limit: int | None) -> Content:
    found = gml.read_features(data)
    rows = [({key: str(value) for key, value in each["properties"].items()}, None) for each in found.features]
    gathered = placemarks.gathered(rows, found.total)
    placed = Placed(found.features, found.total, found.crs, found.notes)
    table = table_of(gathered.objects()) if gathered.names else None
    return Content("gml", "map", table=table, placed=placed, notes=found.notes)


def _xml(data: bytes, name: str, limit: int | None) -> Content:
    root = xmlrecords.root(data)
    if root == "gpx":
        return _features(placemarks.read_gpx(data), "xml")
    if root == "workbook" and (rows := sheetpages.of_workbook(data)) is not None:
        return Content("xml", "table", table=table_of_records(rows, False))
    if root == "svg":
        return replace(_text(data, name, limit), file_kind="xml", text_kind="xml")
    found = xmlrecords.read(data)
    if found is None:
        return replace(_text(data, name, limit), file_kind="xml", text_kind="xml", title=markup.read(data).title)
    return Content("xml", "table", title=found.title, table=table_of(found))


def _calendar(data: bytes, name: str, limit: int | None) -> Content:
    found = read_events(data)
    return Content("ics", "table", title=found.title, table=table_of(found), calendar=data)


def _text(data: bytes, name: str, limit: int | None) -> Content:
    kind = kinds.find_kind(data, name)
    decoded = decode(data[: 8 * MAX_TEXT])
    text_kind: TextKind = "json" if kind == "json" else "xml" if kind in ("xml", "kml", "gml") else "plain"
    return Content(kind, "text", text=decoded.text[:MAX_TEXT], text_kind=text_kind, notes=decoded.notes)


def _html(data: bytes, name: str, limit: int | None) -> Content:
    decoded = decode(data[:_MAX_PAGE])
    if (rows := sheetpages.of_page(decoded.text)) is not None:
        table = table_of_records(rows, True, (*decoded.notes, note("page-table")))
        return Content("html", "table", title=table.skipped[0] if table.skipped else "", table=table)
    title = markup.page_title(decode(data[:1_000_000]).text)
    return Content("html", "page", title=title, reason=Reason("web-page"))


def _pdf(data: bytes, name: str, limit: int | None) -> Content:
    drawn = pictures.first_page(data)
    if isinstance(drawn, Reason):
        return Content("pdf", reason=drawn)
    return Content(
        "pdf", "document", picture=drawn.picture, image=drawn.content, spoken=drawn.spoken, title=drawn.title
    )


def _image(data: bytes, name: str, limit: int | None) -> Content:
    kind = kinds.find_kind(data, name)
    drawn = pictures.redrawn(data)
    if isinstance(drawn, Reason):
        return Content(kind, reason=drawn)
    return Content(kind, "image", picture=drawn.picture, image=drawn.content)


def _archive(data: bytes, name: str, limit: int | None) -> Content:
    archive = Archive(data)
    names = {PurePosixPath(entry).name: entry for entry in archive.names}
    if transit.is_feed(names):
        feed = transit.read(archive, names)
        placed = projections.placed(feed.stops)
        table = table_of(feed.stops.objects())
        return Content("zip", "map", table=table, placed=placed, lines=feed.lines, members=archive.names)
    inner = [entry for entry in archive.names if not _BESIDE.search(entry) and kinds.extension(entry) in _DATA]
    inner = [entry for entry in inner if archive.size(entry) <= _MAX_INNER]
    if not inner:
        return Content("zip", "archive", reason=Reason("several-files"), members=archive.names)
    # The largest is the one with the data, as far as a name can tell.
    chosen = max(inner, key=lambda entry: (archive.size(entry), entry))
    content = archive.read(chosen)
    if kinds.find_kind(content, chosen) in ("zip", "kmz", "shp-zip"):
        return Content("zip", "archive", reason=Reason("nested-archive"), members=archive.names)
    said = (
        note("archive-inner", name=chosen) if len(inner) == 1 else note("archive-chosen", name=chosen, count=len(inner))
    )
    found = read(content, chosen, True, limit)
    if found.kind == "none":
        return replace(found, kind="archive", members=archive.names)
    return replace(found, members=archive.names, notes=(said, *found.notes))


Reader = Callable[[bytes, str, int | None], Content]
_READERS: dict[str, Reader] = {
    "csv": _plain_table,
    "json": _json,
    "kml": _kml,
    "kmz": _kmz,
    "gml": _gml,
    "xml": _xml,
    "ics": _calendar,
    "text": _text,
    "turtle": _text,
    "html": _html,
    "pdf": _pdf,
    **dict.fromkeys(PICTURES - {"pdf"}, _image),
    "zip": _archive,
}
