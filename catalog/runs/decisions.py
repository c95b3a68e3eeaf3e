"""What a steward decides about runs: accept, reject, undo; and what they look at before."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from time import monotonic
from typing import Any, NamedTuple

from catalog.exceptions import NoSuchRun
from catalog.identity import preferring, relinking, splitting
from catalog.reading import differences
from catalog.runs import planning, undoing
from catalog.runs.conclusion import RunResult, Terms, conclude
from catalog.runs.run_book import Run
from catalog.runs.staging import Staging
from catalog.store import Store
from harvesters.reading import CrawlReport
from harvesters.reasons import Reason
from schemas.region import HarvestSource, Region


def accept(region: Region, run_id: int, now: datetime, relink: bool = False) -> RunResult:
    """Publishes a held or planned run as it is now against the catalogue; for an undo, releases what it blocked.

    With ``relink``, new records take the place of the old ones that the plan proposes them to be; without, all are new.
    Raises NoSuchRun, RunActive.
    """
    store = Store(region)
    began = monotonic()
    try:
        if store.run(run_id).kind == "undo":
            if relink:
                raise NoSuchRun(
                    f"run {run_id} is an undo; it proposes no re-link",
                    f"Lauf {run_id} ist eine Rücknahme; er schlägt keine Zuordnung vor",
                )
            return _release(store, region, run_id)
        source, run, staging, report, stored = _waiting(store, region, run_id, now)
        try:
            _refuse_half_relinked(staging, run_id, relink)
            terms = Terms(now, accepted=True, replay=stored.get("replay", False), relink=relink, report=stored)
            result = conclude(store, source, run, staging, report, terms)
        except BaseException:
            # Nothing is public yet: the plan waits on.
            store.close_run(run, now, state="waiting")
            raise
        return replace(result, seconds=monotonic() - began)
    finally:
        store.close()


def _refuse_half_relinked(staging: Staging, run_id: int, relink: bool) -> None:
    begun = staging.count("SELECT EXISTS (SELECT 1 FROM relinked)")
    if relink and not begun and not staging.count("SELECT EXISTS (SELECT 1 FROM proposals)"):
        raise NoSuchRun(
            f"run {run_id} proposes no re-link; accept it without --relink",
            f"Lauf {run_id} schlägt keine Zuordnung vor; nehmen Sie ihn ohne --relink an",
        )
    if begun and not relink:
        raise NoSuchRun(
            f"run {run_id} was being accepted with --relink when that broke off; accept it so again",
            f"Lauf {run_id} wurde mit --relink angenommen, als das abbrach; nehmen Sie ihn wieder so an",
        )


def _release(store: Store, region: Region, run_id: int) -> RunResult:
    released = store.release(run_id)
    source_id = next((s.id for s in region.sources if s.key == store.run(run_id).source_key), "")
    return RunResult(
        source_id,
        run_id,
        "ok",
        f"{released} Einträge freigegeben; der nächste Lauf übernimmt sie.",
        f"{released} records released; the next run takes them.",
    )


def reject(region: Region, run_id: int, now: datetime) -> RunResult:
    """Drops a held or planned run. Raises NoSuchRun, RunActive."""
    store = Store(region)
    try:
        source, run, staging, _, _ = _waiting(store, region, run_id, now)
        staging.remove()
        store.close_run(run, now, status="cancelled", reason_de="Abgelehnt.", reason_en="Rejected.")
        return RunResult(source.id, run.id, "cancelled", "Abgelehnt.", "Rejected.")
    finally:
        store.close()


def _waiting(
    store: Store, region: Region, run_id: int, now: datetime
) -> tuple[HarvestSource, Run, Staging, CrawlReport, dict[str, Any]]:
    file = store.staging_file(run_id)
    row = store.run(run_id)
    run = store.reopen(run_id, now)
    source = next((s for s in region.sources if s.key == row.source_key), None)
    if source is None or not file.exists():
        store.close_run(
            run, now, status="failed", reason_de="Der Plan ist nicht mehr da.", reason_en="The plan is gone."
        )
        raise NoSuchRun(f"the plan of run {run_id} is no longer there", f"der Plan von Lauf {run_id} ist nicht mehr da")
    staging = Staging(file, source.key, region.language, store.responses)
    failures = tuple(Reason.stored(each) for each in row.report.get("failures", ()))
    report = CrawlReport(row.coverage, row.report.get("pages", 0), failures=failures)
    return source, run, staging, report, row.report


def planned_changes(region: Region, run_id: int) -> Generator[dict[str, Any], None, None]:
    """What a waiting run would change, record by record and field by field, streamed. Raises NoSuchRun."""
    with _plan_of(region, run_id) as (store, staging):
        yield from _changes(store, staging)


def planned_number(region: Region, run_id: int) -> int:
    """How many records a waiting run would change. Raises NoSuchRun."""
    changing = ", ".join(f"'{action}'" for action in ("create", "update", *planning.ABSENCES))
    with _plan_of(region, run_id) as (_, staging):
        return staging.count(f"SELECT count(*) FROM plan WHERE companion = 0 AND action IN ({changing})")


def proposed_relinks(region: Region, run_id: int) -> Iterator[dict[str, Any]]:
    """Which new records of a waiting run are probably old ones under other identifiers. Raises NoSuchRun."""
    with _plan_of(region, run_id) as (_, staging):
        for proposal in relinking.proposals(staging):
            yield proposal.to_json()


@contextmanager
def _plan_of(region: Region, run_id: int) -> Iterator[tuple[Store, Staging]]:
    store = Store(region)
    try:
        file = store.staging_file(run_id)
        if not file.exists():
            raise NoSuchRun(f"run {run_id} has no plan that waits", f"Lauf {run_id} hat keinen Plan, der wartet")
        staging = Staging(file, "", region.language, store.responses)
        try:
            yield store, staging
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
            changes = differences.difference(staged.kind or "dataset", staged.iri or "", old, staged.ntriples)
            entry["fields"] = differences.to_json(changes)
        yield entry
    rows = staging.database.execute(
        "SELECT key, action, version_id FROM plan WHERE action IN ('absent', 'gone', 'archive', 'withdraw') AND companion = 0"
    )
    for key, action, version in rows.fetchall():
        yield {"action": action, "key": key, "title": store.title(version)}


def source_of(region: Region, run_id: int) -> str:
    """The id of a run's source. Raises NoSuchRun."""
    store = Store(region)
    try:
        key = store.run(run_id).source_key
    finally:
        store.close()
    source = next((s for s in region.sources if s.key == key), None)
    if source is None:
        raise NoSuchRun(
            f"the source of run {run_id} is no longer configured",
            f"die Quelle von Lauf {run_id} ist nicht mehr eingerichtet",
        )
    return source.id


