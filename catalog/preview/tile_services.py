"""Layers of a WMTS (OGC 07-057r7): which have tiles that web maps show, how these are asked for, and a picture of them.

Web maps show squares of 256 pixels in web Mercator, counted from the north-west corner of the world; other matrix sets
cannot be laid over them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import quote, urlsplit, urlunsplit

from anyio.to_thread import run_sync

from catalog.maps import boxes, tiles
from catalog.maps.tiles import Tile
from catalog.preview.fetching import Fetched, NotFetched
from catalog.preview.model import Wanted
from catalog.preview.pictures import Mosaic
from catalog.preview.reasons import Reason
from catalog.preview.service_asking import Asking, description
from catalog.preview.service_layers import PICTURES, chosen, is_mercator, named, part_seen, titles_of
from harvesters.ogc import standards
from harvesters.ogc.addresses import asking, is_inner
from harvesters.ogc.capabilities import Capabilities, Layer
from harvesters.ogc.documents import open_xml
from harvesters.ogc.elements import Element, child, children, text
from harvesters.ogc.layer_distributions import degrees_of
from harvesters.ogc.service_record import endpoint
from schemas.syntax import Unreadable
from schemas.tables.geometry import BoundingBox
from schemas.tables.positions import from_mercator, to_mercator

SIDE = 256
ACROSS = 3
"""How many tiles a picture of a layer is wide and high, at most."""
MOST_ZOOM = 22
_WORLD_SCALE = 559_082_264.0287178  # scale of the tile that shows the whole world (07-057r7, annex E.4)
_TILE_BYTES = 2_000_000
_PLACE = re.compile(r"\{(\w{1,60})\}")
_OF_TILES = frozenset(("tilematrix", "tilerow", "tilecol"))


class Grid(NamedTuple):
    """How the tiles of a layer are asked for: an address with places for matrix, row and column; the matrix of each zoom."""

    template: str
    matrices: Mapping[int, str]


class Tiled(NamedTuple):
    """A WMTS, and the grids of those of its layers that web maps can show, by their names."""

    capabilities: Capabilities
    grids: Mapping[str, Grid]


async def described(asked: Asking) -> Tiled:
    """The description of a WMTS. Raises NotFetched."""
    got = await description(asked)
    try:
        return await run_sync(read, got.body, got.source.final_address)
    except Unreadable as error:
        raise NotFetched(Reason("no-service"), got.source.status) from error


def read(body: bytes, url: str) -> Tiled:
    """A capabilities document and the address that it came from, taken apart. Raises Unreadable."""
    told = standards.cut(body, url, "WMTS").capabilities
    contents = child(open_xml(body).root, "Contents")
    sets = {text(each, "Identifier"): _matrices(each) for each in children(contents, "TileMatrixSet")}
    grids: dict[str, Grid] = {}
    for element in children(contents, "Layer"):
        links = [text(each, "TileMatrixSet") for each in children(element, "TileMatrixSetLink")]
        link = max((each for each in links if sets.get(each)), key=lambda each: len(sets[each]), default="")
        template = _template(told, element, link) if link else None
        if template is not None:
            grids[text(element, "Identifier")] = Grid(template, sets[link])
    return Tiled(told, grids)


def _matrices(matrix_set: Element) -> dict[int, str]:
    """The matrices of a set that are zooms of a web map."""
    if not is_mercator(text(matrix_set, "SupportedCRS")):
        return {}
    found: dict[int, str] = {}
    for matrix in children(matrix_set, "TileMatrix"):
        numbers = _numbers(
            text(matrix, "ScaleDenominator"),
            text(matrix, "TileWidth"),
            text(matrix, "TileHeight"),
            *text(matrix, "TopLeftCorner").split(),
        )
        if len(numbers) != 5 or numbers[0] <= 0:
            continue
        scale, width, height, left, top = numbers
        zoom = math.log2(_WORLD_SCALE / scale)
        is_square = width == height == SIDE and abs(left + tiles.HALF) < 1 and abs(top - tiles.HALF) < 1
        if is_square and abs(zoom - round(zoom)) < 0.001 and 0 <= round(zoom) <= MOST_ZOOM:
            found.setdefault(round(zoom), text(matrix, "Identifier"))
    return found


def _numbers(*said: str) -> list[float]:
    try:
        found = [float(each) for each in said]
    except ValueError:
        return []
    return found if all(map(math.isfinite, found)) else []


def _template(told: Capabilities, layer: Element, matrix_set: str) -> str | None:
    """The address of a layer's tiles: by a template (RESTful) where the service has one, else by parameters."""
    styles = list(children(layer, "Style"))
    style = next((each for each in styles if str(each.get("isDefault")).lower() in ("true", "1")), None)
    named = text(style if style is not None else next(iter(styles), None), "Identifier")
    extra = {text(each, "Identifier"): text(each, "Default") for each in children(layer, "Dimension")}
    values = {key.lower(): value for key, value in {**extra, "Style": named, "TileMatrixSet": matrix_set}.items()}
    resources = [each for each in children(layer, "ResourceURL") if str(each.get("resourceType") or "") == "tile"]
    by_form = {str(each.get("format") or ""): str(each.get("template") or "") for each in reversed(resources)}
    for each in PICTURES:
        if each in by_form and (filled := _filled(_reachable(by_form[each], told.url), values)):
            return filled
    offered = {text(each) for each in children(layer, "Format")}
    form = next((each for each in PICTURES if each in offered), None)
    if form is None or "GetTile" not in told.service.operations:
        return None
    question = {"LAYER": text(layer, "Identifier"), "STYLE": named, "TILEMATRIXSET": matrix_set, "FORMAT": form}
    at = endpoint(told.service, told.url, "GetTile")
    address = asking(at, SERVICE="WMTS", REQUEST="GetTile", VERSION="1.0.0", **question, **extra)
    return f"{_escaped(address)}&TILEMATRIX={{TileMatrix}}&TILEROW={{TileRow}}&TILECOL={{TileCol}}"


