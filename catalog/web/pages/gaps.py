"""What neighbours publish that a municipality does not, with their record as a template; and who publishes what."""

from __future__ import annotations

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response

from catalog.gaps import coverage
from catalog.gaps.coverage import HVD, MAYBE_HVD, NEIGHBOUR_HVD, Coverage
from catalog.reading.remembered import Remembered
from catalog.search import Catalogue
from catalog.web import conditional
from catalog.web.negotiation import Refused
from catalog.web.templates import Page, routes, short_name
from catalog.web.texts import later
from schemas.musterdaten import Entry

DUTIES = {
    HVD: later("Hochwertiger Datensatz: Pflicht"),
    NEIGHBOUR_HVD: later("Ein Nachbar führt ihn als hochwertig"),
    MAYBE_HVD: later("Vielleicht ein hochwertiger Datensatz"),
}


async def covered(request: Request, at: int) -> tuple[Coverage, ...]:
    """The region against the Musterdatenkatalog at a number; worked out once per number and process."""
    catalogue: Catalogue = request.app.state.catalogue
    known: Remembered | None = getattr(request.app.state, "gaps", None)
    if known is None:
        known = request.app.state.gaps = Remembered(2)
    kept = known
    return await run_sync(lambda: kept.once(at, lambda: coverage.coverage(catalogue, at)))


async def gaps(request: Request) -> Response:
    """``/gaps?municipality=ID``: the gaps of the region, or of one municipality. Raises Refused (404)."""
    page = Page(request)
    wanted = request.query_params.get("municipality", "")
    place = page.place(wanted) if wanted else None
    if wanted and place is None:
        raise Refused(404, "Diese Gemeinde gehört nicht zur Region.", "This municipality is not part of the region.")
    conditional.keep(request)
    found = await covered(request, page.at)
    published = [each for each in found if each.have or each.maybe]
    return page.render(
        "gaps.html",
        title=page.texts.text("Was den Gemeinden fehlt")
        if place is None
        else page.texts.text("Was {name} fehlt", name=short_name(place.name)),
        place=place,
        gaps=coverage.gaps(found, page.region, wanted),
        duties=coverage.duties(found),
        published=published,
        duty_words={duty: page.texts.text(word) for duty, word in DUTIES.items()},
        name=lambda entry: called(entry, page.language),
        trail=[(page.link("/datasets"), page.texts.text("Daten"))],
    )


def called(entry: Entry, language: str) -> str:
    """The name of an entry of the Musterdatenkatalog, whose English ones begin with a small letter."""
    return entry.de if language == "de" else entry.en[:1].upper() + entry.en[1:]


ROUTES = routes("/gaps", gaps)
