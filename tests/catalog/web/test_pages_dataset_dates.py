"""A dataset of dates shows its next ones from today on, and no count of its rows; a map goes before such a count too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from catalog import preview as previews
from catalog.preview import wanting
from catalog.web.app import create_app
from schemas.german_time import BERLIN
from schemas.kinds import Literal
from schemas.pinned_charts import PinnedChart
from tests.catalog.builder import BASE, Stored, dataset
from tests.catalog.preview.calendars import calendar
from tests.catalog.preview.region_of_files import end_maker, make_region
from tests.catalog.web.asking import AUTHORITY, Asking, Place
from tests.catalog.web.pages_reading import addresses, file, first, read, words

TODAY = date(2026, 11, 29)
# In Germany it is the 29th by then.
NIGHT = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)
READ = datetime.now(BERLIN).date()
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


def repeated() -> str:
    """A calendar read today: a choir each week, once moved and once cancelled, a market day and a course that has begun."""
    now = READ
    day, week = "{:%Y%m%d}", timedelta(days=7)
    first = now - 8 * week + timedelta(days=1)  # tomorrow is one
    choir = f"UID:1\nDTSTART;TZID=Europe/Berlin:{day.format(first)}T193000\nRRULE:FREQ=WEEKLY\nSUMMARY:Chor"
    moved = (
        "UID:1\nRECURRENCE-ID;TZID=Europe/Berlin:{}T193000\nDTSTART;TZID=Europe/Berlin:{}T180000\nSUMMARY:Chor im Saal"
    )
    away = "UID:1\nRECURRENCE-ID;TZID=Europe/Berlin:{0}T193000\nDTSTART;TZID=Europe/Berlin:{0}T193000\nSTATUS:CANCELLED"
    begun = now - timedelta(days=2)
    return calendar(
        choir,
        moved.format(day.format(first + 9 * week), day.format(first + 9 * week + timedelta(days=1))),
        away.format(day.format(first + 10 * week)),
        f"DTSTART;VALUE=DATE:{day.format(now)}\nSUMMARY:Markt",
        f"DTSTART;VALUE=DATE:{day.format(begun)}\nDTEND;VALUE=DATE:{day.format(now + timedelta(days=3))}\nSUMMARY:Kurs",
        f"DTSTART;VALUE=DATE:{day.format(now + timedelta(days=5))}\nSTATUS:CANCELLED\nSUMMARY:Lesung",
    ).decode()


def elsewhere() -> str:
    """A calendar of single evenings in UTC, as many programs write them."""
    return calendar(
        f"DTSTART:{READ - timedelta(days=9):%Y%m%d}T183000Z\nSUMMARY:Rat",
        f"DTSTART:{READ + timedelta(days=9):%Y%m%d}T183000Z\nSUMMARY:Rat",
    ).decode()


def ruled(second: str) -> str:
    """A calendar of two evenings that are repeated by rules."""
    day = f"{READ + timedelta(days=2):%Y%m%d}"
    return calendar(
        f"DTSTART;TZID=Europe/Berlin:{day}T193000\nRRULE:FREQ=WEEKLY;INTERVAL=2\nSUMMARY:Chor",
        f"DTSTART;TZID=Europe/Berlin:{day}T200000\nRRULE:{second}\nSUMMARY:Tanz",
    ).decode()


def called_off() -> str:
    """A calendar in which nothing is to come but what was cancelled."""
    now = READ
    return calendar(
        f"DTSTART;VALUE=DATE:{now - timedelta(days=9):%Y%m%d}\nSUMMARY:Lesung",
        f"DTSTART;VALUE=DATE:{now + timedelta(days=9):%Y%m%d}\nSTATUS:CANCELLED\nSUMMARY:Lesung",
    ).decode()


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
    "kalender": ("Kalender", {"kalender.ics": repeated()}),
    "regeln": ("Regelmäßiges", {"regeln.ics": ruled("FREQ=MONTHLY;BYMONTHDAY=15")}),
    "verwickelt": ("Verwickeltes", {"verwickelt.ics": ruled("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1")}),
    "utc": ("Gremien in UTC", {"utc.ics": elsewhere()}),
    "abgesagt": ("Abgesagtes", {"abgesagt.ics": called_off()}),
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
                found = previews.find(region, wish, patience=300)
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


@contextmanager
def now(place: Place) -> Iterator[date]:
    """Today as it is: what repeats is told from the day on that its file was read."""
    if datetime.now(BERLIN).date() != READ:
        pytest.skip("midnight has passed since the files were written")
    place.app.state.now = None
    try:
        yield READ
    finally:
        place.app.state.now = lambda: NIGHT


def test_repeating_events_stand_one_by_one_without_the_cancelled(place: Place) -> None:
    with now(place) as today:
        shown = look(place, "kalender")
        english = look(place, "kalender", "/en")
        table = read(place, path(place, "kalender"))
    tomorrow, week = today + timedelta(days=1), timedelta(days=7)
    assert not shown.css("svg.chart"), "no count of what repeats"
    assert words(shown.css_first("#rows")) == "Jetzt und demnächst"
    names = [words(head) for head in shown.css("#rows ~ .scroll thead th")]
    assert names[:3] == ["Beginn", "Ende", "Titel"]
    evenings = [(f"{tomorrow + n * week:%d.%m.%Y} 19:30", "", "Chor") for n in (0, 3, 4, 5, 6, 7, 8)]
    course = today - timedelta(days=2), today + timedelta(days=2)
    assert list(zip(column(shown, 0), column(shown, 1), column(shown, 2), strict=True)) == [
        (f"{course[0]:%d.%m.%Y}", f"{course[1]:%d.%m.%Y}", "Kurs"),
        (f"{today:%d.%m.%Y}", f"{today:%d.%m.%Y}", "Markt"),
        evenings[0],
        (f"{tomorrow + week + timedelta(days=1):%d.%m.%Y} 18:00", "", "Chor im Saal"),
        *evenings[1:7],
    ]
    assert "In der Datei steht eine Reihe von Terminen nur einmal." in words(shown)
    assert "von 6 Zeilen" not in words(shown)
    assert "cancelled ones are left out" in words(english)
    assert not [a for a in shown.css("a") if "Termine" in words(a)], "no filter of the table finds them"
    # The table itself says what the file says.
    assert len(table.css("table.cells tbody tr")) == 6


def test_times_of_another_zone_are_told_in_german_time(place: Place) -> None:
    with now(place) as today:
        shown, other = look(place, "utc"), look(place, "kalender")
        table = read(place, path(place, "utc"))
    evening = datetime.combine(today + timedelta(days=9), time(18, 30), UTC).astimezone(BERLIN)
    assert column(shown, 0) == [f"{evening:%d.%m.%Y %H:%M}"]
    said = "Uhrzeiten sind hier deutsche Zeit."
    assert f"Sie sehen 1 von 2 Zeilen. {said}" in words(shown)
    assert said not in words(other)
    assert words(table.css("table.cells tbody td")[0]).endswith("18:30"), "the table says what the file says"
    assert "Alle kommenden Termine ansehen" in words(shown)


def test_what_was_cancelled_is_not_to_come(place: Place) -> None:
    with now(place) as today:
        shown = look(place, "abgesagt")
    assert words(shown.css_first("#rows")) == "Die letzten Termine"
    assert column(shown, 0) == [f"{today - timedelta(days=9):%d.%m.%Y}"]


def test_a_course_of_numbers_is_no_list_of_dates(place: Place) -> None:
    shown = look(place, "pegel")
    assert words(shown.css_first("figcaption h3")) == "Pegel (cm) nach Datum"
    assert words(shown.css_first("#rows")) == "Die ersten Zeilen"


def test_a_topic_shows_no_count_of_dates_and_says_the_language_of_the_file(place: Place) -> None:
    page: LexborHTMLParser = read(place, "/en/theme/ENVI")
    assert words(first(page, "figcaption h3")) == "Pegel (cm) by Datum"
    assert [words(each) for each in page.css("figcaption h3 [lang=fr]")] == ["Pegel (cm)", "Datum"]
    assert f"/en/dataset/{place.slug('pegel', 'ordner')}" in addresses(page, "section[aria-labelledby=chart] a")


def test_rules_of_repeated_dates_are_said_in_words(place: Place) -> None:
    shown = look(place, "regeln")
    heads = [words(each) for each in shown.css("#rows ~ .scroll thead th")]
    told = set(column(shown, heads.index("Wiederholung")))
    assert told == {"alle zwei Wochen", "jeden Monat am 15."}
    english = look(place, "regeln", "/en")
    cells = english.css("#rows ~ .scroll tbody td span[lang=en]")
    assert {words(each) for each in cells} == {"every two weeks", "every month on day 15"}


def test_rules_without_words_do_not_stand_among_the_next_dates(place: Place) -> None:
    shown = look(place, "verwickelt")
    table = first(shown, "#rows ~ .scroll")
    heads = [words(each) for each in table.css("thead th")]
    assert "Wiederholung" not in heads
    assert {len(row.css("td")) for row in table.css("tbody tr")} == {len(heads)}
    assert "FREQ" not in words(table)
    assert "1 weitere Spalte steht auf der Seite der Datei." in words(shown)
    # The file's own page has the rule as the file has it.
    assert "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1" in words(first(read(place, path(place, "verwickelt")), "main"))
