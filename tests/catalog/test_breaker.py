"""The circuit breaker of scheduled runs: who keeps failing is asked less often, who asked for rest later (F34, F59)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import clock
from catalog.runs import breaker
from catalog.runs.breaker import CALM, LONGEST_PAUSE, OPENS_AT, Strain
from catalog.store import Store
from schemas.region import HarvestSource
from tests.catalog.runs import Source as Runs
from tests.catalog.runs import package, region

BEGIN = datetime(2026, 6, 1, 12, tzinfo=UTC)
TICK = timedelta(minutes=20)


def source(schedule: str) -> HarvestSource:
    return HarvestSource(
        id="portal", key="portal", title="P", municipality="neuhof", url="https://portal.example.org", schedule=schedule
    )


def failing(schedule: str, days: float) -> list[datetime]:
    """When a source runs that fails each time, with a clock that ticks through some days."""
    runs: list[datetime] = []
    now = last = BEGIN
    while now <= BEGIN + timedelta(days=days):
        if clock.due(source(schedule), last, now, Strain(failures=len(runs))):
            runs.append(now)
            last = now
        now += TICK
    return runs


def test_F59_source_that_fails_for_a_month_is_asked_less_and_less_but_never_given_up() -> None:
    daily = failing("daily", 60)
    gaps = [later - earlier for earlier, later in pairwise(daily)]
    assert [round(gap / timedelta(days=1)) for gap in gaps[:6]] == [1, 1, 2, 4, 7, 7]
    assert max(gaps) <= LONGEST_PAUSE + timedelta(days=1)
    assert len(daily) < 15
    hourly = failing("hourly", 30)
    assert len(hourly) < 20
    assert hourly[-1] > BEGIN + timedelta(days=20)


def test_breaker_leaves_a_weekly_source_as_it_is() -> None:
    assert len(failing("weekly", 70)) == 10


def test_F34_source_that_asked_for_rest_runs_when_it_is_over() -> None:
    hourly = source("hourly")
    rest = Strain(rest_until=BEGIN + timedelta(hours=10))
    following = clock.next_run(hourly, BEGIN, BEGIN + timedelta(hours=1), rest)
    assert following is not None
    assert timedelta(hours=10) <= following - BEGIN < timedelta(hours=11)
    without = clock.next_run(hourly, BEGIN, BEGIN + timedelta(hours=1), CALM)
    assert without is not None
    assert without - BEGIN <= timedelta(hours=1)


def test_F56_rest_that_a_wrong_clock_wrote_down_is_not_waited_for() -> None:
    mistaken = Strain(rest_until=BEGIN + timedelta(days=365))
    following = clock.next_run(source("hourly"), BEGIN, BEGIN, mistaken)
    assert following is not None
    assert following - BEGIN <= timedelta(hours=1)


@given(st.integers(0, 200), st.sampled_from(["hourly", "daily", "weekly", "0 0 1 * *"]))
def test_more_failures_never_bring_a_run_forward(failures: int, schedule: str) -> None:
    now = BEGIN + timedelta(minutes=1)
    before = clock.next_run(source(schedule), BEGIN, now, Strain(failures))
    after = clock.next_run(source(schedule), BEGIN, now, Strain(failures + 1))
    assert before is not None
    assert after is not None
    assert before <= after


def fail(portal: Runs, rest_seconds: float | None = None) -> None:
    store = Store(portal.region)
    run = store.open_run(portal.source, "harvest", portal.now)
    report = orjson.dumps({"rest_seconds": rest_seconds}).decode()
    store.close_run(run, portal.now, status="failed", reason_de="", reason_en="", report=report)
    store.close()
    portal.now += timedelta(days=1)


def strain(portal: Runs) -> Strain:
    store = Store(portal.region)
    found = breaker.strains(store.engine, ["portal", "never-ran"])
    store.close()
    assert set(found) <= {"portal"}
    return found.get("portal", CALM)


def test_failures_are_counted_in_a_row_and_a_good_run_closes_the_breaker(tmp_path: Path) -> None:
    portal = Runs(region(tmp_path))
    assert strain(portal) == CALM
    for number in range(1, OPENS_AT + 1):
        fail(portal)
        assert strain(portal).failures == number
    assert strain(portal).is_open
    portal.harvest([package(1)])
    assert strain(portal) == CALM
    fail(portal)
    assert strain(portal).failures == 1


def test_plan_that_a_steward_looks_at_does_not_close_the_breaker(tmp_path: Path) -> None:
    portal = Runs(region(tmp_path))
    for _ in range(OPENS_AT):
        fail(portal)
    portal.harvest([package(1)], plan=True)
    assert strain(portal).is_open


@pytest.mark.parametrize(("asked", "expected"), [(36_000.0, timedelta(hours=10)), (None, None)])
def test_F34_rest_that_the_server_asked_for_is_remembered(
    tmp_path: Path, asked: float | None, expected: timedelta | None
) -> None:
    portal = Runs(region(tmp_path))
    ended = portal.now
    fail(portal, asked)
    assert strain(portal).rest_until == (ended + expected if expected else None)
