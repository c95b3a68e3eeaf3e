"""The walk through every address of the application: where each route leads, and what may be asked of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from starlette.routing import BaseRoute, Route

import catalog.web
from catalog.reading.entries import FACETS
from catalog.web.texts import LANGUAGES
from tests.catalog.web.attacked import FILES, TREES

# Of each route without its language the addresses to look at; {n} stands for each record with payloads, {some} for every
# seventh, {run} for each run, {harvested} for one that brought findings and duplicates.
WALK: Mapping[str, Sequence[str]] = {
    "/": ("/",),
    "/.well-known/security.txt": ("/.well-known/security.txt",),
    "/favicon.ico": ("/favicon.ico",),
    "/components": ("/components",),
    "/dataset/{slug}/file/{number:int}/map.geojson": (
        "/dataset/{file}/file/1/map.geojson",
        "/dataset/{file}/file/2/map.geojson",
    ),
    "/dataset/{slug}/file/{number:int}/tiles/{z}/{x}/{y}.png": ("/dataset/{file}/file/1/tiles/8/134/86.png",),
    "/developers": ("/developers",),
    "/easy-language": ("/easy-language",),
    "/help": ("/help",),
    "/imprint": ("/imprint",),
    "/licences": ("/licences",),
    "/municipalities": ("/municipalities",),
    "/outlines.geojson": ("/outlines.geojson",),
    "/privacy": ("/privacy",),
    "/sign-language": ("/sign-language",),
    "/sign-language/film": ("/sign-language/film",),
    "/status.json": ("/status.json",),
    "/tiles/{z}/{x}/{y}.png": ("/tiles/8/134/86.png",),
    "/accessibility": ("/accessibility",),
    "/agent/{slug}": ("/agent/{agent}",),
    "/agent/{slug}.{suffix}": (
        "/agent/{agent}.ttl",
        "/agent/{agent}.rdf",
        "/agent/{agent}.jsonld",
        "/agent/{agent}.nt",
    ),
    "/api/suggest": ("/api/suggest?q=a", "/api/suggest?q=script"),
    "/catalog": ("/catalog",),
    "/catalog.nt.gz": ("/catalog.nt.gz",),
    "/catalog.{suffix}": (
        "/catalog.ttl",
        "/catalog.rdf",
        "/catalog.jsonld",
        "/catalog.nt",
        "/catalog.ttl?on=2026-01-01",
    ),
    "/dataset/{slug}": (
        "/dataset/{n}",
        "/dataset/{some}?version=1",
        "/dataset/{some}?on=2026-01-01",
        "/dataset/{file}",
    ),
    "/dataset/{slug}.json": ("/dataset/{n}.json", "/dataset/{some}.json?on=2026-01-01"),
    "/dataset/{slug}.{suffix}": (
        "/dataset/{n}.ttl",
        "/dataset/{some}.rdf",
        "/dataset/{some}.jsonld",
        "/dataset/{some}.nt",
    ),
    "/dataset/{slug}/file/{number:int}": (
        "/dataset/{n}/file/1",
        *(f"/dataset/{{file}}/file/{number}" for number in range(1, len(FILES) + 1)),
        *(f"/dataset/{{file}}/file/{number}?view={view}" for number in (1, 2) for view in ("chart", "map", "columns")),
    ),
    "/dataset/{slug}/file/{number:int}.csv": ("/dataset/{file}/file/1.csv",),
    "/dataset/{slug}/file/{number:int}.json": ("/dataset/{file}/file/1.json", "/dataset/{file}/file/2.json"),
    "/dataset/{slug}/file/{number:int}/picture": ("/dataset/{file}/file/1/picture",),
    "/dataset/{slug}/history": ("/dataset/{n}/history", "/dataset/{some}/history?from=1&to=2"),
    "/dataset/{slug}/history.atom": ("/dataset/{n}/history.atom",),
    "/dataset/{slug}/history.json": ("/dataset/{some}/history.json?from=1&to=2",),
    "/dataset/{slug}/qr.svg": ("/dataset/{some}/qr.svg",),
    "/dataset/{slug}/quality.json": ("/dataset/{some}/quality.json",),
    "/dataset/{slug}/quality.ttl": ("/dataset/{some}/quality.ttl",),
    "/dataset/{slug}/repair": ("/dataset/{some}/repair",),
    "/datasets": (
        "/datasets",
        *(f"/datasets?page={page}" for page in (2, 3, 4)),
        "/datasets?on=2026-01-01",
        "/datasets?q=sript",
    ),
    "/datasets.{suffix}": ("/datasets.json?size=100", "/datasets.csv", "/datasets.atom?size=100"),
    "/changes": ("/changes", "/changes?since=1&municipality=neuhof&size=3"),
    "/feed.atom": ("/feed.atom", "/feed.atom?municipality=neuhof"),
    "/feed.json": ("/feed.json", "/feed.json?municipality=neuhof"),
    "/feedback": ("/feedback?dataset={some}",),
    "/files/{source_id}/{path:path}": ("/files/ordner/gift.html",),
    "/gaps": ("/gaps", "/gaps?municipality=flieden"),
    "/gaps.json": ("/gaps.json",),
    "/gaps/template.csv": (f"/gaps/template.csv?municipality=flieden&entry={TREES}",),
    "/gaps/template.json": (f"/gaps/template.json?municipality=flieden&entry={TREES}",),
    "/healthz": ("/healthz",),
    "/id/catalog": ("/id/catalog",),
    "/id/{kind}/{key}": ("/id/dataset/{key}", "/id/distribution/datei"),
    "/municipality/{id}": ("/municipality/neuhof",),
    "/municipality/{id}/catalog.{suffix}": ("/municipality/neuhof/catalog.ttl",),
    "/news": ("/news", "/news?municipality=neuhof"),
    "/quality": ("/quality", "/quality?cause=keywordAvailability", "/quality?cause=formatAvailability"),
    "/quality.json": ("/quality.json",),
    "/quality.ttl": ("/quality.ttl",),
    "/readyz": ("/readyz",),
    "/robots.txt": ("/robots.txt",),
    "/runs/{id:int}": ("/runs/{run}", "/runs/{harvested}"),
    "/runs/{id:int}/duplicates.csv": ("/runs/{harvested}/duplicates.csv",),
    "/runs/{id:int}/findings.csv": ("/runs/{harvested}/findings.csv",),
    "/runs/{id:int}/findings.json": ("/runs/{harvested}/findings.json",),
    "/series/{slug}": ("/series/{series}",),
    "/series/{slug}.{suffix}": ("/series/{series}.ttl", "/series/{series}.rdf"),
    "/service/{slug}": ("/service/{service}",),
    "/service/{slug}.{suffix}": ("/service/{service}.ttl", "/service/{service}.rdf"),
    "/set-aside": ("/set-aside", "/set-aside?source=neuhof-portal"),
    "/shapes/{profile}.ttl": ("/shapes/dcat-ap-de.ttl",),
    "/sitemap.xml": ("/sitemap.xml",),
    "/sitemap/{number:int}.xml": ("/sitemap/1.xml",),
    "/status": ("/status",),
    "/status.atom": ("/status.atom",),
    "/theme/{code}": ("/theme/ENVI",),
    "/theme/{code}/catalog.{suffix}": ("/theme/ENVI/catalog.rdf",),
    "/themes": ("/themes",),
}
# Files of ours that nobody outside writes into.
OURS = ("/assets/{name:path}",)
# What a form may hold; each is sent with payloads.
FORMS: Mapping[str, Sequence[str]] = {
    "/dataset/{slug}/primary": ("/dataset/{n}/primary",),
    "/dataset/{slug}/repair": ("/dataset/{some}/repair",),
    "/dataset/{slug}/split": ("/dataset/{n}/split",),
    "/feedback": ("/feedback?dataset={some}",),
    "/runs/{id:int}/decision": ("/runs/1/decision",),
}
FIELDS = (
    "key",
    "record",
    "decision",
    "rule",
    "value",
    "message",
    "email",
    "name",
    "website",
    "stamp",
    "kind",
    "page",
    "dataset",
)
_PARAMETER = re.compile(r'(?:query_params|parameters|asked|given|params)(?:\.get\(|\.getlist\(|\[)"([\w-]+)"')


def bare(route: BaseRoute) -> str:
    """The path of a route without its language."""
    assert isinstance(route, Route)
    for language in LANGUAGES[1:]:
        if route.path in (f"/{language}", f"/{language}/"):
            return "/"
        if route.path.startswith(f"/{language}/"):
            return route.path[len(language) + 1 :]
    return route.path


def parameters() -> list[str]:
    """The names of all parameters that an address may have, read from the source: a new one is asked for too."""
    folder = Path(catalog.web.__file__).parent
    found = {name for file in folder.rglob("*.py") for name in _PARAMETER.findall(file.read_text(encoding="utf-8"))}
    return sorted({*found, *FACETS, "from", "to", "west", "south", "east", "north"})
