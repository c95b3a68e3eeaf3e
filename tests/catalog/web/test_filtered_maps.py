"""Maps of the rows that an address asks for: the page, its drawing and list, and the features for programs."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from selectolax.lexbor import LexborHTMLParser

from catalog.maps.features import Features
from schemas.model import Distribution
from tests.catalog.builder import Stored, dataset
from tests.catalog.preview.region_of_files import end_maker, make_region
from tests.catalog.web.asking import Place
from tests.catalog.web.pages_reading import addresses, first, read, words
from tests.faultserver import FaultServer, Reply

FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type/GEOJSON"
GPX = b"""<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="x">
<trk><name>Runde</name><trkseg><trkpt lat="50.40" lon="9.50"/><trkpt lat="50.41" lon="9.52"/><trkpt lat="50.42" lon="9.55"/>
</trkseg></trk></gpx>"""


def plot(number: int) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [9.5 + number / 500, 50.4]}
    properties = {
        "Name": f"Bauplatz {number}",
        "Status": "frei" if number % 12 < 5 else "verkauft",
        "Fläche": number * 10,
    }
    return {"type": "Feature", "properties": properties, "geometry": point if number != 12 else None}


def collection(count: int) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": [plot(n) for n in range(count)]}).encode()


TREES = "Baum;Gepflanzt;Höhe;Breite;Länge\n" + "".join(
    f"Linde {n};2026-03-{n % 3 + 1:02};{n}.5;50.4{n};9.5{n}\n" for n in range(10, 40)
)
# Numbers with a comma, and a column of yes and no.
BENCHES = "Bank;Aufgestellt;Plätze;Tiefe_m;Lehne;Lat;Lon\n" + "".join(
    f"Bank {n};{n % 28 + 1:02}.03.2026;{n % 4};{n},50;{'ja' if n % 2 else 'nein'};50,4{n}1;9,5{n}1\n"
    for n in range(10, 40)
)
FILES = {
    "baeume.csv": TREES.encode(),
    "plaetze.geojson": collection(13),
    "viele.geojson": collection(4_920),
    "runde.gpx": GPX,
    "baenke.csv": BENCHES.encode(),
}


class Site:
    """A place with one dataset, whose files have maps."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.slug = place.slug("plaetze")

    def path(self, name: str) -> str:
        return f"/dataset/{self.slug}/file/{[*FILES].index(name) + 1}"

    def map(self, name: str, query: str = "", language: str = "") -> LexborHTMLParser:
        return read(self.place, f"{language}{self.path(name)}?{quote(query, safe='=&.')}{'&' if query else ''}view=map")

    def features(self, name: str, query: str = "", status: int = 200) -> dict[str, Any]:
        answer = self.place.ask.get(f"{self.path(name)}/map.geojson?{query}")
        assert answer.status_code == status, answer.text
        return dict(answer.json()) if status == 200 else {"text": answer.text}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    types = {"geojson": "application/geo+json", "gpx": "application/gpx+xml", "csv": "text/csv"}
    pages = {f"/{name}": Reply(body, 200, {"content-type": types[name.split(".")[1]]}) for name, body in FILES.items()}
    with FaultServer(pages=pages) as source:
        place = Place(make_region(tmp_path_factory.mktemp("plots") / "r", source.url("/")))
        files = tuple(
            Distribution(iri=f"{place.region.base_url}/id/distribution/{n}", access_url=(source.url(f"/{name}"),))
            for n, name in enumerate(FILES, 1)
        )
        place.publish(Stored("plaetze", dataset("Bauplätze", "Plätze zum Bauen", distribution=files)))
        made = Site(place)
        try:
            for name in FILES:
                for _ in range(40):
                    if place.ask.get(f"{made.path(name)}/map.geojson").status_code == 200:
                        break
            yield made
        finally:
            end_maker(place.region)
            place.close()


def names(found: dict[str, Any]) -> list[str]:
    return [each["properties"]["name"] for each in found["features"]]


def test_the_map_shows_the_rows_that_are_asked_for(site: Site) -> None:
    shown = site.map("plaetze.geojson", "Status=frei")
    figure = first(shown, "figure.map")
    assert words(first(shown, "figure.map figcaption")).startswith("Die Karte zeigt 5 von 12 Objekten.")
    assert len(shown.css(".map-list li")) == 5
    assert "Bauplatz 7" not in figure.text()
    assert (
        first(shown, "[data-source]").attributes["data-source"]
        == f"{site.path('plaetze.geojson')}/map.geojson?Status=frei&lang=de"
    )
    (chip,) = shown.css(".chips .removable")
    assert words(chip) == "Filter entfernen: Status: frei ×"
    assert {*addresses(shown, ".chips a")} == {f"{site.path('plaetze.geojson')}?view=map"}
    whole = site.map("plaetze.geojson")
    assert words(first(whole, "figure.map figcaption")).startswith("Die Karte zeigt 12 Objekte.")
    assert not whole.css(".chips")
    english = site.map("plaetze.geojson", "Status=frei", "/en")
    assert words(first(english, "figure.map figcaption")).startswith("The map shows 5 of 12 objects.")


