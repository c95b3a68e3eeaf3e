"""The calendar spider on loopback: files, pages of links, years of a series – and files that would never end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from catalog.runs.conclusion import RunResult
from catalog.runs.processes import run_sources
from catalog.runs.wish import Wish
from harvesters.answer import Answer
from harvesters.city import calendars
from harvesters.city.calendars import calendar_in, slim
from harvesters.city.recurrence import days_of, rule_in
from harvesters.spiders.ics import IcsOptions, IcsSpider, fetchable, identity_of, links_in
from schemas.region import HarvestSource, load
from schemas.syntax import Unreadable
from tests.catalog.runs import REGION
from tests.harvesters.city_servers import CANARY, Asked, CityServer, Told
from tests.harvesters.crawl_runs import Run
from tests.harvesters.crawls import Crawls


def event(day: str, summary: str = "Restmüll", uid: str = "1", *more: str) -> str:
    lines = [
        f"UID:{uid}",
        f"DTSTAMP:20260101T{int(uid) % 24:02}0000Z",
        f"DTSTART;VALUE=DATE:{day}",
        f"SUMMARY:{summary}",
    ]
    return "\r\n".join(["BEGIN:VEVENT", *lines, *more, "END:VEVENT"])


def calendar(*events: str, head: str = "X-WR-CALNAME:Abfallkalender") -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", head, *events, "END:VCALENDAR", ""]).encode()


def waste(year: int, uid: int = 1, name: str = "Abfallkalender Neuhof") -> bytes:
    days = [(month, kind) for month in range(1, 13) for kind in ("Restmüll", "Biotonne")]
    events = [
        event(f"{year}{month:02}{12 if kind == 'Biotonne' else 5:02}", kind, str(uid + n))
        for n, (month, kind) in enumerate(days)
    ]
    return calendar(*events, head=f"X-WR-CALNAME:{name} {year}")


def as_calendar(body: bytes) -> Told:
    return Told(body, 200, {"Content-Type": "text/calendar; charset=utf-8"})


class Site:
    """A site with calendars; ``pages`` by path."""

    def __init__(self, city: CityServer, crawls: Crawls) -> None:
        self.city, self.crawls = city, crawls
        self.pages: dict[str, bytes] = {}
        city.answer = self.answer
        self.host = city.url.removeprefix("http://")

    def answer(self, asked: Asked) -> Told:
        path = asked.path + (f"?{asked.query['jahr']}" if "jahr" in asked.query else "")
        return as_calendar(self.pages[path]) if path in self.pages else Told(b"nicht hier", 404)

    def harvest(self, path: str = "/abfall.ics", options: dict[str, Any] | None = None, **wishes: Any) -> Run:
        return self.crawls.crawl("ics", f"{self.city.url}{path}", options, **wishes)

    def ids(self, run: Run) -> set[str]:
        return {key.removeprefix(self.host) for key in run.records}


@pytest.fixture
def site(crawls: Crawls) -> Iterator[Site]:
    with CityServer(lambda asked: Told(b"", 404)) as city:
        yield Site(city, crawls)


def test_one_dataset_for_a_calendar(site: Site) -> None:
    site.pages["/events.ics"] = calendar(event("20261224", "Krippenspiel"), event("20270101", "Neujahrsempfang", "2"))
    run = site.harvest("/events.ics")
    assert site.ids(run) == {"/events.ics"}
    assert run.report["coverage"] == "complete"
    written = run.records[f"{site.host}/events.ics"]["ntriples"]
    assert '"2026-12-01"' in written, "a window that moves on is told in months"
    assert '"2027-01-31"' in written
    assert "keyword" not in written, "titles of single events are no kinds"


def test_calendar_of_one_year_is_a_member_of_a_series(site: Site) -> None:
    site.pages["/abfall-2026.ics"] = waste(2026)
    run = site.harvest("/abfall-2026.ics")
    assert site.ids(run) == {"/abfall-~.ics/2026"}
    (record,) = run.records.values()
    assert "inSeries" in record["ntriples"]
    assert '"2026-01-05"' in record["ntriples"]
    assert '"2026-12-12"' in record["ntriples"]
    assert '"Biotonne"@de' in record["ntriples"]
    assert "data-theme/ENVI" in record["ntriples"]


def test_each_year_of_a_calendar(site: Site) -> None:
    site.pages["/abfall.ics"] = calendar(event("20261224"), event("20270105", "Biotonne", "2"))
    run = site.harvest(options={"per": "year"})
    assert site.ids(run) == {"/abfall.ics/2026", "/abfall.ics/2027"}


def test_second_run_is_unchanged_though_uids_and_stamps_are_new(site: Site) -> None:
    site.pages["/abfall.ics"] = waste(2026, 1)
    first = site.harvest()
    body = waste(2026, 7)
    lines = body.split(b"BEGIN:VEVENT")
    site.pages["/abfall.ics"] = b"BEGIN:VEVENT".join([lines[0], lines[3], lines[1], lines[2], *lines[4:]])
    second = site.harvest(state=first.state)
    assert [record["unchanged"] for record in second.records.values()] == [True]
    site.pages["/abfall.ics"] = body.replace(b"20260105", b"20260106")
    third = site.harvest(state=first.state)
    assert [record["unchanged"] for record in third.records.values()] == [False]


PAGE = """<html><head><base href="/k/"></head><body>
<a href="neuhof%202026.ics#x">Ortsteil Neuhof</a> <a href="flieden.ics">Flieden</a> <a href="flieden.ics">noch einmal</a>
<a href="webcal://kalender.example.org/feed">Feste</a> <a href="export?art=ical">Export</a>
<a href="plan.pdf">PDF</a> <a href="javascript:x('.ics')">x</a> <a href="mailto:a@b.ics">Post</a></body></html>"""


def test_links_of_a_page() -> None:
    found = links_in(PAGE.encode(), "https://h.example/abfall/", ["*.ics", "webcal:*", "*art=ical*"])
    assert found == {
        "https://h.example/k/neuhof%202026.ics": "Ortsteil Neuhof",
        "https://h.example/k/flieden.ics": "Flieden",
        "https://h.example/k/export?art=ical": "Export",
        "https://kalender.example.org/feed": "Feste",
    }
    assert fetchable("WEBCAL://h.example/a.ics") == "https://h.example/a.ics"
    source = HarvestSource(id="a", title="A", municipality="neuhof", url="webcal://h.example/a.ics")
    assert source.url == "https://h.example/a.ics"
    with pytest.raises(ValidationError):
        HarvestSource(id="a", title="A", municipality="neuhof", url="webcal://")


def test_many_calendars_of_one_page(site: Site) -> None:
    site.pages["/liste"] = b'<a href="a.ics">Ort A</a> <a href="b.ics">Ort B</a> <a href="c.ics">Ort C</a>'
    site.pages["/a.ics"] = waste(2026)
    site.pages["/b.ics"] = calendar(event("20260505"), head="VERSION:2.0")
    run = site.harvest("/liste", {"links": ["*.ics"]})
    assert site.ids(run) == {"/a.ics/2026", "/b.ics"}
    assert run.titles[f"{site.host}/b.ics"] == "Ort B"
    assert run.report["coverage"] == "partial", "one calendar is missing"
    run = site.harvest("/liste", {"links": ["*.xyz"]})
    assert "kein Link" in run.report["failure"]


def test_name_can_be_what_stays_from_year_to_year(site: Site) -> None:
    site.pages["/export"] = waste(2026)
    run = site.harvest("/export?jahr=2026".replace("?jahr=2026", ""), {"identity": "name"})
    assert set(run.records) == {"abfallkalender neuhof/2026"}
    assert identity_of("https://h.example/2026/a.ics?jahr=2026&oid=5", "address") == "h.example/~/a.ics?jahr=~&oid=5"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<!doctype html><title>Wartung</title>", "Wartung"),
        (b" \r\n", "leer"),
        (waste(2026)[:900], "abgeschnitten"),
        (b"BEGIN:VCARD\r\nEND:VCARD", "kein Kalender"),
    ],
)
def test_F01_F03_F21_no_calendar_answers(site: Site, body: bytes, said: str) -> None:
    site.pages["/abfall.ics"] = body
    run = site.harvest()
    assert run.records == {}
    assert said in run.report["failure"]


def remarks(*events: str) -> set[str]:
    return {remark[0] for remark in calendar_in(calendar(*events)).remarks}


def timed(start: str, *more: str) -> str:
    return "\r\n".join(["BEGIN:VEVENT", "UID:1", start, "SUMMARY:x", *more, "END:VEVENT"])


def test_F47_rule_by_seconds_is_not_expanded() -> None:
    begin = time.process_time()
    for rule in ("FREQ=SECONDLY", "FREQ=SECONDLY;COUNT=1000000000", "FREQ=HOURLY", "FREQ=DAILY;BYYEARDAY=400", "x"):
        read = calendar_in(calendar(timed("DTSTART:20260101T000000Z", f"RRULE:{rule}")))
        assert [event.days for event in read.events] == [(date(2026, 1, 1),)]
        assert {remark[0] for remark in read.remarks} == {calendars.REFUSED}
    assert time.process_time() - begin < 2


def test_F47_endless_rules_stop_at_the_horizon() -> None:
    begin = time.process_time()
    events = [timed("DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=DAILY") for _ in range(3000)]
    events += [timed("DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30") for _ in range(1000)]
    read = calendar_in(calendar(*events))
    assert max(day for event in read.events for day in event.days) == date(2028, 1, 2)
    assert sum(len(event.days) for event in read.events) <= 10_000 + 4_000
    assert read.span() == (date(2026, 1, 1), None)
    assert calendars.REFUSED in {remark[0] for remark in read.remarks}
    assert time.process_time() - begin < 2


def test_F47_alarms_and_zones_that_repeat_for_ever_are_not_looked_into() -> None:
    alarm = ("BEGIN:VALARM", "TRIGGER:-PT1H", "REPEAT:1000000000", "DURATION:PT1S", "END:VALARM")
    zone = "BEGIN:VTIMEZONE TZID:Bombe BEGIN:STANDARD DTSTART:19700101T000000 RRULE:FREQ=SECONDLY TZOFFSETFROM:+0100"
    zone = "\r\n".join([*zone.split(), "TZOFFSETTO:+0200", "END:STANDARD", "END:VTIMEZONE"])
    begin = time.process_time()
    read = calendar_in(calendar(zone, timed("DTSTART;TZID=Bombe:20260101T230000", *alarm)))
    assert time.process_time() - begin < 1
    assert [event.days for event in read.events] == [(date(2026, 1, 1),)]
    assert list(read.remarks) == [(calendars.ZONE, "Bombe")]
    assert b"ALARM" not in slim(calendar(zone, timed("DTSTART:20260101", *alarm)))


def test_F47_more_than_ten_thousand_events_are_cut() -> None:
    begin = time.process_time()
    read = calendar_in(calendar(*[event("20260105", "Restmüll", str(n)) for n in range(12_000)]))
    assert len(read.events) == 10_000
    assert list(read.remarks) == [(calendars.CUT, "10000")]
    assert time.process_time() - begin < 2


@pytest.mark.parametrize(
    ("line", "day", "remark"),
    [
        ("DTSTART:20251231T233000Z", date(2026, 1, 1), None),
        ("DTSTART:20251231T233000", date(2025, 12, 31), calendars.FLOATING),
        ("DTSTART;TZID=Nirgendwo/Stadt:20251231T233000", date(2025, 12, 31), calendars.ZONE),
        ("DTSTART;TZID=America/New_York:20251231T200000", date(2026, 1, 1), None),
        ('DTSTART;TZID="W. Europe Standard Time":20251231T233000', date(2025, 12, 31), None),
        ("DTSTART;TZID=../../etc/passwd:20251231T233000", date(2025, 12, 31), calendars.ZONE),
    ],
)
def test_F47_times_are_days_in_germany(line: str, day: date, remark: str | None) -> None:
    read = calendar_in(calendar(timed(line)))
    assert read.events[0].days == (day,)
    assert {each[0] for each in read.remarks} == ({remark} if remark else set())


@pytest.mark.parametrize(
    ("rule", "start", "expected"),
    [
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=3", "2026-01-05", ["2026-01-05", "2026-01-19", "2026-02-02"]),
        ("FREQ=WEEKLY;BYDAY=MO,TH;COUNT=3", "2026-01-05", ["2026-01-05", "2026-01-08", "2026-01-12"]),
        ("FREQ=MONTHLY;BYDAY=1MO;COUNT=3", "2026-01-05", ["2026-01-05", "2026-02-02", "2026-03-02"]),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", "2026-01-30", ["2026-01-30", "2026-02-27"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "2026-01-31", ["2026-01-31", "2026-02-28", "2026-03-31"]),
        ("FREQ=YEARLY;COUNT=2", "2024-02-29", ["2024-02-29"]),
        ("FREQ=DAILY;UNTIL=20260103", "2026-01-01", ["2026-01-01", "2026-01-02", "2026-01-03"]),
        ("FREQ=DAILY;BYDAY=SA;COUNT=2", "2026-01-01", ["2026-01-01", "2026-01-03"]),
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=2SU;COUNT=2", "2026-05-10", ["2026-05-10", "2027-05-09"]),
    ],
)
def test_days_of_rules(rule: str, start: str, expected: list[str]) -> None:
    from icalendar.prop import vRecur

    read = rule_in(vRecur.from_ical(rule))
    assert read is not None
    assert [day.isoformat() for day in days_of(read, date.fromisoformat(start))] == expected


def test_cancelled_exceptions_and_long_events() -> None:
    read = calendar_in(
        calendar(
            event("20260105", "a", "1", "STATUS:CANCELLED"),
            event(
                "20260105",
                "b",
                "2",
                "RRULE:FREQ=WEEKLY;COUNT=3",
                "EXDATE;VALUE=DATE:20260112",
                "RDATE;VALUE=DATE:20260120",
            ),
            event("20260201", "c", "3", "DTEND;VALUE=DATE:20260204"),
            timed("SUMMARY:ohne Beginn"),
        )
    )
    assert [[day.isoformat() for day in each.days] for each in read.events] == [
        ["2026-01-05", "2026-01-19", "2026-01-20"],
        ["2026-02-01", "2026-02-03"],
    ]
    assert list(read.remarks) == [(calendars.UNREADABLE,)]


def test_F20_folded_lines_and_wrong_charset() -> None:
    text = calendar(event("20260105", "Sperr- und\r\n  Restmüll\\, Grünschnitt")).decode()
    assert calendar_in(text.encode("cp1252")).events[0].summary == "Sperr- und Restmüll, Grünschnitt"


def test_F75_people_do_not_come_out(site: Site) -> None:
    person = (f"ORGANIZER;CN={CANARY}:mailto:e@example.org", "ATTENDEE:mailto:x@example.org", f"LOCATION:bei {CANARY}")
    events = [event(f"2026010{n}", CANARY, str(n), *person, f"CATEGORIES:{CANARY},Rat") for n in range(1, 6)]
    site.pages["/abfall.ics"] = calendar(*events)
    run = site.harvest()
    assert CANARY not in str(run.records)
    assert "Rat" in str(run.records)
    assert "example.org" not in str([kept[2] for kept in run.state["kept"]])


@pytest.mark.parametrize(
    "options", [{"per": "month"}, {"links": [""]}, {"links": ["*" * 6]}, {"identity": "uid"}, {"x": 1}]
)
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        IcsOptions(**options)


def test_detect() -> None:
    def found(body: bytes) -> Any:
        return IcsSpider.detect("webcal://h.example/a", {"https://h.example/a": Answer("", "", 200, {}, body, "", 0.1)})

    assert found(waste(2026)).samples == ("Abfallkalender Neuhof 2026",)
    assert found(waste(2026)).url == "https://h.example/a"
    assert found(b"<html>") is None
    assert IcsSpider.probes("daten") == ()


def test_empty_calendars() -> None:
    assert calendar_in(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR").events == []
    with pytest.raises(Unreadable):
        calendar_in(b"BEGIN:VCALENDAR")


def region_of(folder: Path, url: str, more: str = "") -> None:
    (folder / "sources").mkdir()
    region = REGION.replace("STORE", "sqlite:///data/allmende.db")
    (folder / "region.toml").write_text(region.replace("publisher", 'allowed_hosts = ["127.0.0.1"]\npublisher'))
    (folder / "sources/abfall.toml").write_text(
        f'title = "Abfall"\nmunicipality = "neuhof"\nurl = "{url}"\nprotocol = "ics"\ngrace = "0h"\n{more}'
    )


def run_in(folder: Path) -> RunResult:
    return next(iter(run_sources(load(folder, {}), ["abfall"], Wish())))


@pytest.mark.parametrize("linked", [True, False])
def test_F81_new_year_is_a_new_member_and_the_old_one_stays(site: Site, tmp_path: Path, linked: bool) -> None:
    """31 December: the calendar of 2026. 1 January: only that of 2027 is there, under new ids and a new address."""

    def on(year: int) -> None:
        site.pages.clear()
        if linked:
            site.pages["/liste"] = f'<a href="abfall-{year}.ics">Kalender {year}</a>'.encode()
            site.pages[f"/abfall-{year}.ics"] = waste(year, year)
        else:
            site.pages["/abfall.ics"] = waste(year, year)

    more = '[ics]\nlinks = ["*.ics"]\n' if linked else ""
    region_of(tmp_path, f"{site.city.url}/{'liste' if linked else 'abfall.ics'}", more)
    on(2026)
    assert run_in(tmp_path).counts.created == 1
    on(2027)
    counts = run_in(tmp_path).counts
    assert (counts.created, counts.updated, counts.absent, counts.withdrawn, counts.held) == (1, 0, 0, 0, 0)
    for _ in range(2):
        again = run_in(tmp_path)
        assert (again.counts.unchanged, again.counts.absent, again.counts.withdrawn) == (2, 0, 0)
    if linked:  # both years on one page, as in December
        site.pages["/abfall-2026.ics"] = waste(2026)
        site.pages["/liste"] += b'<a href="abfall-2026.ics">Kalender 2026</a>'
        both = run_in(tmp_path).counts
        assert (both.unchanged, both.duplicates, both.absent) == (2, 0, 0)
