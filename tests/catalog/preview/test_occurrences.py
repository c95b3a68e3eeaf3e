"""When events take place next: repetitions, what is left out, moved or cancelled, changes of the clocks, hostile rules."""

from __future__ import annotations

import resource
import signal
import threading
import time
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.preview import confinement, occurrences, recurring
from catalog.preview.calendar_events import Moment
from catalog.preview.model import Occurrences
from harvesters.city.recurrence import days_of, rule_in
from schemas.german_time import BERLIN
from tests.catalog.preview.calendars import calendar

DAY = date(2026, 3, 20)  # a Friday; the clocks go forward on the 29th


def told(*events: str, day: date = DAY) -> Occurrences:
    found = occurrences.next_of(calendar(*events), day)
    assert found is not None
    return found


def begins(*events: str, day: date = DAY, most: int = 4) -> list[str]:
    return [each.begin for each in told(*events, day=day).found[:most]]


def test_a_weekly_evening_keeps_its_hour_when_the_clocks_change() -> None:
    event = "DTSTART;TZID=Europe/Berlin:20260107T193000\nDTEND;TZID=Europe/Berlin:20260107T210000\nRRULE:FREQ=WEEKLY"
    found = told(event).found[:2]
    assert [(each.begin, each.end) for each in found] == [
        ("2026-03-25 19:30", "2026-03-25 21:00"),
        ("2026-04-01 19:30", "2026-04-01 21:00"),
    ]
    # In UTC it is the hour of UTC that stays.
    assert begins("DTSTART:20260107T183000Z\nRRULE:FREQ=WEEKLY", most=2) == ["2026-03-25 19:30", "2026-04-01 20:30"]
    # London's clocks change with Berlin's, New York's three weeks before.
    away = "DTSTART;TZID=America/New_York:20260301T120000\nRRULE:FREQ=WEEKLY"
    assert begins(away, day=date(2026, 3, 1), most=5) == [
        *("2026-03-01 18:00", "2026-03-08 17:00", "2026-03-15 17:00", "2026-03-22 17:00", "2026-03-29 18:00"),
    ]


@pytest.mark.parametrize(
    ("start", "shown"),
    [
        # 2:30 is left out on the 29th of March: by the offset before it, 3:30 (RFC 5545, 3.3.5).
        ("20260328T023000", ["2026-03-28 02:30", "2026-03-29 03:30", "2026-03-30 02:30"]),
        ("20261024T023000", ["2026-10-24 02:30", "2026-10-25 02:30", "2026-10-26 02:30"]),
    ],
)
def test_an_hour_that_is_left_out_or_comes_twice(start: str, shown: list[str]) -> None:
    event = f"DTSTART;TZID=Europe/Berlin:{start}\nRRULE:FREQ=DAILY;COUNT=3"
    assert begins(event, day=date.fromisoformat(shown[0][:10])) == shown


def test_a_night_lasts_as_long_as_it_says_and_a_day_is_one_of_the_calendar() -> None:
    night = "DTSTART;TZID=Europe/Berlin:20260327T220000\n{}\nRRULE:FREQ=DAILY;COUNT=2"
    until = night.format("DTEND;TZID=Europe/Berlin:20260328T040000")
    # A stated end is exact time, a duration in days is one of the calendar (RFC 5545, 3.8.5.3 and 3.3.6).
    assert [each.end for each in told(until).found] == ["2026-03-28 04:00", "2026-03-29 05:00"]
    assert [each.end for each in told(night.format("DURATION:P1D")).found] == ["2026-03-28 22:00", "2026-03-29 22:00"]
    assert [each.end for each in told(night.format("DURATION:PT24H")).found] == ["2026-03-28 22:00", "2026-03-29 23:00"]
    assert [each.end for each in told(night.format("")).found] == ["", ""]


def test_whole_days_end_on_their_last_day() -> None:
    event = "DTSTART;VALUE=DATE:20260316\nDTEND;VALUE=DATE:{}\nRRULE:FREQ=WEEKLY;COUNT=2"
    (only,) = told(event.format("20260317")).found
    assert (only.begin, only.end, only.last) == ("2026-03-23", "2026-03-23", "2026-03-23")
    lasting = told(event.format("20260321")).found  # from Monday to Friday, which is today
    assert [(each.begin, each.end) for each in lasting] == [("2026-03-16", "2026-03-20"), ("2026-03-23", "2026-03-27")]
    assert told(event.format("20260321"), day=date(2026, 3, 21)).found == lasting[1:]
    # What ends at midnight is over with the day before.
    party = "DTSTART;TZID=Europe/Berlin:20260319T200000\nDTEND;TZID=Europe/Berlin:20260320T000000"
    assert not told(party).found
    assert told(party, day=date(2026, 3, 19)).found[0].last == "2026-03-19"


