"""Reads pages as a browser parses them, and fills a place with something to show on each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from schemas import model
from schemas.findings import Finding, Severity
from schemas.kinds import Literal
from tests.catalog.builder import BASE, Stored, dataset
from tests.catalog.web.asking import AUTHORITY, Place, companions, whole

DATE = "http://www.w3.org/2001/XMLSchema#date"
NOW = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)
SIZE = (Literal("293000", None, "http://www.w3.org/2001/XMLSchema#nonNegativeInteger"),)


def file(number: int, file_format: str = "CSV", **more: Any) -> model.Distribution:
    values: dict[str, Any] = {
        "iri": f"{BASE}/id/distribution/datei{number}",
        "title": (Literal(f"Datei Nummer {number}", "de"),),
        "access_url": (f"https://x.example/{number}",),
        "download_url": (f"https://x.example/{number}.{file_format.lower()}",),
        "format": (f"{AUTHORITY}/file-type/{file_format}",),
        "license": ("http://dcat-ap.de/def/licenses/dl-by-de/2.0",),
    }
    return model.Distribution(**{**values, **more})


def filled(place: Place) -> Place:
    """Publishes, into an empty place, a dataset of everything, and some more in both municipalities."""
    bathing = dataset(
        "Badegewässer im Kreis",
        "Die **Wasserqualität** der Badeseen. Mehr dazu später.",
        theme=(f"{AUTHORITY}/data-theme/ENVI",),
        distribution=(file(1, byte_size=SIZE), file(2, "GEOJSON", license=())),
        modified=(Literal("2026-01-08", None, DATE),),
        keyword=(Literal("See", "de"),),
    )
    place.publish(
        *companions(),
        Stored("bau", whole("Bauplätze in Neuhof")),
        Stored("bad", bathing, source_key="flieden-portal"),
        Stored("rad", dataset("Radwege"), findings=(Finding(Severity.VIOLATION, "x", None, "gibt-es-nicht", ("a",)),)),
    )
    return place


def read(place: Place, path: str, status: int = 200) -> LexborHTMLParser:
    """A page as a browser parses it. Takes that it is one."""
    answer = place.ask.get(path, accept="text/html")
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return LexborHTMLParser(answer.text)


def words(node: LexborHTMLParser | LexborNode | None) -> str:
    assert node is not None
    return " ".join(node.text(separator=" ").split())


def first(page: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    found = page.css_first(selector)
    assert found is not None, selector
    return found


def addresses(page: LexborHTMLParser, selector: str = "a") -> list[str]:
    return [str(node.attributes.get("href")) for node in page.css(selector)]


def detail(page: LexborHTMLParser, label: str) -> str:
    """The value behind a label."""
    for row in page.css(".pairs > div"):
        if words(row.css_first("dt")) == label:
            return words(row.css_first("dd"))
    raise AssertionError(label)


def titles(page: LexborHTMLParser) -> list[str]:
    return [words(node) for node in page.css(".hits h3")]
