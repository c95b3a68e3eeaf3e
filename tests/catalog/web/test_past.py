"""The catalogue as on a past day: a dataset as it was described, its feeds, the search; days that are none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from selectolax.lexbor import LexborHTMLParser

from catalog import database, past, tables
from catalog.web import past_page
from schemas import iris
from tests.catalog.builder import Stored, dataset
from tests.catalog.web.asking import Place, place_in
from tests.catalog.web.pages_reading import titles, words

NOW = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Trees from the first day on, renamed on the second, gone on the third, back on the fourth; ways from the second."""
    with place_in(tmp_path_factory.mktemp("region")) as made:
        made.app.state.now = lambda: NOW
        made.publish(Stored("baum", dataset("Bäume", "Eichen und Linden")))
        made.publish(Stored("baum", dataset("Baumkataster", "Buchen")), Stored("weg", dataset("Wege", "Wanderwege")))
        made.publish(Stored("baum", None))
        made.publish(Stored("baum", dataset("Baumkataster neu", "Buchen")))
        yield made


def html(place: Place, address: str, status: int = 200) -> LexborHTMLParser:
    answer = place.ask.get(address, accept="text/html")
    assert answer.status_code == status, answer.text
    return LexborHTMLParser(answer.text)


def test_a_dataset_is_shown_as_it_was_described_on_a_day(place: Place) -> None:
    page = html(place, f"/dataset/{place.slug('baum')}?on=2026-01-01")
    assert words(page.css_first("h1")) == "Bäume"
    assert "Eichen und Linden" in words(page.css_first("main"))
    assert "Stand vom 1. Januar 2026" in words(page.css_first(".note"))
    assert page.css_first("meta[name=robots]").attributes["content"] == "noindex"  # type: ignore[union-attr]
    links = [node.attributes["href"] for node in page.css(".note a")]
    slug = place.slug("baum")
    assert links == [f"/dataset/{slug}", f"/dataset/{slug}/history?from=1&to=3", f"/dataset/{slug}/history"]
    english = html(place, f"/en/dataset/{slug}?on=2026-01-01")
    assert "As of 1 January 2026" in words(english.css_first(".note"))


def test_a_version_is_shown_by_its_number(place: Place) -> None:
    page = html(place, f"/dataset/{place.slug('baum')}?version=2")
    assert words(page.css_first("h1")) == "Baumkataster"
    assert html(place, f"/dataset/{place.slug('baum')}?version=9", 404)
    assert html(place, f"/dataset/{place.slug('baum')}?version=x", 400)


@pytest.mark.parametrize(
    ("name", "on", "status", "said"),
    [
        ("baum", "2026-01-03", 410, "Zurückgezogen am 3. Januar 2026"),
        ("weg", "2026-01-01", 404, "gab es diesen Datensatz hier noch nicht. Es gibt ihn seit dem 2. Januar 2026"),
        ("baum", "2025-12-31", 404, "gab es diesen Datensatz hier noch nicht. Es gibt ihn seit dem 1. Januar 2026"),
        ("baum", "gestern", 400, "on=gestern ist kein Tag"),
        ("baum", "2026-02-30", 400, "on=2026-02-30 ist kein Tag"),
        ("baum", "20260101", 400, "ist kein Tag"),
        ("baum", "2026-02-02", 400, "liegt in der Zukunft"),
    ],
)
def test_days_on_which_there_is_nothing_to_show(place: Place, name: str, on: str, status: int, said: str) -> None:
    address = f"/dataset/{place.slug(name)}"
    assert said in words(html(place, f"{address}?on={on}", status).css_first("main"))
    assert place.ask.get(f"{address}.ttl?on={on}").status_code == status


def test_a_day_ends_at_midnight_in_berlin(place: Place) -> None:
    """Publications are made at 4 o'clock UTC, which is 5 o'clock of the same day."""
    for day, title in (
        ("2026-01-02", "Baumkataster"),
        ("2026-01-04", "Baumkataster neu"),
        ("2026-02-01", "Baumkataster neu"),
    ):
        assert words(html(place, f"/dataset/{place.slug('baum')}?on={day}").css_first("h1")) == title


def test_the_description_of_a_day_for_programs(place: Place) -> None:
    slug = place.slug("baum")
    then = place.ask.get(f"/dataset/{slug}.ttl?on=2026-01-01")
    assert "Eichen und Linden" in then.text
    assert then.headers["memento-datetime"] == "Thu, 01 Jan 2026 04:00:00 GMT"
    assert then.headers["x-robots-tag"] == "noindex"
    now = place.ask.get(f"/dataset/{slug}.ttl")
    assert "Eichen" not in now.text
    assert "memento-datetime" not in now.headers
    assert "Eichen und Linden" in place.ask.get(f"/dataset/{slug}?on=2026-01-01", accept="text/turtle").text


def test_the_feed_of_a_day_holds_what_was_public_then(place: Place) -> None:
    first = place.ask.get("/catalog.ttl?on=2026-01-01")
    assert "Eichen und Linden" in first.text
    assert "Wanderwege" not in first.text
    assert "/catalog.ttl?on=2026-01-01&page=1>" in first.text
    third = place.ask.get("/catalog.ttl?on=2026-01-03")
    assert "Wanderwege" in third.text
    assert "Baumkataster" not in third.text
    assert place.ask.get("/catalog.ttl?on=2025-12-31").status_code == 404
    assert place.ask.get("/catalog.ttl?on=morgen").status_code == 400


