"""``/runs/ID/duplicates.csv``: all records that a run left because another has their identifier (F08)."""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog.runs import duplicates
from catalog.web import security
from catalog.web.negotiation import Refused, catalogue_of, region_of


async def table(request: Request) -> Response:
    """The table of a run that was published. Raises Refused (404): nothing of a run that waits is told (F66)."""
    run_id: int = request.path_params["id"]
    run = catalogue_of(request).run(run_id) if run_id < 2**31 else None
    file = duplicates.file_of(region_of(request), run_id)
    if run is None or run.published is None or not file.exists():
        raise Refused(404, "Dieser Lauf hat keine Dubletten.", "This run has no duplicates.")
    headers = {
        "content-disposition": f'attachment; filename="{file.name}"',
        "content-security-policy": security.SANDBOX,
        "cache-control": "no-cache",
    }
    return Response(await to_thread.run_sync(file.read_bytes), headers=headers, media_type="text/csv")


ROUTES = (Route("/runs/{id:int}/duplicates.csv", table),)
