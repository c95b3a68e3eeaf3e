"""A chart that the steward chose stands on the pages of file and dataset; a topic shows the chart that stands best for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from selectolax.lexbor import LexborHTMLParser

from catalog.charts.choosing import Aggregate
from catalog.web.app import create_app
from schemas.kinds import Literal
from schemas.pinned_charts import PinnedChart
from tests.catalog.builder import Stored, dataset
from tests.catalog.web.asking import AUTHORITY, Asking
from tests.catalog.web.files_region import Site, site_in
from tests.catalog.web.pages_reading import file, first, read, words


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_in(tmp_path_factory.mktemp("region") / "r") as made:
        yield made


def address(site: Site, name: str) -> str:
    return f"{site.place.region.base_url}/files/ordner/{name}"


@contextmanager
def served(site: Site, charts: tuple[PinnedChart, ...] = (), now: datetime | None = None) -> Iterator[None]:
    """The site as another process serves it: with other settings, at another time, nothing kept of former answers."""
    usual, region = site.place.ask, site.place.region.model_copy(update={"charts": charts})
    site.place.ask = Asking(create_app(region, site.place.catalogue))
    if now is not None:
        site.place.ask.app.state.now = lambda: now
    try:
        yield
    finally:
        site.place.ask = usual


def page(site: Site, query: str = "?view=chart", **pinned: Any) -> LexborHTMLParser:
    """The page of the inhabitants, or without a query that of the dataset, with a chart that is pinned to them."""
    pins = (PinnedChart(file=address(site, "einwohner.csv"), **pinned),) if pinned else ()
    with served(site, pins):
        return read(site.place, site.path("einwohner.csv") + query if query else f"/dataset/{site.slug}")


def title(shown: LexborHTMLParser) -> str:
    return words(shown.css_first("figure h2") or shown.css_first("figure h3"))


def test_the_chart_that_the_steward_chose_stands_on_both_pages(site: Site) -> None:
    assert title(page(site)) == title(page(site, "")) == "Einwohner nach Jahr und Ort"
    chosen: dict[str, Any] = {"kind": "bar", "x": "Ort", "y": ("Einwohner",)}
    assert title(page(site, **chosen)) == title(page(site, "", **chosen)) == "Einwohner im Mittel nach Ort"
    # Filters narrow the steward's chart; a reader's own wish goes before it.
    assert len(page(site, "?view=chart&Ort=Neuhof&Ort=Flieden", **chosen).css("figure tbody tr")) == 2
    assert title(page(site, "?view=chart&chart=line", **chosen)) == "Einwohner nach Jahr und Ort"


def test_the_steward_says_what_becomes_of_several_rows(site: Site) -> None:
    bars: dict[str, Any] = {"kind": "bar", "x": "Ort", "y": ("Einwohner",)}
    # 15 years of a place: by the columns alone the mean is drawn.
    for agg, heading, value in (
        ("", "Einwohner im Mittel nach Ort", "11.340"),
        ("mean", "Einwohner im Mittel nach Ort", "11.340"),
        ("sum", "Einwohner nach Ort", "170.100"),
        ("count", "Anzahl nach Ort", "15"),
    ):
        chosen = {**bars, "agg": agg}
        for shown in (page(site, **chosen), page(site, "", **chosen)):
            assert title(shown) == heading
            told = {words(row.css_first("th")): words(row.css_first("td")) for row in shown.css("figure tbody tr")}
            assert told["Eichenzell"] == value
    line: dict[str, Any] = {"kind": "line", "x": "Jahr", "y": ("Einwohner",), "agg": "count"}
    assert title(page(site, **line)).startswith("Anzahl nach Jahr")
    # A reader's own wish goes before it, whole.
    assert title(page(site, "?view=chart&chart=bar&x=Ort&y=Einwohner", **bars, agg="sum")).startswith(
        "Einwohner im Mittel"
    )


def test_a_steward_may_say_all_that_a_reader_may() -> None:
    assert get_args(PinnedChart.model_fields["agg"].annotation) == get_args(Aggregate)


def test_no_chart_at_all_is_a_choice_too(site: Site) -> None:
    shown = page(site, kind="none")
    assert not shown.css("svg.chart.wide")
    assert words(first(shown, "#chart-view .empty")).startswith("Für diese Tabelle passt kein Diagramm von selbst.")
    assert not page(site, "", kind="none").css("figure svg.chart.wide")
    assert page(site, "?view=chart&chart=line", kind="none").css("svg.chart.wide")


def test_a_chart_that_the_columns_no_longer_allow_is_passed_over_and_it_is_said(site: Site) -> None:
    said = "Für diese Datei war ein anderes Diagramm vorgesehen."
    for kind, x, y in (("line", "", ("Wert",)), ("bar", "Gemarkung", ())):
        shown = page(site, kind=kind, x=x, y=y)
        assert title(shown) == "Einwohner nach Jahr und Ort"
        assert said in words(first(shown, "#chart-view"))
    assert said not in words(first(page(site), "#chart-view"))


def test_a_topic_shows_the_chart_that_stands_best_for_it(site: Site) -> None:
    theme = (f"{AUTHORITY}/data-theme/SOCI",)
    day = "http://www.w3.org/2001/XMLSchema#date"
    for native_id, name, changed in (
        ("neu", "viele.csv", "2025-01-03"),
        ("alt", "einwohner.csv", "2025-01-02"),
        ("personen", "vereine.csv", "2025-01-04"),
    ):
        files = (file(1, access_url=(address(site, name),), download_url=(address(site, name),)),)
        record = dataset(native_id, theme=theme, distribution=files, modified=(Literal(changed, datatype=day),))
        site.place.publish(Stored(native_id, record, source_key="ordner"))
        assert site.place.ask.get(f"{site.path(name)}?view=chart").status_code == 200, "now its preview lies ready"
    for now, found in (
        (datetime(2024, 12, 1, tzinfo=UTC), "Einwohner nach Jahr und Ort"),  # a course of time before spans
        (datetime(2025, 12, 1, tzinfo=UTC), "Wie oft welche Werte vorkommen: Wert"),  # fresh spans before an old course
    ):
        with served(site, now=now):
            assert title(read(site.place, "/theme/SOCI")) == found


def test_values_that_come_once_each_are_no_most_frequent_ones(site: Site) -> None:
    shown = read(site.place, site.path("viele.csv") + "?view=columns")
    top = {words(row.css_first("th")): words(row.css("td")[6]) for row in shown.css("table.columns tbody tr")}
    assert top["Platz"] == ""
    assert top["Wert"].startswith("0 (31) ")
