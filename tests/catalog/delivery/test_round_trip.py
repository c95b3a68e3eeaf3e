"""One region harvests another one's feed over HTTP with the ``dcat`` spider, through the command: nothing changes.

Compared is every statement about every dataset, service, series and agent, as canonical N-Triples. Of the documented
normalisations (docs/normalisations.md) one is left out on both sides, ``class-alone``: of addresses of which nothing but
their class is said, each feed page says the class. No other is needed: our feed is in the form that our reader gives.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pyoxigraph as ox
import pytest
import sqlalchemy as sa

from catalog import tables
from catalog.reading.entries import Entry
from catalog.search import Catalogue
from catalog.store import current
from catalog.web.app import create_app
from schemas.kinds import Literal
from schemas.model import ContactPoint, DataService, DatasetSeries
from schemas.region import Region, load
from tests.catalog.builder import Stored
from tests.catalog.cli.command import ALLMENDE, allmende, environ, region
from tests.catalog.delivery.feed_server import application, free_port, serving
from tests.catalog.web.asking import Asking, Place, companions, place_in, whole

DATASETS = 130  # more than a page
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


class Regions(NamedTuple):
    """Two regions that are harvested, the folder of the third that harvests them, and its two runs."""

    demo: Region
    large: Place
    folder: Path
    first: dict[str, dict[str, Any]]
    second: dict[str, dict[str, Any]]


def corrected(folder: Path) -> None:
    """Corrects a record of the demo region: a text with its language, and a property of its files."""
    catalogue = Catalogue(load(folder, {}))
    record = next(each for each in records(catalogue).values() if each.title == "Baumkataster Neuhof")
    catalogue.close()
    for wanted in (
        ("keyword", "Bürgerservice", "--add"),
        ("distribution.license", "dl-by-de/2.0"),
    ):
        field, *rest = wanted
        done = allmende("correct", record.slug, field, *rest, cwd=folder)
        assert done.code == 0, done


@pytest.fixture(scope="module")
def regions(harvested: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Regions]:
    made = tmp_path_factory.mktemp("round")
    shutil.copytree(harvested, made / "demo")
    corrected(made / "demo")
    port = free_port()
    with ExitStack() as stack:
        large = stack.enter_context(place_in(made / "large", base_url=f"http://127.0.0.1:{port}"))
        large.publish(
            *map(with_contact, companions()), *(Stored(f"d{i:03d}", whole(f"Plan {i}")) for i in range(DATASETS))
        )
        demo = load(made / "demo", {})
        here = stack.enter_context(serving(application(Asking(create_app(demo)))))
        there = stack.enter_context(serving(application(large.ask), port))
        folder = region(
            made / "third",
            demo=f'url = "{here}/catalog.rdf"\nprotocol = "dcat"',
            large=f'url = "{there}/catalog.ttl"\nprotocol = "dcat"',
        )
        file = folder / "region.toml"
        file.write_text(file.read_text("utf-8").replace("https://daten.example.org", "https://dritte.example.org"))
        yield Regions(demo, large, folder, harvest(folder), harvest(folder))


def with_contact(stored: Stored) -> Stored:
    """A service or series with a contact point: who has none gets the harvesting region's, which would be a difference."""
    if not isinstance(stored.record, DataService | DatasetSeries):
        return stored
    contact = ContactPoint(fn=(Literal("Bauamt"),), has_email=("mailto:bauamt@neuhof.example",))
    return stored._replace(record=replace(stored.record, contact_point=(contact,)))


def harvest(folder: Path) -> dict[str, dict[str, Any]]:
    """The results of ``allmende harvest`` by source."""
    command = [ALLMENDE, "--region", str(folder), "harvest", "--json"]
    done = subprocess.run(command, capture_output=True, check=False, env=environ())
    assert done.stdout, done.stderr.decode()
    return {each["id"]: each for each in orjson.loads(done.stdout)["sources"]}


def records(catalogue: Catalogue) -> dict[str, Entry]:
    """All current records with an IRI, whatever their kind."""
    at = catalogue.number()
    with catalogue.engine.connect() as connection:
        joined = tables.records.join(tables.versions, tables.versions.c.key == tables.records.c.key)
        keys = connection.scalars(sa.select(tables.records.c.key).select_from(joined).where(current(at))).all()
    found = [catalogue.get(key, at) for key in keys]
    return {each.iri: each for each in found if isinstance(each, Entry)}


