"""Searches as addresses, as JSON, CSV and Atom, their suggestions, and what the search page says about them."""

from __future__ import annotations

import asyncio
import csv
import io
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from markupsafe import Markup
from starlette.datastructures import QueryParams

from catalog.preview.keeping import Keeping, key_of
from catalog.preview.model import Preview
from catalog.preview.wanting import wanted
from catalog.reading import past
from catalog.reading.entries import Query
from catalog.reading.remembered import Remembered
from catalog.web import searches, searching, templates
from catalog.web.refusing import Refused
from catalog.web.searching import AT_ONCE, searched
from schemas.kinds import Literal
from schemas.model import Location
from schemas.tables.geometry import BoundingBox
from tests.catalog.builder import BASE, Stored, dataset
from tests.catalog.web.asking import Place, place_in
from tests.catalog.web.pages_reading import NOW, addresses, file, filled, first, read, titles, words

ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Place]:
    with place_in(tmp_path) as made:
        made.app.state.now = lambda: NOW
        yield filled(made)


# ------------------------------------------------------------------------------------------------- addresses


def asked(text: str) -> Query:
    return searches.asked(QueryParams(text))


def test_a_search_is_written_as_it_is_read() -> None:
    text = (
        "q=M%C3%BCll&municipality=neuhof&map=yes&bbox=9.5,50.3,9.7,50.5&from=2024-01-01&to=2024-12-31&sort=title&page=2"
    )
    query = asked(text)
    assert query.bbox == BoundingBox(9.5, 50.3, 9.7, 50.5)
    assert (query.begin, query.end) == (date(2024, 1, 1), date(2024, 12, 31))
    assert asked(urlencode(searches.pairs(query))) == query


def test_the_form_s_fields_mean_the_same() -> None:
    assert asked("west=9,5&south=50.3&east=9.7&north=50.5") == asked("bbox=9.5,50.3,9.7,50.5")
    assert asked("west=&south=&east=&north=&from=&to=") == asked("")
    assert asked("from=2024&to=2024") == asked("from=2024-01-01&to=2024-12-31")
    assert asked("from=2024-02&to=2024-02") == asked("from=2024-02-01&to=2024-02-29")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("bbox=1,2,3", "bbox"),
        ("bbox=9.7,50.3,9.5,50.5", "bbox"),
        ("bbox=9.5,50.3,9.7,95", "bbox"),
        ("bbox=nan,50,9,51", "bbox"),
        ("bbox=1e2,50,9,51", "bbox"),
        ("west=9.5&south=50.3&east=&north=50.5", "east"),
        ("west=links&south=50.3&east=9.7&north=50.5", "west"),
        ("from=gestern", "from"),
        ("to=2024-02-30", "to"),
        ("to=2024-13", "to"),
        ("from=2024-05-01&to=2024-04-01", "from"),
        ("from=0000-01-01", "from"),
    ],
)
def test_what_is_no_box_or_day_is_refused_with_the_parameter_s_name(full: Place, text: str, name: str) -> None:
    with pytest.raises(Refused) as raised:
        asked(text)
    assert raised.value.de.startswith(f"{name}=")
    for path in ("/datasets", "/datasets.json", "/catalog.ttl"):
        assert full.ask.get(f"{path}?{text}").status_code == 400


@given(st.dictionaries(st.sampled_from(["bbox", "west", "north", "from", "to", "page", "map"]), st.text(max_size=20)))
def test_no_parameter_is_an_error_of_ours(parameters: dict[str, str]) -> None:
    with suppress(Refused):
        query = searches.asked(QueryParams(parameters))
        assert searches.asked(QueryParams(searches.pairs(query))) == query


# ------------------------------------------------------------------------------------------------- twins


def test_every_search_is_json_too(full: Place) -> None:
    answer = full.ask.get("/datasets.json?q=wasser&municipality=flieden")
    found = answer.json()
    assert answer.headers["access-control-allow-origin"] == "*"
    assert (found["total"], found["page"], found["size"], found["next"]) == (1, 1, 20, None)
    one = found["datasets"][0]
    assert one["title"] == "Badegewässer im Kreis"
    assert one["html"] == f"{BASE}/dataset/{one['slug']}"
    assert one["files"][0] == {
        "title": "Datei Nummer 1",
        "format": "CSV",
        "url": "https://x.example/1.csv",
        "bytes": 293000,
        "html": f"{one['html']}/file/1",
    }
    assert found["facets"]["municipality"] == {"flieden": 1}
    assert full.ask.get("/datasets.json?q=wasser", if_none_match=answer.headers["etag"]).status_code == 200
    same = "/datasets.json?q=wasser&municipality=flieden"
    assert full.ask.get(same, if_none_match=answer.headers["etag"]).status_code == 304


