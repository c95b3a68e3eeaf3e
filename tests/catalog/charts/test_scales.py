"""Axes have round ends and ticks, in rising order and few, whatever the data are."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.charts import labels, scales

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
USUAL = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False)
TIMES = st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31))


@pytest.mark.parametrize(
    ("low", "high", "whole", "ticks"),
    [
        (0, 74.9, False, (0, 20, 40, 60, 80)),
        (-5, 12, False, (-5, 0, 5, 10, 15)),
        (0.1, 0.12, False, (0.1, 0.105, 0.11, 0.115, 0.12)),
        (0, 3, True, (0, 1, 2, 3)),
        (12, 13, True, (12, 13)),
        (0, 1_000_000, False, (0, 200_000, 400_000, 600_000, 800_000, 1_000_000)),
    ],
)
def test_ticks_stand_at_round_numbers(low: float, high: float, whole: bool, ticks: tuple[float, ...]) -> None:
    assert scales.linear(low, high, 5, whole).ticks == ticks


@given(NUMBERS, NUMBERS, st.integers(2, 12), st.booleans(), st.booleans())
def test_every_axis_holds_its_numbers(low: float, high: float, most: int, whole: bool, zero: bool) -> None:
    scale = scales.linear(low, high, most, whole, zero)
    assert scale.low <= min(low, high)
    assert scale.high >= max(low, high)
    assert all(map(math.isfinite, scale.ticks))
    assert all(before < after for before, after in pairwise(scale.ticks))
    assert 2 <= len(scale.ticks) <= most + 3
    assert scale.low <= scale.ticks[0]
    assert scale.ticks[-1] <= scale.high
    for value in (low, high):
        assert 0 <= scale.at(value) <= 1
    if zero:
        assert scale.low <= 0 <= scale.high


@given(USUAL, USUAL)
def test_steps_are_one_two_or_five(low: float, high: float) -> None:
    scale = scales.linear(low, high)
    step = scale.ticks[1] - scale.ticks[0]
    if step < 1e-200:  # beyond the range in which numbers are reckoned with
        return
    digits = step / 10 ** math.floor(math.log10(step) + 1e-9)
    if max(abs(low), abs(high)) < 1e6 * step:  # beyond, the difference of two floats says too little
        assert min(abs(digits - each) for each in (1, 2, 2.5, 5, 10)) < 1e-6
        assert all(abs(after - before - step) < step * 1e-6 for before, after in pairwise(scale.ticks))


@given(USUAL, USUAL)
def test_labels_of_an_axis_tell_its_ticks_apart(low: float, high: float) -> None:
    scale = scales.linear(low, high)
    for language in ("de", "en"):
        said = labels.ticks(scale.ticks, scale.digits, language)
        assert len(set(said)) == len(said)


@given(TIMES, TIMES, st.integers(1, 10), st.sampled_from(("minute", "hour", "day", "month", "year")))
def test_times_have_few_ticks_between_the_ends(
    low: datetime, high: datetime, most: int, finest: scales.TimeUnit
) -> None:
    scale = scales.timed(low, high, most, finest)
    assert 1 <= len(scale.ticks) <= most
    assert all(before < after for before, after in pairwise(scale.ticks))
    if len(scale.ticks) > 1:
        assert scale.low <= scale.ticks[0]
        assert scale.ticks[-1] <= scale.high
    order = ("minute", "hour", "day", "month", "year")
    assert order.index(scale.unit) >= order.index(finest)
    assert len(labels.time_ticks(scale)) == len(scale.ticks)


@pytest.mark.parametrize(
    ("low", "high", "most", "unit", "said"),
    [
        ("2024-01-01", "2024-12-31", 6, "month", ["Jan.", "März", "Mai", "Juli", "Sept.", "Nov."]),
        ("2000-01-01", "2024-01-01", 6, "year", ["2000", "2005", "2010", "2015", "2020"]),
        ("2024-02-03T04:00", "2024-02-04T09:00", 6, "hour", ["06:00", "12:00", "18:00", "00:00", "06:00"]),
        ("2024-02-05", "2024-03-11", 6, "day", ["5. Feb.", "12. Feb.", "19. Feb.", "26. Feb.", "4. März", "11. März"]),
    ],
)
def test_dates_at_an_axis_are_words(low: str, high: str, most: int, unit: str, said: list[str]) -> None:
    scale = scales.timed(datetime.fromisoformat(low), datetime.fromisoformat(high), most)
    assert scale.unit == unit
    assert [upper for upper, _ in labels.time_ticks(scale)] == said


def test_the_year_is_said_where_it_changes() -> None:
    scale = scales.timed(datetime(2023, 11, 3), datetime(2024, 4, 9))
    assert [lower for _, lower in labels.time_ticks(scale)] == ["2023", "2024", "", "", ""]


def test_weeks_begin_on_monday() -> None:
    scale = scales.timed(datetime(2026, 3, 1), datetime(2026, 3, 1) + timedelta(days=30), 5)
    assert scale.unit == "day"
    assert {tick.weekday() for tick in scale.ticks} == {0}


@pytest.mark.parametrize(
    ("value", "german", "english"),
    [
        (74.9, "74,9", "74.9"),
        (0.0, "0", "0"),
        (0.00012, "0,00012", "0.00012"),
        (1234567.0, "1.234.567", "1,234,567"),
        (-3.14159, "-3,14", "-3.14"),
        (1e20, "1E20", "1E20"),
    ],
)
def test_values_are_written_as_one_says_them(value: float, german: str, english: str) -> None:
    assert labels.value(value, "de") == german
    assert labels.value(value, "en") == english


@pytest.mark.parametrize(
    ("when", "unit", "german", "english"),
    [
        ("2024-02-03", "day", "3. Februar 2024", "3 February 2024"),
        ("2024-02-03T16:05", "second", "3. Februar 2024, 16:05 Uhr", "3 February 2024, 16:05"),
        ("2024-04-01", "quarter", "2. Quartal 2024", "Q2 2024"),
        ("2024-03-01", "month", "März 2024", "March 2024"),
        ("2024-01-01", "years", "2024", "2024"),
    ],
)
def test_times_are_as_exact_as_the_file(when: str, unit: str, german: str, english: str) -> None:
    assert labels.moment(datetime.fromisoformat(when), unit, "de") == german
    assert labels.moment(datetime.fromisoformat(when), unit, "en") == english


@given(st.text(max_size=60), st.floats(5, 400), st.booleans())
def test_a_fitted_text_fits(text: str, room: float, bold: bool) -> None:
    fitted = labels.fitted(labels.plain(text), room, 13, bold)
    assert labels.width(fitted, 13, bold) <= room or len(fitted) <= 2
