"""The catalogue as one command: a parent that supervises web workers, the follower and the clock."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from catalog import backup, clock, formats, occupancy
from catalog.children import Answering, Child, context
from catalog.feedback import admission, post
from catalog.feedback.box import Box
from catalog.feeds import dump
from catalog.follower import Follower
from catalog.forgetting import STAMP as FORGOTTEN
from catalog.links import book as links
from catalog.links import rounds
from catalog.quality import following as scores
from catalog.runs import breaker, staleness
from catalog.runs.breaker import CALM
from catalog.runs.conclusion import RunResult
from catalog.runs.pool import Pool
from catalog.runs.wish import Wish
from catalog.search import Catalogue
from catalog.store import Store, utc_now
from schemas.region import ConfigurationError, HarvestSource, Region, load

FOLLOW_SECONDS = 1.0
SWEEP_SECONDS = 30.0
CLOCK_SECONDS = 20.0
LINK_SECONDS = 30.0
POST_SECONDS = 15.0
# Soon after the start, but once pages are being answered.
FIRST_LINK_SECONDS = 5.0
PRUNE_SECONDS = 86_400.0
_PAUSE_SECONDS = 0.5

log = logging.getLogger(__name__)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket at a port or the next free one above it. Raises OSError if none of fifty is free."""
    for candidate in range(port, port + 50):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, candidate))
            listening.listen(1024)
        except OSError as error:
            listening.close()
            if candidate == port + 49 or port == 0:
                raise OSError(f"no free port at {host} from {port} to {candidate}: {error}") from error
            continue
        listening.set_inheritable(True)
        return listening
    raise AssertionError


def address(listening: socket.socket) -> str:
    """The address that a socket is reached at from this machine."""
    host, port = listening.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


def serve(region: Region, listening: socket.socket, workers: int, clocked: bool = True) -> int:
    """Serves until SIGTERM or SIGINT, which end all that was started. Gives the exit code.

    Takes a socket of :func:`bind`. A worker or follower that dies is started anew. Prints the address on a line of its
    own once ``/healthz`` answers. Raises Occupied while the region's data are being restored.
    """
    with occupancy.shared(region):
        return _serve(region, listening, workers, clocked)


def _serve(region: Region, listening: socket.socket, workers: int, clocked: bool) -> int:
    Store(region).close()
    Follower(region).catch_up()
    ours, theirs = context.Pipe(duplex=False)
    children: list[Child] = []
    children += [Answering(_web, (region.folder, listening, ours, dict(os.environ))) for _ in range(workers)]
    children.append(Child(_follow, (region.folder, ours, dict(os.environ))))
    if clocked:
        children.append(Child(_preview, (region.folder, ours, dict(os.environ))))
        children.append(Child(_check, (region.folder, ours, dict(os.environ))))
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    try:
        threading.Thread(target=_announce, args=(address(listening), ended), daemon=True).start()
        if clocked:
            threading.Thread(target=_tick, args=(region.folder, ended), daemon=True).start()
            threading.Thread(target=_bring, args=(region.folder, ended), daemon=True).start()
        configured = _configuration(region.folder)
        while not ended.wait(1.0):
            for child in children:
                child.tend()
            if (present := _configuration(region.folder)) != configured:
                configured = present
                if _is_valid(region.folder):
                    for child in children:
                        child.restart()
    finally:
        ended.set()
        for child in children:
            child.end()
        theirs.close()
        listening.close()
    return 0


def _configuration(folder: Path) -> tuple[tuple[str, int], ...]:
    """What tells that the region's files have changed, or that a person was forgotten, whom ready pages may name."""
    files = [folder / "region.toml", *sorted((folder / "sources").glob("*.toml")), folder / "data" / FORGOTTEN]
    return tuple((file.name, file.stat().st_mtime_ns) for file in files if file.exists())


def _is_valid(folder: Path) -> bool:
    try:
        load(folder)
    except ConfigurationError as error:
        log.error("%s; the catalogue goes on with what it had", error)
        return False
    return True


