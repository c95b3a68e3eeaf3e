"""What the tests of the dcat reader and spider share: a region, a context, a small feed in Turtle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harvesters.readers import dcat
from harvesters.reading import Context, Native, Reading
from schemas import syntax
from schemas.limits import Limits
from schemas.region import HarvestSource, Municipality, Publisher, Region

BASE = "https://daten.example.org"
URL = "http://source.example/catalog.ttl"
PREFIXES = """
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix dcatde: <http://dcat-ap.de/def/dcatde/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <http://source.example/> .
"""


def context(options: Any = None, **source: Any) -> Context:
    """A context of a region with one municipality and one source."""
    municipality = Municipality(id="neuhof", name="Gemeinde Neuhof", ags="06631018", ars="066310018018")
    region = Region(
        folder=Path(),
        title="Testregion",
        description="Daten zum Testen",
        base_url=BASE,
        publisher=Publisher(name="Zweckverband Test", email="daten@example.org"),
        municipalities=(municipality,),
    )
    settings = {"id": "feed", "key": "feed", "title": "Feed", "municipality": "neuhof", "url": URL, **source}
    return Context(region, HarvestSource(**settings), municipality, options)


def natives(turtle: str, limits: Limits | None = None) -> list[Native]:
    """The natives of a document in Turtle, with the prefixes above."""
    return cut(turtle, limits).natives


def cut(turtle: str, limits: Limits | None = None) -> dcat.Cut:
    """A document in Turtle, cut."""
    return dcat.cut(syntax.load((PREFIXES + turtle).encode(), URL).triples, BASE, limits or Limits())


def readings(turtle: str, **source: Any) -> list[Reading]:
    """The readings of all records of a document in Turtle."""
    where = context(**source)
    return [dcat.read(native, where) for native in natives(turtle)]
