"""A dataset's files as its page shows them: format, size, licence, whether they can be had, and which one is wanted most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from markupsafe import Markup

from catalog import formats
from catalog.links.book import Link
from catalog.links.questions import SERVICES
from catalog.web import sanitising
from catalog.web.pages import labels, languages
from catalog.web.pages.facts import Fact, Said, dates, readable, said, spoken, titled
from catalog.web.templates import Page
from schemas.model import Dataset, Distribution, LicenseDocument, Resource, Resources, iri_of, text
from schemas.vocabularies import LISTS, find_file_type, find_license, machine_readable, needs_attribution, open_license

_BEST = ("CSV", "XLSX", "ODS", "GEOJSON", "JSON", "GPKG", "XML", "SHP", "KML", "PDF")


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
        ("access_url", (Said(readable(access), access),) if access else ()),
    ]
    for name, values in rows:
        if values:
            yield Fact(labels.attribute(name, page.texts), values)


def _first_link(values: Resources) -> str:
    return next((iri for iri in map(iri_of, values) if iri and sanitising.is_link(iri)), "")


def _file_name(address: str) -> str:
    return readable(address).rstrip("/").rpartition("/")[2]


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
            return Licence(name or readable(iri), href, meaning, known)
    return None
