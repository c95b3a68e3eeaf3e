"""A dataset's record in words, as its page shows it: facts with links, and who answers for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import unquote

from markupsafe import Markup

from catalog.web import sanitising
from catalog.web.pages import labels, languages
from catalog.web.templates import Page
from schemas.kinds import Literal
from schemas.model import (
    Agent,
    ContactPoint,
    Dataset,
    Instant,
    Location,
    PeriodOfTime,
    Resources,
    Texts,
    Value,
    iri_of,
    text,
)
from schemas.vocabularies import LISTS

_NAMES = ("title", "name", "pref_label", "label", "fn", "notation", "description")


class Said(NamedTuple):
    """A value in words; ``href`` where it leads to, ``lang`` its language where that is known."""

    text: str
    href: str = ""
    lang: str = ""


class Fact(NamedTuple):
    """A labelled row of values."""

    label: Markup
    values: tuple[Said, ...]


def spoken(texts: Texts, language: str, otherwise: str = "") -> Said:
    """The one text to show in a language, with the language that it is in; ``otherwise`` where the text does not say."""
    chosen = text(texts, language)
    lang = next((value.lang for value in texts if value.text == chosen and value.lang), "")
    return Said(chosen, "", lang or (otherwise if chosen else ""))


def said(page: Page, values: Iterable[Value], list_name: str = "") -> tuple[Said, ...]:
    """Values in words: codes by their label, addresses as links, described things by their name."""
    return tuple(filter(lambda each: each.text, (_said(page, value, list_name) for value in values)))


def _said(page: Page, value: Value, list_name: str) -> Said:
    if isinstance(value, Literal):
        return Said(value.text, "", value.lang or "")
    if isinstance(value, str):
        if list_name and (label := LISTS[list_name].label(value, page.language)):
            return Said(label)
        return Said(readable(value), value if sanitising.is_link(value) else "")
    iri = value.iri or ""
    named: Texts = next((found for name in _NAMES if (found := getattr(value, name, ()))), ())
    name = spoken(named, page.language)
    return Said(name.text or readable(iri), iri if sanitising.is_link(iri) else "", name.lang)


def readable(iri: str) -> str:
    """An address as people read it, without its scheme and encoding."""
    return unquote(iri.removeprefix("mailto:").removeprefix("tel:"), errors="replace")


def facts(page: Page, record: Dataset, agents: Mapping[str, Agent], titles: Mapping[str, str]) -> tuple[Fact, ...]:
    """What is known about a dataset, most asked first.

    Takes agents by their IRI, and the titles of services and series that have records of their own.
    """
    codes = {
        "accrual_periodicity": "frequency",
        "access_rights": "access-right",
        "availability": "planned-availability",
        "language": "language",
        "hvd_category": "hvd-category",
        "political_geocoding_level": "geocoding-level",
        "type": "dataset-type",
    }
    rows: list[tuple[str, tuple[Said, ...]]] = [
        ("publisher", people(page, record.publisher, agents)),
        ("contact_point", tuple(contacts(page, record.contact_point))),
        ("theme", themes(page, record.theme)),
        ("keyword", keywords(page, record.keyword, languages.of_data(page.region, record))),
        ("temporal", periods(page, record.temporal)),
        ("spatial", places(page, record)),
        ("accrual_periodicity", said(page, record.accrual_periodicity, codes["accrual_periodicity"])),
        ("modified", dates(page, record.modified)),
        ("issued", dates(page, record.issued)),
    ]
    rows += [(role, people(page, getattr(record, role), agents)) for role in ("creator", "originator", "custodian")]
    rows.append(("contributor", people(page, record.contributor, agents)))
    rest = (
        *("language", "access_rights", "availability", "hvd_category", "type", "identifier", "other_identifier"),
        *("version", "version_notes", "landing_page", "page", "conforms_to", "provenance", "applicable_legislation"),
        *("legal_basis", "quality_process", "political_geocoding_level", "in_series", "is_version_of", "has_version"),
        *("references", "is_referenced_by", "relation", "source", "was_generated_by", "spatial_resolution"),
        "temporal_resolution",
    )
    rows += [(name, titled(page, getattr(record, name), titles, codes.get(name, ""))) for name in rest]
    return tuple(Fact(labels.attribute(name, page.texts), values) for name, values in rows if values)


def titled(page: Page, values: Iterable[Value], titles: Mapping[str, str], list_name: str = "") -> tuple[Said, ...]:
    """Values in words, where those that have a record of their own are called by its title."""
    found: list[Said] = []
    for value in values:
        if isinstance(value, str) and titles.get(value):
            found.append(Said(titles[value], value if sanitising.is_link(value) else ""))
        else:
            found += said(page, [value], list_name)
    return tuple(found)


def people(page: Page, values: Resources, agents: Mapping[str, Agent]) -> tuple[Said, ...]:
    """Agents by name, linked to their page."""
    found: list[Said] = []
    for value in values:
        agent = agents.get(value) if isinstance(value, str) else value
        if not isinstance(agent, Agent):
            found += said(page, [value])
            continue
        name = spoken(agent.name, page.language)
        address = next((iri for iri in map(iri_of, agent.homepage) if iri and sanitising.is_link(iri)), "")
        found.append(Said(name.text or readable(iri_of(value) or ""), address, name.lang))
    return tuple(each for each in found if each.text)


def contacts(page: Page, values: Resources) -> Iterator[Said]:
    """Whom to ask: the name, and each way to reach it."""
    for value in values:
        if not isinstance(value, ContactPoint):
            yield from said(page, [value])
            continue
        yield from said(page, value.fn[:1])
        for way in (*value.has_email, *value.has_telephone, *value.has_url):
            yield from said(page, [way])


def themes(page: Page, values: Resources) -> tuple[Said, ...]:
    """Themes, each with a search for its datasets."""
    found: list[Said] = []
    for value in values:
        code = LISTS["data-theme"].by_iri(iri_of(value) or "")
        if code is None:
            found += said(page, [value])
        else:
            label = code.de if page.language == "de" else code.en
            found.append(Said(label or code.code, page.link("/datasets", {"theme": code.code})))
    return tuple(found)


def keywords(page: Page, values: Texts, otherwise: str = "") -> tuple[Said, ...]:
    """Keywords, each with a search for it; ``otherwise`` is the language of those that name none."""
    return tuple(
        Said(value.text, page.link("/datasets", {"q": f'"{value.text}"'}), value.lang or otherwise)
        for value in dict.fromkeys(values)
        if value.text.strip()
    )


def periods(page: Page, values: Resources) -> tuple[Said, ...]:
    """From when to when the data reach."""
    found: list[Said] = []
    for value in values:
        if not isinstance(value, PeriodOfTime):
            found += said(page, [value])
            continue
        start = _edge(page, value.start_date, value.has_beginning)
        end = _edge(page, value.end_date, value.has_end)
        _ = page.texts.text
        if start and end:
            found.append(Said(start if start == end else _("{start} bis {end}", start=start, end=end)))
        elif start or end:
            found.append(Said(_("seit {date}", date=start) if start else _("bis {date}", date=end)))
    return tuple(found)


def _edge(page: Page, stated: Texts, instants: Resources) -> str:
    written = [*stated, *(each for i in instants if isinstance(i, Instant) for each in i.date)]
    return page.day(written[0].text) if written else ""


def places(page: Page, record: Dataset) -> tuple[Said, ...]:
    """Where the data are about: administrative areas by name, then what the source wrote."""
    found: list[Said] = []
    for value in (*record.political_geocoding, *record.spatial):
        iri = iri_of(value) or ""
        area = next((label for name in _AREAS if (label := LISTS[name].label(iri, page.language))), "")
        if area:
            found.append(Said(area))
        elif isinstance(value, Location):
            if value.pref_label:
                found.append(spoken(value.pref_label, page.language))
            elif value.geometry or value.bbox or value.centroid:
                found.append(Said(page.texts.text("mit Koordinaten beschrieben (in den maschinenlesbaren Formen)")))
            else:
                found += said(page, [value])
        else:
            found += said(page, [value])
    found += said(page, record.geocoding_description)
    return tuple(dict.fromkeys(found))


_AREAS = (
    *("municipality-key", "regional-key", "district-key", "municipal-association-key"),
    *("government-district-key", "state-key"),
)


def dates(page: Page, values: Texts) -> tuple[Said, ...]:
    """Dates in words."""
    return tuple(Said(page.day(value.text)) for value in values[:1])
