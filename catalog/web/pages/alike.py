"""Similar datasets with what makes them so: the same series, words in common, the same topic."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from markupsafe import Markup

from catalog.reading import similar
from catalog.reading.entries import Entry, Hit
from catalog.web.pages import hits
from catalog.web.templates import Page, short_name
from schemas.model import Dataset, iri_of

SHOWN = 5
_LOOKED_AT = 15
_WORDS = 3


class Alike(NamedTuple):
    """A similar dataset: where it is from, and why it is similar."""

    slug: str
    title: str
    place: str
    reasons: tuple[Markup, ...]


def alike(page: Page, entry: Entry, record: Dataset) -> tuple[Alike, ...]:
    """The datasets that are about the same, the most alike first; those with nothing to say for it are left out."""
    series = {iri for iri in map(iri_of, record.in_series) if iri}
    found = []
    for hit in page.catalogue.similar(entry, page.at, _LOOKED_AT):
        reasons = tuple(_reasons(page, entry, hit, series))
        if reasons:
            place = page.place(hit.municipality)
            title = hit.summary.title or hit.slug
            found.append(Alike(hit.slug, title, short_name(place.name) if place else "", reasons))
        if len(found) == SHOWN:
            break
    return tuple(found)


def _reasons(page: Page, entry: Entry, hit: Hit, series: set[str]) -> Iterator[Markup]:
    """What both have in common; a topic alone is too little to call them similar."""
    _ = page.texts.text
    own, other = entry.summary, hit.summary
    in_series = bool(series & set(other.refs))
    places = page.catalogue.ground.places
    theirs = similar.subjects(" ".join((other.title, *other.keywords)), places)
    common = [word for stem, word in similar.subjects(own.title, places).items() if stem in theirs]
    ours = similar.subjects(" ".join(own.keywords), places)
    common += [word for stem, word in ours.items() if stem in theirs and word not in common]
    if in_series:
        yield _("gehört zur selben Reihe")
    if common:
        yield _("gemeinsam: {words}", words=page.spoken(", ".join(common[:_WORDS]), page.region.language))
    if in_series or common:
        for code in (code for code in own.themes if code in other.themes):
            yield _("Thema {theme}", theme=hits.code_label("data-theme", code, page.language))
