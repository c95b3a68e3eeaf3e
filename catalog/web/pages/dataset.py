"""The dataset page (web.md 1.3): file, answer before the file, columns, quality, origin, re-use, similar data, questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import quote

from anyio.to_thread import run_sync
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from catalog import feeds
from catalog.corrections import kept
from catalog.corrections.shown import shown
from catalog.feedback.offices import office
from catalog.links import book
from catalog.links.book import Link
from catalog.links.findings import findings as link_findings
from catalog.preview import findings as file_findings
from catalog.preview import wanting
from catalog.preview.keeping import Keeping, key_of
from catalog.quality import history as score_history
from catalog.quality import reading
from catalog.reading.entries import Entry, Moved
from catalog.reading.numbered_files import in_order
from catalog.web import conditional, file_addresses, gone, misspelt, plans, sanitising
from catalog.web.negotiation import negotiated
from catalog.web.pages import (
    checks,
    currency,
    distributions,
    facts,
    glance,
    labels,
    languages,
    live,
    remarks,
    sameness,
    schemaorg,
    scores,
    states,
    then,
)
from catalog.web.pages.alike import alike
from catalog.web.pages.reuse import reuse
from catalog.web.searching import searched
from catalog.web.templates import Page, routes, short_name
from catalog.web.texts import SOURCE
from schemas import future_dates
from schemas.model import Agent, DataService, Dataset, DatasetSeries, Distribution, iri_of

VERSIONS = 5
_LOOKED_AT = 8  # files whose previews are looked at for their size


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
    found = page.catalogue.get(slug, page.at)
    if found is None:
        raise await searched(page.catalogue, lambda: misspelt.refusal(page.catalogue, slug, page.at, page.today))
    entry = gone.existing(request, found)
    if isinstance(entry, Moved) or (entry.slug, entry.kind) != (slug, "dataset"):
        kind = "dataset" if isinstance(entry, Moved) else entry.kind
        address = f"/{kind}/{quote(entry.slug)}"
        status = entry.status if isinstance(entry, Moved) else 301
        return RedirectResponse(page.link(address) if kind == "dataset" else page.file(address), status)
    await live.refresh(page, entry)
    return await run_sync(show, page, entry)


def show(page: Page, entry: Entry) -> Response:
    """The page of one dataset."""
    record = entry.record()
    assert isinstance(record, Dataset)
    # Files bear their numbers in the order of the source.
    record = replace(record, distribution=in_order(entry.summary, record))
    companions = [(other.iri, other.record()) for other in page.catalogue.companions_of([entry], page.at, forms=())]
    agents = {iri: other for iri, other in companions if isinstance(other, Agent)}
    titles = {
        iri: facts.spoken(other.title, page.language).text
        for iri, other in companions
        if isinstance(other, DataService | DatasetSeries)
    }
    links, scored = _asked(page, entry)
    sizes = _fetched(page, entry, record)
    found = tuple(
        distributions.asked(page, file, links.get(file.address), sizes.get(file.number))
        for file in distributions.files(page, record, titles)
    )
    title = facts.spoken(record.title, page.language, languages.of_data(page.region, record))
    values: dict[str, Any] = {
        "entry": entry,
        "heading": title if title.text else facts.Said(entry.title or entry.slug),
        "place": page.place(entry.municipality),
        "files": found,
        "file_path": file_addresses.path,
        "facts": facts.facts(page, record, agents, titles),
        "badges": tuple(currency.badges(page, entry, record)),
        "schema_org": schemaorg.script(schemaorg.dataset(page, entry, record, found, agents)),
        "trail": _trail(page, entry),
        **_use(page, entry, record, found, agents),
        **_quality(page, entry, record, found, links, scored),
        **_origin(page, entry),
        **_forms(page, entry),
    }
    values["heading_words"] = page.spoken(values["heading"].text, values["heading"].lang)
    values["anchors"] = tuple(_anchors(page, values))
    return page.render("dataset.html", title=values["heading"].text, **values)


def _fetched(page: Page, entry: Entry, record: Dataset) -> dict[int, int]:
    """The sizes (bytes) of the first files, by their numbers, as far as previews of them were made."""
    kept, sizes = Keeping(page.region), {}
    described = [each for each in record.distribution if isinstance(each, Distribution)]
    for number, item in enumerate(described[:_LOOKED_AT], 1):
        wish = wanting.of_file(page.region, entry.source_key, item, record=record)
        if wish is not None:
            sizes[number] = kept.told(key_of(wish))[1]
    return sizes


def _use(
    page: Page, entry: Entry, record: Dataset, found: tuple[distributions.File, ...], agents: Mapping[str, Agent]
) -> dict[str, Any]:
    """What the data are, and what one can do with them."""
    description = facts.spoken(record.description, page.language, languages.of_data(page.region, record))
    summary = sanitising.sentence(description.text)
    best, seen = distributions.best(found), glance.glance(page, entry, record, found)
    read_here = seen is not None and seen.is_table
    decimal = seen.decimal if seen is not None and read_here else ""
    publishers = [said.text for said in facts.people(page, record.publisher, agents)]
    return {
        "summary": summary,
        "description": description,
        "more_description": sanitising.plain(description.text) != summary,
        "best": best,
        "dead": best is None and any(file.address for file in found),
        "licence": next((file.licence for file in found if file.licence), None),
        "licences": len({file.licence for file in found}),
        "glance": seen,
        "reuse": reuse(
            page, entry, seen.file if seen and read_here else best, publishers, decimal, seen.sent if seen else ()
        ),
        "alike": alike(page, entry, record),
        "office": office(page.region, record, page.place(entry.municipality), page.language),
    }


def _quality(
    page: Page,
    entry: Entry,
    record: Dataset,
    found: tuple[distributions.File, ...],
    links: Mapping[str, Link],
    rating: scores.Rating | None,
) -> dict[str, Any]:
    """How good data and description are: checks, score, findings, how the addresses answer."""
    named = {file.iri: page.spoken(file.title.text, file.title.lang) for file in found if file.iri}
    findings = (
        *future_dates.in_force(entry.findings, page.now),
        *link_findings(record, links),
        *file_findings.of_dataset(page.region, entry.source_key, record),
    )
    beside = {iri: page.texts.text("Datenserie") for iri in map(iri_of, record.in_series) if iri}
    groups = remarks.grouped(findings, page.texts, lambda focus: named.get(focus, beside.get(focus, "")))
    return {
        "checks": checks.checks(page, entry, record, found, links),
        "rating": rating,
        "brief": remarks.brief(findings, page.texts, frozenset(named), frozenset(beside)),
        "groups": groups,
        "found": sum(group.number for group in groups),
        "answering": {file.anchor: scores.answering(page, links.get(file.address)) for file in found},
    }


def _origin(page: Page, entry: Entry) -> dict[str, Any]:
    """Where all of it comes from: source, mapping, corrections, the same from other sources, versions."""
    source = next((each for each in page.region.sources if each.key == entry.source_key), None)
    history = page.catalogue.history(entry.key)
    word = page.request.query_params.get("key", "")
    return {
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
    }


def _forms(page: Page, entry: Entry) -> dict[str, Any]:
    """The addresses of the same for programs."""
    address = f"/dataset/{quote(entry.slug)}"
    return {
        "forms": [(f"{page.file(address)}.{suffix}", form) for suffix, form in feeds.formats().items()],
        "score_forms": [
            (page.file(f"{address}/quality.ttl"), "text/turtle", "DQV (Turtle)"),
            (page.file(f"{address}/quality.json"), "application/json", "JSON"),
        ],
        "alternates": [
            (form.MEDIA_TYPE, f"{page.public(address, SOURCE)}.{suffix}", form.TITLE)
            for suffix, form in feeds.formats().items()
        ],
    }


def _anchors(page: Page, shown: Mapping[str, Any]) -> Iterator[tuple[str, Markup]]:
    """The sections of the page that are there, in their order."""
    _ = page.texts.text
    seen = shown["glance"]
    sections = (
        ("look", _("Auf einen Blick"), seen),
        ("columns", _("Spalten"), seen and seen.columns),
        ("description", _("Beschreibung"), shown["more_description"]),
        ("files", _("Dateien"), True),
        ("quality", _("Qualität"), True),
        ("origin", _("Herkunft"), True),
        ("facts", _("Alle Angaben"), True),
        ("reuse", _("Nachnutzen"), True),
        ("machines", _("API nutzen"), True),
        ("similar", _("Ähnliche Daten"), shown["alike"]),
        ("questions", _("Fragen an die Gemeinde"), True),
    )
    yield from ((anchor, name) for anchor, name, there in sections if there)


def _asked(page: Page, entry: Entry) -> tuple[dict[str, Link], scores.Rating | None]:
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


ROUTES = routes("/dataset/{slug}", dataset)
