"""The dataset page: files first, then facts, findings, origin, versions and the machine forms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import quote

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from catalog import feeds
from catalog.corrections import kept
from catalog.corrections.shown import shown
from catalog.links import book
from catalog.links.book import Link
from catalog.links.findings import findings as link_findings
from catalog.quality import history as score_history
from catalog.quality import reading
from catalog.reading.entries import Entry, Moved
from catalog.web import conditional, formats, plans, sanitising
from catalog.web.negotiation import existing, negotiated
from catalog.web.pages import facts, labels, remarks, sameness, schemaorg, scores, states, then
from catalog.web.templates import Page, routes, short_name
from catalog.web.texts import SOURCE
from schemas import future_dates
from schemas.model import Agent, DataService, Dataset, DatasetSeries, iri_of
from schemas.vocabularies import LISTS

VERSIONS = 20
# How many days may pass between two changes; what is missing here has no fixed rhythm.
_DAYS = {
    code: days
    for days, codes in {
        1: "UPDATE_CONT 1MIN 10MIN 15MIN HOURLY DAILY_2 DAILY",
        7: "WEEKLY_3 WEEKLY_2 WEEKLY",
        14: "BIWEEKLY",
        31: "MONTHLY_3 MONTHLY_2 MONTHLY",
        62: "BIMONTHLY",
        92: "QUARTERLY",
        183: "ANNUAL_3 ANNUAL_2",
        366: "ANNUAL",
        731: "BIENNIAL",
        1096: "TRIENNIAL",
    }.items()
    for code in codes.split()
}


class Other(NamedTuple):
    """The same dataset from another source, and what says so."""

    key: str
    title: str
    source: str
    native_id: str
    location: str | None
    evidence: tuple[Markup, ...]


class Step(NamedTuple):
    """One line of the mapping: what was filled, from which field, by which rule."""

    attribute: Markup
    field: str
    rule: Markup


async def dataset(request: Request) -> Response:
    """``/dataset/SLUG``: for people here, for programs in the form that they ask for."""
    if Page(request).language == SOURCE:
        return await negotiated(request, html=document)
    return await document(request)


async def document(request: Request) -> Response:
    """The page for people. Raises Refused: 400, 404, 410."""
    if then.asked(request):
        return await then.dataset(request)
    conditional.keep(request, seconds=60)
    page = Page(request)
    slug: str = request.path_params["slug"]
    entry = existing(page.catalogue.get(slug, page.at))
    if isinstance(entry, Moved) or (entry.slug, entry.kind) != (slug, "dataset"):
        kind = "dataset" if isinstance(entry, Moved) else entry.kind
        address = f"/{kind}/{quote(entry.slug)}"
        status = entry.status if isinstance(entry, Moved) else 301
        return RedirectResponse(page.link(address) if kind == "dataset" else page.file(address), status)
    return show(page, entry)


def show(page: Page, entry: Entry) -> Response:
    """The page of one dataset."""
    record = entry.record()
    assert isinstance(record, Dataset)
    companions = [(other.iri, other.record()) for other in page.catalogue.companions_of([entry], page.at, forms=())]
    agents = {iri: other for iri, other in companions if isinstance(other, Agent)}
    titles = {
        iri: facts.spoken(other.title, page.language).text
        for iri, other in companions
        if isinstance(other, DataService | DatasetSeries)
    }
    found = facts.files(page, record, titles)
    named = {file.iri: file.title.text for file in found if file.iri}
    title = facts.spoken(record.title, page.language)
    source = next((each for each in page.region.sources if each.key == entry.source_key), None)
    history = page.catalogue.history(entry.key)
    address = f"/dataset/{quote(entry.slug)}"
    place = page.place(entry.municipality)
    word = page.request.query_params.get("key", "")
    links, rating = _quality(page, entry)
    values: dict[str, Any] = {
        "entry": entry,
        "heading": title if title.text else facts.Said(entry.title or entry.slug),
        "summary": sanitising.sentence(facts.spoken(record.description, page.language).text),
        "description": facts.spoken(record.description, page.language),
        "place": place,
        "files": found,
        "best": facts.best(found),
        "licence": next((file.licence for file in found if file.licence), None),
        "licences": len({file.licence for file in found}),
        "facts": facts.facts(page, record, agents, titles),
        "badges": tuple(badges(page, entry, record)),
        "groups": remarks.grouped(
            (*future_dates.in_force(entry.findings, page.now), *link_findings(record, links)),
            page.texts,
            lambda focus: named.get(focus, ""),
        ),
        "rating": rating,
        "answering": {file.anchor: scores.answering(page, links.get(file.address)) for file in found},
        "score_forms": [
            (page.file(f"{address}/quality.ttl"), "text/turtle", "DQV (Turtle)"),
            (page.file(f"{address}/quality.json"), "application/json", "JSON"),
        ],
        "source": source,
        "source_address": states.shown_address(source) if source else "",
        "checked": states.checked(states.sources(page), source_key=entry.source_key),
        "steps": [
            Step(labels.attribute(name, page.texts), field, labels.rule(rule, page.texts))
            for name, field, rule in entry.trace
        ],
        "corrections": shown(kept.of_record(page.catalogue.engine, entry.key, page.at), entry),
        "correction_label": lambda each: labels.attribute(each.attribute, page.texts),
        "left_over": tuple(dict.fromkeys(field for field, _ in entry.leftovers)),
        "others": _others(page, entry),
        "preferred": page.catalogue.is_preferred(entry.key, page.at),
        "word": word if word and plans.splits(page.region, entry.key, word) else "",
        "history": history[:VERSIONS],
        "older": max(len(history) - VERSIONS, 0),
        "forms": [(f"{page.file(address)}.{suffix}", form) for suffix, form in feeds.formats().items()],
        "alternates": [
            (form.MEDIA_TYPE, f"{page.public(address, SOURCE)}.{suffix}", form.TITLE)
            for suffix, form in feeds.formats().items()
        ],
        "schema_org": schemaorg.script(schemaorg.dataset(page, entry, record, found, agents)),
        "trail": _trail(page, entry),
    }
    return page.render("dataset.html", title=values["heading"].text, **values)


def _quality(page: Page, entry: Entry) -> tuple[dict[str, Link], scores.Rating | None]:
    """How the dataset's addresses answer, and its score in words; None where it was not computed yet."""
    with page.catalogue.engine.begin() as connection:
        links = book.of_record(connection, entry.key)
        scored = reading.of_record(connection, entry.key)
        if scored is None:
            return links, None
        days = score_history.days(connection, score_history.of_record(entry.key))
    return links, scores.rating(scored, days, page.texts)


