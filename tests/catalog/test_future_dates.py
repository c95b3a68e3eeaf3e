"""Dates in the future are told for as long as they lie there, and change nothing else (F18)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.cli import show
from catalog.reading.entries import Entry
from catalog.runs import run_findings
from catalog.search import Catalogue
from catalog.web.app import create_app
from schemas import future_dates, iris
from schemas.findings import Finding, Severity
from schemas.future_dates import FUTURE
from schemas.kinds import Literal
from schemas.model import Dataset, Distribution
from tests.catalog.runs import START, Source, package, region
from tests.catalog.web.asking import Asking

NOW = datetime(2026, 11, 28, 22, 0, tzinfo=UTC)
DATES = [
    ("2026-11-28", False),
    ("2026-11-29", False),
    ("2026-11-29T21:59:00Z", False),
    ("2026-11-29T22:00:01Z", True),
    ("2026-11-30T08:00:00+14:00", False),
    ("2026-11-30", True),
    ("2026-12", True),
    ("2026-11", False),
    ("2026", False),
    ("2027", True),
    ("2027-03-01", True),
    ("2126-11-03T10:00:00", True),
    ("9999-12-31T23:59:59Z", True),
    ("0001-01-01T00:00:00+14:00", False),
    ("20270301", False),
    ("2027-13-01", False),
    ("morgen", False),
    ("", False),
]


@pytest.mark.parametrize(("text", "future"), DATES)
def test_F18_a_day_more_or_less_is_no_future(text: str, future: bool) -> None:
    assert future_dates.is_future(text, NOW) is future


@given(st.text(max_size=40), st.datetimes(timezones=st.just(UTC), max_value=datetime(9999, 12, 30)))
def test_any_text_is_looked_at(text: str, now: datetime) -> None:
    assert future_dates.is_future(text, now) in (True, False)


def test_F18_what_is_described_in_a_record_is_looked_at_too() -> None:
    file = Distribution(iri="https://example.org/f", modified=(Literal("2030-01-01"),))
    record = Dataset(iri="https://example.org/d", issued=(Literal("2031"), Literal("2020")), distribution=(file,))
    assert future_dates.check([record, record], NOW) == (
        Finding(
            Severity.WARNING, "https://example.org/d", "http://purl.org/dc/terms/issued", FUTURE, ("issued", "2031")
        ),
        Finding(
            Severity.WARNING,
            "https://example.org/f",
            "http://purl.org/dc/terms/modified",
            FUTURE,
            ("modified", "2030-01-01"),
        ),
    )


class Looked:
    """What can be seen of a source after a run: findings in the run and at the record, the version, the bytes of feeds."""

    def __init__(self, portal: Source, run_id: int | None, now: datetime) -> None:
        found = run_findings.summary(portal.region, run_id or 0)
        assert found is not None
        self.in_run = [(each.rule, each.records) for each in found.causes if each.rule == FUTURE]
        self.lines = [line.arguments for line in run_findings.lines(portal.region, run_id or 0) if _future(found, line)]
        catalogue = Catalogue(portal.region)
        try:
            entry = catalogue.get(iris.key("portal", package(1)["id"]))
            assert isinstance(entry, Entry)
            self.version, self.hash, self.warnings = entry.version_id, entry.content_hash, entry.summary.warnings
            app = create_app(portal.region, catalogue)
            app.state.now = lambda: now
            ask = Asking(app)
            self.feed = ask.get("/catalog.ttl").content
            self.on_page = "in der Zukunft" in ask.get(f"/dataset/{entry.slug}").text
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(show, "utc_now", lambda: now)
                self.in_json = [
                    each["message"]["de"] for each in show.to_json(entry)["findings"] if each["rule"] == FUTURE
                ]
        finally:
            catalogue.close()


def _future(found: run_findings.Summary, line: run_findings.Line) -> bool:
    return found.finding(line).rule == FUTURE


def test_F18_a_date_in_the_future_is_told_until_it_has_come_and_changes_nothing(tmp_path: Path) -> None:
    portal = Source(region(tmp_path))
    packages: list[Any] = [package(1, metadata_modified="2026-11-05T12:00:00"), package(2)]
    first = portal.harvest(packages)  # on 1 November
    before = Looked(portal, first.run, START)
    assert before.in_run == [(FUTURE, 1)]
    assert before.lines == [("modified", "2026-11-05T12:00:00")]
    assert before.on_page
    assert before.in_json == ["modified liegt mit 2026-11-05T12:00:00 in der Zukunft."]
    assert "2026-11-05T12:00:00" in before.feed.decode(), "stored as it was said, not as today"

    same = portal.harvest(packages)
    assert Looked(portal, same.run, START + timedelta(days=1)).in_run == [(FUTURE, 1)], "also where nothing was mapped"

    portal.now = START + timedelta(days=4)
    later = portal.harvest(packages)
    assert (later.counts.unchanged, later.counts.updated) == (2, 0)
    after = Looked(portal, later.run, portal.now)
    assert (after.in_run, after.lines, after.on_page, after.in_json) == ([], [], False, [])
    assert (after.version, after.hash, after.feed, after.warnings) == (
        before.version,
        before.hash,
        before.feed,
        before.warnings,
    )
    assert Looked(portal, first.run, portal.now).in_run == [(FUTURE, 1)], "what a run said stays what it said"


def test_F18_content_and_hash_are_those_of_a_run_at_any_other_time(tmp_path: Path) -> None:
    packages: list[Any] = [package(1, metadata_modified="2026-11-05T12:00:00")]
    seen = []
    for name, now in (("early", START), ("late", START + timedelta(days=30))):
        portal = Source(region(tmp_path / name), now=now)
        seen.append(Looked(portal, portal.harvest(packages).run, now))
    early, late = seen
    assert (early.in_run, late.in_run) == ([(FUTURE, 1)], [])
    assert (early.hash, early.warnings) == (late.hash, late.warnings)
