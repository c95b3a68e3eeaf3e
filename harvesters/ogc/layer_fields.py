"""What the standards say of a layer, feature type or coverage in the same way, and the fields of what only one knows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from harvesters.ogc.capabilities import Field
from harvesters.ogc.elements import Element, child, children, href, local, online, shown, tagged, text
from harvesters.ogc.service_fields import KEYWORD_LISTS, keywords

_TEXTS = {"Title": "title", "label": "title", "Abstract": "abstract", "description": "abstract"}
_LINKS = ("MetadataURL", "Metadata", "metadataLink")
_COMMON = frozenset({*_TEXTS, *_LINKS, *KEYWORD_LISTS})


def common(element: Element, known: Collection[str]) -> Iterator[Field]:
    """Title, abstract, keywords, links to metadata; then the elements that neither this module nor ``known`` reads."""
    place = local(element)
    for each in children(element):
        name = local(each)
        if name in _TEXTS:
            yield Field(_TEXTS[name], f"{place}.{name}", tagged(each))
        elif name in _LINKS:
            if address := href(each) or online(each) or text(each):
                media_type = text(each, "Format") or str(each.get("format") or "")
                yield Field("metadata", f"{place}.{name}", [address, media_type])
        elif name not in _COMMON and name not in known and (whole := shown(each)):
            yield Field("other", f"{place}.{name}", whole)
    yield from keywords(element)


def corners(element: Element | None) -> tuple[str, ...]:
    """West, south, east, north of an ``ows:WGS84BoundingBox``, whose corners give longitude first (OWS Common 10.2.2)."""
    lower, upper = text(element, "LowerCorner").split(), text(element, "UpperCorner").split()
    return (*lower[:2], *upper[:2]) if len(lower) >= 2 and len(upper) >= 2 else ()


def edges(element: Element | None) -> tuple[str, ...]:
    """West, south, east, north of a box with the attributes ``minx miny maxx maxy``, as they stand."""
    if element is None:
        return ()
    found = tuple(str(element.get(name) or "").strip() for name in ("minx", "miny", "maxx", "maxy"))
    return found if all(found) else ()


def first_text(element: Element, names: Sequence[str]) -> str:
    """The text of the first of the elements that has one."""
    return next((said for name in names if (said := text(element, name))), "")


def listed(element: Element | None, *names: str) -> tuple[str, ...]:
    """The texts of all child elements of these names, each once, in their order."""
    return tuple(dict.fromkeys(said for each in children(element, *names) if (said := text(each))))


def allowed(operations: Element | None, operation: str, parameter: str) -> tuple[str, ...]:
    """The values that an operation allows for a parameter (OWS Common 1.0 and 1.1); those of all operations count too."""
    found: dict[str, None] = {}
    places = [each for each in children(operations, "Operation") if each.get("name") == operation]
    for place in (*places, operations):
        for each in children(place, "Parameter"):
            if str(each.get("name") or "").lower() != parameter.lower():
                continue
            values = child(each, "AllowedValues")
            found |= dict.fromkeys(listed(each if values is None else values, "Value"))
    return tuple(found)
