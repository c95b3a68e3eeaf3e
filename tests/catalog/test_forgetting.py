"""A person is forgotten in one command: 0 hits anywhere, proven by a look of our own, and no harvest brings it back (F75)."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
import zstandard

from catalog import database, tables
from catalog.exceptions import RunActive
from catalog.forgetting import compaction, register, work
from catalog.reading.entries import Entry
from catalog.search import Catalogue
from catalog.store import Store, utc_now
from harvesters.persons.spellings import spellings_of
from schemas import iris
from schemas.region import Region, load
from tests.catalog.cli.command import REGION, Result, allmende, started

pytestmark = pytest.mark.long

NAME = "Kunigunde Testfall"
CANARIES = ("testfall", "kunigunde")
PERMISSION = 'personal_data = "allowed"\npermission = "Einwilligung vom 1. Mai"\n'


def entries(title: str) -> list[dict[str, Any]]:
    """Four datasets; the person stands in three of them, in every field where one may stand."""
    point = {"@type": "vcard:Contact", "fn": NAME, "hasEmail": "mailto:kunigunde.testfall@example.org"}
    dataset = {"publisher": {"name": "Bauamt"}, "accessLevel": "public", "modified": "2026-01-01"}
    file = {
        "@type": "dcat:Distribution",
        "downloadURL": "https://example.org/Kunigunde_Testfall.csv",
        "mediaType": "text/csv",
    }
    return [
        {
            **dataset,
            "identifier": "a",
            "title": f"{title} von {NAME}",
            "description": "Frau K. Testfall",
            "contactPoint": point,
        },
        {
            **dataset,
            "identifier": "liste-kunigunde-testfall",
            "title": "Liste",
            "description": "Text",
            "landingPage": "https://example.org/~kunigunde.testfall/",
            "keyword": ["Testfall, Kunigunde", "Bau"],
            "distribution": [file, {**file, "downloadURL": "https://example.org/liste.csv", "title": NAME}],
            "stand": {"vorname": "Kunigunde", "nachname": "Testfall"},
        },
        {**dataset, "identifier": "c", "title": "Baumkataster", "description": "Bäume"},
        {**dataset, "identifier": "d", "publisher": {"name": NAME}, "title": "Wege", "description": "Wege"},
        {**dataset, "identifier": "liste-kunigunde-testfall", "title": "Doppelt", "description": "x"},
        {"publisher": {"name": NAME}, "description": NAME},
    ]


class Portal:
    """A data.json on loopback whose content a test changes."""

    def __init__(self) -> None:
        self.datasets = entries("Bericht")
        portal = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                known = self.path == "/data.json"
                body = orjson.dumps({"conformsTo": "x", "dataset": portal.datasets}) if known else b""
                self.send_response(200 if known else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/data.json"


@pytest.fixture(scope="module")
def running() -> Iterator[Portal]:
    made = Portal()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def portal(running: Portal) -> Portal:
    """The portal as it stands after the third change."""
    running.datasets = entries("Dritter Bericht")
    return running


@pytest.fixture(scope="module")
def template(running: Portal, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("region") / "region", running, "sqlite:///data/allmende.db")


@pytest.fixture
def folder(template: Path, portal: Portal, tmp_path: Path) -> Path:
    """A copy of the region that :func:`built` makes, on SQLite."""
    return shutil.copytree(template, tmp_path / "region")


def built(folder: Path, portal: Portal, store: str) -> Path:
    """A region whose one source may name persons, harvested twice, with a plan that waits."""
    (folder / "sources").mkdir(parents=True)
    (folder / "region.toml").write_text(REGION.replace("allowed_hosts", f'store = "{store}"\nallowed_hosts'))
    (folder / "sources" / "amt.toml").write_text(
        f'title = "Amt"\nmunicipality = "neuhof"\nurl = "{portal.url}"\nprotocol = "datajson"\n{PERMISSION}'
    )
    portal.datasets = entries("Bericht")
    harvest(folder)
    portal.datasets = entries("Zweiter Bericht")
    harvest(folder)
    portal.datasets = entries("Dritter Bericht")
    harvest(folder, "--plan")
    _set_aside(folder)
    return folder


def _set_aside(folder: Path) -> None:
    """A record that an older version of the program set aside: its traceback quoted the record."""
    engine = database.engine(load(folder).store_url)
    finding = ["violation", f"x {NAME}", None, "record-unreadable", [f"KeyError: '{NAME}'"]]
    with database.writing(engine).begin() as connection:
        connection.execute(
            sa.insert(tables.set_aside).values(
                source_key="amt",
                native_id=f"x {NAME}",
                run_id=2,
                findings=orjson.dumps([finding]).decode(),
                traceback=f"KeyError: '{NAME}'",
            )
        )
    engine.dispose()


def harvest(folder: Path, *options: str) -> dict[str, Any]:
    result = allmende("harvest", "--json", *options, cwd=folder)
    (entry,) = result.json()["sources"]
    assert entry["status"] in ("ok", "warnings", "held"), entry
    return dict(entry)


def places(region: Region) -> set[str]:
    """Where a canary stands in what the region keeps, by a look that shares nothing with the program's."""
    found = set()
    engine = database.engine(region.store_url)
    with engine.connect() as connection:
        reflected = sa.MetaData()
        reflected.reflect(connection)
        for table in reflected.sorted_tables:
            for row in connection.execute(sa.select(table)):
                found |= {table.name for value in row if is_hit(value)}
    engine.dispose()
    for file in region.data.rglob("*"):
        if file.is_file() and "backups" not in file.parts and is_hit(file.read_bytes()):
            found.add(file.relative_to(region.data).parts[0])
    return found


