"""JSON and GeoJSON to rows of text and the place of their features; depth, numbers and points are bounded (F44, F48)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, cast

import orjson

from schemas.tables import jsonshapes
from schemas.tables.decoding import decode
from schemas.tables.geometry import Bounds, Extent
from schemas.tables.notes import Note, note, refusal
from schemas.tables.types import is_missing

# mypy cannot follow a recursive alias through orjson; what a document holds is told apart by isinstance.
Json = object

MAX_BYTES = 100_000_000
MAX_DEPTH = 100
MAX_ROWS = 200_000
MAX_COLUMNS = 5_000
_SURROGATE = re.compile("[\ud800-\udfff]")
_FEATURES = re.compile(r'"features"\s{0,100}:\s{0,100}\[')
_LIST = re.compile(r"\[(?=\s{0,100}\{)")
_BETWEEN = re.compile(r"[\s,]*+")
_NAMED_CRS = re.compile(r'"crs"[^\[\]]{0,200}?"name"\s{0,10}:\s{0,10}"([^"]{1,100})"')
_GEOMETRIES = frozenset(
    ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection")
)


class Objects(NamedTuple):
    """A list of objects as a table: names in the order of first sight, cells as text, the place of GeoJSON features."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: int
    title: str
    encoding: str
    geojson: bool
    extent: Extent | None
    notes: tuple[Note, ...]


class Loaded(NamedTuple):
    """A JSON document, how it was written, and what had to be mended."""

    document: Json
    encoding: str
    notes: tuple[Note, ...]


def read(data: bytes) -> Objects:
    """Read an array of objects, an object with such an array in it, GeoJSON, one JSON object a line; and all of `jsonshapes`.

    A document that is none of these gives no names. Raises `TableError` as `load` does.
    """
    return objects_of(unwrapped(load(data)))


