"""Brings a backup back: the store, kept responses and waiting plans as they were; what was there is kept aside."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import tarfile
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from catalog import backup, database, occupancy, tables
from catalog.backup import STORE, BackupDamaged, Contents
from catalog.follower import Follower
from catalog.runs import lease
from schemas.region import Region

_NAMES = re.compile(
    r"store\.db|responses/[a-z0-9]{2}/[a-z0-9]{4,64}\.zst|staging/[0-9]{1,10}\.db|reports/[0-9]{1,10}-[a-z]+(?:\.[a-z]+){1,3}"
    r"|feedback/F-[A-Z0-9]{4}-[A-Z0-9]{4}\.json"
    r"|region/(?:[A-Za-z0-9._-]*[A-Za-z0-9_-]/)*[A-Za-z0-9._-]*[A-Za-z0-9_-]"
)


class Restored(NamedTuple):
    """What a restore did: the backup's contents, what is there now, where the state before it lies, files left alone."""

    contents: Contents
    number: int
    datasets: int
    feed: str
    aside: Path | None
    left: tuple[str, ...]

    @property
    def is_proven(self) -> bool:
        """Whether the catalogue is what was saved: the same number of datasets, the same feed byte for byte (F58)."""
        return (self.datasets, self.feed) == (self.contents.datasets, self.contents.feed)


def restore(region: Region, file: Path, now: datetime) -> Restored:
    """Puts the state of a backup in the place of a region's data.

    The backup is verified before anything is touched. Configuration files are written only where there is none of
    their name. Raises BackupDamaged, Occupied (a server or a run works with the folder), FileNotFoundError and OSError.
    """
    backup.verify(file)
    with occupancy.alone(region):
        unpacked = region.data / f".restore-{secrets.token_hex(4)}"
        try:
            contents = _unpack(file, unpacked)
            _bring_to_head(region, unpacked)
            aside = _replace_store(region, unpacked / STORE, now)
            for part in ("responses", "staging", "reports"):
                _move_all(unpacked / part, region.data / part, replace=part != "responses")
            if (letters := unpacked / "feedback").is_dir():
                (region.data / "feedback").mkdir(mode=0o700, exist_ok=True)  # persons' data: for the operator alone
                _move_all(letters, region.data / "feedback", replace=False)
            left = _move_all(unpacked / "region", region.folder, replace=False)
        finally:
            shutil.rmtree(unpacked, ignore_errors=True)
        shutil.rmtree(region.data / "cache", ignore_errors=True)
    engine = database.prepare(region, thorough=True)
    try:
        state = backup.state_of(engine, contents.base_url)
    finally:
        engine.dispose()
    follower = Follower(region)
    follower.catch_up()
    follower.close()
    return Restored(contents, *state, aside, tuple(left))


def _unpack(file: Path, folder: Path) -> Contents:
    with tarfile.open(file, "r:gz") as packed:
        contents = backup.read_manifest(packed)
        for member in islice(packed, 1, None):
            opened = packed.extractfile(member)
            if opened is None or not _NAMES.fullmatch(member.name):
                raise BackupDamaged(f"{file}: {member.name!r} does not belong into a backup")
            place = folder / member.name
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("wb") as written:
                shutil.copyfileobj(opened, written)
    return contents


def _bring_to_head(region: Region, folder: Path) -> None:
    """The saved store at this program's schema. Raises ConfigurationError where it is newer."""
    saved = region.model_copy(update={"store": f"sqlite:///{folder / STORE}", "folder": folder})
    database.prepare(saved, thorough=True).dispose()
    engine = database.engine(saved.store_url)
    try:
        with database.writing(engine).begin() as connection:
            # No process of the saved state lives any more: what was under way then has failed.
            connection.execute(
                sa.update(tables.runs)
                .where(tables.runs.c.state == "running")
                .values(
                    state="done",
                    status="failed",
                    reason_de="Der Lauf war unterwegs, als die Sicherung entstand.",
                    reason_en="The run was under way when the backup was made.",
                    report="{}",
                )
            )
    finally:
        engine.dispose()
    backup.without_journal(folder / STORE)


def _replace_store(region: Region, saved: Path, now: datetime) -> Path | None:
    engine = database.engine(region.store_url)
    try:
        if engine.dialect.name == "sqlite":
            return _replace_file(Path(engine.url.database or ""), saved, region.data, now)
        return _replace_rows(region, saved, now)
    finally:
        engine.dispose()


def _replace_file(file: Path, saved: Path, data: Path, now: datetime) -> Path | None:
    """A SQLite store: the file that is there, damaged or not, moves aside with its journals."""
    aside = None
    for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
        if (there := file.with_name(name)).exists():
            if aside is None:
                aside = data / f"before-restore-{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
                aside.mkdir()
            there.rename(aside / name)
    file.parent.mkdir(parents=True, exist_ok=True)
    with saved.open("rb+") as opened:
        os.fsync(opened.fileno())
    saved.replace(file)
    return aside


def _replace_rows(region: Region, saved: Path, now: datetime) -> Path | None:
    """A PostgreSQL store: what is there is saved as a backup, then replaced in one transaction."""
    engine = database.prepare(region)
    copy = database.engine(f"sqlite:///{saved}")
    try:
        _refuse_active(engine, now)
        aside = region.data / f"before-restore-{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}.tar.gz"
        backup.make(region, aside, now)
        with copy.connect() as source, source.begin(), database.writing(engine).begin() as target:
            for table in reversed(tables.metadata.sorted_tables):
                target.execute(sa.delete(table))
            backup.copy_tables(source, target)
            for table in tables.metadata.sorted_tables:
                _reset_sequence(target, table)
    finally:
        copy.dispose()
        engine.dispose()
    return aside


def _refuse_active(engine: sa.Engine, now: datetime) -> None:
    runs = tables.runs
    with engine.connect() as connection:
        for row in connection.execute(sa.select(runs).where(runs.c.state == "running")):
            if lease.alive(row.token, row.heartbeat, now):
                raise occupancy.Occupied(f"the store is in use: run {row.id} of {row.source_id} is under way")


def _reset_sequence(connection: sa.Connection, table: sa.Table) -> None:
    column = table.autoincrement_column
    if column is None:
        return
    sequence = connection.scalar(sa.func.pg_get_serial_sequence(table.name, column.name))
    if sequence:
        highest = connection.scalar(sa.select(sa.func.max(column)))
        connection.execute(sa.select(sa.func.setval(sequence, highest or 1, highest is not None)))


def _move_all(source: Path, target: Path, replace: bool) -> list[str]:
    """Moves files to where they belong; gives the names of those that are there already and were left as they are."""
    left = []
    for file in sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else ():
        place = target / file.relative_to(source)
        if place.exists() and not replace:
            if source.name == "region" and place.read_bytes() != file.read_bytes():
                left.append(file.relative_to(source).as_posix())
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        file.replace(place)
    return left