def is_hit(value: Any) -> bool:
    if isinstance(value, (bytes, memoryview)):
        data = bytes(value)
        for unpack in (zstandard.ZstdDecompressor().decompressobj().decompress, gzip.decompress):
            try:
                data += unpack(bytes(value))
            except (zstandard.ZstdError, OSError, EOFError):
                continue
        return any(canary.encode() in data.lower() for canary in CANARIES)
    return any(canary in str(value).casefold() for canary in CANARIES)


def texts(folder: Path) -> dict[str, Any]:
    """What is public, by title."""
    catalogue = Catalogue(load(folder))
    try:
        at = catalogue.number()
        found = [catalogue.get(place.key, at) for place in catalogue.positions(at, limit=None)]
        return {entry.summary.title: entry for entry in found if isinstance(entry, Entry)}
    finally:
        catalogue.close()


def forget(folder: Path, *options: object) -> Result:
    return allmende("forget", NAME, *options, cwd=folder)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest, portal: Portal, tmp_path: Path) -> Path:
    """The region on either store."""
    if request.param == "sqlite":
        return shutil.copytree(request.getfixturevalue("template"), tmp_path / "region")
    return built(tmp_path / "region", portal, request.getfixturevalue("postgres"))


def test_F75_nothing_is_left_anywhere_and_no_harvest_brings_it_back(either: Path, portal: Portal) -> None:
    folder = either
    region = load(folder)
    before = places(region)
    assert before >= {"versions", "records", "runs", "pages", "set_aside", "responses", "staging"}
    number = texts(folder)["Baumkataster"].valid_from

    result = forget(folder, "--json")
    report = result.json()
    assert (result.code, report["proven"], report["after"]) == (0, True, {}), report
    assert places(region) == set()
    assert report["before"]["versions"] == 3
    assert report["before"]["history"] >= 1
    assert report["dropped_plans"] == [3]

    public = texts(folder)
    assert set(public) == {"Zweiter Bericht von [Name entfernt]", "Liste", "Baumkataster", "Wege"}
    assert public["Baumkataster"].valid_from == number, "what did not hold the person stays as it was"
    assert public["Liste"].native_id == iris.forgotten_id(public["Liste"].key)
    assert b"<mailto:daten@example.org>" in public["Zweiter Bericht von [Name entfernt]"].ntriples
    assert b"Gemeinde Neuhof" in public["Zweiter Bericht von [Name entfernt]"].ntriples
    for each in public.values():
        assert each.content_hash == iris.content_hash(each.ntriples.decode())

    replayed = harvest(folder, "--replay", "2", "--plan")
    # Records keep their identity; only the IRIs of files and of the publisher, made of an id or a name, are others. With
    # the municipality as publisher its area follows.
    assert (replayed["plan"]["created"], replayed["plan"]["absent"]) == (0, 0), replayed
    changed = {field["attribute"] for each in replayed["plan"]["changes"] for field in each["fields"]}
    assert changed <= {"publisher", "distribution", "spatial", "political_geocoding_level"}, replayed
    for options in ((), ("--full",)):
        again = harvest(folder, *options)
        assert (again["created"], again["absent"]) == (0, 0), again
        assert places(region) == set(), options
    assert "Dritter Bericht von [Name entfernt]" in texts(folder)
    portal.datasets = [{**entries("Neu")[0], "identifier": "neu"}, *portal.datasets[1:]]
    assert harvest(folder)["created"] == 1
    assert places(region) == set()


