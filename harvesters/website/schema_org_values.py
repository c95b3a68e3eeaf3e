"""The values of schema.org properties, which may come as text, object or list, in their plainest form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from harvesters.website.linked_data import types_of
from schemas.kinds import Literal, iri, is_web
from schemas.model import ContactPoint, Resource

_PERSON = "http://schema.org/Person"
_NUMBER = re.compile(r"-?\d{1,3}(?:\.\d{1,20})?")
_MAX_VALUES = 1_000


def values_in(value: Any) -> list[Any]:
    """A property's values as a list, whether there is one, several or none."""
    if value is None or value == "":
        return []
    return value[:_MAX_VALUES] if isinstance(value, list) else [value]


def objects_in(value: Any) -> Iterator[dict[str, Any]]:
    """Those of the values that are objects."""
    return (entry for entry in values_in(value) if isinstance(entry, dict))


def strings_in(value: Any) -> Iterator[str]:
    """The texts of a value: itself, or what an object says by value, address or name."""
    for entry in values_in(value):
        if isinstance(entry, dict):
            entry = next(
                (entry[name] for name in ("@value", "value", "@id", "url", "name", "alternateName") if entry.get(name)),
                None,
            )
        if isinstance(entry, bool) or entry is None:
            continue
        if isinstance(entry, (str, int, float)) and (text := str(entry).strip()):
            yield text


def literals_in(value: Any, language: str) -> Iterator[Literal]:
    """The texts of a value with their languages; those without one get ``language``."""
    for entry in values_in(value):
        if isinstance(entry, dict) and isinstance(text := entry.get("@value"), str):
            tag = entry.get("@language")
            if text.strip():
                yield Literal(text.strip(), tag.lower() if isinstance(tag, str) and tag else language)
        elif isinstance(entry, dict) and not entry.get("name") and all(isinstance(v, str) for v in entry.values()):
            # A map of languages: {"de": "…", "en": "…"}.
            for tag, text in entry.items():
                if re.fullmatch(r"[a-z]{2,3}", tag) and text.strip():
                    yield Literal(text.strip(), tag)
        else:
            for text in strings_in(entry.get("name") if isinstance(entry, dict) else entry):
                yield Literal(text, language)


def contacts_in(agent: dict[str, Any], language: str) -> list[Resource]:
    """The contact points of an agent, or its own e-mail and telephone."""
    found = [
        point
        for entry in objects_in(agent.get("contactPoint"))
        for point in contact_in({"name": agent.get("name"), **entry}, language)
    ]
    return found or contact_in(agent, language)


def contact_in(entry: dict[str, Any], language: str) -> list[Resource]:
    """A contact point, if an e-mail or a telephone makes it one."""
    boxes = tuple(
        f"mailto:{box}"
        for text in strings_in(entry.get("email"))
        if re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", box := text.removeprefix("mailto:"))
    )
    phones = tuple(
        f"tel:{number}" for text in strings_in(entry.get("telephone")) if len(number := re.sub(r"[^\d+]", "", text)) > 4
    )
    if not boxes and not phones:
        return []
    names = tuple(literals_in(entry.get("name"), language)) or tuple(literals_in(entry.get("contactType"), language))
    pages = tuple(address for text in strings_in(entry.get("url")) if (address := iri(text)) and is_web(address))
    types = (_PERSON,) if "Person" in types_of(entry) else ()
    return [ContactPoint(types=types, fn=names[:1], has_email=boxes, has_telephone=phones, has_url=pages[:1])]


def _numbers(text: str) -> list[str]:
    parts = re.split(r"[\s,]+", text.strip())
    return parts if parts and all(_NUMBER.fullmatch(part) for part in parts) else []


def box_wkt(text: str) -> str | None:
    """A GeoShape's box, ``south west north east`` (schema.org/box: latitude first), as WKT."""
    numbers = _numbers(text)
    if len(numbers) != 4:
        return None
    south, west, north, east = numbers
    return f"POLYGON(({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))"


def point_wkt(shape: dict[str, Any]) -> str | None:
    """A GeoCoordinates as WKT; None without both coordinates."""
    latitude, longitude = next(strings_in(shape.get("latitude")), ""), next(strings_in(shape.get("longitude")), "")
    if not (_NUMBER.fullmatch(latitude) and _NUMBER.fullmatch(longitude)):
        return None
    return f"POINT({longitude} {latitude})"


def polygon_wkt(text: str) -> str | None:
    """A GeoShape's polygon (latitude first) as WKT; None if it is none."""
    numbers = _numbers(text)
    if len(numbers) < 8 or len(numbers) % 2 or len(numbers) > 20_000:
        return None
    points = [f"{numbers[n + 1]} {numbers[n]}" for n in range(0, len(numbers), 2)]
    if points[0] != points[-1]:
        points.append(points[0])
    return f"POLYGON(({', '.join(points)}))"
