"""Every part that pages are made of, with made-up contents: to look at, and for the tests of accessibility."""

from __future__ import annotations

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from catalog.web import conditional
from catalog.web.pages import hits
from catalog.web.templates import Page, routes
from schemas.municipality import ACCENTS

_HIT = hits.Row(
    slug=Markup("beispiel"),
    title=Markup("Ein Datensatz"),
    lang=Markup("de"),
    summary=Markup("Ein Satz, der sagt, was darin steht."),
    facts=(Markup("Neuhof"), Markup("Daten vom 3. November 2026"), Markup("geprüft heute")),
    badges=((Markup("Veraltet"), "notice"), (Markup("Karte"), "info"), (Markup("Live"), "info")),
    files=(hits.File(Markup("CSV (293 KB)"), Markup("#c-hits")),),
    more=0,
)


@conditional.kept
async def components(request: Request) -> Response:
    """``/components``, which search engines leave out. Its contents are German in every language."""
    return Page(request).render(
        "components.html", title="Bausteine der Seiten", indexed=False, accents=ACCENTS, hit=_HIT
    )


ROUTES = routes("/components", components)