def _web(
    folder: Path, listening: socket.socket, parent: Connection, environment: dict[str, str], answers: Any | None
) -> None:
    """One web worker; ``answers``, an event, is set once it takes requests."""
    import uvicorn

    from catalog.web.app import create_app
    from catalog.web.protocol import Protocol
    from harvesters import wordings

    _child(parent, environment)
    wordings.load()  # else the first reader of a page with findings would wait for it
    app = create_app(load(folder))
    # Modules, schemas and texts stay as long as the process: a collection that walks them all would hold up a request.
    gc.collect()
    gc.freeze()
    config = uvicorn.Config(
        app,
        http=Protocol,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if answers is not None and self.started:
                answers.set()

    Server(config).run(sockets=[listening])


def _follow(folder: Path, parent: Connection, environment: dict[str, str]) -> None:
    _child(parent, environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(5)  # who reads goes first: after a large publication, scores and dump take a core for a while
    region = load(folder)
    follower, catalogue = Follower(region), Catalogue(region)
    dumped = None
    sweeps_at = 0.0
    while True:
        number = follower.catch_up()
        if time.monotonic() >= sweeps_at:
            _sweep(follower)
            sweeps_at = time.monotonic() + SWEEP_SECONDS
        if number != dumped:
            follower.write_dump(lambda at: dump.head(region, catalogue, at))
            dumped = number
            _score(region, follower)
        time.sleep(FOLLOW_SECONDS)


def _sweep(follower: Follower) -> None:
    """Takes over which files show a map by now. Whatever goes wrong with it, search and feeds go on."""
    try:
        follower.sweep()
    except Exception as error:  # whatever it is, the follower must go on: without it neither search nor dump follow
        log.exception("maps: %s", error)


def _score(region: Region, follower: Follower) -> None:
    """Scores what changed. Whatever goes wrong with it, search and feeds go on."""
    try:
        scores.follow(region, follower.engine, utc_now())
    except Exception as error:  # the follower must go on: without it neither search nor dump follow
        log.exception("scores: %s", error)


def _check(folder: Path, parent: Connection, environment: dict[str, str]) -> None:
    """Asks the addresses of the data whether they answer, whenever some are due."""
    _child(parent, environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(10)
    region = load(folder)
    said = ""
    wait = FIRST_LINK_SECONDS
    while True:
        time.sleep(wait)  # nothing but the time tells that an address is due
        wait = LINK_SECONDS
        if not region.check_links:
            continue
        try:
            rounds.tick(region, utc_now)
            said = ""
        except Exception as error:  # as the clock: it must go on, and says once what keeps it
            if str(error) != said:
                said = str(error)
                log.exception("links: %s", error)


def _preview(folder: Path, _parent: Connection, environment: dict[str, str]) -> None:
    """Becomes the maker of previews, which has processes of its own; it ends when its parent is gone."""
    code = "import sys; from catalog.preview.maker import main; main(sys.argv[1], int(sys.argv[2]), stays=True)"
    started_by = multiprocessing.parent_process()
    assert started_by is not None
    environment = {**environment, "OPENBLAS_NUM_THREADS": "1"}
    os.execve(sys.executable, [sys.executable, "-c", code, str(folder), str(started_by.pid)], environment)


def _child(parent: Connection, environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Connection) -> None:
    """Ends this process when its parent is gone, however that came about."""
    try:
        parent.recv()
    except (EOFError, OSError):
        os._exit(0)


def _announce(where: str, ended: threading.Event) -> None:
    while not ended.is_set():
        try:
            with urllib.request.urlopen(f"{where}/healthz", timeout=2) as answer:
                if answer.status == 200:
                    print(where, flush=True)
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)


def _tick(folder: Path, ended: threading.Event) -> None:
    """Starts runs that are due, each without waiting for the others, and prunes once a day.

    The region is read anew each time: a new source needs no restart. Whatever goes wrong is said once and tried again.
    """
    said = ""
    pool = Pool(folder)
    noticed: dict[str, datetime] = {}
    looks_at = time.monotonic() + CLOCK_SECONDS
    pruned = 0.0
    while not ended.wait(0.0 if pool.under_way else _PAUSE_SECONDS):
        try:
            for result in pool.results(_PAUSE_SECONDS):
                announce(load(folder), result)
            if time.monotonic() < looks_at:
                continue
            looks_at = time.monotonic() + CLOCK_SECONDS
            region = load(folder)
            for source in _due(region, utc_now(), noticed):
                if source.id not in pool.source_ids:
                    pool.ask(source, Wish())
            if time.monotonic() - pruned > PRUNE_SECONDS:
                pruned = time.monotonic()
                _prune(region)
                backup.nightly(region, utc_now())
            said = ""
        except Exception as error:  # the clock must go on, whatever one tick meets
            if str(error) != said:
                said = str(error)
                log.exception("clock: %s", error)
    pool.close()


def _bring(folder: Path, ended: threading.Event) -> None:
    """Brings citizens' letters to the mail server, and forgets in time which networks they came from.

    Apart from the clock: a slow server must delay no run.
    """
    said = ""
    while not ended.wait(POST_SECONDS):
        try:
            region = load(folder)
            admission.prune(region)
            post.deliver(region, utc_now())
            said = ""
        except Exception as error:  # as the link checks: it must go on, whatever one round runs into
            if str(error) != said:
                said = str(error)
                log.exception("feedback: %s", error)


def announce(region: Region, result: RunResult) -> None:
    """Says in the log how a run ended that brought less than all.

    A source that delivers nothing any more is an error once, when it becomes out of date, and a warning once, when it is
    back; what fails in between is no news (F59).
    """
    source = region.source(result.id)
    if source is None or result.run is None or result.status == "skipped":
        return
    good = result.status in ("ok", "warnings")
    store = Store(region)
    try:
        stale = staleness.stale(store.engine, [source.key], before=result.run if good else None).get(source.key)
    finally:
        store.close()
    if good:
        if stale is not None:
            log.warning("%s (%s): die Quelle liefert wieder (Lauf %s)", source.title, source.id, result.run)
        return
    if stale is not None and stale.run == result.run:
        since = formats.day(stale.since)
        log.error("%s (%s): veraltet seit %s; %s", source.title, source.id, since, result.reason_de)
        return
    quiet = stale is not None and result.status == "failed"
    log.log(logging.INFO if quiet else logging.WARNING, "%s: %s, %s", result.id, result.status, result.reason_de)


def _prune(region: Region) -> None:
    store = Store(region)
    try:
        store.prune(utc_now())
        with store.writing.begin() as connection:
            links.prune(connection, utc_now())
    finally:
        store.close()
    Box(region).prune(utc_now(), region.feedback.keep_days)


def _due(region: Region, now: datetime, noticed: dict[str, datetime]) -> list[HarvestSource]:
    """The sources that are to run. One that never ran waits for its next regular time from when it was first noticed.

    So a steward can look at what it would bring (``harvest --plan``) before the clock publishes it.
    """
    store = Store(region)
    try:
        keys = [source.key for source in region.sources]
        last = store.last_started(keys)
        fared = breaker.strains(store.engine, keys)
    finally:
        store.close()
    return [
        source
        for source in region.sources
        if clock.due(
            source, last.get(source.key) or noticed.setdefault(source.key, now), now, fared.get(source.key, CALM)
        )
    ]