def test_what_is_left_out_named_moved_and_cancelled() -> None:
    series = (
        "UID:1\nDTSTART;TZID=Europe/Berlin:20260304T190000\nRRULE:FREQ=WEEKLY;COUNT=9\n"
        "EXDATE;TZID=Europe/Berlin:20260325T190000,20260401T190000\nEXDATE:20260408T170000Z\n"
        "RDATE;TZID=Europe/Berlin:20260326T190000"
    )
    moved = "UID:1\nRECURRENCE-ID;TZID=Europe/Berlin:20260415T190000\nDTSTART;TZID=Europe/Berlin:20260416T180000"
    gone = "UID:1\nRECURRENCE-ID:20260422T170000Z\nDTSTART:20260422T170000Z\nSTATUS:CANCELLED"
    found = told(series, moved, gone)
    assert [(each.row, each.begin) for each in found.found] == [
        (0, "2026-03-26 19:00"),
        (1, "2026-04-16 18:00"),
        (0, "2026-04-29 19:00"),
    ]
    assert (found.until, found.plain) == ("9999-12-31", False)
    # What is left out is not elsewhere either.
    assert len(told(series, moved.replace("20260415", "20260325")).found) == len(told(series).found)
    # Another series at that time is not meant.
    assert len(told(series, gone.replace("UID:1", "UID:2")).found) == 4


def test_a_day_that_is_left_out_takes_its_hours_with_it() -> None:
    timed = "DTSTART;TZID=Europe/Berlin:20260324T003000\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;VALUE=DATE:20260325"
    assert begins(timed) == ["2026-03-24 00:30", "2026-03-26 00:30"]
    whole = "DTSTART;VALUE=DATE:20260324\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260324T230000Z"  # midnight in Germany
    assert begins(whole) == ["2026-03-24", "2026-03-26"]


def test_what_changes_from_a_date_on() -> None:
    series = "UID:1\nDTSTART;TZID=Europe/Berlin:20260323T190000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=5"
    later = (
        "UID:1\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260406T190000\n"
        "DTSTART;TZID=Europe/Berlin:20260407T200000\nDURATION:PT2H"
    )
    found = [(each.row, each.begin, each.end[11:]) for each in told(series, later).found]
    assert found == [
        *((0, "2026-03-23 19:00", "20:00"), (0, "2026-03-30 19:00", "20:00")),
        *((1, "2026-04-07 20:00", "22:00"), (1, "2026-04-14 20:00", "22:00"), (1, "2026-04-21 20:00", "22:00")),
    ]
    assert begins(series, f"{later}\nSTATUS:CANCELLED") == ["2026-03-23 19:00", "2026-03-30 19:00"]


def test_a_cancelled_series_is_none_and_a_single_event_stands_as_it_is() -> None:
    assert told("DTSTART:20260401T100000Z\nRRULE:FREQ=DAILY\nSTATUS:CANCELLED").found == ()
    single = told("DTSTART:20260401T100000Z", "DTSTART;VALUE=DATE:20400101", "DTSTART:20260301T100000Z", "SUMMARY:ohne")
    assert ([each.begin for each in single.found], single.plain) == (["2026-04-01 12:00", "2040-01-01"], True)


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20260324", "2026-03-24 19:00"),
        ("20260324T180000Z", "2026-03-24 19:00"),
        ("20260324T175959Z", "2026-03-23 19:00"),
        ("20260324T185959", "2026-03-23 19:00"),
        ("20260329T165959Z", "2026-03-28 19:00"),  # in summer time
        ("20260329T170000Z", "2026-03-29 19:00"),
    ],
)
def test_the_last_moment_of_a_rule(until: str, last: str) -> None:
    event = f"DTSTART;TZID=Europe/Berlin:20260301T190000\nRRULE:FREQ=DAILY;UNTIL={until}"
    assert begins(event, most=400)[-1] == last


def test_zones_by_other_names_and_none() -> None:
    for zone in (";TZID=W. Europe Standard Time", ';TZID="Europe/Berlin"', ";TZID=Mitteleuropa", ""):
        assert begins(f"DTSTART{zone}:20260320T190000\nRRULE:FREQ=DAILY", most=2) == [
            "2026-03-20 19:00",
            "2026-03-21 19:00",
        ]


