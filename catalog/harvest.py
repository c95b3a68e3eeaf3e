"""One harvest run of one source: crawl into a staging file, plan, guard, publish, report. The door to the harvester."""

from __future__ import annotations

import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import monotonic
from typing import Any

import orjson

from catalog import planning, publishing, undoing
from catalog.exceptions import LeaseLost, NoSuchRun, RunActive
from catalog.staging import Staging
from catalog.store import Run, Store, counts_json, utc_now
from harvesters import registry
from harvesters.crawl import crawl
from harvesters.detection import detect
from harvesters.reading import Context, CrawlReport
from harvesters.spider import Job
from schemas.findings import Severity
from schemas.region import HarvestSource, Region

Clock = Callable[[], datetime]
HEARTBEAT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended, in the terms of ``harvest --json`` (DESIGN 4.2). ``waiting``: its plan waits for a steward."""

    id: str
    run: int | None
    status: str
    reason_de: str = ""
    reason_en: str = ""
    coverage: str | None = None
    counts: planning.Counts = field(default_factory=planning.Counts)
    findings: int = 0
    seconds: float = 0.0
    plan: Mapping[str, Any] | None = None
    waiting: bool = False

    def to_json(self) -> dict[str, Any]:
        """The result as one entry of ``sources``."""
        return {
            "id": self.id,
            "run": self.run,
            "status": self.status,
            "reason": self.reason_de,
            "coverage": self.coverage,
            **self.counts.to_json(),
            "findings": self.findings,
            "seconds": round(self.seconds, 3),
            "plan": self.plan,
        }


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a run: publish or only plan, ask anew or with validators, or map kept responses again."""

    plan: bool = False
    full: bool = False
    replay: int | None = None


def run_source(region: Region, source_id: str, wish: Wish | None = None, clock: Clock = utc_now) -> RunResult:
    """Runs one source to its end in this process and gives the result; the reactor runs once in a process.

    Raises NoSuchRun for a replay of a run that kept nothing. Whatever goes wrong with the source is a result.
    """
    wish = wish or Wish()
    source = region.source(source_id)
    assert source is not None, source_id
    began = monotonic()
    store = Store(region)
    try:
        kept = store.kept(wish.replay) if wish.replay is not None else None
        try:
            run = store.open_run(source, "plan" if wish.plan else "replay" if kept else "harvest", clock())
        except RunActive as active:
            return RunResult(source_id, None, "skipped", f"Ein Lauf ist schon unterwegs: {active}", str(active))
        runner = _Runner(store, region, source, run, wish, clock)
        result = runner.run(kept)
        return replace(result, seconds=monotonic() - began)
    finally:
        store.close()


class _Runner:
    """One run under its lease."""

    def __init__(self, store: Store, region: Region, source: HarvestSource, run: Run, wish: Wish, clock: Clock) -> None:
        self.store = store
        self.region = region
        self.source = source
        self.handle = run
        self.wish = wish
        self.clock = clock

    def run(self, kept: Mapping[str, tuple[str, str | None]] | None) -> RunResult:
        staging = Staging(
            self.store.staging_file(self.handle.id),
            self.source.key,
            self.region.language,
            self.store.responses,
            self.store.contents,
            apart=True,
        )
        try:
            try:
                report = self._crawl(staging, kept)
            except _Unusable as unusable:
                staging.remove()
                return self._failed(unusable.de, unusable.en)
            staging.finish()
            if report.failure_de is not None:
                publishing.record_responses(self.store, self.handle, staging)
                staging.remove()
                return self._failed(report.failure_de, report.failure_en or "", report)
            return conclude(self.store, self.source, self.handle, staging, report, self.wish.plan, self.clock())
        except LeaseLost as lost:
            staging.remove()
            return self._failed("Ein anderer Lauf hat diesen abgelöst.", str(lost))
        except Exception as error:
            # The run ends as failed with its reason, whatever happened; the traceback stays with it for the operator.
            staging.remove()
            reason = f"{type(error).__name__}: {error}"[:500]
            return self._failed(
                f"Der Lauf brach ab: {reason}", f"The run broke off: {reason}", trace=traceback.format_exc()
            )

    def _crawl(self, staging: Staging, kept: Mapping[str, tuple[str, str | None]] | None) -> CrawlReport:
        source = self.source
        if source.protocol is None:
            found = detect(source.url, self.region, source)
            if not found:
                raise _Unusable(
                    f"{source.url}: keine bekannte Schnittstelle und keine Daten gefunden.",
                    f"{source.url}: no known interface and no data found.",
                )
            best = found[0]
            source = source.model_copy(
                update={"protocol": best.protocol, "url": best.url, "options": {**best.options, **source.options}}
            )
        assert source.protocol is not None
        spider = registry.spider_classes()[source.protocol]
        municipality = self.region.municipality(source.municipality)
        assert municipality is not None
        job = Job(
            Context(self.region, source, municipality, spider.options_of(source)),
            staging,
            memory=None if kept else self.store.memory(source.key),
            full=self.wish.full,
            replay=(lambda url: self.store.response(url, kept)) if kept else None,
        )
        with _heart(self.store, self.handle, job):
            return crawl(source.protocol, job)

    def _failed(self, de: str, en: str, report: CrawlReport | None = None, trace: str = "") -> RunResult:
        self.store.close_run(
            self.handle,
            self.clock(),
            status="failed",
            reason_de=de,
            reason_en=en,
            report=orjson.dumps({**_report_json(report, Counter()), "traceback": trace}).decode(),
        )
        return RunResult(self.source.id, self.handle.id, "failed", de, en)


