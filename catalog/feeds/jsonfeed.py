"""The feed of changes as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/): the same entries as the Atom one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import orjson

from catalog.feeds import atom
from catalog.reading.entries import Change
from schemas.region import Municipality, Region

MEDIA_TYPE = "application/feed+json"
_VERSION = "https://jsonfeed.org/version/1.1"


def write(region: Region, changes: Sequence[Change], municipality: Municipality | None = None) -> bytes:
    """The feed. Takes changes, the newest first, and the municipality whose they are (None: all of the region).

    ``_change`` of an item is what ``/changes`` says of it: JSON Feed leaves names with an underscore to publishers.
    """
    query = f"?municipality={municipality.id}" if municipality else ""
    items = zip(atom.items(region, changes), changes, strict=True)
    document = {
        "version": _VERSION,
        "title": atom.title_of(region, municipality),
        "home_page_url": f"{region.base_url}/news{query}",
        "feed_url": f"{region.base_url}/feed.json{query}",
        "description": region.description,
        "language": region.language,
        "authors": [{"name": region.publisher.name}],
        "items": [_item(region, item, change) for item, change in items],
    }
    return orjson.dumps({name: value for name, value in document.items() if value or name == "items"})


def told(region: Region, change: Change) -> dict[str, Any]:
    """A change for programs. ``html`` is null for what was withdrawn: that address answers with 410."""
    address = f"{region.base_url}/dataset/{quote(change.slug)}"
    return {
        "number": change.number,
        "time": change.published_at or None,
        "kind": change.kind,
        "iri": change.iri,
        "key": change.key,
        "slug": change.slug,
        "title": change.title,
        "municipality": change.municipality or None,
        "html": None if change.kind == "withdrawn" else address,
        "history": f"{address}/history.json",
    }


def _item(region: Region, item: atom.Item, change: Change) -> dict[str, Any]:
    said = {
        "id": item.id,
        "url": item.address,
        "title": item.title,
        "content_text": item.content,
        "date_published": item.updated,
        "authors": [{"name": item.author}],
        "tags": [item.category],
        "_change": told(region, change),
    }
    return {name: value for name, value in said.items() if value}
