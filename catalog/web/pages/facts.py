"""A dataset's record as the page shows it: facts with links, files with their licence, who answers for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import unquote

from markupsafe import Markup

from catalog import formats
from catalog.links.book import Link
from catalog.links.questions import SERVICES
from catalog.web import sanitising
from catalog.web.pages import labels, languages
from catalog.web.templates import Page
from schemas.kinds import Literal
from schemas.model import (
    Agent,
    ContactPoint,
    Dataset,
    Distribution,
    Instant,
    LicenseDocument,
    Location,
    PeriodOfTime,
    Resource,
    Resources,
    Texts,
    Value,
    iri_of,
    text,
)
from schemas.vocabularies import LISTS, find_file_type, find_license, machine_readable, needs_attribution, open_license

_BEST = ("CSV", "XLSX", "ODS", "GEOJSON", "JSON", "GPKG", "XML", "SHP", "KML", "PDF")
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


class Licence(NamedTuple):
    """A licence in words: its name, where it stands, and what it allows."""

    name: str
    href: str
    meaning: Markup
    open: bool | None


class File(NamedTuple):
    """A distribution as it is shown. ``number`` is that of its own page (catalog.web.file_addresses).

    ``works`` is whether its address answered when it was last asked, None where that is not known.
    """

    number: int
    anchor: str
    iri: str
    title: Said
    format: str
    format_name: str
    size: str
    address: str
    is_download: bool
    description: Said
    licence: Licence | None
    facts: tuple[Fact, ...]
    media_type: str
    works: bool | None = None

    @property
    def label(self) -> str:
        """Format and size."""
        return f"{self.format_name} ({self.size})" if self.size else self.format_name


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
        return Said(_readable(value), value if sanitising.is_link(value) else "")
    iri = value.iri or ""
    named: Texts = next((found for name in _NAMES if (found := getattr(value, name, ()))), ())
    name = spoken(named, page.language)
    return Said(name.text or _readable(iri), iri if sanitising.is_link(iri) else "", name.lang)


def _readable(iri: str) -> str:
    """An address as people read it, without its scheme and encoding."""
    return unquote(iri.removeprefix("mailto:").removeprefix("tel:"), errors="replace")


# ------------------------------------------------------------------------------------------------- facts


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
        found.append(Said(name.text or _readable(iri_of(value) or ""), address, name.lang))
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


# ------------------------------------------------------------------------------------------------- files


def files(page: Page, record: Dataset, titles: Mapping[str, str]) -> tuple[File, ...]:
    """The distributions in the record's order. ``titles`` are those of data services by IRI."""
    described = [each for each in record.distribution if isinstance(each, Distribution)]
    return tuple(
        file_of(page, number, each, titles, languages.of_data(page.region, record, each))
        for number, each in enumerate(described, 1)
    )


def asked(page: Page, file: File, link: Link | None, byte_size: int | None = None) -> File:
    """A file with what is known of its address: whether it answers, and its size where the record says none.

    Takes how the address was found when it was last asked, and the size (bytes) of what was fetched from it.
    """
    works = link.works if link is not None else None
    told = byte_size or (link.byte_size if link is not None else None)
    if file.size or not told or not file.is_download or file.format in SERVICES:
        return file._replace(works=works)
    return file._replace(works=works, size=formats.size(told, page.language))


def best(found: Iterable[File]) -> File | None:
    """The file that most people want: a table before a map before a document; None if none can be had.

    A file that did not answer when it was last asked cannot be had.
    """
    return min((each for each in found if each.address and each.works is not False), key=rank, default=None)


def rank(file: File) -> tuple[bool, bool, int]:
    """How much a file is what most people want; the lower, the more."""
    return file.works is False, not file.is_download, _BEST.index(file.format) if file.format in _BEST else len(_BEST)