def test_a_definition_of_a_zone_or_an_alarm_is_not_looked_into() -> None:
    zone = "BEGIN:VTIMEZONE\nTZID:X\nBEGIN:STANDARD\nDTSTART:19700101T000000\nRRULE:FREQ=SECONDLY\nEND:STANDARD\nEND:VTIMEZONE\n"
    event = "DTSTART;TZID=X:20260401T100000\nBEGIN:VALARM\nTRIGGER:-PT1H\nRRULE:FREQ=SECONDLY\nEND:VALARM"
    data = calendar(event).replace(b"BEGIN:VEVENT", zone.encode() + b"BEGIN:VEVENT", 1)
    found = occurrences.next_of(data, DAY)
    assert found is not None
    assert ([each.begin for each in found.found], found.plain) == (["2026-04-01 10:00"], True)


def test_only_so_many_and_only_so_far_ahead() -> None:
    found = told("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY")
    assert (len(found.found), found.found[0].begin) == (occurrences.MOST_OF_ONE, "2026-03-20")
    assert found.until == (DAY + timedelta(days=occurrences.MOST_OF_ONE)).isoformat()
    many = told(*["DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY"] * 30)
    assert len(many.found) == occurrences.MOST
    assert many.found[-1].begin == "2026-04-22" == many.until
    yearly = told("DTSTART;VALUE=DATE:20200319\nRRULE:FREQ=YEARLY")
    assert ([each.begin for each in yearly.found], yearly.until) == (["2027-03-19"], "2028-03-19")


HOURS, SIXTY = (",".join(map(str, range(most))) for most in (24, 60))
HOSTILE = [
    "DTSTART:19260101T000000Z\nRRULE:FREQ=SECONDLY",
    "DTSTART:20260101T000000Z\nRRULE:FREQ=SECONDLY;COUNT=999999",
    "DTSTART:19260101T000000Z\nRRULE:FREQ=SECONDLY;UNTIL=21260101T000000Z",
    "DTSTART:19260101T000000Z\nRRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
    "DTSTART:19260101T000000Z\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "DTSTART:19260101T000000Z\nRRULE:FREQ=SECONDLY;INTERVAL=900;BYMONTH=2;BYMONTHDAY=30",
    "DTSTART:19260101T000000Z\nRRULE:FREQ=SECONDLY;INTERVAL=900",
    "DTSTART:20260101T000000Z\nRRULE:FREQ=YEARLY;BYWEEKNO=53;BYYEARDAY=1",
    "DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY;INTERVAL=0",
    "DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY;COUNT=99999999999999999999",
    f"DTSTART:20260101T000000Z\nRRULE:FREQ=YEARLY;BYYEARDAY=400;BYHOUR={HOURS};BYMINUTE={SIXTY};BYSECOND={SIXTY}",
    "DTSTART:20260101T000000Z\nRRULE:FREQ=MONTHLY;BYDAY=99MO;BYSETPOS=366",
    "DTSTART:20260101T000000Z\nRRULE:FREQ=NEVER",
    "DTSTART:20260101T000000Z\nRRULE:",
    "DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=SECONDLY",
    "UID:1\nDTSTART:20260101T000000Z\nRRULE:FREQ=DAILY",
    "UID:1\nRECURRENCE-ID;RANGE=THISANDFUTURE:19000101T000000Z\nDTSTART:21991231T000000Z\nDTEND:19000101T000000Z",
    "DTSTART:99991231T235959Z\nDTEND:00010101T000000Z\nDURATION:P99999999999W\nRRULE:FREQ=DAILY",
    "DTSTART;TZID=../../etc/passwd:20260101T000000\nRRULE:FREQ=DAILY;UNTIL=99991231T235959Z",
    "DTSTART;TZID=America/Los_Angeles:20260101T000000\nRRULE:FREQ=YEARLY;INTERVAL=9000",
    "DTSTART:20260101T000000Z\nRDATE:" + ",".join(["20260401T000000Z"] * 500),
]


