"""Sources that deliver nothing for a month: marked, told once, asked less often, and nothing of them is lost (F59)."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from catalog import harvest, serving
from catalog.follower import Follower
from catalog.reading.entries import Entry
from catalog.runs import staleness
from catalog.runs.conclusion import RunResult
from catalog.runs.staging import now_text
from catalog.runs.staleness import Stale
from catalog.search import Catalogue
from catalog.store import Store
from catalog.web.app import create_app
from harvesters.detection import Examined
from harvesters.reasons import Reason
from schemas import iris
from schemas.region import Region, load
from tests.catalog.runs import START, Source, package, region
from tests.catalog.web.asking import Asking

DAY = timedelta(days=1)
DEAD = [f"tot-{number:02}" for number in range(20)]
REASON = Reason("Der Server nimmt keine Verbindung an.", "the server accepts no connection")
ATOM = {"a": "http://www.w3.org/2005/Atom"}


class Runs:
    """The runs of one source, written into the store as a run writes them."""

    def __init__(self, folder: Path) -> None:
        self.region = region(folder)
        self.source = self.region.sources[0]
        self.store = Store(self.region)

    def end(self, status: str, days: float, kind: str = "harvest", **values: Any) -> int:
        """A run that ended so many days after the start."""
        now = START + days * DAY
        run = self.store.open_run(self.source, kind, now)
        self.store.close_run(run, now, status=status, **values)
        return run.id

    def stale(self, before: int | None = None) -> Stale | None:
        return staleness.stale(self.store.engine, [self.source.key, "other"], before).get(self.source.key)


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    made = Runs(tmp_path)
    yield made
    made.store.close()


def test_F59_third_failure_in_a_row_two_days_after_the_last_delivery_raises_the_alarm(runs: Runs) -> None:
    runs.end("ok", 0)
    assert runs.stale() is None
    for days in (1, 2):
        runs.end("failed", days)
        assert runs.stale() is None
    third = runs.end("failed", 3)
    expected = Stale(now_text(START), third, now_text(START + 3 * DAY))
    assert runs.stale() == expected
    later = runs.end("failed", 10)
    assert runs.stale() == expected, "the alarm stays with the run that raised it"
    assert runs.stale(before=later) == expected
    assert runs.stale(before=third) is None


def test_F59_some_hours_of_maintenance_make_nothing_out_of_date(runs: Runs) -> None:
    runs.end("warnings", 0)
    for hour in range(1, 48):
        runs.end("failed", hour / 24)
    assert runs.stale() is None
    assert (runs.end("failed", 2), runs.stale())[1] is not None


@pytest.mark.parametrize("status", ["ok", "warnings", "partial", "held", "cancelled"])
def test_F59_source_that_answers_is_not_dead(runs: Runs, status: str) -> None:
    runs.end("ok", 0)
    for days in (1, 2, 3):
        runs.end("failed", days)
    back = runs.end(status, 4)
    assert runs.stale() is None
    assert runs.stale(before=back) is not None
    for days in (5, 6, 7):
        runs.end("failed", days)
    found = runs.stale()
    assert found is not None
    delivered = START + 4 * DAY if status in ("ok", "warnings", "partial") else START
    assert found.since == now_text(delivered), "what was held or rejected is not public"


@pytest.mark.parametrize("kind", ["plan", "replay", "undo", "split", "forget"])
def test_F59_what_asks_nothing_of_the_source_or_publishes_nothing_is_no_delivery(runs: Runs, kind: str) -> None:
    runs.end("ok", 0)
    for days in (1, 2, 3):
        runs.end("failed", days)
    runs.end("ok", 4, kind=kind)
    found = runs.stale()
    assert found is not None
    assert found.since == now_text(START)


def test_F59_source_that_never_delivered_has_nothing_to_be_out_of_date(runs: Runs) -> None:
    for days in range(30):
        runs.end("failed", days)
    assert runs.stale() is None


def test_alarms_and_recoveries_are_said_once(runs: Runs, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "catalog.serving")
    runs.end("ok", 0)
    for days, status in [
        (1, "failed"),
        (2, "failed"),
        (3, "failed"),
        (9, "failed"),
        (16, "failed"),
        (20, "ok"),
        (21, "ok"),
    ]:
        number = runs.end(status, days)
        serving.announce(runs.region, RunResult("portal", number, status, REASON.de, REASON.en))
    serving.announce(runs.region, RunResult("portal", None, "skipped"))
    serving.announce(runs.region, RunResult("gone", 1, "failed"))
    told = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert [level for level, _ in told] == ["WARNING", "WARNING", "ERROR", "INFO", "INFO", "WARNING"]
    assert told[2][1] == f"Portal (portal): veraltet seit 1. November 2026; {REASON.de}"
    assert told[-1][1].startswith("Portal (portal): die Quelle liefert wieder")


def _sources(folder: Path) -> Region:
    made = region(folder, gut="", **dict.fromkeys(DEAD, ""))
    for name in DEAD:
        file = folder / "sources" / f"{name}.toml"
        # Detected at each run, so that a run that gets no answer ends before Scrapy's reactor, of which there is one.
        file.write_text(file.read_text().replace('protocol = "ckan"\n', "").replace("Portal", f"Quelle {name}"))
    return load(made.folder, {})


def _month(made: Region, good: Source, caplog: pytest.LogCaptureFixture) -> dict[str, int]:
    """Thirty days of a clock that asks twice a day which sources are due; the dead ones fail, the good one delivers."""
    counts: dict[str, int] = {}
    caplog.set_level(logging.INFO, "catalog.serving")
    now = START
    while (now := now + DAY / 2) <= START + 30 * DAY:
        for source in serving._due(made, now, {}):
            counts[source.id] = counts.get(source.id, 0) + 1
            if source.id == "gut":
                good.now = now
                result = good.harvest([package(number) for number in range(3)])
            else:
                moment = now
                result = harvest.run_source(made, source.id, clock=lambda moment=moment: moment)  # type: ignore[misc]
            serving.announce(made, result)
    return counts


def _answers(made: Region, now: datetime, addresses: Sequence[str]) -> list[str]:
    Follower(made).catch_up()
    catalogue = Catalogue(made)
    try:
        app = create_app(made, catalogue)
        app.state.now = lambda: now
        ask = Asking(app)
        return [ask.get(address).text for address in addresses]
    finally:
        catalogue.close()


def test_F59_twenty_sources_dead_for_a_month(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = _sources(tmp_path)
    for number, name in enumerate(["gut", *DEAD]):
        one = Source(made, name)
        assert (
            one.harvest([package(number * 10 + each, f"{name} Nummer {each}") for each in range(3)]).status != "failed"
        )
    monkeypatch.setattr(harvest, "examine", lambda *_: Examined((), REASON))
    good = Source(made, "gut")
    counts = _month(made, good, caplog)

    # Others are unaffected, the dead are asked ever less often and never given up.
    assert counts["gut"] in (29, 30)
    assert all(6 <= counts[name] <= 10 for name in DEAD), counts
    # One alarm each, and no flood after it.
    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert sorted(message.split(":")[0] for message in errors) == [f"Quelle {name} ({name})" for name in DEAD]
    assert all(sum(message.startswith(f"{name}:") for message in caplog.messages) < 10 for name in DEAD)
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 2 * len(DEAD), "before the alarm: the first two failures"

    then = START + 30 * DAY
    catalogue = Catalogue(made)
    try:
        states = {state.source.id: state for state in catalogue.sources()}
        slugs = {}
        for name in ("gut", DEAD[0]):
            entry = catalogue.get(iris.key(name, package(1 if name == "gut" else 11)["id"]))
            assert isinstance(entry, Entry)
            slugs[name] = entry.slug
    finally:
        catalogue.close()
    assert {state.records for state in states.values()} == {3}, "nothing is withdrawn"
    assert {state.absent for state in states.values()} == {0}
    assert [name for name, state in states.items() if state.stale] == DEAD

    addresses = [
        f"/dataset/{slugs['gut']}",
        f"/dataset/{slugs[DEAD[0]]}",
        "/datasets?q=Nummer",
        "/status",
        "/status.atom",
    ]
    alive, dead, listed, status, feed = _answers(made, then, [*addresses])
    assert "Veraltet" not in alive
    assert "Veraltet seit 1. November 2026: Die Quelle liefert nichts mehr" in dead
    assert listed.count("Veraltet seit 1. November 2026") == listed.count("<article>") > 0
    assert "20 Quellen liefern nichts mehr" in status
    assert status.count("Veraltet seit") == len(DEAD)
    ids = [each.text for each in ElementTree.fromstring(feed).findall("a:entry/a:id", ATOM)]
    assert len(set(ids)) == len(ids) == len(DEAD)

    # One that comes back is as before, at once.
    back = Source(made, DEAD[0], now=then)
    assert back.harvest([package(10 + each, f"{DEAD[0]} Nummer {each}") for each in range(3)]).counts.unchanged == 3
    dead, feed = _answers(made, then, [addresses[1], "/status.atom"])
    assert "Veraltet" not in dead
    assert len(ElementTree.fromstring(feed).findall("a:entry", ATOM)) == len(DEAD) - 1
