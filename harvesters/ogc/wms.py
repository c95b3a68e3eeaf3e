"""The layers of a Web Map Service, WMS 1.1.1 (OGC 01-068r3) and 1.3.0 (OGC 06-042): a tree that hands properties down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from harvesters.ogc.capabilities import Field, Layer, Service
from harvesters.ogc.crs import crs84, is_geographic
from harvesters.ogc.elements import Element, child, children, local, online, text
from harvesters.ogc.layer_fields import common, edges, listed
from harvesters.ogc.service_fields import service_of

_WGS84 = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")
_MOST_CRS = 20
_SCALES = ("MinScaleDenominator", "MaxScaleDenominator", "ScaleHint")
_READ = frozenset(
    {
        *("Layer", "Name", "SRS", "CRS", "EX_GeographicBoundingBox", "LatLonBoundingBox", "BoundingBox", "Dimension"),
        *("Extent", "Attribution", "AuthorityURL", "Identifier", "DataURL", "FeatureListURL", "Style", *_SCALES),
    }
)


@dataclass(frozen=True, slots=True)
class _Handed:
    """What a layer hands down to those below it (1.3.0, table 5; 1.1.1, table 4): title, abstract and keywords are not."""

    crs: tuple[str, ...] = ()
    box: tuple[str, ...] = ()
    times: tuple[Field, ...] = ()
    scales: tuple[Field, ...] = ()
    attribution: tuple[Field, ...] = ()
    authorities: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Node:
    element: Element
    parent: int | None
    handed: _Handed
    path: tuple[str, ...]
    name: str
    title: str
    own_crs: tuple[str, ...]
    below: list[int] = field(default_factory=list)
    has_named_below: bool = False


def service(root: Element) -> Service:
    """The service, with the formats of GetMap."""
    version = str(root.get("version") or "")
    formats = listed(child(root, "Capability", "Request", "GetMap"), "Format")
    return service_of(root, "WMS", version, formats)


def layers(root: Element, group: bool = False) -> tuple[Layer, ...]:
    """The layers that can be asked for and have none such below them; with ``group`` what holds such layers and nothing else.

    A named layer above others draws them all at once: as a dataset of its own it would say everything twice.
    """
    nodes = _tree(root)
    deepest = [n for n, node in enumerate(nodes) if node.name and not node.has_named_below]
    if not group:
        return tuple(_layer(nodes[n]) for n in deepest)
    chosen: dict[int, None] = {}
    for n in deepest:
        above = nodes[n].parent
        whole = above is not None and not any(nodes[each].has_named_below for each in nodes[above].below)
        chosen[above if whole and above is not None else n] = None
    return tuple(_group(nodes, n) if nodes[n].has_named_below else _layer(nodes[n]) for n in chosen)


def unnamed(root: Element) -> tuple[str, ...]:
    """The titles of layers at the end of the tree that no request can name: nothing of theirs can be had."""
    return tuple(node.title for node in _tree(root) if not (node.below or node.name) and not _is_drawn(node))


def _is_drawn(node: _Node) -> bool:
    return any(local(each) == "Layer" and text(each, "Name") for each in node.element.iterancestors())


def _tree(root: Element) -> list[_Node]:
    """All layers, each after the one above it; without recursion, for a document may be nested deeply (F40)."""
    nodes: list[_Node] = []
    waiting: list[tuple[Element, int | None, _Handed, tuple[str, ...]]] = [
        (each, None, _Handed(), ()) for each in reversed([*children(child(root, "Capability"), "Layer")])
    ]
    version = str(root.get("version") or "")
    while waiting:
        element, parent, handed, path = waiting.pop()
        handed = _handed(element, handed, version)
        number = len(nodes)
        # Before 1.1.0 one SRS element held several, between blanks.
        own = tuple(part for said in listed(element, "CRS", "SRS") for part in said.split())
        nodes.append(_Node(element, parent, handed, path, text(element, "Name"), text(element, "Title"), own))
        if parent is not None:
            nodes[parent].below.append(number)
        inner = [*children(element, "Layer")]
        waiting.extend((each, number, handed, (*path, nodes[number].title)) for each in reversed(inner))
    for node in reversed(nodes):
        if node.parent is not None and (node.name or node.has_named_below):
            nodes[node.parent].has_named_below = True
    return nodes


def _handed(element: Element, above: _Handed, version: str) -> _Handed:
    own = [part for said in listed(element, "CRS", "SRS") for part in said.split()]
    attribution = child(element, "Attribution")
    authorities = tuple((str(each.get("name") or ""), online(each)) for each in children(element, "AuthorityURL"))
    return replace(
        above,
        crs=tuple(dict.fromkeys((*own, *above.crs))) if own else above.crs,
        box=_box(element, version) or above.box,
        times=tuple(_times(element)) or above.times,
        scales=tuple(_scales(element)) or above.scales,
        attribution=tuple(_attribution(attribution)) if attribution is not None else above.attribution,
        authorities=(*above.authorities, *authorities),
    )


def _box(element: Element, version: str) -> tuple[str, ...]:
    """West, south, east, north in WGS84: from the element for it, else from a box in degrees.

    WMS 1.3.0 gives EPSG:4326 in the order of its axes, latitude first (6.7.3.1); 1.1.1 gives longitude first.
    """
    stated = child(element, "EX_GeographicBoundingBox")
    if stated is not None and all(found := tuple(text(stated, name) for name in _WGS84)):
        return found
    if plain := edges(child(element, "LatLonBoundingBox")):
        return plain
    for each in children(element, "BoundingBox"):
        crs = str(each.get("CRS") or each.get("SRS") or "")
        box = edges(each)
        if box and crs84(crs):
            return box
        if box and is_geographic(crs):
            return (box[1], box[0], box[3], box[2]) if version >= "1.3" else box
    return ()


def _times(element: Element) -> Iterator[Field]:
    """The extent in time: in the dimension's own element, before 1.3.0 in one beside it."""
    for each in children(element, "Dimension", "Extent"):
        if str(each.get("name") or "").lower() == "time" and (said := text(each)):
            yield Field("time", f"Layer.{local(each)}", said)


