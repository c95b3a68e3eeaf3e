"""The search itself: what is found, in which order, and what the facets count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.follower import Follower
from catalog.reading.entries import FACETS, Query, Results
from catalog.search import Catalogue
from schemas import model
from schemas.kinds import Literal
from schemas.vocabularies import LISTS
from tests.catalog.builder import Builder, Stored, dataset, region_in

TODAY = date(2026, 11, 24)
XSD_DATE = "http://www.w3.org/2001/XMLSchema#date"


def code(list_name: str, value: str) -> str:
    found = LISTS[list_name].by_code(value)
    assert found is not None
    return found.iri


def described(
    title: str,
    description: str = "",
    keywords: tuple[str, ...] = (),
    themes: tuple[str, ...] = (),
    formats: tuple[str, ...] = (),
    license_code: str = "dl-by-de/2.0",
    modified: str = "",
) -> model.Dataset:
    files = tuple(
        model.Distribution(
            iri=f"https://daten.example.org/id/distribution/{title.lower()[:3]}{i}",
            title=(Literal(f"Datei {f}", "de"),),
            format=(code("file-type", f),),
            license=(code("license", license_code),),
        )
        for i, f in enumerate(formats)
    )
    return dataset(
        title,
        description,
        keyword=tuple(Literal(k, "de") for k in keywords),
        theme=tuple(code("data-theme", t) for t in themes),
        distribution=files,
        modified=(Literal(modified, None, XSD_DATE),) if modified else (),
    )


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    region = region_in(tmp_path_factory.mktemp("region"))
    builder = Builder(region)
    records = {
        "lamps": described("Straßenbeleuchtung", "Alle Lampen und Masten", themes=("ENVI",), formats=("CSV",)),
        "light": described("Beleuchtung der öffentlichen Gebäude", themes=("ENER",), formats=("CSV", "PDF")),
        "trees": described("Baumkataster", "Bäume an Straßen und Plätzen", ("Grünfläche",), ("ENVI",), ("GEOJSON",)),
        "bins": described("Standorte der Mülltonnen", modified="2026-11-24"),
        "waste": described("Abfallkalender", "Termine der Abfuhr", ("Müll", "Restmüll"), modified="2026-11-20"),
        "play": described("Kinderspielplätze", modified="2026-11-01", formats=("CSV",), license_code="cc-by/4.0"),
        "level": described("Pegel der Fliede", "Messwerte am Spielplatz", modified="2026-02-01"),
        "old": described("Äcker", modified="2019"),
        "future": described("Öffnungszeiten des Bades", modified="2027-01-01"),
    }
    flieden = {"level", "old"}
    builder.publish(
        *(Stored(i, r, "flieden-portal" if i in flieden else "neuhof-portal") for i, r in records.items()),
        Stored(
            "agency", model.Agent(iri="https://amt.example/a", name=(Literal("Wasserwerk", "de"),)), positioned=False
        ),
    )
    Follower(region, builder.engine).catch_up()
    opened = Catalogue(region)
    yield opened
    opened.close()
    builder.close()


def titles(results: Results) -> list[str]:
    return [hit.summary.title for hit in results.hits]


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("straße", {"Straßenbeleuchtung", "Baumkataster"}),
        ("STRASSEN", {"Straßenbeleuchtung", "Baumkataster"}),
        ("beleuchtung", {"Straßenbeleuchtung", "Beleuchtung der öffentlichen Gebäude"}),
        ("Straßenbeleuchtung", {"Straßenbeleuchtung", "Beleuchtung der öffentlichen Gebäude"}),
        ("Straßenlampen", {"Straßenbeleuchtung"}),
        ("mulltonne", {"Standorte der Mülltonnen"}),
        ("muelltonne", {"Standorte der Mülltonnen"}),
        ("müll", {"Standorte der Mülltonnen", "Abfallkalender"}),
        ("baum", {"Baumkataster"}),
        ("Kataster", {"Baumkataster"}),
        ("spielplatz", {"Kinderspielplätze", "Pegel der Fliede"}),
        ("Bäume Straßen", {"Baumkataster"}),
        ("Bäume in den Straßen", {"Baumkataster"}),
        ("Bäume Abfall", set()),
        ('"Lampen und Masten"', {"Straßenbeleuchtung"}),
        ('"Masten und Lampen"', set()),
        ('"Beleuchtung"', {"Beleuchtung der öffentlichen Gebäude"}),
        ("beleuchtung -lampen", {"Beleuchtung der öffentlichen Gebäude"}),
        ("straße -beleuchtung", {"Baumkataster"}),
        ("flieden", {"Pegel der Fliede", "Äcker"}),
        ("neuhof spielplätze", {"Kinderspielplätze"}),
        ("pdf", {"Beleuchtung der öffentlichen Gebäude"}),
        ("Umwelt", {"Straßenbeleuchtung", "Baumkataster"}),
        ("gibtesnicht", set()),
        ("Wasserwerk", set()),
    ],
)
def test_what_is_found(catalogue: Catalogue, q: str, expected: set[str]) -> None:
    results = catalogue.find(Query(q=q), today=TODAY)
    assert set(titles(results)) == expected
    assert results.total == len(expected)


def test_a_title_weighs_more_than_a_keyword_and_that_more_than_a_description(catalogue: Catalogue) -> None:
    assert titles(catalogue.find(Query(q="spielplatz"))) == ["Kinderspielplätze", "Pegel der Fliede"]
    assert titles(catalogue.find(Query(q="beleuchtung")))[0] == "Beleuchtung der öffentlichen Gebäude"
    assert titles(catalogue.find(Query(q="straßenbeleuchtung")))[0] == "Straßenbeleuchtung"


def test_excluding_everything_else_leaves_the_rest(catalogue: Catalogue) -> None:
    assert catalogue.find(Query(q="-beleuchtung")).total == 7
    # Nothing says which of them fits best: the newest stand first, as without words.
    everything = [title for title in titles(catalogue.find(Query())) if title != "Pegel der Fliede"]
    assert titles(catalogue.find(Query(q="-Pegel"))) == everything


def test_repeated_values_are_or_and_different_filters_are_and(catalogue: Catalogue) -> None:
    assert catalogue.find(Query(theme=("ENVI", "ENER"))).total == 3
    assert catalogue.find(Query(theme=("ENVI", "ENER"), format=("CSV",))).total == 2
    assert catalogue.find(Query(municipality=("flieden", "neuhof"))).total == 9
    assert titles(catalogue.find(Query(license=("cc-by/4.0",)))) == ["Kinderspielplätze"]


@pytest.mark.parametrize("name", FACETS)
def test_an_unknown_value_finds_nothing(catalogue: Catalogue, name: str) -> None:
    for value in ("gibtesnicht", "", "envi"):
        filters: dict[str, Any] = {name: (value,)}
        results = catalogue.find(Query(**filters), today=TODAY)
        assert (results.total, results.hits) == (0, ())


def test_a_facet_is_counted_without_its_own_filter(catalogue: Catalogue) -> None:
    results = catalogue.find(Query(format=("CSV",), theme=("ENVI",)), today=TODAY)
    assert results.total == 1
    assert results.facets["theme"] == (("ENER", 1), ("ENVI", 1))
    assert results.facets["format"] == (("CSV", 1), ("GEOJSON", 1))
    assert results.facets["municipality"] == (("neuhof", 1),)
    assert results.facets["license"] == (("dl-by-de/2.0", 1),)


def test_facets_follow_the_search_words_and_keep_chosen_values(catalogue: Catalogue) -> None:
    results = catalogue.find(Query(q="beleuchtung", theme=("GOVE",)), today=TODAY)
    assert results.total == 0
    assert results.facets["theme"] == (("ENER", 1), ("ENVI", 1), ("GOVE", 0))
    assert results.facets["format"] == ()


def test_ages_hold_one_another_and_the_future_is_none(catalogue: Catalogue) -> None:
    results = catalogue.find(Query(), today=TODAY)
    assert results.facets["age"] == (("today", 1), ("week", 2), ("month", 3), ("year", 4), ("older", 1))
    for age, count in results.facets["age"]:
        assert catalogue.find(Query(age=(age,)), today=TODAY).total == count
    assert catalogue.find(Query(age=("today", "older")), today=TODAY).total == 2
    assert catalogue.find(Query(age=("today",)), today=date(2026, 11, 25)).total == 0


def test_sorted_by_title_as_in_a_dictionary(catalogue: Catalogue) -> None:
    found = titles(catalogue.find(Query(sort="title")))
    assert found[:3] == ["Abfallkalender", "Äcker", "Baumkataster"]
    assert found[-3:] == ["Pegel der Fliede", "Standorte der Mülltonnen", "Straßenbeleuchtung"]


def test_sorted_by_date_the_newest_first_and_those_without_last(catalogue: Catalogue) -> None:
    found = titles(catalogue.find(Query(sort="modified")))
    assert found[:4] == ["Öffnungszeiten des Bades", "Standorte der Mülltonnen", "Abfallkalender", "Kinderspielplätze"]
    assert found[4:6] == ["Pegel der Fliede", "Äcker"]
    assert titles(catalogue.find(Query())) == found


def test_pages_together_are_the_whole(catalogue: Catalogue) -> None:
    pages = [titles(catalogue.find(Query(sort="title", page=n, size=4))) for n in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [4, 4, 1, 0]
    assert [title for page in pages for title in page] == titles(catalogue.find(Query(sort="title")))


@pytest.mark.parametrize("page", [0, -1, 10**9, 2**63])
@pytest.mark.parametrize("size", [0, 1, 100])
def test_F71_no_page_is_an_error(catalogue: Catalogue, page: int, size: int) -> None:
    results = catalogue.find(Query(page=page, size=size))
    assert results.total == 9
    assert len(results.hits) == (min(size, 9) if page < 1 else 0)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(q=st.text(), value=st.text(), sort=st.sampled_from(["relevance", "modified", "title", "x"]))
def test_no_query_is_an_error(catalogue: Catalogue, q: str, value: str, sort: str) -> None:
    assert catalogue.find(Query(q=q, sort=sort)).total >= 0
    assert catalogue.find(Query(q=q, theme=(value,), municipality=(value,), age=(value,))).total == 0
    assert catalogue.get(q) is None
    assert catalogue.candidates(q) == ()


def test_a_long_query_is_answered(catalogue: Catalogue) -> None:
    assert catalogue.find(Query(q=" ".join(f"wort{i}" for i in range(1500)))).total == 0


def test_an_index_that_is_not_there_yet_finds_nothing(tmp_path: Path) -> None:
    region = region_in(tmp_path)
    builder = Builder(region)
    builder.publish(Stored("1", dataset("Bäume")))
    opened = Catalogue(region)
    results = opened.find(Query(q="Bäume"))
    assert (results.number, results.total, results.hits) == (0, 0, ())
    assert dict(results.facets) == dict.fromkeys(FACETS, ())
    opened.close()
    builder.close()
