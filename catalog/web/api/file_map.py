"""``/dataset/SLUG/file/N/map.geojson``: the features of a file's map with what a reader wants to know of each.

Of many features those that lie close are gathered: each stands there once, as itself or in the ``count`` of a gathering, and
``numberMatched`` says how many there are. ``bbox=west,south,east,north`` asks for what is in sight, ``zoom`` for gatherings
of a size that a map of this zoom shows well; then the box is grown to whole cells, as the answer's ``bbox`` says. Filters
of rows, as the table has them (``Ort=Neuhof``), leave the features of the rows that they let through. Cells are typed
as rows as JSON are; ``raw=1`` asks for the file's text, ``lang=de`` or another for what pages in that language show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog import preview as previews
from catalog.maps import views
from catalog.maps.features import Features, Numbers
from catalog.preview import Filter, Preview
from catalog.web import cell_words, conditional, marks, previewed, searches, security
from catalog.web.api import row_demands
from catalog.web.api.typed_cells import Value, typed
from catalog.web.negotiation import Refused, region_of
from schemas.region import Region
from schemas.tables import Column
from schemas.tables.geometry import BoundingBox
from schemas.tables.types import is_missing

_Telling = Callable[[Column, str], Value]
MEDIA_TYPE = "application/geo+json"
_COLUMNS = 8
_LONGEST = 200
_SHORT, _FEW = 60, 100
"""Characters of a cell where there are more than a few features."""
_WHOLE = views.Bounds(2_000, 1_000_000)
_VIEW = views.Bounds(400, 80_000)
"""What one view of a live map may hold: more would keep a telephone busy (features, bytes)."""
_CLOSEST = 22
_OWN = frozenset(("name", "row", "count", "box", "mark"))
"""Properties of ours, which no column's cell replaces."""
_DIGITS = 7


async def features(request: Request) -> Response:
    """The features as GeoJSON.

    Raises Refused: 400 for a wrong box, zoom or filter, 404, 410, 503 while the preview is made or its rows are searched.
    """
    found = previewed.named(request, "/map.geojson")
    if isinstance(found, Response):
        return found
    box, zoom = searches.box(request.query_params), _zoom(request)
    preview = await previewed.made_preview_of(request, found)
    filters = _filters(request, preview)
    if filters and preview.growing:
        preview = await previewed.whole_preview_of(request, found)
    region = region_of(request)
    told, language = _told_as(request), request.query_params.get("lang", "")
    body = await run_sync(lambda: _made(region, preview, filters, box, zoom, told, language))
    if body is None:
        de, en = _why(preview)
        raise Refused(404, f"Von dieser Datei gibt es keine Karte. {de}", f"There is no map of this file. {en}")
    conditional.keep(request, seconds=60)
    return Response(body, media_type=MEDIA_TYPE, headers={**security.OPEN, "cache-control": "no-cache"})


def _told_as(request: Request) -> _Telling:
    """How the cells are told: as the file's text, as pages in a language show them, or typed, as programs want them."""
    if request.query_params.get("raw") == "1":
        return lambda _column, cell: cell
    language = request.query_params.get("lang", "")
    return (lambda column, cell: cell_words.shown(column, cell, language)) if language else typed


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


def _made(
    region: Region,
    preview: Preview,
    filters: Sequence[Filter],
    box: BoundingBox | None,
    zoom: int | None,
    told_as: _Telling,
    language: str,
) -> bytes | None:
    with previews.features(region, preview) as features:
        if features is None:
            return None
        chosen = _filtered(region, preview, filters, features) if filters else features.every
        view = views.seen(features, chosen, box, zoom, _WHOLE if zoom is None else _VIEW)
    shown = marks.marked(region, preview, view.features, language) if language else view.features
    document: dict[str, Any] = {"type": "FeatureCollection"}
    if view.box is not None:
        document["bbox"] = [round(edge, _DIGITS) for edge in view.box]
    document |= {
        "numberMatched": view.matched,
        "numberReturned": len(view.features),
        "gathered": view.gathered,
        "closer": view.closer,
        "features": _told(region, shown, preview, told_as),
    }
    return orjson.dumps(document)


def _filtered(region: Region, preview: Preview, filters: Sequence[Filter], features: Features) -> Numbers:
    passing = previews.passing(region, preview, filters)
    if passing.late:
        raise row_demands.late()
    left = features.of_rows(passing.rows)
    if left is None:
        raise Refused(
            400,
            "Die Objekte dieser Karte nennen keine Zeile. Filter gelten für sie nicht.",
            "The features of this map name no row. Filters do not apply to them.",
        )
    return left


def _told(
    region: Region, features: Sequence[Mapping[str, Any]], preview: Preview, told_as: _Telling
) -> list[Mapping[str, Any]]:
    """The features with the first cells of their rows; of many, long texts are cut shorter."""
    wanted = [row for each in features if isinstance(row := each["properties"].get("row"), int)]
    if preview.table is None or not wanted:
        return list(features)
    rows = previews.numbered(region, preview, wanted)
    longest = _LONGEST if len(wanted) <= _FEW else _SHORT
    return [_with_cells(each, preview.table.columns, rows, longest, told_as) for each in features]


def _with_cells(
    feature: Mapping[str, Any],
    columns: Sequence[Column],
    rows: Mapping[int, Sequence[str]],
    longest: int,
    told_as: _Telling,
) -> Mapping[str, Any]:
    properties = feature["properties"]
    cells = [
        (column.name, _cut(told_as(column, cell), longest))
        for column, cell in zip(columns, rows.get(properties.get("row"), ()), strict=False)
        if not is_missing(cell) and cell != properties.get("name") and column.name not in _OWN
    ]
    return {**feature, "properties": {**properties, **dict(cells[:_COLUMNS])}}


def _cut(cell: Value, longest: int) -> Value:
    return cell if not isinstance(cell, str) or len(cell) <= longest else f"{cell[: longest - 1]}…"


def _zoom(request: Request) -> int | None:
    """The zoom that is asked for. Raises Refused (400) for what is none."""
    stated = request.query_params.get("zoom", "").strip()
    if not stated:
        return None
    if not (stated.isascii() and stated.isdigit() and len(stated) < 3 and int(stated) <= _CLOSEST):
        de = f"zoom={stated[:40]} ist nicht erlaubt, sondern eine ganze Zahl von 0 bis {_CLOSEST}."
        raise Refused(400, de, f"zoom={stated[:40]} is not allowed, but a whole number from 0 to {_CLOSEST}.")
    return int(stated)


ROUTES = (Route("/dataset/{slug}/file/{number:int}/map.geojson", features),)
