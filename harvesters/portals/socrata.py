"""What the address of a Socrata (Tyler Data & Insights) portal and the source's options ask for."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from pydantic import Field

from harvesters.spider import Options


class SocrataOptions(Options):
    """The table ``[socrata]`` of a source file: filters of the Discovery API."""

    domain: str | None = None
    """The portal's domain as the Discovery API knows it, if it is not that of the address."""

    only: str | None = "dataset"
    """The kind of asset: ``dataset``, ``file``, ``href``, ``map`` …; empty for all."""

    categories: tuple[str, ...] = ()
    """Categories of the portal; only assets in one of them are taken."""

    tags: tuple[str, ...] = ()
    """Tags; only assets with one of them are taken."""

    attribution: str | None = None
    """The body that an asset names as its origin."""

    q: str | None = None
    """Words that an asset must hold."""

    page_size: int = Field(default=100, ge=1, le=1000)
    """Assets asked for in one request."""


class Portal(NamedTuple):
    """What an address says: the portal's origin, its domain, filters named in it."""

    origin: str
    domain: str
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    q: str = ""


def portal(url: str) -> Portal:
    """The portal behind an address; a page of its list (``/browse?category=…``) takes its filters along."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    categories = tuple(query.get("category", []) + query.get("categories", []))
    words = (query.get("q") or [""])[0]
    domain = (query.get("domains") or [parts.netloc])[0].lower()
    return Portal(f"{parts.scheme}://{parts.netloc}", domain, categories, tuple(query.get("tags", [])), words)


def filters(named: Portal, options: SocrataOptions) -> list[tuple[str, Any]]:
    """The filters of a request as pairs of name and value."""
    domain = options.domain or named.domain
    pairs: list[tuple[str, Any]] = [("domains", domain), ("search_context", domain), ("only", options.only)]
    pairs += [("categories", each) for each in (*named.categories, *options.categories)]
    pairs += [("tags", each) for each in (*named.tags, *options.tags)]
    pairs += [("attribution", options.attribution), ("q", options.q or named.q)]
    return [(name, value) for name, value in pairs if value]
