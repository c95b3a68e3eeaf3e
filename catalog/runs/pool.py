"""Runs under way, side by side: those of different hosts at once, those of one host one after the other.

A run that waits for its source takes no core: so one that hangs holds up nobody (faults F59).
"""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from catalog.exceptions import NoSuchRun
from catalog.runs.conclusion import RunResult
from catalog.runs.forkserver import context
from catalog.runs.wish import Wish
from catalog.store import utc_now
from schemas.region import HarvestSource, load

# So many runs that work at once; the others wait for their sources.
WORKING = max(2, os.cpu_count() or 2)
# So many in all: each is a process of some 100 MB.
AT_MOST = 12
# A run must not slow down those who read the catalogue.
NICE = 5
_LOOK_SECONDS = 0.25
# A run that uses less of a core than this waits for its source.
_WORKS = 0.3
_M_MMAP_THRESHOLD = -3  # malloc.h of glibc
_LARGE_BYTES = 256 * 1024


@dataclass(slots=True)
class _Running:
    source_id: str
    host: str
    process: Any
    alive: Connection
    works: bool = True


class Pool:
    """The runs of one region's folder that are asked for and under way. Not for use by several threads."""

    def __init__(self, folder: Path, now: datetime | None = None) -> None:
        self.folder = folder
        self.now = now
        self._waiting: list[tuple[HarvestSource, Wish]] = []
        self._running: dict[Connection, _Running] = {}

    def ask(self, source: HarvestSource, wish: Wish) -> None:
        """Asks for a run of a source; it begins when its host is free."""
        self._waiting.append((source, wish))

    @property
    def source_ids(self) -> set[str]:
        """The sources whose runs are asked for or under way."""
        return {source.id for source, _ in self._waiting} | set(self.under_way)

    @property
    def under_way(self) -> list[str]:
        """The sources whose runs are under way."""
        return [running.source_id for running in self._running.values()]

    def results(self, seconds: float) -> list[RunResult]:
        """Starts what may start, and gives the runs that ended meanwhile; waits for one up to so many seconds.

        Raises what a run raised for wrong use: NoSuchRun, or ValueError for a configuration that became wrong.
        """
        until = time.monotonic() + seconds
        while True:
            self._start_all()
            left = until - time.monotonic()
            ready = wait(list(self._running), timeout=max(0.0, left))
            ended = [result for connection in ready if (result := self._told(connection)) is not None]
            if ended or time.monotonic() >= until or not self._running:
                return ended

    def close(self) -> None:
        """Ends all runs that are under way."""
        for connection, running in self._running.items():
            running.alive.close()
            running.process.terminate()
            running.process.join()
            connection.close()
        self._running.clear()

    def _start_all(self) -> None:
        for entry in list(self._waiting):
            if len(self._running) >= AT_MOST or sum(running.works for running in self._running.values()) >= WORKING:
                return
            source, wish = entry
            host = _host(source)
            if all(running.host != host for running in self._running.values()):
                self._waiting.remove(entry)
                self._start(source, host, wish)

    def _start(self, source: HarvestSource, host: str, wish: Wish) -> None:
        results, answers = context.Pipe(duplex=False)
        theirs, ours = context.Pipe(duplex=False)
        given = (self.folder, source.id, wish, self.now, answers, theirs, dict(os.environ))
        process = context.Process(target=_run, args=given)
        process.start()
        answers.close()
        theirs.close()
        self._running[results] = _Running(source.id, host, process, ours)

    def _told(self, connection: Any) -> RunResult | None:
        """What a run says: whether it works or waits, or how it ended."""
        running = self._running[connection]
        try:
            said = connection.recv()
        except (EOFError, OSError):
            said = None
        if isinstance(said, bool):
            running.works = said
            return None
        del self._running[connection]
        running.process.join()
        connection.close()
        running.alive.close()
        if isinstance(said, RunResult):
            return said
        if isinstance(said, BaseException):
            raise said
        reason = f"exit code {running.process.exitcode}"
        return RunResult(
            running.source_id, None, "failed", f"Der Lauf wurde beendet ({reason}).", f"The run was ended ({reason})."
        )


def _host(source: HarvestSource) -> str:
    """What two runs must not ask at once: a host, or a folder."""
    return urlsplit(source.url).netloc.rpartition("@")[2].lower() or source.url


class _Voice:
    """What a run tells its parent, from its own thread and from that which watches its load."""

    def __init__(self, answers: Connection) -> None:
        self._answers = answers
        self._lock = threading.Lock()
        self._ended = False

    def watch(self) -> None:
        """Says when the run begins to wait for its source and when it works again."""
        works, used, at = True, time.process_time(), time.monotonic()
        while not self._ended:
            time.sleep(_LOOK_SECONDS)
            now_used, now = time.process_time(), time.monotonic()
            if (now_used - used > _WORKS * (now - at)) != works:
                works = not works
                self._say(works)
            used, at = now_used, now

    def end(self, result: RunResult | BaseException) -> None:
        """Says how the run ended; nothing is said after it."""
        self._say(result, last=True)

    def _say(self, what: bool | RunResult | BaseException, last: bool = False) -> None:
        with self._lock:
            if not self._ended:
                self._ended = last
                self._answers.send(what)


def _run(
    folder: Path,
    source_id: str,
    wish: Wish,
    now: datetime | None,
    answers: Connection,
    parent: Connection,
    environment: dict[str, str],
) -> None:
    from catalog import harvest  # Scrapy comes with it, which the server of forks has and who waits needs not
    from harvesters import registry

    # The fork server was started with the environment of its first caller.
    os.environ.clear()
    os.environ.update(environment)
    voice = _Voice(answers)
    _in_background(_end_with, parent)
    _in_background(voice.watch)
    os.nice(NICE)
    # Records are trees without cycles; looking for cycles among them all the time costs a third of a run. Statements of
    # the store are cycles that hold the values of their batch: looked for too rarely, those of a whole run pile up.
    gc.freeze()
    gc.set_threshold(25_000, 20, 100)
    _give_back_large_blocks()
    try:
        region = load(folder)
        registry.check_sources(region)
        source = region.source(source_id)
        if source is not None:
            _bound_memory(source.limits.memory_bytes)
        clock = utc_now if now is None else lambda: now
        voice.end(harvest.run_source(region, source_id, wish, clock))
    except (NoSuchRun, ValueError) as error:
        voice.end(error)


def _bound_memory(limit: int) -> None:
    """Lets only this run fail where its source would use up the machine's memory (faults F52)."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (limit if hard < 0 else min(limit, hard), hard))


def _give_back_large_blocks() -> None:
    """Lets glibc map each large block by itself, as pages of a source are: on the heap they leave holes that stay."""
    with suppress(AttributeError, OSError):  # another C library
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)


def _in_background(target: Callable[..., None], *arguments: Any) -> None:
    threading.Thread(target=target, args=arguments, daemon=True).start()


def _end_with(parent: Connection) -> None:
    """Ends this process at once when the other end of the pipe is gone: a run has no life of its own."""
    try:
        parent.recv()
    except (EOFError, OSError):
        os._exit(1)
