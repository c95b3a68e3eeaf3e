"""ckanext-dcat as a library, without a CKAN server: parses and writes pages of a feed; prints the rates as JSON.

    python peer_ckanext_dcat.py FOLDER RUNS

Runs in an environment of its own (:mod:`tests.bench.peer`) and imports nothing of ours. FOLDER holds ``ttl`` and
``rdf``, each with files of 100 datasets; the profile is euro_dcat_ap_3.

One thing is replaced: a running CKAN would ask Solr when the catalogue last changed. A date is given instead, which
makes ckanext-dcat faster, not slower.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import ckan  # type: ignore[import-not-found]  # noqa: F401  # sets up what the extension imports
from ckan.common import config  # type: ignore[import-not-found]

config.update(
    {
        "ckan.site_url": "http://localhost:5000",
        "ckan.site_title": "Messung",
        "ckan.site_description": "Messung",
        "ckan.site_id": "default",
        "ckan.locale_default": "de",
        "ckan.root_path": "",
        "ckan.plugins": "dcat",
        "ckanext.dcat.rdf.profiles": "euro_dcat_ap_3",
    }
)

from ckanext.dcat.processors import RDFParser, RDFSerializer  # type: ignore[import-not-found]  # noqa: E402
from ckanext.dcat.profiles.base import RDFProfile  # type: ignore[import-not-found]  # noqa: E402

PROFILES = ["euro_dcat_ap_3"]
PARSED = {"ttl": "turtle", "rdf": "xml"}
WRITTEN = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}
CATALOG = {"title": "Messung", "description": "Offene Daten"}

RDFProfile._last_catalog_modification = lambda self: "2025-01-01T00:00:00"


def parse(text: str, syntax: str) -> list[dict[str, Any]]:
    """The datasets of a document as CKAN's dicts, with what CKAN itself would add on saving them."""
    parser = RDFParser(profiles=PROFILES)
    parser.parse(text, _format=PARSED[syntax])
    datasets: list[dict[str, Any]] = list(parser.datasets())
    for number, dataset in enumerate(datasets):
        dataset.setdefault("id", f"id-{number}")
        dataset.setdefault("name", f"name-{number}")
        dataset["metadata_created"] = dataset["metadata_modified"] = "2025-01-01T00:00:00"
        for place, resource in enumerate(dataset.get("resources", ())):
            resource.setdefault("id", f"resource-{number}-{place}")
    return datasets


def write(datasets: list[dict[str, Any]], syntax: str) -> int:
    """Writes a catalogue; gives the number of its statements."""
    serializer = RDFSerializer(profiles=PROFILES)
    if not serializer.serialize_catalog(CATALOG, datasets, _format=WRITTEN[syntax]):
        raise RuntimeError("nothing was written")
    return len(serializer.g)


def rates(work: Callable[[], Any], count: int, runs: int) -> list[float]:
    """Datasets per second of several runs."""
    found = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        found.append(count / (time.perf_counter() - began))
    return found


def main() -> None:
    """Measures parse, write in pages, write at once, and RDF → dicts → RDF."""
    folder, runs = Path(sys.argv[1]), int(sys.argv[2])
    texts = {s: [file.read_text("utf-8") for file in sorted((folder / s).iterdir())] for s in PARSED}
    pages = [parse(text, "ttl") for text in texts["ttl"]]
    whole = [dataset for page in pages for dataset in page]
    count = len(whole)
    found: dict[str, list[float]] = {}
    for syntax, documents in texts.items():
        found[f"parse {syntax}"] = rates(lambda d=documents, s=syntax: [parse(t, s) for t in d], count, runs)  # type: ignore[misc]
        found[f"round {syntax}"] = rates(
            lambda d=documents, s=syntax: [write(parse(t, s), s) for t in d],  # type: ignore[misc]
            count,
            runs,
        )
    for syntax in WRITTEN:
        found[f"pages {syntax}"] = rates(lambda s=syntax: [write(page, s) for page in pages], count, runs)  # type: ignore[misc]
    for syntax in PARSED:
        found[f"whole {syntax}"] = rates(lambda s=syntax: write(whole, s), count, min(runs, 2))  # type: ignore[misc]
    report = {
        "versions": {name: version(name) for name in ("ckanext-dcat", "ckan", "rdflib")},
        "python": sys.version.split()[0],
        "datasets": count,
        "statements": write(whole, "rdf") / count,
        "rates": found,
    }
    print(json.dumps(report))


main()
