"""Makes a backup: everything in ``data/`` but the cache as one file, consistent while the catalogue is served.

The file is a gzip'd tar: ``manifest.json`` first, then ``store.db`` (always SQLite, whatever the store is, so that a
backup also moves a region from one store to the other), ``responses/…``, ``reports/…``, ``feedback/…``, ``staging/…`` of
plans that wait for a steward, and the region's own files under ``region/``.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from importlib.metadata import version
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple

import orjson
import sqlalchemy as sa

from catalog import database, tables
from catalog.reading import rows
from catalog.store import current
from schemas import iris
from schemas.region import ConfigurationError, Region

FORMAT = 1
MANIFEST, STORE = "manifest.json", "store.db"
BATCH = 500
_CONFIGURATION = ("region.toml", "sources", "dashboards", "use-cases")


class BackupDamaged(ConfigurationError):
    """Raised for a file that is no backup, or no longer the one that was made; says what is wrong with it."""


class Contents(NamedTuple):
    """What a backup holds, as its manifest says: the published state, and each file's SHA-256 and size in bytes."""

    format: int
    program: str
    made: str
    base_url: str
    number: int
    datasets: int
    feed: str
    files: dict[str, tuple[str, int]]

    @property
    def size(self) -> int:
        """The bytes of all files before compression."""
        return sum(size for _, size in self.files.values())


def make(region: Region, file: Path, now: datetime) -> Contents:
    """Writes a backup of a region and reads it back; gives what it holds.

    ``file`` is replaced only by a whole, verified backup. Raises OSError (a full disk) and ConfigurationError.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    written = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        with tempfile.TemporaryDirectory(prefix="backup-", dir=file.parent) as folder:
            store = Path(folder) / STORE
            _copy_store(region, store)
            _pack(region, store, written, now)
        contents = verify(written)
        written.replace(file)
    finally:
        written.unlink(missing_ok=True)
    return contents


def verify(file: Path) -> Contents:
    """Reads a whole backup and holds each file against the manifest; gives the manifest. Raises BackupDamaged."""
    seen = set()
    try:
        with tarfile.open(file, "r:gz") as packed:
            contents = read_manifest(packed)
            for member in islice(packed, 1, None):
                opened = packed.extractfile(member)
                if opened is None or member.name not in contents.files:
                    raise BackupDamaged(f"{file}: {member.name!r} does not belong into a backup")
                if (digest_of(opened), member.size) != contents.files[member.name]:
                    raise BackupDamaged(f"{file}: {member.name} is not what was saved")
                seen.add(member.name)
    except (BackupDamaged, FileNotFoundError):
        raise
    except (tarfile.TarError, EOFError, OSError, ValueError, zlib.error) as error:
        raise BackupDamaged(f"{file}: {error}") from error
    if missing := contents.files.keys() - seen:
        raise BackupDamaged(f"{file}: {len(missing)} files are missing, for example {min(missing)}")
    return contents


def read_manifest(packed: tarfile.TarFile) -> Contents:
    """The manifest, which stands first in a backup. Raises BackupDamaged."""
    first = packed.next()
    opened = packed.extractfile(first) if first is not None and first.name == MANIFEST else None
    if opened is None:
        raise BackupDamaged(f"{_name(packed)}: this is no backup of Allmende (no {MANIFEST} at its begin)")
    try:
        told = orjson.loads(opened.read())
        files = {name: (str(digest), int(size)) for name, (digest, size) in told.pop("files").items()}
        contents = Contents(**told, files=files)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BackupDamaged(f"{_name(packed)}: its manifest cannot be read ({error})") from error
    if contents.format != FORMAT:
        raise BackupDamaged(f"{_name(packed)}: format {contents.format}; this program reads {FORMAT}")
    return contents


def _name(packed: tarfile.TarFile) -> str:
    return os.fsdecode(packed.name or "")


def state_of(engine: sa.Engine, base_url: str) -> tuple[int, int, str]:
    """The published number of a store, its datasets, and a hash of the whole feed: what a restored one must equal."""
    with engine.begin() as connection:
        number, _ = rows.published(connection)
        datasets = connection.scalar(
            sa.select(sa.func.count())
            .select_from(tables.records.join(tables.versions, tables.versions.c.key == tables.records.c.key))
            .where(tables.records.c.kind == "dataset", current(number))
        )
    digest = hashlib.sha256()
    for piece in rows.dump(engine, number, iris.catalog_iri(base_url)):
        digest.update(piece)
    return number, int(datasets or 0), digest.hexdigest()


def digest_of(opened: IO[bytes]) -> str:
    """The SHA-256 of what is left in an open file."""
    digest = hashlib.sha256()
    while piece := opened.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def without_journal(file: Path) -> None:
    """Brings a SQLite file that nobody has open into one piece: it travels without the journals beside it."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def copy_tables(source: sa.Connection, target: sa.Connection) -> None:
    """All rows of a store into another, empty one of the same schema, in batches."""
    for table in tables.metadata.sorted_tables:
        found = source.execution_options(yield_per=BATCH).execute(sa.select(table))
        for batch in found.partitions(BATCH):
            target.execute(sa.insert(table), [dict(row._mapping) for row in batch])


