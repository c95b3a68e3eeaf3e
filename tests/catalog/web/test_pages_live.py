"""What pages say of live values: how old they are, at the pins too, how to take them along, and why there are no newer ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from catalog import formats
from catalog import preview as previews
from catalog.preview.keeping import Keeping
from tests.catalog.web.live_place import MEASURED, Live, live_place
from tests.catalog.web.pages_reading import first, read, words
from tests.harvesters.city_servers import Told


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    with live_place(tmp_path) as made:
        yield made


def test_pages_say_how_long_ago_the_newest_value_was_measured(live: Live) -> None:
    page = read(live.place, f"/dataset/{live.slug}")
    assert words(first(page, ".look .live")) == "Neuester Wert: vor 4 Minuten gemessen (30. November 2026, 11:15 Uhr)."
    assert words(first(page, "#rows")) == "Die neuesten Werte"
    assert "Live-Werte" in words(first(page, ".badges"))
    assert words(first(page, ".look tbody tr")) == "Pegel Brücke 47,3 30.11.2026 11:15 50.45 9.601"
    english = read(live.place, f"/en/dataset/{live.slug}/file/1")
    assert words(first(english, ".live")) == "Newest value: measured 4 minutes ago (30 November 2026, 11:15)."


def test_values_of_days_ago_are_not_shown_as_those_of_now(live: Live) -> None:
    live.at(timedelta(days=3))
    for path in ("", "/file/1"):
        page = read(live.place, f"/dataset/{live.slug}{path}")
        told = "Hier stehen keine aktuellen Werte. Der neueste ist vom 30. November 2026, 11:15 Uhr."
        assert words(first(page, ".banner")) == told
        assert not page.css(".live")


def test_what_only_a_header_opens_is_taken_along_as_csv_from_here(live: Live) -> None:
    page = read(live.place, f"/dataset/{live.slug}")
    button = first(page, ".actions a")
    assert (words(button), button.attributes["href"]) == ("CSV herunterladen", f"/dataset/{live.slug}/file/1.csv")
    told = "Der Dienst antwortet nur, wenn die Abfrage unter ihren Kopfzeilen Fiware-Service: neuhof mitschickt;"
    assert told in words(first(page, ".look"))
    assert any("-H 'Fiware-Service: neuhof'" in words(each) for each in page.css("pre"))
    file = read(live.place, f"/dataset/{live.slug}/file/1")
    assert words(first(file, ".actions a")) == "CSV herunterladen"
    assert told in words(first(file, "main"))
    rows = live.place.ask.get(f"/dataset/{live.slug}/file/1.csv?raw=1").text
    assert rows.splitlines()[1] == "Pegel Brücke,47.3,2026-11-30 11:15,50.45,9.601"


def test_the_map_says_the_values_at_their_places_in_drawing_list_and_for_the_script(live: Live) -> None:
    page = read(live.place, f"/dataset/{live.slug}/file/1?view=map")
    assert [words(each) for each in page.css(".map-drawing text.mark")] == ["47,3 cm", "47,3 cm"]
    assert words(first(page, ".map figcaption")) == "Die Karte zeigt 1 Objekt. Neben den Punkten steht: Stand (cm)."
    assert words(first(page, ".map-list li span")) == "Pegel Brücke: 47,3 cm"
    english = live.place.ask.get(f"/dataset/{live.slug}/file/1/map.geojson?lang=en").json()
    assert english["features"][0]["properties"]["mark"] == "47.3 cm"
    plain = live.place.ask.get(f"/dataset/{live.slug}/file/1/map.geojson").json()  # programs have the columns
    assert "mark" not in plain["features"][0]["properties"]


def test_a_search_for_live_values_finds_it_and_the_home_page_counts_it(live: Live) -> None:
    home = read(live.place, "/")
    door = next(each for each in home.css(".doors a") if "Lage jetzt" in words(each))
    assert (words(door), door.attributes["href"]) == ("Lage jetzt 1 Datensatz mit Live-Werten", "/datasets?live=yes")
    row = first(read(live.place, "/datasets?live=yes"), "main")
    links = [each.attributes["href"] or "" for each in row.css("a")]
    # Where the service's own address gives nothing to a browser, the row offers what we show of it.
    path = f"/dataset/{live.slug}"
    assert {path, f"{path}/file/1", f"{path}/file/1.csv"} <= set(links)
    assert not [each for each in links if "/orion/" in each]


def test_a_service_that_is_gone_leaves_its_last_values_and_says_why(live: Live) -> None:
    live.broker.quirk = lambda asked: Told(b"down", 503)
    found = previews.peek(live.place.region, live.wish)
    assert found is not None
    assert found.source is not None
    kept = Keeping(live.place.region)
    long_ago = "2020-01-01T00:00:00Z"
    source = found.source._replace(fetched_at=long_ago, checked_at=long_ago)
    kept.put(replace(found, source=source), kept.folder / found.folder)
    gone = previews.find(live.place.region, live.wish, patience=300)
    assert gone.reason is not None
    page = read(live.place, f"/dataset/{live.slug}/file/1")
    told = words(first(page, "main"))
    assert "Der Server hat gerade eine Störung (Fehler 503)." in told
    assert "Pegel Brücke" in told
    assert words(first(page, ".live")).startswith("Letzter bekannter Wert: vor 4 Minuten gemessen")
    # Asked in vain just now: it was fetched before that.
    facts = {words(each.css_first("dt")): words(each.css_first("dd")) for each in page.css(".pairs div")}
    assert facts["Von uns abgerufen"] == formats.time(long_ago)


@pytest.mark.parametrize(
    ("ago", "de", "en"),
    [
        (timedelta(seconds=20), "gerade eben", "just now"),
        (timedelta(minutes=1), "vor 1 Minute", "1 minute ago"),
        (timedelta(minutes=59), "vor 59 Minuten", "59 minutes ago"),
        (timedelta(hours=1, minutes=50), "vor 1 Stunde", "1 hour ago"),
        (timedelta(hours=23), "vor 23 Stunden", "23 hours ago"),
        (timedelta(days=3), "vor 3 Tagen", "3 days ago"),
        (timedelta(minutes=-5), "heute 11:15 Uhr", "today 11:15"),
    ],
)
def test_how_long_ago_in_words(ago: timedelta, de: str, en: str) -> None:
    when = MEASURED.isoformat()
    assert (formats.ago(when, MEASURED + ago, "de"), formats.ago(when, MEASURED + ago, "en")) == (de, en)
