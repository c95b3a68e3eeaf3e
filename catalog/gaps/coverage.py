"""The region against the Musterdatenkatalog: who publishes what, and which gaps a neighbour's record can help to fill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import orjson
import sqlalchemy as sa

from catalog import tables
from catalog.reading.entries import unpacked
from catalog.reading.remembered import Remembered
from catalog.reading.summary import Summary
from catalog.search import Catalogue
from catalog.store import current, shadowed
from harvesters.mapping.geocoding import DERIVED
from schemas import musterdaten
from schemas.musterdaten import SURE, Entry
from schemas.region import Municipality, Region
from schemas.vocabularies import LISTS

MAYBE = 50
"""From this certainty on a dataset is shown as one that may be the entry already; somebody should look."""

HVD, NEIGHBOUR_HVD, MAYBE_HVD, NO_DUTY = "hvd", "neighbour", "maybe", ""
_MARK = b"musterdatenkatalog.de/def/musterdatensatz/"
_records, _versions = tables.records, tables.versions
_seen = Remembered(200_000)


class Published(NamedTuple):
    """A dataset that is, or may be, an entry: how certain that is (1 to 100), and what speaks for its record.

    ``written``: its description was written by somebody, not put together from its files.
    """

    key: str
    slug: str
    iri: str
    title: str
    municipality: str
    certainty: int
    violations: int
    warnings: int
    modified: str
    hvd: bool
    written: bool = True


class Coverage(NamedTuple):
    """One entry in the region. ``have`` and ``maybe`` hold datasets by municipality; ``duty`` is ``hvd``
    by the Musterdatenkatalog, ``neighbour`` where only a neighbour marks it so, ``maybe`` or empty."""

    entry: Entry
    have: Mapping[str, tuple[Published, ...]]
    maybe: Mapping[str, tuple[Published, ...]]
    duty: str

    def lacking(self, region: Region) -> tuple[Municipality, ...]:
        """The municipalities that surely have none."""
        return tuple(m for m in region.municipalities if m.id not in self.have)

    def template(self, municipality: str = "") -> Published | None:
        """The neighbour's record that serves best as a template: marked where that is a duty, without faults, sure, new."""
        others = [each for place, some in self.have.items() if place != municipality for each in some]
        ranked = sorted(others, key=lambda each: each.modified, reverse=True)
        duty = self.duty in (HVD, NEIGHBOUR_HVD)
        return min(
            ranked,
            key=lambda e: (duty and not e.hvd, not e.written, e.violations, -e.certainty, e.warnings),
            default=None,
        )


def coverage(catalogue: Catalogue, at: int) -> tuple[Coverage, ...]:
    """All entries that somebody in the region publishes, or that are a duty; HVD first, then what most have."""
    found: dict[str, dict[str, list[Published]]] = {}
    for published, code in _recognised(catalogue, at):
        found.setdefault(code, {}).setdefault(published.municipality, []).append(published)
    listed = []
    for code, entry in musterdaten.entries().items():
        places = found.get(code, {})
        if places or entry.hvd:
            listed.append(_coverage(entry, places))
    return tuple(sorted(listed, key=_order))


def gaps(
    covered: Sequence[Coverage], region: Region, municipality: str = ""
) -> tuple[tuple[Coverage, tuple[Municipality, ...]], ...]:
    """The entries that some have and others lack, with those who lack them; of one municipality, or of all."""
    found = []
    for each in covered:
        lacking = tuple(m for m in each.lacking(region) if municipality in ("", m.id))
        if each.have and lacking:
            found.append((each, lacking))
    return tuple(found)


def duties(covered: Sequence[Coverage]) -> tuple[Coverage, ...]:
    """The entries that are surely high-value datasets and that nobody in the region publishes."""
    return tuple(each for each in covered if each.duty == HVD and not each.have)


def _coverage(entry: Entry, places: Mapping[str, Sequence[Published]]) -> Coverage:
    sure = {
        place: tuple(sorted(some, key=lambda each: -each.certainty))
        for place, each in places.items()
        if (some := [one for one in each if one.certainty >= SURE])
    }
    maybe = {place: tuple(each) for place, each in places.items() if place not in sure}
    marked = any(each.hvd for some in sure.values() for each in some)
    duty = HVD if entry.hvd else NEIGHBOUR_HVD if marked else MAYBE_HVD if entry.maybe_hvd else NO_DUTY
    return Coverage(entry, sure, maybe, duty)


def _order(each: Coverage) -> tuple[int, int, str]:
    return ((HVD, NEIGHBOUR_HVD, MAYBE_HVD, NO_DUTY).index(each.duty), -len(each.have), each.entry.de)


def _recognised(catalogue: Catalogue, at: int) -> Iterator[tuple[Published, str]]:
    """The public datasets of the municipalities, each with the code of the entry that it is or may be."""
    statement = (
        sa.select(
            *(_records.c.key, _records.c.slug, _records.c.iri, _records.c.source_key),
            *(_versions.c.content_hash, _versions.c.ntriples, _versions.c.summary, _versions.c.trace),
        )
        .join_from(_records, _versions, _versions.c.key == _records.c.key)
        .where(_records.c.kind == "dataset", current(at), ~shadowed(at))
        .order_by(_records.c.position)
    )
    with catalogue.engine.connect().execution_options(yield_per=500) as connection:
        for key, slug, iri, source_key, content, packed, stored, trace in connection.execute(statement):
            place = catalogue.municipalities.get(source_key)
            if place is None:
                continue
            summary = Summary.from_json(stored)
            # The same content is the same entry: only what changed since the last look is looked at.
            found = _seen.once(bytes(content), partial(_matches, summary, packed))
            written = not found or _is_written(trace)
            for code, certainty in found:
                published = Published(
                    *(key, slug, iri, summary.title, place, certainty),
                    *(summary.violations, summary.warnings, summary.modified, summary.hvd, written),
                )
                yield published, code


def _is_written(trace: bytes | None) -> bool:
    """Whether the description of a version is more than what a reader made of its files."""
    said = orjson.loads(unpacked(trace)).get("trace", ()) if trace else ()
    return not any(attribute == "description" and rule == DERIVED for attribute, _, rule in said)


def _matches(summary: Summary, packed: bytes) -> tuple[tuple[str, int], ...]:
    """The entries that a dataset is (all that it refers to, else the single most certain one) or may be: code, certainty."""
    themes = [LISTS["data-theme"].base + code for code in summary.themes]
    ntriples = unpacked(packed)
    references = _references(ntriples) if _MARK in ntriples else ()
    found = musterdaten.recognise([summary.title], summary.keywords, summary.description, themes, references)
    if not found or found[0].certainty < MAYBE:
        return ()
    best = [match for match in found if match.certainty == found[0].certainty]
    if best[0].certainty == musterdaten.STATED or len(best) == 1:
        return tuple((match.entry.code, match.certainty) for match in best)
    return tuple((match.entry.code, min(match.certainty, SURE - 1)) for match in best)


def _references(ntriples: bytes) -> tuple[str, ...]:
    """The IRIs of entries that a record refers to (dcterms:references), out of its canonical N-Triples."""
    found = []
    for line in ntriples.splitlines():
        if _MARK in line and b"<http://purl.org/dc/terms/references>" in line:
            found.append(line.rsplit(b"<", 1)[-1].partition(b">")[0].decode())
    return tuple(found)
