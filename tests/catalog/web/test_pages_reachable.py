"""What pages offer of files by how their addresses answered: sizes, and no button to what is not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from tests.catalog.builder import Stored, dataset
from tests.catalog.web.asking import Place, place_in
from tests.catalog.web.pages_reading import NOW, file, filled, first, read, words
from tests.catalog.web.scored import FINE, GONE, answer, score

CSV, GEOJSON = "https://x.example/1.csv", "https://x.example/2.geojson"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with place_in(tmp_path) as made:
        made.app.state.now = lambda: NOW
        filled(made)
        made.publish(Stored("amt", dataset("Ämter", distribution=(file(1), file(2, "GEOJSON")))))
        score(made)
        yield made


def hit(place: Place, query: str = "") -> LexborNode:
    page = read(place, f"/datasets?q=Ämter{query}")
    return next(node for node in page.css(".hits article") if words(node.css_first("h3")) == "Ämter")


def buttons(node: LexborNode | LexborHTMLParser) -> list[str]:
    return [words(each).removeprefix("Ämter: ") for each in node.css(".files a")]


def test_a_size_that_only_the_server_told_stands_in_every_button(place: Place) -> None:
    assert buttons(hit(place, "&sort=title")) == ["CSV", "GeoJSON"]  # another address: answers are kept for a minute
    answer(place, {CSV: FINE})
    slug = place.slug("amt")
    assert buttons(hit(place)) == ["CSV (812 Byte)", "GeoJSON"]
    for path in ("", "/file/1"):
        main = first(read(place, f"/dataset/{slug}{path}"), ".actions a.kern-btn--primary")
        assert words(main) == "CSV (812 Byte) herunterladen"


def test_what_does_not_answer_is_not_offered_first(place: Place) -> None:
    answer(place, {CSV: GONE})
    assert buttons(hit(place)) == ["GeoJSON", "1 weitere Datei : Ämter"]
    page = read(place, f"/dataset/{place.slug('amt')}")
    assert first(page, ".actions a.kern-btn--primary").attributes["href"] == GEOJSON
    assert page.css_first("header .note") is None
    assert [words(a).partition(" ")[0] for a in page.css("article.card .actions a.kern-btn")] == ["CSV", "GeoJSON"]


def test_where_nothing_answers_the_pages_say_so_and_whom_to_ask(place: Place) -> None:
    answer(place, {CSV: GONE, GEOJSON: GONE})
    row = hit(place)
    assert not buttons(row)
    assert words(row.css(".badge")[-1]) == "Nicht erreichbar"
    slug = place.slug("amt")
    page = read(place, f"/dataset/{slug}")
    note = first(page, "header .note")
    assert words(note.css_first("h2")) == "Keine der 2 Dateien ist zurzeit erreichbar"
    assert "Zuständig ist: Zweckverband" in words(note)
    assert f"dataset={slug}" in str(first(page, "header .note a").attributes["href"])
    assert page.css_first(".actions a.kern-btn--primary") is None
    assert "keine Datei angegeben" not in words(first(page, "header .actions"))
