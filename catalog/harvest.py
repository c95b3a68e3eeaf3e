"""One harvest run of one source: crawl into a staging file, then conclude. The door to the harvester."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from time import monotonic
from typing import Any

import orjson
from sqlalchemy.exc import SQLAlchemyError

from catalog import disk, formats, occupancy
from catalog.corrections import kept as kept_corrections
from catalog.exceptions import LeaseLost, RunActive
from catalog.forgetting import register
from catalog.runs import findings_writer, publishing
from catalog.runs.conclusion import RunResult, Terms, conclude, report_json
from catalog.runs.run_book import Run
from catalog.runs.staging import Staging
from catalog.runs.wish import Wish
from catalog.store import Store, utc_now
from harvesters import registry
from harvesters.crawl import crawl, revision_of
from harvesters.detection import examine
from harvesters.persons import errors
from harvesters.persons.keeping import ForgettingSink, report_without
from harvesters.reading import Context, CrawlReport
from harvesters.reasons import PROGRAM, SUPERSEDED, Reason
from harvesters.spider import Job
from schemas.region import HarvestSource, Region

Clock = Callable[[], datetime]
Kept = Mapping[str, tuple[str, str | None]]
HEARTBEAT_SECONDS = 2.0
log = logging.getLogger(__name__)


def run_source(region: Region, source_id: str, wish: Wish | None = None, clock: Clock = utc_now) -> RunResult:
    """Runs one source to its end in this process and gives the result; the reactor runs once in a process.

    Raises NoSuchRun for a replay of a run that kept nothing, Occupied while the region's data are being restored.
    Whatever goes wrong with the source is a result.
    """
    with occupancy.shared(region):
        return _run_source(region, source_id, wish or Wish(), clock)


def _run_source(region: Region, source_id: str, wish: Wish, clock: Clock) -> RunResult:
    source = region.source(source_id)
    assert source is not None, source_id
    began = monotonic()
    store = Store(region)
    try:
        kept = store.kept(wish.replay) if wish.replay is not None else None
        try:
            run = store.open_run(source, "plan" if wish.plan else "replay" if kept else "harvest", clock())
        except RunActive as active:
            since = formats.time(active.since)
            de = f"Lauf {active.run_id} dieser Quelle ist seit {since} unterwegs."
            return RunResult(source_id, None, "skipped", de, str(active))
        runner = _Runner(store, region, source, run, wish, clock)
        with _Heart(store, run) as heart:
            result = runner.run(kept, heart)
        return replace(result, seconds=monotonic() - began)
    finally:
        store.close()


class _Heart:
    """Renews a run's lease from a thread, because the reactor and the publication keep this one busy."""

    def __init__(self, store: Store, run: Run) -> None:
        self.store = store
        self.run = run
        self.job: Job | None = None
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._beat, daemon=True)

    def _beat(self) -> None:
        while not self.stop.wait(HEARTBEAT_SECONDS):
            try:
                self.store.heartbeat(self.run, self.job.records if self.job else 0)
            except LeaseLost:
                return
            except SQLAlchemyError as error:
                # A busy database is no reason to give a lease up.
                log.warning("heartbeat of run %s: %s", self.run.id, error)

    def __enter__(self) -> _Heart:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join()