def _escaped(address: str) -> str:
    return address.replace("{", "%7B").replace("}", "%7D")


def _reachable(template: str, asked: str) -> str:
    """A template as it can be asked for; empty where it names a host that nobody outside can reach."""
    parts, own = urlsplit(template), urlsplit(asked)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or (is_inner(template) and parts.netloc != own.netloc)
    ):
        return ""
    if own.scheme == "https" and parts.hostname == own.hostname and parts.port is None:
        parts = parts._replace(scheme="https")
    return urlunsplit(parts)


def _filled(template: str, values: Mapping[str, str]) -> str:
    """A template with places for matrix, row and column only; empty where it has none of these, or others still."""
    places = {place.lower() for place in _PLACE.findall(template)}
    if not places >= _OF_TILES or not places - _OF_TILES <= values.keys():
        return ""
    return _put(template, values)


def _put(template: str, values: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        said = values.get(found[1].lower())
        return found[0] if said is None else quote(said, safe=":")

    return _PLACE.sub(value, template)


def address(tiled: Tiled, wanted: Wanted, tile: Tile, places: Collection[str] = ()) -> str | None:
    """The address of a tile of the wanted layer; None where the layer has none, or is not called just so."""
    try:
        picked = chosen(tiled.capabilities.layers, wanted, titles_of(tiled.capabilities), places)
    except NotFetched:
        return None
    if wanted.layer and picked.layer.name != wanted.layer:
        return None
    grid = tiled.grids.get(picked.layer.name)
    stated = degrees_of(picked.layer.box)
    if grid is None or (stated is not None and not boxes.meets(BoundingBox(*stated), tile.box)):
        return None
    return _of_tile(grid, tile)


def _of_tile(grid: Grid, tile: Tile) -> str | None:
    matrix = grid.matrices.get(tile.z)
    if matrix is None:
        return None
    return _put(grid.template, {"tilematrix": matrix, "tilerow": str(tile.y), "tilecol": str(tile.x)})


async def picture(asked: Asking) -> Fetched:
    """A few tiles of a layer side by side: as a whole, or what of it lies in the region. Raises NotFetched."""
    tiled = await described(asked)
    layers = tiled.capabilities.layers
    try:
        picked = chosen(layers, asked.wanted, titles_of(tiled.capabilities), asked.places)
    except NotFetched as refused:  # only what can be shown is a choice
        drawable = tuple(each for each in refused.layers if each[0] in tiled.grids)
        raise NotFetched(
            refused.reason if drawable or not refused.layers else Reason("no-tiles"), 0, drawable
        ) from None
    layer = picked.layer
    if layer.name not in tiled.grids:
        raise NotFetched(Reason("no-tiles"))
    grid = tiled.grids[layer.name]
    seen = _seen(layer, asked)
    squares = tiles.over(seen, grid.matrices, ACROSS)
    parts = [await _fetched(asked, grid, tile) for row in squares for tile in row]
    first = next((got for got in parts if got is not None), None)
    if first is None:
        raise NotFetched(Reason("no-layer"))
    bodies = [got.body if got is not None else b"" for got in parts]
    body = b"".join(bodies)
    shown, extent = _cut(seen, squares)
    offered = tuple(each for each in picked.layers if each[0] in tiled.grids)
    return replace(
        first,
        body=body,
        source=first.source._replace(name=named(layer.name, ".png"), size=len(body), read=len(body)),
        layers=offered if len(offered) > 1 else (),
        layer=layer.name,
        mosaic=Mosaic(len(squares[0]), tuple(map(len, bodies)), shown),
        extent=extent,
    )


def _cut(seen: BoundingBox, squares: Sequence[Sequence[Tile]]) -> tuple[tuple[float, float, float, float], BoundingBox]:
    """What of the squares is seen: as shares of their width and height from the north-west, and in degrees."""
    west, _, _, north = squares[0][0].metres
    _, south, east, _ = squares[-1][-1].metres
    left, bottom = to_mercator(seen.west, max(seen.south, -85.0))
    right, top = to_mercator(seen.east, min(seen.north, 85.0))
    left, right, bottom, top = max(left, west), min(right, east), max(bottom, south), min(top, north)
    across, down = east - west, north - south
    shares = ((left - west) / across, (north - top) / down, (right - west) / across, (north - bottom) / down)
    return shares, BoundingBox(*from_mercator(left, bottom), *from_mercator(right, top))


def _seen(layer: Layer, asked: Asking) -> BoundingBox:
    """What is shown of a layer; one that does not say where it lies may lie everywhere."""
    stated = degrees_of(layer.box) or (-180.0, -85.0, 180.0, 85.0)
    return part_seen(BoundingBox(*stated), asked.region)


async def _fetched(asked: Asking, grid: Grid, tile: Tile) -> Fetched | None:
    """A tile; None where the service has none at this place."""
    at = _of_tile(grid, tile)
    assert at is not None  # only zooms that the grid has are chosen
    try:
        got = await asked.fetch(at, _TILE_BYTES)
    except NotFetched as refused:
        if refused.status in (204, 400, 404):  # what lies beside the layer
            return None
        raise
    return got if got.body and got.body.lstrip()[:1] != b"<" else None
