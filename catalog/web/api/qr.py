"""``/dataset/SLUG/qr.svg``: the address of a dataset's page as a QR code, for paper."""

from __future__ import annotations

import io
from functools import lru_cache
from urllib.parse import quote

import segno
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from catalog.reading.entries import Moved
from catalog.web import conditional
from catalog.web.negotiation import catalogue_of, existing, local, region_of

_HEADERS = {"cache-control": "no-cache", "cross-origin-resource-policy": "cross-origin"}


@conditional.kept
async def dataset(request: Request) -> Response:
    """The code of a public dataset. Raises Refused: 404, 410."""
    slug: str = request.path_params["slug"]
    entry = existing(catalogue_of(request).get(slug, conditional.number(request)))
    if isinstance(entry, Moved):
        return RedirectResponse(local(request, f"/dataset/{quote(entry.slug)}/qr.svg"), entry.status)
    address = f"{region_of(request).base_url}/dataset/{quote(entry.slug)}"
    return Response(drawn(address), headers=_HEADERS, media_type="image/svg+xml")


@lru_cache(maxsize=256)
def drawn(address: str) -> bytes:
    """An address as a QR code (ISO/IEC 18004, error correction M, with the quiet zone of four modules), black on white."""
    written = io.BytesIO()
    made = segno.make(address, error="m", micro=False)
    made.save(
        written, kind="svg", scale=3, border=4, xmldecl=False, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    return written.getvalue()


ROUTES = (Route("/dataset/{slug}/qr.svg", dataset),)
