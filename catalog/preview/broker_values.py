"""The answers of context brokers as rows: entities of FIWARE NGSI-v2 and ETSI NGSI-LD, the history of a QuantumLeap."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from catalog.preview.live_cells import (
    NUMBERS,
    PLACES,
    TEXTS,
    Found,
    Head,
    Row,
    cell_of,
    clock,
    inner,
    is_number,
    moment_of,
    objects,
    point,
)
from harvesters.city import attribute_names, brokers, units
from harvesters.city.data_models import find_model, in_words, is_of_people, short_name
from harvesters.city.entity_types import TIMES, Part, parts_of
from harvesters.mapping.native_values import word
from schemas.tables.jsondata import clean

_NAMES = ("name", "title", "stationName", "alternateName")
_NO_ATTRIBUTES = frozenset({"id", "type", "@id", "@type", "@context", "scope"})
_LATITUDES, _LONGITUDES = ("lat", "latitude"), ("lon", "lng", "longitude")
_PLACED = frozenset({"geo:json", "geo:point", "GeoProperty"})
_TYPED = _PLACED | {"Property", "Relationship"}
_OWN_TIME = "at"
_SEEN_ANEW = frozenset({"status", "trend", "weatherType", "powerState"})
_LOOKED_AT = 200
# Values of one entity that lie farther apart than this have each its own time.
_APART_SECONDS = 1800


def entities(document: Any, most: int, taken: frozenset[str]) -> Found | None:
    """The rows of a list of entities, or of one; None for what is none of a broker. ``taken`` are names of other columns.

    Entities that are people have no row: where they are is nobody's business, whatever their attributes are called.
    """
    entries = document if isinstance(document, list) else [document]
    listed = objects(entries)
    if not listed or len(listed) < len(entries) or not all(map(_is_entity, listed)):
        return None
    if not any(map(_is_of_broker, listed[:_LOOKED_AT])):
        return None
    listed = [each for each in listed[:most] if not any(map(is_of_people, brokers.types_of(each)))]
    parts = [_parts(each) for each in listed]
    heads = _heads(parts, _described(listed), taken)
    apart = any(map(_is_apart, parts))
    rows = []
    for entity, own in zip(listed, parts, strict=True):
        row = Row({"": _name(entity, own)}, _geometry(own))
        row.cells["type"] = _kind(brokers.types_of(entity)[0])
        for name, part in own.items():
            times = list(filter(None, map(moment_of, part.times)))
            row.seen(times)
            if name.lower() in TIMES:
                row.seen([moment_of(part.value)])
            elif name in heads:
                row.cells[name] = cell_of(_shown(part))
                if apart and times:
                    row.cells[f"{name} {_OWN_TIME}"] = clock(max(times))
        rows.append(row)
    several = len({row.cells["type"] for row in rows}) > 1
    kinds = {"type": Head("Art", NUMBERS)} if several else {}
    return Found({**kinds, **(_with_times(heads) if apart else heads)}, rows)


def _with_times(heads: Mapping[str, Head]) -> dict[str, Head]:
    found: dict[str, Head] = {}
    for name, head in heads.items():
        found[name] = head
        found[f"{name} {_OWN_TIME}"] = Head(f"{head.label.partition(' (')[0]}: gemessen", head.group)
    return found


def _is_entity(entry: dict[str, Any]) -> bool:
    return brokers.is_entity(entry) and not brokers.is_foreign(entry)


def _is_of_broker(entity: dict[str, Any]) -> bool:
    """Whether an object with id and type is a broker's beyond doubt: other programs write such objects, too."""
    if word(entity.get("id")).startswith("urn:ngsi") or any(map(find_model, brokers.types_of(entity))):
        return True
    values = [value for name, value in entity.items() if name not in _NO_ATTRIBUTES and isinstance(value, dict)]
    return any(
        isinstance(value.get("type"), str) and ("metadata" in value or value["type"] in _TYPED) for value in values
    )


def _parts(entity: dict[str, Any]) -> dict[str, Part]:
    """The attributes of an entity by their names; of one with several instances the first."""
    named = {clean(name): value for name, value in entity.items() if name not in _NO_ATTRIBUTES}
    return {name: next(parts_of(value)) for name, value in named.items()}


def _described(listed: Iterable[dict[str, Any]]) -> dict[str, str]:
    """What the metadata of NGSI-v2 say that attributes are, by their names."""
    found: dict[str, str] = {}
    for entity in listed:
        for name, value in entity.items():
            if name not in found and isinstance(value, dict):
                said = word(inner(inner(value, "metadata"), "description").get("value"))
                found |= {clean(name): clean(said)} if said else {}
    return found


