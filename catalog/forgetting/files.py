"""Frees the files of a region's data folder of a person: kept responses, plans that wait, logs; the cache is made anew."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import zstandard

from catalog.forgetting.values import holds, unpacked
from catalog.runs.lease import process_start
from catalog.runs.responses import Responses
from harvesters.persons.keeping import body_without
from harvesters.persons.layers import MOST_BYTES, layers
from harvesters.persons.spellings import Matcher
from schemas.region import Region

_SQLITE = b"SQLite format 3\0"
_WINDOW = 32_000_000
_OVERLAP = 8_192


class Looked(NamedTuple):
    """What a look into a file gave: how often the person stands in it, and what could not be opened."""

    hits: int
    unread: tuple[str, ...] = ()


def look(file: Path, matcher: Matcher) -> Looked:
    """Looks into a file, whatever it is: SQLite row by row and as raw bytes, archives member by member, else its layers."""
    try:
        with file.open("rb") as opened:
            head = opened.read(512)
        if head.startswith(_SQLITE):
            return _look_into_sqlite(file, matcher)
        if _is_tar(file, head):
            return _look_into_tar(file, matcher)
        if file.stat().st_size > MOST_BYTES:
            return Looked(_raw_hits(file, matcher), ("larger than can be unpacked",))
        return _look_into_bytes(file.read_bytes(), matcher)
    except FileNotFoundError:
        return Looked(0)
    except (OSError, sqlite3.DatabaseError, tarfile.TarError, EOFError) as error:
        return Looked(0, (type(error).__name__,))


def _look_into_bytes(data: bytes, matcher: Matcher) -> Looked:
    hits, unread = 0, []
    for layer in layers(data):
        hits += bool(layer.text) and matcher.holds(layer.text)
        if layer.unread:
            unread.append(layer.unread)
    return Looked(hits, tuple(unread))


def _is_tar(file: Path, head: bytes) -> bool:
    return (head.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ")) or head[257:262] == b"ustar") and tarfile.is_tarfile(
        file
    )


def _look_into_tar(file: Path, matcher: Matcher) -> Looked:
    hits, unread = 0, []
    with tarfile.open(file, "r:*") as packed, tempfile.TemporaryDirectory() as folder:
        for member in packed:
            hits += matcher.holds(member.name)
            opened = packed.extractfile(member) if member.isfile() else None
            if opened is None:
                continue
            inner = Path(folder) / "member"
            with inner.open("wb") as copy:
                shutil.copyfileobj(opened, copy)
            found = look(inner, matcher)
            hits += found.hits
            unread += [f"{member.name}: {reason}" for reason in found.unread]
    return Looked(hits, tuple(unread))


def _look_into_sqlite(file: Path, matcher: Matcher) -> Looked:
    hits = 0
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as database:
        database.text_factory = lambda data: data.decode("utf-8", "replace")
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            quoted = name.replace('"', '""')
            for row in database.execute(f'SELECT * FROM "{quoted}"'):
                hits += any(holds(value, matcher) for value in row)
    return Looked(hits + raw_sqlite_hits(file, matcher))


def raw_sqlite_hits(file: Path, matcher: Matcher) -> int:
    """How often the bytes of a SQLite file and its journals hold the person, free pages among them."""
    beside = [file.with_name(file.name + suffix) for suffix in ("", "-wal", "-journal")]
    return sum(_raw_hits(each, matcher) for each in beside if each.exists())


def _raw_hits(file: Path, matcher: Matcher) -> int:
    hits = 0
    with file.open("rb") as opened:
        before = b""
        while piece := opened.read(_WINDOW):
            window = before + piece
            hits += matcher.holds(window.decode("latin-1"))
            if b"\0" in window:
                hits += matcher.holds(window.replace(b"\0", b"").decode("latin-1"))
            before = window[-_OVERLAP:]
    return hits


# -------------------------------------------------------------------------------------------- the data folder


def place_of(region: Region, file: Path) -> str:
    """The place under which a file of the data folder is counted: ``data/responses``, ``data/allmende.db``."""
    parts = file.relative_to(region.data).parts
    return f"data/{parts[0]}"


def kept_files(region: Region) -> Iterator[Path]:
    """All files under ``data/``."""
    for file in sorted(region.data.rglob("*")):
        if file.is_file() and not file.name.endswith((".lock", "-shm")):
            yield file


def count(region: Region, matcher: Matcher) -> tuple[Counter[str], dict[str, tuple[str, ...]]]:
    """How many files of each place hold the person, and those of which a part could not be opened, with the reason.

    The database's own file counts by its raw bytes only: its rows are counted by table.
    """
    found: Counter[str] = Counter()
    unread: dict[str, tuple[str, ...]] = {}
    database = store_file(region)
    for file in kept_files(region):
        if database is not None and file.name.startswith(database.name) and file.parent == database.parent:
            if file == database:
                found[f"{place_of(region, file)} (bytes)"] += raw_sqlite_hits(file, matcher)
            continue
        looked = look(file, matcher)
        found[place_of(region, file)] += looked.hits > 0 or matcher.holds(str(file.relative_to(region.data)))
        if looked.unread:
            unread[str(file.relative_to(region.folder))] = looked.unread
    return +found, unread


def store_file(region: Region) -> Path | None:
    """The file of a SQLite store; None for another one."""
    url = region.store_url
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


def free_responses(
    responses: Responses, matcher: Matcher, source_of: Callable[[str], str]
) -> tuple[dict[str, str], list[str]]:
    """Rewrites or deletes the kept responses that hold the person: old names with new ones, and the names of deleted ones.

    ``source_of`` gives the key of the source that a response came from, by its name.
    """
    renamed: dict[str, str] = {}
    deleted: list[str] = []
    for file in sorted(responses.folder.glob("*/*")):
        if not file.name.endswith(".zst"):
            if not _is_being_written(file):
                file.unlink(missing_ok=True)
            continue
        try:
            body = unpacked(file.read_bytes())
        except FileNotFoundError:
            continue
        left = body_without(body, matcher, source_of(file.stem))
        if left is None:
            deleted.append(file.stem)
        elif left is not body and left != body:
            renamed[file.stem] = responses.put(left)
        else:
            continue
        file.unlink(missing_ok=True)
    return renamed, deleted


def _is_being_written(file: Path) -> bool:
    """Whether the process that a half-written response names (``NAME.PID.part``) still works."""
    pid = file.name.split(".")[1]
    return pid.isdigit() and process_start(int(pid)) != ""


def free_others(
    region: Region, matcher: Matcher, but: Iterable[str] = ("responses", "staging", "cache", "backups")
) -> None:
    """Rewrites other files under ``data/`` (logs, findings of runs); what cannot be written anew stays and is reported by
    the proof.
    """
    database = store_file(region)
    for file in kept_files(region):
        top = file.relative_to(region.data).parts[0]
        if top in but or (database is not None and file.name.startswith(database.name)):
            continue
        data = unpacked(file.read_bytes())
        left = body_without(data, matcher)
        if left is None or left == data:
            continue
        written = file.with_name(f".{file.name}.{os.getpid()}.part")
        written.write_bytes(zstandard.compress(left) if file.suffix == ".zst" else left)
        written.replace(file)
