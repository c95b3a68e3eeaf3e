"""What a file is, by its content: magic bytes first, then what its text begins with (web.md section 4 step 1)."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import NamedTuple

from schemas.tables import ole
from schemas.tables.archives import Archive
from schemas.tables.decoding import decode
from schemas.tables.dialect import sniff
from schemas.tables.notes import TableError


class Kind(NamedTuple):
    """A kind of file: IANA media type, code of the EU file-type list (empty if it has none), usual endings of names."""

    media_type: str
    file_type: str
    extensions: tuple[str, ...]


KINDS: dict[str, Kind] = {
    "csv": Kind("text/csv", "CSV", ("csv", "tsv", "tab", "txt", "asc")),
    "xlsx": Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX", ("xlsx", "xlsm", "xltx")),
    "xls": Kind("application/vnd.ms-excel", "XLS", ("xls", "xlt")),
    "ods": Kind("application/vnd.oasis.opendocument.spreadsheet", "ODS", ("ods", "ots")),
    "geojson": Kind("application/geo+json", "GEOJSON", ("geojson", "json")),
    "json": Kind("application/json", "JSON", ("json", "jsonl", "ndjson", "jsonld")),
    "kml": Kind("application/vnd.google-earth.kml+xml", "KML", ("kml", "xml")),
    "kmz": Kind("application/vnd.google-earth.kmz", "KMZ", ("kmz",)),
    "gml": Kind("application/gml+xml", "GML", ("gml", "xml")),
    "shp-zip": Kind("application/zip", "SHP", ("zip", "shp")),
    "gpkg": Kind("application/geopackage+sqlite3", "GPKG", ("gpkg",)),
    "pdf": Kind("application/pdf", "PDF", ("pdf",)),
    "html": Kind("text/html", "HTML", ("html", "htm", "xhtml", "php", "aspx", "asp", "jsp")),
    "ics": Kind("text/calendar", "ICS", ("ics", "ical", "ifb")),
    "xml": Kind("application/xml", "XML", ("xml", "rdf", "xsd", "gpx", "rss", "atom", "svg")),
    "turtle": Kind("text/turtle", "RDF_TURTLE", ("ttl", "n3", "nt", "turtle")),
    "zip": Kind("application/zip", "ZIP", ("zip",)),
    "docx": Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "DOCX", ("docx",)),
    "odt": Kind("application/vnd.oasis.opendocument.text", "ODT", ("odt",)),
    "doc": Kind("application/msword", "DOC", ("doc",)),
    "png": Kind("image/png", "PNG", ("png",)),
    "jpeg": Kind("image/jpeg", "JPEG", ("jpg", "jpeg", "jpe")),
    "gif": Kind("image/gif", "GIF", ("gif",)),
    "tiff": Kind("image/tiff", "TIFF", ("tif", "tiff")),
    "webp": Kind("image/webp", "WEBP", ("webp",)),
    "text": Kind("text/plain", "TXT", ("txt", "md", "asc", "csv")),
    "encrypted": Kind("application/octet-stream", "", ()),
    "empty": Kind("application/octet-stream", "", ()),
    "unknown": Kind("application/octet-stream", "", ()),
}
JSON_LD = Kind("application/ld+json", "JSON_LD", ("jsonld",))
"""What JSON is under a name that says so; it is read as JSON."""
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
)
_HTML = re.compile(r"\s*(?:<!--.{0,2000}?-->\s*)?(?:<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>])", re.I | re.S)
_HTML_PIECES = re.compile(r"<(?:table|div|p|br|script|meta|title|span|h1)[\s/>]", re.IGNORECASE)
# Possessive and atomic throughout: a thousand half-open comments must not multiply (F49).
_ROOT = re.compile(
    r"(?:\s++|(?><!--.{0,5000}?-->)|(?><\?[^>]{0,500}+>)|(?><!DOCTYPE[^>\[]{0,500}+(?:\[[^\]]{0,20000}+\]\s*+)?>))*+"
    r"<(?:[\w.-]{1,60}:)?([\w.-]{1,100})",
    re.DOTALL,
)
_GML = re.compile(r"xmlns(?::\w{1,20})?=[\"']http://www\.opengis\.net/gml")
_JSON = re.compile(r"\s*(?:\{\s*(?:\"|\})|\[\s*(?:[\[{\]\"\d-]|true|false|null))")
_TURTLE = re.compile(r"(?:\s++|#[^\n]*+\n)*+(?:@?prefix|@?base)\s[^\n;,]{0,200}<", re.IGNORECASE)
_MANIFEST = "META-INF/manifest.xml"
_HEAD = 32_768
_NOTHING = b"\0 \t\r\n\x1a;,|\xef\xbb\xbf\xff\xfe"  # blanks, delimiters, byte order marks
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f]")


def extension(name: str) -> str:
    """The ending of a file's name in lower case, without its dot."""
    return PurePosixPath(name.replace("\\", "/").rstrip("/")).suffix.casefold().removeprefix(".")[:10]


