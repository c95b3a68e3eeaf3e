"""A dataset for search engines: schema.org JSON-LD as a data block, which no browser executes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from markupsafe import Markup

from catalog.reading.entries import Entry
from catalog.web import sanitising
from catalog.web.pages import distributions, facts
from catalog.web.templates import Page
from schemas import iris
from schemas.model import Agent, Dataset, iri_of

# What could end the block or begin a comment is written as an escape of JSON.
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def dataset(
    page: Page, entry: Entry, record: Dataset, files: Sequence[distributions.File], agents: Mapping[str, Agent]
) -> dict[str, Any]:
    """The description of a dataset (schema.org/Dataset, as Google Dataset Search reads it)."""
    description = sanitising.plain(facts.spoken(record.description, page.language).text)[:5000]
    start, end = entry.summary.period
    described: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": entry.iri,
        "url": page.public(f"/dataset/{entry.slug}"),
        "name": entry.title,
        "description": description,
        "identifier": [value.text for value in record.identifier],
        "keywords": list(entry.summary.keywords),
        "license": next((file.licence.href for file in files if file.licence), ""),
        "isAccessibleForFree": True if any(file.licence and file.licence.open for file in files) else None,
        "datePublished": entry.summary.issued,
        "dateModified": entry.summary.modified,
        "temporalCoverage": f"{start or '..'}/{end or '..'}" if start or end else "",
        "publisher": [
            {"@type": "Organization", "name": said.text, **({"url": said.href} if said.href else {})}
            for said in facts.people(page, record.publisher, agents)
        ],
        "spatialCoverage": [said.text for said in facts.places(page, record)],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": file.title.text,
                "encodingFormat": file.media_type or file.format,
                "contentUrl": file.address,
            }
            for file in files
            if file.address
        ],
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "@id": iris.catalog_iri(page.region.base_url),
            "name": page.region.title,
        },
        "sameAs": next((iri for iri in map(iri_of, record.landing_page) if iri and sanitising.is_link(iri)), ""),
    }
    return {name: value for name, value in described.items() if value not in ("", [], None)}


def script(described: Mapping[str, Any]) -> Markup:
    """The content of the data block."""
    written = orjson.dumps(described).decode()
    for character, escape in _ESCAPES.items():
        written = written.replace(character, escape)
    return Markup(written)
