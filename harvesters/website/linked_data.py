"""The schema.org Datasets that a page describes for machines, as JSON-LD or Microdata: cut out, not interpreted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

from harvesters.website.web_pages import WebPage, attribute

_MAX_SCRIPT = 2_000_000
_MAX_DATASETS = 2_000
_DEPTH = 20


class FoundDatasets(NamedTuple):
    """What was found on a page: the Datasets as JSON objects, and scripts that are no JSON (their beginnings)."""

    datasets: tuple[dict[str, Any], ...]
    broken: tuple[str, ...]


def find_datasets(page: WebPage) -> FoundDatasets:
    """The Datasets of a page; one with neither name nor distribution is only a reference and is left out."""
    broken: list[str] = []
    found: list[dict[str, Any]] = []
    for script in page.tree.css('script[type*="ld+json"]'):
        if "ld+json" not in attribute(script, "type").casefold():
            continue
        text = script.text(deep=True).strip().removeprefix("<!--").removesuffix("-->").rstrip(" ;\n\r\t")
        if not text:
            continue
        try:
            document = orjson.loads(text[:_MAX_SCRIPT])
        except orjson.JSONDecodeError:
            broken.append(" ".join(text.split())[:200])
            continue
        found += _walk(document, _DEPTH)
    if not found and "itemtype" in page.decoded.text and "schema.org/Dataset" in page.decoded.text:
        # Loading extruct takes 0.4 s, for an RDFa processor that we do not use.
        from extruct.w3cmicrodata import MicrodataExtractor

        for item in MicrodataExtractor().extract(page.decoded.text, base_url=page.base):
            found += _walk(_from_microdata(item, _DEPTH), _DEPTH)
    described = [entry for entry in found if entry.get("name") or entry.get("distribution")]
    return FoundDatasets(tuple(described[:_MAX_DATASETS]), tuple(broken))


def types_of(entry: dict[str, Any]) -> frozenset[str]:
    """The types of an object without prefix or namespace: ``schema:Dataset`` gives Dataset."""
    stated = entry.get("@type", ())
    names = stated if isinstance(stated, list) else [stated]
    return frozenset(name.rpartition("/")[2].rpartition(":")[2] for name in names if isinstance(name, str))


def _walk(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth <= 0:
        return
    if isinstance(value, list):
        for entry in value:
            yield from _walk(entry, depth - 1)
    elif isinstance(value, dict):
        plain = {_plain(name): inner for name, inner in value.items()}
        if "Dataset" in types_of(plain):
            yield plain
            # Parts and sources of a dataset are named in it; they are no records of this page.
            return
        for inner in plain.values():
            yield from _walk(inner, depth - 1)


def _plain(name: str) -> str:
    for prefix in ("schema:", "http://schema.org/", "https://schema.org/"):
        if name.startswith(prefix):
            return name[len(prefix) :]
    return name


def _from_microdata(item: Any, depth: int) -> Any:
    if isinstance(item, list):
        values = [_from_microdata(entry, depth - 1) for entry in item]
        return values[0] if len(values) == 1 else values
    if not isinstance(item, dict) or depth <= 0:
        return item
    found = {name: _from_microdata(value, depth - 1) for name, value in item.get("properties", {}).items()}
    if item.get("id"):
        found["@id"] = item["id"]
    return {"@type": item.get("type", ""), **found}