def known(kind: str, name: str) -> Kind:
    """What is known of a kind (a key of KINDS); of JSON, its name tells whether it is JSON-LD."""
    return JSON_LD if kind == "json" and extension(name) == "jsonld" else KINDS[kind]


def find_kind(data: bytes, name: str = "") -> str:
    """The kind of a file (a key of KINDS) by its content; its `name` only tells a list of one column from prose.

    GeoJSON comes out as `json`: whether JSON is GeoJSON is known when it has been read (`jsondata.read`).
    """
    if not data[:_HEAD].strip(_NOTHING) and not data.strip(_NOTHING):
        return "empty"
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _kind_of_zip(data)
    if data.startswith(ole.MAGIC):
        return _kind_of_ole(data)
    if data.startswith(b"SQLite format 3\0"):
        return "gpkg" if data[68:72] in (b"GPKG", b"GP10", b"GP11") or b"gpkg_contents" in data[:200_000] else "unknown"
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if _is_binary(data[:_HEAD].rstrip(b"\0")):  # a text that was laid out in advance ends with zeros
        return "unknown"
    return _kind_of_text(data, name)


def _is_binary(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")):
        return False
    decoded = decode(head)
    if decoded.encoding.startswith("utf-16"):
        return False
    removed = len(_CONTROL.findall(head.decode("latin-1")))
    return removed > 8 and removed > len(head) // 50


def _kind_of_text(data: bytes, name: str) -> str:
    head = decode(data[:_HEAD]).text
    start = head.lstrip()[:1]
    if start == "<":
        return _kind_of_markup(head)
    if start in ("{", "[") and _JSON.match(head):
        return "json"
    if head.lstrip()[:15].upper() == "BEGIN:VCALENDAR":
        return "ics"
    if _TURTLE.match(head):
        return "turtle"
    return "csv" if sniff(head).delimiter or extension(name) in ("csv", "tsv") else "text"


def _kind_of_markup(head: str) -> str:
    if _HTML.match(head):
        return "html"
    found = _ROOT.match(head)
    root = found.group(1).casefold() if found else ""
    if root == "html":
        return "html"
    if root == "kml":
        return "kml"
    if found and (head.lstrip().startswith("<?xml") or "xmlns" in head[:4_000]):
        if root in ("featurecollection", "wfs") and _GML.search(head[:8_000]):
            return "gml"
        return "xml"
    if len(_HTML_PIECES.findall(head[:4_000])) >= 2:
        return "html"
    return "xml" if found else "text"


def _kind_of_zip(data: bytes) -> str:
    try:
        archive = Archive(data)
        names = set(archive.names)
        mimetype = archive.read("mimetype", 200).decode("ascii", "ignore") if "mimetype" in names else ""
        manifest = archive.read(_MANIFEST, _HEAD) if mimetype and _MANIFEST in names else b""
    except TableError as error:
        # Refused for what is in it: still a ZIP, and describing it will say why.
        return "encrypted" if error.code == "encrypted" else "zip"
    # A document with a password is a plain ZIP whose members are encrypted one by one (OpenDocument 1.3 part 2, 3.4).
    if b"encryption-data" in manifest:
        return "encrypted"
    if mimetype.startswith("application/vnd.oasis.opendocument.spreadsheet"):
        return "ods"
    if mimetype.startswith("application/vnd.oasis.opendocument.text"):
        return "odt"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:  # XLSB
        return "unknown"
    if "word/document.xml" in names:
        return "docx"
    lower = {entry.casefold() for entry in names}
    if any(entry.endswith(".shp") for entry in lower):
        return "shp-zip"
    if any(entry.endswith(".kml") for entry in lower) and ("doc.kml" in lower or len(lower) == 1):
        return "kmz"
    return "zip"


def _kind_of_ole(data: bytes) -> str:
    try:
        entries = ole.Container(data).entries
    except TableError:
        return "unknown"
    if "encryptedpackage" in entries:
        return "encrypted"
    if "workbook" in entries or "book" in entries:
        return "xls"
    return "doc" if "worddocument" in entries else "unknown"
