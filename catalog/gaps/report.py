"""The gaps of a region as one document, and a neighbour's record as a template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from catalog.gaps import coverage, templates
from catalog.gaps.coverage import Coverage, Published
from catalog.reading.entries import Entry
from catalog.search import Catalogue
from schemas.model import Dataset
from schemas.region import Municipality


class Template(NamedTuple):
    """A row of ``metadaten.csv`` for a municipality, by column, and the record that it was made from."""

    municipality: str
    giver: Published
    row: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """The template for ``--json``."""
        return {"municipality": self.municipality, "from": published(self.giver), "row": dict(self.row)}


def template(catalogue: Catalogue, at: int, each: Coverage, taker: Municipality) -> Template | None:
    """The template that an entry has for a municipality; None if no neighbour publishes the entry."""
    chosen = each.template(taker.id)
    entry = catalogue.get(chosen.key, at) if chosen else None
    if chosen is None or not isinstance(entry, Entry):
        return None
    record = entry.record()
    assert isinstance(record, Dataset)
    made = templates.row(record, each.entry, catalogue.region, chosen.municipality, taker, chosen.written)
    return Template(taker.id, chosen, made)


def document(catalogue: Catalogue, at: int, covered: Sequence[Coverage], municipality: str = "") -> dict[str, Any]:
    """All of it: who publishes what, the gaps with their templates, the duties that nobody meets."""
    found = coverage.gaps(covered, catalogue.region, municipality)
    return {
        "number": at,
        "published": [_covered(each) for each in covered if each.have or each.maybe],
        "gaps": [
            {
                **_covered(each),
                "lacking": [m.id for m in lacking],
                "templates": [made.to_json() for m in lacking if (made := template(catalogue, at, each, m))],
            }
            for each, lacking in found
        ],
        "duties": [_covered(each) for each in coverage.duties(covered)],
    }


def published(one: Published) -> dict[str, Any]:
    """A dataset that is or may be an entry."""
    return {"iri": one.iri, "slug": one.slug, "title": one.title, "certainty": one.certainty}


def _covered(each: Coverage) -> dict[str, Any]:
    def listed(places: Mapping[str, Sequence[Published]]) -> dict[str, list[dict[str, Any]]]:
        return {place: [published(one) for one in some] for place, some in places.items()}

    return {
        "entry": each.entry.code,
        "iri": each.entry.iri,
        "name": {"de": each.entry.de, "en": each.entry.en},
        "duty": each.duty,
        "have": listed(each.have),
        "maybe": listed(each.maybe),
    }