def test_F75_history_shows_the_rewritten_versions(folder: Path) -> None:
    forget(folder)
    versions, records = tables.versions, tables.records
    engine = database.engine(load(folder).store_url)
    with engine.connect() as connection:
        key = connection.scalar(sa.select(records.c.key).where(records.c.native_id == "a"))
        rows = connection.execute(sa.select(versions).where(versions.c.key == key).order_by(versions.c.id)).all()
    engine.dispose()
    assert [row.title for row in rows] == [
        "Bericht von [Name entfernt]",
        "Zweiter Bericht von [Name entfernt]",
        "Zweiter Bericht von [Name entfernt]",
    ]
    assert [(row.valid_from, row.valid_to) for row in rows] == [(1, 2), (2, 3), (3, None)]
    for row in rows:
        assert bytes(row.content_hash) == iris.content_hash(zstandard.decompress(row.ntriples).decode())
        assert "person-forgotten" in row.findings


def test_a_plan_changes_nothing_and_shows_no_name(folder: Path) -> None:
    region = load(folder)
    before = places(region)
    result = forget(folder, "--plan", "--json")
    assert result.code == 0
    assert result.json()["planned"] is True
    assert len(result.json()["records"]) == 3
    assert not any(canary in result.out.casefold() for canary in CANARIES)
    assert places(region) == before
    assert register.forgotten(database.engine(region.store_url)) is None


def test_backups_that_hold_the_person_are_named_until_they_are_gone(folder: Path, tmp_path: Path) -> None:
    region = load(folder)
    backups = region.data / "backups"
    backups.mkdir(exist_ok=True)
    tar = tmp_path / "elsewhere.tar.gz"
    assert allmende("backup", tar, cwd=folder).code == 0
    copy = backups / "copy.db"
    with closing(sqlite3.connect(region.data / "allmende.db")) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    (backups / "dump.sql.gz").write_bytes(gzip.compress(b"INSERT INTO x VALUES ('Testfall, Kunigunde')"))
    (backups / "clean.txt").write_text("nichts")
    result = forget(folder, "--backup", tar, "--json")
    report = result.json()
    assert (result.code, report["proven"], report["remains"]) == (1, True, True)
    assert {Path(each["file"]).name: each["clean"] for each in report["backups"]} == {
        "clean.txt": True,
        "copy.db": False,
        "dump.sql.gz": False,
        "elsewhere.tar.gz": False,
    }
    copy.unlink()
    (backups / "dump.sql.gz").unlink()
    assert forget(folder).code == 0


def test_logs_and_files_of_the_region_are_looked_at(folder: Path) -> None:
    region = load(folder)
    (region.data / "logs").mkdir()
    log = region.data / "logs" / "harvest.log"
    log.write_text(f"INFO x\nERROR {NAME} y\n")
    (folder / "notizen.txt").write_text(NAME)
    result = forget(folder, "--json")
    assert (result.code, result.json()["configuration"]) == (1, ["notizen.txt"])
    assert log.read_text() == "INFO x\nERROR [Name entfernt] y\n"


def test_an_undone_input_stays_blocked(folder: Path) -> None:
    engine = database.engine(load(folder).store_url)
    assert allmende("undo", 2, cwd=folder).code == 0
    forget(folder)
    with engine.connect() as connection:
        before = connection.execute(sa.select(tables.blocked)).all()
    engine.dispose()
    assert before
    result = harvest(folder, "--replay", "2", "--plan")
    assert result["plan"]["held"] == 1
    assert "a" not in {change.get("native_id") for change in result["plan"]["changes"]}, result


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ab", "cannot be told"),
        ("Testfall", "one word"),
        ("Gemeinde Neuhof", "office"),
        ("Hans Peter", "given names"),
        ("Zweckverband Test", "office"),
    ],
)
def test_what_is_too_common_needs_a_yes(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "region.toml").write_text(REGION)
    assert reason in allmende("forget", text, cwd=tmp_path).complaint
    if reason != "cannot be told":
        assert allmende("forget", text, "--plan", cwd=tmp_path).code == 0


