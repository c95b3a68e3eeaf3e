"""``/dataset/SLUG/file/N/map.geojson``: the features of a file's map with what a reader wants to know of each.

Of many points those that lie close are gathered; ``bbox=west,south,east,north`` asks for what is in sight. Filters of
rows, as the table has them (``Ort=Neuhof``), leave the features of the rows that they let through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog import preview as previews
from catalog.maps import clustering
from catalog.maps.of_rows import of_rows
from catalog.preview import Filter, Preview
from catalog.web import conditional, previewed, searches, security
from catalog.web.api import row_demands
from catalog.web.negotiation import Refused, region_of
from schemas.region import Region
from schemas.tables.geometry import BoundingBox
from schemas.tables.types import is_missing

MEDIA_TYPE = "application/geo+json"
_COLUMNS = 8
_LONGEST = 200


async def features(request: Request) -> Response:
    """The features as GeoJSON.

    Raises Refused: 400 for a wrong ``bbox`` or filter, 404, 410, 503 while the preview is made or its rows are searched.
    """
    found = previewed.named(request, "/map.geojson")
    if isinstance(found, Response):
        return found
    box = searches.box(request.query_params)
    preview = await previewed.made_preview_of(request, found)
    filters = _filters(request, preview)
    if filters and preview.growing:
        preview = await previewed.whole_preview_of(request, found)
    region = region_of(request)
    body = await run_sync(lambda: _made(region, preview, filters, box))
    if body is None:
        de, en = _why(preview)
        raise Refused(404, f"Von dieser Datei gibt es keine Karte. {de}", f"There is no map of this file. {en}")
    conditional.keep(request, seconds=60)
    return Response(body, media_type=MEDIA_TYPE, headers={**security.OPEN, "cache-control": "no-cache"})


def _why(preview: Preview) -> tuple[str, str]:
    """Why there is no map of a file: it cannot be shown at all, or what it shows names no place."""
    if preview.reason is not None and not preview.ready:
        de, en = (preview.reason.text(language) for language in ("de", "en"))
        return de, en
    return "Sie enthält keine Koordinaten, die wir erkennen.", "It holds no coordinates that we recognise."


def _filters(request: Request, preview: Preview) -> tuple[Filter, ...]:
    if preview.geometry is None:  # there is no map: that is said instead
        return ()
    names = preview.table.names if preview.table is not None else ()
    columns = preview.profile.columns if preview.profile is not None else ()
    return row_demands.demanded(request.query_params, names, columns).selection.filters


def _made(region: Region, preview: Preview, filters: Sequence[Filter], box: BoundingBox | None) -> bytes | None:
    body = previews.geojson(region, preview)
    if body is None:
        return None
    found: Sequence[Mapping[str, Any]] = orjson.loads(body)["features"]
    if filters:
        found = _filtered(region, preview, filters, found)
    if box is not None:
        found = clustering.within(found, box)
    shown = clustering.gathered(found)
    document = {
        "type": "FeatureCollection",
        "gathered": len(shown) < len(found),
        "features": [_told(each, preview) for each in shown],
    }
    return orjson.dumps(document)


def _filtered(
    region: Region, preview: Preview, filters: Sequence[Filter], found: Sequence[Mapping[str, Any]]
) -> Sequence[Mapping[str, Any]]:
    passing = previews.passing(region, preview, filters)
    if passing.late:
        raise row_demands.late()
    left = of_rows(found, passing.rows)
    if left is None:
        raise Refused(
            400,
            "Die Objekte dieser Karte nennen keine Zeile. Filter gelten für sie nicht.",
            "The features of this map name no row. Filters do not apply to them.",
        )
    return left


def _told(feature: Mapping[str, Any], preview: Preview) -> Mapping[str, Any]:
    """A feature with the cells of its row, where that is among the first rows."""
    properties = feature["properties"]
    row = properties.get("row")
    table = preview.table
    if table is None or not isinstance(row, int) or not 0 <= row < len(table.rows):
        return feature
    cells = [
        (name, cell[:_LONGEST])
        for name, cell in zip(table.names, table.rows[row], strict=False)
        if not is_missing(cell) and cell != properties.get("name") and name not in ("name", "row", "count", "box")
    ]
    return {**feature, "properties": {**properties, **dict(cells[:_COLUMNS])}}


ROUTES = (Route("/dataset/{slug}/file/{number:int}/map.geojson", features),)
