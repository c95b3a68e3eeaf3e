"""Every address for programs on one page, with lines to copy that work as they stand."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from catalog.built import built
from catalog.preview import Selection
from catalog.preview.keeping import Keeping, key_of
from catalog.reading.entries import YES, Hit, Query
from catalog.web import conditional, file_addresses, row_filters, security
from catalog.web.pages.hits import wish_for
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
        ("/municipality/{place}/catalog.ttl", later("die Datensätze einer Gemeinde")),
        ("/theme/{topic}/catalog.ttl", later("die Datensätze eines Themas")),
        ("/dataset/{slug}.json", later("ein Datensatz mit seinen Dateien als einfaches JSON")),
        ("/dataset/{slug}.ttl", later("ein Datensatz; auch .rdf, .jsonld und .nt")),
        ("/dataset/{slug}", later("dasselbe, wenn der Kopf „Accept“ eine dieser Formen nennt")),
        ("/id/dataset/{key}", later("die dauerhafte Kennung (IRI); führt zum Datensatz")),
        ("/id/catalog", later("die Kennung des Katalogs")),
    ),
    later("Tabellen"): (
        (
            "/dataset/{slug}/file/{n}.json",
            later("Zeilen einer Datei mit typisierten Werten; filtern, ordnen, blättern"),
        ),
        ("/dataset/{slug}/file/{n}.csv", later("dieselben Zeilen als CSV; raw=1 gibt sie unverändert")),
        ("/dataset/{slug}/file/{n}/map.geojson", later("was die Karte einer Datei zeigt, als GeoJSON")),
        ("/outlines.geojson", later("die Umrisse der Gemeinden, soweit die Region sie angibt")),
    ),
    later("Änderungen und Zustand"): (
        (
            "/changes?since=0",
            later(
                "was jede Veröffentlichung neu, anders und zurückgezogen brachte, lückenlos; auch municipality, size"
            ),
        ),
        ("/feed.atom", later("die letzten Änderungen; auch municipality")),
        ("/feed.json", later("dasselbe als JSON-Feed")),
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
        ("/.well-known/security.txt", later("wem man eine Sicherheitslücke meldet")),
        ("/sitemap.xml", later("alle Seiten, für Suchmaschinen")),
        ("/robots.txt", later("was Suchmaschinen lesen dürfen")),
    ),
}


# What addresses take: names in code, and what they mean.
_SEARCH: Sequence[tuple[str, str]] = (
    ("q", later("Wörter, „Folgen von Wörtern“ in Anführungszeichen, -ohne")),
    ("municipality, theme, format, license", later("wie in der Adresse der Suchseite; mehrfach heißt oder")),
    ("age", later("today, week, month, year oder older")),
    ("map, live, hvd", later("yes: nur mit Karte, Live-Werten, als hochwertiger Datensatz")),
    ("bbox", later("vier Zahlen in Grad: Westen, Süden, Osten, Norden")),
    ("from, to", later("Zeitraum der Daten, als 2026-03-01, 2026-03 oder 2026")),
    ("on", later("der Katalog, wie er an diesem Tag war")),
    ("sort, page, size", later("Reihenfolge, Seite und Zahl der Treffer je Seite")),
)
_ROWS: Sequence[tuple[str, str]] = (
    (later("Spalte=Wert"), later("Zeilen mit genau diesem Wert; mehrfach heißt oder")),
    (later("Spalte.contains"), later("Zeilen, in denen das vorkommt")),
    (later("Spalte.from, Spalte.to"), later("Zahlen und Tage ab diesem Wert, bis zu diesem Wert")),
    (later("Spalte.empty=1, Spalte.filled=1"), later("Zeilen ohne Wert, mit Wert")),
    ("sort", later("Name der Spalte; mit - davor absteigend")),
    ("page, size, raw=1", later("Seite, Zeilen je Seite (JSON, bis 1.000), Werte wie in der Datei")),
)
_TOPIC = "ENVI"  # for examples, where a dataset has none
_LOOKED_AT = 20  # datasets among which examples are looked for


class Shown(NamedTuple):
    """The addresses of the files that examples show: one with rows, one with a map; empty where there is none.

    ``column`` is one of numbers in the rows.
    """

    table: str = ""
    map: str = ""
    column: str = ""


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


def _shown(page: Page) -> Shown:
    """The files for the examples: of those that previews have shown already, so that each address answers with data."""
    kept = Keeping(page.region)
    tables = Query(format=("CSV",), sort="title", size=_LOOKED_AT)
    maps = Query(map=(YES,), sort="title", size=_LOOKED_AT)
    table, key = _file(page, tables, lambda key: kept.shown(key) == "table")
    place, _key = _file(page, maps, lambda key: kept.state(key) is not None and (kept.mapped / key).is_file())
    profile = preview.profile if key and (preview := kept.get(key)) else None
    numbers = (column.name for column in (profile.columns if profile else ()) if column.type in ("integer", "number"))
    return Shown(table, place, next(numbers, ""))


def _file(page: Page, query: Query, is_good: Callable[[str], bool]) -> tuple[str, str]:
    """The first file of the datasets found whose preview is good: its address and the preview's key; empty where none is."""
    for hit in page.catalogue.find(query, page.at).hits:
        for number, file in enumerate(hit.summary.files, 1):
            if is_good(key := key_of(wish_for(page, hit, file))):
                return file_addresses.path(hit.slug, number), key
    return "", ""


