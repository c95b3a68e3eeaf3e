"""The same dataset from several sources: one public record, the others behind it, on both kinds of store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from catalog import tables
from catalog.exceptions import NoCluster
from catalog.follower import Follower
from catalog.reading.entries import Entry, Moved, Query
from catalog.runs import decisions
from catalog.search import Catalogue
from schemas import iris
from schemas.region import Region, load
from tests.catalog.builder import BACKENDS, region_on
from tests.catalog.runs import Source, package, region


def elsewhere(number: int, title: str | None = None, **more: Any) -> dict[str, Any]:
    """The same dataset as another portal gives it: its own identifiers, the same file."""
    return {**package(number, title), "id": f"fremd-{number}", "name": f"fremd-{number}", **more}


class Two:
    """A region with two sources of one municipality, and what the public sees of it."""

    def __init__(self, made: Region) -> None:
        self.region = made
        self.sources = {source.id: Source(made, source.id) for source in made.sources}

    def __getitem__(self, source_id: str) -> Source:
        return self.sources[source_id]

    def see(self) -> Catalogue:
        """The catalogue with everything caught up."""
        follower = Follower(self.region)
        follower.catch_up()
        follower.close()
        return Catalogue(self.region)

    def titles(self) -> dict[str, list[str]]:
        """The titles of datasets in each public output."""
        catalogue = self.see()
        try:
            at = catalogue.number()
            dump = b"".join(catalogue.dump(at)).decode()
            membership = [line for line in dump.splitlines() if "<http://www.w3.org/ns/dcat#dataset>" in line]
            found = {
                "search": [hit.summary.title for hit in catalogue.find(Query(size=100), at).hits],
                "feed": [entry.title for entry in catalogue.page(1, at).entries],
                "filtered": [entry.title for entry in catalogue.selection(Query(), 0, at).entries],
                "counts": [str(catalogue.counts(at).datasets)],
                "positions": [str(len(list(catalogue.positions(at))))],
                "dump": [str(len(membership))],
            }
        finally:
            catalogue.close()
        return found

    def public(self) -> list[str]:
        """The titles of public datasets; all outputs agree on them."""
        seen = self.titles()
        titles = sorted(seen["feed"])
        assert sorted(seen["search"]) == sorted(seen["filtered"]) == titles, seen
        assert seen["counts"] == seen["positions"] == seen["dump"] == [str(len(titles))], seen
        return titles

    def same(self, source_id: str, native_id: str) -> list[tuple[str, bool]]:
        """The other records of a cluster: their sources, and whether they are in front."""
        catalogue = self.see()
        try:
            found = catalogue.same(iris.key(source_id, native_id))
            return [(each.source_key, each.is_primary) for each in found]
        finally:
            catalogue.close()

    def evidence(self, source_id: str, native_id: str) -> dict[str, Any]:
        catalogue = self.see()
        try:
            (found,) = catalogue.same(iris.key(source_id, native_id))
            return dict(found.evidence)
        finally:
            catalogue.close()


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def two(backend: str, tmp_path: Path) -> Iterator[Two]:
    with region_on(backend, tmp_path) as made:
        yield _two(tmp_path, made.store)


def _two(folder: Path, store: str, **sources: str) -> Two:
    return Two(region(folder, store, **(sources or {"eins": "", "zwei": ""})))


def test_same_address_with_a_similar_title_is_one_dataset(two: Two) -> None:
    two["eins"].harvest([package(1, "Abfallkalender 2026"), package(2, "Pegel Fliede")])
    result = two["zwei"].harvest([elsewhere(1, "Abfallkalender 2026 (CSV)"), elsewhere(3, "Nur hier")])
    assert (result.counts.created, result.counts.duplicates) == (2, 0)
    assert two.public() == ["Abfallkalender 2026", "Nur hier", "Pegel Fliede"]
    assert two.same("eins", package(1)["id"]) == [("zwei", False)]
    assert two.same("zwei", "fremd-1") == [("eins", True)]
    said = two.evidence("eins", package(1)["id"])
    assert said["address"] == ["portal.example.org/1.csv"]
    assert said["title"] >= 0.8


@pytest.mark.parametrize("title", ["Etwas ganz anderes", "Abfallkalender 2025"])
def test_same_address_with_another_title_or_year_stays_two(two: Two, title: str) -> None:
    two["eins"].harvest([package(1, "Abfallkalender 2026")])
    two["zwei"].harvest([elsewhere(1, title)])
    assert two.public() == sorted(["Abfallkalender 2026", title])


def test_same_identifier_is_one_dataset_whatever_its_title(two: Two) -> None:
    two["eins"].harvest([package(1, "Kitas", resources=[])])
    two["zwei"].harvest([package(1, "Kindertagesstätten", resources=[])])
    assert two.public() == ["Kitas"]
    assert two.evidence("zwei", package(1)["id"])["identifier"] == [package(1)["id"]]


def test_F09_same_iri_is_one_dataset_and_belongs_to_who_published_it_first(two: Two) -> None:
    uri = [{"key": "uri", "value": "https://example.org/id/1"}]
    two["eins"].harvest([package(1, "Von eins", extras=uri, resources=[])])
    result = two["zwei"].harvest([package(2, "Von zwei", extras=uri, resources=[])])
    assert result.status == "warnings"
    assert two.public() == ["Von eins"]
    assert two.evidence("zwei", package(2)["id"])["iri"] == "https://example.org/id/1"
    catalogue = two.see()
    entry = catalogue.get("https://example.org/id/1")
    catalogue.close()
    assert isinstance(entry, Entry)
    assert entry.title == "Von eins"


def test_F09_a_withdrawn_primary_hands_over_and_takes_its_place_again(backend: str, tmp_path: Path) -> None:
    with region_on(backend, tmp_path) as made:
        two = _two(tmp_path, made.store, eins='grace = "0d"\n', zwei="")
        uri = [{"key": "uri", "value": "https://example.org/id/1"}]
        rest = [package(n) for n in range(10, 20)]
        two["eins"].harvest([package(1, "Von eins", extras=uri), *rest])
        two["zwei"].harvest([package(2, "Von zwei", extras=uri)])
        two["eins"].harvest(rest)
        assert "Von eins" in two.public()
        assert two["eins"].harvest(rest).counts.withdrawn == 1
        assert [title for title in two.public() if title.startswith("Von")] == ["Von zwei"]
        catalogue = two.see()
        changes = {(change.kind, change.title) for change in catalogue.changes(catalogue.number(), 10, since=2)}
        catalogue.close()
        assert changes == {("withdrawn", "Von eins"), ("created", "Von zwei")}
        two["eins"].harvest([package(1, "Von eins", extras=uri), *rest])
        assert [title for title in two.public() if title.startswith("Von")] == ["Von eins"]


def test_nothing_is_clustered_inside_one_source(two: Two) -> None:
    twins = [package(1, "Pegel Fliede"), {**package(1, "Pegel Fliede"), "id": "zwilling", "name": "zwilling"}]
    two["eins"].harvest(twins)
    two["zwei"].harvest([package(9)])
    assert len(two.public()) == 3
    two["zwei"].harvest([package(9), elsewhere(1, "Pegel Fliede")])
    assert len(two.public()) == 3, "the third is one of the two; these stay two"


def test_public_outputs_name_only_the_primary(two: Two) -> None:
    two["eins"].harvest([package(1, "Pegel Fliede")])
    two["zwei"].harvest([elsewhere(1, "Pegel Fliede")])
    catalogue = two.see()
    hidden = catalogue.get(iris.key("zwei", "fremd-1"), behind=True)
    shown = catalogue.get(iris.key("eins", package(1)["id"]))
    assert isinstance(hidden, Entry)
    assert isinstance(shown, Entry)
    assert hidden.primary == shown.key
    for name in (hidden.key, hidden.slug, hidden.iri):
        assert catalogue.get(name) == Moved(shown.slug, permanent=False)
    assert catalogue.hits([hidden.key], catalogue.number()) == ()
    kinds = [(change.kind, change.slug) for change in catalogue.changes(catalogue.number())]
    assert kinds == [("created", shown.slug)], "what never was public is no news"
    assert len(catalogue.history(hidden.key)) == 1
    catalogue.close()


def test_record_that_becomes_alike_or_no_longer_is(two: Two) -> None:
    two["eins"].harvest([package(1, "Pegel Fliede")])
    two["zwei"].harvest([elsewhere(1, "Etwas anderes")])
    assert len(two.public()) == 2
    before = two.see()
    at = before.number()
    before.close()
    two["zwei"].harvest([elsewhere(1, "Pegel Fliede")])
    assert two.public() == ["Pegel Fliede"]
    catalogue = two.see()
    assert [change.kind for change in catalogue.changes(catalogue.number(), since=at)] == ["withdrawn"]
    assert len(catalogue.page(1, at).entries) == 2, "the catalogue as it was is as it was"
    catalogue.close()
    two["zwei"].harvest([elsewhere(1, "Doch etwas anderes")])
    assert two.public() == ["Doch etwas anderes", "Pegel Fliede"]


def test_the_source_nearest_to_the_publisher_is_in_front(backend: str, tmp_path: Path) -> None:
    with region_on(backend, tmp_path) as made:
        folder = tmp_path
        region(folder, made.store, kreis="", neuhof="")
        toml = (folder / "region.toml").read_text()
        (folder / "region.toml").write_text(
            toml
            + '\n[[municipality]]\nid = "flieden"\nname = "Gemeinde Flieden"\nags = "06631006"\nars = "066310006006"\n'
        )
        kreis = folder / "sources" / "kreis.toml"
        kreis.write_text(kreis.read_text().replace('"neuhof"', '"flieden"'))
        two = Two(load(folder, {}))
        named = {"author": "", "extras": [{"key": "publisher_name", "value": "Gemeinde Neuhof"}]}
        two["kreis"].harvest([elsewhere(1, "Pegel Fliede (Kreis)", **named)])
        two["neuhof"].harvest([package(1, "Pegel Fliede", **named)])
        assert two.public() == ["Pegel Fliede"], "the publisher's own portal, though it came later"


def test_three_sources_make_one_cluster(backend: str, tmp_path: Path) -> None:
    with region_on(backend, tmp_path) as made:
        three = _two(tmp_path, made.store, eins="", zwei="", drei="")
        three["eins"].harvest([package(1, "Pegel Fliede")])
        three["zwei"].harvest([elsewhere(1, "Pegel Fliede")])
        three["drei"].harvest([{**package(1, "Pegel Fliede"), "id": "dritte", "name": "dritte"}])
        assert three.public() == ["Pegel Fliede"]
        assert three.same("eins", package(1)["id"]) == [("drei", False), ("zwei", False)]


def test_a_steward_splits_and_an_undo_joins_again(two: Two) -> None:
    two["eins"].harvest([package(1, "Pegel Fliede")])
    two["zwei"].harvest([elsewhere(1, "Pegel Fliede")])
    key = iris.key("zwei", "fremd-1")
    made = decisions.split(two.region, key, two["zwei"].now)
    assert made.others == (iris.key("eins", package(1)["id"]),)
    assert two.public() == ["Pegel Fliede", "Pegel Fliede"]
    two["zwei"].harvest([elsewhere(1, "Pegel Fliede", notes="Mehr")])
    two["eins"].harvest([package(1, "Pegel Fliede", notes="Mehr")])
    assert len(two.public()) == 2, "the decision outlasts harvests"
    with pytest.raises(NoCluster, match="one source only"):
        decisions.split(two.region, key, two["zwei"].now)
    undone = decisions.undo(two.region, made.run, two["zwei"].now)
    assert two.public() == ["Pegel Fliede"]
    decisions.undo(two.region, undone.run, two["zwei"].now)
    assert len(two.public()) == 2


def test_undo_of_a_run_settles_the_clusters_anew(two: Two) -> None:
    first = two["eins"].harvest([package(1, "Pegel der Fliede")])
    two["zwei"].harvest([elsewhere(1, "Pegel der Fliede (CSV)")])
    assert two.public() == ["Pegel der Fliede"]
    assert first.run is not None
    undone = decisions.undo(two.region, first.run, two["eins"].now)
    assert two.public() == ["Pegel der Fliede (CSV)"]
    decisions.undo(two.region, undone.run, two["eins"].now)
    assert two.public() == ["Pegel der Fliede"]


def test_catalogue_that_gets_its_second_source_is_looked_at_as_a_whole(two: Two) -> None:
    two["eins"].harvest([package(n, f"Datensatz Nummer {n}") for n in range(1, 13)])
    catalogue = two.see()
    with catalogue.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(tables.traits)) == 0, (
            "one source keeps no traits"
        )
    catalogue.close()
    two["zwei"].harvest([elsewhere(n, f"Datensatz Nummer {n}") for n in range(1, 13)])
    assert len(two.public()) == 12


def test_an_address_that_everybody_shares_is_told_apart_by_titles(two: Two) -> None:
    shared = [{"id": "r", "url": "https://geo.example.org/wfs?service=WFS", "format": "WFS"}]
    layers = [f"Layer {chr(97 + n // 26)}{chr(97 + n % 26)} des Geoportals" for n in range(260)]
    two["eins"].harvest([package(n, title, resources=shared) for n, title in enumerate(layers)])
    two["zwei"].harvest([elsewhere(n, title, resources=shared) for n, title in enumerate(layers)])
    seen = two.titles()
    assert seen["counts"] == seen["positions"] == seen["dump"] == ["260"]
