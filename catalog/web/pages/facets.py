"""The filters of a search as they are shown: groups of boxes to tick with true counts, chips to take them back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from markupsafe import Markup

from catalog.reading.entries import AGES, YES, Counts, Query
from catalog.reading.extents import TRAITS
from catalog.web import searches
from catalog.web.pages import hits
from catalog.web.templates import Page, short_name
from catalog.web.texts import later
from schemas.tables.geometry import BoundingBox

GROUPS = ("municipality", "theme", "format", "license", "age")
_NAMES = {
    "municipality": later("Gemeinde"),
    "theme": later("Thema"),
    "format": later("Format"),
    "license": later("Lizenz"),
    "age": later("Aktualität"),
}
_AGES = {
    "today": later("heute geändert"),
    "week": later("in den letzten 7 Tagen"),
    "month": later("in den letzten 31 Tagen"),
    "year": later("in den letzten 12 Monaten"),
    "older": later("älter als 12 Monate"),
}
_TRAITS = {
    "map": later("Mit Karte"),
    "live": later("Mit Live-Werten"),
    "hvd": later("Hochwertiger Datensatz (HVD)"),
}


class Value(NamedTuple):
    """One value of a facet. A value without hits stays where it is, but cannot be chosen."""

    name: str
    code: str
    label: str
    number: int
    chosen: bool


class Facet(NamedTuple):
    """A group of checkboxes."""

    name: str
    title: Markup
    values: tuple[Value, ...]

    @property
    def chosen(self) -> int:
        """How many are ticked."""
        return sum(value.chosen for value in self.values)


class Chip(NamedTuple):
    """A filter in force, with the address of the search without it."""

    facet: Markup
    label: str
    address: str


def facets(
    page: Page, query: Query, counted: Mapping[str, Iterable[tuple[str, int]]], all_counts: Counts
) -> tuple[Facet, ...]:
    """The groups of checkboxes. Which values there are, and in what order, depends on the whole catalogue only."""
    known: Mapping[str, Iterable[str]] = {
        "municipality": tuple(municipality.id for municipality in page.region.municipalities),
        "theme": _by_label(page, "data-theme", all_counts.themes),
        "format": tuple(sorted(all_counts.formats, key=lambda code: (-all_counts.formats[code], code))),
        "license": _by_label(page, "license", all_counts.licenses),
        "age": AGES,
    }
    groups = (
        Facet(name, page.texts.text(_NAMES[name]), tuple(_values(page, query, name, known[name], counted)))
        for name in GROUPS
    )
    traits = tuple(value for name in TRAITS for value in _values(page, query, name, (YES,), counted))
    return (*groups, Facet("traits", page.texts.text("Merkmale"), traits))


def label(page: Page, facet: str, code: str) -> str:
    """A value of a facet in words; a value that we do not know is shown as it was asked for."""
    if facet == "municipality":
        place = page.place(code)
        return short_name(place.name) if place else code
    if facet == "age":
        return page.texts.text(_AGES[code]) if code in _AGES else code
    if facet in TRAITS:
        return page.texts.text(_TRAITS[facet]) if code == YES else code
    lists = {"theme": "data-theme", "format": "file-type", "license": "license"}
    return hits.code_label(lists[facet], code, page.language) if facet in lists else code


def chips(page: Page, query: Query) -> Iterator[Chip]:
    """The filters in force, in the order of the form."""
    _ = page.texts.text

    def address(name: str, value: str = "") -> str:
        return page.link("/datasets", searches.pairs(searches.without(query, name, value)))

    if query.q:
        yield Chip(_("Suche"), query.q, address("q"))
    for name in (*GROUPS, *TRAITS):
        for code in getattr(query, name):
            title = _(_NAMES[name]) if name in _NAMES else _("Merkmal")
            yield Chip(title, label(page, name, code), address(name, code))
    if query.bbox is not None:
        yield Chip(_("Ort auf der Karte"), box_in_words(page, query.bbox), address("bbox"))
    if query.begin or query.end:
        yield Chip(_("Zeitraum"), _time_in_words(page, query), address("time"))
    if query.on:
        yield Chip(_("Stand"), page.day(query.on.isoformat()), address("on"))


def said(page: Page, query: Query) -> list[str]:
    """What is searched, in words: those of the search, then the filters in force."""
    labels = (chip.label for chip in chips(page, replace(query, on=None)))
    words = [label.unescape() if isinstance(label, Markup) else label for label in labels]
    stand = [page.texts.plain("Stand vom {date}", date=page.day(query.on.isoformat()))] if query.on else []
    return words + stand


def box_in_words(page: Page, box: BoundingBox) -> str:
    """A box as people read it."""
    west, south, east, north = (f"{edge:.3f}".replace(".", "," if page.language == "de" else ".") for edge in box)
    return page.texts.text("{west}° bis {east}° Ost, {south}° bis {north}° Nord", **_named(west, south, east, north))


def _named(west: str, south: str, east: str, north: str) -> dict[str, str]:
    return {"west": west, "south": south, "east": east, "north": north}


def _time_in_words(page: Page, query: Query) -> str:
    begin, end = (page.day(day.isoformat()) if day else "" for day in (query.begin, query.end))
    if begin and end:
        return page.texts.text("{begin} bis {end}", begin=begin, end=end)
    return page.texts.text("ab {day}", day=begin) if begin else page.texts.text("bis {day}", day=end)


def _values(
    page: Page, query: Query, name: str, known: Iterable[str], counted: Mapping[str, Iterable[tuple[str, int]]]
) -> Iterator[Value]:
    counts = dict(counted.get(name, ()))
    chosen: tuple[str, ...] = getattr(query, name)
    for code in dict.fromkeys((*known, *chosen)):
        yield Value(name, code, label(page, name, code), counts.get(code, 0), code in chosen)


def _by_label(page: Page, list_name: str, counts: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(sorted(counts, key=lambda code: hits.code_label(list_name, code, page.language).casefold()))
