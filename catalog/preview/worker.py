"""Reads one fetched file in a process of its own, bound in time, memory and reach, and writes its preview beside it."""

from __future__ import annotations

import logging
import os
import sqlite3
import sys
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from catalog.preview import assembly, confinement, contents, keeping, kept_rows, persons
from catalog.preview.assembly import HEAD_ROWS, Assembled
from catalog.preview.model import Preview
from catalog.preview.pictures import Mosaic
from catalog.preview.reasons import Reason
from harvesters.persons.forgotten import Forgotten
from schemas.tables import kinds

# The file as fetched, and what this process writes; the parent reads nothing else.
FETCHED, RESULT = "fetched", "preview.json"
_TWO_STEPS = 300_000  # bytes: below, the whole is there as soon as its first rows
_HEAD = 65_536
log = logging.getLogger(__name__)


class Job(NamedTuple):
    """A file to be read: the folder that it lies in, what is known of it, whether persons may be shown, whom to leave out.

    ``mosaic`` says that it is several pictures; ``titles`` are those of dataset and file, one a line.
    """

    folder: Path
    base: Preview
    name: str
    whole: bool
    layer: str
    allowed: bool
    forgotten: Forgotten | None
    mosaic: Mosaic | None = None
    titles: str = ""


def run(job: Job, parent: Connection) -> None:
    """Read the file. Sends ``head`` when the first rows can be shown, ``done`` at the end; the preview is in RESULT."""
    confinement.confine()
    try:
        _read(job, parent)
    except MemoryError:
        _say(job, parent, replace(job.base, state="none", reason=Reason("too-costly")))
    except Exception as error:  # whatever a stranger's file does to a library: the page says that there is no preview
        # Its message may hold what is in the file.
        log.error("preview of a file failed: %s", type(error).__name__, exc_info=_is_debugged())
        _say(job, parent, replace(job.base, state="none", reason=Reason("failed")))


def _is_debugged() -> bool:
    return bool(os.environ.get("ALLMENDE_DEBUG")) and sys.stderr is not None


def _read(job: Job, parent: Connection) -> None:
    data = (job.folder / FETCHED).read_bytes()
    if kinds.find_kind(data[:_HEAD], job.name) in contents.PICTURES:
        confinement.shorten(confinement.PICTURE_SECONDS)
    if job.mosaic is not None:
        confinement.shorten(confinement.PICTURE_SECONDS)
        found = contents.read_mosaic(data, job.mosaic)
    elif len(data) > _TWO_STEPS:
        found = contents.read(data, job.name, job.whole, HEAD_ROWS, job.layer)
        if found.table is not None and not found.table.complete and found.placed is None:
            # What speaks of all rows follows when all are read.
            head = replace(_assembled(job, found).preview, kind="table", geometry=None, facets=(), chart={})
            _say(job, parent, head, "head")
            found = contents.read(data, job.name, job.whole, None, job.layer)
    else:
        found = contents.read(data, job.name, job.whole, None, job.layer)
    done = _assembled(job, found)
    kept = 0
    if done.table is not None:
        kept = _keep_rows(job.folder / keeping.ROWS, done)
    geojson, index = done.drawn or (None, None)
    for name, content in ((keeping.MAP, geojson), (keeping.INDEX, index), (keeping.PICTURE, done.image)):
        if content is not None:
            (job.folder / name).write_bytes(content)
    _say(job, parent, replace(done.preview, rows_kept=kept))


def _assembled(job: Job, found: contents.Content) -> Assembled:
    without = job.forgotten.without if job.forgotten else persons.nobody
    return assembly.assembled(found, job.base, job.allowed, without, tuple(job.titles.splitlines()))


def _keep_rows(path: Path, done: Assembled) -> int:
    assert done.table is not None
    try:
        return kept_rows.write_file(path, done.table)
    except (sqlite3.Error, OSError):
        # Without them the head can still be filtered.
        path.unlink(missing_ok=True)
        return 0


def _say(job: Job, parent: Connection, preview: Preview, word: str = "done") -> None:
    fresh = job.folder / f"{word}.new"
    fresh.write_bytes(keeping.to_json(preview))
    fresh.replace(job.folder / RESULT)
    parent.send_bytes(word.encode())