def test_a_filtered_feed_of_a_day_finds_the_words_of_that_day(place: Place) -> None:
    found = place.ask.get("/catalog.nt?on=2026-01-01&q=Eiche")
    assert "Eichen und Linden" in found.text
    assert "Eichen" not in place.ask.get("/catalog.nt?q=Eiche").text
    assert "Wanderwege" not in place.ask.get("/catalog.nt?on=2026-01-01&q=Wanderweg").text
    assert "q=Eiche&on=2026-01-01" in found.text


def test_the_search_of_a_day_finds_what_was_public_then(place: Place) -> None:
    page = html(place, "/datasets?on=2026-01-01&q=eiche")
    assert titles(page) == ["Bäume"]
    assert "Stand vom 1. Januar 2026" in words(page.css_first(".note"))
    hit = page.css_first(".hits h3 a")
    assert hit is not None
    assert hit.attributes["href"] == f"/dataset/{place.slug('baum')}?on=2026-01-01"
    assert titles(html(place, "/datasets?q=eiche")) == [
        "Baumkataster neu"
    ]  # oaks are trees, though none is named today
    assert titles(html(place, "/datasets?q=%22eiche%22")) == []
    assert titles(html(place, "/datasets?on=2026-01-03")) == ["Wege"]
    assert titles(html(place, "/datasets?on=2026-01-02&sort=title")) == ["Baumkataster", "Wege"]
    assert page.css_first("meta[name=robots]") is not None
    assert page.css_first("input[name=on]").attributes["value"] == "2026-01-01"  # type: ignore[union-attr]


def test_everything_on_the_search_page_of_a_day_stays_on_that_day(place: Place) -> None:
    page = html(place, "/datasets?on=2026-01-02&municipality=neuhof&q=w")
    assert "Stand: 2. Januar 2026" in words(page.css_first(".chips"))
    for suffix in ("atom", "json", "csv"):
        (link,) = {a.attributes["href"] for a in page.css(f".machine a[href*='/datasets.{suffix}']")}
        assert "on=2026-01-02" in str(link)
    told = place.ask.get("/datasets.json?on=2026-01-02").json()
    assert [each["title"] for each in told["datasets"]] in (["Baumkataster", "Wege"], ["Wege", "Baumkataster"])
    assert all(each["html"].endswith("?on=2026-01-02") for each in told["datasets"])
    assert "Wanderwege" in place.ask.get("/datasets.csv?on=2026-01-03").text


def test_a_day_before_the_first_publication_says_so(place: Place) -> None:
    page = html(place, "/datasets?on=2025-12-31")
    said = words(page.css_first(".note"))
    assert "noch nichts veröffentlicht. Der erste Stand ist vom 1. Januar 2026." in said
    assert place.ask.get("/datasets.json?on=2025-12-31").status_code == 404


@pytest.mark.parametrize("address", ["/datasets", "/datasets.json", "/datasets.csv", "/datasets.atom", "/en/datasets"])
@pytest.mark.parametrize("on", ["morgen", "2026-02-30", "2026-02-02", "9999-12-31", "2026-01-01'--"])
def test_what_is_no_past_day_is_refused_in_words(place: Place, address: str, on: str) -> None:
    answer = place.ask.get(f"{address}?on={on}")
    assert answer.status_code == 400
    told = 'id="on-error"' if address.endswith("/datasets") else f"on={on[:40]}"  # a page tells it at the field
    assert told in answer.text or "Zukunft" in answer.text or "future" in answer.text


def test_a_large_catalogue_is_listed_and_not_searched(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "MOST", 1)
    past._remembered.clear()
    page = html(place, "/datasets?on=2026-01-02")
    assert titles(page) == ["Baumkataster", "Wege"]
    assert "Dies ist die Liste von allem." in words(page.css_first(".note"))
    assert "nicht durchsuchen" in words(html(place, "/datasets?on=2026-01-02&q=weg", 400).css_first("main"))
    assert place.ask.get("/catalog.ttl?on=2026-01-02&q=weg").status_code == 400
    assert place.ask.get("/catalog.ttl?on=2026-01-02").status_code == 200
    past._remembered.clear()


def test_what_a_source_lacks_now_is_not_said_of_then(place: Place) -> None:
    engine = place.builder.engine
    with database.writing(engine).begin() as connection:
        key = iris.key("neuhof-portal", "weg")
        connection.execute(
            sa.insert(tables.presence).values(
                key=key, source_key="neuhof-portal", last_run=1, absent_since="2026-01-20T04:00:00Z"
            )
        )
    assert "Seit 20. Januar 2026 nicht mehr an der Quelle" in html(place, "/datasets?sort=title").html  # type: ignore[operator]
    assert "nicht mehr an der Quelle" not in html(place, "/datasets?on=2026-01-03").html  # type: ignore[operator]
    assert "nicht mehr an der Quelle" not in html(place, f"/dataset/{place.slug('weg')}?on=2026-01-03").html  # type: ignore[operator]


def test_who_asks_for_a_day_while_many_wait_is_told_to_come_back(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past_page, "_waiting", past_page._MOST_WAITING)
    # Words that no other test asks for: an answer that is kept waits for nobody.
    words = "q=niegefragt&on=2026-01-02"
    for address in (f"/datasets?{words}", f"/datasets.json?{words}", f"/catalog.ttl?{words}"):
        answer = place.ask.get(address)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert place.ask.get("/datasets").status_code == 200
    assert place.ask.get("/catalog.ttl?on=2026-01-02").status_code == 200