def statements(entry: Entry) -> set[str]:
    """The statements of a record, whatever its blank nodes are called, without classes that stand alone."""
    quads = list(ox.parse(entry.ntriples, format=ox.RdfFormat.N_TRIPLES))
    said = {quad.subject for quad in quads if quad.predicate.value != TYPE}
    dataset = ox.Dataset(quad for quad in quads if quad.subject in said or isinstance(quad.subject, ox.BlankNode))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


def differences(given: dict[str, Entry], taken: dict[str, Entry]) -> list[str]:
    """What differs between the records of one region and what another one made of them."""
    found = [f"{iri} did not come" for iri in given if iri not in taken]
    for iri, entry in given.items():
        if iri in taken:
            before, after = statements(entry), statements(taken[iri])
            found += [f"{iri} lost {each}" for each in sorted(before - after)]
            found += [f"{iri} has new {each}" for each in sorted(after - before)]
    return found


def test_every_record_comes_once(regions: Regions) -> None:
    assert {
        name: each["status"] for name, each in regions.first.items() if each["status"] not in ("ok", "warnings")
    } == {}
    assert {name: each["coverage"] for name, each in regions.first.items()} == {"demo": "complete", "large": "complete"}
    demo = Catalogue(regions.demo)
    datasets = demo.counts(demo.number()).datasets
    demo.close()
    third = Catalogue(load(regions.folder, {}))
    total = third.counts(third.number()).datasets
    third.close()
    assert total == datasets + DATASETS


def test_demo_region_comes_without_a_difference(regions: Regions) -> None:
    demo, third = Catalogue(regions.demo), Catalogue(load(regions.folder, {}))
    given, taken = records(demo), records(third)
    demo.close()
    third.close()
    kinds = {
        kind: sum(each.kind == kind for each in given.values()) for kind in ("dataset", "service", "series", "agent")
    }
    assert min(kinds.values()) > 0, kinds
    assert differences(given, taken) == []


def test_corrections_come_along(regions: Regions) -> None:
    third = Catalogue(load(regions.folder, {}))
    found = [each for each in records(third).values() if b'"B\xc3\xbcrgerservice"@de' in each.ntriples]
    third.close()
    assert len(found) == 1
    assert b"licenses/dl-by-de/2.0" in found[0].ntriples


def test_pages_services_and_series_come_without_a_difference(regions: Regions) -> None:
    third = Catalogue(load(regions.folder, {}))
    given, taken = records(regions.large.catalogue), records(third)
    third.close()
    assert len(given) == DATASETS + 3
    assert differences(given, taken) == []


def test_a_second_harvest_changes_nothing(regions: Regions) -> None:
    for each in regions.second.values():
        assert (each["created"], each["updated"], each["withdrawn"], each["absent"]) == (0, 0, 0, 0), each
        assert each["unchanged"] == each["fetched"] > 0


def test_the_third_region_delivers_the_same(regions: Regions) -> None:
    """Its own feed says of each dataset what the first one's says: read from the pages, not from the store."""
    first, last = Asking(create_app(regions.demo)), Asking(create_app(load(regions.folder, {})))
    given = by_dataset(first.get("/catalog.nt").content)
    taken: dict[str, set[str]] = {}
    for page in (1, 2):
        taken |= by_dataset(last.get(f"/catalog.nt?page={page}").content)
    assert len(given) > 40
    assert {iri: found for iri, found in given.items() if taken.get(iri) != found} == {}


def by_dataset(body: bytes) -> dict[str, set[str]]:
    """The statements about each dataset of a page that hold no blank node."""
    found: dict[str, set[str]] = {}
    for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES):
        if isinstance(quad.subject, ox.NamedNode) and not isinstance(quad.object, ox.BlankNode):
            found.setdefault(quad.subject.value, set()).add(str(quad))
    datasets = {
        iri
        for iri, lines in found.items()
        if any("22-rdf-syntax-ns#type> <http://www.w3.org/ns/dcat#Dataset>" in line for line in lines)
    }
    return {iri: found[iri] for iri in datasets}