class _Unusable(Exception):
    def __init__(self, de: str, en: str) -> None:
        super().__init__(en)
        self.de = de
        self.en = en


class _heart:  # noqa: N801 - reads like the context managers of the standard library
    """Renews a run's lease from a thread, because the reactor keeps this one busy."""

    def __init__(self, store: Store, run: Run, job: Job) -> None:
        self.store = store
        self.run = run
        self.job = job
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._beat, daemon=True)

    def _beat(self) -> None:
        while not self.stop.wait(HEARTBEAT_SECONDS):
            try:
                self.store.heartbeat(self.run, self.job.records)
            except LeaseLost:
                return

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join()


def conclude(
    store: Store,
    source: HarvestSource,
    run: Run,
    staging: Staging,
    report: CrawlReport,
    plan_only: bool,
    now: datetime,
    accepted: bool = False,
) -> RunResult:
    """Plans what a staged run would change, holds it or publishes it, and writes the run's outcome."""
    complete = report.coverage == "complete"
    number = store.number()
    policy = planning.Policy(source.missing, source.grace, now, complete)
    plan = planning.compute(
        staging, store.published(source.key, number), store.blocked(source.key), store.owners, policy, number
    )
    hold = None
    if not accepted:
        hold = planning.guard(plan, source, store.baseline(source.key, now), _unlicensed(store, staging), complete)
    causes = staging.causes()
    outcome = {
        "coverage": report.coverage,
        "based_on": number,
        "plan": orjson.dumps(plan.to_json()).decode(),
        "report": orjson.dumps(_report_json(report, causes)).decode(),
    }
    findings = sum(causes.values()) + len(report.findings)
    result = RunResult(source.id, run.id, "", coverage=report.coverage, findings=findings, plan=plan.to_json())
    if hold is not None or plan_only:
        status, de, en = ("held", hold.de, hold.en) if hold else _status(report, plan, causes)
        if hold is None:
            de, en = "; ".join(filter(None, ("Probelauf", de))), "; ".join(filter(None, ("plan only", en)))
        counts = planning.waiting(plan.counts)
        publishing.record_responses(store, run, staging)
        staging.close()
        outcome |= {"status": status, "reason_de": de, "reason_en": en, "counts": counts_json(counts)}
        store.close_run(run, now, **{**outcome, "state": "waiting"})
        store.replace_waiting(source.key, run.id, now)
        return replace(result, status=status, reason_de=de, reason_en=en, counts=counts, waiting=True)
    status, de, en = _status(report, plan, causes)
    outcome |= {"status": status, "reason_de": de, "reason_en": en, "counts": counts_json(plan.counts)}
    if accepted:
        outcome["kind"] = "accepted"
    publishing.publish(store, run, source.key, staging, now, outcome)
    store.replace_waiting(source.key, run.id, now)
    staging.remove()
    store.prune(now)
    return replace(result, status=status, reason_de=de, reason_en=en, counts=plan.counts)


def _status(report: CrawlReport, plan: planning.Plan, causes: Counter[tuple[str, str]]) -> tuple[str, str, str]:
    if report.coverage != "complete":
        de, en = report.failures[0] if report.failures else ("", "")
        return "partial", de, en
    counts = plan.counts
    if not counts.reconciled:
        return "warnings", "Die Zahlen des Laufs gehen nicht auf.", "The counts of the run do not add up."
    if counts.failed or counts.duplicates or counts.held or report.findings:
        said = [f"{counts.failed} zurückgestellt"] if counts.failed else []
        said_en = [f"{counts.failed} set aside"] if counts.failed else []
        if counts.duplicates:
            said.append(f"{counts.duplicates} doppelt")
            said_en.append(f"{counts.duplicates} duplicate")
        if counts.held:
            said.append(f"{counts.held} warten auf eine Entscheidung")
            said_en.append(f"{counts.held} wait for a decision")
        said.extend(finding.message("de") for finding in report.findings[:3])
        said_en.extend(finding.message("en") for finding in report.findings[:3])
        return "warnings", "; ".join(said), "; ".join(said_en)
    if any(severity == Severity.VIOLATION for severity, _ in causes):
        return "warnings", "Befunde der Stufe „Verstoß“", "findings of severity violation"
    return "ok", "", ""


