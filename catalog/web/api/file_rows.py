"""``/dataset/SLUG/file/N.json`` and ``.csv``: the rows of a table for programs, filtered, sorted, by page; although it is a file.

Every table that has a preview has this API. JSON gives a page of rows with typed values, CSV all rows that were asked for.
Cells of CSV that a spreadsheet would take for a formula get an apostrophe in front (F61); ``raw=1`` gives them as they are.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

import orjson
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from catalog import preview as previews
from catalog.preview import Preview, Reason, Selection
from catalog.spreadsheets import plain_cell
from catalog.web import conditional, file_addresses, previewed, row_filters, security
from catalog.web.api import row_demands
from catalog.web.api.typed_cells import typed
from catalog.web.negotiation import Refused, region_of
from catalog.web.paging import demanded
from catalog.web.previewed import Named
from catalog.web.row_filters import Pairs
from schemas.tables import Column, Table

MOST = 1_000
"""Rows of one page of JSON."""
_SIZE = 100
_PIECE = 64 * 1024


async def document(request: Request) -> Response:
    """A page of rows as JSON; where there is no table 404 with the ``reason``, a code of catalog.preview.reasons (web.md 1.4).

    Raises Refused: 400 for what names no column or page, 404, 410, 503 while it is made.
    """
    found = previewed.named(request, ".json")
    if isinstance(found, Response):
        return found
    preview = await previewed.whole_preview_of(request, found)
    if preview.table is None or preview.profile is None:
        return _reasoned(preview)
    table, columns = _table(preview)
    selection = _asked(request, table, columns)
    region = region_of(request)
    rows = await run_sync(lambda: previews.rows(region, preview, selection))
    if rows.late:
        raise row_demands.late()
    conditional.keep(request, seconds=60)
    last = max(-(-rows.found // selection.size), 1)
    raw = request.query_params.get("raw") == "1"
    body = {
        "dataset": f"{region.base_url}/dataset/{found.entry.slug}",
        "file": found.number,
        "download": preview.address,
        "columns": [{"name": c.name, "type": c.type, "unit": c.unit or None} for c in columns],
        "filters": [each._asdict() for each in selection.filters],
        "sort": f"{'-' if selection.descending else ''}{selection.sort}" or None,
        "rows_found": rows.found,
        **_counted(table),
        "complete": rows.whole,
        "page": selection.page,
        "pages": last,
        "size": selection.size,
        "next": _address(request, found, selection, selection.page + 1) if selection.page < last else None,
        "rows": [_record(columns, row, raw) for row in rows.rows],
    }
    return Response(orjson.dumps(body), media_type="application/json", headers=security.OPEN)


async def table(request: Request) -> Response:
    """All rows that are asked for as CSV, streamed. Raises Refused as :func:`document`."""
    found = previewed.named(request, ".csv")
    if isinstance(found, Response):
        return found
    preview = await previewed.whole_preview_of(request, found)
    kept, columns = _table(preview)
    selection = _asked(request, kept, columns)
    raw = request.query_params.get("raw") == "1"
    headers = {
        **security.OPEN,
        "content-disposition": f'attachment; filename="{previewed.file_name(found, ".csv")}"',
        "content-security-policy": security.SANDBOX,
        "cache-control": "no-cache",
        "etag": _etag(preview, request),
    }
    if conditional.matches(request, headers["etag"]):
        return Response(status_code=304, headers=headers)
    media_type = "text/csv; charset=utf-8"
    if request.method == "HEAD":
        return Response(headers=headers, media_type=media_type)
    region = region_of(request)
    rows = await run_sync(lambda: previews.every(region, preview, selection))
    if rows is None:
        raise row_demands.late()
    return StreamingResponse(_written([c.name for c in columns], rows, raw), headers=headers, media_type=media_type)


def _table(preview: Preview) -> tuple[Table, Sequence[Column]]:
    """The table of a preview. Raises Refused (404) with the reason where there is none."""
    if preview.table is None or preview.profile is None:
        raise _nothing(preview.reason or Reason("no-table"))
    return preview.table, preview.profile.columns


def _nothing(reason: Reason) -> Refused:
    de, en = (reason.text(language) for language in ("de", "en"))
    return Refused(404, f"Von dieser Datei gibt es keine Zeilen. {de}", f"There are no rows of this file. {en}")


def _reasoned(preview: Preview) -> Response:
    """Why there are no rows, for programs: the code, and the words in both languages."""
    reason = preview.reason or Reason("no-table")
    refused = _nothing(reason)
    said: dict[str, Any] = {"reason": reason.code, "text": refused.de, "text_en": refused.en}
    if preview.layers:  # one of them is to be asked for by ``layer``
        said["layers"] = [{"name": name, "title": title} for name, title in preview.layers]
    return Response(orjson.dumps(said), refused.status_code, media_type="application/json", headers=security.OPEN)


def _asked(request: Request, kept: Table, columns: Sequence[Column]) -> Selection:
    """The selection that a request asks for. Raises Refused (400), naming the parameter."""
    parameters = request.query_params
    size = demanded("size", parameters.get("size", str(_SIZE)), MOST)
    asked = row_demands.demanded(parameters, kept.names, columns, size)
    if parameters.get("sort") and not asked.selection.sort:
        raise Refused(400, "sort nennt keine Spalte der Tabelle.", "sort names no column of the table.")
    demanded("page", parameters.get("page", "1"), row_filters.LAST_PAGE)
    return asked.selection


def _address(request: Request, found: Named, selection: Selection, page: int) -> str:
    pairs: Pairs = row_filters.with_layer(request.query_params, row_filters.pairs(selection._replace(page=page)))
    for name in ("size", "raw"):
        if value := request.query_params.get(name):
            pairs.append((name, value))
    path = file_addresses.path(found.entry.slug, found.number, ".json")
    return f"{region_of(request).base_url}{path}?{urlencode(pairs)}"


def _counted(table: Table) -> dict[str, int | None]:
    """How many rows the file has: a number only where all were counted; else an estimate, or how many there are at least."""
    if table.counted == "all":
        return {"rows_in_file": table.total_rows}
    return {"rows_in_file": None, "rows_estimated" if table.counted == "about" else "rows_at_least": table.total_rows}


def _record(columns: Sequence[Column], row: Sequence[str], raw: bool) -> dict[str, Any]:
    return {c.name: cell if raw else typed(c, cell) for c, cell in zip(columns, row, strict=False)}


def _etag(preview: Preview, request: Request) -> str:
    """A weak ETag of the file's state and the address: the table is streamed, and the same rows are written the same."""
    state = preview.source.sha256 if preview.source else ""
    text = f"{preview.key} {preview.version} {state} {preview.rows_kept} {request.url.query}"
    return f"W/{conditional.etag_of(text.encode())}"


def _written(names: Sequence[str], rows: Iterator[tuple[str, ...]], raw: bool) -> Iterator[bytes]:
    """The table in pieces: with semicolons and a byte order mark, as German spreadsheets open it; raw with commas, bare."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter="," if raw else ";", lineterminator="\r\n")
    if not raw:
        text.write("\ufeff")
    for row in _headed(names, rows):
        writer.writerow(row if raw else [plain_cell(cell) for cell in row])
        if text.tell() > _PIECE:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _headed(names: Sequence[str], rows: Iterator[tuple[str, ...]]) -> Iterator[Sequence[str]]:
    yield names
    yield from rows


ROUTES = (
    Route("/dataset/{slug}/file/{number:int}.json", document, methods=["GET"]),
    Route("/dataset/{slug}/file/{number:int}.csv", table, methods=["GET"]),
)
