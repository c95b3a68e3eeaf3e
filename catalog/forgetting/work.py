"""Forgets a person while the catalogue is served: registers, waits for runs, rewrites, publishes, compacts, proves."""

from __future__ import annotations

import fcntl
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import orjson
import sqlalchemy as sa

from catalog import occupancy, tables
from catalog.exceptions import RunActive
from catalog.feeds import dump
from catalog.follower import Follower
from catalog.forgetting import STAMP, compaction, files, register, rewriting, survey
from catalog.forgetting.report import Backup, Report
from catalog.runs import lease
from catalog.runs.number_writer import NumberWriter
from catalog.runs.publishing import close_in
from catalog.runs.run_book import Run, begin
from catalog.runs.staging import now_text
from catalog.search import Catalogue
from catalog.store import Store, utc_now
from harvesters.persons.spellings import Spellings
from schemas.region import Region

KIND = "forget"
WAIT_SECONDS = 900.0
Tell = Callable[[str], None]


def look(region: Region, spellings: Spellings, backups: Sequence[Path] = ()) -> Report:
    """What a forgetting would hit, without changing anything."""
    store = Store(region)
    try:
        before, unread = _count(region, store, spellings)
        records = tuple(
            (key, spellings.without(title)) for key, title in survey.public_records(store.engine, spellings)
        )
        return Report(
            before,
            records=records,
            unread=unread,
            backups=_backups(region, spellings, backups),
            configuration=_configuration(region, spellings),
            postgres=_is_postgres(store),
        )
    finally:
        store.close()


def forget(region: Region, spellings: Spellings, backups: Sequence[Path] = (), tell: Tell = lambda _: None) -> Report:
    """Removes a person from everything kept and proves it by a second look. Raises RunActive, LeaseLost.

    A run that starts meanwhile knows the new hashes; one that is under way is waited for. What is interrupted is done
    by calling it again.
    """
    with occupancy.shared(region), _alone(region):
        tell("counting")
        found = look(region, spellings)
        store = Store(region)
        try:
            now = utc_now()
            hashes = register.enter(store.writing, spellings.wanted, now)
            run = _open(store, now)
            try:
                tell("waiting for runs under way")
                _wait_for_runs(store, run, now)
                report = _free(region, store, run, spellings, replace(found, hashes=hashes), tell)
            except BaseException as error:
                store.close_run(
                    run, utc_now(), status="failed", reason_de=type(error).__name__, reason_en=type(error).__name__
                )
                raise
        finally:
            store.close()
        tell("building index and dump anew")
        _renew_cache(region)
        tell("compacting the database")
        return _prove(region, spellings, backups, report, tell)


def _free(region: Region, store: Store, run: Run, spellings: Spellings, report: Report, tell: Tell) -> Report:
    tell("rewriting the store")
    dropped = _drop_plans(region, store, spellings)
    writer = NumberWriter(store, run, "", utc_now())
    try:
        versions, records = rewriting.rewrite(region, writer, spellings)
        tell("rewriting kept responses")
        renamed, deleted = files.free_responses(store.responses, spellings, lambda name: _source_of(store, name))
        for old, new in renamed.items():
            rewriting.rename_response(store, old, new)
        files.free_others(region, spellings)
        counts = {
            "versions": versions,
            "records": records,
            "responses": len(renamed) + len(deleted),
            "plans": len(dropped),
        }
        outcome = {
            "status": "ok",
            "reason_de": "Daten einer Person wurden gelöscht.",
            "reason_en": "Data of a person were erased.",
            "report": orjson.dumps({"forgotten": counts}).decode(),
            "published": writer.number,
            "based_on": writer.number - 1,
        }
        number: int | None = None
        if versions or records:
            writer.flip(lambda connection: close_in(connection, run, writer.now, outcome))
            number = writer.number
        else:
            writer.release()
            store.close_run(run, utc_now(), **{**outcome, "published": None, "based_on": None})
        # A run that was concluded meanwhile may have compared with what the store held before.
        dropped += _drop_plans(region, store, spellings)
    except BaseException:
        writer.release()
        raise
    return replace(report, run=run.id, number=number, deleted_responses=len(deleted), dropped_plans=tuple(dropped))


def _prove(region: Region, spellings: Spellings, backups: Sequence[Path], report: Report, tell: Tell) -> Report:
    store = Store(region)
    try:
        (region.data / STAMP).write_text(now_text() + "\n")
        empty = compaction.compact(region, store.engine)
        tell("looking again")
        after, unread = _count(region, store, spellings)
        return replace(
            report,
            after=after,
            unread=unread,
            journal_empty=empty,
            backups=_backups(region, spellings, backups),
            configuration=_configuration(region, spellings),
        )
    finally:
        store.close()


