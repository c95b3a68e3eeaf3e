"""What CKAN's own client reads from a portal is what ``allmende harvest`` publishes of it: ids, counts and resources.

The client is ckanapi, as CKAN's users have it. A CKAN server proper cannot run beside the tests: it is a package, but
wants PostgreSQL, Redis and a Solr server with CKAN's schema, and Solr, which answers every ``package_search``, comes as
a Java program in no package of Python's. So the portals are the demo's (whose answers are checked with the same client
in tests/harvesters/test_demo_systems.py) and what two real CKAN servers sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import ckanapi
import pytest
import sqlalchemy as sa

from catalog import tables
from catalog.reading.entries import Entry
from catalog.search import Catalogue
from catalog.store import current
from harvesters.regions import server
from schemas.model import Dataset, Distribution, iri_of
from schemas.vocabularies import find_file_type
from tests.catalog.sampling import Harvested, Source, harvest
from tests.harvesters.demo_content import DEMO
from tests.sample_server import serving

ROWS = 5


class Read(NamedTuple):
    """What the client reads from a portal: the stated number, and the packages by id."""

    stated: int
    packages: Mapping[str, Mapping[str, Any]]


def read(address: str, get_only: bool = False) -> Read:
    """All packages of a portal, page after page, in the order of their ids."""
    with ckanapi.RemoteCKAN(address, get_only=get_only, user_agent="test") as portal:
        packages: list[dict[str, Any]] = []
        while True:
            page = portal.action.package_search(rows=ROWS, start=len(packages), sort="id asc")
            packages += page["results"]
            if not page["results"] or len(packages) >= page["count"]:
                return Read(int(page["count"]), {package["id"]: package for package in packages})


def published(done: Harvested, source_id: str) -> dict[str, Dataset]:
    """The datasets of a source that are public, by native id."""
    catalogue = Catalogue(done.region)
    records, versions = tables.records, tables.versions
    try:
        at = catalogue.number()
        of_source = sa.select(records.c.key).join(versions, versions.c.key == records.c.key)
        of_source = of_source.where(records.c.source_key == source_id, records.c.kind == "dataset", current(at))
        with catalogue.engine.connect() as connection:
            keys = connection.scalars(of_source).all()
        entries = [catalogue.get(key, at, behind=True) for key in keys]
        typed = {each.native_id: each.record() for each in entries if isinstance(each, Entry)}
        return {native_id: record for native_id, record in typed.items() if isinstance(record, Dataset)}
    finally:
        catalogue.close()


def addresses(dataset: Dataset) -> Counter[str]:
    """What the distributions of a dataset lead to."""
    parts = [part for part in dataset.distribution if isinstance(part, Distribution)]
    return Counter(iri for part in parts for iri in map(iri_of, part.access_url) if iri)


def compare(given: Read, result: Mapping[str, Any], found: Mapping[str, Dataset]) -> None:
    """Ids, counts, titles and resources of what the client read against what was published."""
    named = {native_id: package for native_id, package in given.packages.items() if native_id}
    assert set(found) == set(named)
    assert (result["fetched"], result["created"]) == (len(given.packages), len(named))
    # What has neither identifier nor title is set aside (DESIGN 3, step 3).
    assert (result["failed"], result["duplicates"], result["held"]) == (len(given.packages) - len(named), 0, 0)
    if given.stated != len(given.packages):
        assert result["coverage"] == "partial"
        assert f"nennt {given.stated} Datensätze, geliefert wurden {len(given.packages)}" in result["reason"]
    else:
        assert result["coverage"] == "complete"
    for native_id, package in named.items():
        dataset, resources = found[native_id], package["resources"]
        assert package["title"].strip() in [title.text for title in dataset.title], native_id
        assert addresses(dataset) == Counter(resource["url"] for resource in resources), native_id
        formats = {code.iri for each in resources if (code := find_file_type(each.get("format") or ""))}
        said = {iri for d in dataset.distribution if isinstance(d, Distribution) for iri in map(iri_of, d.format)}
        assert formats <= said, native_id


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    with server.start(DEMO, 0) as running:
        yield f"{running.base_url}/ckan-neuhof"


def test_the_demo_portal_is_published_as_ckans_client_reads_it(demo: str, tmp_path: Path) -> None:
    done = harvest(tmp_path, demo, {"portal": Source("ckan", demo, "[ckan]\nrows = 4\n")})
    given = read(demo)
    assert "" in given.packages, "one package of the demo has no identity"
    compare(given, done.results["portal"], published(done, "portal"))


@pytest.mark.samples
@pytest.mark.parametrize("name", ["envidat_package_search", "govdata_package_search_uba"])
def test_what_real_portals_sent_is_published_as_ckans_client_reads_it(name: str, samples: Path, tmp_path: Path) -> None:
    with serving(samples) as address:
        portal = f"{address}/ckan/{name}"
        given = read(portal, get_only=True)
        done = harvest(tmp_path, address, {"portal": Source("ckan", portal)})
    compare(given, done.results["portal"], published(done, "portal"))
