"""The page of a file: rows, filters, chart, columns, what cannot be shown."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from selectolax.lexbor import LexborHTMLParser

from catalog.preview import Preview, access
from catalog.preview.reasons import TEXTS
from catalog.reading.entries import Entry
from tests.catalog.builder import BASE
from tests.catalog.web.files_region import Site, rows, site_in
from tests.catalog.web.pages_reading import addresses, first, read, words
from tests.catalog.web.payloads import PAYLOADS, dangers


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_in(tmp_path_factory.mktemp("region") / "r") as made:
        yield made


def page(site: Site, name: str, query: str = "", language: str = "") -> LexborHTMLParser:
    return read(site.place, f"{language}{site.path(name)}{query}")


def column(shown: LexborHTMLParser, name: str) -> list[str]:
    """The cells of a column of the table."""
    heads = [words(node.css_first("a")).partition(",")[0].strip(" ↑↓") for node in shown.css(".cells thead th")[1:]]
    place = heads.index(name)
    return [words(row.css("td")[place]) for row in shown.css(".cells tbody tr")]


# ----------------------------------------------------------------------------------------------------------- table


def test_a_table_is_shown_first_with_what_was_mended(site: Site) -> None:
    shown = page(site, "pegel.csv")
    assert words(shown.css_first("h1")) == "Datei pegel.csv"
    assert [words(node) for node in shown.css(".views a")] == ["Tabelle", "Diagramm", "Spalten"]
    assert words(first(shown, ".views [aria-current]")) == "Tabelle"
    assert column(shown, "Pegel (cm)")[:2] == ["3,5", "6,5"]
    assert words(first(shown, ".cells .sum th")).endswith("Summe")
    about = words(first(shown, "[aria-labelledby=about]"))
    assert "Trennzeichen ; · Kodierung Windows-1252 · Spaltennamen in Zeile 4" in about
    assert "Über der Tabelle steht in der Datei: Pegel der Fliede" in about
    assert "Unter der Tabelle steht" not in about
    download = first(shown, ".actions a")
    assert download.attributes["href"] == f"{BASE}/files/ordner/pegel.csv"
    assert words(download) == "CSV (888 Byte) herunterladen"
    assert words(first(shown, ".cells caption")) == "Zeilen 1 bis 29 von 29"
    assert [node.attributes.get("scope") for node in shown.css(".cells thead th")] == ["col"] * 5


def test_filters_stand_in_the_address(site: Site) -> None:
    shown = page(site, "einwohner.csv", "?Ort=neuhof&Ort=Flieden&Jahr.from=2020&sort=-Einwohner")
    assert column(shown, "Ort") == ["Neuhof"] * 5 + ["Flieden"] * 5
    assert column(shown, "Jahr")[:2] == ["2024", "2023"]
    assert words(shown.css_first("#rows h2")) == "10 Zeilen gefunden"
    chips = [words(node) for node in shown.css(".chips .removable")]
    assert [chip.removeprefix("Filter entfernen: ").removesuffix(" ×") for chip in chips] == [
        "Ort: neuhof",
        "Ort: Flieden",
        "Jahr ab 2020",
    ]
    without = page(site, "einwohner.csv", "?" + addresses(shown, ".chips .removable")[0].partition("?")[2])
    assert set(column(without, "Ort")) == {"Flieden"}
    order = [node.attributes.get("aria-sort") for node in shown.css(".cells thead th")]
    assert order == [None, None, None, "descending", None]


def test_a_column_that_is_called_like_one_of_our_parameters_has_a_name_too(site: Site) -> None:
    shown = page(site, "einwohner.csv", "?_page=2&page=1")
    assert set(column(shown, "page")) == {"2"}
    assert "_page" in {node.attributes.get("name") for node in shown.css("form.fields select")}


def test_the_form_asks_for_what_the_address_says(site: Site) -> None:
    shown = page(site, "einwohner.csv", "?Ort=Neuhof&Ort=Flieden&Einwohner.from=9000")
    chosen = first(shown, "select[name=Ort] option[selected]")
    assert chosen.attributes["value"] == "Neuhof"
    assert first(shown, "input[type=hidden][name=Ort]").attributes["value"] == "Flieden"
    assert first(shown, "input[name='Einwohner.from']").attributes["value"] == "9000"
    for label in shown.css("form.fields label"):
        assert shown.css(f"#{label.attributes['for']}"), label.html


def test_what_is_wrong_in_an_address_is_said_and_the_rest_holds(site: Site) -> None:
    shown = page(site, "einwohner.csv", "?Land=Hessen&page=99999&sort=Ort&view=nirgends")
    assert "Diese Spalten gibt es in der Datei nicht: Land" in words(first(shown, "#rows"))
    assert "Diese Ansicht gibt es hier nicht: nirgends" in words(first(shown, "main > .note"))
    assert words(first(shown, ".paging [aria-current]")) == "Seite 2"
    assert column(shown, "Ort")[-1] == "Neuhof"
    empty = page(site, "einwohner.csv", "?Ort=Atlantis")
    assert words(first(empty, ".empty p")) == "Keine Zeile passt zu diesen Filtern."


def test_what_is_no_number_is_told_at_its_field_and_the_rest_holds(site: Site) -> None:
    shown = page(site, "einwohner.csv", "?Einwohner.from=abc&Ort=Neuhof&sort=nix&view=map")
    field = first(shown, "input[name='Einwohner.from']")
    assert (field.attributes["value"], field.attributes["aria-invalid"]) == ("abc", "true")
    assert words(first(shown, f"[id={field.attributes['aria-describedby']}]")) == "„abc“ ist keine Zahl."
    assert "kern-form-input__input--error" in (field.attributes["class"] or "")
    assert first(shown, "input[name='Einwohner.to']").attributes.get("aria-invalid") is None
    # Told first, and what is told first leads to the field.
    assert first(shown, "[data-told]").attributes["id"] == "mistakes"
    assert addresses(shown, "#mistakes a") == [f"#{field.attributes['id']}"]
    assert words(first(shown, "#mistakes li")) == "Einwohner : „abc“ ist keine Zahl."
    assert "open" in first(shown, "#rows details").attributes
    assert set(column(shown, "Ort")) == {"Neuhof"}
    notes = [words(each) for each in shown.css(".note h2, .note h3")]
    assert notes == [
        "Diese Ansicht gibt es hier nicht: Karte",
        "Diese Filter gelten nicht",
        "Danach lässt sich nicht ordnen",
    ]
    assert not [a for a in addresses(shown, ".paging a, .cells a") if "abc" in a]
    times = page(site, "pegel.csv", "?Datum.to=irgendwann")
    assert "„irgendwann“ ist kein Datum" in words(first(times, "#rows"))
    assert not page(site, "einwohner.csv", "?sort=-Einwohner&view=chart").css("main > .note")


@pytest.mark.parametrize(
    ("name", "query", "wrong", "rows_shown"),
    [
        ("einwohner.csv", "Einwohner.from=9000&Einwohner.to=8.000&Ort=Neuhof", "Einwohner.from", 15),
        ("pegel.csv", "Datum.from=31.12.2024&Datum.to=2001-01-01", "Datum.from", 29),
        ("einwohner.csv", "Jahr.to=bald", "Jahr.to", 50),  # a year is chosen, until a mistake is to be mended
    ],
)
def test_a_range_that_no_row_could_meet_is_told_at_its_end(
    site: Site, name: str, query: str, wrong: str, rows_shown: int
) -> None:
    shown = page(site, name, f"?{query}")
    field = first(shown, f"input[name='{wrong}']")
    said = words(first(shown, f"[id={field.attributes['aria-describedby']}]"))
    assert said == ("„bald“ ist keine Zahl." if "bald" in query else "Der Anfang liegt nach dem Ende.")
    assert addresses(shown, "#mistakes a") == [f"#{field.attributes['id']}"]
    assert len(shown.css("[aria-invalid]")) == 1
    assert len(shown.css(".cells tbody tr")) == rows_shown
    # What was typed is still there.
    assert all(
        first(shown, f"input[name='{key}']").attributes["value"] == value
        for key, _, value in (pair.partition("=") for pair in query.split("&"))
        if "." in key
    )
    same = page(site, "einwohner.csv", "?Jahr.from=2024&Jahr.to=2024")
    assert not same.css("#mistakes")
    assert len(same.css(".cells tbody tr")) == 4


def test_filters_go_along_to_every_view(site: Site) -> None:
    for view in ("", "&view=chart", "&view=columns"):
        shown = page(site, "einwohner.csv", f"?Ort=Neuhof&Einwohner.from=abc{view}")
        tabs = addresses(shown, "nav.views a")
        assert len(tabs) == 3
        assert all("Ort=Neuhof" in each and "Einwohner.from=abc" in each for each in tabs)
    assert "Ihre Filter ändern sie nicht." in words(first(shown, "[aria-labelledby=columns]"))
    assert "Ihre Filter" not in words(first(page(site, "einwohner.csv", "?view=columns"), "#file"))


def test_pages_lead_through_all_rows(site: Site) -> None:
    seen: list[str] = []
    address = f"{site.path('viele.csv')}?sort=-Platz"
    for _ in range(3):
        shown = read(site.place, address)
        seen += column(shown, "Platz")
        address = addresses(shown, ".paging a[rel=next]")[0]
    assert seen == [str(number) for number in range(2999, 2849, -1)]


def test_a_very_wide_table_shows_its_first_columns(site: Site) -> None:
    shown = page(site, "breit.csv")
    assert len(shown.css(".cells thead th")) == 61
    assert "20 weitere Spalten stehen nur in der Datei." in words(first(shown, "#rows"))


# ---------------------------------------------------------------------------------------------------------- sheets

SHEET = "layer=Haus+%26+Hof"


def test_each_sheet_of_a_workbook_is_a_link(site: Site) -> None:
    shown = page(site, "mappe.xlsx")
    assert words(first(shown, "#layers")) == "Tabellenblätter"
    assert column(shown, "Bedeutung")[0] == "Merkmal 0"
    assert column(read(site.place, addresses(shown, "[aria-labelledby=layers] a")[1]), "Haushalte")[0] == "3920"


def test_every_address_of_a_sheet_leads_on_to_the_same_sheet(site: Site) -> None:
    shown = page(site, "mappe.xlsx", f"?{SHEET}&Ort=Neuhof&Jahr.from=1962&sort=-Jahr")
    assert column(shown, "Jahr")[0] == "2023"
    ways = (".views a", ".cells thead a", ".paging a", ".chips a", ".files a")
    for way in ways:
        led = addresses(shown, way)
        assert len(led) > 1, way
        assert all(SHEET in address for address in led), way
    for address in (*addresses(shown, ".views a"), *addresses(shown, ".files a")):
        assert "Haushalte" in site.place.ask.get(address).text
    assert first(shown, "form.fields input[type=hidden][name=layer]").attributes["value"] == "Haus & Hof"
    chart = page(site, "mappe.xlsx", f"?{SHEET}&view=chart&chart=bar&x=Ort&y=Haushalte")
    assert chart.css("svg.chart")
    assert first(chart, "form.fields input[type=hidden][name=layer]").attributes["value"] == "Haus & Hof"
    following = rows(site, "mappe.xlsx", f"?{SHEET}&size=2")["next"]
    assert SHEET in following


def test_waiting_for_a_preview_forgets_nothing_that_was_asked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    unmade = Preview("k", "", "making")
    monkeypatch.setattr(access, "ask", lambda _region, _wish: access.Asked("k", unmade, late=True, wished=False))
    shown = page(site, "mappe.xlsx", f"?{SHEET}&view=chart&Ort=Neuhof&sort=-Jahr")
    assert words(first(shown, ".note")).startswith("Die Vorschau wird gerade erstellt.")
    again = f"{site.path('mappe.xlsx')}?{SHEET}&view=chart&Ort=Neuhof&sort=-Jahr"
    assert addresses(shown, ".note a") == [again]
    waiting = shown.css_first("#file [hx-get]")
    assert waiting is None or waiting.attributes["hx-get"] == again  # none where the build left the script out


# ---------------------------------------------------------------------------------------------------- other views


def test_the_chart_has_a_sentence_and_its_figures_as_a_table(site: Site) -> None:
    shown = page(site, "pegel.csv", "?view=chart")
    assert words(shown.css_first("figure h2")) == "Pegel (cm) nach Datum"
    sentence = "Höchster Wert: 84,5 cm am 28. Februar 2024. Niedrigster Wert: 3,5 cm am 1. Februar 2024."
    assert words(shown.css_first("figcaption p")).startswith(sentence)
    assert [node.attributes["class"] for node in shown.css("svg.chart")] == ["chart wide", "chart narrow"]
    twin = shown.css("figure table tbody tr")
    assert len(twin) == 28
    assert words(twin[0]) == "1. Februar 2024 3,5"
    assert "Summe" not in words(first(shown, "figure"))


def test_english_has_english_words_and_numbers(site: Site) -> None:
    shown = page(site, "pegel.csv", "?view=chart", "/en")
    assert "Highest value: 84.5 cm on 28 February 2024." in words(shown.css_first("figcaption p"))


def test_readers_choose_the_chart_by_the_address(site: Site) -> None:
    usual = page(site, "einwohner.csv", "?view=chart")
    assert words(usual.css_first("figure h2")) == "Einwohner nach Jahr und Ort"
    bars = page(site, "einwohner.csv", "?view=chart&chart=bar&x=Ort&y=Einwohner&Jahr=2024")
    assert words(bars.css_first("figcaption p")).startswith("Höchster Wert: 11.480 bei „Eichenzell“.")
    assert len(bars.css("figure tbody tr")) == 4
    chosen = {node.attributes["value"] for node in bars.css("form.fields option[selected]")}
    assert chosen == {"bar", "Ort", "Einwohner", ""}
    # The form keeps the filters.
    assert first(bars, "input[type=hidden][name=Jahr]").attributes["value"] == "2024"
    added = page(site, "einwohner.csv", "?view=chart&chart=bar&x=Jahr")
    assert "Zeilen, die zusammenfallen, sind zusammengezählt." in words(first(added, "figure .hint"))


def test_readers_choose_what_becomes_of_rows_that_fall_together(site: Site) -> None:
    labels = {"": "automatisch", "mean": "Durchschnitt bilden", "sum": "zusammenzählen", "count": "Zeilen zählen"}
    heading, sentence = {}, {}
    for agg in labels:
        shown = page(site, "einwohner.csv", f"?view=chart&chart=bar&x=Ort&y=Einwohner&agg={agg}")
        heading[agg] = words(shown.css_first("figure h2"))
        sentence[agg] = words(shown.css_first("figcaption p"))
        assert words(first(shown, "select[name=agg] option[selected]")) == labels[agg]
    assert heading[""] == heading["mean"] == "Einwohner im Mittel nach Ort"
    assert heading["sum"] == "Einwohner nach Ort"
    assert heading["count"] == "Anzahl nach Ort"
    assert sentence[""].startswith("Höchster Wert im Mittel: 11.340 bei „Eichenzell“.")
    assert sentence["sum"].startswith("Höchste Summe: 170.100 bei „Eichenzell“.")
    assert sentence["count"] == "Am häufigsten: „Neuhof“, „Flieden“ und 2 weiteren (je 15)."
    english = page(site, "einwohner.csv", "?view=chart&chart=bar&x=Ort&y=Einwohner", "/en")
    assert words(english.css_first("figure h2")) == "Mean Einwohner by Ort"
    options = [words(option) for option in english.css("select[name=agg] option")]
    assert options == ["automatic", "add up", "take the mean", "count rows"]


def test_a_chart_that_cannot_be_is_refused_in_words(site: Site) -> None:
    for query in ("chart=pie", "agg=most", "chart=line&x=Ort", "x=Atlantis", "y=Ort&chart=bar"):
        shown = page(site, "einwohner.csv", f"?view=chart&{query}")
        assert words(first(shown, ".empty p")) == "Aus diesen Spalten lässt sich dieses Diagramm nicht zeichnen."


def test_columns_are_told_with_their_figures(site: Site) -> None:
    shown = page(site, "pegel.csv", "?view=columns")
    told = {words(row.css_first("th")): [words(cell) for cell in row.css("td")] for row in shown.css("tbody tr")}
    kind, missing, distinct, lowest, highest, mean, *_ = told["Pegel (cm)"]
    assert kind.endswith("Zahl Einheit: cm")
    assert (missing, distinct, lowest, highest, mean) == ("0 %", "29", "3,5", "84,5", "44")
    assert told["Datum"][3:5] == ["1. Februar 2024", "28. Februar 2024"]
    assert "Brücke Nord (14)" in told["Ort"][6]
    assert len(shown.css("svg.small")) == 2  # how the values spread, and how they went


def test_persons_are_withheld_and_it_is_said(site: Site) -> None:
    for query in ("", "?view=columns", "?view=chart"):
        shown = page(site, "vereine.csv", query)
        text = words(first(shown, "main"))
        assert "Spalten mit Daten von Personen zeigen wir nicht. Ausgelassen: Ansprechpartner" in text
        assert "erika" not in text
    assert "Ansprechpartner" not in rows(site, "vereine.csv")["rows"][0]


def test_a_text_shows_its_beginning(site: Site) -> None:
    shown = page(site, "satzung.txt")
    assert words(first(shown, "pre.excerpt")).startswith("Satzung zur Nutzung der Allmende")
    assert not shown.css(".views")


@pytest.mark.parametrize(
    ("name", "reason"),
    [("leer.csv", "Die Datei ist leer."), ("fehlt.csv", "Die Datei fehlt im Ordner der Quelle.")],
)
def test_why_there_is_nothing_is_said_with_what_to_do(site: Site, name: str, reason: str) -> None:
    shown = page(site, name)
    assert f"Keine Vorschau {reason} Bitte melden Sie es der Gemeinde." in words(first(shown, ".note"))
    assert words(first(shown, ".actions a")) == "CSV herunterladen"
    refused = site.place.ask.get(site.path(name, ".json"))
    assert refused.status_code == 404
    assert refused.headers["content-type"] == "application/json"
    told = refused.json()
    assert TEXTS[told["reason"]][0] == reason
    assert reason in told["text"]
    assert TEXTS[told["reason"]][1] in told["text_en"]
    assert reason in site.place.ask.get(site.path(name, ".csv")).text


def test_a_table_without_rows_does_not_speak_of_filters(site: Site) -> None:
    assert words(first(page(site, "kopf.csv"), ".empty")) == "Die Datei nennt nur Spalten, keine Zeilen."
    asked_for = words(first(page(site, "einwohner.csv", "?Ort=Fulda"), ".empty"))
    assert asked_for == "Keine Zeile passt zu diesen Filtern. Alle Filter löschen"


def test_F60_nothing_of_a_file_runs_on_its_page(site: Site) -> None:
    for query in ("", "?page=2", "?view=columns", "?view=chart", "?view=chart&chart=bar&x=Name", "?sort=Name"):
        assert not list(dangers(page(site, "gift.csv", query).html or ""))
    assert len(column(page(site, "gift.csv"), "Name")) == 50


@pytest.mark.parametrize("payload", PAYLOADS)
def test_F60_nothing_of_an_address_runs(site: Site, payload: str) -> None:
    said = quote(payload, safe="")
    for query in (f"Ort={said}", f"{said}=1", f"sort={said}&page={said}", f"view=chart&x={said}&y={said}&chart={said}"):
        assert not list(dangers(page(site, "einwohner.csv", f"?{query}").html or "")), query


# ------------------------------------------------------------------------------------------------------- addresses


def test_the_iri_of_a_file_leads_people_to_its_page(site: Site) -> None:
    ask = site.place.ask
    browser = ask.get("/id/distribution/datei2", accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert (browser.status_code, browser.headers["location"]) == (303, site.path("einwohner.csv"))
    assert browser.headers["vary"] == "Accept"
    for accept in ({}, {"accept": "text/turtle"}, {"accept": "*/*"}):
        program = ask.get("/id/distribution/datei2", **accept)
        assert (program.status_code, program.headers["location"]) == (303, f"/dataset/{site.slug}")


def test_another_name_of_the_dataset_leads_here_with_its_query(site: Site) -> None:
    entry = site.place.catalogue.get(site.slug)
    assert isinstance(entry, Entry)
    for suffix in ("", ".json", ".csv"):
        answer = site.place.ask.get(f"/dataset/{entry.key}/file/1{suffix}?sort=-Datum")
        assert (answer.status_code, answer.headers["location"]) == (
            301,
            f"{site.path('pegel.csv', suffix)}?sort=-Datum",
        )


@pytest.mark.parametrize("number", ["0", "13", "999999999999999999999"])
@pytest.mark.parametrize("suffix", ["", ".json", ".csv", "/picture"])
def test_a_file_that_is_not_there(site: Site, number: str, suffix: str) -> None:
    assert site.place.ask.get(f"/dataset/{site.slug}/file/{number}{suffix}").status_code == 404


def test_there_is_a_picture_only_of_pictures(site: Site) -> None:
    assert site.place.ask.get(site.path("pegel.csv", "/picture")).status_code == 404


def test_a_size_that_is_known_from_a_preview_stands_in_every_button(site: Site) -> None:
    page(site, "pegel.csv")
    card = first(read(site.place, f"/dataset/{site.slug}?for=size"), "#datei-1 .actions a")
    assert words(card).startswith("CSV (888 Byte) herunterladen")
    row = first(read(site.place, "/datasets?sort=title"), ".hits .files a")
    assert words(row).endswith(": CSV (888 Byte)")