def _count(region: Region, store: Store, spellings: Spellings) -> tuple[Counter[str], dict[str, tuple[str, ...]]]:
    counted = survey.count(store.engine, spellings)
    in_files, unread = files.count(region, spellings)
    kept = {place: number for place, number in in_files.items() if place != "data/backups"}
    unread = {name: reasons for name, reasons in unread.items() if not name.startswith("data/backups")}
    return Counter({**counted, **kept}), unread


# ------------------------------------------------------------------------------------------------------- runs


def _open(store: Store, now: datetime) -> Run:
    """A run of no source: the book says that something was forgotten and when, and not what."""
    with store.writing.begin() as connection:
        return begin(connection, KIND, now)


def _wait_for_runs(store: Store, own: Run, now: datetime) -> None:
    """Waits for the runs that began before the hashes were there. Raises RunActive after WAIT_SECONDS."""
    runs = tables.runs
    until = time.monotonic() + WAIT_SECONDS
    while True:
        with store.engine.connect() as connection:
            rows = connection.execute(
                sa.select(runs.c.id, runs.c.source_id, runs.c.token, runs.c.heartbeat, runs.c.started).where(
                    runs.c.state == "running", runs.c.id < own.id
                )
            ).all()
        alive = [row for row in rows if lease.alive(row.token, row.heartbeat, utc_now())]
        if not alive:
            break
        if time.monotonic() > until:
            raise RunActive(alive[0].source_id, alive[0].id, alive[0].started)
        store.heartbeat(own, 0)
        time.sleep(0.5)
    for row in rows:
        with store.writing.begin() as connection:
            store._close_dead(connection, row.id, now)


def _source_of(store: Store, name: str) -> str:
    """The key of the source that a kept response came from; of one that no row names, a key that no source has."""
    responses, runs, pages = tables.responses, tables.runs, tables.pages
    of_run = (
        sa.select(runs.c.source_key).join(responses, responses.c.run_id == runs.c.id).where(responses.c.name == name)
    )
    of_page = sa.select(pages.c.source_key).where(pages.c.response == name)
    with store.engine.connect() as connection:
        return connection.scalar(of_run.limit(1)) or connection.scalar(of_page.limit(1)) or "-"


def _drop_plans(region: Region, store: Store, spellings: Spellings) -> list[int]:
    """Drops plans that wait and hold the person: a later run makes its own."""
    dropped = []
    for file in sorted((region.data / "staging").glob("*.db")):
        if not files.look(file, spellings).hits or not file.stem.isdigit():
            continue
        run_id = int(file.stem)
        if run_id in _running(store):
            continue  # it began after the hashes were there
        store.remove_staging(run_id)
        store.close_run(
            Run(run_id, ""),
            utc_now(),
            status="cancelled",
            reason_de="Der Plan enthielt Daten einer Person, die gelöscht wurden; der nächste Lauf macht einen neuen.",
            reason_en="The plan held data of a person that were erased; the next run makes a new one.",
        )
        dropped.append(run_id)
    return dropped


def _running(store: Store) -> set[int]:
    with store.engine.connect() as connection:
        return set(connection.scalars(sa.select(tables.runs.c.id).where(tables.runs.c.state == "running")))


# ------------------------------------------------------------------------------------------------------ beside


def _renew_cache(region: Region) -> None:
    # Previews are made anew when somebody asks, without whoever was forgotten.
    shutil.rmtree(region.data / "cache" / "previews", ignore_errors=True)
    follower, catalogue = Follower(region), Catalogue(region)
    try:
        follower.rebuild()
        follower.write_dump(lambda at: dump.head(region, catalogue, at), anew=True)
    finally:
        catalogue.close()
        follower.close()


def _backups(region: Region, spellings: Spellings, named: Sequence[Path]) -> tuple[Backup, ...]:
    folder = region.data / "backups"
    own = [file for file in sorted(folder.rglob("*")) if file.is_file()] if folder.is_dir() else []
    found = []
    for file in dict.fromkeys([*own, *named]):
        looked = files.look(file, spellings)
        found.append(Backup(str(file), looked.hits, looked.unread))
    return tuple(found)


def _configuration(region: Region, spellings: Spellings) -> tuple[str, ...]:
    """The region's own files that hold the person: a steward wrote them, a steward mends them."""
    found = []
    for file in sorted(region.folder.rglob("*")):
        if file.is_file() and not file.is_relative_to(region.data) and files.look(file, spellings).hits:
            found.append(str(file.relative_to(region.folder)))
    return tuple(found)


def _is_postgres(store: Store) -> bool:
    return store.engine.dialect.name == "postgresql"


@contextmanager
def _alone(region: Region) -> Iterator[None]:
    """One forgetting at a time on this machine; a second one waits."""
    region.data.mkdir(parents=True, exist_ok=True)
    with (region.data / "forget.lock").open("a") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