async def developers(request: Request) -> Response:
    """``/developers``"""
    page = Page(request)
    conditional.keep(request, conditional.MAPS_SECONDS)
    hit = await searched(page.catalogue, lambda: _example(page))
    shown = await searched(page.catalogue, lambda: _shown(page))
    return page.render(
        "developers.html",
        title=page.texts.text("Schnittstellen"),
        base=page.region.base_url,
        hit=hit,
        groups=_groups(page, hit, shown),
        lines=examples(page.region.base_url, hit, shown),
        bounds={"path": security.PATH_BYTES, "query": security.QUERY_BYTES},
        version=built().version,
        parameters=[
            (page.texts.text(title), [(page.texts.text(names), page.texts.text(words)) for names, words in rows])
            for title, rows in ((later("Suchen"), _SEARCH), (later("Zeilen einer Tabelle"), _ROWS))
        ],
    )


def examples(base: str, hit: Hit | None, shown: Shown) -> Mapping[str, str]:
    """Lines to copy, by the tool that runs them: they work as they stand. Without a dataset those that need none."""
    found = {
        # curl sends ü as it is, which not every server on the way takes; so it is told to encode it.
        "search": f'curl -G "{base}/datasets.json" --data-urlencode "q=müll"',
        "sheet": f'curl -o datasets.csv "{base}/datasets.csv"',
        "python": (
            "import json, urllib.request\n\n"
            f'with urllib.request.urlopen("{base}/datasets.json?size=100") as answer:\n'
            '    for dataset in json.load(answer)["datasets"]:\n'
            '        print(dataset["title"], dataset["html"])'
        ),
        "whole": f'curl "{base}/catalog.nt.gz" | gunzip | head',
        "page": f'curl "{base}/catalog.ttl?page=1"',
        "changes": f'curl "{base}/changes?since=0"',
        "etag": f"curl -I {base}/catalog.ttl\ncurl -H 'If-None-Match: \"…\"' {base}/catalog.ttl",
    }
    if hit is not None:
        found["dataset"] = f'curl -L -H "Accept: text/turtle" "{base}/dataset/{hit.slug}"'
    if shown.table:
        order = row_filters.pairs(Selection(sort=shown.column, descending=True)) if shown.column else []
        said = "".join(f" --data-urlencode {shlex.quote(f'{name}={value}')}" for name, value in order)
        found["rows"] = f'curl -G "{base}{shown.table}.json"{said} -d size=3'
    return found


def _groups(page: Page, hit: Hit | None, shown: Shown) -> Sequence[tuple[Markup, Sequence[Address]]]:
    texts = page.texts

    def example(path: str) -> str:
        if "{" not in path:
            return page.file(path)
        _before, of_file, after = path.partition("/file/{n}")
        if of_file:
            file = shown.map if after.startswith("/map") else shown.table
            return page.file(file + after) if file else ""
        if hit is None:
            return ""
        if "{place}" in path and not hit.municipality:
            return ""  # its source is no longer configured
        topic = next(iter(hit.summary.themes), _TOPIC)
        return page.file(path.format(slug=hit.slug, key=hit.key, place=hit.municipality, topic=topic))

    return [
        (texts.text(title), [Address(path.partition("?")[0], example(path), texts.text(words)) for path, words in rows])
        for title, rows in _ADDRESSES.items()
    ]


ROUTES = routes("/developers", developers)
