"""Search texts as clauses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.reading.matching import Matching, beginning
from catalog.reading.places import Named, Place, Places
from catalog.reading.queries import Clause, parse, understood, written
from schemas.region import Municipality

TOWNS = Places(
    [
        Municipality(id="neuhof", name="Gemeinde Neuhof", ags="06631018", ars="066310018018"),
        Municipality(id="hersfeld", name="Kreisstadt Bad Hersfeld", ags="06632002", ars="066320002002"),
        Municipality(id="flieden", name="Flieden (Landkreis Fulda)", ags="06631008", ars="066310008008"),
    ],
    {"neuhof": ["portal"], "hersfeld": ["stadt"]},
)

VILLAGES = Places(
    [
        Municipality(
            id="neuhof",
            name="Gemeinde Neuhof",
            ags="06631018",
            ars="066310018018",
            parts=("Rommerz", "Steinbach", "Wald", "Flieden", "Neuhof"),
            postcodes=("36119",),
        ),
        Municipality(
            id="flieden",
            name="Flieden",
            ags="06631008",
            ars="066310008008",
            parts=("Höf und Haid", "Rückers", "Steinbach", "Uttrichshausen", "Dorf", "Lau"),
            postcodes=("36103", "36119"),
        ),
    ],
    {"neuhof": ["portal"]},
)


def _passing(word: str) -> tuple[Clause]:
    return (Clause((word,), passing=True),)


@pytest.mark.parametrize(
    ("q", "clauses"),
    [
        ("", ()),
        ('  " - ', ()),
        ("Bäume Straße", (Clause(("Bäume",)), Clause(("Straße",)))),
        ("Bäume  Bäume", (Clause(("Bäume",)),)),
        ('"Bäume an Straßen"', (Clause(("Bäume", "an", "Straßen"), phrase=True),)),
        ("„Bäume an Straßen“", (Clause(("Bäume", "an", "Straßen"), phrase=True),)),
        ("Bäume -Straße", (Clause(("Bäume",)), Clause(("Straße",), negated=True))),
        ('-"an der Straße"', (Clause(("an", "der", "Straße"), phrase=True, negated=True),)),
        ("Abfall-Kalender", (Clause(("Abfall", "Kalender")),)),
        ('Bäume "offen', (Clause(("Bäume",)), Clause(("offen",)))),
        ("Bäume der Stadt", (Clause(("Bäume",)), *_passing("Stadt"))),
        ("Radweg Karte", (Clause(("Radweg",)), *_passing("Karte"))),
        ("Wo wohnen Familien", (*_passing("wohnen"), Clause(("Familien",)))),
        ("wohnen Familien?", (*_passing("wohnen"), Clause(("Familien",)))),
        ("wohnen Familien", (Clause(("wohnen",)), Clause(("Familien",)))),
        ("Plätze fuer Kinder", (Clause(("Plätze",)), Clause(("Kinder",)))),
        ("der die das", (Clause(("der",)), Clause(("die",)), Clause(("das",)))),
        ("title:x AND (y OR z*)~2^3", tuple(Clause((w,)) for w in ("title", "x", "y", "z", "2", "3"))),
        ("kostenlose Parkplätze", (Clause(("kostenlose",), passing=True), Clause(("Parkplätze",)))),
        ("nächste Toilette in der Nähe", (*_passing("nächste"), Clause(("Toilette",)), *_passing("Nähe"))),
        ("kostenlos", (Clause(("kostenlos",)),)),
        ('"kostenlose Parkplätze"', (Clause(("kostenlose", "Parkplätze"), phrase=True),)),
        ("-frei Parken", (Clause(("frei",), negated=True), Clause(("Parken",)))),
        ("where is the nearest playground", (*_passing("nearest"), Clause(("playground",)))),
        ("Baustellen A 66", (Clause(("Baustellen",)), *_passing("A"), Clause(("66",)))),
        ("IT Dienste", (Clause(("IT",)), Clause(("Dienste",)))),
        ("haushalt_2024.csv", (Clause(("haushalt",)), Clause(("2024",)), Clause(("csv",)))),
    ],
)
def test_what_a_search_text_asks_for(q: str, clauses: tuple[Clause, ...]) -> None:
    assert parse(q) == clauses


@pytest.mark.parametrize(
    ("q", "rest", "places"),
    [
        ("Müll Neuhof", "Müll", ["neuhof"]),
        ("Müll in der Gemeinde Neuhof", "Müll", ["neuhof"]),
        ("Neuhofer Müll", "Müll", ["neuhof"]),
        ("Fliedens Bäume", "Bäume", ["flieden"]),
        ("bad hersfeld parken", "parken", ["hersfeld"]),
        ("Bad", "Bad", []),
        ("Gemeinde", "Gemeinde", []),
        ("Bad Neuhof", "Bad", ["neuhof"]),
        ("Neuhof Flieden", "", ["neuhof", "flieden"]),
        ('"Neuhof" Müll', '"Neuhof" Müll', []),
        ("Neuhofstraße", "Neuhofstraße", []),
        ("Bad-Hersfeld Müll", "Müll", ["hersfeld"]),
    ],
)
def test_municipalities_are_understood(q: str, rest: str, places: list[str]) -> None:
    clauses = understood(q, TOWNS)
    assert written(clause for clause in clauses if not clause.named) == rest
    assert [place.id for clause in clauses for place in clause.places] == places


@pytest.mark.parametrize(
    ("q", "rest", "named", "places"),
    [
        ("Müll Rommerz", "Müll", ["Rommerz"], ["neuhof"]),
        ("Müll im Ortsteil Rommerz", "Müll", ["Rommerz"], ["neuhof"]),
        ("Rommerzer Spielplätze", "Spielplätze", ["Rommerz"], ["neuhof"]),
        ("rueckers", "", ["Rückers"], ["flieden"]),
        ("Spielplatz Höf und Haid", "Spielplatz", ["Höf und Haid"], ["flieden"]),
        ("Höf-und-Haid", "", ["Höf und Haid"], ["flieden"]),
        ("Uttrichshäuser Kita", "Kita", ["Uttrichshausen"], ["flieden"]),
        ("36119 Müll", "Müll", ["36119"], ["neuhof", "flieden"]),
        ("PLZ 36103", "", ["36103"], ["flieden"]),
        ("36119 Neuhof-Rommerz", "", ["36119", "Rommerz"], ["neuhof"]),
        ("Neuhof Rommerz", "", ["Rommerz"], ["neuhof"]),
        ("Steinbach", "", ["Steinbach"], ["neuhof", "flieden"]),
        ("Steinbach in Flieden", "", ["Steinbach", "Flieden"], ["flieden"]),
        ("Flieden", "", ["Flieden"], ["flieden"]),  # a part of Neuhof is called so, too
        ("Rommerz Kita Flieden", "Kita", ["Rommerz", "Flieden"], ["neuhof", "flieden"]),
        ("Mittelrommerz", "Mittelrommerz", [], []),
        ("Rommerzstraße", "Rommerzstraße", [], []),
        ("361190", "361190", [], []),
        ("Lauer", "Lauer", [], []),
        ("Lau", "", ["Lau"], ["flieden"]),
        ("Dorf", "Dorf", [], []),
        # Wald is a word of its own: it means the part only where it is said to be one.
        ("Wald Neuhof", "Wald", ["Neuhof"], ["neuhof"]),
        ("Neuhof Wald", "Wald", ["Neuhof"], ["neuhof"]),
        ("Müll Ortsteil Wald", "Müll", ["Wald"], ["neuhof"]),
        ("Müll Neuhof-Wald", "Müll", ["Wald"], ["neuhof"]),
        ("-Rommerz Müll", "-Rommerz Müll", [], []),
    ],
)
def test_parts_and_postcodes_are_understood(q: str, rest: str, named: list[str], places: list[str]) -> None:
    clauses = understood(q, VILLAGES)
    assert written(clause for clause in clauses if not clause.named) == rest
    assert [each.shown for clause in clauses for each in clause.named] == named
    assert [place.id for clause in clauses for place in clause.places] == places


def test_several_places_are_one_clause_that_is_written_as_it_was_typed() -> None:
    clauses = understood("Neuhof Kita Rommerz Flieden", VILLAGES)
    assert list(map(str, clauses)) == ["Neuhof Rommerz Flieden", "Kita"]
    assert understood(written(clauses), VILLAGES)[1:] == clauses[1:]


def test_what_may_be_typed_to_mean_a_place() -> None:
    assert [typed for typed, _ in VILLAGES.beginning_with("ro")] == ["Rommerz"]
    assert [typed for typed, _ in VILLAGES.beginning_with("361")] == ["36119", "36103"]
    assert [typed for typed, _ in VILLAGES.beginning_with("wa")] == ["Ortsteil Wald"]
    assert [typed for typed, _ in VILLAGES.beginning_with("hof u")] == ["Höf und Haid"]
    for typed, named in VILLAGES.beginning_with(""):
        assert [place.id for clause in understood(typed, VILLAGES) for place in clause.places] == [
            place.id for place in named.places
        ], typed


@pytest.mark.parametrize(
    ("q", "said"),
    [
        ("bus stops Neuhof", ["bus stops", "Neuhof"]),
        ("where are public toilets", ["public toilets"]),
        ("bus Neuhof stop", ["bus", "Neuhof", "stop"]),
        ("Müll Haltestelle", ["Müll", "Haltestelle"]),
        ("-bus stop", ["-bus", "stop"]),
    ],
)
def test_english_phrases_are_one_clause(q: str, said: list[str]) -> None:
    clauses = understood(q, VILLAGES)
    assert list(map(str, clauses)) == said
    assert [clause.apart for clause in clauses] == [" " in one for one in said]
    assert understood(written(clauses), VILLAGES) == clauses


def test_a_municipality_can_be_excluded() -> None:
    neuhof = Named(("Neuhof",), (Place("neuhof", ("portal",), ("Neuhof",)),))
    assert understood("Müll -Neuhof", TOWNS)[1] == Clause(("Neuhof",), negated=True, named=(neuhof,))


@pytest.mark.parametrize("q", ["Bäume Straße", "Car-Sharing", '"Bäume an Straßen" -Wald', '-"an der Straße"'])
def test_clauses_are_written_as_they_are_typed(q: str) -> None:
    assert written(parse(q)) == q


@given(st.text())
def test_no_text_is_an_error(q: str) -> None:
    assert (Matching().build(understood(q, TOWNS)) is None) == (not parse(q))
    assert beginning(q) is None or q.strip()


@given(st.text(alphabet='ab-+"„“ :()[]{}^~*?\\/&|!<>\x00'))
def test_no_mark_is_an_error(q: str) -> None:
    assert (Matching().build(parse(q)) is None) == (not any(c.isalnum() for c in q))