def test_texts_come_from_stdin_as_well(tmp_path: Path) -> None:
    assert "nothing is given" in allmende("forget", "-", cwd=_empty(tmp_path)).complaint


def _empty(folder: Path) -> Path:
    (folder / "sources").mkdir()
    (folder / "region.toml").write_text(REGION)
    return folder


@contextmanager
def reading(file: Path) -> Iterator[sqlite3.Connection]:
    """Somebody who holds a snapshot of the database."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM versions").fetchone()
        yield connection


def test_a_journal_that_is_still_read_is_no_proof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    region = load(_empty(tmp_path))
    store = Store(region)
    file = region.data / "allmende.db"
    monkeypatch.setattr(compaction, "WAIT_SECONDS", 0.5)
    with reading(file):
        assert compaction.compact(region, store.engine) is False
    assert compaction.compact(region, store.engine) is True
    store.close()
    assert not file.with_name("allmende.db-wal").exists() or file.with_name("allmende.db-wal").stat().st_size == 0


def test_a_run_under_way_is_waited_for_and_a_dead_one_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (_empty(tmp_path) / "sources" / "amt.toml").write_text(
        'title = "Amt"\nmunicipality = "neuhof"\nurl = "https://example.org"\nprotocol = "ckan"\n'
    )
    region = load(tmp_path)
    store = Store(region)
    run = store.open_run(region.sources[0], "harvest", utc_now())
    monkeypatch.setattr(work, "WAIT_SECONDS", 1.0)
    with pytest.raises(RunActive):
        work.forget(region, spellings_of([NAME]))
    found = register.forgotten(store.engine)
    assert found is not None, "a run that starts meanwhile knows the hashes"
    assert found.holds(f"von {NAME}")
    runs = tables.runs
    with store.writing.begin() as connection:
        host, _, start, rest = run.token.rsplit(":", 3)
        connection.execute(sa.update(runs).where(runs.c.id == run.id).values(token=f"{host}:999999999:{start}:{rest}"))
    report = work.forget(region, spellings_of([NAME]))
    assert report.proven
    assert not report.remains
    with store.engine.connect() as connection:
        rows = connection.execute(sa.select(runs.c.kind, runs.c.state, runs.c.status).order_by(runs.c.id)).all()
    assert [tuple(row) for row in rows] == [
        ("harvest", "done", "failed"),
        ("forget", "done", "failed"),
        ("forget", "done", "ok"),
    ]
    store.close()


def test_F75_while_it_is_served(folder: Path) -> None:
    with started("serve", "--port", "0", cwd=folder) as process:
        assert process.stdout
        address = process.stdout.readline().strip()
        entry = next(each for title, each in texts(folder).items() if "Zweiter" in title)
        page = f"{address}/dataset/{entry.slug}"
        assert is_hit(fetch(page))
        feed = fetch(f"{address}/catalog.ttl")
        assert is_hit(feed)
        assert forget(folder).code == 0
        slug = next(each.slug for title, each in texts(folder).items() if "Zweiter" in title)
        until = time.monotonic() + 120
        while is_hit(fetch(f"{address}/catalog.ttl")) and time.monotonic() < until:
            time.sleep(0.2)
        for path in (
            f"dataset/{slug}",
            "catalog.ttl",
            "catalog.rdf",
            "catalog.jsonld",
            "catalog.nt",
            "datasets?q=Testfall",
            "status",
        ):
            body = fetch(f"{address}/{path}").replace(b"q=Testfall", b"").replace(b'value="Testfall"', b"")
            assert path.startswith("datasets") or not is_hit(body), path
        assert b"[Name entfernt]" not in fetch(f"{address}/datasets?q=Kunigunde")


def fetch(url: str, again: bool = True) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=120) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        return bytes(error.read())
    except ConnectionResetError:
        # A worker that ends, as after a forgetting, closes what it has accepted and not read: browsers ask again.
        if not again:
            raise
        return fetch(url, again=False)
