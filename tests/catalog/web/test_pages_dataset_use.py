"""What a dataset's page lets one do: see before the download, judge, cite and copy, go on to similar data, ask, print."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from catalog import preview as previews
from harvesters.portals import dictionary
from schemas import model
from schemas.kinds import Literal
from tests.catalog.builder import BASE, Stored, dataset
from tests.catalog.preview.region_of_files import end_maker, make_region
from tests.catalog.web.asking import AUTHORITY, Place, place_in, whole
from tests.catalog.web.pages_reading import DATE, NOW, addresses, file, filled, first, read, words

CSVW = "http://www.w3.org/ns/csvw#"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with place_in(tmp_path) as made:
        made.app.state.now = lambda: NOW
        yield made


@pytest.fixture
def full(place: Place) -> Place:
    return filled(place)


def section(page: LexborHTMLParser, name: str) -> LexborNode:
    return next(node for node in page.css("section") if node.attributes.get("aria-labelledby") == name)


def lines(page: LexborHTMLParser) -> dict[str, str]:
    """The lines to copy by what stands above them."""
    found = {}
    for head in section(page, "reuse").css("h3"):
        after = head.next
        while after is not None and after.tag != "pre":
            after = None if after.tag == "h3" else after.next
        if after is not None:
            found[words(head)] = after.text()
    return found


# ------------------------------------------------------------------------------------------------- order


def test_the_anchors_name_the_sections_in_their_order(full: Place) -> None:
    for path in (f"/dataset/{full.slug('bau')}", f"/en/dataset/{full.slug('rad')}"):
        page = read(full, path)
        anchors = [address[1:] for address in addresses(page, ".anchors a")]
        heads = [str(node.attributes["id"]) for node in page.css("section > h2[id]")]
        assert [head for head in heads if head in anchors] == anchors
        assert anchors[-1] == "questions"
        assert words(first(page, "h1 + p")) != ""


def test_one_plain_sentence_stands_first_and_all_of_it_below(full: Place) -> None:
    page = read(full, f"/dataset/{full.slug('bad', 'flieden-portal')}")
    assert words(first(page, "h1 + .intro")) == "Die Wasserqualität der Badeseen."
    assert "Mehr dazu später." in words(section(page, "description"))
    assert not read(full, f"/dataset/{full.slug('bau')}").css("#description"), "one sentence is not told twice"


# ------------------------------------------------------------------------------------------------- checks


def checked(page: LexborHTMLParser) -> dict[str, bool]:
    """The checks: sentence to whether a remedy stands with it."""
    return {words(li.css_first("p")): li.css_first(".fix") is not None for li in page.css(".checks li")}


def test_good_data_are_told_so_in_sentences(place: Place) -> None:
    long = (
        "Alle Bauplätze der Gemeinde mit Größe, Preis und Lage; das Bauamt führt die Liste und ergänzt sie jede Woche."
    )
    good = replace(
        whole("Bauplätze"),
        description=(Literal(long, "de"),),
        modified=(Literal("2026-01-05", None, DATE),),
        accrual_periodicity=(f"{AUTHORITY}/frequency/WEEKLY",),
    )
    place.publish(Stored("a", good))
    found = checked(read(place, f"/dataset/{place.slug('a')}"))
    assert "✓ Ja: Die Daten sind beschrieben." in found
    assert "✓ Ja: Alle Dateien dürfen frei genutzt werden." in found
    assert "✓ Ja: Die Daten werden so oft aktualisiert, wie es angekündigt ist." in found
    assert "? Offen: Ob alle Dateien erreichbar sind, ist noch nicht geprüft." in found
    assert not any(found.values())


def test_what_is_wrong_says_how_it_gets_better(place: Place) -> None:
    place.publish(Stored("a", dataset("Leer")))
    found = checked(read(place, f"/dataset/{place.slug('a')}"))
    assert len(found) == 8
    assert all(sentence.startswith("✗ Nein: ") and remedy for sentence, remedy in found.items()), found
    english = checked(read(place, f"/en/dataset/{place.slug('a')}"))
    assert "✗ No: The description is missing or very short." in english


# ------------------------------------------------------------------------------------------------- the answer


@pytest.fixture
def with_table(tmp_path: Path) -> Iterator[tuple[Place, str]]:
    """A place with one dataset whose file lies in a folder and has its preview, and the dataset's slug."""
    region = make_region(tmp_path / "region")
    rows = "\n".join(f"Ort {n};{n * 100},5;ja" for n in range(1, 31))
    (region.folder / "files" / "daten.csv").write_text(f"Ort;Menge (kg);Offen\n{rows}\n", encoding="cp1252")
    said = (
        (dictionary.NAME, Literal("Menge (kg)")),
        ("http://purl.org/dc/terms/description", Literal("Abgeholte Menge im Jahr", "de")),
    )
    column = (dictionary.COLUMN, model.Resource(types=(f"{CSVW}Column",), extra=said))
    schema = (dictionary.TABLE_SCHEMA, model.Resource(types=(f"{CSVW}Schema",), extra=(column,)))
    address = f"{BASE}/files/ordner/daten.csv"
    item = file(1, access_url=(address,), download_url=(address,), extra=(schema,))
    made = Place(region)
    made.app.state.now = lambda: NOW
    try:
        made.publish(Stored("t", dataset("Mengen", distribution=(item,)), source_key="ordner"))
        found = previews.find(region, previews.wanted(region, "ordner", address), patience=300)
        assert found.ready, found.reason
        yield made, made.slug("t", "ordner")
    finally:
        end_maker(region)
        made.close()


