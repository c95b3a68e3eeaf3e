"""The process that makes a region's previews: takes wishes, fetches, has each file read by a bound process, keeps the result."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import multiprocessing
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path

import sqlalchemy as sa

from catalog import database
from catalog.forgetting.register import forgotten
from catalog.links.asking import Asking
from catalog.links.book import host_of
from catalog.links.checking import permitted
from catalog.preview import ahead, fetching, keeping, services, wishes, worker
from catalog.preview.fetching import Fetched, NotFetched, Unchanged
from catalog.preview.keeping import Keeping
from catalog.preview.model import Preview
from catalog.preview.reasons import Reason
from catalog.preview.wishes import Wish
from catalog.reading.past import today
from catalog.reading.rows import published
from catalog.runs.staging import now_text
from harvesters.guards.destinations import check_destination
from harvesters.guards.exceptions import FetchRefused
from harvesters.guards.run import agent_string
from schemas.region import Region, load

AT_ONCE = 3
"""How many previews are made at once; one of these places is never taken by the line that has the others."""
WALL_SECONDS = 120.0
"""Longest that one file may be read (seconds), however little of the processor it gets."""
IDLE_SECONDS = 90.0
_LOOK_SECONDS = 0.03
_PUBLISHED_SECONDS = 5.0
_PRUNE_EVERY = 50
_RESULTS = keeping.MAX_JSON - 100_000  # address and folder are put in
log = logging.getLogger(__name__)
_context = multiprocessing.get_context("forkserver")


def main(folder: str, parent: int, stays: bool = False) -> None:
    """Make previews until the process ``parent`` is gone, or another maker is at work, or nobody wants any for a while.

    One that ``stays`` (of ``serve``) does not mind waiting, and makes the previews of what is published ahead of demand.
    The number of the parent is handed over: asked for here, a parent that was gone by then would never be missed.
    """
    os.nice(5)
    _context.set_forkserver_preload(["catalog.preview.worker", "pandas"])
    forkserver.ensure_running()
    region = load(Path(folder))
    kept = Keeping(region)
    while (handle := wishes.lock(kept)) is None and stays and os.getppid() == parent:
        time.sleep(1.0)  # the maker before this one is still at its end
    if handle is not None:
        kept.mark_all()
        asyncio.run(Maker(region, kept, stays).work(lambda: os.getppid() != parent))
    # The server of forks ends with the last process that holds its pipe: this one.


class Maker:
    """Makes previews of a region, three at once, over one connection to each host."""

    def __init__(self, region: Region, kept: Keeping, stays: bool = False) -> None:
        self.region = region
        self.kept = kept
        self._stays = stays
        self._published = 0
        self.made = 0
        self._running: dict[str, asyncio.Task[None]] = {}
        self._lines: dict[str, str] = {}  # key of a running wish: the line that it stood in
        self._asked: dict[str, str] = {}  # key of a running wish: the host that is being asked for it
        self._asking = Asking(
            agent=agent_string(region.base_url, region.publisher.email),
            allowed_hosts=region.allowed_hosts,
            permitted=permitted(region),
        )
        self._store: asyncio.Task[sa.Engine] | None = None

    async def work(self, ended: Callable[[], bool] = lambda: False, idle_seconds: float = IDLE_SECONDS) -> None:
        """Take wishes until ``ended``, or (unless it stays) nothing was wished for a while."""
        busy = looked = time.monotonic()
        # The first file is fetched meanwhile.
        self._store = asyncio.create_task(asyncio.to_thread(database.prepare, self.region))
        lock_file = wishes.lock_file(self.kept)
        while not ended() and lock_file.exists() and (self._stays or time.monotonic() - busy < idle_seconds):
            if self._stays and not self._running and time.monotonic() - looked > _PUBLISHED_SECONDS:
                looked = time.monotonic()
                await asyncio.to_thread(self._wish_ahead, await self._store)
            self._take()
            if self._running:
                busy = time.monotonic()
            await asyncio.sleep(_LOOK_SECONDS)
        for task in list(self._running.values()):
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
        (await self._store).dispose()

    def _take(self) -> None:
        """Begin to grant the wishes for which there is room. One whose host is being asked waits, the next does not."""
        if len(self._running) >= AT_ONCE:
            return
        # What nobody waits for never stands in the way.
        for left in wishes.listed(self.kept, urgent=bool(self._running)):
            if left.key in self._running or self._is_busy(left.line):
                continue
            if left.urgency and self._running:
                return
            wish = wishes.opened(left.file)
            if wish is None:
                continue
            local = fetching.local_path(self.region, wish.wanted) is not None
            host = "" if local else host_of(wish.wanted.address)
            if host and host in self._asked.values():
                continue
            if host:
                self._asked[wish.key] = host
            self._lines[wish.key] = left.line
            task = asyncio.create_task(self._granted(wish))
            self._running[wish.key] = task
            task.add_done_callback(partial(self._ended, wish.key))
            if len(self._running) >= AT_ONCE:
                return

    def _is_busy(self, line: str) -> bool:
        """Whether the next wish of a line has to wait: its host is being asked, or all but one place are taken by it."""
        running = [key for key, other in self._lines.items() if other == line]
        return len(running) >= AT_ONCE - 1 or any(key in self._asked for key in running)

    def _wish_ahead(self, engine: sa.Engine) -> None:
        try:
            with engine.connect() as connection:
                number, _ = published(connection)
            if number != self._published:
                ahead.wish(self.region, engine, self.kept, number)
                self._published = number
        except (OSError, sa.exc.SQLAlchemyError) as error:  # what is wished for now comes first
            log.error("previews: %s", type(error).__name__)

    def _ended(self, key: str, _task: asyncio.Task[None]) -> None:
        self._running.pop(key, None)
        self._lines.pop(key, None)
        self._asked.pop(key, None)

    async def _granted(self, wish: Wish) -> None:
        try:
            await self._make(wish)
        except OSError as error:  # the disk is full, or the folder was deleted
            log.error("previews: %s", error)
        except Exception as error:  # the next wish must be granted all the same
            log.exception("previews: %s", type(error).__name__)
            self._put_nothing(wish, NotFetched(Reason("failed")))
        finally:
            wishes.clear(self.kept, wish.key)
        self.made += 1
        if self.made % _PRUNE_EVERY == 1:
            await asyncio.to_thread(self.kept.prune)

    async def _make(self, wish: Wish) -> None:
        shown = known = self.kept.get(wish.key)
        spent = known is not None and known.occurrences is not None and known.occurrences.is_spent(today())
        if spent:
            known = None  # the same file tells other dates by now
        try:
            try:
                got = await self._fetched(wish, known)
            finally:
                self._asked.pop(wish.key, None)  # while the file is read, its host may be asked for the next
            digest = hashlib.sha256(got.body).hexdigest()
            if known is not None and known.ready and known.source is not None and known.source.sha256 == digest:
                raise Unchanged
        except Unchanged:
            assert known is not None
            self._put_again(_answering(known))
            return
        except NotFetched as refused:
            if shown is not None and shown.ready and (wish.urgency or spent):
                self._put_again(shown)  # nobody waits for another, or these dates are better than none
            elif shown is not None and shown.ready and shown.measured:
                # The last values are better than none: the page says how old they are, and why there are no newer ones.
                self._put_again(replace(shown, reason=refused.reason))
            else:
                self._put_nothing(wish, refused)
            return
        except FetchRefused as refused:  # only ahead of demand: robots.txt, or a host that wants rest
            log.info("previews: %s", refused)
            return
        base = Preview(
            wish.key,
            wish.wanted.address,
            "making",
            reason=got.reason,
            source=got.source._replace(sha256=digest),
            notes=got.notes,
            layers=got.layers,
            layer=got.layer,
            extent=got.extent,
            tiling=got.tiling,
        )
        await self._read(wish, base, got)

    async def _fetched(self, wish: Wish, known: Preview | None) -> Fetched:
        now = datetime.now(UTC)
        wanted = wish.wanted
        local = await asyncio.to_thread(fetching.from_folder, self.region, wanted, now)
        if local is not None:
            return local
        if wish.urgency:
            here = check_destination(wanted.address, "GET", self.region.allowed_hosts, self._asking.limits)
            if here.host not in self._asking.permitted:
                await self._asking.obey_robots(here, wanted.address)
        pace = self._asking.pace if wish.urgency else None
        if (served := await services.from_service(self.region, wanted, now)) is not None:
            return served
        got = await fetching.from_network(self.region, wanted, known, now, pace=pace)
        return await services.from_api(self.region, wanted, got, now) or got

    async def _read(self, wish: Wish, base: Preview, got: Fetched) -> None:
        folder = self.kept.new_folder(wish.key)
        try:
            await asyncio.to_thread((folder / worker.FETCHED).write_bytes, got.body)
            name = base.source.name if base.source else ""
            whole = base.source.whole if base.source else True
            assert self._store is not None
            gone = await asyncio.to_thread(forgotten, await self._store)
            wanted = wish.wanted
            job = worker.Job(folder, base, name, whole, wanted.layer, wanted.personal, gone, got.mosaic, wanted.titles)
            found = await self._watched(job)
            if not wishes.lock_file(self.kept).exists():
                return  # somebody was forgotten meanwhile: what was read before may name them
            (folder / worker.FETCHED).unlink()
            (folder / worker.RESULT).unlink(missing_ok=True)
            if found.folder or any(folder.iterdir()):
                self.kept.put(found, folder)
            else:
                self.kept.put(found)
        finally:
            if not self._names(wish.key, folder):
                shutil.rmtree(folder, ignore_errors=True)

    def _names(self, key: str, folder: Path) -> bool:
        kept = self.kept.get(key)
        return kept is not None and kept.folder == folder.name

    async def _watched(self, job: worker.Job) -> Preview:
        """What the reading process made; it is ended when its time is over. A head is kept as soon as it is there."""
        ours, theirs = _context.Pipe(duplex=False)
        process = _context.Process(target=worker.run, args=(job, theirs), daemon=True)
        await asyncio.to_thread(process.start)
        theirs.close()
        until = time.monotonic() + WALL_SECONDS
        best: Preview | None = None
        try:
            while True:
                # Whether it is alive is asked first: what it said last is not missed then.
                alive = process.is_alive() and time.monotonic() < until
                while (word := _word(ours)) is not None:
                    best = self._result(job, best)
                    if word == b"done":
                        return best
                    self.kept.put(replace(best, growing=True))
                if not alive:
                    break
                await asyncio.sleep(0.01)
        finally:
            ours.close()
            process.kill()
            await asyncio.to_thread(process.join)
            process.close()
        return replace(best, growing=False) if best else replace(job.base, state="none", reason=Reason("too-costly"))

    def _result(self, job: worker.Job, best: Preview | None) -> Preview:
        """The preview that the reader wrote. It has read a stranger's file: what it says of itself does not count."""
        file = job.folder / worker.RESULT
        try:
            if file.stat().st_size > _RESULTS:
                raise ValueError("too large")
            found = keeping.from_json(file.read_bytes())
        except (OSError, ValueError) as error:
            log.error("previews: a result is none: %s", type(error).__name__)
            return best or replace(job.base, state="none", reason=Reason("failed"))
        return replace(found, key=job.base.key, address=job.base.address, folder="")

    def _put_again(self, known: Preview) -> None:
        """Keep what there is; its server has just been asked."""
        assert known.source is not None
        source = known.source._replace(checked_at=now_text())
        self.kept.put(replace(known, source=source), self.kept.folder / known.folder if known.folder else None)

    def _put_nothing(self, wish: Wish, refused: NotFetched) -> None:
        source = fetching.nothing(wish.wanted, refused, datetime.now(UTC))
        nothing = Preview(wish.key, wish.wanted.address, "none", reason=refused.reason, source=source)
        self.kept.put(replace(nothing, layers=refused.layers))


def _answering(known: Preview) -> Preview:
    """A preview of live values whose service answers again: why it did not is no longer said."""
    told = known.reason is not None and known.reason.code != "too-large"
    return replace(known, reason=None) if known.measured and told else known


def _word(pipe: Connection) -> bytes | None:
    """What the reader has said, without unpacking anything of it; none if it has said nothing, or is gone."""
    try:
        return pipe.recv_bytes(16) if pipe.poll() else None
    except (EOFError, OSError):
        return None
