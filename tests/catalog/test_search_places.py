"""Searches for villages, postcodes and several places, in English, with small words, and with words that nobody has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import pytest

from catalog.follower import Follower
from catalog.reading import synonyms, words
from catalog.reading.entries import Query
from catalog.reading.suggesting import Part
from catalog.search import Catalogue
from schemas.kinds import Literal
from schemas.vocabularies.codes import listed, rows
from tests.catalog.builder import Builder, Stored, dataset, region_in

TODAY = date(2026, 11, 24)
FLIEDEN = "flieden-portal"
RECORDS = (
    Stored("waste", dataset("Abfuhrtermine 2027", "Müll und Papier")),
    Stored("play", dataset("Spielplätze in Neuhof", "Geräte und Fläche")),
    Stored("streets", dataset("Straßenverzeichnis Rommerz")),
    Stored("trees", dataset("Bäume an Straßen", "auch in Höf und Haid")),
    Stored("wood", dataset("Wald der Gemeinde", "Hiebe und Pflanzungen")),
    Stored("waste-f", dataset("Abfallkalender Flieden"), FLIEDEN),
    Stored("play-f", dataset("Spielplätze", "Stand 2026"), FLIEDEN),
    Stored("parking", dataset("Belegung der Parkplätze", keyword=(Literal("Verkehr", "de"),)), FLIEDEN),
    Stored("stops", dataset("Haltestellen", "mit Fahrplänen"), FLIEDEN),
    Stored("stork", dataset("Störche in der Region", "Nester, auch eines in Rommerz"), FLIEDEN),
    Stored("halls", dataset("Allee und Hallen"), FLIEDEN),
)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    region = region_in(tmp_path_factory.mktemp("region"))
    neuhof, flieden = region.municipalities
    known = {"parts": ("Rommerz", "Hattenhof", "Wald"), "postcodes": ("36119", "36100")}
    others = {"parts": ("Höf und Haid", "Magdlos", "Lütter"), "postcodes": ("36103", "36100")}
    municipalities = (neuhof.model_copy(update=known), flieden.model_copy(update=others))
    region = region.model_copy(update={"municipalities": municipalities})
    builder = Builder(region)
    builder.publish(*RECORDS)
    opened = Catalogue(region)
    Follower(region).catch_up()
    yield opened
    opened.close()
    builder.close()


def found(catalogue: Catalogue, q: str) -> Sequence[str]:
    return [hit.summary.title for hit in catalogue.find(Query(q=q), today=TODAY).hits]


OF_NEUHOF = {"Abfuhrtermine 2027", "Spielplätze in Neuhof", "Bäume an Straßen", "Wald der Gemeinde"}


# ------------------------------------------------------------------------------------------------- villages


def test_a_village_finds_what_names_it_first_then_what_its_municipality_publishes(catalogue: Catalogue) -> None:
    titles = found(catalogue, "Rommerz")
    assert set(titles[:2]) == {"Straßenverzeichnis Rommerz", "Störche in der Region"}
    assert set(titles[2:]) == OF_NEUHOF
    assert set(found(catalogue, "Hattenhof")) == OF_NEUHOF | {"Straßenverzeichnis Rommerz"}


@pytest.mark.parametrize(
    "q", ["Müll Rommerz", "Müll in Rommerz", "Rommerzer Müll", "Müll 36119", "müll ortsteil hattenhof"]
)
def test_all_other_words_must_be_met(catalogue: Catalogue, q: str) -> None:
    assert found(catalogue, q) == ["Abfuhrtermine 2027"]


def test_a_name_of_several_words_is_a_village_too(catalogue: Catalogue) -> None:
    assert found(catalogue, "Höf und Haid")[0] == "Bäume an Straßen"
    assert "Haltestellen" in found(catalogue, "Höf und Haid")


def test_a_village_whose_name_is_a_word_of_its_own_does_not_stand_in_for_it(catalogue: Catalogue) -> None:
    assert found(catalogue, "Wald") == ["Wald der Gemeinde"]
    assert set(found(catalogue, "Ortsteil Wald")) == OF_NEUHOF | {"Straßenverzeichnis Rommerz"}


def test_a_postcode_finds_the_data_of_all_its_municipalities(catalogue: Catalogue) -> None:
    assert len(found(catalogue, "36100")) == len(RECORDS)
    assert set(found(catalogue, "36100 Spielplatz")) == {"Spielplätze in Neuhof", "Spielplätze"}
    assert found(catalogue, "36103 Spielplatz") == ["Spielplätze"]
    assert found(catalogue, "36199") == []


def test_any_of_several_places_is_meant(catalogue: Catalogue) -> None:
    assert set(found(catalogue, "Müll Neuhof Flieden")) == {"Abfuhrtermine 2027", "Abfallkalender Flieden"}
    assert set(found(catalogue, "Neuhof Rommerz")) == set(found(catalogue, "Rommerz"))
    assert set(found(catalogue, "Spielplatz Rommerz oder Magdlos")) == {"Spielplätze in Neuhof", "Spielplätze"}


def test_an_excluded_village_excludes_what_names_it_only(catalogue: Catalogue) -> None:
    assert set(found(catalogue, "Neuhof -Rommerz")) == OF_NEUHOF


def test_nothing_else_is_meant_by_the_name_of_a_village(catalogue: Catalogue) -> None:
    helped = catalogue.helped(Query(q="Museum Lütter"), TODAY)
    assert helped.meant is None
    assert [instead.query.q for instead in helped.fewer] == ["Lütter"]
    elsewhere = catalogue.helped(Query(q="Haltestelle Rommerz"), TODAY).elsewhere
    assert [(id_, instead.query.q, instead.total) for id_, instead in elsewhere] == [("flieden", "Haltestelle", 1)]


def test_villages_and_postcodes_are_suggested_with_their_municipality(catalogue: Catalogue) -> None:
    assert catalogue.suggestions("Romm", TODAY).parts == (Part("Rommerz", ("neuhof",), False, 6),)
    assert catalogue.suggestions("müll romm", TODAY).parts == (Part("müll Rommerz", ("neuhof",), False, 1),)
    assert catalogue.suggestions("36100", TODAY).parts == (Part("36100", ("neuhof", "flieden"), True, len(RECORDS)),)
    assert [part.text for part in catalogue.suggestions("3610", TODAY).parts] == ["36100", "36103"]
    assert catalogue.suggestions("Hatten", TODAY).texts == ()
    for typed in ("Wal", "Ortsteil Wal"):
        assert catalogue.suggestions(typed, TODAY).parts == (Part("Ortsteil Wald", ("neuhof",), False, 5),)


# ------------------------------------------------------------------------------------------------- English


@pytest.mark.parametrize(
    ("q", "titles"),
    [
        ("rubbish", {"Abfuhrtermine 2027", "Abfallkalender Flieden"}),
        ("waste neuhof", {"Abfuhrtermine 2027"}),
        ("Playgrounds", {"Spielplätze in Neuhof", "Spielplätze"}),
        ("where is the nearest playground in Rommerz", {"Spielplätze in Neuhof"}),
        ("bus stops", {"Haltestellen"}),
        ("timetable", {"Haltestellen"}),
        ("parking", {"Belegung der Parkplätze"}),
        ("playground -rubbish", {"Spielplätze in Neuhof", "Spielplätze"}),
        ("Spielplatz OR trees", set()),
    ],
)
def test_english_words_reach_german_data(catalogue: Catalogue, q: str, titles: set[str]) -> None:
    assert set(found(catalogue, q)) == titles


def test_an_excluded_english_word_excludes_its_german_ones(catalogue: Catalogue) -> None:
    assert "Haltestellen" in found(catalogue, "Flieden -playground")
    assert "Spielplätze" not in found(catalogue, "Flieden -playground")


def test_english_words_are_suggested_where_the_catalogue_has_none(catalogue: Catalogue) -> None:
    assert ("playground", 2) in catalogue.suggestions("playg", TODAY).texts
    assert not any(text == "waste" for text, _ in catalogue.suggestions("wa", TODAY).texts)


def test_english_words_are_written_as_one_types_them_and_stand_once() -> None:
    table = rows("english-words")
    said = [english for row in table for english in listed(row["english"])]
    assert len(said) == len(set(said))
    for row in table:
        assert listed(row["english"]), row
        assert listed(row["german"]), row
        for english in listed(row["english"]):
            each = words.WORD.findall(english)
            assert english == english.lower()
            assert len(each) <= synonyms.LONGEST
            # A search passes over small words, so that no phrase with one would ever be found.
            assert len(each) == 1 or not words.STOP_WORDS.intersection(each), english
            assert synonyms.german(each)[0]


def test_plurals_of_english_words_are_known() -> None:
    assert synonyms.german(["libraries"]) == synonyms.german(["library"]) == ("Bücherei", "Bibliothek")
    assert synonyms.german(["buses"]) == ("Bus",)
    assert synonyms.german(["Bus", "Stops"]) == synonyms.german(["bus", "stop"])
    assert synonyms.german(["Zug"]) == ()


# ------------------------------------------------------------------------------------------------- words passed over


@pytest.mark.parametrize(
    "q",
    [
        *("freie Parkplätze", "Parkplätze in der Nähe", "Wo gibt es kostenlose Parkplätze", "nächster Parkplatz bitte"),
        *("Wie viele Parkplätze hat Flieden", "how many parking spaces are there"),
    ],
)
def test_words_that_datasets_need_not_hold(catalogue: Catalogue, q: str) -> None:
    assert found(catalogue, q) == ["Belegung der Parkplätze"]


def test_results_without_words_that_no_dataset_holds(catalogue: Catalogue) -> None:
    helped = catalogue.helped(Query(q="schöne Bäume fällen"), TODAY)
    assert helped.meant is None
    assert helped.known is not None
    assert (helped.known.query.q, helped.unknown) == ("Bäume", ("schöne", "fällen"))
    assert helped.known.total == len(found(catalogue, "Bäume"))
    assert helped.shown == helped.known


@pytest.mark.parametrize("q", ["öffentliche Toiletten", "Toiletten Flieden", "Toiletten -Bäume", '"Toiletten" Bäume'])
def test_what_a_search_is_about_is_not_left_out(catalogue: Catalogue, q: str) -> None:
    assert catalogue.helped(Query(q=q), TODAY).known is None


def test_small_words_are_never_what_was_meant(catalogue: Catalogue) -> None:
    assert catalogue.helped(Query(q="fällen"), TODAY).meant is None
    assert catalogue.helped(Query(q="Spielplatze"), TODAY).meant is None  # found as it is
    for slip, meant in (("Haltestellne", "Haltestellen"), ("Muell", ""), ("Fleiden", "Flieden"), ("tSand", "Stand")):
        mended = catalogue.helped(Query(q=slip), TODAY).meant
        assert (mended.query.q if mended else "") == meant