@pytest.mark.parametrize("event", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_rules_cost_little_and_harm_nobody_else(event: str) -> None:
    began = time.process_time()
    found = told("UID:9\nDTSTART:20260401T100000Z", event)
    # Time of the processor that this thread was given, not of the clock: twice what a rule may take.
    assert time.process_time() - began < 2 * occurrences.SECONDS
    assert "2026-04-01 12:00" in [each.begin for each in found.found] or found.until < "2026-04-01"
    assert len(found.found) <= occurrences.MOST


def test_a_calendar_of_nothing_but_hostile_rules_ends_in_time_and_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(occurrences, "SECONDS", 1.0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    events = HOSTILE[:7] * 300
    found = told(*events, "DTSTART:20260401T100000Z")
    assert time.process_time() - began < 4 * occurrences.SECONDS
    assert len(found.found) <= occurrences.MOST
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000, "kilobytes"


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        ("SECONDLY", []),
        ("MINUTELY;INTERVAL=14", []),
        ("MINUTELY;INTERVAL=15", ["2026-03-20 00:00", "2026-03-20 00:15"]),
        ("MINUTELY;INTERVAL=90;BYHOUR=14,15,16", ["2026-03-20 14:00", "2026-03-20 15:30"]),
        ("HOURLY;INTERVAL=2;BYHOUR=10,12", ["2026-03-20 10:00", "2026-03-20 12:00"]),
    ],
)
def test_what_takes_place_all_the_time_is_no_date_and_hides_none(rule: str, shown: list[str]) -> None:
    event = f"DTSTART;TZID=Europe/Berlin:20260301T020000\nRRULE:FREQ={rule}"
    found = told(event, "DTSTART;VALUE=DATE:20270101").found
    assert [each.begin for each in found if each.row == 0][:2] == shown
    if not shown:
        assert [each.row for each in found] == [1]


