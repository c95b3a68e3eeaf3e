"""Pages for answers that are none: not found, withdrawn, not possible, broken."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from catalog.web.templates import Page
from catalog.web.texts import later

_HEADINGS: Mapping[int, str] = {
    400: later("Diese Anfrage haben wir nicht verstanden"),
    404: later("Diese Seite gibt es nicht"),
    405: later("Das geht an dieser Adresse nicht"),
    406: later("In dieser Form gibt es das nicht"),
    410: later("Dieser Datensatz ist nicht mehr verfügbar"),
    414: later("Diese Adresse ist zu lang"),
    500: later("Hier ist etwas schiefgegangen"),
    503: later("Der Katalog ist gerade nicht erreichbar"),
}
_OTHER = later("Das hat nicht geklappt")


def error(request: Request, status: int, de: str, en: str) -> Response:
    """The page of an error. Takes what to say in both languages; it asks neither store nor index."""
    page = Page(request)
    heading = page.texts.text(_HEADINGS.get(status, _OTHER))
    return page.render(
        "errors.html",
        title=heading,
        status=status,
        code=status,
        said=de if page.language == "de" else en,
        history=_history(page) if status == 410 else "",
    )


def _history(page: Page) -> str:
    """Where the former versions of a withdrawn dataset stand."""
    kind, slug, *_ = [*page.path.strip("/").split("/"), "", ""]
    return page.link(f"/dataset/{slug}/history") if kind == "dataset" and slug else ""
