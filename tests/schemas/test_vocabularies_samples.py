"""How much of what the samples' portals write the look-ups recognise. Needs the samples' folder, else skips."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest

from schemas import vocabularies as v

SAMPLES = Path(os.environ.get("ALLMENDE_SAMPLES", Path(__file__).parents[3] / "shared" / "samples"))
KINDS: dict[str, tuple[str, Callable[[str], Any], float]] = {
    "license": (r"licen[cs]e(_id|_url)?", v.find_license, 0.5),
    "format": (r"format", v.find_file_type, 0.75),
    "media type": (r"media_?type|mimetype|mime", v.find_media_type, 0.75),
    "frequency": (r"accrualPeriodicity|frequency", v.find_frequency, 0.7),
    "theme": (r"theme|groups?", v.find_theme, 0.8),
    "language": (r"languages?", v.find_language, 0.9),
    "access right": (r"access_?(right|level)s?", v.find_access_right, 0.9),
}


def values_in(node: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        if isinstance(node.get("key"), str) and isinstance(node.get("value"), str):
            yield node["key"], node["value"]
        for key, value in node.items():
            yield from values_in(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from values_in(value, name)
    elif isinstance(node, str):
        yield name, node


def sample_values() -> Iterator[tuple[str, str]]:
    for path in sorted([*SAMPLES.glob("ckan/*.json"), *SAMPLES.glob("portals/*.json")]):
        yield from values_in(json.loads(path.read_text(encoding="utf-8-sig")))
    formats = {
        ".rdf": pyoxigraph.RdfFormat.RDF_XML,
        ".xml": pyoxigraph.RdfFormat.RDF_XML,
        ".ttl": pyoxigraph.RdfFormat.TURTLE,
    }
    for path in sorted(SAMPLES.glob("dcat/*")):
        if path.suffix in formats:
            for quad in pyoxigraph.parse(
                path=path, format=formats[path.suffix], base_iri="http://x.example/", lenient=True
            ):
                if not isinstance(quad.object, pyoxigraph.BlankNode | pyoxigraph.Triple):
                    yield re.split("[/#]", quad.predicate.value)[-1], quad.object.value


@pytest.fixture(scope="module")
def seen() -> dict[str, Counter[str]]:
    if not SAMPLES.is_dir():
        pytest.skip(f"no samples at {SAMPLES}; set ALLMENDE_SAMPLES to their folder")
    found: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    for name, value in sample_values():
        for kind, (pattern, _, _) in KINDS.items():
            if value.strip() and re.fullmatch(pattern, name, re.IGNORECASE):
                found[kind][value] += 1
    return found


@pytest.mark.samples
@pytest.mark.parametrize("kind", KINDS)
def test_share_of_the_samples_that_is_recognised(
    kind: str, seen: dict[str, Counter[str]], record_property: Callable[[str, object], None]
) -> None:
    _, find, least = KINDS[kind]
    known = sum(count for value, count in seen[kind].items() if find(value))
    unknown = [value[:80] for value, _ in seen[kind].most_common() if not find(value)]
    share = known / seen[kind].total()
    record_property("share", round(share, 3))
    print(f"{kind}: {share:.1%} of {seen[kind].total()} values; not: {unknown[:25]}")
    assert share >= least