def test_pages_of_json_lead_on(full: Place) -> None:
    answer = full.ask.get("/datasets.json?sort=title&size=2")
    found = answer.json()
    assert found["next"] == f"{BASE}/datasets.json?sort=title&size=2&page=2"
    assert f'<{found["next"]}>; rel="next"' in answer.headers["link"]
    rest = full.ask.get("/datasets.json?sort=title&size=2&page=2").json()
    assert len(found["datasets"]) + len(rest["datasets"]) == found["total"] == 3
    assert rest["previous"] == f"{BASE}/datasets.json?sort=title&size=2"
    assert full.ask.get("/datasets.json?size=0").status_code == 400
    assert full.ask.get("/datasets.json?size=1000000").json()["size"] == 100
    beyond = full.ask.get("/datasets.json?sort=title&size=2&page=400").json()
    assert (beyond["next"], beyond["datasets"]) == (None, [])
    last = full.ask.get(beyond["previous"].removeprefix(BASE)).json()
    assert last["next"] is None
    assert last["datasets"]


@pytest.mark.parametrize("page", ["0", "-1", "x", "501", "99999999999999"])
@pytest.mark.parametrize("suffix", ["json", "csv", "atom"])
def test_a_page_that_no_search_has_is_refused_to_programs(full: Place, suffix: str, page: str) -> None:
    answer = full.ask.get(f"/datasets.{suffix}?page={page}")
    assert answer.status_code == 400
    assert f"page={page}" in answer.text
    assert full.ask.get(f"/datasets?page={page}").status_code == 200
    assert full.ask.get("/datasets.xyz").status_code == 404


def test_json_says_what_was_meant(full: Place) -> None:
    assert full.ask.get("/datasets.json?q=badegewaser").json()["meant"] == {
        "q": "Badegewässer",
        "total": 1,
        "html": f"{BASE}/datasets?q=Badegew%C3%A4sser",
    }
    assert full.ask.get("/datasets.json?q=wasser").json()["meant"] is None


