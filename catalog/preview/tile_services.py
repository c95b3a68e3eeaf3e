"""Layers of a WMTS (OGC 07-057r7): which have tiles that web maps show, how these are asked for, and a picture of them.

Web maps show squares in web Mercator, counted from the north-west corner of the world. Of a layer that has tiles in UTM
alone there is a still picture.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote, urlsplit, urlunsplit

from anyio.to_thread import run_sync

from catalog.maps import boxes, tiles
from catalog.maps.tiles import Tile
from catalog.preview import measured_tiles, tile_matrices
from catalog.preview.fetching import Fetched, NotFetched
from catalog.preview.model import Tiling, Wanted
from catalog.preview.pictures import Mosaic
from catalog.preview.reasons import Reason
from catalog.preview.service_asking import Asking, description
from catalog.preview.service_layers import PICTURES, chosen, named, part_seen, titles_of
from catalog.preview.tile_matrices import Matrix
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

ACROSS = 3
"""How many tiles a picture of a layer is wide and high, at most."""
_TILE_BYTES = 2_000_000
_PLACE = re.compile(r"\{(\w{1,60})\}")
_OF_TILES = frozenset(("tilematrix", "tilerow", "tilecol"))


class Grid(NamedTuple):
    """How the tiles of a layer are asked for: an address with places for matrix, row and column; the matrix of each zoom.

    ``side`` is how many pixels wide and high a tile is.
    """

    template: str
    matrices: Mapping[int, str]
    side: int = tile_matrices.SIDES[0]


class Measured(NamedTuple):
    """The same of a layer with tiles in UTM: the system, and the matrices from the finest."""

    template: str
    crs: str
    matrices: tuple[Matrix, ...]


class Tiled(NamedTuple):
    """A WMTS, and the grids of its layers by their names: of those that web maps can show, and of those in UTM alone."""

    capabilities: Capabilities
    grids: Mapping[str, Grid]
    measured: Mapping[str, Measured] = MappingProxyType({})

    def has(self, layer: str) -> bool:
        """Whether there is a picture of a layer."""
        return layer in self.grids or layer in self.measured


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
    sets = {text(each, "Identifier"): each for each in children(contents, "TileMatrixSet")}
    zooms = {name: tile_matrices.zooms(each) for name, each in sets.items()}
    in_utm = {name: tile_matrices.measured(each) for name, each in sets.items()}
    grids: dict[str, Grid] = {}
    measured: dict[str, Measured] = {}
    for element in children(contents, "Layer"):
        links = [text(each, "TileMatrixSet") for each in children(element, "TileMatrixSetLink")]
        own = [each for each in links if each in sets]
        name = text(element, "Identifier")
        link = max(own, key=lambda each: (len(zooms[each].matrices), -zooms[each].side), default="")
        if link and zooms[link].matrices:
            if template := _template(told, element, link):
                grids[name] = Grid(template, *zooms[link])
            continue
        link = next((each for each in own if in_utm[each][1]), "")
        if link and (template := _template(told, element, link)):
            measured[name] = Measured(template, *in_utm[link])
    return Tiled(told, grids, measured)


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
    return None if matrix is None else _at(grid.template, matrix, tile.x, tile.y)


def _at(template: str, matrix: str, column: int, row: int) -> str:
    return _put(template, {"tilematrix": matrix, "tilerow": str(row), "tilecol": str(column)})


async def picture(asked: Asking) -> Fetched:
    """A few tiles of a layer side by side: as a whole, or what of it lies in the region. Raises NotFetched."""
    tiled = await described(asked)
    layers = tiled.capabilities.layers
    try:
        picked = chosen(layers, asked.wanted, titles_of(tiled.capabilities), asked.places)
    except NotFetched as refused:  # only what can be shown is a choice
        drawable = tuple(each for each in refused.layers if tiled.has(each[0]))
        raise NotFetched(
            refused.reason if drawable or not refused.layers else Reason("no-tiles"), 0, drawable
        ) from None
    layer = picked.layer
    seen = _seen(layer, asked)
    if layer.name in tiled.grids:
        pieces = _of_web(tiled.grids[layer.name], seen)
    elif layer.name in tiled.measured:
        pieces = await run_sync(_of_utm, tiled.measured[layer.name], seen)
    else:
        raise NotFetched(Reason("no-tiles"))
    parts = [await _fetched(asked, at) for at in pieces.addresses]
    first = next((got for got in parts if got is not None), None)
    if first is None:
        raise NotFetched(Reason("no-layer"))
    bodies = [got.body if got is not None else b"" for got in parts]
    body = b"".join(bodies)
    offered = tuple(each for each in picked.layers if tiled.has(each[0]))
    return replace(
        first,
        body=body,
        source=first.source._replace(name=named(layer.name, ".png"), size=len(body), read=len(body)),
        layers=offered if len(offered) > 1 else (),
        layer=layer.name,
        mosaic=pieces.mosaic._replace(sizes=tuple(map(len, bodies))),
        extent=pieces.extent,
        tiling=pieces.tiling,
    )


class _Pieces(NamedTuple):
    """The tiles of a picture: their addresses, how they lie, what of the earth they show, and which more there are."""

    addresses: tuple[str, ...]
    mosaic: Mosaic
    extent: BoundingBox
    tiling: Tiling


def _of_web(grid: Grid, seen: BoundingBox) -> _Pieces:
    squares = tiles.over(seen, grid.matrices, ACROSS)
    found = [_of_tile(grid, tile) for row in squares for tile in row]
    shown, extent = _cut(seen, squares)
    tiling = Tiling(grid.side, min(grid.matrices), max(grid.matrices))
    # Only zooms that the grid has are chosen, so each tile has an address.
    return _Pieces(tuple(filter(None, found)), Mosaic(len(squares[0]), (), shown), extent, tiling)


def _of_utm(measured: Measured, seen: BoundingBox) -> _Pieces:
    """Reads PROJ's data: call it in a thread. Raises NotFetched."""
    extent = BoundingBox(seen.west, max(seen.south, -85.0), seen.east, min(seen.north, 85.0))
    squares = measured_tiles.over(extent, measured.crs, measured.matrices, ACROSS)
    if squares is None:
        raise NotFetched(Reason("no-tiles"))
    places = tuple(place for row in squares.places for place in row)
    addresses = tuple(_at(measured.template, squares.matrix.name, column, row) for column, row in places)
    return _Pieces(addresses, Mosaic(len(squares.places[0]), (), warp=squares.warp), extent, Tiling(0))


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


async def _fetched(asked: Asking, at: str) -> Fetched | None:
    """A tile; None where the service has none at this place."""
    try:
        got = await asked.fetch(at, _TILE_BYTES)
    except NotFetched as refused:
        if refused.status in (204, 400, 404):  # what lies beside the layer
            return None
        raise
    return got if got.body and got.body.lstrip()[:1] != b"<" else None