def file_of(page: Page, number: int, item: Distribution, titles: Mapping[str, str], lang: str) -> File:
    """One distribution as it is shown, under its number; ``lang`` is the language of its words where they say none."""
    download = _first_link(item.download_url)
    access = _first_link(item.access_url)
    file_format = _format(item)
    title = spoken(item.title, page.language, lang)
    address = download or access
    return File(
        number=number,
        anchor=f"datei-{number}",
        iri=item.iri or "",
        title=title if title.text else Said(_file_name(address) or page.texts.text("Datei {n}", n=number)),
        format=file_format,
        format_name=labels.format_name(file_format, page.language),
        size=formats.size(item.byte_size[0].text, page.language) if item.byte_size else "",
        address=address,
        is_download=bool(download),
        description=spoken(item.description, page.language, lang),
        licence=licence(page, item.license),
        facts=tuple(_file_facts(page, item, access if access != download else "", titles)),
        media_type=_media_type(item),
    )


def _file_facts(page: Page, item: Distribution, access: str, titles: Mapping[str, str]) -> Iterator[Fact]:
    dated = dates(page, item.modified)
    rows: list[tuple[str, tuple[Said, ...]]] = [
        ("modified", dated),
        ("issued", () if dated else dates(page, item.issued)),
        ("license_attribution", said(page, item.license_attribution)),
        ("rights", said(page, item.rights)),
        ("availability", said(page, item.availability, "planned-availability")),
        ("status", said(page, item.status, "distribution-status")),
        ("language", said(page, item.language, "language")),
        ("conforms_to", said(page, item.conforms_to)),
        ("access_service", titled(page, item.access_service, titles)),
        ("compress_format", said(page, item.compress_format, "media-type")),
        ("package_format", said(page, item.package_format, "media-type")),
        ("page", said(page, item.page)),
        ("access_url", (Said(_readable(access), access),) if access else ()),
    ]
    for name, values in rows:
        if values:
            yield Fact(labels.attribute(name, page.texts), values)


def _first_link(values: Resources) -> str:
    return next((iri for iri in map(iri_of, values) if iri and sanitising.is_link(iri)), "")


def _file_name(address: str) -> str:
    return _readable(address).rstrip("/").rpartition("/")[2]


def _format(item: Distribution) -> str:
    for value in (*item.format, *item.media_type):
        iri = iri_of(value) or ""
        code = LISTS["file-type"].by_iri(iri) or find_file_type(iri)
        if code is not None:
            return code.code
        if isinstance(value, Resource) and (name := text(getattr(value, "pref_label", ()))):
            return name
    return ""


def _media_type(item: Distribution) -> str:
    codes = [LISTS["media-type"].by_iri(iri_of(value) or "") for value in item.media_type]
    return next((code.code for code in codes if code), "")


def readable_by_programs(file: File) -> bool:
    """Whether a file's format can be read by programs."""
    return bool(file.format) and machine_readable(file.format)


# ------------------------------------------------------------------------------------------------- licences


def licence(page: Page, values: Resources) -> Licence | None:
    """The first licence in words, or None. It is called free only where its own list says so (F76)."""
    for value in values:
        iri = iri_of(value) or ""
        code = find_license(iri) if iri else None
        name = (code.de if page.language == "de" else code.en or code.de) if code else ""
        if not name and isinstance(value, LicenseDocument):
            name = spoken(value.title, page.language).text
        known = open_license(iri) if iri else None
        if known:
            free = page.texts.text("Frei nutzbar, Quelle nennen") if needs_attribution(iri) else None
            meaning = free or page.texts.text("Frei nutzbar ohne Bedingungen")
        elif known is None:
            meaning = page.texts.text("Nutzungsbedingungen vor Gebrauch prüfen")
        else:
            meaning = page.texts.text("Nur eingeschränkt nutzbar")
        href = iri if sanitising.is_link(iri) else ""
        if name or href:
            return Licence(name or _readable(iri), href, meaning, known)
    return None
