"""The pages that citizens read: home, search, municipality, errors, in German and English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from selectolax.lexbor import LexborHTMLParser

from catalog import tables
from catalog.built import built
from catalog.preview import Wanted, wishes
from catalog.preview.keeping import Keeping
from catalog.web.pages import labels
from catalog.web.pages.theme_words import ABOUT
from catalog.web.texts import texts
from schemas import iris, model
from schemas.dcat import TABLES
from schemas.kinds import Literal
from schemas.vocabularies import LISTS
from tests.catalog.builder import BASE, Stored, dataset
from tests.catalog.web.asking import Place, place_in, whole
from tests.catalog.web.pages_reading import NOW, addresses, detail, filled, first, read, titles, words


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with place_in(tmp_path) as made:
        made.app.state.now = lambda: NOW
        yield made


@pytest.fixture
def full(place: Place) -> Place:
    return filled(place)


def all_pages(place: Place) -> list[str]:
    return [
        *("/", "/datasets", "/datasets?q=nirgends", "/datasets?municipality=neuhof&format=CSV&page=9"),
        *(f"/dataset/{place.slug('bau')}", f"/dataset/{place.slug('bad', 'flieden-portal')}"),
        *("/municipality/neuhof", "/municipality/flieden", "/municipalities", "/status", "/set-aside"),
        *("/themes", "/theme/ENVI", "/theme/TRAN", "/news", "/news?municipality=neuhof"),
    ]


# ------------------------------------------------------------------------------------------------- every page


def test_every_page_is_built_alike(full: Place) -> None:
    for path in [*all_pages(full), *(f"/en{'' if p == '/' else p}" for p in all_pages(full))]:
        page = read(full, path)
        language = "en" if path.startswith("/en") else "de"
        assert first(page, "html").attributes["lang"] == language
        assert len(page.css("h1")) == len(page.css("main")) == 1, path
        assert addresses(page, "a")[0] == "#main"
        assert first(page, "main").attributes["id"] == "main"
        levels = [int(str(node.tag)[1]) for node in page.css("h1, h2, h3, h4")]
        assert all(after - before <= 1 for before, after in pairwise(levels)), (path, levels)
        ids = [node.attributes["id"] for node in page.css("[id]")]
        assert len(ids) == len(set(ids)), path
        labelled = {node.attributes["for"] for node in page.css("label[for]")}
        fields = page.css("input:not([type=hidden]), select, textarea")
        assert all(node.attributes.get("id") in labelled for node in fields), path
        for name in ("aria-labelledby", "aria-describedby"):
            named = " ".join(str(node.attributes[name]) for node in page.css(f"[{name}]"))
            assert set(named.split()) <= set(ids), (path, name)
        navigations = [node.attributes.get("aria-label") for node in page.css("nav")]
        assert len(navigations) == len(set(navigations)), path
        assert not page.css("[style], style, script:not([type='application/ld+json'], [src^='/assets/'])")
        assert len(page.css("nav[aria-label='Sie sind hier'], nav[aria-label='You are here']")) == (
            path not in ("/", "/en")
        )


def test_every_page_has_its_twin_in_the_other_language(full: Place) -> None:
    for path in all_pages(full):
        page = read(full, path)
        english = next(a for a in page.css("header a[hreflang=en]"))
        twin = read(full, str(english.attributes["href"]))
        back = str(first(twin, "header a[hreflang=de]").attributes["href"])
        assert back == path
        if "robots" not in str(page.html):
            assert first(page, "link[rel=canonical]").attributes["href"] == BASE + path.partition("?")[0]
            pairs = {n.attributes["hreflang"]: n.attributes["href"] for n in page.css("link[hreflang]")}
            assert set(pairs) == {"de", "en"}
            assert pairs == {n.attributes["hreflang"]: n.attributes["href"] for n in twin.css("link[hreflang]")}


def test_every_link_inside_leads_somewhere(full: Place) -> None:
    seen: set[str] = set()
    for path in [*all_pages(full), "/en", "/en/datasets"]:
        page = read(full, path)
        for address in addresses(page, "a, link"):
            if address.startswith("#"):
                assert page.css_first(f'[id="{address[1:]}"]') is not None, (path, address)
            elif address.startswith("/") and address not in seen and not address.startswith(("/runs/", "/en/runs/")):
                seen.add(address)
                assert full.ask.get(address, accept="*/*").status_code == 200, (path, address)
    assert len(seen) > 40


def test_F72_links_do_not_follow_the_host_that_was_asked(full: Place) -> None:
    for path in all_pages(full):
        assert "evil.example" not in full.ask.get(path, accept="text/html").text


def test_a_base_address_with_a_path_is_before_every_link(tmp_path: Path) -> None:
    with place_in(tmp_path, base_url="https://x.example/daten") as place:
        page = read(place, "/datasets")
        assert all(a.startswith(("/daten", "#", "mailto:")) for a in addresses(page))
        assert str(first(page, "link[rel=stylesheet]").attributes["href"]).startswith("/daten/assets/")
        assert first(page, "link[rel=canonical]").attributes["href"] == "https://x.example/daten/datasets"


def test_assets_are_kept_for_good_and_change_their_address(place: Place) -> None:
    address = addresses(read(place, "/"), "link[rel=stylesheet]")[-1]
    assert re.fullmatch(r"/assets/allmende\.css\?v=[0-9a-f]{12}", address)
    answer = place.ask.get(address)
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    assert "immutable" not in place.ask.get("/assets/allmende.css").headers["cache-control"]
    assert "@import" not in answer.text
    assert all(
        re.match(r'"(/assets/)?[\w.-]+"?', url) for url in answer.text.split("url(")[1:]
    )  # nothing from elsewhere
    assert place.ask.get("/assets/favicon.svg").status_code == 200
    for wrong in ("/assets/nichts.css", "/assets/..%2fapp.py", "/assets/%2e%2e/app.py"):
        assert place.ask.get(wrong).status_code == 404


# ------------------------------------------------------------------------------------------------- home


def test_home_counts_truly(full: Place) -> None:
    page = read(full, "/")
    assert words(first(page, ".trust")).startswith("3 Datensätze")
    chips = [words(node) for node in page.css(".chips li")]
    assert chips == ["Neuhof 2 Datensätze", "Flieden 1 Datensatz", "Ganze Region 3 Datensätze"]
    tiles = {words(node.css_first("strong")): words(node.css_first(".count")) for node in page.css(".tiles li")}
    assert tiles == {"Umwelt": "1 Datensatz", "Regionen und Städte": "1 Datensatz"}
    assert [a.attributes["href"] for a in page.css(".tiles a")] == ["/theme/REGI", "/theme/ENVI"]


def test_doors_lead_only_where_there_is_something(full: Place) -> None:
    doors = {words(node.css_first("strong")): node for node in read(full, "/").css(".doors li")}
    assert list(doors) == ["Daten finden", "Lage jetzt", "Dienste online"]
    assert words(doors["Daten finden"]) == "Daten finden 3 Datensätze aus allen Gemeinden"
    assert doors["Daten finden"].css_first("a[href='/datasets']") is not None
    assert doors["Lage jetzt"].css_first("a") is None
    assert "Noch liefert keine Gemeinde Live-Werte." in words(doors["Lage jetzt"])
    assert doors["Dienste online"].css_first("a[href='/municipalities']") is not None


def test_home_shows_what_is_new_once_and_nothing_withdrawn(full: Place) -> None:
    full.publish(Stored("bau", whole("Bauplätze in Neuhof, neu")), Stored("rad", None))
    found = [words(node) for node in read(full, "/").css(".news li")]
    assert len(found) == 2
    assert "Bauplätze in Neuhof, neu geändert : Bauplätze in Neuhof, neu Neuhof" in found[0]
    assert not any("Radwege" in row for row in found)


def test_home_of_an_empty_catalogue(place: Place) -> None:
    page = read(place, "/")
    assert "Noch ist kein Datensatz veröffentlicht." in words(first(page, "main"))
    assert not page.css(".tiles")
    assert read(place, "/datasets").css(".empty")
    assert "noch kein Datensatz" in words(first(read(place, "/municipality/neuhof"), "main"))


# ------------------------------------------------------------------------------------------------- search


def test_search_finds_and_says_how_many(full: Place) -> None:
    page = read(full, "/datasets?q=wasser")
    assert titles(page) == ["Badegewässer im Kreis"]
    assert words(first(page, "#results")) == "1 Ergebnis"
    assert first(page, "#q").attributes["value"] == "wasser"


def test_a_hit_says_what_it_is_how_old_and_where_the_files_are(full: Place) -> None:
    hit = first(read(full, "/datasets?municipality=flieden"), ".hits li")
    assert words(hit.css("p")[0]) == "Die Wasserqualität der Badeseen."
    facts = [words(node) for node in hit.css(".facts span")]
    assert facts[:2] == ["Flieden", "Daten vom 8. Januar 2026"]
    buttons = {words(a): a.attributes["href"] for a in hit.css(".files a")}
    assert buttons == {
        "Badegewässer im Kreis: CSV (293 kB)": "https://x.example/1.csv",
        "Badegewässer im Kreis: GeoJSON": "https://x.example/2.geojson",
    }


def facet(page: LexborHTMLParser, name: str) -> dict[str, tuple[str, bool, bool]]:
    """Value to label, ticked, usable."""
    found = {}
    for label in page.css(".check"):
        box = label.css_first("input")
        assert box is not None
        if box.attributes["name"] == name:
            usable = "disabled" not in box.attributes
            found[str(box.attributes["value"])] = (words(label), "checked" in box.attributes, usable)
    return found


def test_facets_keep_their_places_and_say_what_they_would_find(full: Place) -> None:
    page = read(full, "/datasets")
    assert facet(page, "municipality") == {
        "neuhof": ("Neuhof (2)", False, True),
        "flieden": ("Flieden (1)", False, True),
    }
    narrow = read(full, "/datasets?format=GEOJSON&municipality=flieden")
    for name in ("municipality", "theme", "format", "license", "age"):
        assert list(facet(narrow, name)) == list(facet(page, name))
    assert facet(narrow, "municipality")["neuhof"] == ("Neuhof (0)", False, False)
    assert facet(narrow, "municipality")["flieden"] == ("Flieden (1)", True, True)
    assert facet(narrow, "theme")["REGI"][2] is False


def test_different_filters_are_and_values_of_one_are_or(full: Place) -> None:
    assert len(titles(read(full, "/datasets?municipality=neuhof&municipality=flieden"))) == 3
    assert titles(read(full, "/datasets?municipality=neuhof&format=CSV")) == ["Bauplätze in Neuhof"]
    assert titles(read(full, "/datasets?license=dl-by-de/2.0&theme=ENVI")) == ["Badegewässer im Kreis"]


def test_chips_take_one_filter_back(full: Place) -> None:
    page = read(full, "/datasets?q=bauplatz&municipality=neuhof&format=CSV&sort=title")
    chips = {words(a): str(a.attributes["href"]) for a in page.css(".chips a.removable")}
    assert {name.removeprefix("Filter entfernen: ").rstrip(" ×") for name in chips} == {
        "Suche: bauplatz",
        "Gemeinde: Neuhof",
        "Format: CSV",
    }
    without = next(address for name, address in chips.items() if "Format" in name)
    assert without == "/datasets?q=bauplatz&municipality=neuhof&sort=title"
    assert first(page, ".chips a.reset").attributes["href"] == "/datasets"


@pytest.mark.parametrize(
    "query",
    [
        "theme=GIBTSNICHT",
        "municipality=atlantis&format=XYZ",
        "age=gestern",
        "license=%00%22%3E",
        "q=nirgendwoher",
        "q=%22",
        "q=-",
        "q=" + "x" * 3000,
    ],
)
def test_what_finds_nothing_gets_help_never_an_error(full: Place, query: str) -> None:
    page = read(full, f"/datasets?{query}")
    if words(first(page, "#results")) == "0 Ergebnisse":
        assert "Dazu haben wir nichts gefunden." in words(first(page, ".empty"))
        assert "/datasets" in addresses(page, ".empty a")


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=99999999999999999999", "page=1e9", "sort=x", "page=²"]
)
def test_F71_strange_pages_and_orders_are_as_usual(full: Place, query: str) -> None:
    page = read(full, f"/datasets?{query}")
    assert words(first(page, "#results")).startswith("3 Ergebnisse")


def test_paging(place: Place) -> None:
    place.publish(*(Stored(f"n{i:03}", dataset(f"Datensatz {i:03}")) for i in range(45)))
    one = read(place, "/datasets?sort=title")
    two = read(place, "/datasets?sort=title&page=2")
    assert titles(one) == [f"Datensatz {i:03}" for i in range(20)]
    assert titles(two) == [f"Datensatz {i:03}" for i in range(20, 40)]
    assert addresses(two, "a[rel=prev]") == ["/datasets?sort=title"]
    assert addresses(two, "a[rel=next]") == ["/datasets?sort=title&page=3"]
    assert words(first(two, ".paging [aria-current]")) == "Seite 2"
    beyond = read(place, "/datasets?sort=title&page=9")
    assert addresses(beyond, ".results p a")[0] == "/datasets?sort=title&page=3"


# ------------------------------------------------------------------------------------------------- municipality


def test_municipality_page(full: Place) -> None:
    page = read(full, "/municipality/neuhof")
    assert words(first(page, "h1")) == "Gemeinde Neuhof"
    assert "2 Datensätze" in words(first(page, ".facts"))
    assert sorted(titles(page)) == ["Bauplätze in Neuhof", "Radwege"]
    assert "/catalog.ttl?municipality=neuhof" in addresses(page)
    assert "/datasets?municipality=neuhof&theme=REGI" in addresses(page)
    assert "Noch nie gelaufen" in words(first(page, "table"))
    assert "/feedback?municipality=neuhof&page=%2Fmunicipality%2Fneuhof" in addresses(page)
    assert "/datasets.atom?municipality=neuhof" in addresses(page)
    assert "/news?municipality=neuhof" in addresses(page)
    anchors = [address[1:] for address in addresses(page, ".anchors a")]
    assert anchors == [
        str(node.attributes["id"]) for node in page.css("section > h2[id]") if node.attributes["id"] in anchors
    ]


def test_ages_of_a_municipality_count_each_dataset_once(full: Place) -> None:
    meters = {
        words(row.css_first("dt")): words(row.css_first("dd"))
        for row in read(full, "/municipality/neuhof").css(".meters > div")
    }
    assert meters == {"aus den letzten 31 Tagen": "1 1 Datensatz", "ohne Datum": "1 1 Datensatz"}
    fresh = read(full, "/municipality/flieden")
    assert words(first(fresh, ".meters dt")) == "aus den letzten 7 Tagen"


def test_municipalities_are_compared_with_their_neighbours(place: Place) -> None:
    waste = "Abfallkalender der Gemeinde {}"
    place.publish(
        Stored("a", dataset(waste.format("Neuhof"), keyword=(Literal("Abfallkalender", "de"),))),
        Stored(
            "b",
            dataset(waste.format("Flieden"), keyword=(Literal("Abfallkalender", "de"),)),
            source_key="flieden-portal",
        ),
        Stored(
            "c", dataset("Baumkataster Flieden", keyword=(Literal("Baumkataster", "de"),)), source_key="flieden-portal"
        ),
    )
    page = read(place, "/municipality/neuhof")
    said = words(next(node for node in page.css("section") if node.attributes.get("aria-labelledby") == "neighbours"))
    assert "Diese Daten gibt es auch anderswo" in said
    assert "Abfallkalender der Gemeinde Neuhof Auch in: Flieden" in said
    assert "Das veröffentlichen Nachbarn, hier fehlt es noch" in said
    assert "Baumkataster" in said


# ------------------------------------------------------------------------------------------------- topics and news


def test_a_topic_is_explained_and_lists_its_datasets(full: Place) -> None:
    page = read(full, "/theme/ENVI")
    assert words(first(page, "h1")) == "Umwelt"
    assert words(first(page, ".intro")).startswith("Hier geht es um Müll, Wasser")
    assert titles(page) == ["Badegewässer im Kreis"]
    assert "/datasets?municipality=flieden&theme=ENVI" in addresses(page)
    assert "/catalog.ttl?theme=ENVI" in addresses(page)
    empty = read(full, "/theme/TRAN")
    assert "noch nichts veröffentlicht" in words(first(empty, ".empty"))
    assert "/feedback?kind=wish&page=%2Ftheme%2FTRAN" in addresses(empty)
    assert words(first(read(full, "/en/theme/ENVI"), "h1")) == "Environment"
    assert read(full, "/theme/XXXX", 404)


def test_every_theme_is_explained_in_three_sentences(full: Place) -> None:
    page = read(full, "/themes")
    assert [words(node).split(" 1 ")[0] for node in page.css(".topics h2 a")] == ["Regionen und Städte", "Umwelt"]
    assert set(ABOUT) == {code.code for code in LISTS["data-theme"]}
    assert "Verkehr" in words(first(page, "#empty + p"))


def test_news_stand_by_day_and_for_one_municipality(full: Place) -> None:
    full.publish(Stored("bau", whole("Bauplätze in Neuhof, neu")), Stored("rad", None))
    page = read(full, "/news")
    days = [words(node) for node in page.css("section h2")]
    assert days == ["2. Januar 2026", "1. Januar 2026"]
    kinds = [words(node) for node in page.css(".news .facts > span:first-child")]
    assert sorted(kinds) == ["geändert : Bauplätze in Neuhof, neu", "neu", "neu", "neu", "zurückgezogen : Radwege"]
    gone = next(li for li in page.css(".news li") if "zurückgezogen" in words(li))
    assert [str(a.attributes["href"]).rpartition("/")[2] for a in gone.css("a")] == ["history"]
    flieden = read(full, "/news?municipality=flieden")
    assert words(first(flieden, "h1")) == "Neu und geändert in Flieden"
    assert len(flieden.css(".news li")) == 1
    for address in ("/feed.atom", "/feed.json", "/changes"):
        assert f"{address}?municipality=flieden" in addresses(flieden)
    assert read(full, "/news?municipality=atlantis", 404)


def test_news_of_many_days_are_paged(place: Place) -> None:
    place.publish(*(Stored(f"n{i:03}", dataset(f"Datensatz {i:03}")) for i in range(120)))
    one, two, three = (read(place, f"/news?page={n}") for n in (1, 2, 3))
    found = [words(node) for page in (one, two, three) for node in page.css(".news li > a")]
    assert len(found) == len(set(found)) == 120
    assert addresses(two, "a[rel=prev]") == ["/news"]
    assert addresses(two, "a[rel=next]") == ["/news?page=3"]
    assert not three.css("a[rel=next]")
    beyond = read(place, "/news?page=30")
    assert words(first(beyond, ".empty p")) == "So weit zurück reicht diese Liste nicht."
    assert addresses(beyond, ".empty a") == ["/news"]
    for strange in ("page=0", "page=-1", "page=x", "page=99999999999999", "page=²"):
        assert read(place, f"/news?{strange}")


def test_a_municipality_whose_records_were_withdrawn_says_so_truly(place: Place) -> None:
    assert "noch kein Datensatz" in words(first(read(place, "/municipality/neuhof"), ".empty"))
    place.publish(Stored("a", dataset("Bäume")))
    place.publish(Stored("a", None))
    said = words(first(read(place, "/municipality/neuhof"), ".empty"))
    assert said.startswith("Zurzeit ist von dieser Gemeinde kein Datensatz veröffentlicht.")


# ------------------------------------------------------------------------------------------------- status


def test_status_says_first_whether_all_is_well(full: Place) -> None:
    page = read(full, "/status")
    assert words(first(page, ".intro")) == "Alles in Ordnung. Alle Quellen antworten."
    assert "sobald möglich" in words(first(page, "table"))
    assert detail(page, "Datensätze") == words(first(read(full, "/"), ".trust")).split()[0] == "3"
    assert detail(page, "Einträge aus allen Quellen") == "3"
    assert "ohne Datum" in words(first(page, ".meters"))
    told = full.ask.get("/status.json").json()
    assert told["well"] is True
    assert told["datasets"] == 3
    assert [source["id"] for source in told["sources"]] == ["neuhof-portal", "flieden-portal"]
    assert not any("permission" in source for source in told["sources"])


def test_status_counts_a_service_as_an_entry_and_no_dataset(full: Place) -> None:
    iri = iris.mint(BASE, "service", iris.key("flieden-portal", "karten"))
    service = model.DataService(iri=iri, title=(Literal("Karten", "de"),), endpoint_url=("https://x.example/wfs",))
    full.publish(Stored("karten", service, source_key="flieden-portal"))
    page = read(full, "/status")
    assert detail(page, "Datensätze") == words(first(read(full, "/"), ".trust")).split()[0] == "3"
    assert detail(page, "Einträge aus allen Quellen").startswith("4 Mitgezählt sind Dienste")
    heads, rows = page.css("table thead th"), page.css("table tbody tr")
    place = [words(each) for each in heads].index("Einträge")
    assert sorted(int(words(row.css("th, td")[place])) for row in rows[:2]) == [2, 2]


def test_status_says_what_waits_and_which_program_it_is(place: Place) -> None:
    place.publish(Stored("a", whole("Haushalt")))
    with place.catalogue.engine.begin() as connection:
        links_at = sa.insert(tables.links)
        for number, due in enumerate(("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2999-01-01T00:00:00Z"), 1):
            address = f"https://x.example/{number}"
            connection.execute(links_at.values(id=number, address=address, host="x.example", due=due))
            if number > 1:  # the first stands in no record
                used = {"link_id": number, "key": "k", "role": "access", "source_key": "neuhof-portal"}
                connection.execute(sa.insert(tables.link_uses).values(**used))
    wishes.leave(Keeping(place.region), Wanted("https://x.example/a.csv", "neuhof-portal"))
    told = place.ask.get("/status.json").json()
    assert told["queue"] == {"running": 0, "due": 2, "held": 0, "addresses": 1, "previews": 1}
    assert (told["version"], told["commit"]) == (built().version, built().commit or None)
    page = words(first(read(place, "/status"), "main"))
    assert "2 Quellen sind an der Reihe · 1 Adresse wird bald geprüft · 1 Vorschau wird bald erstellt" in page
    assert f"Allmende {built().version}" in page
    assert ("Commit" in page) == bool(built().commit)


# ------------------------------------------------------------------------------------------------- errors


def test_errors_in_words_of_the_language(place: Place) -> None:
    for path, heading in (("/nichts", "Diese Seite gibt es nicht"), ("/en/nothing", "There is no such page")):
        page = read(place, path, 404)
        assert words(first(page, "h1")) == heading
        assert page.css_first("form[role=search]") is not None
    assert words(first(read(place, "/municipality/atlantis", 404), ".intro")).startswith("Diese Gemeinde gehört nicht")
    assert "This municipality" in words(first(read(place, "/en/municipality/atlantis", 404), ".intro"))
    assert read(place, "/dataset/nichts", 404)
    assert read(place, "/runs/1", 404)
    assert read(place, "/runs/99999999999999999999", 404)


def test_a_broken_program_says_so_and_shows_nothing_of_itself(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("geheim: /pfad/der/maschine")

    monkeypatch.setattr(place.catalogue, "counts", broken)
    page = read(place, "/", 500)
    assert words(first(page, "h1")) == "Hier ist etwas schiefgegangen"
    assert "geheim" not in str(page.html)
    assert "mailto:daten@example.org" in addresses(page)


# ------------------------------------------------------------------------------------------------- words


# What the pages show nothing of by its attributes.
NOT_SHOWN = (model.Catalog, model.CatalogRecord, model.Relationship, model.Attribution, model.ConceptScheme)


@pytest.mark.parametrize("table", [t for t in TABLES if t.record not in NOT_SHOWN], ids=lambda t: t.record.__name__)
def test_every_attribute_has_a_word(table: Any) -> None:
    missing = [row.attribute for row in table.rows if row.attribute not in labels.ATTRIBUTES]
    assert not missing


def test_nested_attributes_and_unknown_ones() -> None:
    assert labels.attribute("distribution.license", texts("de")) == "Datei: Lizenz"
    assert labels.attribute("http://x.example/<b>", texts("de")) == "http://x.example/&lt;b&gt;"
    assert labels.attribute("distribution.http://x.example/y", texts("de")) == "Datei: http://x.example/y"
    assert labels.property_name("http://purl.org/dc/terms/temporal", texts("en")) == "“Period” (temporal)"
    assert labels.property_name("http://x.example/neu#ding", texts("de")) == "ding"
