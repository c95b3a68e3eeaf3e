"""What the search page says about places in the words, about words that nobody has, and about a text without words."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.catalog.builder import MUNICIPALITIES
from tests.catalog.web.asking import Place, place_in
from tests.catalog.web.pages_reading import NOW, addresses, filled, first, read, titles, words

KNOWN = (
    MUNICIPALITIES[0].model_copy(update={"parts": ("Rommerz",), "postcodes": ("36119", "36100")}),
    MUNICIPALITIES[1].model_copy(update={"parts": ("Magdlos",), "postcodes": ("36100",)}),
)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_in(tmp_path_factory.mktemp("region"), municipalities=KNOWN) as made:
        made.app.state.now = lambda: NOW
        yield filled(made)


def test_where_a_village_belongs_is_said_and_its_municipality_offered(full: Place) -> None:
    page = read(full, "/datasets?q=Baupl%C3%A4tze+Rommerz")
    assert titles(page) == ["Bauplätze in Neuhof"]
    assert words(first(page, ".results .hint")) == (
        "Rommerz gehört zu Neuhof. Was Rommerz nennt oder von dort kommt, steht oben. Nur Daten aus Neuhof (1)"
    )
    assert addresses(page, ".results .hint a") == ["/datasets?q=Baupl%C3%A4tze&municipality=neuhof"]
    nothing = read(full, "/datasets?q=Badegew%C3%A4sser+Rommerz")
    assert words(first(nothing, ".results .hint")) == "Rommerz gehört zu Neuhof."
    assert "/datasets?q=Badegew%C3%A4sser&municipality=flieden" in addresses(nothing, ".empty a")
    english = read(full, "/en/datasets?q=Rommerz")
    assert words(first(english, ".results .hint")).startswith("Rommerz belongs to Neuhof. What names Rommerz")


def test_a_postcode_belongs_to_all_its_municipalities(full: Place) -> None:
    page = read(full, "/datasets?q=36100")
    assert len(titles(page)) == 3
    assert words(first(page, ".results .hint")).startswith("36100 gehört zu Neuhof, Flieden. Was 36100 nennt")
    assert addresses(page, ".results .hint a") == ["/datasets?municipality=neuhof", "/datasets?municipality=flieden"]


def test_suggestions_say_where_a_village_or_postcode_belongs(full: Place) -> None:
    (village,) = full.ask.get("/api/suggest?q=romm").json()["suggestions"]
    assert village == {
        "kind": "place",
        "text": "Rommerz",
        "label": "Ortsteil von Neuhof",
        "number": 2,
        "address": "/datasets?q=Rommerz",
    }
    found = full.ask.get("/en/api/suggest?q=361").json()["suggestions"]
    assert [(one["text"], one["label"]) for one in found] == [
        ("36119", "Postcode of Neuhof"),
        ("36100", "Postcode of Neuhof, Flieden"),
    ]
    for suggestion in (village, *found):
        assert len(titles(read(full, suggestion["address"]))) == suggestion["number"]


@pytest.mark.parametrize("q", ["🙂", '"', "„“", "- !"])
def test_a_text_without_words_is_said_to_be_none_and_is_no_filter(full: Place, q: str) -> None:
    page = read(full, f"/datasets?q={quote(q)}")
    assert words(first(page, ".results .hint")) == (
        f"„{q}“ enthält kein Wort, nach dem wir suchen können. Hier stehen alle Datensätze."
    )
    assert not page.css(".chips")
    assert len(titles(page)) == 3
    assert quote(q) not in str(first(page, ".machine").html)


def test_results_without_a_word_that_nobody_has_are_shown_at_once(full: Place) -> None:
    page = read(full, "/datasets?q=Radwege+fr%C3%A4sen")
    assert words(first(page, "#results")) == "0 Ergebnisse"
    assert words(first(page, ".meant")) == "Kein Datensatz enthält „fräsen“. Ohne das: Radwege – 1 Ergebnis"
    assert addresses(page, ".meant a") == ["/datasets?q=Radwege"]
    assert [words(node) for node in page.css(".hits h4")] == ["Radwege"]


def test_a_slip_of_an_everyday_word_is_told_and_what_it_leads_to_is_shown(full: Place) -> None:
    page = read(full, "/datasets?q=Fahradweg")
    assert words(first(page, "#results")) == "0 Ergebnisse"
    assert words(first(page, ".meant")) == "Meinten Sie: Fahrradweg ? 1 Ergebnis"
    assert addresses(page, ".meant a") == ["/datasets?q=Fahrradweg"]
    assert [words(node) for node in page.css(".hits h4")] == ["Radwege"]
