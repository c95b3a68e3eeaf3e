"""Charts of the rows that an address asks for: the filters in force, mistakes in them, and the ways to the other views."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from selectolax.lexbor import LexborHTMLParser

from catalog.preview import kept_rows
from catalog.preview.model import Cells
from tests.catalog.web.files_region import Site, site_in
from tests.catalog.web.pages_reading import addresses, first, read, words

BARS = "chart=bar&x=Ort&y=Einwohner&agg=sum"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_in(tmp_path_factory.mktemp("region") / "r") as made:
        yield made


def chart(site: Site, query: str, language: str = "") -> LexborHTMLParser:
    return read(site.place, f"{language}{site.path('einwohner.csv')}?{quote(query, safe='=&.')}&view=chart")


def bars(shown: LexborHTMLParser) -> list[str]:
    return [words(node) for node in shown.css("figure tbody th")]


def test_a_chart_says_which_filters_are_in_force_and_takes_each_back(site: Site) -> None:
    shown = chart(site, f"{BARS}&Ort=Neuhof&Ort=Flieden&Jahr.from=2020")
    assert bars(shown) == ["Neuhof", "Flieden"]
    assert [words(node) for node in shown.css(".chips .removable")] == [
        "Filter entfernen: Ort: Neuhof ×",
        "Filter entfernen: Ort: Flieden ×",
        "Filter entfernen: Jahr ab 2020 ×",
    ]
    # The chart that was chosen stays.
    ways = addresses(shown, ".chips a")
    assert all(f"{BARS}&" in each and each.endswith("view=chart") for each in ways)
    assert bars(read(site.place, ways[0])) == ["Flieden"]
    assert words(first(shown, ".chips .reset")) == "Alle Filter löschen"
    everything = read(site.place, str(first(shown, ".chips .reset").attributes["href"]))
    assert len(bars(everything)) == 4
    assert not everything.css(".chips")
    english = chart(site, f"{BARS}&Ort=Neuhof", "/en")
    assert words(first(english, ".chips .removable")) == "Remove filter: Ort : Neuhof ×"


def test_mistakes_are_told_on_the_chart_and_lead_to_their_fields(site: Site) -> None:
    shown = chart(site, f"{BARS}&Ort=Neuhof&Einwohner.from=viel&Land=Hessen")
    assert words(first(shown, "#mistakes li")) == "Einwohner : „viel“ ist keine Zahl."
    assert "Das Diagramm zeigt, was ohne diese Filter gefunden wird." in words(first(shown, "#mistakes"))
    assert bars(shown) == ["Neuhof"]
    assert "Diese Spalten gibt es in der Datei nicht: Land" in words(first(shown, "#file"))
    (address,) = addresses(shown, "#mistakes a")
    path, _, field = address.partition("#")
    table = read(site.place, path)
    assert first(table, f"#{field}").attributes["value"] == "viel"
    assert words(first(table, ".chips .removable")) == "Filter entfernen: Ort: Neuhof ×"
    turned = chart(site, f"{BARS}&Jahr.from=2020&Jahr.to=2010")
    assert "Der Anfang liegt nach dem Ende." in words(first(turned, "#mistakes"))
    assert len(bars(turned)) == 4


def test_a_chart_leads_to_the_same_rows_in_the_table(site: Site) -> None:
    shown = chart(site, f"{BARS}&Ort=Neuhof&Jahr.from=2020")
    table, *_ = addresses(shown, "nav.views a")
    assert {words(row) for row in read(site.place, table).css(".cells tbody td:nth-child(3)")} == {"Neuhof"}


def test_a_chart_of_no_rows_says_so(site: Site) -> None:
    for query in (f"{BARS}&Ort=Atlantis", "Ort=Atlantis"):
        shown = chart(site, query)
        assert words(first(shown, "#chart-view .empty p")) == "Keine Zeile passt zu diesen Filtern."
        (address,) = addresses(shown, "#chart-view .empty a")
        assert read(site.place, address).css("svg.chart")
    # Where it is the columns that do not fit, the rows are not to blame.
    wrong = chart(site, "chart=line&x=Ort&Ort=Neuhof")
    assert words(first(wrong, ".empty p")) == "Aus diesen Spalten lässt sich dieses Diagramm nicht zeichnen."


def test_rows_that_hold_no_numbers_are_shown_as_a_table_instead(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_rows.Rows, "cells", lambda *_asked: Cells((("Neuhof", ""), ("Neuhof", "")), 2, 60, True))
    shown = chart(site, f"{BARS}&Ort=Neuhof&Jahr.from=2023")
    assert "passen, lässt sich dieses Diagramm nicht zeichnen." in words(first(shown, "#chart-view .empty"))
    (address,) = addresses(shown, "#chart-view .empty a")
    assert len(read(site.place, address).css(".cells tbody tr")) == 2


def test_a_filter_that_takes_too_long_is_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    late = Cells((), 0, 0, False, late=True)
    monkeypatch.setattr(kept_rows.Rows, "cells", lambda *_asked: late)
    shown = chart(site, f"{BARS}&Ort.contains=e")
    assert "Die Suche in dieser großen Tabelle dauert zu lange." in words(first(shown, "#chart-view"))


def test_a_chart_of_a_part_of_the_rows_says_so(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = kept_rows.Rows.cells
    monkeypatch.setattr(kept_rows.Rows, "cells", lambda *asked: cells(*asked)._replace(whole=False))
    shown = chart(site, f"{BARS}&Ort=Neuhof")
    assert "Das Diagramm beruht auf den ersten Zeilen." in words(first(shown, "#chart-view"))
