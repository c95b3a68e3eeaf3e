"""Pages for answers that are none: not found, withdrawn, not possible, broken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from catalog.web.refusing import Way, to_history
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
# What the heading says already.
_SAID = frozenset(("Diese Adresse gibt es nicht.", "There is nothing at this address."))
_OTHER = later("Das hat nicht geklappt")


def error(request: Request, status: int, de: str, en: str, ways: Sequence[Way] = ()) -> Response:
    """The page of an error. Takes what to say in both languages, and where to go on; it asks neither store nor index."""
    page = Page(request)
    german = page.language == "de"
    said = de if german else en
    heading = page.texts.text(_HEADINGS.get(status, _OTHER))
    return page.render(
        "errors.html",
        title=heading,
        status=status,
        code=status,
        said="" if said in _SAID else said,
        ways=[(page.link(way.path), way.de if german else way.en) for way in ways or _history(page, status)],
    )


def _history(page: Page, status: int) -> Sequence[Way]:
    """Where the former versions of a withdrawn dataset stand."""
    kind, slug, *_ = [*page.path.strip("/").split("/"), "", ""]
    return [to_history(slug)] if status == 410 and kind == "dataset" and slug else []