def test_the_answer_stands_before_the_file(with_table: tuple[Place, str]) -> None:
    place, slug = with_table
    page = read(place, f"/dataset/{slug}")
    look = section(page, "look")
    heads = [words(node) for node in look.css("#rows ~ .scroll thead th")]
    assert heads == ["Ort", "Menge (kg)", "Offen"]
    rows = look.css("#rows ~ .scroll tbody tr")
    assert len(rows) == 10
    assert words(rows[0]) == "Ort 1 100,5 ja"
    assert "Sie sehen 10 von 30 Zeilen." in words(look)
    assert f"/dataset/{slug}/file/1" in addresses(page)
    columns = section(page, "columns")
    assert "Abgeholte Menge im Jahr" in words(columns.css_first("dl"))
    assert [words(node) for node in columns.css("tbody th")] == ["Ort", "Menge (kg)", "Offen"]
    copied = lines(page)
    assert copied["Python"].startswith("import pandas")
    assert f'"{BASE}/dataset/{slug}/file/1.csv?raw=1", decimal=","' in copied["Python"]
    assert f"{BASE}/dataset/{slug}/file/1.csv" in words(section(page, "reuse").css_first("ol"))


def test_without_a_preview_the_page_leads_to_it_and_waits_for_nothing(
    full: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any) -> None:
        raise AssertionError("the dataset's page made a preview")

    monkeypatch.setattr("catalog.preview.access.find", never)
    slug = full.slug("bau")
    page = read(full, f"/dataset/{slug}")
    assert "Die Vorschau entsteht, wenn Sie sie zum ersten Mal öffnen." in words(section(page, "look"))
    assert f"/dataset/{slug}/file/1" in [a.attributes["href"] for a in section(page, "look").css("a")]


def test_a_dictionary_of_columns_is_read_back_as_it_was_written() -> None:
    class Kept:
        language = "de"

        def note(self, *_: object) -> None: ...

    columns = [
        dictionary.Column("menge", "Menge", "number", "in Kilogramm"),
        dictionary.Column("ort", "Ort"),
        dictionary.Column("x"),
    ]
    written = dictionary.schema(Kept(), "fields", columns)  # type: ignore[arg-type]
    item = model.Distribution(extra=written)
    assert dictionary.meanings(item, "de") == {"menge": "Menge: in Kilogramm", "ort": "Ort"}
    assert dictionary.meanings(model.Distribution(), "de") == {}


# ------------------------------------------------------------------------------------------------- re-use


def test_a_citation_names_the_day_that_it_is_in_germany(full: Place) -> None:
    full.app.state.now = lambda: NOW.replace(hour=23, minute=30)
    cited = lines(read(full, f"/dataset/{full.slug('bau')}"))["Als Quelle nennen"]
    assert "(abgerufen am 11. Januar 2026)" in cited


