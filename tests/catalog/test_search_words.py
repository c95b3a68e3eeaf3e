"""Searches in words that the catalogue does not use: written apart, of the same verb, narrower ones, unknown compounds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from catalog.follower import Follower
from catalog.reading import synonyms, words
from catalog.reading.entries import Query
from catalog.search import Catalogue
from tests.catalog.builder import Builder, Stored, dataset, region_in

TODAY = date(2026, 11, 24)
RECORDS = (
    Stored("parking", dataset("Ankunft der Zeppeline")),
    Stored("park", dataset("Park am See", "mit einem Platz")),
    Stored("car-parks", dataset("Parkplätze in der Mitte")),
    Stored("closed", dataset("Straßensperrungen")),
    Stored("streets", dataset("Straßen", "Namen")),
    Stored("events", dataset("Veranstaltungskalender", "Feste und Märkte")),
    Stored("concerts", dataset("Spielzeit", "Konzerte und Lesungen")),
    Stored("baker", dataset("Bäckereien")),
    Stored("collection", dataset("Abfuhrtermine", "Restmüll und Papier")),
    Stored("people", dataset("Einwohner nach Alter")),
    Stored("museums", dataset("Museen")),
    Stored("trees", dataset("Bäume")),
    Stored("level", dataset("Messstellen an öffentlichen Kanälen")),
)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    builder = Builder(region_in(tmp_path_factory.mktemp("region")))
    builder.publish(*RECORDS)
    opened = Catalogue(builder.region)
    Follower(builder.region).catch_up()
    yield opened
    opened.close()
    builder.close()


def found(catalogue: Catalogue, q: str) -> list[str]:
    return [hit.summary.title for hit in catalogue.find(Query(q=q), today=TODAY).hits]


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("Museum", "Museen"),
        ("park platz", "Parkplätze in der Mitte"),  # not those with both words somewhere
        ("gesperrte Straße", "Straßensperrungen"),
        ("Bäcker", "Bäckereien"),
        ("Straßenbäume", "Bäume"),
        ("Straßenverzeichnis", "Straßen"),
        ("Zeppelinankunft", "Ankunft der Zeppeline"),
        ("Weihnachtsmarkt", "Veranstaltungskalender"),
        ("Was ist los", "Veranstaltungskalender"),
        ("Konzert", "Spielzeit"),  # what has the word itself stands before what it is a kind of
        ("Leerung Papier", "Abfuhrtermine"),
        ("Wie viele Menschen leben hier?", "Einwohner nach Alter"),
        ("Straßen Karte", "Straßen"),
    ],
)
def test_other_words_find_what_is_meant(catalogue: Catalogue, q: str, first: str) -> None:
    assert found(catalogue, q)[:1] == [first]


def test_what_is_narrower_is_not_found_by_what_is_wider(catalogue: Catalogue) -> None:
    assert found(catalogue, "Veranstaltung") == ["Veranstaltungskalender"]


def test_words_apart_are_met_each_or_in_one(catalogue: Catalogue) -> None:
    assert set(found(catalogue, "park platz")) == {"Parkplätze in der Mitte", "Park am See"}
    assert found(catalogue, '"park platz"') == found(catalogue, "park zeppelin") == []


def test_a_word_that_is_written_rightly_is_no_slip(catalogue: Catalogue) -> None:
    # Nearest to Blitzer is litter, which finds waste; to Brille bridge.
    for q in ("Blitzer", "Brille", "Hundesteuer", "Schulden"):
        assert found(catalogue, q) == []
        assert catalogue.helped(Query(q=q), TODAY).meant is None


def test_parts_of_a_compound_are_offered_with_true_numbers(catalogue: Catalogue) -> None:
    parts = catalogue.helped(Query(q="Müllkonzept"), TODAY).parts
    assert [(instead.query.q, instead.total) for instead in parts] == [("Müll", 1)]
    assert catalogue.helped(Query(q="Straßenschaden"), TODAY).parts == ()  # we know what that is: not all streets


def test_what_a_word_is_a_kind_of() -> None:
    assert (words.stem("Schule"),) in synonyms.wider(words.stem("Gymnasium"))
    assert synonyms.wider("gibtesnicht") == ()


def test_a_noun_that_ends_like_an_adjective_is_what_a_search_is_about(catalogue: Catalogue) -> None:
    for q, rest in (("rostige Messstelle", "Messstelle"), ("rostige Kanäle", "Kanäle")):
        known = catalogue.helped(Query(q=q), TODAY).known
        assert (known.query.q if known else "") == rest
    assert catalogue.helped(Query(q="rostige öffentliche"), TODAY).known is None
    assert catalogue.helped(Query(q="der die das"), TODAY).known is None