def load(data: bytes, salvage: bool = False) -> Loaded:
    """The document itself; with ``salvage``, of one that breaks off the entries that are whole.

    Raises `TableError`: `unreadable`, `too-deep`, `archive-too-large` when larger than 100 MB.
    """
    if len(data) > MAX_BYTES:
        raise refusal("archive-too-large", megabytes=MAX_BYTES // 1_000_000)
    notes: list[Note] = []
    document, encoding = _load(data, notes, salvage)
    if _too_deep(document):
        raise refusal("too-deep", depth=MAX_DEPTH)
    return Loaded(document, encoding, tuple(notes))


def unwrapped(loaded: Loaded) -> Loaded:
    """The same with the GeoJSON that the document holds in another form, or in an object around it."""
    return loaded._replace(document=jsonshapes.unwrapped(loaded.document))


def objects_of(loaded: Loaded) -> Objects:
    """The list of objects in a document as a table."""
    document, notes = loaded.document, list(loaded.notes)
    title = ""
    if isinstance(document, dict):
        given = document.get("title") or document.get("name")
        title = clean(given)[:500] if isinstance(given, str) and not is_missing(given) else ""
    geojson = is_geojson(document)
    extent = _extent(cast("dict[str, Json]", document)) if geojson else None
    found = _features(document) if geojson else jsonshapes.objects(document)
    names = tuple(dict.fromkeys(key for entry in found[:MAX_ROWS] for key in entry))
    if len(names) > MAX_COLUMNS:
        notes.append(note("columns-cut", count=MAX_COLUMNS, total=len(names)))
        names = names[:MAX_COLUMNS]
    rows = tuple([tuple([_cell(entry.get(name)) for name in names]) for entry in found[:MAX_ROWS]])
    if extent is not None:
        notes.extend(extent.notes)
    unique = tuple(dict.fromkeys(clean(name).strip() or "?" for name in names))
    if len(unique) < len(names):
        unique = tuple(f"{clean(name)} ({number})" for number, name in enumerate(names, start=1))
    return Objects(unique, rows, len(found), title, loaded.encoding, geojson, extent, tuple(notes))


def geometries_of(document: Json) -> tuple[Json, ...]:
    """The geometry of each feature of a GeoJSON, in order; of a geometry alone, itself."""
    if isinstance(document, dict) and _is_geometry(document):
        return (document,)
    return tuple(feature.get("geometry") for feature in each_feature(document))


def is_geojson(document: Json) -> bool:
    """Whether a document is a GeoJSON object: a feature collection, a feature or a geometry (RFC 7946)."""
    if not isinstance(document, dict):
        return False
    kind = document.get("type")
    if kind == "FeatureCollection":
        return isinstance(document.get("features"), list)
    if kind == "Feature":
        return "geometry" in document
    return _is_geometry(document) and ("coordinates" in document or "geometries" in document)


def _is_geometry(document: Mapping[str, Json]) -> bool:
    kind = document.get("type")
    return isinstance(kind, str) and kind in _GEOMETRIES


def clean(text: str) -> str:
    """Text without what neither a database nor XML can hold: lone surrogates, NUL (F44)."""
    return _SURROGATE.sub("", text).replace("\0", "")


def _load(data: bytes, notes: list[Note], salvage: bool) -> tuple[Json, str]:
    try:
        return orjson.loads(data), "utf-8"
    except orjson.JSONDecodeError as error:
        if "depth" in str(error):
            raise refusal("too-deep", depth=MAX_DEPTH) from error
    decoded = decode(data)
    notes.extend(decoded.notes)
    text = decoded.text.strip()
    lines = text.split("\n", MAX_ROWS + 1)
    if len(lines) > 1 and all(line.strip().startswith("{") and line.strip().endswith("}") for line in lines[:3]):
        try:
            return [orjson.loads(line) for line in lines if line.strip()], decoded.encoding
        except orjson.JSONDecodeError:
            pass  # an object written over several lines
    invalid = [0]

    def constant(_: str) -> None:
        invalid[0] += 1

    try:
        document: Json = json.loads(text, parse_constant=constant)
    except RecursionError as error:
        raise refusal("too-deep", depth=MAX_DEPTH) from error
    except ValueError as error:
        document = _salvaged(text, notes) if salvage else None
        if document is None:
            raise refusal("unreadable") from error
    if invalid[0]:
        notes.append(note("number-invalid", count=invalid[0]))
    return document, decoded.encoding


def _salvaged(text: str, notes: list[Note]) -> Json:
    """What is whole of a list that breaks off: features, or the objects of the first list of objects; none of none."""
    found = _FEATURES.search(text) or _LIST.search(text)
    if found is None:
        return None
    decoder = json.JSONDecoder()
    entries: list[Json] = []
    at = found.end()
    while len(entries) < MAX_ROWS:
        at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing as well
        try:
            entry, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        entries.append(entry)
    if not entries:
        return None
    notes.append(note("document-cut", count=len(entries)))
    if found.re is not _FEATURES:
        return entries
    named = _NAMED_CRS.search(text[: found.start()])
    crs = {"crs": {"properties": {"name": named.group(1)}}} if named else {}
    return {"type": "FeatureCollection", "features": entries, **crs}


def _too_deep(document: Json) -> bool:
    level: list[Json] = [document]
    for _ in range(MAX_DEPTH):
        following: list[Json] = []
        for value in level:
            if isinstance(value, dict):
                following.extend(child for child in value.values() if isinstance(child, (dict, list)))
            elif isinstance(value, list):
                following.extend(child for child in value if isinstance(child, (dict, list)))
        if not following:
            return False
        level = following
    return True


def _features(document: Json) -> Sequence[Mapping[str, Json]]:
    entries = []
    for feature in each_feature(document):
        properties = feature.get("properties")
        entries.append(properties if isinstance(properties, dict) else {})
    return entries


def each_feature(document: Json) -> Iterator[dict[str, Json]]:
    """The features of a GeoJSON document; none for a bare geometry."""
    if not isinstance(document, dict):
        return
    if document.get("type") == "FeatureCollection":
        features = document.get("features")
        for feature in features if isinstance(features, list) else []:
            if isinstance(feature, dict):
                yield feature
    elif document.get("type") == "Feature":
        yield document


def _cell(value: Json) -> str:
    if isinstance(value, str):
        return clean(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**300 else "n/a"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else "n/a"
    return clean(json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=True))


def _extent(document: Mapping[str, Json]) -> Extent:
    bounds = Bounds()
    kinds: dict[str, None] = {}
    features = 0
    if document.get("type") in ("FeatureCollection", "Feature"):
        for feature in each_feature(document):
            features += 1
            if not bounds.full:
                _add_geometry(bounds, feature.get("geometry"), kinds)
    else:
        features = 1
        _add_geometry(bounds, document, kinds)
    crs = stated_crs(document)
    box, notes = bounds.located(crs)
    return Extent(box, tuple(kinds), features, crs, tuple(notes))


def stated_crs(document: Mapping[str, Json]) -> str:
    """The `crs` member of the GeoJSON before RFC 7946; still written by many servers."""
    crs = document.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return name if isinstance(name, str) else ""


def _add_geometry(bounds: Bounds, geometry: Json, kinds: dict[str, None]) -> None:
    waiting: list[Json] = [geometry]
    while waiting and not bounds.full:
        current = waiting.pop()
        if isinstance(current, dict):
            if isinstance(current.get("type"), str) and current["type"] in _GEOMETRIES:
                kinds[current["type"]] = None
            waiting.extend(
                value for key in ("geometries", "coordinates") if isinstance(value := current.get(key), list)
            )
        elif isinstance(current, list):
            if len(current) >= 2 and not isinstance(current[0], (list, dict)):
                _add_position(bounds, current)
            else:
                waiting.extend(child for child in current if isinstance(child, (list, dict)))


def _add_position(bounds: Bounds, position: list[Json]) -> None:
    x, y = position[0], position[1]
    if isinstance(x, (int, float)) and isinstance(y, (int, float)) and abs(x) < 1e300 and abs(y) < 1e300:
        bounds.add(float(x), float(y))
    else:
        bounds.add(math.nan, math.nan)
