"""The store's database: settings, migrations, and what it refuses."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from catalog import database, tables
from schemas.region import ConfigurationError, Region
from tests.catalog.builder import BACKENDS, region_in, region_on


@pytest.fixture(params=BACKENDS)
def region(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Region]:
    with region_on(request.param, tmp_path) as made:
        yield made


def test_prepare_makes_the_tables_that_the_code_declares(region: Region) -> None:
    engine = database.prepare(region)
    with engine.begin() as connection:
        # SQLite hands an empty default back as '' with its quotes, which Alembic takes for another one.
        defaults = engine.dialect.name == "postgresql"
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": defaults}
        )
        assert compare_metadata(context, tables.metadata) == []
    engine.dispose()


def test_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == database.HEAD


def test_prepare_again_keeps_what_is_stored(region: Region) -> None:
    engine = database.prepare(region)
    with database.writing(engine).begin() as connection:
        connection.execute(sa.insert(tables.publication).values(id=1, number=7, published_at="2026-01-01T00:00:00Z"))
    engine.dispose()
    engine = database.prepare(region)
    with engine.begin() as connection:
        assert connection.execute(sa.select(tables.publication.c.number)).scalar() == 7
    engine.dispose()


def test_several_processes_may_start_at_once(region: Region) -> None:
    folder, store = str(region.folder), region.store
    code = (
        "import sys; from pathlib import Path; from catalog import database;"
        "from tests.catalog.builder import region_in;"
        "engine = database.prepare(region_in(Path(sys.argv[1]), sys.argv[2]));"
        "connection = engine.connect(); import sqlalchemy as sa;"
        "print(connection.execute(sa.text('SELECT count(*) FROM alembic_version')).scalar())"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", code, folder, store], stdout=subprocess.PIPE, text=True, cwd=_root())
        for _ in range(4)
    ]
    assert [process.communicate(timeout=240)[0].strip() for process in processes] == ["1"] * 4
    assert [process.returncode for process in processes] == [0] * 4


def test_sqlite_is_set_up_for_readers_beside_a_writer(tmp_path: Path) -> None:
    engine = database.prepare(region_in(tmp_path))
    with engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "busy_timeout", "synchronous", "foreign_keys")
        }
    assert settings == {"journal_mode": "wal", "busy_timeout": 30000, "synchronous": 1, "foreign_keys": 1}
    engine.dispose()


def test_a_reader_keeps_its_state_while_a_writer_commits(tmp_path: Path) -> None:
    engine = database.prepare(region_in(tmp_path))
    count = sa.select(sa.func.count()).select_from(tables.aliases)
    with engine.begin() as reader:
        assert reader.execute(count).scalar() == 0
        with database.writing(engine).begin() as writer:
            writer.execute(sa.insert(tables.aliases).values(slug="a", key="k"))
        assert reader.execute(count).scalar() == 0
    with engine.begin() as reader:
        assert reader.execute(count).scalar() == 1
    engine.dispose()


def test_a_second_writer_waits_for_the_first(tmp_path: Path) -> None:
    engine = database.prepare(region_in(tmp_path))
    started = threading.Event()

    def second() -> None:
        started.set()
        with database.writing(engine).begin() as connection:
            number = connection.execute(sa.select(sa.func.count()).select_from(tables.aliases)).scalar_one()
            connection.execute(sa.insert(tables.aliases).values(slug=f"second-{number}", key="k"))

    thread = threading.Thread(target=second)
    with database.writing(engine).begin() as connection:
        thread.start()
        started.wait()
        connection.execute(sa.insert(tables.aliases).values(slug="first", key="k"))
    thread.join()
    with engine.begin() as connection:
        assert connection.execute(sa.select(tables.aliases.c.slug).order_by("slug")).scalars().all() == [
            "first",
            "second-1",
        ]
    engine.dispose()


def test_preparing_a_store_again_leaves_readers_of_this_process_their_locks(tmp_path: Path) -> None:
    region = region_in(tmp_path)
    engine = database.prepare(region)
    count = sa.select(sa.func.count()).select_from(tables.aliases)
    with engine.begin() as reader:
        assert reader.execute(count).scalar() == 0
    database.prepare(region).dispose()
    code = (
        "import sqlite3, sys; connection = sqlite3.connect(sys.argv[1]);"
        "connection.execute(\"INSERT INTO aliases VALUES ('a', 'k')\"); connection.commit(); connection.close()"
    )
    for expected in (1, 2):
        subprocess.run(
            [sys.executable, "-c", code.replace("'a'", f"'a{expected}'"), region.data / "allmende.db"], check=True
        )
        with engine.begin() as reader:
            assert reader.execute(count).scalar() == expected, "what another process writes is seen"
    engine.dispose()


@pytest.mark.parametrize("offset", [0, 40, 4096, 8192, 40960])
def test_F54_a_damaged_file_is_refused_with_the_restore_command(tmp_path: Path, offset: int) -> None:
    region = region_in(tmp_path)
    engine = database.prepare(region)
    with engine.begin() as connection:
        connection.execute(sa.insert(tables.aliases), [{"slug": f"s{i}", "key": "k"} for i in range(500)])
    engine.dispose()
    file = region.data / "allmende.db"
    content = bytearray(file.read_bytes())
    content[offset : offset + 20] = bytes(255 - byte for byte in content[offset : offset + 20])
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"damaged.*allmende restore"):
        database.prepare(region)
    assert file.read_bytes() == content


def test_F54_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    region = region_in(tmp_path)
    region.data.mkdir()
    (region.data / "allmende.db").write_text("Das ist keine Datenbank, sondern ein Text." * 50)
    with pytest.raises(ConfigurationError, match="not a SQLite database"):
        database.prepare(region)


def test_F55_a_newer_schema_is_refused(region: Region) -> None:
    engine = database.prepare(region)
    with database.writing(engine).begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(ConfigurationError, match=r"'9999' is newer.*update allmende"):
        database.prepare(region)


def test_F55_a_migration_that_breaks_off_leaves_nothing(region: Region) -> None:
    def refuse(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "CREATE TABLE runs" in statement:
            raise OSError("disk full")

    sa.event.listen(sa.Engine, "before_cursor_execute", refuse)
    try:
        with pytest.raises(OSError, match="disk full"):
            database.prepare(region)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", refuse)
    engine = database.engine(region.store_url)
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()
    engine = database.prepare(region)
    assert "runs" in sa.inspect(engine).get_table_names()
    engine.dispose()


@pytest.mark.parametrize("store", ["mysql://x/y", "no address", "postgresql+nodriver://x/y"])
def test_an_address_that_is_no_store_is_refused(tmp_path: Path, store: str) -> None:
    with pytest.raises(ConfigurationError, match="store: "):
        database.prepare(region_in(tmp_path, store))


def _root() -> Path:
    return Path(database.__file__).parents[1]
