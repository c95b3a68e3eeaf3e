"""Phrases are found by whole words, beginnings and ends, whatever case, umlauts and hyphens; the longer one counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.phrases import PhraseTable, is_whole, tokens

TABLE = PhraseTable(
    [
        ("trees", "bäume", False),
        ("trees", "baumkataster*", False),
        ("club", "*verein", False),
        ("waste", "*abfall* termin*", False),
        ("bylaw", "satzung", True),
        ("dogs", "hundesteuer*", False),
        ("charging", "e-tankstelle*", False),
    ]
)


def keys(text: str) -> list[str]:
    return [hit.key for hit in TABLE.hits(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Bäume", ["trees"]),
        ("BAEUME in Neuhof", ["trees"]),
        ("Baumkatasterdaten", ["trees"]),
        ("Stadtbäume", ["trees"]),
        ("Obstbäumen", []),
        ("Gesangverein", ["club"]),
        ("Vereinigung", []),
        ("Termine der Sperrabfallabfuhr", ["waste"]),
        ("Abfall", []),
        ("Hundesteuersatzung", ["dogs"]),
        ("Satzung zur Hundesteuer", ["dogs", "bylaw"]),
        ("E-Tankstellen", ["charging"]),
        ("E Tankstellen", []),
        ("", []),
    ],
)
def test_what_is_found_in_which_order(text: str, found: list[str]) -> None:
    assert keys(text) == found


def test_the_words_stand_as_the_text_spells_them() -> None:
    (hit,) = TABLE.hits("Alle Stadt-Bäume 2023")
    assert hit.words == "Stadt-Bäume"
    assert not hit.weak
    assert is_whole("Alle Stadt-Bäume 2023", hit)
    assert not is_whole("Kranke Stadt-Bäume", hit)


def test_what_follows_a_preposition_is_behind() -> None:
    assert [token.behind for token in tokens("Zahl nach Ortsteilen im Kreis")] == [0, 2, 2, 2, 2]
    assert [token.behind for token in tokens("Im Wald stehen Bäume")] == [0, 0, 0, 0]


@given(st.text(max_size=200))
def test_no_word_counts_twice(text: str) -> None:
    places = [token.place for hit in TABLE.hits(text) for token in hit.tokens]
    assert len(places) == len(set(places))