def test_every_search_is_a_table_without_formulas(full: Place) -> None:
    full.publish(Stored("boese", dataset("=1+1", "@SUM(A1)\nZeile;mit;Strichpunkt", keyword=(Literal("-5", "de"),))))
    answer = full.ask.get("/datasets.csv?sort=title&municipality=neuhof")
    assert answer.headers["content-disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 3
    bad = next(row for row in rows if "1+1" in row["title"])
    assert (bad["title"], bad["description"]) == ("'=1+1", "'@SUM(A1) Zeile;mit;Strichpunkt")
    assert bad["keywords"] == "-5"
    assert {row["municipality"] for row in rows} == {"Gemeinde Neuhof"}


def test_tables_and_feeds_say_descriptions_as_plain_text(full: Place) -> None:
    described = '<div style="color:red"><p>Wo Zwerge <b>wohnen</b> &amp; baden.</p></div>'
    full.publish(Stored("html", dataset("Zwergenwiese", described)))
    (row,) = csv.DictReader(
        io.StringIO(full.ask.get("/datasets.csv?q=Zwergenwiese").content.decode("utf-8-sig")), delimiter=";"
    )
    feed = etree.fromstring(full.ask.get("/datasets.atom?q=Zwergenwiese").content)
    assert row["description"] == "Wo Zwerge wohnen & baden."
    assert feed.findtext("a:entry/a:content", namespaces=ATOM) == "Wo Zwerge wohnen & baden."


def test_every_search_can_be_subscribed(full: Place) -> None:
    page = read(full, "/datasets?q=bauen&municipality=neuhof")
    address = str(first(page, 'link[type="application/atom+xml"][title="Diese Suche abonnieren"]').attributes["href"])
    assert address == "/datasets.atom?q=bauen&municipality=neuhof"
    assert address in addresses(page)
    before = etree.fromstring(full.ask.get(address).content)
    assert before.findtext("a:id", namespaces=ATOM) == BASE + address
    assert before.xpath("a:entry/a:title/text()", namespaces=ATOM) == ["Bauplätze in Neuhof"]
    full.publish(Stored("neu", dataset("Bauen im Wald")))
    after = etree.fromstring(full.ask.get(address).content)
    assert after.xpath("a:entry/a:title/text()", namespaces=ATOM) == ["Bauen im Wald", "Bauplätze in Neuhof"]


# ------------------------------------------------------------------------------------------------- suggestions


def test_suggestions_have_texts_numbers_and_addresses(full: Place) -> None:
    found = full.ask.get("/api/suggest?q=baupl").json()["suggestions"]
    assert found[0] == {
        "kind": "text",
        "text": "Bauplätze",
        "label": "",
        "number": 1,
        "address": "/datasets?q=Baupl%C3%A4tze",
    }
    assert found[-1]["kind"] == "dataset"
    assert found[-1]["address"] == f"/dataset/{full.slug('bau')}"
    english = full.ask.get("/en/api/suggest?q=environ").json()["suggestions"]
    assert [suggestion["text"] for suggestion in english] == ["environment", "Environment"]
    assert english[1:] == [
        {"kind": "theme", "text": "Environment", "label": "Topic", "number": 1, "address": "/en/datasets?theme=ENVI"}
    ]
    assert full.ask.get("/api/suggest").json() == {"q": "", "suggestions": []}


# ------------------------------------------------------------------------------------------------- the page


def test_the_page_mends_a_slip_and_shows_what_was_meant(full: Place) -> None:
    page = read(full, "/datasets?q=badegewaser")
    assert words(first(page, "#results")) == "0 Ergebnisse"
    assert words(first(page, ".meant")) == "Meinten Sie: Badegewässer ? 1 Ergebnis"
    assert addresses(page, ".meant a") == ["/datasets?q=Badegew%C3%A4sser"]
    assert [words(node) for node in page.css(".hits h4")] == ["Badegewässer im Kreis"]


def test_a_municipality_in_the_words_is_said_and_can_be_made_the_filter(full: Place) -> None:
    page = read(full, "/datasets?q=Baupl%C3%A4tze+Neuhof")
    assert titles(page) == ["Bauplätze in Neuhof"]
    assert "/datasets?q=Baupl%C3%A4tze&municipality=neuhof" in addresses(page, ".results a")
    assert not [a for a in addresses(read(full, "/datasets?q=Neuhof&municipality=neuhof"), ".results .hint a") if a]


def test_a_search_without_results_offers_ways_on(full: Place) -> None:
    page = read(full, "/datasets?q=badegew%C3%A4sser&municipality=neuhof")
    ways = addresses(page, ".empty a")
    assert "/datasets?q=badegew%C3%A4sser&municipality=flieden" in ways
    assert "/datasets?q=badegew%C3%A4sser" in ways
    assert any(way.startswith("/feedback?kind=wish&q=badegew") for way in ways)
    assert all(full.ask.get(way).status_code == 200 for way in ways)


def test_features_place_and_time_are_filters_with_chips(full: Place) -> None:
    point = Location(centroid=(Literal("POINT(9.6 50.4)", None, "http://www.opengis.net/ont/geosparql#wktLiteral"),))
    full.publish(Stored("punkt", dataset("Brunnen", spatial=(point,), distribution=(file(9, "GEOJSON"),))))
    page = read(full, "/datasets?map=yes&bbox=9.5,50.3,9.7,50.5")
    assert titles(page) == ["Brunnen"]
    chips = {words(a): str(a.attributes["href"]) for a in page.css(".chips a.removable")}
    assert chips == {
        "Filter entfernen: Merkmal: Mit Karte ×": "/datasets?bbox=9.5%2C50.3%2C9.7%2C50.5",
        "Filter entfernen: Ort auf der Karte: 9,500° bis 9,700° Ost, 50,300° bis 50,500° Nord ×": "/datasets?map=yes",
    }
    assert first(page, "input[name=west]").attributes["value"] == "9.5"
    timed = read(full, "/datasets?from=2030-01-01")
    assert words(timed.css(".chips a.removable")[0]) == "Filter entfernen: Zeitraum: ab 1. Januar 2030 ×"
    assert titles(timed) == ["Bauplätze in Neuhof"]


def test_a_preview_is_offered_only_where_there_is_one(full: Place) -> None:
    row = "/datasets?q=badegew%C3%A4sser"
    assert not [a for a in addresses(read(full, row), ".files a") if "/file/" in a]
    kept = Keeping(full.region)
    for number, (state, kind) in enumerate((("none", "none"), ("ready", "table")), 1):
        address = f"https://x.example/{number}.{'csv' if number == 1 else 'geojson'}"
        key = key_of(wanted(full.region, "flieden-portal", address, "CSV" if number == 1 else "GEOJSON"))
        made: Any = Preview(key, address, state, kind)  # type: ignore[arg-type]  # of the literals above
        kept.put(made)
        assert kept.shown(key) == ("table" if state == "ready" else "")
    full.publish(Stored("weiter", dataset("Weiter", distribution=(file(9),))))
    slug = full.slug("bad", "flieden-portal")
    assert [a for a in addresses(read(full, row), ".files a") if "/file/" in a] == [f"/dataset/{slug}/file/2"]


def test_a_layer_of_a_service_has_its_preview_and_rows_say_map_and_live(full: Place) -> None:
    layer = dataset("Lärmkarte", distribution=(file(7, "WMS_SRVC"),), identifier=(Literal("laerm:1"),))
    other = dataset("Flurkarte", distribution=(file(7, "WMS_SRVC"),), identifier=(Literal("alkis:1"),))
    level = dataset(
        "Pegel", distribution=(file(8, "JSON", conforms_to=("http://www.opengis.net/spec/sensorthings/1",)),)
    )
    full.publish(Stored("laerm", layer), Stored("flur", other), Stored("pegel", level))
    address = "https://x.example/7.wms_srvc"
    wish = replace(
        wanted(full.region, "neuhof-portal", address, "WMS_SRVC"), called="laerm:1\nDatei Nummer 7\nLärmkarte"
    )
    made: Any = Preview(key_of(wish), address, "ready", "map")
    Keeping(full.region).put(made)
    shown = {}
    for article in read(full, "/datasets?format=WMS_SRVC&format=JSON").css(".hits article"):
        links = [str(a.attributes["href"]) for a in article.css(".files a") if "/file/" in str(a.attributes["href"])]
        shown[words(article.css_first("h3"))] = (links, [words(badge) for badge in article.css(".badge")])
    marked = read(full, "/datasets?format=WMS_SRVC&format=JSON").css(".files .kern-icon--download")
    assert len(marked) == 1, "a file is downloaded, a service is not"
    assert shown["Lärmkarte"] == ([f"/dataset/{full.slug('laerm')}/file/1"], ["Karte"])
    assert shown["Flurkarte"] == ([], ["Karte"])
    assert shown["Pegel"] == ([], ["Live"])
    english = read(full, "/en/datasets?q=L%C3%A4rmkarte")
    assert [words(badge) for badge in english.css(".hits .badge")] == ["Map"]


@pytest.mark.parametrize("path", ["/datasets", "/en/datasets?theme=ENVI&format=CSV", "/datasets?q=see&license=a%26b"])
def test_a_page_of_kept_parts_is_the_page_made_anew(full: Place, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked_anew(number: int) -> str:
        return full.ask.get(f"{path}{'&' if '?' in path else '?'}_={number}", accept="text/html").text.replace(
            f"_={number}", "_="
        )

    kept = [asked_anew(number) for number in (1, 2)]
    monkeypatch.setattr(Remembered, "once", lambda _self, _key, make: make())
    assert kept == [asked_anew(3)] * 2
    assert 'class="hits"' in kept[0] or "license" in path


def test_the_same_letters_as_text_and_as_html_are_two_kept_parts() -> None:
    ready: Any = templates._environment("", "de").globals["ready"]
    as_html = ready("facet_box", "format", "X", Markup("<b>"), False, True)
    as_text = ready("facet_box", "format", "X", "<b>", False, True)
    assert "<b>" in as_html
    assert "&lt;b&gt;" in as_text


def test_who_asks_for_more_words_than_are_searched_for_is_told(full: Place) -> None:
    many = " ".join(["Radwege", *(f"wort{number:03}" for number in range(400))])
    kept = searches.text(QueryParams({"q": many}))
    assert len(kept) <= searches.LONGEST
    assert many.startswith(f"{kept} ")
    assert searches.text(QueryParams({"q": "x" * 500})) == "x" * searches.LONGEST
    whole = " ".join(["ab"] * 67)[: searches.LONGEST]
    assert searches.text(QueryParams({"q": whole})) == whole
    page = read(full, f"/datasets?{urlencode({'q': many})}")
    assert "länger als 200 Zeichen" in words(first(page, "#found"))
    assert first(page, "input[name=q]").attributes["value"] == kept
    told = full.ask.get(f"/datasets.json?{urlencode({'q': many})}").json()
    assert (told["q"], told["shortened"]) == (kept, True)
    short = full.ask.get("/datasets.json?q=Radwege").json()
    assert (short["q"], short["shortened"]) == ("Radwege", False)
    assert "länger als" not in words(first(read(full, "/datasets?q=Radwege"), "#found"))


def test_a_slow_search_holds_up_neither_the_others_nor_more_than_its_share(
    full: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asyncio.run(searched(full.catalogue, threading.current_thread)) is threading.current_thread()
    monkeypatch.setattr(searching, "LARGE", 1)
    full.catalogue.index.refresh()
    under_way, most = 0, 0
    goes_on, lock = threading.Event(), threading.Lock()

    def slow() -> str:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        assert goes_on.wait(30)
        with lock:
            under_way -= 1
        return "found"

    async def asked_at_once() -> list[str]:
        each = [asyncio.ensure_future(searched(full.catalogue, slow)) for _ in range(5)]
        while under_way < AT_ONCE:
            await asyncio.sleep(0.001)
        for _ in range(20):  # the loop is free, and no third one begins
            await asyncio.sleep(0.001)
        assert under_way == AT_ONCE
        goes_on.set()
        return await asyncio.gather(*each)

    assert asyncio.run(asked_at_once()) == ["found"] * 5
    assert most == AT_ONCE


# ------------------------------------------------------------------------------------------------- today


@pytest.mark.parametrize(
    ("now", "changed_today"),
    [
        # Half past eleven in the evening, one in the night, and the hour before it, in summer: German clocks.
        (datetime(2026, 6, 1, 21, 30, tzinfo=UTC), {"Am ersten", "Monatserster"}),
        (datetime(2026, 6, 1, 22, 30, tzinfo=UTC), {"In der Nacht", "Am zweiten"}),
        (datetime(2026, 6, 1, 23, 59, tzinfo=UTC), {"In der Nacht", "Am zweiten"}),
        (datetime(2026, 6, 2, 12, 0, tzinfo=UTC), {"In der Nacht", "Am zweiten"}),
    ],
)
def test_today_is_the_german_day_on_pages_for_programs_and_in_feeds(
    tmp_path: Path, now: datetime, changed_today: set[str]
) -> None:
    dates = {
        "Am ersten": "2026-06-01T08:00:00+02:00",
        "Monatserster": "2026-06-01",
        "In der Nacht": "2026-06-01T22:15:00Z",
        "Am zweiten": "2026-06-02",
    }
    with place_in(tmp_path) as place:
        place.app.state.now = lambda: now
        place.publish(*(Stored(t, dataset(t, modified=(Literal(d, None, ""),))) for t, d in dates.items()))
        page = read(place, "/datasets?age=today")
        assert {words(each) for each in page.css(".hits h3")} == changed_today
        (label,) = (words(each) for each in page.css("label") if "heute geändert" in words(each))
        assert label == f"heute geändert ({len(changed_today)})"
        found = place.ask.get("/datasets.json?age=today").json()
        assert found["total"] == len(changed_today)
        assert {each["title"] for each in found["datasets"]} == changed_today
        feed = place.ask.get("/catalog.ttl?age=today").text
        assert {title for title in dates if f'"{title}"' in feed} == changed_today


def test_the_catalogues_own_today_is_the_german_one(tmp_path: Path) -> None:
    assert past.today(datetime(2026, 1, 1, 22, 59, tzinfo=UTC)) == date(2026, 1, 1)
    assert past.today(datetime(2026, 1, 1, 23, 0, tzinfo=UTC)) == date(2026, 1, 2)
    with place_in(tmp_path) as place:
        place.publish(Stored("a", dataset("A", modified=(Literal(past.today().isoformat(), None, ""),))))
        assert place.catalogue.count(Query(age=("today",))) == 1
