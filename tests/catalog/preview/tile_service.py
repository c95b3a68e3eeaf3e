"""Capabilities of a WMTS and its tiles, for a server on loopback: each tile has a colour that tells where it lies."""

from __future__ import annotations

import io
from collections.abc import Iterable

from PIL import Image

from catalog.maps.tiles import Tile
from tests.faultserver import Reply

WORLD_SCALE = 559_082_264.0287178
MERCATOR = "urn:ogc:def:crs:EPSG::3857"
CORNER = "-20037508.3428 20037508.3428"


def matrix(zoom: float, name: str, side: int = 256, corner: str = CORNER) -> str:
    return (
        f"<TileMatrix><ows:Identifier>{name}</ows:Identifier>"
        f"<ScaleDenominator>{WORLD_SCALE / 2**zoom}</ScaleDenominator><TopLeftCorner>{corner}</TopLeftCorner>"
        f"<TileWidth>{side}</TileWidth><TileHeight>{side}</TileHeight>"
        f"<MatrixWidth>{2**zoom}</MatrixWidth><MatrixHeight>{2**zoom}</MatrixHeight></TileMatrix>"
    )


def matrix_set(name: str, zooms: Iterable[float], crs: str = MERCATOR, side: int = 256, corner: str = CORNER) -> str:
    rows = "".join(matrix(zoom, f"{name}:{zoom}", side, corner) for zoom in zooms)
    told = f"<ows:Identifier>{name}</ows:Identifier><ows:SupportedCRS>{crs}</ows:SupportedCRS>"
    return f"<TileMatrixSet>{told}{rows}</TileMatrixSet>"


def layer(name: str, links: Iterable[str], template: str = "", more: str = "", form: str = "image/png") -> str:
    resource = f'<ResourceURL format="{form}" resourceType="tile" template="{template}"/>' if template else ""
    linked = "".join(f"<TileMatrixSetLink><TileMatrixSet>{each}</TileMatrixSet></TileMatrixSetLink>" for each in links)
    return (
        f"<Layer><ows:Title>Karte {name}</ows:Title><ows:WGS84BoundingBox><ows:LowerCorner>9.4 50.3</ows:LowerCorner>"
        f"<ows:UpperCorner>9.8 50.6</ows:UpperCorner></ows:WGS84BoundingBox><ows:Identifier>{name}</ows:Identifier>"
        f'<Style isDefault="false"><ows:Identifier>dunkel</ows:Identifier></Style>'
        f'<Style isDefault="true"><ows:Identifier>hell</ows:Identifier></Style><Format>{form}</Format>{more}'
        f"{linked}{resource}</Layer>"
    )


def capabilities(*contents: str, tiles_at: str = "") -> bytes:
    """The document; ``tiles_at`` is where tiles are asked for by parameters."""
    operation = (
        '<ows:OperationsMetadata><ows:Operation name="GetTile"><ows:DCP><ows:HTTP>'
        f'<ows:Get xlink:href="{tiles_at}"><ows:Constraint name="GetEncoding"><ows:AllowedValues><ows:Value>KVP</ows:Value>'
        "</ows:AllowedValues></ows:Constraint></ows:Get></ows:HTTP></ows:DCP></ows:Operation></ows:OperationsMetadata>"
    )
    return (
        '<?xml version="1.0"?><Capabilities version="1.0.0" xmlns="http://www.opengis.net/wmts/1.0" '
        'xmlns:ows="http://www.opengis.net/ows/1.1" xmlns:xlink="http://www.w3.org/1999/xlink">'
        "<ows:ServiceIdentification><ows:Title>Karten</ows:Title></ows:ServiceIdentification>"
        f"{operation if tiles_at else ''}<Contents>{''.join(contents)}</Contents></Capabilities>"
    ).encode()


def colour(tile: Tile) -> tuple[int, int, int]:
    return tile.x % 8 * 30, tile.y % 8 * 30, 200


def drawn(tile: Tile, form: str = "PNG", side: int = 256) -> Reply:
    """The answer with a tile."""
    out = io.BytesIO()
    Image.new("RGB", (side, side), colour(tile)).save(out, form)
    return Reply(out.getvalue(), 200, {"content-type": f"image/{form.lower()}"})
