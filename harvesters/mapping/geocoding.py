"""What follows from a record's area: its level, its keys mirrored in dcterms:spatial, its municipality where it says none.

Konventionenhandbuch 2.0: K09 (the level should be given), K11 (keys are mirrored in dcterms:spatial). DCAT-AP.de 3.0 calls
politicalGeocodingURI deprecated: a key that stands in dcterms:spatial goes out there alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from harvesters.reading import TraceEntry
from schemas import geocoding
from schemas.model import Agent, Dataset, Location, Resource, iri_of
from schemas.region import Municipality
from schemas.vocabularies.spelling import fold, plain

DERIVED = "derived"
_KINDS_OF_TOWN = re.compile(r"\b(?:markt)?gemeinden?\b|\b(?:kreis)?stadt\b|\bmarkt(?:flecken)?\b|\bflecken\b")
# With brackets inside; each sign is looked at twice at most.
_BRACKETED = re.compile(r"\([^()]*(?:\([^()]*\)[^()]*)*\)")


class Derived(NamedTuple):
    """A dataset with what follows from its area, and where each value came from."""

    record: Dataset
    trace: tuple[TraceEntry, ...]


def derived(record: Dataset, municipality: Municipality, companions: Iterable[Resource] = ()) -> Derived:
    """The dataset with level, mirrored keys and municipality as far as they follow from what it says.

    A dataset that says nothing of its area gets its source's municipality where that is its publisher: what the
    municipality publishes is about the municipality. Of others nothing is known, and nothing is added.
    """
    trace: list[TraceEntry] = []
    here = {iri_of(value) for value in record.spatial}
    stated = [iri for value in record.political_geocoding if (iri := iri_of(value))]
    mirrored = tuple(Location(iri=iri) for iri in stated if geocoding.is_key(iri) and iri not in here)
    if mirrored:
        record = replace(record, spatial=(*record.spatial, *mirrored))
        trace.append(TraceEntry("spatial", "politicalGeocodingURI", DERIVED))
    left = tuple(value for value in record.political_geocoding if not geocoding.is_key(iri_of(value) or ""))
    if left != record.political_geocoding:
        record = replace(record, political_geocoding=left)
    if _says_only(record, municipality, companions):
        record = replace(record, spatial=(*record.spatial, Location(iri=geocoding.regional_key(municipality.ars))))
        trace.append(TraceEntry("spatial", f"region.toml: municipality {municipality.id}", DERIVED))
    if not record.political_geocoding_level:
        areas = [*stated, *(iri for value in record.spatial if (iri := iri_of(value)))]
        if levels := geocoding.levels_of(areas):
            record = replace(record, political_geocoding_level=levels)
            trace.append(TraceEntry("political_geocoding_level", "spatial", DERIVED))
    return Derived(record, tuple(trace))


def _says_only(record: Dataset, municipality: Municipality, companions: Iterable[Resource]) -> bool:
    """Whether a record's area is the municipality: by its name alone, or by no word of an area at all."""
    if record.political_geocoding or record.political_geocoding_level or record.geocoding_description:
        return False
    names = {fold(municipality.name), bare_name(municipality.name)}
    if record.spatial:
        return all(
            isinstance(place, Location)
            and not (place.iri or place.bbox or place.geometry or place.centroid)
            and {fold(label.text) for label in place.pref_label} & names
            for place in record.spatial
        )
    return _is_published_by(record, municipality, companions)


def _is_published_by(record: Dataset, municipality: Municipality, companions: Iterable[Resource]) -> bool:
    described = {companion.iri: companion for companion in companions}
    wanted = bare_name(municipality.name)
    for value in record.publisher:
        agent = described.get(value) if isinstance(value, str) else value
        if isinstance(agent, Agent) and any(wanted in _words(name.text) for name in agent.name):
            return True
    return False


@lru_cache(maxsize=1024)
def bare_name(name: str) -> str:
    """What a municipality is called without what it is: „Gemeinde Neuhof (Kreis Fulda)“ gives ``neuhof``."""
    return fold(_KINDS_OF_TOWN.sub(" ", _BRACKETED.sub(" ", plain(name)))) or fold(name)


@lru_cache(maxsize=4096)
def _words(name: str) -> frozenset[str]:
    """The words of an agent's name, and the whole of it, as :func:`bare_name` writes a municipality's."""
    words = re.findall(r"[^\W_]+(?:-[^\W_]+)*", plain(name))
    return frozenset([bare_name(name), *(fold(word) for word in words), *(fold(a + b) for a, b in pairwise(words))])
