"""The many forms in which JSON holds a table or features, brought to a list of objects or to GeoJSON.

Lists that lie deeper in a document, columns beside their names, lists of lists, objects by keys, JSON-stat, JSON:API, lists of
features, TopoJSON. What is none of these comes back as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from math import prod

from schemas.tables import esrijson, topojson

Json = object

_DEPTH = 5  # objects inside objects in which a list is looked for
_MOST_NODES = 2_000
_MAX_ROWS = 200_000
_LOOKED_AT = 200
KEY = "Schlüssel"
"""The column of the keys where objects lie by keys."""
# What services call their answer, beside lists of fields or links.
_ANSWERS = frozenset(
    ("records", "features", "data", "items", "item", "results", "value", "values", "rows", "elements", "entries")
)
_NAMES = frozenset(("columns", "header", "headers", "fields", "cols", "names", "columnnames"))
# Objects around an object's own values.
_WRAPPERS = ("attributes", "properties", "fields")
_GEOMETRIES = frozenset(
    ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection")
)
_LATITUDES, _LONGITUDES = ("lat", "latitude", "breitengrad"), ("lon", "lng", "long", "longitude", "längengrad")


def unwrapped(document: Json) -> Json:
    """The GeoJSON in a document: a collection in an object around it, a list of features, objects with a geometry,
    a feature set of ArcGIS, TopoJSON.
    """
    if isinstance(document, list):
        return _collection(document) or document
    if not isinstance(document, dict) or document.get("type") in ("FeatureCollection", "Feature", *_GEOMETRIES):
        return document
    if document.get("type") == "Topology":
        return topojson.features(document) or document
    if esrijson.is_set(document):
        return esrijson.collection(document)
    for _, value in _inside(document):
        if (
            isinstance(value, dict)
            and value.get("type") == "FeatureCollection"
            and isinstance(value.get("features"), list)
        ):
            return value
    _, found = _longest(document)
    return (_collection(found) if found else None) or document


def objects(document: Json) -> Sequence[Mapping[str, Json]]:
    """The list of objects that a document is or holds, or that its columns, lists or keys make up; empty if there is none."""
    key, found = _longest(document)
    if isinstance(document, dict):
        made = _of_statistics(document) or _of_columns(document) or _of_lists_with_names(document)
        if made:
            return made
        if not found or (key not in _ANSWERS and len(found) < 2):
            return _of_keys(document) or found
    elif isinstance(document, list) and not found:
        return _of_lists(document)
    return [_plain(entry) for entry in found]


def _inside(document: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """The values in a document and in the objects of it, level by level; never into lists."""
    level: list[Mapping[str, Json]] = [document]
    for _ in range(_DEPTH):
        following: list[Mapping[str, Json]] = []
        for each in level:
            for key, value in islice(each.items(), _MOST_NODES):
                yield key, value
                if isinstance(value, dict) and len(following) < _MOST_NODES:
                    following.append(value)
        level = following


def _longest(document: Json) -> tuple[str, Sequence[Mapping[str, Json]]]:
    """The longest list of objects with its key; a list that is called as answers are goes before others."""
    lists = [("", document)] if isinstance(document, list) else []
    if isinstance(document, dict):
        lists = [(key, value) for key, value in _inside(document) if isinstance(value, list)]
    best: tuple[str, Sequence[Mapping[str, Json]]] = ("", [])
    for key, candidate in lists:
        entries = [entry for entry in candidate if isinstance(entry, dict)]
        rank = (key.casefold() in _ANSWERS, len(entries))
        if entries and rank > (best[0].casefold() in _ANSWERS, len(best[1])) and len(entries) >= 0.9 * len(candidate):
            best = (key, entries)
    return best


def _collection(entries: Sequence[Json]) -> Json | None:
    """A feature collection of a list of features, or of objects of which most have a geometry; None of others."""
    found = [entry for entry in entries if isinstance(entry, dict)]
    if not found or len(found) < 0.9 * len(entries):
        return None
    if all(entry.get("type") == "Feature" and "geometry" in entry for entry in found[:_LOOKED_AT]):
        return {"type": "FeatureCollection", "features": found}
    keys = [key for key, value in found[0].items() if _is_geometry(value)]
    if len(keys) != 1 or sum(_is_geometry(entry.get(keys[0])) for entry in found) < 0.5 * len(found):
        return None
    features = []
    for entry in found:
        given = entry.get(keys[0])
        rest = {key: value for key, value in entry.items() if key != keys[0]}
        geometry = given if _is_geometry(given) else None
        features.append({"type": "Feature", "geometry": geometry, "properties": _plain(rest)})
    return {"type": "FeatureCollection", "features": features}


def _is_geometry(value: Json) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("coordinates"), list):
        return False
    kind = value.get("type")
    return isinstance(kind, str) and kind in _GEOMETRIES


def _plain(entry: Mapping[str, Json]) -> Mapping[str, Json]:
    """An object with the values of the object around which it is only a cover, and with latitude and longitude on their own."""
    values = dict(entry)
    for key in _WRAPPERS:
        inner = values.get(key)
        if isinstance(inner, dict) and not inner.keys() & (values.keys() - {key}):
            del values[key]
            values |= inner
    known = {key.casefold() for key in values}
    if known & {*_LATITUDES, *_LONGITUDES}:
        return values
    for key, inner in list(values.items()):
        if not isinstance(inner, dict) or len(inner) > 4:
            continue
        named = {name.casefold(): value for name, value in inner.items() if isinstance(name, str)}
        latitude, longitude = (
            next((named[n] for n in names if n in named), None) for names in (_LATITUDES, _LONGITUDES)
        )
        if latitude is not None and longitude is not None:
            del values[key]
            return values | {"lat": latitude, "lon": longitude}
    return values


def _is_scalar(value: Json) -> bool:
    return value is None or isinstance(value, str | int | float)


def _of_columns(document: Mapping[str, Json]) -> Sequence[Mapping[str, Json]]:
    """Objects of an object of columns: lists of single values, all of one length."""
    columns = {key: value for key, value in document.items() if isinstance(value, list)}
    if len(columns) < 2 or len(columns) < len(document) - 2 or len({len(column) for column in columns.values()}) != 1:
        return []
    if not all(all(map(_is_scalar, column)) for column in columns.values()):
        return []
    rows = islice(zip(*columns.values(), strict=True), _MAX_ROWS)
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    return found if len(found) > 1 else []


def _of_lists_with_names(document: Mapping[str, Json]) -> Sequence[Mapping[str, Json]]:
    """Objects of a list of lists with their names in a list beside it."""
    values = dict(islice(_inside(document), _MOST_NODES))
    for key, value in values.items():
        if key.casefold() not in _NAMES or not isinstance(value, list) or not value:
            continue
        names = [_name(each) for each in value]
        for rows in values.values():
            if isinstance(rows, list) and rows and rows is not value and all(names):
                fitting = [row for row in rows[:_MAX_ROWS] if isinstance(row, list) and len(row) == len(names)]
                if len(fitting) >= 0.9 * len(rows):
                    return [dict(zip(map(str, names), row, strict=True)) for row in fitting]
    return []


def _name(value: Json) -> str:
    if isinstance(value, dict):
        value = next(
            (value[key] for key in ("name", "id", "label", "title", "text") if isinstance(value.get(key), str)), ""
        )
    return value if isinstance(value, str) else ""


def _of_lists(document: Sequence[Json]) -> Sequence[Mapping[str, Json]]:
    """Objects of a list of lists, of which the first one holds the names."""
    rows = [row for row in document if isinstance(row, list)]
    if len(rows) < 2 or len(rows) < len(document):
        return []
    names, *others = rows
    if not names or not all(isinstance(name, str) and name for name in names) or len(set(names)) < len(names):
        return []
    if all(isinstance(value, str) for row in others for value in row):  # nothing tells names from values
        return []
    if not all(len(row) == len(names) for row in others):
        return []
    return [dict(zip(names, row, strict=True)) for row in others[:_MAX_ROWS]]


def _of_keys(document: Mapping[str, Json]) -> Sequence[Mapping[str, Json]]:
    """Objects that lie by keys, with the key as a value of each: three or more that have the same values."""
    entries = {key: value for key, value in document.items() if isinstance(value, dict) and value}
    if len(entries) == 1:  # one object around those that are meant
        return _of_keys(next(iter(entries.values())))
    if len(entries) < max(3, len(document)) or not all(map(_is_scalar, next(iter(entries.values())).values())):
        return []
    shared = set.intersection(*(set(value) for value in entries.values()))
    every = set().union(*entries.values())
    if len(shared) < 0.5 * len(every) or KEY in every:
        return []
    return [{KEY: key, **value} for key, value in islice(entries.items(), _MAX_ROWS)]


def _of_statistics(document: Mapping[str, Json]) -> Sequence[Mapping[str, Json]]:
    """Objects of a dataset in JSON-stat 2.0 (https://json-stat.org/full/): one of each value, with what its dimensions say."""
    ids, sizes, dimensions, values = (document.get(key) for key in ("id", "size", "dimension", "value"))
    if document.get("class") != "dataset" or not (isinstance(ids, list) and isinstance(sizes, list)):
        return []
    if not isinstance(dimensions, dict) or len(ids) != len(sizes) or not isinstance(values, list | dict):
        return []
    if not all(isinstance(size, int) and 0 < size <= _MAX_ROWS for size in sizes) or prod(sizes) > _MAX_ROWS:
        return []
    named = [_dimension(dimensions.get(key), str(key), size) for key, size in zip(ids, sizes, strict=True)]
    rows = []
    for number, place in enumerate(product(*(labels for _, labels in named))):
        value = (
            values.get(str(number)) if isinstance(values, dict) else values[number] if number < len(values) else None
        )
        rows.append({**dict(zip((name for name, _ in named), place, strict=True)), "Wert": value})
    return rows


def _dimension(given: Json, key: str, size: int) -> tuple[str, list[str]]:
    """The name of a dimension and what its places are called, in their order."""
    dimension = given if isinstance(given, dict) else {}
    category = dimension.get("category")
    category = category if isinstance(category, dict) else {}
    index, labels = category.get("index"), category.get("label")
    labels = labels if isinstance(labels, dict) else {}
    keys: list[str] = []
    if isinstance(index, list):
        keys = list(map(str, index))
    elif isinstance(index, dict):
        keys = sorted(map(str, index), key=lambda each: index[each] if isinstance(index[each], int) else 0)
    keys = keys or list(map(str, labels))
    names = [str(labels.get(each, each)) for each in keys][:size]
    names += [str(number) for number in range(len(names) + 1, size + 1)]
    label = dimension.get("label")
    return (label if isinstance(label, str) and label else key), names
