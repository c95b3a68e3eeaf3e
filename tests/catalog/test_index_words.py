"""German words as terms: folding, stems, compounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.reading import words


@pytest.mark.parametrize(
    "spellings",
    [
        ("Straße", "Strasse", "STRASSE", "strasse", "Straßen"),
        ("Mülltonne", "muelltonne", "mulltonne", "Mülltonnen"),
        ("Baum", "Bäume", "Baeume", "BÄUME"),
        ("Spielplatz", "Spielplätze", "spielplaetze"),
        ("Gewässer", "gewaesser"),
        ("Fluß", "Fluss"),
        ("Café", "Cafe"),
    ],
)
def test_spellings_of_a_word_are_one_term(spellings: tuple[str, ...]) -> None:
    assert len({words.stem(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("neue", "nü"), ("Quelle", "Qülle"), ("Bauer", "Baür"), ("Kuchen", "Küche")]
)
def test_digraphs_that_are_none_stay(one: str, other: str) -> None:
    assert words.fold(one) != words.fold(other)


@pytest.mark.parametrize(
    ("compound", "parts"),
    [
        ("Straßenbeleuchtung", ("strassen", "beleuchtung")),
        ("Strassenlampen", ("strassen", "lampen")),
        ("Abfallkalender", ("abfall", "kalender")),
        ("Bebauungspläne", ("bebauungs", "plane")),
        ("Schulwegplan", ("schul", "weg", "plan")),
        ("Einwohnerzahlen", ("einwohner", "zahlen")),
    ],
)
def test_compounds_are_split(compound: str, parts: tuple[str, ...]) -> None:
    assert words.split(compound) == parts


@pytest.mark.parametrize(
    "word", ["Kindergarten", "Friedhof", "Gegenstand", "Verwaltung", "Plan", "Neuhof", "1234567890"]
)
def test_words_that_are_no_compound_or_mean_something_else_stay_whole(word: str) -> None:
    assert words.split(word) == ()


@pytest.mark.parametrize(
    ("compound", "part"),
    [
        ("Straßenbeleuchtung", "Beleuchtung"),
        ("Straßenbeleuchtung", "Straße"),
        ("Kinderspielplätze", "Spielplatz"),
        ("Kinderspielplätze", "Platz"),
        ("Schulwegplan", "Schule"),
        ("Sitzungstermine", "Sitzung"),
        ("Zeppelinflugplan", "Plan"),
    ],
)
def test_a_compound_has_its_parts_as_terms(compound: str, part: str) -> None:
    assert words.stem(part) in words.part_terms(compound)


@pytest.mark.parametrize("part", ["Zeppelin", "Landung"])
def test_an_unknown_long_word_is_found_by_its_beginning_and_end(part: str) -> None:
    assert words.stem(part) in words.affixes("Zeppelinlandung")


def test_an_end_after_a_prefix_is_no_part() -> None:
    assert words.stem("Setzung") not in words.affixes("Auseinandersetzung")


@given(st.text())
def test_any_text_has_terms_that_are_found_again(text: str) -> None:
    for word in words.WORD.findall(text):
        assert words.stem(word) == words.stem(word.upper().lower()) or not word.isascii()
        assert all((*words.part_terms(word), *words.affixes(word)))
        assert "".join(words.split(word)) in ("", words.fold(word))
