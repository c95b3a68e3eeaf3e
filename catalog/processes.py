"""Runs as processes of their own: one per source, side by side, gone when whoever asked for them is gone."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from catalog import harvest
from catalog.conclusion import RunResult
from catalog.exceptions import NoSuchRun
from catalog.forkserver import context
from catalog.harvest import Wish
from catalog.store import Store, utc_now
from harvesters import registry
from schemas.region import Region, load

SIDE_BY_SIDE = 2
# A run must not slow down those who read the catalogue.
NICE = 5


def run_sources(
    region: Region,
    source_ids: Sequence[str],
    wish: Wish,
    progress: Callable[[str, int], None] = lambda _source, _records: None,
    now: datetime | None = None,
) -> Iterator[RunResult]:
    """Runs sources in processes of their own, at most two at a time; yields each result as it comes.

    ``progress`` is told now and then how many records a source has delivered. ``now`` replaces the clock (tests).
    """
    waiting = list(source_ids)
    running: dict[Connection, tuple[str, Any, Connection]] = {}
    store = Store(region)
    asked = time.monotonic()
    try:
        while waiting or running:
            while waiting and len(running) < SIDE_BY_SIDE:
                source_id = waiting.pop(0)
                running.update([_start(region.folder, source_id, wish, now)])
            ready = wait(list(running), timeout=0.5)
            for connection in ready:
                assert isinstance(connection, Connection)
                source_id, process, alive = running.pop(connection)
                result = _result(source_id, process, connection, alive)
                progress(source_id, result.counts.fetched)
                yield result
            if time.monotonic() - asked > 0.5:
                asked = time.monotonic()
                for source_id, records in store.progress([entry[0] for entry in running.values()]):
                    progress(source_id, records)
    finally:
        for connection, (_, process, alive) in running.items():
            alive.close()
            process.terminate()
            process.join()
            connection.close()
        store.close()


def _start(
    folder: Path, source_id: str, wish: Wish, now: datetime | None
) -> tuple[Connection, tuple[str, Any, Connection]]:
    results, answers = context.Pipe(duplex=False)
    theirs, ours = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(folder, source_id, wish, now, answers, theirs, dict(os.environ)))
    process.start()
    answers.close()
    theirs.close()
    return results, (source_id, process, ours)


def _result(source_id: str, process: Any, connection: Connection, alive: Connection) -> RunResult:
    try:
        result = connection.recv()
    except EOFError:
        result = None
    process.join()
    connection.close()
    alive.close()
    if isinstance(result, RunResult):
        return result
    if isinstance(result, BaseException):
        raise result
    reason = f"exit code {process.exitcode}"
    return RunResult(source_id, None, "failed", f"Der Lauf wurde beendet ({reason}).", f"The run was ended ({reason}).")


def _run(
    folder: Path,
    source_id: str,
    wish: Wish,
    now: datetime | None,
    answers: Connection,
    parent: Connection,
    environment: dict[str, str],
) -> None:
    # The fork server was started with the environment of its first caller.
    os.environ.clear()
    os.environ.update(environment)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    os.nice(NICE)
    # Records are trees without cycles; looking for cycles among them costs a third of a run.
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)
    try:
        region = load(folder)
        registry.check_sources(region)
        clock = utc_now if now is None else lambda: now
        answers.send(harvest.run_source(region, source_id, wish, clock))
    except (NoSuchRun, ValueError) as error:
        answers.send(error)


def _end_with(parent: Connection) -> None:
    """Ends this process at once when the other end of the pipe is gone: a run has no life of its own."""
    try:
        parent.recv()
    except (EOFError, OSError):
        os._exit(1)
