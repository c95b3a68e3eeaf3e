"""Whether an answer could do harm: to a reader's browser, to a spreadsheet, to a program."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from xml.etree import ElementTree

import httpx
import orjson
import pyoxigraph

from tests.catalog.builder import BASE
from tests.catalog.web.payloads import dangers

_NUMBER = re.compile(r"[+-][\d.,]+\s?[%‰€]?")
_ATOM = "{http://www.w3.org/2005/Atom}"
_RDF = {
    "text/turtle": pyoxigraph.RdfFormat.TURTLE,
    "application/n-triples": pyoxigraph.RdfFormat.N_TRIPLES,
    "application/rdf+xml": pyoxigraph.RdfFormat.RDF_XML,
    "application/ld+json": pyoxigraph.RdfFormat.JSON_LD,
}


def harm(answer: httpx.Response) -> list[str]:
    """What could do harm in an answer of whatever form; empty if nothing could."""
    headers = answer.headers
    waits = answer.status_code == 503 and "retry-after" in headers
    found = [] if answer.status_code < 500 or waits else [f"status {answer.status_code}"]
    if "content-security-policy" not in headers or headers.get("x-content-type-options") != "nosniff":
        found.append("headers")
    media_type = headers.get("content-type", "").partition(";")[0]
    body = answer.content
    if any(ord(sign) < 32 for value in headers.values() for sign in value):
        found.append("control characters in headers")
    if not body or answer.status_code in (301, 303, 304):
        location = headers.get("location", "/")
        return found + ([] if location.startswith(("/", BASE)) and not location.startswith("//") else [location])
    if (
        headers.get("content-disposition", "").startswith("attachment")
        and "sandbox" in headers["content-security-policy"]
    ):
        return found + (list(_cells(body)) if media_type == "text/csv" else [])
    return found + list(_harm_in(media_type, body))


def _harm_in(media_type: str, body: bytes) -> Iterator[str]:
    if media_type == "text/html":
        yield from dangers(body.decode())
    elif media_type == "text/csv":
        yield from _cells(body)
    elif media_type in _RDF:
        list(pyoxigraph.parse(body, format=_RDF[media_type]))
    elif media_type in ("application/json", "application/geo+json", "application/feed+json"):
        orjson.loads(body)
    elif media_type in ("application/atom+xml", "application/xml", "text/xml", "image/svg+xml"):
        yield from _in_xml(ElementTree.fromstring(body))
    elif media_type not in ("text/plain", "image/png", "image/jpeg", "image/vnd.microsoft.icon", "application/gzip"):
        yield f"unknown form {media_type}"


def _in_xml(root: ElementTree.Element) -> Iterator[str]:
    for node in root.iter():
        name = node.tag.rpartition("}")[2].lower()
        if name in ("script", "foreignobject", "iframe", "a", "use", "image"):
            yield f"<{name}>"
        if node.tag in (f"{_ATOM}content", f"{_ATOM}title", f"{_ATOM}summary") and node.get("type", "text") != "text":
            yield f"{name} {node.get('type')}"
        for attribute, value in node.attrib.items():
            bad = attribute.startswith("on") or (
                attribute.endswith("href") and not value.startswith(("http", "mailto:", "#"))
            )
            if bad:
                yield f"{name} {attribute}={value}"


def _cells(body: bytes) -> Iterator[str]:
    """The cells that a spreadsheet would take for a formula, by a look of our own (F61)."""
    text = body.decode("utf-8-sig")
    for row in csv.reader(io.StringIO(text), delimiter=";" if ";" in text.partition("\n")[0] else ","):
        for cell in row:
            begun = cell.strip()[:1] in ("=", "+", "-", "@", "＝", "＋", "－", "＠") or cell[:1] in ("\t", "\r", "\n")
            if begun and not _NUMBER.fullmatch(cell.strip()):
                yield f"formula {cell[:40]!r}"
