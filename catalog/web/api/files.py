"""``/files/SOURCE_ID/PATH``: the published files of local-folder sources, for download and nothing else.

Only what a public dataset offers is given: not the folder's metadata sheet, nothing hidden, nothing withdrawn. The
file is opened component by component from the folder's own handle, and no symbolic link is followed on the way, so
that nothing outside the folder can be reached, whatever changes meanwhile (F65).
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Iterator
from email.utils import formatdate
from functools import partial
from io import FileIO
from itertools import count
from urllib.parse import quote

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from catalog.folder_files import opened
from catalog.reading.entries import Query
from catalog.search import Catalogue
from catalog.web import conditional, security
from catalog.web.negotiation import Refused, catalogue_of, region_of
from schemas.region import HarvestSource
from schemas.tables.kinds import JSON_LD, KINDS, extension

_PIECE = 256 * 1024
_HITS = 1000
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_MEDIA_TYPES = {ending: kind.media_type for kind in (*reversed(KINDS.values()), JSON_LD) for ending in kind.extensions}
_offered: dict[tuple[str, str], tuple[int, frozenset[str]]] = {}


async def file(request: Request) -> Response:
    """One file, whole or the range that is asked for. Raises Refused (404)."""
    region, path = region_of(request), request.path_params["path"]
    source = region.source(request.path_params["source_id"])
    if source is None or not source.is_folder:
        raise _nothing()
    address = f"{region.base_url}/files/{source.id}/{quote(path)}"
    at = conditional.number(request)
    if address not in await anyio.to_thread.run_sync(offered, catalogue_of(request), source, at):
        raise _nothing()
    try:
        content = FileIO(opened(region.folder / source.url, path))
    except (OSError, ValueError) as error:
        raise _nothing() from error
    return _answer(request, content, path.rpartition("/")[2])


def offered(catalogue: Catalogue, source: HarvestSource, at: int) -> frozenset[str]:
    """The addresses of a folder's files that public datasets offer at a publication number; remembered for it."""
    place = (str(catalogue.region.folder), source.id)
    known = _offered.get(place)
    if known is None or known[0] != at:
        prefix = f"{catalogue.region.base_url}/files/{source.id}/"
        found = frozenset(a for a in _addresses(catalogue, source.municipality, at) if a.startswith(prefix))
        known = _offered[place] = at, found
    return known[1]


def _addresses(catalogue: Catalogue, municipality: str, at: int) -> Iterator[str]:
    for page in count(1):
        hits = catalogue.find(Query(municipality=(municipality,), sort="title", page=page, size=_HITS), at).hits
        for hit in hits:
            yield from (address for _, _, address, _ in hit.summary.files)
        if not hits:
            return


def _answer(request: Request, content: FileIO, name: str) -> Response:
    facts = os.fstat(content.fileno())
    etag = f'W/"{facts.st_mtime_ns:x}-{facts.st_size:x}"'
    headers = {
        **security.OPEN,
        "accept-ranges": "bytes",
        "cache-control": "no-cache",
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "content-security-policy": security.SANDBOX,
        "etag": etag,
        "last-modified": formatdate(facts.st_mtime, usegmt=True),
    }
    if conditional.matches(request, etag):
        content.close()
        return Response(status_code=304, headers=headers)
    start, end, status = 0, facts.st_size, 200
    if wanted := _wanted(request, facts.st_size):
        (start, end), status = wanted, 206
        headers["content-range"] = f"bytes {start}-{end - 1}/{facts.st_size}"
        if start >= end:
            content.close()
            return Response(status_code=416, headers={**headers, "content-range": f"bytes */{facts.st_size}"})
    headers["content-length"] = str(end - start)
    media_type = _MEDIA_TYPES.get(extension(name), "application/octet-stream")
    if request.method == "HEAD":
        content.close()
        return Response(status_code=status, headers=headers, media_type=media_type)
    return StreamingResponse(_pieces(content, start, end), status, headers, media_type)


def _wanted(request: Request, size: int) -> tuple[int, int] | None:
    """The first byte of the one range that is asked for and the one after its last; None: the whole file is."""
    found = _RANGE.fullmatch(request.headers.get("range", ""))
    # A range is only safe on the very file that the client has a part of; a date or a weak tag does not tell that.
    if found is None or not any(found.groups()) or "if-range" in request.headers:
        return None
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(int(last) + 1 if last else size, size)


async def _pieces(content: FileIO, start: int, end: int) -> AsyncIterator[bytes]:
    with content:
        while start < end:
            piece = await anyio.to_thread.run_sync(partial(os.pread, content.fileno(), min(_PIECE, end - start), start))
            if not piece:
                return
            start += len(piece)
            yield piece


def _nothing() -> Refused:
    return Refused(404, "Diese Datei gibt es nicht.", "There is no such file.")


ROUTES = (Route("/files/{source_id}/{path:path}", file),)
