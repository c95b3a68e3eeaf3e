"""Whether an address is that of one file of data, by its name and by what it holds; and the name of the file."""

from __future__ import annotations

import re
from email.message import Message
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from harvesters.answer import Answer
from harvesters.files.file_groups import FileEntry, is_data, is_skipped
from harvesters.files.metadata_sheet import is_sheet
from schemas.iris import ascii_words
from schemas.loose_json import load_json
from schemas.syntax import Unreadable
from schemas.tables.kinds import KINDS, find_kind

# What is data whatever the address is like; and what is so only under a file's name, as interfaces answer with it too.
_DATA = frozenset({"csv", "xlsx", "xls", "ods", "kml", "kmz", "gml", "shp-zip", "gpkg", "zip", "geojson"})
_BY_NAME = frozenset({"json", "xml", "turtle", "ics", "pdf", "tiff"})
# Below every kind that reads what is in the file; GeoJSON and tables above any JSON list (15) and any page (20).
_SURE, _MODEST = 30, 8
_NOT_IN_NAMES = re.compile(r"[/\\\x00-\x1f\x7f]+")


class SingleFile(NamedTuple):
    """A file of data at an address: its name, whether that had to be given as the address does not end in it."""

    name: str
    is_named: bool
    certainty: int


def name_in(url: str) -> str:
    """The name of the file of data that an address ends in, or an empty text."""
    name = _NOT_IN_NAMES.sub("_", unquote(urlsplit(url).path.rpartition("/")[2]))
    entry = FileEntry(name, url)
    return name if is_data(entry) and not is_skipped(name) and not is_sheet(name) else ""


def find(url: str, answer: Answer) -> SingleFile | None:
    """The file of data that an answer is; None for pages, prose, pictures, and answers of interfaces."""
    name = name_in(url)
    kind = _kind(answer.body, name)
    if not name and answer.media_type in ("text/html", "application/xhtml+xml"):
        return None
    if kind in _DATA:
        certainty = _SURE
    elif kind in _BY_NAME and name:
        certainty = _MODEST
    else:
        return None
    return SingleFile(name or _made_up(url, answer, kind), not name, certainty)


def _kind(body: bytes, name: str) -> str:
    kind = find_kind(body, name)
    if kind != "json":
        return kind
    try:
        document, _ = load_json(body)
    except Unreadable:
        return "unknown"
    is_geojson = isinstance(document, dict) and document.get("type") in ("FeatureCollection", "Feature")
    return "geojson" if is_geojson else kind


def _made_up(url: str, answer: Answer, kind: str) -> str:
    """A name for a file whose address has none: the server's, else one of the address's last words."""
    header = Message()
    header["Content-Disposition"] = re.sub(r"[\r\n]+", " ", answer.headers.get("content-disposition", ""))
    said = _NOT_IN_NAMES.sub("_", header.get_filename() or "").strip(" .")[-200:]
    if said and is_data(FileEntry(said, url)) and not is_skipped(said) and not is_sheet(said):
        return said
    parts = urlsplit(url)
    words = ascii_words(parts.path.rstrip("/").rpartition("/")[2]) or ascii_words(parts.hostname or "")
    return f"{words[:80] or 'daten'}.{KINDS[kind].extensions[0]}"
