"""What a type of entity is like, gathered from its entities: attributes, units, area, years – and never a value.

Values can be people's; so only names and types of attributes, codes of units, and the area and years of all entities
together are taken (GDPR Art. 5; DESIGN 4.4).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from harvesters.city.data_models import is_of_people
from harvesters.city.extents import Area, Years
from harvesters.mapping.native_values import word

# NGSI-LD's kinds of attributes (ETSI GS CIM 009, 4.5) and the member that holds the value of each.
_LD_KINDS = {
    "Property": "value",
    "GeoProperty": "value",
    "Relationship": "object",
    "LanguageProperty": "languageMap",
    "VocabProperty": "vocab",
    "ListProperty": "valueList",
    "ListRelationship": "objectList",
    "JsonProperty": "json",
}
_GEOMETRIES = frozenset(
    {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}
)
TIMES = frozenset(
    {
        *("timeinstant", "timestamp", "dateobserved", "observationdatetime", "observedat", "dateobservedfrom"),
        *("dateobservedto", "measuredat", "resulttime", "phenomenontime"),
    }
)
"""Attributes and metadata that say when something was observed, in small letters."""
_LONGITUDES, _LATITUDES = ("lon", "lng", "longitude"), ("lat", "latitude")
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d\S{0,20}")
_NOT_ATTRIBUTES = frozenset({"id", "type", "@id", "@type", "@context", "scope", "createdAt", "modifiedAt"})
_MOST_ATTRIBUTES, _LONGEST_NAME = 500, 300


class Part(NamedTuple):
    """One attribute of one entity: its type as stated or told from its value, its value, its unit, its times."""

    kind: str
    value: Any
    unit: str = ""
    times: tuple[Any, ...] = ()


class EntityType:
    """A type of entity, and what its entities have told of it so far."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.attributes: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
        self.area = Area()
        self.years = Years()

    def add(self, entity: dict[str, Any]) -> None:
        """Takes an entity, normalised, concise or as pairs of key and value."""
        hidden = is_of_people(self.name)
        for name, value in entity.items():
            if name in _NOT_ATTRIBUTES or len(name) > _LONGEST_NAME:
                continue
            for part in parts_of(value):
                self._note(name, part)
                if not hidden:
                    self._locate(name, part)
        if not hidden:
            self.area.add(_number(entity, _LONGITUDES), _number(entity, _LATITUDES))

    def _note(self, name: str, part: Part) -> None:
        if name not in self.attributes and len(self.attributes) >= _MOST_ATTRIBUTES:
            return
        kinds, units = self.attributes.setdefault(name, ({}, {}))
        if len(kinds) < 5 and part.kind:
            kinds[part.kind[:_LONGEST_NAME]] = None
        if len(units) < 5 and part.unit:
            units[part.unit[:50]] = None

    def _locate(self, name: str, part: Part) -> None:
        if part.kind in ("geo:json", "GeoProperty"):
            self.area.add_geometry(part.value)
        elif part.kind == "geo:point" and isinstance(part.value, str):
            latitude, _, longitude = part.value.partition(",")
            self.area.add(_decimal(longitude), _decimal(latitude))
        if name.lower() in TIMES:
            self.years.add(part.value)
        for time in part.times:
            self.years.add(time)

    def summary(self) -> dict[str, Any]:
        """What was told, as the reader takes it; the same whatever the order of the entities and whatever their values."""
        return {
            "attributes": [
                {"name": name, "types": sorted(kinds), "units": sorted(units)}
                for name, (kinds, units) in sorted(self.attributes.items())
            ],
            "box": self.area.box,
            "years": self.years.span,
        }


def parts_of(value: Any) -> Iterator[Part]:
    """The parts of an attribute: one, or in NGSI-LD one for each data set that it comes from (``datasetId``, 4.5.5)."""
    if isinstance(value, list) and value and all(map(_is_instance, value)):
        for each in value:
            yield _part(each)
    else:
        yield _part(value)


