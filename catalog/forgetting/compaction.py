"""Takes out of a database what deleting leaves behind: SQLite's free pages and write-ahead log, PostgreSQL's dead rows."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import sqlalchemy as sa

from catalog.forgetting.files import store_file
from schemas.region import Region

WAIT_SECONDS = 60.0


def compact(region: Region, engine: sa.Engine) -> bool:
    """Writes the database's files anew, without what was deleted; gives whether its journal is empty afterwards.

    SQLite: VACUUM with secure_delete, and the write-ahead log cut to nothing, for which every reader must be past it;
    while somebody reads on for longer than :data:`WAIT_SECONDS` it is not, and a second ``forget`` finishes it.
    PostgreSQL: VACUUM FULL of each table, which locks it for that time.
    """
    file = store_file(region)
    if file is None:
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            for table in sa.inspect(connection).get_table_names():
                connection.exec_driver_sql(f"VACUUM FULL {engine.dialect.identifier_preparer.quote(table)}")
        return True
    engine.dispose()
    with closing(sqlite3.connect(file, isolation_level=None, timeout=WAIT_SECONDS)) as database:
        database.execute("PRAGMA secure_delete = ON")
        database.execute("PRAGMA temp_store = FILE")
        database.execute("VACUUM")
        until = time.monotonic() + WAIT_SECONDS
        while True:
            (busy, _, _) = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return True
            if time.monotonic() > until:
                return False
            time.sleep(0.1)
