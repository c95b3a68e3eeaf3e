"""``/runs/ID/findings.csv`` and ``.json``: all findings of a run, those of its source and of each record."""

from __future__ import annotations

from collections.abc import Iterator

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from catalog.reading.entries import RunRow
from catalog.runs import run_findings
from catalog.runs.run_findings import Summary
from catalog.web import run_files, security
from catalog.web.negotiation import Refused, catalogue_of, region_of
from catalog.web.pages import causes
from catalog.web.texts import LANGUAGES, SOURCE, texts


async def table(request: Request) -> Response:
    """The findings as a table for spreadsheets; ``?lang=en`` in English. Raises Refused (404)."""
    run, found = await _found(request)
    language = request.query_params.get("lang", SOURCE)
    said = texts(language if language in LANGUAGES else SOURCE)
    return _streamed(run, run_files.table(region_of(request), run, found, said), "csv", "text/csv; charset=utf-8")


async def document(request: Request) -> Response:
    """The findings as JSON, in both languages. Raises Refused (404)."""
    run, found = await _found(request)
    return _streamed(run, run_files.document(region_of(request), run, found), "json", "application/json")


async def _found(request: Request) -> tuple[RunRow, Summary]:
    region, run_id = region_of(request), request.path_params["id"]
    run = catalogue_of(request).run(run_id) if run_id < 2**31 else None
    found = await run_sync(run_findings.summary, region, run_id) if run is not None else None
    if run is None or found is None or not causes.may_read(region, run, found, request.query_params.get("key", "")):
        # Nothing of a run that waits is told, not even that there is something (F66).
        raise Refused(404, "Befunde dieses Laufs gibt es hier nicht.", "There are no findings of this run here.")
    return run, found


def _streamed(run: RunRow, pieces: Iterator[bytes], suffix: str, media_type: str) -> Response:
    headers = {
        "content-disposition": f'attachment; filename="lauf-{run.id}-befunde.{suffix}"',
        "content-security-policy": security.SANDBOX,
        "cache-control": "no-store",
    }
    return StreamingResponse(pieces, headers=headers, media_type=media_type)


ROUTES = (Route("/runs/{id:int}/findings.csv", table), Route("/runs/{id:int}/findings.json", document))
