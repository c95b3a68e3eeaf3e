"""A file of a folder at which our program fails: its record stays as it was, and the others go on."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from catalog import tables
from catalog.runs.conclusion import RunResult, Terms, conclude
from catalog.runs.staging import Staging
from catalog.store import Store
from harvesters import pipelines
from harvesters.crawl import revision_of
from harvesters.files import described_file, folder_files
from harvesters.reading import Context, Page
from harvesters.spider import Job
from harvesters.spiders.folder import FolderSpider
from schemas.region import Region, load
from schemas.tables import FileDescription, files
from tests.catalog.runs import REGION, START, titles

SOURCE = 'title = "Ordner"\nmunicipality = "neuhof"\nurl = "daten"\nprotocol = "folder"\n'


class Folder:
    """A region with one local folder; each harvest is a day after the last."""

    def __init__(self, path: Path) -> None:
        (path / "sources").mkdir()
        (path / "region.toml").write_text(REGION.replace("STORE", "sqlite:///data/allmende.db"))
        (path / "sources/ordner.toml").write_text(SOURCE)
        self.files = path / "daten"
        self.files.mkdir()
        self.region: Region = load(path, {})
        self.now = START
        self.job: Job

    def harvest(self) -> RunResult:
        """A run as the service does it, in this process."""
        store = Store(self.region)
        try:
            source = self.region.source("ordner")
            assert source is not None
            run = store.open_run(source, "harvest", self.now)
            memory = store.memory(source.key)
            staging = Staging(
                store.staging_file(run.id),
                source.key,
                "de",
                store.responses,
                store.contents,
                relinked=memory.relinks.of,
            )
            context = Context(self.region, source, self.region.municipalities[0], FolderSpider.options_of(source))
            job = Job(context, staging, memory, now=self.now)
            self.job = job
            job.revision = revision_of(FolderSpider, job)
            for page in FolderSpider(job=job).first():
                assert isinstance(page, Page)  # a local folder asks for nothing
                pipelines.run(job, "files", page)
            terms = Terms(self.now, report={"revision": job.revision.hex()})
            return conclude(store, source, run, staging, job.report(), terms)
        finally:
            store.close()
            self.now += timedelta(days=1)

    def set_aside(self) -> list[tuple[str, Any]]:
        """Native ids and findings of what was set aside."""
        store = Store(self.region)
        try:
            with store.engine.connect() as connection:
                table = tables.set_aside
                return [tuple(row) for row in connection.execute(sa.select(table.c.native_id, table.c.findings))]
        finally:
            store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path)
    for name in ("bad", "gut", "amt"):
        (made.files / f"{name}.csv").write_text("Ort;Wert\nNeuhof;17\n")
    return made


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault that we do not know of, at files that hold a word: it is stood in for by the reader of contents."""
    real = files.describe_file

    def describe_file(data: bytes, name: str) -> FileDescription:
        if b"Kaputt" in data:
            raise ZeroDivisionError("division by zero in 'Frau Muster'")
        return real(data, name)

    monkeypatch.setattr(described_file, "describe_file", describe_file)


@pytest.mark.usefixtures("failing")
def test_the_record_stays_as_it_was_and_the_others_are_read(folder: Folder) -> None:
    assert folder.harvest().status == "warnings"
    published = titles(folder.region)
    assert set(published) == {"bad", "gut", "amt"}
    (folder.files / "bad.csv").write_text("Ort;Wert\nKaputt;1\n")
    (folder.files / "gut.csv").write_text("Ort;Wert;Tag\nNeuhof;17;2\n")
    (folder.files / "neu.csv").write_text("Ort;Wert\nNeuhof;17\n")
    for _ in range(2):  # it fails anew as long as it is so
        result = folder.harvest()
        assert result.status == "warnings"
        assert titles(folder.region) == {**published, "neu": "Neu"}
        [(native_id, findings)] = folder.set_aside()
        assert native_id == "bad"
        said = str(findings)
        assert "file-failed" in said
        assert "bad.csv" in said
        assert "ZeroDivisionError: division by … in …" in said  # what it quotes may be a person's name
        assert "Muster" not in said
    (folder.files / "bad.csv").write_text("Ort;Wert\nNeuhof;18\n")
    folder.harvest()
    assert folder.set_aside() == []


def test_a_date_that_no_calendar_has_costs_nothing(folder: Folder) -> None:
    os.utime(folder.files / "bad.csv", (10**12, 10**12))  # the year 33658
    assert folder.harvest().status == "warnings"
    assert set(titles(folder.region)) == {"bad", "gut", "amt"}


def test_a_sheet_at_which_we_fail_makes_no_record_poorer(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder.files / "metadaten.csv").write_text("Datei;Titel\nbad.csv;Alpha\n")
    folder.harvest()
    before = titles(folder.region)
    assert before["bad"] == "Alpha"

    def read_sheet(_body: bytes, _path: str) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(folder_files, "read_sheet", read_sheet)
    folder.harvest()
    assert titles(folder.region) == before
    [failure] = folder.job.failures
    assert failure.de.startswith("metadaten.csv: Fehler beim Lesen (ZeroDivisionError: division by")