def test_a_filter_leads_from_the_table_to_the_map_and_back(site: Site) -> None:
    table = read(site.place, f"{site.path('plaetze.geojson')}?Status=frei")
    (address,) = [each for each in addresses(table, "nav.views a") if "view=map" in each]
    assert "Status=frei" in address
    back = addresses(read(site.place, address), "nav.views a")
    assert back[0] == f"{site.path('plaetze.geojson')}?Status=frei"


def test_the_chart_leads_to_the_map_of_the_same_rows(site: Site) -> None:
    chart = read(site.place, f"{site.path('plaetze.geojson')}?view=chart&chart=bar&x=Status&Status=frei")
    assert [words(node) for node in chart.css("figure tbody th")] == ["frei"]
    (address,) = [each for each in addresses(chart, "nav.views a") if "view=map" in each]
    assert words(first(read(site.place, address), "figure.map figcaption")).startswith("Die Karte zeigt 5 von 12")


def test_programs_get_the_features_that_are_asked_for(site: Site) -> None:
    found = site.features("plaetze.geojson", "Status=frei")
    assert names(found) == [f"Bauplatz {n}" for n in range(5)]
    near = site.features("plaetze.geojson", "Status=frei&bbox=9.501,50,9.505,51")
    assert names(near) == ["Bauplatz 1", "Bauplatz 2"]
    assert names(site.features("plaetze.geojson", "Fl%C3%A4che.from=100&Status=verkauft")) == [
        "Bauplatz 10",
        "Bauplatz 11",
    ]
    assert site.features("plaetze.geojson", "Status=gibt es nicht")["features"] == []
    assert len(site.features("plaetze.geojson")["features"]) == 12


@pytest.mark.parametrize(
    ("name", "query", "said"),
    [
        ("plaetze.geojson", "Land=Hessen", "keine Spalte „Land“"),
        ("plaetze.geojson", "Fl%C3%A4che.from=viel", "ist keine Zahl"),
        ("plaetze.geojson", "Fl%C3%A4che.from=9&Fl%C3%A4che.to=8", "nach dem Ende"),
    ],
)
def test_programs_are_told_what_is_wrong(site: Site, name: str, query: str, said: str) -> None:
    assert said in site.features(name, query, 400)["text"]


def test_many_features_are_filtered_before_they_are_gathered(site: Site) -> None:
    found = site.features("viele.geojson", "Status=frei")
    assert found["gathered"]
    free = sum(1 for n in range(4_920) if n % 12 < 5 and n != 12)
    assert sum(each["properties"].get("count", 1) for each in found["features"]) == free
    shown = site.map("viele.geojson", "Status=frei")
    assert words(first(shown, "figure.map figcaption")).startswith("Die Karte zeigt 2.049 von 4.919 Objekten.")
    assert free == 2_049
    (more,) = addresses(shown, "figure.map p a")
    assert more == f"{site.path('viele.geojson')}?Status=frei"


def test_no_match_is_said_with_the_way_back(site: Site) -> None:
    shown = site.map("plaetze.geojson", "Status=gesperrt")
    assert not shown.css("figure.map")
    assert words(first(shown, ".empty p")) == "Keine Zeile passt zu diesen Filtern."
    assert addresses(shown, ".empty a") == [f"{site.path('plaetze.geojson')}?view=map"]
    nowhere = site.map("plaetze.geojson", "Fläche=120")
    assert (
        words(first(nowhere, ".empty p")) == "Die Zeilen, die zu diesen Filtern passen, haben keine Lage auf der Karte."
    )


def test_mistakes_are_told_on_the_map_and_lead_to_their_fields(site: Site) -> None:
    shown = site.map("plaetze.geojson", "Fläche.from=viel&Status=frei&Land=Hessen")
    assert words(first(shown, "figure.map figcaption")).startswith("Die Karte zeigt 5 von 12 Objekten.")
    assert words(first(shown, "#mistakes li")) == "Fläche : „viel“ ist keine Zahl."
    assert "Diese Spalten gibt es in der Datei nicht: Land" in words(first(shown, "#file"))
    (address,) = addresses(shown, "#mistakes a")
    path, _, field = address.partition("#")
    assert first(read(site.place, path), f"[id='{field}']").attributes["value"] == "viel"


