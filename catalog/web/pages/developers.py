"""Every address for programs on one page, with lines to copy that work as they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from catalog.reading.entries import Hit, Query
from catalog.web import conditional
from catalog.web.searching import searched
from catalog.web.templates import Page, routes
from catalog.web.texts import later

# The addresses by what one wants of them; what stands in braces is filled in from a dataset of the catalogue.
_ADDRESSES: Mapping[str, Sequence[tuple[str, str]]] = {
    later("Suchen"): (
        ("/datasets.json", later("Suche als JSON, mit allen Filtern der Suchseite")),
        ("/datasets.csv", later("Suche als Tabelle für Excel und andere")),
        ("/datasets.atom", later("Suche als Feed: meldet neue Treffer")),
        ("/api/suggest?q=m", later("Vorschläge beim Tippen")),
    ),
    later("Der Katalog als DCAT-AP.de"): (
        ("/catalog.ttl", later("seitenweise, in Turtle; auch .rdf, .jsonld und .nt; nimmt die Filter der Suche")),
        ("/catalog.nt.gz", later("alles in einer Datei (N-Triples, gepackt)")),
        ("/dataset/{slug}.ttl", later("ein Datensatz; auch .rdf, .jsonld und .nt")),
        ("/dataset/{slug}", later("dasselbe, wenn der Kopf „Accept“ eine dieser Formen nennt")),
        ("/id/dataset/{key}", later("die dauerhafte Kennung (IRI); führt zum Datensatz")),
        ("/id/catalog", later("die Kennung des Katalogs")),
    ),
    later("Tabellen"): (
        ("/dataset/{slug}/file/1.json", later("Zeilen einer Datei mit typisierten Werten; filtern, ordnen, blättern")),
        ("/dataset/{slug}/file/1.csv", later("dieselben Zeilen als CSV; raw=1 gibt sie unverändert")),
        ("/dataset/{slug}/file/1/map.geojson", later("was die Karte einer Datei zeigt, als GeoJSON")),
        ("/outlines.geojson", later("die Umrisse der Gemeinden, soweit die Region sie angibt")),
    ),
    later("Änderungen und Zustand"): (
        ("/feed.atom", later("die letzten Änderungen")),
        ("/dataset/{slug}/history.json", later("alle Fassungen eines Datensatzes; auch .atom")),
        ("/status.json", later("wie der Katalog und seine Quellen stehen, was wartet, Version")),
        ("/status.atom", later("Quellen, die nichts mehr liefern")),
        ("/quality.json", later("Bewertung aller Beschreibungen; auch .ttl (DQV)")),
        ("/dataset/{slug}/quality.json", later("Bewertung eines Datensatzes; auch .ttl")),
        ("/gaps.json", later("was Nachbarn veröffentlichen und anderen fehlt")),
        ("/healthz", later("antwortet, solange der Dienst läuft")),
        ("/readyz", later("der veröffentlichte Stand, wenn der Bestand antwortet")),
    ),
    later("Regeln und Verzeichnisse"): (
        ("/shapes/dcat-ap-de.ttl", later("was wir prüfen, als SHACL; auch dcat-ap, hvd, geodcat-ap, cpsv-ap")),
        ("/sitemap.xml", later("alle Seiten, für Suchmaschinen")),
        ("/robots.txt", later("was Suchmaschinen lesen dürfen")),
    ),
}


class Address(NamedTuple):
    """An address with an example that works, and what it gives."""

    path: str
    example: str
    words: Markup


def _example(page: Page) -> Hit | None:
    """A dataset for the examples: one with a table if there is any."""
    for query in (Query(format=("CSV",), sort="title", size=1), Query(sort="title", size=1)):
        for hit in page.catalogue.find(query, page.at).hits:
            return hit
    return None


async def developers(request: Request) -> Response:
    """``/developers``"""
    page = Page(request)
    conditional.keep(request)
    hit = await searched(page.catalogue, lambda: _example(page))
    return page.render(
        "developers.html",
        title=page.texts.text("Schnittstellen"),
        base=page.region.base_url,
        hit=hit,
        groups=_groups(page, hit),
        lines=examples(page.region.base_url, hit),
    )


def examples(base: str, hit: Hit | None) -> Mapping[str, str]:
    """Lines to copy, by the tool that runs them: they work as they stand. Without a dataset those that need none."""
    found = {
        "search": f'curl "{base}/datasets.json?q=wasser"',
        "sheet": f'curl -o datasets.csv "{base}/datasets.csv"',
        "python": (
            "import json, urllib.request\n\n"
            f'with urllib.request.urlopen("{base}/datasets.json?size=100") as answer:\n'
            '    for dataset in json.load(answer)["datasets"]:\n'
            '        print(dataset["title"], dataset["html"])'
        ),
        "whole": f'curl "{base}/catalog.nt.gz" | gunzip | head',
        "page": f'curl "{base}/catalog.ttl?page=1"',
        "etag": f"curl -I {base}/catalog.ttl\ncurl -H 'If-None-Match: \"…\"' {base}/catalog.ttl",
    }
    if hit is not None:
        found["dataset"] = f'curl -L -H "Accept: text/turtle" "{base}/dataset/{hit.slug}"'
    return found


def _groups(page: Page, hit: Hit | None) -> Sequence[tuple[Markup, Sequence[Address]]]:
    texts = page.texts

    def example(path: str) -> str:
        if "{" not in path:
            return page.file(path)
        return page.file(path.format(slug=hit.slug, key=hit.key)) if hit else ""

    return [
        (texts.text(title), [Address(path.partition("?")[0], example(path), texts.text(words)) for path, words in rows])
        for title, rows in _ADDRESSES.items()
    ]


ROUTES = routes("/developers", developers)
