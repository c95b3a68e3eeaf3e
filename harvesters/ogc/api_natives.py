"""Entries of an OGC API cut into native records: links with whole addresses, fingerprints, where people can look at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

from harvesters.answer import Answer
from harvesters.mapping.native_values import word
from harvesters.ogc.api import Api, ApiEntry, Link, document, link, links, stated_links
from harvesters.reading import UNREADABLE_RECORD, Native
from schemas.findings import Finding, Severity
from schemas.loose_json import sorted_json
from schemas.syntax import Unreadable


def document_of(answer: Answer | None) -> dict[str, Any] | None:
    """The object that an answer holds as JSON; None for anything else."""
    if answer is None:
        return None
    try:
        return document(answer.body)[0]
    except Unreadable:
        return None


def is_record(entry: Mapping[str, Any]) -> bool:
    """Whether a feature is a record: it has an id, a type and a title (OGC API Records, 7.2)."""
    properties = entry.get("properties")
    return isinstance(properties, dict) and bool(entry.get("id")) and {"type", "title"} <= properties.keys()


def absolute_links(entry: Mapping[str, Any], base: str) -> list[dict[str, Any]]:
    """The links of an entry with whole addresses; what leads nowhere stays as it is, for the reader to tell."""
    usable = links(entry, base)
    others = [each for each in stated_links(entry) if not any(known.said is each for known in usable)]
    return [*({**each.said, "href": each.href} for each in usable), *others]


def cut(url: str, entries: list[Any], api: Api) -> tuple[list[Native], list[Finding]]:
    """The records of a page, and the findings on those that cannot even be cut out (F22)."""
    natives: list[Native] = []
    unusable: list[Finding] = []
    for number, entry in enumerate(entries):
        fingerprint = sorted_json(entry) if isinstance(entry, dict) else b""
        name = word(entry.get("id")) if isinstance(entry, dict) else ""
        if not isinstance(entry, dict) or not fingerprint:
            reason = (
                f"features[{number}]: {type(entry).__name__ if not isinstance(entry, dict) else 'nested too deeply'}"
            )
            unusable.append(Finding(Severity.VIOLATION, url, None, UNREADABLE_RECORD, (reason,)))
            continue
        whole = {**entry, "links": absolute_links(entry, url)}
        natives.append(Native(ApiEntry(name, "record", whole, api), fingerprint, shown(links(whole))))
    return natives, unusable


def shown(found: Sequence[Link]) -> str | None:
    """Where a person can look at an entry."""
    page = link(found, "alternate", "canonical", "self", types=("text/html",))
    return page.href if page is not None else None


def digest(api: Api) -> bytes:
    """What changes exactly when the API says something else of itself."""
    return blake2b(sorted_json(api), digest_size=16).digest()
