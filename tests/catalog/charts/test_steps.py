"""Steps of time: the finest that leaves few enough points, each beginning where people begin to count."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.charts.steps import STEPS, Begins, Step, finest

BEGIN = datetime(2026, 10, 1)


@pytest.mark.parametrize(
    ("span", "step"),
    [
        (timedelta(hours=743), Step("hour", 2)),
        (timedelta(minutes=15 * 400), Step("minute", 30)),
        (timedelta(days=400), Step("day", 2)),
        (timedelta(days=2_000), Step("week", 1)),
        (timedelta(days=20_000), Step("quarter", 1)),
        (timedelta(days=300_000), Step("year", 5)),
    ],
)
def test_the_finest_step_of_four_hundred_points(span: timedelta, step: Step) -> None:
    assert finest(BEGIN, BEGIN + span, 400) == step


@pytest.mark.parametrize(
    ("step", "begin"),
    [
        (Step("minute", 15), datetime(2026, 11, 26, 13, 45)),
        (Step("hour", 2), datetime(2026, 11, 26, 12)),
        (Step("day", 1), datetime(2026, 11, 26)),
        (Step("week", 1), datetime(2026, 11, 23)),
        (Step("month", 1), datetime(2026, 11, 1)),
        (Step("quarter", 1), datetime(2026, 10, 1)),
        (Step("year", 10), datetime(2020, 1, 1)),
    ],
)
def test_steps_begin_where_people_begin_to_count(step: Step, begin: datetime) -> None:
    assert Begins(step)[datetime(2026, 11, 26, 13, 59, 7)] == begin


@given(st.datetimes(), st.datetimes(), st.sampled_from(STEPS))
def test_steps_never_run_backwards(one: datetime, other: datetime, step: Step) -> None:
    begins = Begins(step)
    earlier, later = sorted((one, other))
    assert begins[earlier] <= begins[later] <= later


@given(st.lists(st.datetimes(min_value=datetime(1000, 1, 1)), min_size=1, max_size=200))
def test_there_are_never_more_points_than_asked_for(times: list[datetime]) -> None:
    step = finest(min(times), max(times), 100)
    if step != STEPS[-1]:
        begins = Begins(step)
        low, high = begins[min(times)], begins[max(times)]
        assert (high - low).total_seconds() / step.seconds <= 100
