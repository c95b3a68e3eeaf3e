"""``/catalog.nt.gz``: the whole catalogue in one file, made once per publication."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from catalog.feeds import dump
from catalog.follower import Dump, Follower, current_dump
from catalog.search import Catalogue
from catalog.web import conditional, security
from catalog.web.negotiation import catalogue_of, region_of
from schemas.region import Region

_PIECE = 256 * 1024


async def whole(request: Request) -> Response:
    """The dump at the published number: as the follower has written it, else written now."""
    region, catalogue, at = region_of(request), catalogue_of(request), conditional.number(request)
    ready = current_dump(region)
    if ready is None or ready.number != at:
        ready = await anyio.to_thread.run_sync(_write, region, catalogue)
    etag = await anyio.to_thread.run_sync(_etag, ready.path, ready.number)
    headers = {**security.OPEN, "cache-control": "no-cache", "etag": etag}
    if published_at := catalogue.published_at(ready.number):
        headers["last-modified"] = conditional.http_date(published_at)
    if conditional.matches(request, etag):
        return Response(status_code=304, headers=headers)
    opened = ready.path.open("rb")
    headers["content-length"] = str(opened.seek(0, 2))
    headers["content-disposition"] = f'attachment; filename="{dump.FILE}"'
    opened.seek(0)
    return StreamingResponse(_pieces(opened), headers=headers, media_type=dump.MEDIA_TYPE)


def _write(region: Region, catalogue: Catalogue) -> Dump:
    return Follower(region, catalogue.engine).write_dump(lambda number: dump.head(region, catalogue, number))


@lru_cache(maxsize=4)
def _etag(path: Path, number: int) -> str:
    with path.open("rb") as opened:
        return f'"{hashlib.file_digest(opened, "sha256").hexdigest()[:24]}"'


async def _pieces(opened: BinaryIO) -> AsyncIterator[bytes]:
    with opened:
        while piece := opened.read(_PIECE):
            yield piece


ROUTES = (Route("/catalog.nt.gz", whole),)
