"""The quality section of a dataset's page, and the page of the region, its curve and its table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.links.answers import Outcome
from catalog.quality.history import Day
from catalog.web.pages import curves, scores
from catalog.web.texts import texts
from schemas.mqa import BANDS, DIMENSIONS, METRICS
from tests.catalog.builder import Stored, dataset
from tests.catalog.web.asking import Place, companions, place_in, whole
from tests.catalog.web.pages_reading import addresses, detail, file, first, read, words
from tests.catalog.web.scored import FINE, GONE, NOW, answer, history, score

CSV = "https://www.neuhof-fulda.de/daten.csv"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with place_in(tmp_path) as made:
        made.app.state.now = lambda: NOW
        yield made


@pytest.fixture
def full(place: Place) -> Place:
    """Two datasets in Neuhof, one of them bare of most; one in Flieden."""
    place.publish(
        *companions(),
        Stored("bau", whole("Bauplätze in Neuhof")),
        Stored("rad", dataset("Radwege", distribution=(file(1), file(2)))),
        Stored("bad", dataset("Badeseen"), source_key="flieden-portal"),
    )
    history(place, {CSV: FINE, "https://x.example/1": GONE, "https://x.example/1.csv": Outcome(None, "robots")})
    return place


def page_of(place: Place, native_id: str, prefix: str = "") -> str:
    return f"{prefix}/dataset/{place.slug(native_id)}"


def test_a_dataset_page_tells_the_points_in_sentences(full: Place) -> None:
    page = read(full, page_of(full, "bau"))
    said = words(first(page, "section[aria-labelledby=quality]"))
    assert "Die Beschreibung erreicht 390 von 405 Punkten: ausgezeichnet" in said
    assert "Bis zum 31. Dezember 2025 waren es 310." in said
    assert "Auffindbar: 100 von 100 · Zugänglich: 100 von 100" in said
    assert "3 Angaben würden Punkte bringen" in said
    assert "Der Eintrag nennt die Größe der Datei nicht. 5 Punkte" in said
    assert "in der Liste und offen" in said
    english = words(first(read(full, page_of(full, "bau", "/en")), "section[aria-labelledby=quality]"))
    assert "The description reaches 390 of 405 points: excellent" in english
    assert "The record does not state the file's size. 5 points" in english


def test_a_dataset_page_tells_when_each_file_was_reachable(full: Place) -> None:
    reach = words(first(read(full, page_of(full, "bau")), ".reach"))
    assert reach == "Zuletzt erreichbar am 10. Januar 2026, 13:00 Uhr."
    poor = [words(node) for node in read(full, page_of(full, "rad")).css(".reach")]
    # Of the files the download addresses are shown: the one may not be asked, the other was not asked yet.
    assert poor == [
        "Ob die Adresse erreichbar ist, wird nicht geprüft: robots.txt des Servers verbietet die Abfrage.",
        "Ob die Adresse erreichbar ist, wurde noch nicht geprüft.",
    ]
    answer(full, {CSV: GONE}, NOW.replace(day=12))
    full.app.state.now = lambda: NOW.replace(day=12)
    gone = words(first(read(full, page_of(full, "bau", "/en")), ".reach"))
    assert gone.startswith(
        "Not reachable since 12 January 2026: the address is gone (404). Last reachable on 10 January"
    )


def test_broken_addresses_are_findings_of_the_page(full: Place) -> None:
    said = words(first(read(full, page_of(full, "rad")), "section[aria-labelledby=quality]"))
    assert "war beim letzten Versuch am 10.01.2026 nicht erreichbar" in said
    assert "lässt sich nicht prüfen: robots.txt" in said
    assert "weitere Punkte hängen davon ab" in said


def test_findings_of_links_are_in_no_feed(full: Place) -> None:
    before = full.ask.get(f"{page_of(full, 'bau')}.ttl")
    answer(full, {CSV: GONE}, NOW.replace(day=12))
    after = full.ask.get(f"{page_of(full, 'bau')}.ttl")
    assert after.content == before.content
    assert after.headers["etag"] == before.headers["etag"]


def test_before_a_score_was_computed_the_page_is_as_it_was(place: Place) -> None:
    place.publish(*companions(), Stored("bau", whole("Bauplätze in Neuhof")))
    page = read(place, page_of(place, "bau"))
    assert page.css_first(".reach") is None
    assert "Punkten" not in words(first(page, "section[aria-labelledby=quality]"))
    assert "Noch ist nichts bewertet" in words(first(read(place, "/quality"), ".intro"))


def test_the_score_is_linked_for_programs(full: Place) -> None:
    page = read(full, page_of(full, "bau"))
    found = [a for a in addresses(page, "section[aria-labelledby=machines] a") if "quality" in a]
    assert len(found) == 2
    for address in found:
        assert full.ask.get(address).status_code == 200


def test_the_region_page_tells_the_average_and_what_costs_most(full: Place) -> None:
    page = read(full, "/quality")
    assert words(first(page, "h1")) == "Qualität der Beschreibungen"
    assert "3 Datensätze erreichen im Durchschnitt" in words(first(page, ".intro"))
    causes = [words(row) for row in page.css("section[aria-labelledby=causes] tbody tr")]
    assert causes[0] == "Zugangsadresse nicht erreichbar 2 33,3"
    assert "Schlagwörter fehlen 2 20" in causes
    assert words(first(page, "section[aria-labelledby=municipalities] tbody tr")).startswith("Gemeinde Neuhof 2 ")
    assert words(page.css("section[aria-labelledby=municipalities] tbody tr")[1]).startswith("Gemeinde Flieden 1 0")
    assert len(page.css("section[aria-labelledby=sources] tbody tr")) == 2


def test_the_history_is_a_curve_with_a_sentence_and_a_table(full: Place) -> None:
    page = read(full, "/quality")
    figure = first(page, "figure:has(svg.curve)")
    assert len(figure.css("polyline")) == 1
    assert figure.css_first("svg title") is not None
    said = words(first(page, "figcaption"))
    assert said.startswith("Am 31. Dezember 2025: ")
    rows = [words(row) for row in page.css("details tbody tr")]
    assert [row.split(" 3 ")[0] for row in rows] == ["10. Januar 2026", "31. Dezember 2025"]


def test_a_cause_lists_its_datasets(full: Place) -> None:
    page = read(full, "/quality?cause=keywordAvailability")
    assert [words(node) for node in page.css("section[aria-labelledby=causes] li a")] == ["Badeseen", "Radwege"]
    empty = read(full, "/quality?cause=publisherAvailability&x=1")
    assert len(empty.css("section[aria-labelledby=causes] li a")) == 2
    for unknown in ("nothing", "", "'; DROP TABLE quality; --"):
        assert read(full, f"/quality?cause={unknown}").css_first("#list") is None


def test_addresses_that_do_not_answer_are_listed_with_their_datasets(full: Place) -> None:
    page = read(full, "/quality")
    said = words(first(page, "section[aria-labelledby=addresses]"))
    assert "5 Adressen sind bekannt: 1 erreichbar, 1 nicht erreichbar, 3 nicht geprüft." in said
    (row,) = page.css("section[aria-labelledby=addresses] tbody tr")
    assert words(row) == "https://x.example/1 die Adresse gibt es nicht mehr (404) 10. Januar 2026 Radwege"


def test_the_status_page_leads_there(full: Place) -> None:
    page = read(full, "/status")
    assert detail(page, "Qualität der Beschreibungen").endswith("von 405 Punkten")
    assert "/quality" in addresses(page, "main a")


def test_english(full: Place) -> None:
    page = read(full, "/en/quality")
    assert "datasets reach" in words(first(page, ".intro"))
    assert "the address is gone (404)" in words(first(page, "section[aria-labelledby=addresses]"))


def test_every_metric_band_and_dimension_has_words() -> None:
    for language in ("de", "en"):
        said = texts(language)
        assert all(scores.lacks(metric, said) for metric in METRICS)
        assert {scores.band(name, said)[0] for name, _ in BANDS}
        assert set(scores.NAMES) == set(DIMENSIONS)


# ------------------------------------------------------------------------------------------------ the curve


@given(
    st.lists(
        st.tuples(st.dates(date(2020, 1, 1), date(2026, 1, 1)), st.integers(0, 9), st.floats(-10, 405)),
        unique_by=lambda day: day[0],
    )
)
def test_any_history_makes_a_curve_within_its_frame(found: list[tuple[date, int, float]]) -> None:
    days = [Day(day.isoformat(), datasets, total) for day, datasets, total in sorted(found)]
    drawn = curves.curve(days, datetime(2026, 1, 10, tzinfo=UTC))
    counted = [day for day in days if day.datasets]
    assert (drawn is None) == (len(counted) < 2)
    if drawn is None:
        return
    points = [tuple(map(float, pair.split(","))) for pair in drawn.points.split()]
    assert all(0 <= x <= curves.WIDTH and 0 <= y <= curves.HEIGHT for x, y in points)
    assert [x for x, _ in points] == sorted(x for x, _ in points)
    assert len(points) == 2 * len(counted)
    assert (drawn.first, drawn.last) == (counted[0].total, counted[-1].total)


def test_a_curve_that_stays_equal_is_flat() -> None:
    drawn = curves.curve([Day("2026-01-01", 1, 5.0), Day("2026-01-05", 2, 5.0)], datetime(2026, 1, 10, tzinfo=UTC))
    assert drawn is not None
    assert len({pair.split(",")[1] for pair in drawn.points.split()}) == 1


def test_scoring_an_empty_place_is_nothing(place: Place) -> None:
    score(place)
    assert "Noch ist nichts bewertet" in words(first(read(place, "/quality"), ".intro"))
