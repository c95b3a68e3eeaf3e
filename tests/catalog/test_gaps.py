"""Who publishes what, by the Musterdatenkatalog; the gaps in their order; a neighbour's record as a template that works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalog.gaps import report, templates
from catalog.gaps.coverage import NEIGHBOUR_HVD, coverage, duties, gaps
from catalog.search import Catalogue
from schemas import musterdaten
from schemas.kinds import Literal
from schemas.model import Dataset
from schemas.region import HarvestSource, Municipality, Region
from tests.catalog.builder import BACKENDS, MUNICIPALITIES, Builder, Stored, region_on
from tests.catalog.web.asking import AUTHORITY, whole

TREES = "floraUndFauna/baumbestand/baumkataster"
HVD_CATEGORY = "http://data.europa.eu/bna/c_dd313021"
PLACES = (
    *MUNICIPALITIES,
    Municipality(id="kalbach", name="Gemeinde Kalbach", ags="06631016", ars="066310016016"),
    Municipality(id="eichenzell", name="Gemeinde Eichenzell", ags="06631006", ars="066310006006"),
)


class Store:
    """A region of four municipalities, and what they publish."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.builder = Builder(region)
        self.catalogue = Catalogue(region)

    def publish(self, **titles: list[Any]) -> None:
        """Publishes datasets, or titles of such, by municipality."""
        stored = [
            Stored(f"{place}-{number}", each if isinstance(each, Dataset) else whole(each), f"{place}-portal")
            for place, some in titles.items()
            for number, each in enumerate(some)
        ]
        self.builder.publish(*stored)

    def covered(self) -> dict[str, Any]:
        """The entries by code."""
        return {each.entry.code: each for each in coverage(self.catalogue, self.catalogue.number())}

    def gaps(self, municipality: str = "") -> list[tuple[str, tuple[str, ...]]]:
        """The gaps, in their order: entry, and who lacks it."""
        found = gaps(coverage(self.catalogue, self.catalogue.number()), self.region, municipality)
        return [(each.entry.code, tuple(place.id for place in lacking)) for each, lacking in found]


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with region_on(request.param, tmp_path) as found:
        sources = tuple(
            HarvestSource(
                id=f"{m.id}-portal", key=f"{m.id}-portal", title=m.name, municipality=m.id, url="https://x.example"
            )
            for m in PLACES
        )
        made = Store(found.model_copy(update={"municipalities": PLACES, "sources": sources}))
        try:
            yield made
        finally:
            made.catalogue.close()
            made.builder.close()


def test_three_of_four_neighbours_have_it(store: Store) -> None:
    store.publish(
        neuhof=["Baumkataster Neuhof"], flieden=["Baumkataster"], kalbach=["Baumkataster der Gemeinde Kalbach"]
    )
    assert store.gaps() == [(TREES, ("eichenzell",))]
    assert store.gaps("eichenzell") == [(TREES, ("eichenzell",))]
    assert store.gaps("neuhof") == []
    covered = store.covered()[TREES]
    assert set(covered.have) == {"neuhof", "flieden", "kalbach"}
    assert covered.template("eichenzell").municipality in covered.have
    assert covered.template("neuhof").municipality != "neuhof"


def test_duty_goes_first_then_what_most_have(store: Store) -> None:
    duty = next(entry for entry in musterdaten.entries().values() if entry.hvd)
    stated = whole("Etwas", references=(duty.iri,))
    store.publish(
        neuhof=["Baumkataster Neuhof", stated, "Spielplätze in Neuhof"],
        flieden=["Baumkataster Flieden", "Abfallkalender 2026"],
        kalbach=["Baumkataster Kalbach", "Abfallkalender 2026"],
    )
    order = [code for code, _ in store.gaps()]
    assert order[0] == duty.code
    assert (
        order.index(TREES)
        < order.index("abfallentsorgung/abfallkalender")
        < order.index("freizeit/spielplatzUndSpielstaette")
    )


