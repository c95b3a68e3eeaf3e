"""The titles of pages in tabs, histories and feed readers: no two kinds of page are called alike (WCAG 2.4.2)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lxml import etree

from tests.catalog.web.asking import Place, place_in
from tests.catalog.web.files_region import Site, site_in
from tests.catalog.web.pages_reading import NOW, filled, first, read, words


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_in(tmp_path_factory.mktemp("tabs")) as made:
        made.app.state.now = lambda: NOW
        yield filled(made)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_in(tmp_path_factory.mktemp("region") / "r") as made:
        yield made


def tab(place: Place, path: str, status: int = 200) -> str:
    shown = words(first(read(place, path, status), "title"))
    own, _, region = shown.rpartition(" – ")
    assert region == place.region.title
    return own


def test_the_tab_of_a_search_says_what_is_searched(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tab(place, "/datasets") == "Datensätze"
    assert tab(place, "/datasets?q=Bad+%26+See&municipality=neuhof") == "Bad & See, Neuhof – Datensätze"
    assert tab(place, "/datasets?theme=ENVI&age=week&map=yes") == (
        "Umwelt, in den letzten 7 Tagen, Mit Karte – Datensätze"
    )
    assert (
        tab(place, "/datasets?bbox=9.5,50.4,9.7,50.5") == "9,500° bis 9,700° Ost, 50,400° bis 50,500° Nord – Datensätze"
    )
    assert tab(place, "/en/datasets?theme=ENVI") == "Environment – Datasets"
    monkeypatch.setattr("catalog.web.pages.datasets.SIZE", 1)
    assert tab(place, "/datasets?page=2") == "Datensätze – Seite 2 von 3"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("", "Datensätze"),
        ("?q=See&theme=ENVI", "See, Umwelt"),
        ("?municipality=neuhof&format=CSV", "Neuhof, CSV"),
        ("?map=yes", "Mit Karte"),
        ("?age=week&from=2026-01-01", "in den letzten 7 Tagen, ab 1. Januar 2026"),
    ],
)
def test_a_feed_of_a_search_is_called_in_words(place: Place, asked: str, said: str) -> None:
    feed = etree.fromstring(place.ask.get(f"/datasets.atom{asked}").content)
    assert feed.findtext("{http://www.w3.org/2005/Atom}title") == f"{place.region.title}: {said}"


def test_the_tab_of_a_file_names_its_dataset_and_the_view(site: Site) -> None:
    plain = tab(site.place, site.path("einwohner.csv"))
    name, _, dataset = plain.partition(" – ")
    assert name == "Datei einwohner.csv"
    assert dataset == words(first(read(site.place, site.path("einwohner.csv")), "h1 + p a"))
    assert tab(site.place, f"{site.path('einwohner.csv')}?view=columns") == f"{name} – Spalten – {dataset}"
    assert tab(site.place, f"/en{site.path('einwohner.csv')}?view=chart") == f"{name} – Chart – {dataset}"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/dataset/{slug}/repair", "Was diesen Eintrag besser macht – Badegewässer im Kreis"),
        ("/dataset/{slug}?version=1", "Badegewässer im Kreis – Fassung 1"),
        ("/feedback?kind=error&page=/dataset/{slug}", "Fehler melden – Badegewässer im Kreis"),
        ("/feedback?municipality=neuhof", "Frage an die Gemeinde – Gemeinde Neuhof"),
        ("/feedback", "Frage stellen"),
        ("/quality?cause=keywordAvailability", "Schlagwörter fehlen – Qualität der Beschreibungen"),
    ],
)
def test_pages_about_something_name_it_in_their_tabs(place: Place, path: str, said: str) -> None:
    assert tab(place, path.format(slug=place.slug("bad", "flieden-portal"))) == said


def test_who_asks_about_nothing_in_particular_asks_the_region_not_a_municipality(place: Place) -> None:
    assert words(first(read(place, "/feedback"), "h1")) == "Frage stellen"
    assert words(first(read(place, "/en/feedback"), "h1")) == "Ask a question"