class _Runner:
    """One run under its lease."""

    def __init__(self, store: Store, region: Region, source: HarvestSource, run: Run, wish: Wish, clock: Clock) -> None:
        self.store = store
        self.region = region
        self.source = source
        self.handle = run
        self.wish = wish
        self.clock = clock
        self.reported: dict[str, Any] = {}

    def run(self, kept: Kept | None, heart: _Heart) -> RunResult:
        staging = Staging(
            self.store.staging_file(self.handle.id),
            self.source.key,
            self.region.language,
            self.store.responses,
            self.store.contents,
            apart=True,
            relinked=self.store.memory(self.source.key).relinks.of,
            base_url=self.region.base_url if len(self.region.sources) > 1 else None,
        )
        try:
            try:
                report = self._crawl(staging, kept, heart)
            except _Unusable as unusable:
                staging.remove()
                return self._failed(unusable.reason)
            staging.finish()
            if report.failure_de is not None:
                publishing.record_responses(self.store, self.handle, staging)
                staging.remove()
                return self._failed(Reason(report.failure_de, report.failure_en or ""), report)
            return conclude(self.store, self.source, self.handle, staging, report, self._terms())
        except LeaseLost as lost:
            staging.remove()
            return self._failed(Reason("Ein anderer Lauf hat diesen abgelöst.", str(lost), SUPERSEDED))
        except Exception as error:
            # The run ends as failed with its reason, whatever happened; the traceback stays with it for the operator.
            staging.remove()
            allowed = self.source.personal_data == "allowed"
            trace = errors.trace(error, allowed)
            if (disk_reason := disk.reason(error, self.region.data)) is not None:
                return self._failed(disk_reason, trace=trace)
            said = errors.message(error, allowed)
            reason = Reason(f"Der Lauf brach ab: {said}", f"The run broke off: {said}", PROGRAM)
            return self._failed(reason, trace=trace)

    def _terms(self) -> Terms:
        replay = self.wish.replay
        if replay is not None:
            self.reported["replay"] = True
        outdated = replay is not None and replay != self.store.newest_kept(self.source.key, self.handle.id)
        return Terms(
            self.clock(), plan_only=self.wish.plan, replay=replay is not None, outdated=outdated, report=self.reported
        )

    def _crawl(self, staging: Staging, kept: Kept | None, heart: _Heart) -> CrawlReport:
        source = self._with_protocol()
        assert source.protocol is not None
        spider = registry.spider_classes()[source.protocol]
        municipality = self.region.municipality(source.municipality)
        assert municipality is not None
        fetched = {} if kept or self.wish.full else self.store.interrupted(source.key, self.handle.id, self.clock())
        memory = None if kept else self.store.memory(source.key)
        forgotten = register.forgotten(self.store.engine)
        job = heart.job = Job(
            Context(
                *(self.region, source, municipality, spider.options_of(source), forgotten),
                kept_corrections.OfSource(self.store.engine, source.key, self.store.number()),
            ),
            ForgettingSink(staging, forgotten, source.key) if forgotten else staging,
            memory=memory,
            full=self.wish.full,
            now=self.clock(),
            robots=memory.robots() if memory and not self.wish.full else (),
            replay=(lambda url: self.store.response(url, kept)) if kept else None,
            resume=(lambda url: self.store.response(url, fetched)) if fetched else None,
        )
        job.since = self._since(revision_of(spider, job))
        report = crawl(source.protocol, job)
        if forgotten:
            report = report_without(report, forgotten)
        if job.changes_only and job.since is not None:
            self.reported["since"] = job.since.isoformat()
        return report

    def _since(self, revision: bytes) -> datetime | None:
        """From when on changes suffice; a replay asks as the replayed run did, so that its responses answer."""
        self.reported["revision"] = revision.hex()
        if self.wish.replay is not None:
            asked = self.store.run(self.wish.replay).report.get("since")
            return datetime.fromisoformat(asked) if asked else None
        return None if self.wish.full else self.store.changes_since(self.source.key, revision, self.clock())

    def _with_protocol(self) -> HarvestSource:
        """The source with its protocol: as configured, as the replayed run found it, or as detected now."""
        source = self.source
        if source.protocol is not None:
            return source
        if self.wish.replay is not None:
            found = self.store.run(self.wish.replay).report.get("detected")
            if found is None:
                de = f"Lauf {self.wish.replay} hat keine Schnittstelle vermerkt."
                raise _Unusable(Reason(de, f"run {self.wish.replay} noted no interface"))
        else:
            examined = examine(source.url, self.region, source)
            if not examined.found:
                raise _Unusable(
                    examined.reason
                    or Reason(
                        f"{source.url}: keine bekannte Schnittstelle und keine Daten gefunden.",
                        f"{source.url}: no known interface and no data found.",
                    )
                )
            best = examined.found[0]
            found = {"protocol": best.protocol, "url": best.url, "options": dict(best.options)}
        self.reported["detected"] = found
        options = {**found["options"], **source.tables.get(found["protocol"], {})}
        return source.model_copy(update={"protocol": found["protocol"], "url": found["url"], "options": options})

    def _failed(self, reason: Reason, report: CrawlReport | None = None, trace: str = "") -> RunResult:
        de, en = reason.de, reason.en
        stored = {**report_json(report, Counter()), **self.reported, "traceback": trace}
        found = 0
        try:
            told = report or CrawlReport("partial", 0, de, en, failures=(reason,))
            found = findings_writer.write(self.store, self.handle.id, self.source, None, told, self.clock()).findings
        except (OSError, SQLAlchemyError) as error:
            log.error("findings of run %s could not be written: %s", self.handle.id, error)
        try:
            self.store.close_run(
                self.handle,
                self.clock(),
                status="failed",
                reason_de=de,
                reason_en=en,
                report=orjson.dumps(stored).decode(),
            )
        except SQLAlchemyError as error:
            # On a full disk not even that can be written: the next run of the source closes this one.
            log.error("run %s of %s could not be closed: %s", self.handle.id, self.source.id, error)
        detected = self.reported.get("detected", {}).get("protocol", "")
        return RunResult(self.source.id, self.handle.id, "failed", de, en, findings=found, detected=detected)


class _Unusable(Exception):
    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.en)
        self.reason = reason
