"""Drawings as they are parsed: nothing outside, no labels over one another, no style, nothing that runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import charts
from catalog.charts import Bars, Captions, Figure, Histogram, Lines, Series
from catalog.charts.figures import Mark
from catalog.charts.sheet import WIDE, Sheet
from schemas.tables import Profile, Table
from tests.catalog.charts import drawn, tables
from tests.catalog.web.payloads import PAYLOADS, dangers

MADE = (
    tables.level,
    tables.hours,
    tables.visitors,
    tables.inhabitants,
    tables.budget,
    tables.weights,
    tables.playgrounds,
    tables.sensors,
    tables.inspections,
    tables.parking,
    tables.street_light,
    tables.trees,
)
NAMES = st.text(min_size=1, max_size=80)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
TIMES = st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31))


def figure(made: Callable[[], tuple[Table, Profile]]) -> Figure:
    table, figures = made()
    kept = charts.prepared(orjson.loads(orjson.dumps(charts.prepare(table, figures))))
    assert kept is not None
    assert kept.figure is not None
    return kept.figure


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("made", MADE)
def test_everything_lies_inside_and_labels_are_apart(made: Callable[[], tuple[Table, Profile]], language: str) -> None:
    for drawing in drawn.drawings(figure(made), language):
        drawn.lies_inside(drawing)
        drawn.ticks_are_apart(drawing)
        assert len(list(drawn.texts(drawing))) >= 2


@pytest.mark.parametrize("made", MADE)
def test_drawings_have_names_and_no_style(made: Callable[[], tuple[Table, Profile]]) -> None:
    for drawing in drawn.drawings(figure(made)):
        assert drawing.get("role") == "img"
        # The page says what is drawn, where words can say which language they are of.
        assert drawing.get("aria-labelledby") == "bild-title"
        assert drawing.get("aria-describedby") == "bild-said"
        assert not [element for element in drawing if element.tag in ("title", "desc")]
        for element in drawing.iter():
            assert not {"style", "fill", "stroke", "href", "id"} & set(element.attrib)
            assert not [name for name in element.attrib if name.startswith("on")]


def test_drawings_are_small() -> None:
    table, figures = tables.hours()
    kept = charts.prepare(table, figures)
    assert len(orjson.dumps(kept)) < 40_000
    assert len(charts.draw(figure(tables.level), drawn.CAPTIONS, "de", "bild")) < 12_000


def test_the_ends_of_a_line_are_where_its_values_are() -> None:
    table, figures = tables.table(["Jahr", "Wert"], [(2020, 0), (2021, 50), (2022, 100)])
    kept = charts.prepared(charts.prepare(table, figures))
    assert kept is not None
    assert kept.figure is not None
    wide = drawn.drawings(kept.figure)[0]
    dots = [(float(str(e.get("cx"))), float(str(e.get("cy")))) for e in wide.iter("circle") if e.get("class") == "dot"]
    axis = {box.words: box.base for box in drawn.texts(wide) if box.kind == "tick"}
    assert [x for x, _ in dots] == sorted(x for x, _ in dots)
    for (_, y), label in zip(dots, ("0", "50", "100"), strict=True):
        if label in axis:
            assert abs(axis[label] - 14 * 0.35 - y) < 0.6


def test_gaps_in_time_are_gaps_in_the_line() -> None:
    begin = datetime(2024, 1, 1)
    days = [day for day in range(300) if not 100 <= day < 130]
    table, figures = tables.table(
        ["Datum", "Pegel (cm)"], [(f"{begin + timedelta(days=d):%d.%m.%Y}", d % 40) for d in days]
    )
    kept = charts.prepared(charts.prepare(table, figures))
    assert kept is not None
    assert kept.figure is not None
    (path,) = drawn.drawings(kept.figure)[0].iter("path")
    assert str(path.get("d")).count("M") == 2


def test_what_points_stand_for_ranges_as_a_band() -> None:
    found = figure(tables.hours)
    assert isinstance(found, Lines)
    for drawing in drawn.drawings(found):
        kinds = [path.get("class") for path in drawing.iter("path")]
        assert kinds == ["band", "line"] * len(found.series)
        peaks = [each for each in drawing.iter("circle") if each.get("class") == "peak"]
        values = {box.words for box in drawn.texts(drawing) if box.kind == "value"}
        # The highest value of the file, not of the averages, is in the picture.
        assert values == {"22", "0,6"}
        bands = [path for path in drawing.iter("path") if path.get("class") == "band"]
        for peak, band in zip(peaks, bands, strict=True):
            at_x, at_y = float(str(peak.get("cx"))), float(str(peak.get("cy")))
            assert any(abs(x - at_x) < 0.11 and abs(y - at_y) < 0.11 for x, y in drawn.places(str(band.get("d"))))


def test_bars_begin_at_zero() -> None:
    wide = drawn.drawings(figure(tables.budget))[0]
    (axis,) = [e for e in wide.iter("line") if e.get("class") == "axis"]
    zero = float(str(axis.get("x1")))
    for bar in wide.iter("rect"):
        left, width = float(str(bar.get("x"))), float(str(bar.get("width")))
        assert abs(left - zero) < 0.2 or abs(left + width - zero) < 0.2


def test_a_sum_is_never_drawn() -> None:
    found = figure(tables.budget)
    assert isinstance(found, Bars)
    assert "Summe" not in dict(found.bars)
    assert found.rows == 4


# ------------------------------------------------------------------------------------------- whatever is in a file


@pytest.mark.parametrize("payload", PAYLOADS)
def test_F60_nothing_of_a_file_runs_in_a_drawing(payload: str) -> None:
    captions = Captions(payload)
    when = datetime(2024, 1, 1)
    marks = (Mark(when, 1.0, payload),) * 3
    series = Series(payload, payload, False, ((when, 1.0), (when + timedelta(days=1), 2.0)), *marks)
    for each in (
        Lines(
            payload,
            payload,
            payload,
            "day",
            None,
            "as-is",
            True,
            (series, series._replace(name=f"{payload}2")),
            2,
            0,
            0,
        ),
        Bars(payload, payload, payload, False, "as-is", ((payload, 1.0), (f"{payload}2", -2.0)), 2, 0, 0),
        Histogram(payload, payload, False, False, 0, (0.0, 1.0, 2.0), (1, 1), 1.0, 1.0, 2, 0),
    ):
        markup = charts.draw(each, captions, "de", "bild")
        assert not list(dangers(f"<p>{markup}</p>"))
        for drawing in drawn.drawings(each, "de", captions):
            drawn.lies_inside(drawing)
            assert {element.tag for element in drawing.iter()} <= {
                *("svg", "title", "text", "line", "rect", "path", "circle"),
            }


@given(st.lists(st.tuples(TIMES, NUMBERS), min_size=1, max_size=60), NAMES, st.sampled_from(("day", "second", "years")))
def test_any_series_can_be_drawn(points: list[tuple[datetime, float]], name: str, exact: str) -> None:
    ordered = tuple(sorted(dict(points).items()))
    high, low = Mark(*max(ordered, key=lambda p: p[1])), Mark(*min(ordered, key=lambda p: p[1]))
    series = Series(name, "", False, ordered, high, low, Mark(*ordered[-1]))
    for shown in ((series,), (series, series, series)):
        lines = Lines("x", "y", "", exact, None, "as-is", False, shown, len(points), 0, 0)
        for drawing in drawn.drawings(lines):
            drawn.lies_inside(drawing)
            drawn.ticks_are_apart(drawing)
    assert drawn.parsed(charts.small(series)).get("aria-hidden") == "true"


@given(st.lists(st.tuples(NAMES, NUMBERS), min_size=1, max_size=20))
def test_any_bars_can_be_drawn(bars: list[tuple[str, float]]) -> None:
    for drawing in drawn.drawings(Bars("x", "y", "", False, "as-is", tuple(bars), len(bars), 0, 0)):
        drawn.lies_inside(drawing)
        drawn.ticks_are_apart(drawing)


@given(st.lists(NUMBERS, min_size=1, max_size=50))
def test_any_numbers_have_a_histogram(values: list[float]) -> None:
    # With one column alone the comma of the decimals may as well part two columns.
    table, figures = tables.table(["n", "wo"], [(repr(value).replace(".", ","), "hier") for value in values])
    made: Any = charts.prepare(table, figures)["histograms"]
    for each in charts.prepared(charts.prepare(table, figures)).histograms.values():  # type: ignore[union-attr]
        assert sum(each.counts) == each.rows
        for drawing in drawn.drawings(each):
            drawn.lies_inside(drawing)
            drawn.ticks_are_apart(drawing)
        assert len(made) == 1


@given(st.lists(st.tuples(st.floats(0, 720), st.floats(0, 300)), max_size=50))
def test_the_ways_of_a_path_lead_to_its_places(run: list[tuple[float, float]]) -> None:
    sheet = Sheet(WIDE)
    sheet.path([run], "line")
    found_path = re.search(r' d="([^"]*)"', str(sheet.bare(300)))
    found = list(drawn.places(found_path[1])) if found_path else []
    assert len(found) == len(run)
    assert all(abs(x - a) <= 0.051 and abs(y - b) <= 0.051 for (x, y), (a, b) in zip(found, run, strict=True))
