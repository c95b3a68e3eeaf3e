"""A dataset as it was described at the end of a day, or in one of its versions: what was said, and the way to now."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from catalog import formats
from catalog.reading import timeline
from catalog.reading.entries import Entry, Gone, Moved
from catalog.reading.numbered_files import in_order
from catalog.reading.timeline import KeptVersion, Record
from catalog.web import conditional, past
from catalog.web.histories import no_version, place_of
from catalog.web.pages import distributions, facts, languages
from catalog.web.past import Wanted
from catalog.web.refusing import Refused, to_dataset, to_history
from catalog.web.templates import Page, short_name
from schemas.model import Agent, DataService, Dataset, DatasetSeries


class _Found(NamedTuple):
    """A version, the newest one, and the publication number to read at."""

    record: Record
    version: KeptVersion
    last: KeptVersion
    number: int


def asked(request: Request) -> bool:
    """Whether an address asks for a dataset of a past day (``on=``) or for one of its versions (``version=``)."""
    return bool(request.query_params.get("on") or request.query_params.get("version"))


async def dataset(request: Request) -> Response:
    """``/dataset/SLUG?on=DAY`` and ``?version=N``. Raises Refused: 400, 404, 410."""
    conditional.keep(request, seconds=60)
    page = Page(request)
    then = past.wanted(request)
    found = _find(page, request.path_params["slug"], then)
    if isinstance(found, str):
        return _moved(page, found, 301)
    # Of a day its reader sees what everyone saw; a version is shown for itself, also where it stood behind another.
    entry = page.catalogue.get(found.record.key, found.number, behind=then is None)
    if isinstance(entry, Moved):
        return _moved(page, entry.slug, 303)
    if isinstance(entry, Entry):
        return _show(page, entry, found, then)
    assert isinstance(entry, Gone)
    raise Refused(
        410,
        f"„{entry.title}“ war an diesem Tag nicht verfügbar. Zurückgezogen am {formats.day(entry.withdrawn)}.",
        f"“{entry.title}” was not available on that day. Withdrawn on {formats.day(entry.withdrawn, 'en')}.",
        ways=(to_history(found.record.slug), *([to_dataset(found.record.slug)] if found.last.valid_to is None else [])),
    )


def _moved(page: Page, slug: str, status: int) -> Response:
    return RedirectResponse(f"{page.link(f'/dataset/{quote(slug)}')}?{page.request.url.query}", status)


def _find(page: Page, slug: str, then: Wanted | None) -> _Found | str:
    with page.catalogue.engine.connect() as connection:
        record = timeline.find(connection, slug)
        if isinstance(record, str):
            return record
        last = timeline.newest(connection, record.key, page.at) if record and record.kind == "dataset" else None
        if record is None or last is None:
            raise Refused(404, "Diese Adresse gibt es nicht.", "There is nothing at this address.")
        if then is None:
            place = place_of("version", page.request.query_params["version"])
            version = timeline.version(connection, record.key, page.at, place)
            if version is None:
                raise no_version(place, last.place, record.slug)
            return _Found(record, version, last, version.valid_from)
        version = timeline.newest(connection, record.key, then.number) if then.number else None
        if version is None:
            first = timeline.version(connection, record.key, page.at, 1)
            raise _not_yet(then, first.published_at if first else "", record.slug)
    return _Found(record, version, last, then.number)


def _not_yet(then: Wanted, first: str, slug: str) -> Refused:
    return Refused(
        404,
        f"Am {formats.day(then.text)} gab es diesen Datensatz hier noch nicht. Es gibt ihn seit dem {formats.day(first)}.",
        f"On {formats.day(then.text, 'en')} this dataset was not here yet. It has been here since {formats.day(first, 'en')}.",
        ways=(to_dataset(slug), to_history(slug)),
    )


def _show(page: Page, entry: Entry, found: _Found, then: Wanted | None) -> Response:
    record = entry.record()
    assert isinstance(record, Dataset)
    record = replace(record, distribution=in_order(entry.summary, record))
    companions = [(o.iri, o.record()) for o in page.catalogue.companions_of([entry], found.number, forms=())]
    agents = {iri: other for iri, other in companions if isinstance(other, Agent)}
    titles = {
        iri: facts.spoken(other.title, page.language).text
        for iri, other in companions
        if isinstance(other, DataService | DatasetSeries)
    }
    lang = languages.of_data(page.region, record)
    title = facts.spoken(record.title, page.language, lang)
    heading = title if title.text else facts.Said(entry.title or entry.slug)
    place = page.place(entry.municipality)
    trail: list[tuple[str, str]] = [
        (page.link("/datasets", {"on": then.text} if then else ()), page.texts.text("Daten"))
    ]
    if place:
        trail.append((page.link(f"/municipality/{place.id}"), short_name(place.name)))
    return page.render(
        "then.html",
        title=heading.text,
        tab=(
            heading.text,
            page.texts.plain("Stand vom {date}", date=page.day(then.text))
            if then
            else page.texts.plain("Fassung {n}", n=found.version.place),
        ),
        heading=heading,
        heading_words=page.spoken(heading.text, heading.lang),
        description=facts.spoken(record.description, page.language, lang),
        entry=entry,
        then=then,
        version=found.version,
        last=found.last,
        place=place,
        files=distributions.files(page, record, titles),
        facts=facts.facts(page, record, agents, titles),
        trail=trail,
        indexed=False,
    )