def _scales(element: Element) -> Iterator[Field]:
    for each in children(element, *_SCALES):
        if local(each) == "ScaleHint":
            yield Field("scale", "Layer.ScaleHint", f"{each.get('min') or ''}/{each.get('max') or ''}")
        elif said := text(each):
            yield Field("scale", f"Layer.{local(each)}", said)


def _attribution(element: Element) -> Iterator[Field]:
    if title := text(element, "Title"):
        yield Field("attribution", "Layer.Attribution", [title, online(element)])
    if logo := online(child(element, "LogoURL")):
        yield Field("other", "Layer.Attribution.LogoURL", logo)


def _layer(node: _Node) -> Layer:
    element, handed = node.element, node.handed
    fields = [*common(element, _READ), *handed.times, *handed.scales, *handed.attribution]
    fields += _identifiers(element, dict(handed.authorities))
    for each in children(element, "DataURL", "FeatureListURL"):
        if address := online(each):
            fields.append(Field("data", f"Layer.{local(each)}", [address, text(each, "Format")]))
    for style in children(element, "Style"):
        if legend := online(child(style, "LegendURL")):
            fields.append(Field("other", "Layer.Style.LegendURL", legend))
    if node.name:
        fields.insert(0, Field("name", "Layer.Name", node.name))
    crs = _systems(node)
    if len(crs) < len(handed.crs):
        fields.append(Field("other", "Layer.CRS", f"{len(handed.crs)} CRS"))
    return Layer(node.name, node.title or node.name, tuple(fields), crs, handed.box, path=node.path)


def _systems(node: _Node) -> tuple[str, ...]:
    """The reference systems of a layer. Thousands, as GeoServer lists, are what the server can transform to and say nothing
    of the layer: then those that it has a box in or states itself, and degrees.
    """
    boxed = (str(each.get("CRS") or each.get("SRS") or "") for each in children(node.element, "BoundingBox"))
    first = [each for each in boxed if each in node.handed.crs]
    if len(node.handed.crs) <= _MOST_CRS:
        return tuple(dict.fromkeys((*first, *node.handed.crs)))
    own = node.own_crs if len(node.own_crs) <= _MOST_CRS else ()
    degrees = (each for each in node.handed.crs if crs84(each) or is_geographic(each))
    return tuple(dict.fromkeys((*first, *own, *degrees)))


def _identifiers(element: Element, authorities: dict[str, str]) -> Iterator[Field]:
    for each in children(element, "Identifier"):
        if said := text(each):
            authority = str(each.get("authority") or "")
            yield Field("identifier", "Layer.Identifier", [said, authorities.get(authority) or authority])


def _group(nodes: list[_Node], number: int) -> Layer:
    node = nodes[number]
    parts = [nodes[each] for each in node.below if nodes[each].name]
    whole = _layer(node)
    box = whole.box or _around([part.handed.box for part in parts])
    crs = whole.crs or _systems(parts[0])
    return replace(whole, parts=tuple(part.name for part in parts), box=box, crs=crs)


def _around(boxes: list[tuple[str, ...]]) -> tuple[str, ...]:
    """The box around boxes; none if one of them has none."""
    try:
        numbers = [tuple(float(edge) for edge in box) for box in boxes if len(box) == 4]
    except ValueError:
        return ()
    if len(numbers) < len(boxes) or not numbers:
        return ()
    west, south, east, north = zip(*numbers, strict=True)
    return tuple(map(repr, (min(west), min(south), max(east), max(north))))