def _is_instance(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        return False
    return "value" in value or _LD_KINDS.get(value["type"], "value") in value


def _part(value: Any) -> Part:
    if not isinstance(value, dict):
        return Part(_kind(value), value)
    kind = word(value.get("type")) or ("Relationship" if isinstance(value.get("object"), str) else "")
    if kind in _LD_KINDS and (_LD_KINDS[kind] in value or "coordinates" not in value):
        inner = value.get(_LD_KINDS[kind])
        typed = inner.get("@type") if isinstance(inner, dict) else None
        plain = inner.get("@value") if isinstance(inner, dict) and typed else inner
        told = (word(typed) or _kind(plain)) if kind == "Property" else kind
        return Part(told, plain, word(value.get("unitCode")), (value.get("observedAt"),))
    if "value" in value and kind not in _GEOMETRIES:
        metadata = value.get("metadata")
        said = metadata if isinstance(metadata, dict) else {}
        unit = _metadata(said, "unitCode") or _metadata(said, "unit") or value.get("unitCode")
        times = tuple(_metadata(said, name) for name in said if name.lower() in TIMES)
        return Part(kind or _kind(value["value"]), value["value"], word(unit), (*times, value.get("observedAt")))
    return Part(_kind(value), value)


def _metadata(metadata: dict[str, Any], name: str) -> Any:
    entry = metadata.get(name)
    return entry.get("value") if isinstance(entry, dict) else entry


def _kind(value: Any) -> str:
    """What a value is by its form, in the words of NGSI-v2 (section "Default values")."""
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, int | float):
        return "Number"
    if isinstance(value, str):
        return "DateTime" if _DATE_TIME.fullmatch(value) else "Text"
    if isinstance(value, list):
        return "Array"
    if isinstance(value, dict):
        return "geo:json" if word(value.get("type")) in _GEOMETRIES and "coordinates" in value else "StructuredValue"
    return ""


def _number(entity: dict[str, Any], names: tuple[str, ...]) -> Any:
    for name in names:
        if name in entity:
            return next(parts_of(entity[name])).value
    return None


def _decimal(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def without_values(entity: dict[str, Any]) -> dict[str, Any]:
    """An entity as it is kept for replays: ids and values are gone, but those of place and time; nothing of people is left.

    Reading what is left gives the same as reading the whole.
    """
    hidden = any(is_of_people(name) for name in _names(entity))
    left: dict[str, Any] = {"id": "-", "type": entity.get("type") or entity.get("@type")}
    for name, value in entity.items():
        if name not in _NOT_ATTRIBUTES and len(name) <= _LONGEST_NAME:
            left[name] = [_kept_part(name, part, hidden) for part in parts_of(value)]
    return {name: value[0] if isinstance(value, list) and len(value) == 1 else value for name, value in left.items()}


def _names(entity: dict[str, Any]) -> list[str]:
    kind = entity.get("type") or entity.get("@type")
    return [word(each) for each in (kind if isinstance(kind, list) else [kind])]


def _kept_part(name: str, part: Part, hidden: bool) -> dict[str, Any]:
    placed = part.kind in ("geo:json", "GeoProperty", "geo:point") or name in (*_LONGITUDES, *_LATITUDES)
    kept: dict[str, Any] = {"type": part.kind, "value": None}
    if not hidden and (placed or name.lower() in TIMES):
        kept["value"] = part.value
    if part.kind in _LD_KINDS:
        kept[_LD_KINDS[part.kind]] = kept.pop("value")
        kept |= {"unitCode": part.unit} if part.unit else {}
    elif part.unit:
        kept["metadata"] = {"unitCode": {"value": part.unit}}
    times = [time for time in part.times if isinstance(time, str)]
    if times and not hidden:
        kept["observedAt"] = "/".join(times)[:200]
    return kept
