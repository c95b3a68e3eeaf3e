"""What stewards decide about identity: records with one IRI are split, another one is put in front; undo; who pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
import sqlalchemy as sa

from catalog import tables
from catalog.corrections.decision import correct
from catalog.corrections.publication import Wish
from catalog.exceptions import NoCluster
from catalog.fragments import document
from catalog.reading.entries import Entry, Moved
from catalog.runs import decisions
from catalog.search import Catalogue
from catalog.store import Store
from schemas import corrections, iris
from schemas.model import Dataset
from schemas.vocabularies import LISTS
from tests.catalog.builder import BACKENDS, region_on
from tests.catalog.runs import package
from tests.catalog.test_clusters import Two, _two, elsewhere

IRI = "https://example.org/id/1"
SHARED = [{"key": "uri", "value": IRI}]
ONE, TWO = iris.key("eins", package(1)["id"]), iris.key("zwei", package(2)["id"])
MINTED = iris.mint("https://daten.example.org", "dataset", TWO)


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def two(backend: str, tmp_path: Path) -> Iterator[Two]:
    with region_on(backend, tmp_path) as made:
        yield _two(tmp_path, made.store)


def one_iri(two: Two) -> None:
    """Two sources that call different datasets by one IRI, and others around."""
    two["eins"].harvest([package(1, "Von eins", extras=SHARED), package(8, "Acht")])
    two["zwei"].harvest([package(2, "Von zwei", extras=SHARED), package(9, "Neun")])


def got(two: Two, name: str, behind: bool = False) -> Entry | Any:
    catalogue = two.see()
    try:
        return catalogue.get(name, behind=behind)
    finally:
        catalogue.close()


def subjects_of(entry: Entry) -> set[str]:
    """The IRIs that are datasets in each syntax of an entry; the same in all."""
    forms = {"nt": entry.ntriples, "ttl": entry.ttl, "rdf": entry.rdf, "jsonld": entry.jsonld}
    formats = {
        "nt": pyoxigraph.RdfFormat.N_TRIPLES,
        "ttl": pyoxigraph.RdfFormat.TURTLE,
        "rdf": pyoxigraph.RdfFormat.RDF_XML,
        "jsonld": pyoxigraph.RdfFormat.JSON_LD,
    }
    found = []
    for syntax, fragment in forms.items():
        quads = pyoxigraph.parse(document(syntax, fragment), format=formats[syntax])
        of_class = [q for q in quads if getattr(q.object, "value", "") == "http://www.w3.org/ns/dcat#Dataset"]
        found.append({getattr(quad.subject, "value", "") for quad in of_class})
    assert all(each == found[0] for each in found), found
    return found[0]


def column(two: Two, statement: sa.Select[Any]) -> list[Any]:
    store = Store(two.region)
    try:
        with store.engine.connect() as connection:
            return list(connection.scalars(statement))
    finally:
        store.close()


def owner(two: Two, iri: str = IRI) -> list[str]:
    return column(two, sa.select(tables.owners.c.key).where(tables.owners.c.iri == iri))


# ------------------------------------------------------------------------------------------------- split


def test_of_two_records_with_one_iri_the_one_that_does_not_own_it_goes_on_under_one_of_ours(two: Two) -> None:
    one_iri(two)
    slug = got(two, TWO, behind=True).slug
    assert got(two, slug) == Moved(got(two, ONE).slug, permanent=False)
    made = decisions.split(two.region, TWO, two["zwei"].now)
    assert (made.others, made.named) == ((ONE,), (TWO,))
    assert two.public() == ["Acht", "Neun", "Von eins", "Von zwei"]
    apart = got(two, TWO)
    assert (apart.iri, apart.slug, apart.title) == (MINTED, slug, "Von zwei")
    assert subjects_of(apart) == {MINTED}
    assert subjects_of(got(two, ONE)) == {IRI}
    for name in (slug, MINTED, f"/id/dataset/{TWO}"):
        assert got(two, name).key == TWO, name
    assert got(two, IRI).key == ONE
    assert owner(two, MINTED) == [TWO]
    (said,) = [finding for finding in apart.findings if finding.rule == "iri-of-another-dataset"]
    assert (said.focus, said.arguments) == (MINTED, (IRI, MINTED))
    assert IRI in said.message("de")
    assert not [finding for finding in apart.findings if finding.focus == IRI]
    (reason,) = column(two, sa.select(tables.runs.c.reason_de).where(tables.runs.c.id == made.run))
    assert MINTED in reason


def test_the_owner_keeps_its_iri_also_if_it_is_the_one_that_is_split_off(two: Two) -> None:
    one_iri(two)
    made = decisions.split(two.region, ONE, two["eins"].now)
    assert made.named == (TWO,)
    assert (got(two, ONE).iri, got(two, TWO).iri) == (IRI, MINTED)


def test_the_name_that_a_split_gave_outlasts_harvests(two: Two) -> None:
    one_iri(two)
    decisions.split(two.region, TWO, two["zwei"].now)
    again = two["zwei"].harvest([package(2, "Von zwei", extras=SHARED), package(9, "Neun")])
    assert (again.counts.unchanged, again.counts.updated, again.counts.duplicates) == (2, 0, 0)
    mapped = two["zwei"].harvest([package(2, "Von zwei", extras=SHARED, private=False), package(9, "Neun")])
    assert (mapped.counts.unchanged, mapped.counts.updated) == (2, 0), "what is mapped anew is the same content"
    assert [f.rule for f in got(two, TWO).findings].count("iri-of-another-dataset") == 1
    changed = two["zwei"].harvest([package(2, "Jetzt anders", extras=SHARED), package(9, "Neun")])
    assert (changed.counts.updated, changed.counts.duplicates) == (1, 0)
    assert (got(two, TWO).iri, got(two, TWO).title) == (MINTED, "Jetzt anders")
    two["eins"].harvest([package(1, "Von eins, neu", extras=SHARED), package(8, "Acht")])
    assert two.public() == ["Acht", "Jetzt anders", "Neun", "Von eins, neu"]
    assert got(two, IRI).key == ONE


def test_undo_of_a_split_gives_the_sources_iri_back_to_what_the_record_is_by_now(two: Two) -> None:
    one_iri(two)
    made = decisions.split(two.region, TWO, two["zwei"].now)
    two["zwei"].harvest([package(2, "Jetzt anders", extras=SHARED), package(9, "Neun")])
    undone = decisions.undo(two.region, made.run, two["zwei"].now)
    assert (undone.conflicts, undone.named) == ((), 1)
    assert two.public() == ["Acht", "Neun", "Von eins"]
    behind = got(two, TWO, behind=True)
    assert (behind.iri, behind.title, behind.primary) == (IRI, "Jetzt anders", ONE)
    assert subjects_of(behind) == {IRI}
    assert "iri-of-another-dataset" not in [f.rule for f in behind.findings]
    again = two["zwei"].harvest([package(2, "Jetzt anders", extras=SHARED), package(9, "Neun")])
    assert (again.counts.held, again.counts.duplicates, again.counts.unchanged) == (0, 1, 1), "nothing is blocked"
    redone = decisions.undo(two.region, undone.run, two["zwei"].now)
    assert redone.named == 1
    assert (got(two, TWO).iri, got(two, ONE).iri) == (MINTED, IRI)
    decisions.undo(two.region, redone.run, two["zwei"].now)
    assert two.public() == ["Acht", "Neun", "Von eins"]


def test_a_plan_that_waited_over_a_split_is_accepted_under_the_new_name(two: Two) -> None:
    one_iri(two)
    planned = two["zwei"].harvest([package(2, "Geplant", extras=SHARED), package(9, "Neun")], plan=True)
    made = decisions.split(two.region, TWO, two["zwei"].now)
    result = decisions.accept(two.region, planned.run or 0, two["zwei"].now)
    assert (result.counts.updated, result.counts.duplicates) == (1, 0)
    assert (got(two, TWO).iri, got(two, TWO).title) == (MINTED, "Geplant")
    assert subjects_of(got(two, TWO)) == {MINTED}
    planned = two["zwei"].harvest([package(2, "Noch ein Plan", extras=SHARED), package(9, "Neun")], plan=True)
    decisions.undo(two.region, made.run, two["zwei"].now)
    result = decisions.accept(two.region, planned.run or 0, two["zwei"].now)
    assert result.counts.duplicates == 1
    behind = got(two, TWO, behind=True)
    assert (behind.iri, behind.title, subjects_of(behind)) == (IRI, "Noch ein Plan", {IRI})
    assert two.public() == ["Acht", "Neun", "Von eins"]


def test_a_record_withdrawn_after_a_split_comes_back_under_the_name_that_it_has_then(
    backend: str, tmp_path: Path
) -> None:
    with region_on(backend, tmp_path) as made:
        two = _two(tmp_path, made.store, eins="", zwei='grace = "0d"\n')
        rest = [package(n, f"Rest {n}") for n in range(20, 30)]
        two["eins"].harvest([package(1, "Von eins", extras=SHARED)])
        two["zwei"].harvest([package(2, "Von zwei", extras=SHARED), *rest])
        split = decisions.split(two.region, TWO, two["zwei"].now)
        two["zwei"].harvest(rest)
        assert two["zwei"].harvest(rest).counts.withdrawn == 1
        two["zwei"].harvest([package(2, "Von zwei", extras=SHARED), *rest])
        assert got(two, TWO).iri == MINTED
        two["zwei"].harvest(rest)
        two["zwei"].harvest(rest)
        decisions.undo(two.region, split.run, two["zwei"].now)
        two["zwei"].harvest([package(2, "Von zwei", extras=SHARED), *rest])
        assert got(two, TWO, behind=True).iri == IRI
        assert got(two, TWO).slug == got(two, ONE).slug


# ------------------------------------------------------------------------------------------------- primary


def alike(two: Two) -> tuple[str, str]:
    two["eins"].harvest([package(1, "Pegel Fliede"), package(8, "Acht")])
    two["zwei"].harvest([elsewhere(1, "Pegel Fliede (zwei)"), package(9, "Neun")])
    return ONE, iris.key("zwei", "fremd-1")


def test_a_steward_puts_another_record_in_front_and_it_stays_there(two: Two) -> None:
    first, second = alike(two)
    slugs = {key: got(two, key, behind=True).slug for key in (first, second)}
    made = decisions.prefer(two.region, second, two["zwei"].now)
    assert made.others == (first,)
    assert two.public() == ["Acht", "Neun", "Pegel Fliede (zwei)"]
    assert got(two, slugs[first]) == Moved(slugs[second], permanent=False)
    assert got(two, first) == Moved(slugs[second], permanent=False)
    two["eins"].harvest([package(1, "Pegel Fliede", notes="Mehr"), package(8, "Acht")])
    two["zwei"].harvest([elsewhere(1, "Pegel Fliede (zwei)", notes="Mehr"), package(9, "Neun")])
    assert got(two, second).key == second
    with pytest.raises(NoCluster, match="in front"):
        decisions.prefer(two.region, second, two["zwei"].now)
    with pytest.raises(NoCluster, match="one source only"):
        decisions.prefer(two.region, iris.key("eins", package(8)["id"]), two["eins"].now)
    undone = decisions.undo(two.region, made.run, two["zwei"].now)
    assert two.public() == ["Acht", "Neun", "Pegel Fliede"]
    decisions.undo(two.region, undone.run, two["zwei"].now)
    assert two.public() == ["Acht", "Neun", "Pegel Fliede (zwei)"]


def test_who_is_put_in_front_owns_the_shared_iri(two: Two) -> None:
    one_iri(two)
    made = decisions.prefer(two.region, TWO, two["zwei"].now)
    assert owner(two) == [TWO]
    assert got(two, IRI).key == TWO
    result = two["eins"].harvest([package(1, "Von eins", extras=SHARED), package(8, "Acht")])
    assert result.counts.duplicates == 1
    assert two["zwei"].harvest([package(2, "Von zwei", extras=SHARED), package(9, "Neun")]).counts.duplicates == 0
    undone = decisions.undo(two.region, made.run, two["zwei"].now)
    assert owner(two) == [ONE]
    assert got(two, IRI).key == ONE
    decisions.undo(two.region, undone.run, two["zwei"].now)
    assert (owner(two), got(two, IRI).key) == ([TWO], TWO)


def test_choices_taken_back_in_any_order_leave_the_iri_with_who_is_in_front(backend: str, tmp_path: Path) -> None:
    with region_on(backend, tmp_path) as made:
        two = _two(tmp_path, made.store, eins="", zwei="", drei="")
        one_iri(two)
        two["drei"].harvest([package(3, "Von drei", extras=SHARED)])
        three = iris.key("drei", package(3)["id"])
        second = decisions.prefer(two.region, TWO, two["zwei"].now)
        third = decisions.prefer(two.region, three, two["drei"].now)
        assert (owner(two), got(two, IRI).key) == ([three], three)
        decisions.undo(two.region, second.run, two["zwei"].now)
        assert (owner(two), got(two, IRI).key) == ([three], three)
        decisions.undo(two.region, third.run, two["drei"].now)
        assert (owner(two), got(two, IRI).key) == ([ONE], ONE)


def test_the_former_owner_leaves_the_iri_if_it_is_split_from_who_was_chosen(two: Two) -> None:
    one_iri(two)
    chosen = decisions.prefer(two.region, TWO, two["zwei"].now)
    split = decisions.split(two.region, ONE, two["eins"].now)
    own = iris.mint("https://daten.example.org", "dataset", ONE)
    assert (got(two, ONE).iri, got(two, TWO).iri) == (own, IRI)
    decisions.undo(two.region, chosen.run, two["zwei"].now)
    assert owner(two) == [TWO], "nobody owns an IRI that it does not bear"
    decisions.undo(two.region, split.run, two["eins"].now)
    assert (owner(two), got(two, IRI).key) == ([ONE], ONE)
    assert two.public() == ["Acht", "Neun", "Von eins"]


# ------------------------------------------------------------------------------------------------- who pages


def seen_by_paging(two: Two, turns: dict[int, Any], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The titles that a reader meets who takes page after page while things are decided between them."""
    titles: list[str] = []
    page = 1
    with monkeypatch.context() as patch:
        patch.setattr("catalog.search.PAGE", 2)
        while True:
            catalogue = Catalogue(two.region)
            try:
                found = catalogue.page(page, catalogue.number(), forms=())
            finally:
                catalogue.close()
            titles += [entry.title for entry in found.entries]
            if page >= found.last_page:
                return titles
            if page in turns:
                turns[page]()
            page += 1