def _copy_store(region: Region, file: Path) -> None:
    """The store at one moment as a SQLite file of its own."""
    engine = database.prepare(region)
    try:
        if engine.dialect.name == "sqlite":
            # A reader like others: in WAL it neither waits for a run nor makes one wait.
            with closing(sqlite3.connect(engine.url.database or "", timeout=database.BUSY_SECONDS)) as connection:
                connection.execute("VACUUM INTO ?", (str(file),))
            return
        copy = database.prepare(region.model_copy(update={"store": f"sqlite:///{file}", "folder": file.parent}))
        try:
            repeatable = engine.execution_options(isolation_level="REPEATABLE READ")
            with repeatable.connect() as source, source.begin(), database.writing(copy).begin() as target:
                for table in reversed(tables.metadata.sorted_tables):
                    target.execute(sa.delete(table))
                copy_tables(source, target)
        finally:
            copy.dispose()
    finally:
        engine.dispose()


def _pack(region: Region, store: Path, written: Path, now: datetime) -> None:
    copy = database.engine(f"sqlite:///{store}")
    try:
        number, datasets, feed = state_of(copy, region.base_url)
        chosen = {STORE: store, **dict(_files(region, copy))}
    finally:
        copy.dispose()
    without_journal(store)
    files = {}
    for name, path in list(chosen.items()):
        try:
            with path.open("rb") as opened:
                files[name] = (digest_of(opened), os.fstat(opened.fileno()).st_size)
        except FileNotFoundError:  # a response that has just been pruned: no record needs it
            del chosen[name]
    told = Contents(FORMAT, version("allmende"), now.isoformat(), region.base_url, number, datasets, feed, files)
    with written.open("wb") as raw:
        with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=3) as packed:
            _add(packed, MANIFEST, BytesIO(orjson.dumps(told._asdict())), now)
            for name, path in chosen.items():
                with path.open("rb") as opened:
                    _add(packed, name, opened, now)
        raw.flush()
        os.fsync(raw.fileno())


def _files(region: Region, copy: sa.Engine) -> Iterator[tuple[str, Path]]:
    """What lies beside the store, as the copied state of the store needs it."""
    with copy.begin() as connection:
        kept = connection.scalars(
            sa.union(
                sa.select(tables.responses.c.name),
                sa.select(tables.versions.c.response).where(tables.versions.c.response.is_not(None)),
                sa.select(tables.pages.c.response).where(tables.pages.c.response.is_not(None)),
                sa.select(tables.set_aside.c.response).where(tables.set_aside.c.response.is_not(None)),
            )
        ).all()
        waiting = connection.scalars(sa.select(tables.runs.c.id).where(tables.runs.c.state == "waiting")).all()
    for name in sorted(kept):
        yield f"responses/{name[:2]}/{name}.zst", region.data / "responses" / name[:2] / f"{name}.zst"
    for run_id in waiting:
        yield f"staging/{run_id}.db", region.data / "staging" / f"{run_id}.db"
    for path in sorted((region.data / "reports").glob("[0-9]*")):
        yield f"reports/{path.name}", path
    for path in sorted((region.data / "feedback").glob("F-*.json")):
        yield f"feedback/{path.name}", path
    for entry in _CONFIGURATION:
        place = region.folder / entry
        found: Sequence[Path] = sorted(place.rglob("*")) if place.is_dir() else [place]
        for path in found:
            if path.is_file():
                yield f"region/{path.relative_to(region.folder).as_posix()}", path


def _add(packed: tarfile.TarFile, name: str, opened: IO[bytes], now: datetime) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = opened.seek(0, os.SEEK_END)
    entry.mtime, entry.mode = int(now.timestamp()), 0o600
    opened.seek(0)
    packed.addfile(entry, opened)


def told(contents: Contents) -> dict[str, Any]:
    """What a backup holds, for ``--json``."""
    return {**contents._asdict(), "files": len(contents.files), "bytes": contents.size}


def nightly(region: Region, now: datetime) -> Path | None:
    """The backup of the day into ``data/backups/``, if there is none yet; older ones than the region keeps go.

    Gives the file, or None where today's is there or the region wants none. Raises what :func:`make` raises.
    """
    folder = region.data / "backups"
    file = folder / f"allmende-{now:%Y-%m-%d}.tar.gz"
    if not region.backups or file.exists():
        return None
    make(region, file, now)
    for older in sorted(folder.glob("allmende-*.tar.gz"), reverse=True)[region.backups :]:
        older.unlink()
    return file
