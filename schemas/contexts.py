"""The JSON-LD contexts that the program brings along: a document may name these, and no address is opened for them."""

from __future__ import annotations

from functools import cache

from schemas.dcat import TABLES
from schemas.kinds import Kind
from schemas.namespaces import PREFIXES, SCHEMA

_SCHEMA_ORG = ("http://schema.org", "https://schema.org", "http://www.schema.org", "https://www.schema.org")
_DCAT_AP = ("https://semiceu.github.io/DCAT-AP/", "http://data.europa.eu/r5r", "https://data.europa.eu/r5r")
_DCAT = ("https://www.w3.org/ns/dcat", "http://www.w3.org/ns/dcat")


class ForeignContext(ValueError):
    """Raised for a JSON-LD context at an address that the program does not bring along (F41)."""


@cache
def dcat_context() -> dict[str, object]:
    """A context of DCAT-AP's own names, derived from the table: ``title``, ``Dataset``, ``distribution`` …"""
    context: dict[str, object] = dict(PREFIXES)
    for table in TABLES:
        name = str(table.types[0])
        context[name.rsplit("#", 1)[-1].rsplit("/", 1)[-1]] = name
        for row in table.rows:
            local = str(row.property).rsplit("#", 1)[-1].rsplit("/", 1)[-1]
            entry: dict[str, str] = {"@id": str(row.property)}
            if row.kind in (Kind.IRI, Kind.NODE):
                entry["@type"] = "@id"
            context.setdefault(local, entry)
    return context


def inline(document: object, depth: int = 0) -> object:
    """A JSON-LD document with the addresses of known contexts replaced by the contexts. Raises ForeignContext."""
    if depth > 100:
        return document
    if isinstance(document, dict):
        return {
            key: _context(value) if key == "@context" else inline(value, depth + 1) for key, value in document.items()
        }
    if isinstance(document, list):
        return [inline(value, depth + 1) for value in document]
    return document


def _context(value: object) -> object:
    if isinstance(value, list):
        return [_context(entry) for entry in value]
    if isinstance(value, dict):
        if "@import" in value:
            raise ForeignContext(str(value["@import"]))
        return {key: inline(entry) for key, entry in value.items()}
    if not isinstance(value, str):
        return value
    if value.rstrip("/") in _SCHEMA_ORG or value.startswith(tuple(f"{a}/docs" for a in _SCHEMA_ORG)):
        return {"@vocab": str(SCHEMA)}
    if value.startswith(_DCAT_AP) or value.rstrip("#/") in _DCAT:
        return dcat_context()
    raise ForeignContext(value)
