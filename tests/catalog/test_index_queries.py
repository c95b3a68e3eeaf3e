"""Search texts as clauses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.reading.documents import SCHEMA
from catalog.reading.queries import Clause, build, parse


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
        ("Abfall-Kalender", (Clause(("Abfall",)), Clause(("Kalender",)))),
        ('Bäume "offen', (Clause(("Bäume",)), Clause(("offen",)))),
        ("Bäume der Stadt", (Clause(("Bäume",)), Clause(("Stadt",)))),
        ("der die das", (Clause(("der",)), Clause(("die",)), Clause(("das",)))),
        ("title:x AND (y OR z*)~2^3", tuple(Clause((w,)) for w in ("title", "x", "AND", "y", "OR", "z", "2", "3"))),
        ("haushalt_2024.csv", (Clause(("haushalt",)), Clause(("2024",)), Clause(("csv",)))),
    ],
)
def test_what_a_search_text_asks_for(q: str, clauses: tuple[Clause, ...]) -> None:
    assert parse(q) == clauses


@given(st.text())
def test_no_text_is_an_error(q: str) -> None:
    assert (build(SCHEMA, q, {"x": ("source",)}) is None) == (not parse(q))


@given(st.text(alphabet='ab-+"„“ :()[]{}^~*?\\/&|!<>\x00'))
def test_no_mark_is_an_error(q: str) -> None:
    assert (build(SCHEMA, q, {}) is None) == (not any(c.isalnum() for c in q))