def undo(region: Region, run_id: int, now: datetime) -> undoing.Undone:
    """Takes a whole run back. Raises NoSuchRun, RunActive."""
    source_id = source_of(region, run_id)
    store = Store(region)
    try:
        source = region.source(source_id)
        assert source is not None
        # What cannot be taken back is no run that failed.
        undoing.made_by(store, run_id)
        run = store.open_run(source, "undo", now)
        try:
            return undoing.undo(store, run_id, run, now)
        except BaseException as error:
            store.close_run(run, now, status="failed", reason_de=str(error), reason_en=str(error))
            raise
    finally:
        store.close()


class Decided(NamedTuple):
    """What a decision about a cluster did: the run that it is, which an undo takes back, and the other records.

    ``named`` are the records that bear an IRI of ours from then on.
    """

    run: int
    others: tuple[str, ...]
    named: tuple[str, ...] = ()


def split(region: Region, key: str, now: datetime) -> Decided:
    """Says that a record is not the same dataset as those that it stands together with.

    Takes the record's KEY. Raises NoCluster, RunActive while its source is harvested, NoSuchRun if its source is gone.
    """
    with _deciding(region, key, now, kind="split") as (store, run, source):
        return Decided(run.id, *splitting.split(store, key, run, source.key, now))


def prefer(region: Region, key: str, now: datetime) -> Decided:
    """Says that a record is to be shown in the place of those that it stands together with; ``others`` is who was.

    Takes the record's KEY. Raises NoCluster, RunActive while its source is harvested, NoSuchRun if its source is gone.
    """
    with _deciding(region, key, now, kind="primary") as (store, run, source):
        return Decided(run.id, (preferring.prefer(store, key, run, source.key, now),))


@contextmanager
def _deciding(region: Region, key: str, now: datetime, *, kind: str) -> Iterator[tuple[Store, Run, HarvestSource]]:
    """A run of a record's source for a decision about the record; one that is refused has failed."""
    store = Store(region)
    try:
        source_key = store.source_of(key)
        source = next((s for s in region.sources if s.key == source_key), None)
        if source is None:
            raise NoSuchRun(f"the source of record {key} is no longer configured")
        run = store.open_run(source, kind, now)
        try:
            yield store, run, source
        except BaseException as error:
            store.close_run(run, now, status="failed", reason_de=str(error), reason_en=str(error))
            raise
    finally:
        store.close()
