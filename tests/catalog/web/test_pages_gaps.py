"""The page of gaps: who lacks what, whose record serves as a template, and the sheet that the folder reader takes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import orjson
import pytest

from schemas import musterdaten
from schemas.kinds import Literal
from tests.catalog.builder import Stored
from tests.catalog.web.asking import Place, companions, place_in, whole
from tests.catalog.web.pages_reading import addresses, first, read, words

TREES = "floraUndFauna/baumbestand/baumkataster"
TEMPLATE = f"/gaps/template.csv?entry={TREES}&municipality=flieden"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with place_in(tmp_path) as made:
        trees = replace(
            whole("Baumkataster Neuhof"),
            theme=("http://publications.europa.eu/resource/authority/data-theme/ENVI",),
            keyword=(Literal("Bäume", "de"),),
        )
        made.publish(*companions(), Stored("baum", trees), Stored("x", whole("Irgendetwas")))
        yield made


def test_page_names_the_gap_and_the_template(place: Place) -> None:
    page = read(place, "/gaps")
    assert words(first(page, "h1")) == "Was den Gemeinden fehlt"
    article = first(page, "article")
    assert words(first(page, "article h3")) == "Flora und Fauna – Baumbestand – Baumkataster"
    said = words(article)
    assert "1 von 2 Gemeinden veröffentlicht das." in said
    assert "Es fehlt: Flieden." in said
    assert "Vorlage von Neuhof: Baumkataster Neuhof" in said
    found = addresses(page, "article a")
    assert f"/dataset/{place.slug('baum')}" in found
    assert [each for each in found if each.startswith("/gaps/")] == [TEMPLATE.replace(TREES, quote(TREES, safe=""))]


def test_page_of_one_municipality(place: Place) -> None:
    assert words(first(read(place, "/gaps?municipality=flieden"), "h1")) == "Was Flieden fehlt"
    none = read(place, "/gaps?municipality=neuhof")
    assert "Keine: Was eine Gemeinde der Region veröffentlicht, veröffentlichen alle." in words(first(none, "main"))
    assert none.css_first("article") is None
    assert place.ask.get("/gaps?municipality=fulda").status_code == 404
    english = read(place, "/en/gaps?municipality=flieden")
    assert words(first(english, "article h3")).startswith("Flora and fauna")
    assert words(first(english, "article a [lang=de]")) == "Baumkataster Neuhof"  # titles keep their language


def test_table_says_who_publishes_what(place: Place) -> None:
    page = read(place, "/gaps")
    head = [words(cell) for cell in page.css("section[aria-labelledby=published] thead th")]
    assert head == ["Eintrag", "Neuhof", "Flieden"]
    rows = [words(row) for row in page.css("section[aria-labelledby=published] tbody tr")]
    assert rows == ["Flora und Fauna – Baumbestand – Baumkataster vorhanden : Baumkataster Neuhof fehlt"]
    duties = [words(each) for each in page.css("section[aria-labelledby=duties] li")]
    assert duties == [entry.de for entry in sorted(musterdaten.entries().values(), key=lambda e: e.de) if entry.hvd]


def test_page_changes_with_the_publication(place: Place) -> None:
    before = place.ask.get("/gaps")
    assert place.ask.get("/gaps", if_none_match=before.headers["etag"]).status_code == 304
    place.publish(Stored("baum", whole("Baumkataster Flieden"), "flieden-portal"))
    after = place.ask.get("/gaps", if_none_match=before.headers["etag"])
    assert after.status_code == 200
    assert "Keine: Was eine Gemeinde" in after.text


def test_empty_catalogue_has_a_page(tmp_path: Path) -> None:
    with place_in(tmp_path) as empty:
        assert "Noch ist kein Datensatz veröffentlicht" in words(first(read(empty, "/gaps"), "main"))
        assert empty.ask.get("/gaps.json").json()["published"] == []


def test_gaps_for_programs(place: Place) -> None:
    found = orjson.loads(place.ask.get("/gaps.json").content)
    (gap,) = found["gaps"]
    assert (gap["entry"], gap["lacking"], gap["iri"]) == (TREES, ["flieden"], musterdaten.BASE + TREES)
    assert gap["templates"][0]["from"]["slug"] == place.slug("baum")
    assert place.ask.get("/gaps.json?municipality=neuhof").json()["gaps"] == []
    assert place.ask.get("/gaps.json?municipality=fulda").status_code == 404


def test_template_is_a_sheet_that_is_recognised_again(place: Place) -> None:
    answer = place.ask.get(TEMPLATE)
    assert answer.headers["content-disposition"] == 'attachment; filename="metadaten.csv"'
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert row["Titel"] == "Baumkataster Flieden"
    assert place.ask.get(TEMPLATE.replace(".csv", ".json")).json()["row"] == row
    (match, *_) = musterdaten.recognise([row["Titel"]], row["Schlagwörter"].split("; "), row["Beschreibung"])
    assert (match.entry.code, match.certainty >= musterdaten.SURE) == (TREES, True)


@pytest.mark.parametrize(
    "query", ["", f"?entry={TREES}", f"?entry={TREES}&municipality=neuhof", "?entry=nichts&municipality=flieden"]
)
def test_no_template_without_a_neighbour(place: Place, query: str) -> None:
    for suffix in ("csv", "json"):
        assert place.ask.get(f"/gaps/template.{suffix}{query}").status_code == 404


def test_other_pages_lead_there(place: Place) -> None:
    assert "/gaps" in addresses(read(place, "/status"))
    assert "/gaps?municipality=neuhof" in addresses(read(place, "/municipality/neuhof"))