def test_one_series_of_many_events_is_not_compared_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each leaves out moments, each takes the place of some: so many times so many."""
    monkeypatch.setattr(occurrences, "SECONDS", 0.5)
    stamps = ",".join(f"2026{month:02d}{day:02d}T100000Z" for month in range(1, 13) for day in range(1, 29))
    masters = [f"UID:1\nDTSTART:20260401T100000Z\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE:{stamps}"] * 1_500
    changes = ["UID:1\nRECURRENCE-ID:20250401T100000Z\nDTSTART:20260401T100000Z"] * 10_000
    began = time.process_time()
    assert occurrences.next_of(calendar(*masters, *changes), DAY) is None
    assert time.process_time() - began < 10 * occurrences.SECONDS


def test_what_never_ends_is_ended_and_nothing_is_left_behind() -> None:
    def for_ever() -> None:
        with confinement.hurried(0.05):
            while True:
                pass

    with pytest.raises(confinement.TooLong):
        for_ever()
    with confinement.hurried(5.0):
        assert sum(range(10)) == 45
    time_left, _ = signal.getitimer(signal.ITIMER_VIRTUAL)
    assert time_left == 0.0


def test_without_a_bound_no_rule_is_followed() -> None:
    found: list[Occurrences] = []
    thread = threading.Thread(target=lambda: found.append(told("DTSTART:20260401T100000Z\nRRULE:FREQ=DAILY")))
    thread.start()
    thread.join()
    assert [each.begin for each in found[0].found] == ["2026-04-01 12:00"]


def test_when_a_calendar_should_be_read_again() -> None:
    weekly = told("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=WEEKLY")
    assert not weekly.is_spent(DAY)
    assert not weekly.is_spent(DAY + timedelta(days=20))
    assert weekly.is_spent(DAY + timedelta(days=60))
    daily = told("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY")
    assert not daily.is_spent(DAY + timedelta(days=200))
    assert daily.is_spent(DAY + timedelta(days=350))
    assert not told("DTSTART;VALUE=DATE:20260401").is_spent(DAY + timedelta(days=9_000))


# ----------------------------------------------------------------------------------------------------------- any rule

numbers = st.integers(1, 4)
weekdays = st.lists(st.sampled_from(("MO", "TU", "WE", "TH", "FR", "SA", "SU")), min_size=1, max_size=3, unique=True)
nth = st.lists(
    st.builds(lambda n, day: f"{n}{day}", st.sampled_from((-2, -1, 1, 2, 3, 5)), st.sampled_from(("MO", "WE", "SU"))),
    min_size=1,
    max_size=2,
    unique=True,
)
monthdays = st.lists(st.sampled_from((-1, -3, 1, 15, 29, 31)), min_size=1, max_size=2, unique=True)
months = st.lists(st.integers(1, 12), min_size=1, max_size=3, unique=True)


@st.composite
def rules(draw: st.DrawFn) -> dict[str, list[str]]:
    """A rule that chooses days, in parts. Those that mean nothing for its frequency are left out."""
    frequency = draw(st.sampled_from(("DAILY", "WEEKLY", "MONTHLY", "YEARLY")))
    parts: dict[str, list[object]] = {"FREQ": [frequency], "INTERVAL": [draw(numbers)]}
    if draw(st.booleans()):
        if frequency in ("DAILY", "WEEKLY"):
            parts["BYDAY"] = list(draw(weekdays))
        elif frequency == "MONTHLY":
            parts |= draw(st.sampled_from(("BYDAY", "BYMONTHDAY")).flatmap(lambda name: _days(name)))
        else:
            parts["BYMONTH"] = list(draw(months))
            parts |= draw(_days("BYMONTHDAY"))
    ends = draw(st.sampled_from(("", "COUNT", "UNTIL")))
    if ends == "COUNT":
        parts["COUNT"] = [draw(st.integers(1, 40))]
    elif ends == "UNTIL":
        parts["UNTIL"] = [draw(st.dates(date(2025, 1, 1), date(2026, 12, 31))).strftime("%Y%m%d")]
    return {name: [str(value) for value in values] for name, values in parts.items()}


def _days(name: str) -> st.SearchStrategy[dict[str, list[object]]]:
    """The values of a part that chooses days of a month."""
    return st.builds(lambda values: {name: list(values)}, nth if name == "BYDAY" else monthdays)


@given(rules(), st.dates(date(2025, 1, 1), date(2026, 3, 1)), st.integers(-30, 300))
@example({"FREQ": ["WEEKLY"], "INTERVAL": ["2"], "BYDAY": ["MO", "SU"]}, date(2025, 1, 1), 100)
@example({"FREQ": ["MONTHLY"], "INTERVAL": ["1"], "BYMONTHDAY": ["31"]}, date(2025, 1, 31), 0)
def test_any_rule_of_days_comes_true_on_the_days_that_walking_them_one_by_one_finds(
    rule: dict[str, list[str]], start: date, ahead: int
) -> None:
    parts: dict[str, list[object]] = {name: list(values) for name, values in rule.items()}
    if "UNTIL" in rule:
        parts["UNTIL"] = [datetime.strptime(rule["UNTIL"][0], "%Y%m%d").date()]
    walked = rule_in(parts)
    assert walked is not None
    day = start + timedelta(days=ahead)
    # The other walks two years from the start on.
    last = min(start + timedelta(days=730), day + occurrences.SPAN)
    expected = [each for each in days_of(walked, start) if day <= each <= last]
    text = ";".join(f"{name}={','.join(values)}" for name, values in rule.items())
    found = told(f"DTSTART;VALUE=DATE:{start:%Y%m%d}\nRRULE:{text}", day=day)
    until = min((last + timedelta(days=1)).isoformat(), found.until)
    assert [each.begin for each in found.found if each.begin < until] == [
        each.isoformat() for each in expected if each.isoformat() < until
    ]


@given(
    st.sampled_from(("SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY")),
    st.integers(1, 50),
    st.sampled_from(("", ";BYDAY=MO,TH,SU", ";BYHOUR=3,17", ";BYMONTH=3,4;BYMINUTE=10,40", ";WKST=SU;BYDAY=SU,TU")),
    st.integers(0, 400_000),
)
def test_what_came_long_before_is_passed_over_without_a_difference(
    frequency: str, interval: int, more: str, seconds: int
) -> None:
    start = Moment(datetime(2026, 3, 1, 2, 40), BERLIN)
    interval *= {"SECONDLY": 907, "MINUTELY": 17}.get(
        frequency, 1
    )  # more often than each 15 minutes it is not followed
    text = f"FREQ={frequency};INTERVAL={interval}{more}"
    first = start.wall + timedelta(seconds=seconds)

    def walls(rule: str) -> tuple[datetime, ...] | None:
        try:
            return recurring.times(recurring.rule_of(rule, start), start, first, datetime(2026, 12, 31), 20).walls
        except ValueError:  # each second hour from 2 on is never 3
            return None

    # With a number of times they are counted from the first on.
    assert walls(text) == walls(f"{text};COUNT=999999")


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)),
    st.sampled_from(("Europe/Berlin", "Europe/London", "UTC")),
)
def test_every_day_at_an_hour_is_every_day_at_that_hour_there(start: datetime, name: str) -> None:
    start, zone = start.replace(microsecond=0, second=0), ZoneInfo(name)
    found = told(f"DTSTART;TZID={name}:{start:%Y%m%dT%H%M%S}\nRRULE:FREQ=DAILY", day=start.date() - timedelta(days=1))
    walls = (start + timedelta(days=n) for n in range(400))
    instants = (wall.replace(tzinfo=zone).astimezone(UTC).astimezone(BERLIN) for wall in walls)
    assert [each.begin for each in found.found[:380]] == [f"{each:%Y-%m-%d %H:%M}" for each in islice(instants, 380)]