def _others(page: Page, entry: Entry) -> list[Other]:
    titles = {source.key: source.title for source in page.region.sources}
    return [
        Other(
            each.key,
            each.title,
            titles.get(each.source_key, each.source_key),
            each.native_id,
            each.location,
            sameness.evidence(each.evidence, page.texts),
        )
        for each in page.catalogue.same(entry.key, page.at)
    ]


def _trail(page: Page, entry: Entry) -> list[tuple[str, str]]:
    trail: list[tuple[str, str]] = [(page.link("/datasets"), page.texts.text("Daten"))]
    if place := page.place(entry.municipality):
        trail.append((page.link(f"/municipality/{place.id}"), short_name(place.name)))
    return trail


def badges(page: Page, entry: Entry, record: Dataset) -> Iterator[tuple[Markup, str]]:
    """What a reader should know at first sight: source dead, gone at the source, kept up or not, high value."""
    _ = page.texts.text
    if stale := states.stale_since(states.sources(page)).get(entry.source_key):
        yield _("Veraltet seit {date}: Die Quelle liefert nichts mehr", date=page.day(stale)), "notice"
    if entry.absent_since:
        yield _("Seit {date} nicht mehr an der Quelle", date=page.day(entry.absent_since)), "notice"
    if entry.archived:
        yield _("Archiviert"), "idle"
    rhythm = next(
        (code for v in record.accrual_periodicity if (code := LISTS["frequency"].by_iri(iri_of(v) or ""))), None
    )
    changed = formats.moment(entry.summary.modified)
    if rhythm is not None and rhythm.code in _DAYS and changed is not None:
        days = _DAYS[rhythm.code]
        late = page.now - changed - timedelta(days=days)
        # Half a rhythm more is no delay yet: weekends, holidays, a monthly table on the 3rd.
        if late > timedelta(days=days / 2 + 1):
            word = page.texts.plural("Überfällig seit {n} Tag", "Überfällig seit {n} Tagen", late.days)
            yield word, "notice"
        else:
            yield _("Aktuell"), "good"
    if record.hvd_category:
        yield _("Hochwertiger Datensatz (HVD)"), "good"


ROUTES = routes("/dataset/{slug}", dataset)
