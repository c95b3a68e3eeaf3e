"""Opens the store's database, SQLite or PostgreSQL, and brings its schema to the newest form."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from schemas.region import ConfigurationError, Region

# The newest migration. It stands here so that a start whose schema is in order does not load Alembic.
HEAD = "0008"
BUSY_SECONDS = 30.0
# Up to this size a whole SQLite file is checked at every start, which takes some 1 ms a megabyte; above, only on demand.
CHECKED_BYTES = 100_000_000
_MIGRATIONS = Path(__file__).parent / "migrations"
_WRITES = "allmende_writes"
_LOCK_ID = 4_826_663_433  # any number: PostgreSQL's advisory lock of whoever migrates


def engine(url: str) -> sa.Engine:
    """An engine for reading the store at an address. Opens nothing yet.

    SQLite: WAL, foreign keys, 30 s busy time-out, synchronous NORMAL; a transaction begins deferred, so that readers
    never wait. :func:`writing` gives the engine for writers. Raises ConfigurationError for an address that is no
    store (another database, a missing driver).
    """
    try:
        address = sa.make_url(url)
        backend = address.get_backend_name()
        if backend == "postgresql" and address.drivername == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        if backend not in ("sqlite", "postgresql"):
            raise ConfigurationError(
                f"store: {backend!r} is not supported; allowed: sqlite, postgresql+psycopg",
                f"store: {backend!r} wird nicht unterstützt; erlaubt: sqlite, postgresql+psycopg",
            )
        made = sa.create_engine(address, **_options(backend))
    except sa.exc.ArgumentError as error:
        raise ConfigurationError(
            "store: not an address like sqlite:///data/allmende.db",
            "store: keine Adresse wie sqlite:///data/allmende.db",
        ) from error
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"store: PostgreSQL needs the extra 'postgres' ({error.name} is not installed)",
            f"store: PostgreSQL braucht den Zusatz 'postgres' ({error.name} ist nicht installiert)",
        ) from error
    if backend == "sqlite":
        sa.event.listen(made, "connect", _set_up_sqlite)
        sa.event.listen(made, "begin", _begin_sqlite)
    return made


def writing(read_engine: sa.Engine) -> sa.Engine:
    """The same engine for writers: on SQLite each transaction takes the write lock at its begin (BEGIN IMMEDIATE).

    A deferred transaction that reads first and writes then fails at once when another has written in between.
    """
    return read_engine.execution_options(**{_WRITES: True})


def prepare(region: Region, thorough: bool = False) -> sa.Engine:
    """The region's store, ready for use: its folder and file made, its schema at the newest migration.

    Of several processes that start at once one migrates, the others wait for it. ``thorough`` checks a SQLite file of
    any size for damage. Raises ConfigurationError for a damaged file (F54) and for a schema that is newer than this
    program (F55).
    """
    made = engine(region.store_url)
    try:
        if made.dialect.name == "sqlite":
            _prepare_file(made, region.data / "cache", thorough)
        else:
            _bring_to_head(made)
    except sa.exc.OperationalError as error:
        made.dispose()
        reason = str(error.orig).strip().splitlines()[0]
        where = made.url.render_as_string()
        raise ConfigurationError(
            f"store: {where} cannot be reached: {reason}", f"store: {where} ist nicht zu erreichen: {reason}"
        ) from error
    except BaseException:
        made.dispose()
        raise
    return made


def _prepare_file(made: sa.Engine, cache: Path, thorough: bool) -> None:
    file = Path(made.url.database or "")
    try:
        for folder in (file.parent, cache):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"store: {error.filename}: {error.strerror}",
            f"store: {error.filename} ist nicht zu schreiben ({error.strerror})",
        ) from error
    try:
        _refuse_damaged(file, thorough)
        if _revision(made) != HEAD:
            with _lock(cache / "migration.lock"):
                _save_before_migration(made, file)
                _bring_to_head(made)
    except (sqlite3.DatabaseError, sa.exc.DatabaseError) as error:
        if _is_busy(error):
            raise ConfigurationError(
                f"store: {file} was locked by another process for {BUSY_SECONDS:.0f} s",
                f"store: {file} war {BUSY_SECONDS:.0f} s lang von einem anderen Prozess gesperrt",
            ) from error
        if _code(error) in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL):
            reason = str(getattr(error, "orig", error))
            raise ConfigurationError(
                f"store: {file} cannot be written: {reason}", f"store: {file} ist nicht zu schreiben: {reason}"
            ) from error
        raise _damaged(file, str(getattr(error, "orig", error))) from error


def _save_before_migration(made: sa.Engine, file: Path) -> None:
    """A copy of a store whose schema is about to change (F55), one for each schema."""
    revision = _revision(made)
    if revision is None or revision == HEAD:
        return
    copy = file.parent / "backups" / f"before-schema-{HEAD}-{file.name}"
    if copy.exists():
        return
    copy.parent.mkdir(parents=True, exist_ok=True)
    written = copy.with_suffix(f".{os.getpid()}.part")
    with closing(sqlite3.connect(file, timeout=BUSY_SECONDS)) as connection:
        connection.execute("VACUUM INTO ?", (str(written),))
    written.replace(copy)


def _options(backend: str) -> dict[str, Any]:
    if backend == "sqlite":
        return {"connect_args": {"timeout": BUSY_SECONDS, "isolation_level": None, "check_same_thread": False}}
    return {"pool_pre_ping": True, "pool_size": 5, "max_overflow": 15}


def _set_up_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
    _set_wal(cursor)
    for pragma in ("synchronous = NORMAL", "foreign_keys = ON", "temp_store = MEMORY", "cache_size = -32000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _set_wal(cursor: Any) -> None:
    # Changing the mode does not honour the busy time-out, so several first starts at once have to try again.
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            if cursor.execute("PRAGMA journal_mode").fetchone()[0] in ("wal", "memory"):
                return
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _is_busy(error: Exception) -> bool:
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _code(error: Exception) -> int | None:
    """SQLite's primary result code behind an error."""
    code = getattr(getattr(error, "orig", error), "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _damaged(file: Path, reason: str) -> ConfigurationError:
    reason = " ".join(reason.split())[:200]
    newest = max((file.parent / "backups").glob("*.tar.gz"), default="FILE")
    return ConfigurationError(
        f"store: {file} is damaged ({reason}); 'allmende restore {newest}' brings back a backup, the damaged file is kept",
        f"store: {file} ist beschädigt ({reason}); 'allmende restore {newest}' holt eine Sicherung zurück, die beschädigte "
        "Datei bleibt erhalten",
    )


def _refuse_damaged(file: Path, thorough: bool) -> None:
    size = file.stat().st_size if file.exists() else 0
    if size == 0:
        return
    # Never opened by other means than SQLite's: on closing, POSIX takes away the locks that this process holds on it, and
    # another process, seeing none, deletes the log that this one goes on reading.
    connection = sqlite3.connect(file, timeout=BUSY_SECONDS)
    try:
        connection.execute("PRAGMA schema_version").fetchone()
        if not thorough and size > CHECKED_BYTES:
            return
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        if _code(error) == sqlite3.SQLITE_NOTADB:
            raise _damaged(file, "not a SQLite database") from error
        raise
    finally:
        connection.close()
    if verdict != "ok":
        raise _damaged(file, verdict)


@contextmanager
def _lock(file: Path) -> Iterator[None]:
    with file.open("a") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield


def _revision(made: sa.Engine) -> str | None:
    with made.begin() as connection:
        return _revision_of(connection)


def _revision_of(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def _bring_to_head(made: sa.Engine) -> None:
    """All migrations in one transaction, under a lock: afterwards the schema is old or new, never in between (F55)."""
    with writing(made).begin() as connection:
        if made.dialect.name == "postgresql":
            connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK_ID})"))
        revision = _revision_of(connection)
        if revision == HEAD:
            return
        _migrate(connection, revision)


def _migrate(connection: sa.Connection, revision: str | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise ConfigurationError(
            f"store: its schema {revision!r} is newer than this program knows ({HEAD!r}); update allmende",
            f"store: sein Schema {revision!r} ist neuer, als dieses Programm kennt ({HEAD!r}); aktualisieren Sie allmende",
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