def test_a_record_that_says_it_is_high_value_is_told_to_its_neighbours(store: Store) -> None:
    marked = whole("Baumkataster Flieden", hvd_category=(HVD_CATEGORY,))
    store.publish(neuhof=["Baumkataster Neuhof"], flieden=[marked])
    covered = store.covered()[TREES]
    assert covered.duty == NEIGHBOUR_HVD, "what a neighbour says is no duty"
    assert covered.template("kalbach").municipality == "flieden", "the one that is marked serves as template"


def test_what_nobody_has_is_a_duty_without_a_template(store: Store) -> None:
    store.publish(neuhof=["Baumkataster Neuhof"])
    found = duties(coverage(store.catalogue, store.catalogue.number()))
    assert {each.entry.code for each in found} == {e.code for e in musterdaten.entries().values() if e.hvd}
    assert all(each.template() is None for each in found)


def test_what_is_not_certain_is_a_gap_that_says_so(store: Store) -> None:
    store.publish(neuhof=["Baumkataster Neuhof"], flieden=["Irgendetwas"])
    weak = whole("Verzeichnis 7", keyword=(Literal("Baumkataster", "de"),), theme=(f"{AUTHORITY}/data-theme/ENVI",))
    store.publish(kalbach=[weak])
    covered = store.covered()[TREES]
    assert "kalbach" not in covered.have
    (maybe,) = covered.maybe["kalbach"]
    assert 50 <= maybe.certainty < 75
    assert (TREES, ("flieden", "kalbach", "eichenzell")) in store.gaps()


def test_withdrawn_records_do_not_count(store: Store) -> None:
    store.publish(neuhof=["Baumkataster Neuhof"])
    store.builder.publish(Stored("neuhof-0", None, "neuhof-portal"))
    assert store.gaps() == []


def test_without_records_there_is_no_gap(store: Store) -> None:
    assert store.gaps() == []
    assert report.document(store.catalogue, 0, ())["gaps"] == []


def test_template_names_the_taker_and_leaves_open_what_only_it_knows(store: Store) -> None:
    store.publish(neuhof=[whole("Baumkataster der Gemeinde Neuhof (Neuhofer Bäume)")])
    covered = store.covered()[TREES]
    taker = store.region.municipality("kalbach")
    assert taker is not None
    made = report.template(store.catalogue, store.catalogue.number(), covered, taker)
    assert made is not None
    assert tuple(made.row) == templates.COLUMNS
    assert made.row["Titel"] == "Baumkataster der Gemeinde Kalbach (Neuhofer Bäume)"
    assert (made.row["Lizenz"], made.row["Namensnennung"]) == ("dl-by-de/2.0", "Gemeinde Kalbach")
    assert made.row["Herausgeber"] == made.row["Gebiet"] == "Gemeinde Kalbach"
    assert all(made.row[column] == "" for column in templates.OWN)
    assert "Flora und Fauna" in made.row["Schlagwörter"]


def test_a_description_made_from_files_comes_last_and_is_not_copied(store: Store) -> None:
    made = Stored(
        "a", whole("Baumkataster Neuhof", references=(musterdaten.entries()[TREES].iri,)), derived=("description",)
    )
    store.builder.publish(made)
    taker = store.region.municipality("kalbach")
    assert taker is not None
    found = report.template(store.catalogue, store.catalogue.number(), store.covered()[TREES], taker)
    assert found is not None
    assert found.row["Beschreibung"] == ""
    store.builder.publish(Stored("b", whole("Baumkataster Flieden"), "flieden-portal"))
    found = report.template(store.catalogue, store.catalogue.number(), store.covered()[TREES], taker)
    assert found is not None
    assert (found.giver.municipality, bool(found.row["Beschreibung"])) == ("flieden", True)


def test_no_cell_of_a_template_is_a_formula(store: Store) -> None:
    store.publish(neuhof=[replace(whole("Baumkataster"), description=(Literal("=1+1", "de"),))])
    taker = store.region.municipality("kalbach")
    assert taker is not None
    made = report.template(store.catalogue, store.catalogue.number(), store.covered()[TREES], taker)
    assert made is not None
    assert made.row["Beschreibung"].startswith("=")
    assert "'=1+1" in templates.sheet([made.row]).decode("utf-8-sig")