def _unlicensed(store: Store, staging: Staging) -> int:
    pairs = [(version, staged.summary or "") for _, version, staged in staging.planned("update") if version is not None]
    return store.licenses_lost([(version, summary) for version, summary in pairs if summary])


def _report_json(report: CrawlReport | None, causes: Counter[tuple[str, str]]) -> dict[str, Any]:
    return {
        "causes": [[severity, rule, count] for (severity, rule), count in causes.most_common()],
        "pages": report.pages if report else 0,
        "robots": [list(verdict) for verdict in report.robots] if report else [],
        "failures": [list(failure) for failure in report.failures] if report else [],
        "findings": [finding.to_json() for finding in report.findings] if report else [],
        "stated_total": report.stated_total if report else None,
    }


def accept(region: Region, run_id: int, now: datetime) -> RunResult:
    """Publishes a held or planned run as it is now against the catalogue. Raises NoSuchRun."""
    store = Store(region)
    began = monotonic()
    try:
        source, run, staging, report = _waiting(store, region, run_id, now)
        result = conclude(store, source, run, staging, report, plan_only=False, now=now, accepted=True)
        return replace(result, seconds=monotonic() - began)
    finally:
        store.close()


def reject(region: Region, run_id: int, now: datetime) -> RunResult:
    """Drops a held or planned run. Raises NoSuchRun."""
    store = Store(region)
    try:
        source, run, staging, _ = _waiting(store, region, run_id, now)
        staging.remove()
        store.close_run(run, now, status="cancelled", reason_de="Abgelehnt.", reason_en="Rejected.")
        return RunResult(source.id, run.id, "cancelled", "Abgelehnt.", "Rejected.")
    finally:
        store.close()


def _waiting(
    store: Store, region: Region, run_id: int, now: datetime
) -> tuple[HarvestSource, Run, Staging, CrawlReport]:
    file = store.staging_file(run_id)
    coverage = store.coverage(run_id)
    run, source_key = store.reopen(run_id, now)
    source = next((s for s in region.sources if s.key == source_key), None)
    if source is None or not file.exists():
        store.close_run(
            run, now, status="failed", reason_de="Der Plan ist nicht mehr da.", reason_en="The plan is gone."
        )
        raise NoSuchRun(f"the plan of run {run_id} is no longer there")
    staging = Staging(file, source.key, region.language, store.responses)
    return source, run, staging, CrawlReport(coverage, 0)


def planned_changes(region: Region, run_id: int) -> Iterator[dict[str, Any]]:
    """What a waiting run would change, record by record and field by field, streamed. Raises NoSuchRun."""
    store = Store(region)
    try:
        file = store.staging_file(run_id)
        if not file.exists():
            raise NoSuchRun(f"run {run_id} has no plan that waits")
        staging = Staging(file, "", region.language, store.responses)
        try:
            yield from _changes(store, staging)
        finally:
            staging.close()
    finally:
        store.close()


def _changes(store: Store, staging: Staging) -> Iterator[dict[str, Any]]:
    for action, version, staged in staging.planned("create", "update"):
        if staged.companion:
            continue
        entry: dict[str, Any] = {
            "action": action,
            "key": staged.key,
            "native_id": staged.native_id,
            "title": staged.title,
        }
        if action == "update" and version is not None and staged.ntriples:
            old = store.ntriples(version)
            changes = planning.difference(staged.kind or "dataset", staged.iri or "", old, staged.ntriples)
            entry["fields"] = planning.to_json(changes)
        yield entry
    rows = staging.database.execute(
        "SELECT key, action, version_id FROM plan WHERE action IN ('absent', 'archive', 'withdraw') AND companion = 0"
    )
    for key, action, version in rows.fetchall():
        yield {"action": action, "key": key, "title": store.title(version)}


def source_of(region: Region, run_id: int) -> str:
    """The id of a run's source. Raises NoSuchRun."""
    store = Store(region)
    try:
        key = store.source_of(run_id)
    finally:
        store.close()
    source = next((s for s in region.sources if s.key == key), None)
    if source is None:
        raise NoSuchRun(f"the source of run {run_id} is no longer configured")
    return source.id


def undo(region: Region, run_id: int, now: datetime) -> undoing.Undone:
    """Takes a whole run back. Raises NoSuchRun, RunActive."""
    store = Store(region)
    try:
        source_key = store.source_of(run_id)
        source = next((s for s in region.sources if s.key == source_key), None)
        if source is None:
            raise NoSuchRun(f"the source of run {run_id} is no longer configured")
        run = store.open_run(source, "undo", now)
        try:
            return undoing.undo(store, run_id, run, now)
        except BaseException as error:
            store.close_run(run, now, status="failed", reason_de=str(error), reason_en=str(error))
            raise
    finally:
        store.close()
