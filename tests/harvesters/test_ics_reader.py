"""The calendar reader: recordings, and any calendar and any native whatever."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from harvesters.city.calendars import calendar_in, slim
from harvesters.readers import ics
from harvesters.reading import Native, Outcome, Reading, Unusable
from harvesters.spider import Job
from harvesters.spiders.ics import IcsOptions, IcsSpider
from schemas.findings import WORDING
from schemas.syntax import Unreadable
from tests.harvesters.readings import (
    VALUES,
    ListSink,
    assert_as_recorded,
    assert_comes_back,
    context,
    outcomes_of,
)

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings/ics").iterdir())


def natives(
    body: bytes, url: str = "https://www.example.org/kalender.ics", per: Literal["calendar", "year"] = "calendar"
) -> list[Native]:
    """What the spider makes of a file."""
    spider = IcsSpider()
    spider.job = Job(context(), ListSink())
    spider.job.context = type(spider.job.context)(
        spider.job.context.region, spider.job.context.source, spider.job.context.municipality, IcsOptions(per=per)
    )
    return spider.natives(calendar_in(body), url, "")


def recorded(folder: Path) -> list[Reading]:
    return [ics.read(native, context()) for native in natives((folder / "input.ics").read_bytes())]


def through_pipelines(given_: list[Native]) -> list[Outcome]:
    return outcomes_of("ics", given_, "https://www.example.org/k.ics")


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_recording(folder: Path) -> None:
    assert_as_recorded(folder, *recorded(folder))


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_F75_people_do_not_come_out_and_what_is_kept_reads_the_same(folder: Path) -> None:
    body = (folder / "input.ics").read_bytes()
    assert "Mustermann" not in repr(through_pipelines(natives(body)))
    assert [native.data for native in natives(slim(body))] == [native.data for native in natives(body)]
    assert slim(slim(body)) == slim(body)


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_record_comes_back_from_its_ntriples(folder: Path) -> None:
    assert_comes_back(*recorded(folder))


@pytest.mark.parametrize("data", [None, [], {}, {"id": ""}, {"id": ["a"]}])
def test_what_has_no_identity_is_set_aside(data: Any) -> None:
    with pytest.raises(Unusable):
        ics.read(Native(data, b"x"), context())


LINES = st.sampled_from(
    [
        *(
            "BEGIN:VEVENT",
            "END:VEVENT",
            "BEGIN:VALARM",
            "END:VALARM",
            "BEGIN:VCALENDAR",
            "END:VCALENDAR",
            "STATUS:CANCELLED",
        ),
        *("DTSTART:20260101", "DTSTART;TZID=X:20260101T100000", "DTSTART:99999999", "DTSTART;VALUE=DATE:00010101"),
        *("DTEND:20250101", "DURATION:P9999999D", "DURATION:-P1D", "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY;BYDAY=99XX"),
        *(
            "RRULE:FREQ=YEARLY;INTERVAL=0;COUNT=-1",
            "RRULE:UNTIL=x;FREQ=DAILY",
            "SUMMARY:Restmüll",
            "CATEGORIES:a,,b\\,c",
        ),
        *(
            "X-WR-CALNAME:Name 2026",
            "EXDATE:20260101,x",
            "RDATE;VALUE=PERIOD:20260101T000000Z/PT1H",
            "DTSTART:99991231",
        ),
    ]
)


@given(st.lists(LINES | st.text(max_size=20), max_size=25), st.sampled_from(["calendar", "year"]))
def test_any_calendar_is_read_or_refused(lines: list[str], per: Literal["calendar", "year"]) -> None:
    body = "\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR"]).encode("utf-8", "surrogatepass")
    try:
        made = natives(body, per=per)
    except Unreadable:
        return
    for outcome in through_pipelines(made):
        assert outcome.traceback == ""
        assert all(finding.rule in WORDING and finding.message("de") for finding in outcome.findings)
        if not outcome.set_aside:
            assert len(rdflib.Graph().parse(data=outcome.ntriples, format="nt")) == outcome.ntriples.count("\n")


@given(
    st.dictionaries(
        st.sampled_from(["series", "year", "address", "label", "texts", "days", "kinds", "remarks"]), VALUES, max_size=8
    )
)
def test_any_native_is_a_record_or_set_aside(data: dict[str, Any]) -> None:
    for outcome in through_pipelines([Native(data, b"x"), Native({**data, "id": "a"}, b"y")]):
        assert outcome.traceback == ""
