"""Which layer of a service is shown, and how it is asked for: layers, collections, the request for a map."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from catalog.maps import boxes
from catalog.maps.outlines import frame
from catalog.preview.fetching import NotFetched
from catalog.preview.layer_names import by_name, is_whole, meant, names_of
from catalog.preview.model import Wanted
from catalog.preview.reasons import Reason
from harvesters.mapping.native_values import word
from harvesters.ogc import api
from harvesters.ogc.addresses import asking, parameter
from harvesters.ogc.capabilities import Capabilities, Layer
from harvesters.ogc.crs import crs84, crs_iri, is_geographic
from harvesters.ogc.layer_distributions import degrees_of
from harvesters.ogc.service_record import endpoint
from schemas.region import Region
from schemas.tables.geometry import BoundingBox
from schemas.tables.positions import from_mercator, to_mercator

MOST_LAYERS = 200
"""How many layers of a service can be chosen."""
WIDEST = 800
PICTURES = ("image/png", "image/png8", "image/png; mode=8bit", "image/jpeg", "image/gif", "image/webp")
_MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
_FORMER_MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3785"
Layers = tuple[tuple[str, str], ...]


class Chosen(NamedTuple):
    """The layer that is shown, and name and title of all that can be (where there are several)."""

    layer: Layer
    layers: Layers


class View(NamedTuple):
    """What a map of a WMS shows: its edges in the units of a reference system, its size in pixels."""

    crs: str
    edges: tuple[float, float, float, float]
    width: int
    height: int


def chosen(
    layers: Sequence[Layer], wanted: Wanted, whole: Sequence[str] = (), places: Collection[str] = frozenset()
) -> Chosen:
    """The layer that is wanted by name; else the one that the dataset is, as its address and its record call it.

    The first, where there is but one, where the dataset is the ``whole`` service (by whose titles it is called), or where
    nothing says how it is called. ``places`` are words that say where data are, not what. Raises NotFetched: there is none,
    or it is the reader's choice; then with the layers.
    """
    usable = [each for each in layers if each.name]
    if not usable:
        raise NotFetched(Reason("no-layer"))
    offered = tuple((each.name, each.title or each.name) for each in usable[:MOST_LAYERS])
    if wanted.layer:
        # A layer that was asked for and is not there is not replaced by another one.
        found = by_name(usable, wanted.layer)
    else:
        names = names_of(wanted)
        found = meant(usable, names, places)
        if found is None and (len(usable) == 1 or not names or is_whole(whole, names)):
            found = usable[0]
        if found is None:
            raise NotFetched(Reason("which-layer"), layers=offered)
    if found is None:
        raise NotFetched(Reason("no-layer"))
    return Chosen(found, offered if len(usable) > 1 else ())


def titles_of(described: Capabilities) -> tuple[str, ...]:
    """What a service calls itself, in all languages."""
    said = (each.value for each in described.service.fields if each.name == "title")
    return tuple(title for each in said for title in (each.values() if isinstance(each, dict) else (str(each),)))


class Collections(NamedTuple):
    """The collections of an OGC API that hold features: as layers, and the address of each one's items."""

    layers: tuple[Layer, ...]
    items: Mapping[str, str]


def collections_of(found: Mapping[str, Any], at: str) -> Collections:
    """The collections that a document of an OGC API lists, each once."""
    items: dict[str, str] = {}
    layers: list[Layer] = []
    for entry in api.collections_in(found) or []:
        name = word(entry.get("id")) if isinstance(entry, dict) else ""
        link = api.link(api.links(entry, at), "items") if name else None
        if name and name not in items and link is not None and not api.holds_records(entry):
            items[name] = link.href
            layers.append(Layer(name, word(entry.get("title")) or name, ()))
    return Collections(tuple(layers), items)


