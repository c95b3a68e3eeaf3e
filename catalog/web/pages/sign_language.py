"""The film in sign language that explains these pages, where the region has one; it comes from this server."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from catalog.web import conditional
from catalog.web.refusing import Refused
from catalog.web.templates import Page, routes

_MEDIA_TYPES = {".mp4": "video/mp4", ".webm": "video/webm"}


async def sign_language(request: Request) -> Response:
    """``/sign-language``: the film, or that there is none yet (HVBIT § 3(3))."""
    page = Page(request)
    conditional.keep(request, seconds=60)
    return page.render("sign_language.html", title=page.texts.text("Gebärdensprache"), film=_film(page) is not None)


async def film(request: Request) -> Response:
    """``/sign-language/film``: the file of ``[region.imprint] sign_language``, also in parts. Raises Refused (404)."""
    found = _film(Page(request))
    if found is None:
        raise Refused(404, "Es gibt noch keinen Film.", "There is no film yet.")
    return FileResponse(found, media_type=_MEDIA_TYPES[found.suffix], headers={"cache-control": "no-cache"})


def _film(page: Page) -> Path | None:
    """The film, if it lies in the region's folder (also behind links)."""
    name, folder = page.region.imprint.sign_language, page.region.folder.resolve()
    if name is None:
        return None
    found = (folder / name).resolve()
    return found if found.is_file() and found.is_relative_to(folder) and found.suffix in _MEDIA_TYPES else None


ROUTES = (*routes("/sign-language", sign_language), Route("/sign-language/film", film, methods=["GET"]))
