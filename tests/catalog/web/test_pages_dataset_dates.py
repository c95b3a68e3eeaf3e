"""A dataset of dates shows its next ones from today on, and no count of its rows; a map goes before such a count too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from catalog import preview as previews
from catalog.preview import wanting
from catalog.web.app import create_app
from schemas.kinds import Literal
from schemas.pinned_charts import PinnedChart
from tests.catalog.builder import BASE, Stored, dataset
from tests.catalog.preview.region_of_files import end_maker, make_region
from tests.catalog.web.asking import AUTHORITY, Asking, Place
from tests.catalog.web.pages_reading import addresses, file, first, read, words

TODAY = date(2026, 11, 29)
# In Germany it is the 29th by then.
NIGHT = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)
KINDS = ("Biotonne", "Restmüll", "Biotonne", "Papier")


def dated(offset: int) -> str:
    return f"{TODAY + timedelta(days=offset):%d.%m.%Y}"


def waste() -> str:
    """Collections, each third day from long ago until long after today, the latest first."""
    return "Datum;Abfallart\n" + "".join(f"{dated(n * 3)};{KINDS[n % 4]}\n" for n in range(40, -21, -1))


def meetings() -> str:
    """Meetings that are all over."""
    return "Datum;Gremium\n" + "".join(f"{dated(-n * 7)};{('Rat', 'Rat', 'Bau')[n % 3]}\n" for n in range(1, 22))


def closures() -> str:
    """Closures of roads: one is over, one holds, the others come."""
    rows = [("Am Weiher", -9, -2), ("Rhönstraße", -3, 90), *((f"Weg {n}", n, n + 5) for n in range(2, 14))]
    halves = ("halbseitig", "voll", "halbseitig")
    lines = (f"{street};{dated(a)};{dated(b)};{halves[n % 3]}\n" for n, (street, a, b) in enumerate(rows))
    return "Straße;von;bis;Art\n" + "".join(lines)


def drawn() -> str:
    """The same on a map."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [9.6 + n / 100, 50.45]},
            "properties": {"Straße": f"Weg {n}", "Art": ("halbseitig", "voll")[n % 2]},
        }
        for n in range(8)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def events() -> str:
    """A calendar: one event is over, the others come."""
    made = "".join(
        f"BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:{TODAY + timedelta(days=n):%Y%m%d}\r\nSUMMARY:Fest {n}\r\nEND:VEVENT\r\n"
        for n in (30, -1, 0, 4)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y\r\n{made}END:VCALENDAR\r\n"


def levels() -> str:
    """A number by days, some of which are still to come."""
    return "Datum;Pegel (cm)\n" + "".join(f"{dated(n)};{40 + n % 9}\n" for n in range(-20, 20))


DATASETS = {
    "abfall": ("Abfallkalender", {"abfall.csv": waste()}),
    "arten": ("Abfallarten der Abfuhr", {"arten.csv": waste()}),
    "sitzungen": ("Sitzungen", {"sitzungen.csv": meetings()}),
    "gremien": ("Gremien", {"gremien.csv": meetings()}),
    "sperrungen": ("Sperrungen", {"sperrungen.csv": closures()}),
    "karte": ("Sperrungen auf der Karte", {"sperrungen-2.csv": closures(), "sperrungen.geojson": drawn()}),
    "feste": ("Feste", {"feste.ics": events()}),
    "pegel": ("Pegel", {"pegel.csv": levels()}),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    region = make_region(tmp_path_factory.mktemp("dates") / "region")
    made = Place(region)
    made.app.state.now = lambda: NIGHT
    try:
        for native_id, (title, contents) in DATASETS.items():
            for name, content in contents.items():
                (region.folder / "files" / name).write_text(content, encoding="utf-8")
            items = tuple(
                file(n, title=(Literal(name, "de"),), access_url=(address(name),), download_url=(address(name),))
                for n, name in enumerate(contents, 1)
            )
            theme = (f"{AUTHORITY}/data-theme/ENVI",) if native_id in ("abfall", "pegel") else ()
            language = (f"{AUTHORITY}/language/FRA",) if native_id == "pegel" else ()
            record = dataset(title, distribution=items, theme=theme, language=language)
            made.publish(Stored(native_id, record, source_key="ordner"))
            for item in items:
                wish = wanting.of_file(region, "ordner", item, record=record)
                assert wish is not None
                found = previews.find(region, wish, patience=60)
                assert found.ready, found.reason
        yield made
    finally:
        end_maker(region)
        made.close()


def address(name: str) -> str:
    return f"{BASE}/files/ordner/{name}"


def look(place: Place, native_id: str, language: str = "") -> LexborNode:
    page = read(place, f"{language}/dataset/{place.slug(native_id, 'ordner')}")
    return next(node for node in page.css("section") if node.attributes.get("aria-labelledby") == "look")


def column(shown: LexborNode, number: int) -> list[str]:
    return [words(row.css("td")[number]) for row in shown.css("#rows ~ .scroll tbody tr")]


def path(place: Place, native_id: str) -> str:
    return f"/dataset/{place.slug(native_id, 'ordner')}/file/1"


def test_the_next_dates_stand_on_the_page_and_no_count(place: Place) -> None:
    shown = look(place, "abfall")
    assert not shown.css("svg.chart")
    assert words(shown.css_first("#rows")) == "Die nächsten Termine"
    assert words(shown.css_first("caption")) == "Nächste Termine aus „abfall.csv“"
    assert column(shown, 0) == [dated(n * 3) for n in range(10)]
    assert "Sie sehen 10 von 61 Zeilen." in words(shown)
    all_of_them = f"{path(place, 'abfall')}?Datum.from=2026-11-29&sort=Datum"
    assert [words(a) for a in shown.css(f'a[href="{all_of_them}"]')] == ["Alle kommenden Termine ansehen"]
    table = read(place, all_of_them)
    assert len(table.css("table.cells tbody tr")) == 41
    # A reader may still have the count.
    assert read(place, f"{path(place, 'abfall')}?view=chart&x=Abfallart").css("svg.chart")


def test_the_next_dates_in_english(place: Place) -> None:
    shown = look(place, "abfall", "/en")
    assert words(shown.css_first("#rows")) == "The next dates"
    assert words(shown.css_first("caption")) == "Next dates from “ abfall.csv ”"  # the name of the file is in German
    assert "See all dates to come" in words(shown)
    assert f"/en{path(place, 'abfall')}?Datum.from=2026-11-29&sort=Datum" in [
        a.attributes["href"] for a in shown.css("a")
    ]


def test_what_the_title_speaks_of_is_counted_beside_the_dates(place: Place) -> None:
    shown = look(place, "arten")
    assert words(shown.css_first("figcaption")) == "Anzahl nach Abfallart Am häufigsten: „Biotonne“ (31)."
    assert words(shown.css_first("#rows")) == "Die nächsten Termine"


def test_a_steward_may_have_the_count(place: Place) -> None:
    pin = PinnedChart(file=address("abfall.csv"), kind="bar", x="Abfallart")
    region, usual = place.region.model_copy(update={"charts": (pin,)}), place.ask
    place.ask = Asking(create_app(region, place.catalogue))
    place.ask.app.state.now = lambda: NIGHT
    try:
        assert look(place, "abfall").css("svg.chart")
    finally:
        place.ask = usual


def test_where_all_is_over_the_last_dates_stand(place: Place) -> None:
    shown = look(place, "sitzungen")
    assert words(shown.css_first("#rows")) == "Die letzten Termine"
    assert column(shown, 0) == [dated(-n * 7) for n in range(1, 11)]
    assert f"{path(place, 'sitzungen')}?sort=-Datum" in [a.attributes["href"] for a in shown.css("a")]


def test_old_dates_of_what_is_not_called_dates_are_simply_rows(place: Place) -> None:
    shown = look(place, "gremien")
    assert words(shown.css_first("#rows")) == "Die ersten Zeilen"
    assert words(shown.css_first("figcaption h3")) == "Anzahl nach Gremium"


def test_what_lasts_is_shown_until_it_ends(place: Place) -> None:
    shown = look(place, "sperrungen")
    assert not shown.css("svg.chart")
    assert words(shown.css_first("#rows")) == "Jetzt und demnächst"
    assert column(shown, 0) == ["Rhönstraße", *(f"Weg {n}" for n in range(2, 11))]
    wanted = f"{path(place, 'sperrungen')}?bis.from=2026-11-29&sort=von"
    assert wanted in [a.attributes["href"] for a in shown.css("a")]


def test_the_map_of_another_file_goes_before_a_count(place: Place) -> None:
    shown = look(place, "karte")
    assert not shown.css("svg.chart")
    assert "Die Karte zeigt 8 Objekte." in words(shown)


def test_a_calendar_has_its_events_by_their_beginning(place: Place) -> None:
    shown = look(place, "feste")
    assert words(shown.css_first("#rows")) == "Die nächsten Termine"
    assert column(shown, 0) == [dated(n) for n in (0, 4, 30)]
    assert f"{path(place, 'feste')}?Beginn.from=2026-11-29&sort=Beginn" in [
        a.attributes["href"] for a in shown.css("a")
    ]


def test_a_course_of_numbers_is_no_list_of_dates(place: Place) -> None:
    shown = look(place, "pegel")
    assert words(shown.css_first("figcaption h3")) == "Pegel (cm) nach Datum"
    assert words(shown.css_first("#rows")) == "Die ersten Zeilen"


def test_a_topic_shows_no_count_of_dates_and_says_the_language_of_the_file(place: Place) -> None:
    page: LexborHTMLParser = read(place, "/en/theme/ENVI")
    assert words(first(page, "figcaption h3")) == "Pegel (cm) by Datum"
    assert [words(each) for each in page.css("figcaption h3 [lang=fr]")] == ["Pegel (cm)", "Datum"]
    assert f"/en/dataset/{place.slug('pegel', 'ordner')}" in addresses(page, "section[aria-labelledby=chart] a")