def _heads(parts: Sequence[Mapping[str, Part]], described: Mapping[str, str], taken: frozenset[str]) -> dict[str, Head]:
    """The columns of the attributes that have a value; the unit stands in the head where all values have the same."""
    found: dict[str, list[Part]] = {}
    for own in parts:
        for name, part in own.items():
            if not _is_told_elsewhere(name, part) and cell_of(part.value):
                found.setdefault(name, []).append(part)
    heads: dict[str, Head] = {}
    labels = {*taken}
    for name, values in found.items():
        label = attribute_names.german(name, described.get(name, ""))
        label = f"{label} ({short_name(name)})" if label in labels else label
        labels.add(label)
        signs = {units.symbol(each.unit) for each in values}
        if len(signs) == 1 and (sign := signs.pop()):
            label = f"{label} ({sign})"
        heads[name] = Head(clean(label), _group(name, values))
    return heads


def _group(name: str, values: Sequence[Part]) -> int:
    """Numbers, and what else is seen anew each time, come first."""
    if name in _SEEN_ANEW or all(is_number(each.value) or any(each.times) for each in values):
        return NUMBERS
    return PLACES if name == "address" else TEXTS


def _is_told_elsewhere(name: str, part: Part) -> bool:
    """Whether an attribute has no column of its own: it is name, time or place of its row, or says who somebody is."""
    if is_of_people(name):
        return True
    return name in (*_NAMES, *_LATITUDES, *_LONGITUDES, "location") or name.lower() in TIMES or part.kind in _PLACED


def _shown(part: Part) -> Any:
    return _last(part.value) if part.kind == "Relationship" and isinstance(part.value, str) else part.value


def _is_apart(own: Mapping[str, Part]) -> bool:
    """Whether the values of an entity are of different times, so that one time for all would mislead."""
    times = [moment for part in own.values() for each in part.times if (moment := moment_of(each))]
    return len(times) > 1 and (max(times) - min(times)).total_seconds() > _APART_SECONDS


def _name(entity: dict[str, Any], own: Mapping[str, Part]) -> str:
    said = (cell_of(own[name].value) for name in _NAMES if name in own)
    return next(filter(None, said), "") or _last(word(entity.get("id") or entity.get("@id")))


def _last(identifier: str) -> str:
    """The last part of an identifier: ``urn:ngsi-ld:WaterLevel:Bruecke-1`` gives ``Bruecke-1``."""
    return clean(re.split(r"[/#:]", identifier.rstrip("/#:"))[-1] or identifier)


def _kind(type_name: str) -> str:
    model = find_model(type_name)
    return model.de if model else in_words(type_name)


def _geometry(own: Mapping[str, Part]) -> Any:
    for name in sorted(own, key=lambda each: each != "location"):
        part = own[name]
        if part.kind == "geo:point" and isinstance(part.value, str):
            latitude, _, longitude = part.value.partition(",")
            return point(longitude, latitude)
        if part.kind in _PLACED and isinstance(part.value, dict):
            return part.value
    east = next((own[name].value for name in _LONGITUDES if name in own), None)
    north = next((own[name].value for name in _LATITUDES if name in own), None)
    return point(east, north)


def history(document: Any, most: int) -> Found | None:
    """Former values out of a QuantumLeap: for each entity a list of moments, and one of values for each attribute."""
    if not isinstance(document, dict):
        return None
    listed = document.get("entities")
    series = objects(listed if isinstance(listed, list) else [document])
    if not series or not all(isinstance(each.get("index"), list) and word(each.get("entityId")) for each in series):
        return None
    heads: dict[str, Head] = {}
    rows: list[Row] = []
    for each in series:
        columns = {word(given.get("attrName")): given.get("values") for given in objects(each.get("attributes"))}
        columns |= {word(document.get("attrName")): each.get("values")}
        lists = {name: values for name, values in columns.items() if name and isinstance(values, list)}
        for name in lists:
            heads.setdefault(name, Head(attribute_names.german(name), NUMBERS))
        moments: list[datetime | None] = [moment_of(moment) for moment in each["index"][: most - len(rows)]]
        for place, moment in enumerate(moments):
            cells = {name: cell_of(values[place]) for name, values in lists.items() if place < len(values)}
            rows.append(Row({"": _last(word(each["entityId"])), **cells}, None, moment))
    return Found(heads, rows) if heads else None
