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
        ("Museum", "Museen", "Museums"),
        ("Ergebnis", "Ergebnisse", "Ergebnissen"),
        ("Firma", "Firmen"),
        ("Bus", "Busse"),
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


def test_the_end_of_a_long_word_counts_though_its_stem_is_short() -> None:
    assert words.stem("Optiker") in words.affixes("Augenoptiker")


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("gesperrte", "Sperrung"),
        ("Zählungen", "gezählt"),
        ("abgeholt", "Abholung"),
        ("Bäcker", "Bäckerei"),
        ("belegt", "Belegung"),
        ("Bestattungen", "bestattet"),
        ("gemeldete", "Meldung"),
        ("Meldungen", "gemeldet"),
    ],
)
def test_words_of_one_verb_or_trade_are_kin(word: str, other: str) -> None:
    assert words.kin(word) == (words.stem(other),)


def test_words_without_a_verb_or_trade_have_no_kin() -> None:
    assert [words.kin(word) for word in ("Gemeinde", "Bücherei", "Gerät", "Plan")] == [()] * 4


@pytest.mark.parametrize(
    ("word", "subject"),
    [("Straßenverzeichnis", "strassen"), ("Schulwegkarte", "schulweg"), ("Straßenlampe", ""), ("Karte", "")],
)
def test_a_compound_that_says_in_which_form_it_is_wanted_has_a_subject(word: str, subject: str) -> None:
    assert words.subject(word) == subject


def test_a_compound_is_parted_by_the_words_that_there_are() -> None:
    held = {words.stem(word) for word in ("Zeppelin", "Landung", "Ung")}
    assert words.parted("Zeppelinlandung", held.__contains__) == ("zeppelin", "landung")
    assert words.parted("Zeppelinflug", held.__contains__) == words.parted("Auslandung", held.__contains__) == ()


@pytest.mark.parametrize(
    ("word", "written"),
    [("Müllwagen", ("Müll", "Wagen")), ("Muellwagen", ("Muell", "Wagen")), ("straßenlampen", ("straße", "lampen"))],
)
def test_parts_are_written_as_in_the_compound(word: str, written: tuple[str, ...]) -> None:
    assert words.as_written(word, words.split(word)) == written


def test_small_words_are_known_without_umlauts() -> None:
    assert words.is_stop_word("Fuer")
    assert not words.is_stop_word("IT")


@given(st.text())
def test_any_text_has_terms_that_are_found_again(text: str) -> None:
    for word in words.WORD.findall(text):
        assert words.stem(word) == words.stem(word.upper().lower()) or not word.isascii()
        assert all((*words.part_terms(word), *words.affixes(word)))
        assert "".join(words.split(word)) in ("", words.fold(word))
        assert all((*words.as_written(word, words.split(word)), *words.kin(word)))
        assert "".join(words.parted(word, lambda _term: True)) in ("", words.fold(word))
