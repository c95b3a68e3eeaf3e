"""Search texts as clauses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.reading.matching import Matching, beginning
from catalog.reading.places import Place, Places
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
        ("Bäume der Stadt", (Clause(("Bäume",)), Clause(("Stadt",)))),
        ("der die das", (Clause(("der",)), Clause(("die",)), Clause(("das",)))),
        ("title:x AND (y OR z*)~2^3", tuple(Clause((w,)) for w in ("title", "x", "AND", "y", "OR", "z", "2", "3"))),
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
    assert written(clause for clause in clauses if clause.place is None) == rest
    assert [clause.place.id for clause in clauses if clause.place] == places


def test_a_municipality_can_be_excluded() -> None:
    assert understood("Müll -Neuhof", TOWNS)[1] == Clause(("Neuhof",), negated=True, place=Place("neuhof", ("portal",)))


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