FRONT, BACK = "Pegel Fliede", "Pegel Fliede (CSV)"


def test_who_pages_while_the_primary_changes_misses_nothing(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    two["zwei"].harvest([elsewhere(1, FRONT), *(package(n, f"Zwei {n}") for n in range(20, 24))])
    two["eins"].harvest([*(package(n, f"Eins {n}") for n in range(30, 34)), package(1, BACK)])
    decisions.prefer(two.region, ONE, two["eins"].now)
    everything = {BACK, *(f"Zwei {n}" for n in range(20, 24)), *(f"Eins {n}" for n in range(30, 34))}
    assert set(seen_by_paging(two, {}, monkeypatch)) == everything
    key = iris.key("zwei", "fremd-1")
    # The one that comes in front stood on the first page, which the reader has left behind; the other one was to come.
    turn = {2: lambda: decisions.prefer(two.region, key, two["zwei"].now)}
    seen = seen_by_paging(two, turn, monkeypatch)
    assert everything - {BACK} <= set(seen)
    assert FRONT in seen
    last = column(two, sa.select(sa.func.max(tables.runs.c.id)))[0]
    seen = seen_by_paging(two, {2: lambda: decisions.undo(two.region, last, two["zwei"].now)}, monkeypatch)
    assert {FRONT, BACK} & set(seen)
    assert two.public() == sorted(everything)


def test_who_pages_while_a_withdrawn_primary_hands_over_misses_nothing(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with region_on(backend, tmp_path) as made:
        two = _two(tmp_path, made.store, eins='grace = "0d"\n', zwei="")
        rest = [package(n, f"Rest {n}") for n in range(30, 40)]
        two["zwei"].harvest([elsewhere(1, "Pegel Fliede"), *(package(n, f"Zwei {n}") for n in range(20, 24))])
        two["eins"].harvest([*rest, package(1, "Pegel Fliede")])
        decisions.prefer(two.region, ONE, two["eins"].now)
        two["eins"].harvest(rest)

        def withdraw() -> None:
            assert two["eins"].harvest(rest).counts.withdrawn == 1

        assert "Pegel Fliede" in seen_by_paging(two, {3: withdraw}, monkeypatch)
        assert [key for key, _ in two.same("zwei", "fremd-1")] == []


def test_positions_stay_unique_and_what_did_not_step_forward_keeps_its_own(two: Two) -> None:
    first, second = alike(two)
    places = sa.select(tables.records.c.key, tables.records.c.position).where(tables.records.c.position.is_not(None))
    store = Store(two.region)
    with store.engine.connect() as connection:
        before = dict(connection.execute(places).all())
        decisions.prefer(two.region, second, two["zwei"].now)
        connection.rollback()
        after = dict(connection.execute(places).all())
    store.close()
    assert after[second] == max(before.values()) + 1
    assert {key: place for key, place in after.items() if key != second} == {
        key: place for key, place in before.items() if key != second
    }
    assert after[first] == before[first]


# ------------------------------------------------------------------------------------------------- the source's own word


def test_a_record_that_its_source_calls_by_another_iri_is_the_same_record_under_that(two: Two) -> None:
    new = "https://example.org/id/neu"
    first = two["eins"].harvest([package(1, "A", extras=SHARED), package(8, "Acht")])
    changed = two["eins"].harvest([package(1, "A", extras=[{"key": "uri", "value": new}]), package(8, "Acht")])
    assert (changed.counts.updated, changed.counts.created) == (1, 0)
    entry = got(two, new)
    assert (entry.key, entry.iri, entry.record().iri, subjects_of(entry)) == (ONE, new, new, {new})
    assert "A" in str(entry.record()), "the page finds what is said of it"
    assert got(two, IRI).key == ONE, "found by what it was called before"
    assert (owner(two, new), owner(two, IRI)) == ([ONE], [ONE])
    assert first.run is not None
    assert changed.run is not None
    undone = decisions.undo(two.region, changed.run, two["eins"].now)
    assert (got(two, ONE).iri, subjects_of(got(two, ONE))) == (IRI, {IRI})
    decisions.undo(two.region, undone.run, two["eins"].now)
    assert (got(two, ONE).iri, subjects_of(got(two, ONE))) == (new, {new})


def test_a_plan_tells_an_iri_that_changes_and_nothing_else(two: Two) -> None:
    new = f"{IRI}/neu"
    two["eins"].harvest([package(1, "A", extras=SHARED)])
    planned = two["eins"].harvest([package(1, "A", extras=[{"key": "uri", "value": new}])], plan=True)
    (change,) = decisions.planned_changes(two.region, planned.run or 0)
    assert [(each["attribute"], each["old"], each["new"]) for each in change["fields"]] == [("IRI", [IRI], [new])]


def test_a_split_record_that_its_source_gives_an_iri_of_its_own_keeps_ours_without_the_finding(two: Two) -> None:
    one_iri(two)
    decisions.split(two.region, TWO, two["zwei"].now)
    own = [{"key": "uri", "value": "https://example.org/id/zwei"}]
    two["zwei"].harvest([package(2, "Von zwei", extras=own), package(9, "Neun")])
    assert got(two, TWO).iri == MINTED, "links to it stay"
    assert "iri-of-another-dataset" not in [finding.rule for finding in got(two, TWO).findings]


def test_a_version_is_read_under_the_iri_that_it_bears(two: Two) -> None:
    two["eins"].harvest([package(1, "A", extras=SHARED), package(8, "Acht")])
    catalogue = two.see()
    then = catalogue.number()
    two["eins"].harvest([package(1, "B", extras=[{"key": "uri", "value": f"{IRI}/neu"}]), package(8, "Acht")])
    entry = catalogue.get(ONE, then)
    catalogue.close()
    assert isinstance(entry, Entry)
    assert "'A'" in str(entry.record()), "a reader at the number before sees what was public then"


def test_corrections_and_a_split_stand_together(two: Two) -> None:
    one_iri(two)
    environment = LISTS["data-theme"].base + "ENVI"
    wish = Wish(TWO, "theme", corrections.statements(Dataset, "theme", (environment,)))
    correct(two.region, [wish], two["zwei"].now)
    split = decisions.split(two.region, TWO, two["zwei"].now)
    for listing in ("Von zwei", "Von zwei, neu"):
        two["zwei"].harvest([package(2, listing, extras=SHARED), package(9, "Neun")])
        entry = got(two, TWO)
        assert (entry.iri, entry.title, subjects_of(entry)) == (MINTED, listing, {MINTED})
        assert environment.encode() in entry.ntriples
    decisions.undo(two.region, split.run, two["zwei"].now)
    behind = got(two, TWO, behind=True)
    assert (behind.iri, subjects_of(behind)) == (IRI, {IRI})
    assert environment.encode() in behind.ntriples