def test_features_without_rows_are_all_shown_and_it_is_said(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def bare(features: Features, rows: Collection[int]) -> None:
        """As it is where no feature tells its row (catalog/maps: test_features.py)."""

    monkeypatch.setattr(Features, "of_rows", bare)
    shown = site.map("plaetze.geojson", "Status=verkauft")
    assert words(first(shown, "figure.map figcaption")).startswith("Die Karte zeigt 12 Objekte.")
    assert "Die Karte zeigt alle Objekte" in [words(each) for each in shown.css(".note h2")]
    assert "Filter" in site.features("plaetze.geojson", "Status=verkauft", 400)["text"]
    assert not str(first(shown, "[data-source]").attributes["data-source"]).endswith("verkauft")


def test_a_map_of_a_file_without_rows_knows_no_columns(site: Site) -> None:
    shown = site.map("runde.gpx", "Status=frei")
    assert "Diese Spalten gibt es in der Datei nicht: Status" in words(first(shown, "#file"))
    assert shown.css("figure.map")


def test_popups_of_german_pages_say_numbers_and_dates_as_the_table_does(site: Site) -> None:
    def popup(language: str) -> dict[str, Any]:
        source = str(first(site.map("baeume.csv", language=language), "[data-source]").attributes["data-source"])
        answer = site.place.ask.get(source)
        assert answer.status_code == 200
        return dict(
            next(each["properties"] for each in answer.json()["features"] if "10" in each["properties"]["name"])
        )

    assert popup("").items() >= {"Gepflanzt": "02.03.2026", "Höhe": "10,5", "Breite": "50.410"}.items()
    raw = {"Gepflanzt": "2026-03-02", "Höhe": "10.5", "Breite": "50.410"}
    assert popup("/en").items() >= raw.items()
    # Programs have what the file has, and filters compare with that.
    found = site.features("baeume.csv", "Gepflanzt=2026-03-02")["features"]
    assert found
    assert {each["properties"]["Gepflanzt"] for each in found} == {"2026-03-02"}


def test_choices_and_chips_of_filters_say_dates_as_the_table_does_and_addresses_keep_them(site: Site) -> None:
    path = site.path("baeume.csv")
    shown = read(site.place, f"{path}?Gepflanzt=2026-03-02")
    choices = {each.attributes["value"]: words(each) for each in shown.css("select[name=Gepflanzt] option")}
    assert choices == {
        "": "alle",
        "2026-03-01": "01.03.2026 (10)",
        "2026-03-02": "02.03.2026 (10)",
        "2026-03-03": "03.03.2026 (10)",
    }
    assert first(shown, "option[selected]").attributes["value"] == "2026-03-02"
    assert "Gepflanzt: 02.03.2026" in words(first(shown, "ul.chips li"))
    assert len(shown.css("tbody tr")) == 10
    ranged = read(site.place, f"{path}?Gepflanzt.from=2026-03-02")
    assert "Gepflanzt ab 02.03.2026" in words(first(ranged, "ul.chips li"))
    english = read(site.place, f"/en{path}?Gepflanzt=2026-03-02")
    assert "2026-03-01 (10)" in [words(each) for each in english.css("select[name=Gepflanzt] option")]


def test_programs_get_numbers_and_truths_as_in_rows(site: Site) -> None:
    found = {each["properties"]["name"]: each["properties"] for each in site.features("baenke.csv")["features"]}
    rows = site.place.ask.get(f"{site.path('baenke.csv')}.json").json()["rows"]
    assert len(rows) == len(found) == 30
    for row in rows:
        told = found[row["Bank"]]
        assert {"Bank": told["name"], **{name: told[name] for name in row if name in told}} == row
        for name, kind in (("Plätze", int), ("Tiefe_m", float), ("Lehne", bool), ("Lat", float), ("Aufgestellt", str)):
            assert type(told[name]) is kind, name
    assert (found["Bank 11"]["Tiefe_m"], found["Bank 11"]["Lehne"], found["Bank 12"]["Lehne"]) == (11.5, True, False)
    assert found["Bank 11"]["Aufgestellt"] == "2026-03-12"
    assert [each["properties"]["Fläche"] for each in site.features("plaetze.geojson")["features"]][:2] == [0, 10]


def test_people_and_who_wants_it_raw_get_texts(site: Site) -> None:
    raw = site.features("baenke.csv", "raw=1")["features"][0]["properties"]
    assert (raw["Tiefe_m"], raw["Lehne"], raw["Aufgestellt"]) == ("10,50", "nein", "11.03.2026")
    for language in ("", "/en"):
        source = first(site.map("baenke.csv", language=language), "[data-source]").attributes["data-source"] or ""
        shown = site.place.ask.get(source).json()["features"][0]["properties"]
        assert (shown["Tiefe_m"], shown["Lehne"]) == ("10,50", "nein"), "nothing of what the file says is lost"
