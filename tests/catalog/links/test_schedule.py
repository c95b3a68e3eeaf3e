"""Intervals: a week longer each time up to four, soon after failures; for any address and any number of answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.links import schedule
from tests.catalog.links.linked import NOW

ADDRESS = "https://daten.example.org/a.csv"


@pytest.mark.parametrize(("good", "weeks"), [(1, 1), (2, 2), (3, 3), (4, 4), (5, 4), (100, 4)])
def test_the_interval_grows_one_week_at_a_time_up_to_four(good: int, weeks: int) -> None:
    assert timedelta(weeks=weeks) <= schedule.after_success(ADDRESS, good, NOW) - NOW <= timedelta(weeks=weeks * 1.1)


@given(st.text(), st.integers(1, 50))
def test_failures_are_asked_again_sooner_than_successes(address: str, times: int) -> None:
    failure = schedule.after_failure(address, times, NOW) - NOW
    assert timedelta(hours=6) <= failure <= timedelta(days=7.7)
    assert failure <= schedule.after_success(address, times, NOW) - NOW
    assert failure <= schedule.after_failure(address, times + 1, NOW) - NOW
    assert schedule.after_success(address, times, NOW) == schedule.after_success(address, times, NOW)


@pytest.mark.parametrize(
    ("wait", "later"),
    [
        (None, timedelta(hours=1)),
        (5.0, timedelta(hours=1)),
        (36_000.0, timedelta(hours=10)),
        (1e12, timedelta(days=28)),
        (-1.0, timedelta(hours=1)),
    ],
)
def test_F34_a_server_that_asks_for_rest_gets_it(wait: float | None, later: timedelta) -> None:
    assert schedule.after_postponement(wait, NOW) - NOW == later


def test_what_came_together_is_not_due_in_one_minute() -> None:
    due = {schedule.after_success(f"{ADDRESS}?{number}", 1, NOW) for number in range(100)}
    assert len(due) > 80