def map_address(described: Capabilities, layer: Layer, region: Region) -> str | None:
    """GetMap for a layer as a whole, or for what of it lies in the region; None where the service cannot draw it."""
    stated = degrees_of(layer.box)
    if stated is None:
        return None
    box = part_seen(BoundingBox(*stated), region)
    crs = map_crs(layer)
    if crs is None:
        return None
    return request(described, layer, seen(crs, box, WIDEST))


def part_seen(box: BoundingBox, region: Region) -> BoundingBox:
    """What is shown of a layer that lies in a box: what of it lies in the region or near; all of it where none does."""
    place = frame(region)
    if place is not None:
        near = boxes.grown(place, 0.2)
        if boxes.meets(box, near):
            box = BoundingBox(
                max(box.west, near.west),
                max(box.south, near.south),
                min(box.east, near.east),
                min(box.north, near.north),
            )
    return boxes.grown(box, 0.02)


def map_crs(layer: Layer) -> str | None:
    """The reference system to ask in, as the service writes it: web Mercator, else degrees."""
    mercator = next((each for each in layer.crs if is_mercator(each)), None)
    plain = next((each for each in layer.crs if crs84(each)), None)
    return mercator or plain or next((each for each in layer.crs if is_geographic(each)), None)


def is_mercator(crs: str) -> bool:
    """Whether a name means web Mercator: EPSG:3857, the deprecated EPSG:3785, or what others call it (900913)."""
    return crs_iri(crs) in (_MERCATOR, _FORMER_MERCATOR)


def seen(crs: str, box: BoundingBox, widest: int) -> View:
    """A box in degrees as a view, in the proportions of web Mercator, its longer side so many pixels."""
    (left, bottom), (right, top) = to_mercator(box.west, box.south), to_mercator(box.east, box.north)
    across, up = max(right - left, 1.0), max(top - bottom, 1.0)
    scale = widest / max(across, up)
    size = max(1, round(across * scale)), max(1, round(up * scale))
    edges = (left, bottom, right, top) if is_mercator(crs) else tuple(box)
    return View(crs, (edges[0], edges[1], edges[2], edges[3]), *size)


def request(described: Capabilities, layer: Layer, view: View, transparent: bool = False) -> str | None:
    """GetMap for a view of a layer; None where the service gives no picture that browsers show.

    WMS 1.3.0 wants EPSG:4326 in the order of its axes, latitude first (OGC 06-042, 6.7.3.3).
    """
    service = described.service
    kind = next((each for each in PICTURES if each in service.formats), None)
    if kind is None:
        return None
    newer = service.version >= "1.3"
    west, south, east, north = view.edges
    turned = newer and is_geographic(view.crs)
    return asking(
        endpoint(service, described.url, "GetMap"),
        SERVICE="WMS",
        VERSION=service.version,
        REQUEST="GetMap",
        LAYERS=layer.name,
        STYLES="",
        **{"CRS" if newer else "SRS": view.crs},
        BBOX=",".join(map(repr, (south, west, north, east) if turned else (west, south, east, north))),
        WIDTH=str(view.width),
        HEIGHT=str(view.height),
        FORMAT=kind,
        TRANSPARENT="TRUE" if transparent else "FALSE",
    )


def seen_box(address: str) -> BoundingBox | None:
    """The box in degrees that a request for a map of :func:`request` shows; None for any other address."""
    if parameter(address, "request").lower() != "getmap":
        return None
    crs = parameter(address, "crs") or parameter(address, "srs")
    try:
        edges = [float(edge) for edge in parameter(address, "bbox").split(",")]
    except ValueError:
        return None
    if len(edges) != 4:
        return None
    west, south, east, north = edges
    if is_mercator(crs):
        return BoundingBox(*from_mercator(west, south), *from_mercator(east, north))
    if is_geographic(crs) and parameter(address, "version") >= "1.3":
        return BoundingBox(south, west, north, east)
    return BoundingBox(west, south, east, north) if crs84(crs) or is_geographic(crs) else None


def named(layer: str, ending: str) -> str:
    """A file name for a layer."""
    return (re.sub(r"[^\w.-]+", "-", layer).strip("-.")[:80] or "ebene") + ending