def test_lines_to_copy_name_the_file_and_its_licence(full: Place) -> None:
    copied = lines(read(full, f"/dataset/{full.slug('bau')}"))
    cited = copied["Als Quelle nennen"]
    assert cited.startswith("Bauamt Neuhof: Bauplätze in Neuhof.")
    assert "http://dcat-ap.de/def/licenses/dl-by-de/2.0" in cited
    assert f"{BASE}/dataset/{full.slug('bau')} (abgerufen am 10. Januar 2026)" in cited
    assert copied["curl"] == "curl -L -o daten.csv https://www.neuhof-fulda.de/daten.csv"
    assert "read.csv2" in copied["R"]


@pytest.mark.parametrize(
    "address",
    [
        "https://x.example/a?b=c&d=';rm%20-rf%20~;'",
        "https://x.example/$(reboot)/`id`.csv",
        'https://x.example/"+__import__("os").system("id")+".csv',
        "https://x.example/-o/etc/passwd",
        "https://x.example/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "https://x.example/",
    ],
)
def test_F61_an_address_stays_an_address_in_every_line(place: Place, address: str) -> None:
    place.publish(Stored("a", dataset("A", distribution=(file(1, access_url=(address,), download_url=(address,)),))))
    page = read(place, f"/dataset/{place.slug('a')}")
    offered = str(first(page, ".actions .kern-btn--primary").attributes["href"])
    copied = lines(page)
    command = shlex.split(copied["curl"])
    assert (command[:3], command[4:]) == (["curl", "-L", "-o"], [offered])
    assert "/" not in command[3]
    assert not command[3].startswith(("-", "."))
    told = copied["Python"].split("read_csv(", 1)[1]
    assert json.JSONDecoder().raw_decode(told)[0] == offered


# ------------------------------------------------------------------------------------------------- similar data


def test_similar_data_say_why_they_are(place: Place) -> None:
    play: dict[str, Any] = {"keyword": (Literal("Spielplatz", "de"),), "theme": (f"{AUTHORITY}/data-theme/SOCI",)}
    place.publish(
        Stored("a", dataset("Spielplätze in Neuhof", **play)),
        Stored("b", dataset("Spielplätze der Gemeinde Flieden", **play), source_key="flieden-portal"),
        Stored("c", dataset("Wasserstände in Neuhof")),
        Stored("d", dataset("Kita-Plätze in Neuhof", theme=play["theme"])),
    )
    page = read(place, f"/dataset/{place.slug('a')}")
    (row,) = page.css(".similar li")
    assert words(row).startswith("Spielplätze der Gemeinde Flieden Flieden gemeinsam: Spielplätze")
    assert "Thema Bevölkerung und Gesellschaft" in words(row)
    assert not read(place, f"/dataset/{place.slug('c')}").css("#similar"), "a place in common is no likeness"


# ------------------------------------------------------------------------------------------------- questions, paper


def test_questions_go_to_the_office_of_the_dataset(full: Place) -> None:
    slug = full.slug("bau")
    page = read(full, f"/dataset/{slug}")
    assert "Ihre Frage geht an: Bauamt" in words(section(page, "questions"))
    assert f"/feedback?dataset={slug}&page=%2Fdataset%2F{slug}" in addresses(page)
    assert "Zweckverband" in words(section(read(full, f"/dataset/{full.slug('rad')}"), "questions"))


def test_paper_bears_the_address_as_a_code(full: Place) -> None:
    slug = full.slug("bau")
    page = read(full, f"/dataset/{slug}")
    image = first(page, ".paper img")
    assert image.attributes["src"] == f"/dataset/{slug}/qr.svg"
    assert image.attributes["alt"]
    answer = full.ask.get(f"/dataset/{slug}/qr.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.text.startswith("<svg")
    assert "<script" not in answer.text
    assert full.ask.get("/dataset/nichts/qr.svg").status_code == 404
    full.publish(Stored("bau", None))
    assert full.ask.get(f"/dataset/{slug}/qr.svg").status_code == 410
