"""The clock: each schedule, the days on which the clocks change, and clocks that jump (F56)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import clock
from catalog.clock import cron_line, due, next_run
from catalog.store import Store
from schemas.german_time import BERLIN
from schemas.region import HarvestSource
from tests.catalog.runs import Source, package, region

KEYS = [f"quelle-{number}" for number in range(40)]
SPRING = datetime(2026, 3, 26, 12, tzinfo=UTC)  # three days before the clocks go forward
AUTUMN = datetime(2026, 10, 22, 12, tzinfo=UTC)  # … and back
TICK = timedelta(minutes=20)


def source(schedule: str, key: str = "portal") -> HarvestSource:
    return HarvestSource(
        id="portal", key=key, title="Portal", municipality="neuhof", url="https://portal.example.org", schedule=schedule
    )


def ticks(of: HarvestSource, begin: datetime, days: float, last: datetime | None = None) -> list[datetime]:
    """When a source runs, with a clock that ticks through some days; it ran when they begin."""
    now, last, runs = begin, last or begin, []
    while now <= begin + timedelta(days=days):
        if due(of, last, now):
            runs.append(now)
            last = now
        now += TICK
    return runs


def by_day(runs: list[datetime]) -> Counter[date]:
    return Counter(run.astimezone(BERLIN).date() for run in runs)


@pytest.mark.parametrize(
    ("schedule", "days", "count"),
    [("hourly", 2, 48), ("daily", 7, 7), ("weekly", 28, 4), ("*/30 * * * *", 1, 48), ("15 6 1 * *", 61, 2)],
)
def test_schedule_runs_as_often_as_it_says(schedule: str, days: int, count: int) -> None:
    begin = datetime(2026, 6, 1, 12, tzinfo=UTC)
    for key in KEYS[:5]:
        assert len(ticks(source(schedule, key), begin, days)) == count


def test_manual_source_never_runs_by_itself() -> None:
    by_hand = source("manual")
    assert cron_line(by_hand) is None
    assert next_run(by_hand, None, SPRING) is None
    assert not due(by_hand, None, SPRING)


def test_source_that_never_ran_runs_at_once() -> None:
    for schedule in ("hourly", "daily", "weekly", "0 0 1 1 *"):
        assert next_run(source(schedule), None, SPRING) == SPRING
        assert due(source(schedule), None, SPRING)


def test_cron_line_is_in_german_time() -> None:
    half_past_four = source("30 4 * * *")
    winter, summer = datetime(2026, 1, 10, 12, tzinfo=UTC), datetime(2026, 7, 10, 12, tzinfo=UTC)
    assert next_run(half_past_four, winter, winter) == datetime(2026, 1, 11, 3, 30, tzinfo=UTC)
    assert next_run(half_past_four, summer, summer) == datetime(2026, 7, 11, 2, 30, tzinfo=UTC)


def test_daily_and_weekly_sources_are_spread_over_the_night() -> None:
    for schedule in ("daily", "weekly"):
        lines = {cron_line(source(schedule, key)) for key in KEYS}
        assert len(lines) > len(KEYS) / 2
        for line in lines:
            assert line is not None
            assert 2 <= int(line.split()[1]) <= 4
    assert len({cron_line(source("hourly", key)) for key in KEYS}) > 20
    assert cron_line(source("daily", "a")) == cron_line(source("daily", "a")), "the same each day"


def test_missed_runs_are_made_up_for_once() -> None:
    """After a week without power a daily source runs once, and then as ever."""
    begin = datetime(2026, 6, 8, 12, tzinfo=UTC)
    runs = ticks(source("daily"), begin, 2, last=begin - timedelta(days=7))
    assert runs[0] == begin
    assert len(runs) == 3


@pytest.mark.parametrize("begin", [SPRING, AUTUMN], ids=["spring", "autumn"])
@pytest.mark.parametrize("schedule", ["daily", "0 2 * * *", "30 2 * * *", "59 2 * * *", "0 3 * * *", "59 1 * * *"])
def test_F56_day_on_which_the_clocks_change_has_one_run(schedule: str, begin: datetime) -> None:
    for key in KEYS[:12] if schedule == "daily" else KEYS[:1]:
        days = by_day(ticks(source(schedule, key), begin, 6))
        assert set(days.values()) == {1}, (key, cron_line(source(schedule, key)))
        assert len(days) == 6


@pytest.mark.parametrize("begin", [SPRING, AUTUMN], ids=["spring", "autumn"])
def test_F56_hourly_source_runs_each_hour_when_the_clocks_change(begin: datetime) -> None:
    for schedule in ("hourly", "20 * * * *"):
        runs = ticks(source(schedule), begin, 5)
        assert len(runs) == 5 * 24
        assert {later - earlier for earlier, later in pairwise(runs)} == {timedelta(hours=1)}


def test_F56_year_end() -> None:
    begin = datetime(2026, 12, 29, 12, tzinfo=UTC)
    assert set(by_day(ticks(source("daily"), begin, 6)).values()) == {1}
    assert ticks(source("0 0 1 1 *"), begin, 6) == [datetime(2026, 12, 31, 23, tzinfo=UTC)]


def test_F56_clock_that_jumps_back_doubles_no_run() -> None:
    """It ran at 3:30; the clock is put back to 3:00: the run of 3:20 is not made again."""
    ran = datetime(2026, 6, 1, 1, 30, tzinfo=UTC)
    twenty_past = source("20 3 * * *")
    now = ran - timedelta(minutes=30)
    runs = []
    last = ran
    while now < ran + timedelta(days=2):
        if due(twenty_past, last, now):
            runs.append(now)
            last = now
        now += TICK
    assert runs == [datetime(2026, 6, day, 1, 20, tzinfo=UTC) for day in (2, 3)]


def test_F56_clock_that_was_a_year_ahead_loses_no_run() -> None:
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert due(source("daily"), now + timedelta(days=365), now)
    assert due(source("weekly"), now + timedelta(days=2), now)


def test_F56_last_run_is_the_last_by_number(tmp_path: Path) -> None:
    portal = Source(region(tmp_path))
    portal.now = datetime(2027, 11, 1, tzinfo=UTC)
    portal.harvest([package(1)])
    portal.now = now = datetime(2026, 11, 1, 12, tzinfo=UTC)
    store = Store(portal.region)
    assert due(portal.source, store.last_started(["portal"])["portal"], now)
    portal.harvest([package(1)])
    last = store.last_started(["portal"])
    store.close()
    assert last == {"portal": now}
    assert not due(portal.source, last["portal"], now + timedelta(seconds=20))


def test_planned_run_and_undo_of_other_sources_do_not_matter(tmp_path: Path) -> None:
    portal = Source(region(tmp_path, eins="", zwei=""), "eins")
    portal.harvest([package(1)])
    store = Store(portal.region)
    assert set(store.last_started(["eins", "zwei"])) == {"eins"}
    store.close()


@given(
    st.sampled_from(["hourly", "daily", "weekly", "0 2 * * *", "30 2 * * SUN", "*/7 */5 * * *", "0 0 29 2 *"]),
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),
    st.integers(0, 10**7),
)
def test_next_run_lies_ahead_and_no_tick_before_it_is_due(schedule: str, moment: datetime, seconds: int) -> None:
    now = moment.replace(tzinfo=UTC)
    last = now - timedelta(seconds=seconds)
    following = next_run(source(schedule), last, now)
    assert following is not None
    assert following > last
    assert following.utcoffset() == timedelta(0)
    assert not due(source(schedule), last, following - timedelta(seconds=1)) or following <= last
    assert due(source(schedule), last, following)
    assert clock.next_run(source(schedule), following, following) > following  # type: ignore[operator]
