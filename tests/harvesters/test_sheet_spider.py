"""The sheet spider: a table at an address and on this machine, what is no list, what the next run asks, replays."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from catalog.sourcefile import source_file
from harvesters.answer import Answer
from harvesters.spiders.sheet import SheetOptions, SheetSpider
from tests.harvesters import crawl_runs
from tests.harvesters.crawl_runs import Run, Site
from tests.harvesters.test_sheet_reader import table

ROWS = (
    ("Titel", "Beschreibung", "Datei", "Lizenz", "Kennung"),
    ("Wald", "Bäume", "wald.csv", "cc-zero", "W1"),
    ("Wiese", "Gräser", "https://x.example/wiese.csv", "cc-zero", "W2"),
)
CSV = "\n".join(";".join(row) for row in ROWS).encode("cp1252")


@pytest.fixture
def harvest(tmp_path: Path) -> Callable[..., Run]:
    def run(url: str, more: str = "", **wishes: Any) -> Run:
        source = f'url = "{url}"\nprotocol = "sheet"\nlimits = {{ retries = 0 }}\n{more}'
        return crawl_runs.crawl(crawl_runs.write_region(tmp_path, liste=source), "liste", **wishes)

    return run


def test_list_at_an_address_is_read_and_not_asked_for_again(harvest: Callable[..., Run]) -> None:
    with Site({"/liste.xlsx": table(*ROWS)}) as site:
        first = harvest(f"{site.url}/liste.xlsx")
        assert first.titles == {"W1": "Wald", "W2": "Wiese"}
        # A file without an address lies beside the list.
        assert f"{site.url}/wald.csv" in first.records["W1"]["ntriples"]
        again = harvest(f"{site.url}/liste.xlsx", state=first.state)
        assert site.whole == ["/liste.xlsx"]
    assert all(record["unchanged"] for record in again.records.values())
    replayed = harvest(f"{site.url}/liste.xlsx", state=first.state, replay=True)
    assert replayed.titles == first.titles
    assert replayed.report["coverage"] == "complete"


def test_list_on_this_machine_is_read_and_replayed(harvest: Callable[..., Run], tmp_path: Path) -> None:
    file = tmp_path / "liste.csv"
    file.write_bytes(CSV)
    first = harvest("liste.csv", '[sheet]\nfiles_at = "https://daten.example/dateien"\n')
    assert first.titles == {"W1": "Wald", "W2": "Wiese"}
    assert "<https://daten.example/dateien/wald.csv>" in first.records["W1"]["ntriples"]
    file.unlink()
    again = harvest(
        "liste.csv", '[sheet]\nfiles_at = "https://daten.example/dateien"\n', state=first.state, replay=True
    )
    assert again.titles == first.titles
    gone = harvest("liste.csv")
    assert "nicht lesbar" in gone.report["failure"]


def test_ods_is_a_list_too(harvest: Callable[..., Run], tmp_path: Path) -> None:
    pd.DataFrame(ROWS[1:], columns=list(ROWS[0])).to_excel(tmp_path / "liste.ods", engine="odf", index=False)  # type: ignore[arg-type]
    assert harvest("liste.ods").titles == {"W1": "Wald", "W2": "Wiese"}


def test_rows_that_move_leave_records_unchanged(harvest: Callable[..., Run], tmp_path: Path) -> None:
    (tmp_path / "liste.csv").write_bytes(CSV)
    first = harvest("liste.csv")
    lines = CSV.splitlines()
    (tmp_path / "liste.csv").write_bytes(b"\n".join([lines[0], b"Moor;Torf;;;M1", *lines[1:]]))
    again = harvest("liste.csv", state=first.state)
    assert {key: record["unchanged"] for key, record in again.records.items()} == {"M1": False, "W1": True, "W2": True}


@pytest.mark.parametrize(
    ("body", "more", "said"),
    [
        (b"<!doctype html><title>Wartung</title>", "", "Web-Seite"),
        (b"", "", "leer"),
        (b"a;b\n1;2\n3;4\n", "", "keine Spalte für Titel"),
        (CSV, '[sheet]\ncolumns = { title = "Bezeichnung", file = "Datei" }\n', "„Bezeichnung“"),
        (table(*ROWS), '[sheet]\nsheet = "Liste"\n', "Blatt „Liste“"),
        (table(*ROWS)[:900], "", "liste.csv"),
    ],
    ids=["F01-html", "F03-empty", "no-list", "F24-column-gone", "no-sheet", "F21-cut"],
)
def test_F01_F24_what_is_no_list_fails_the_run(
    harvest: Callable[..., Run], tmp_path: Path, body: bytes, more: str, said: str
) -> None:
    (tmp_path / "liste.csv").write_bytes(body)
    run = harvest("liste.csv", more)
    assert (run.records, run.report["pages"]) == ({}, 0)
    assert said in run.report["failure"]


def test_F24_column_that_is_gone_is_told_and_the_others_are_read(harvest: Callable[..., Run], tmp_path: Path) -> None:
    (tmp_path / "liste.csv").write_bytes(CSV)
    columns = (
        '[sheet]\ncolumns = { title = ["Bezeichnung", "Titel"], publisher = "Amt", description = "Beschreibung" }\n'
    )
    run = harvest("liste.csv", columns)
    assert run.titles == {"W1": "Wald", "W2": "Wiese"}
    assert run.report["coverage"] == "complete"
    assert "Gräser" in run.records["W2"]["ntriples"]
    (told,) = [said for rule, said in run.report["findings"] if rule == "sheet-columns-missing"]
    assert "nicht: Bezeichnung, Amt. Vorhanden sind: Titel, Beschreibung, Datei, Lizenz, Kennung" in told


def test_F24_column_by_which_records_are_known_must_be_there(harvest: Callable[..., Run], tmp_path: Path) -> None:
    (tmp_path / "liste.csv").write_bytes(CSV)
    run = harvest("liste.csv", '[sheet]\ncolumns = { identifier = "Nummer" }\n')
    assert run.records == {}
    assert "„Nummer“" in run.report["failure"]


def test_F04_list_with_its_columns_only_is_complete_with_no_record(harvest: Callable[..., Run], tmp_path: Path) -> None:
    (tmp_path / "liste.xlsx").write_bytes(table(ROWS[0]))
    run = harvest("liste.xlsx")
    assert (run.records, run.report["coverage"]) == ({}, "complete"), run.report


def test_rows_and_columns_that_say_nothing_are_told(harvest: Callable[..., Run], tmp_path: Path) -> None:
    (tmp_path / "liste.csv").write_bytes(b"Titel;Regal;Datei\n;B7;\nWald;B8;\n")
    run = harvest("liste.csv")
    assert [rule for rule, _ in run.report["findings"]] == ["sheet-rows-without-dataset", "sheet-columns-unused"]
    assert len(run.records) == 1


TABLE = {"spatial": "Ort", "title": "Ort"}
LIST = (
    "Daten;Kurzbeschreibung;Halter;Lizenz (voller Name);Dateidownload;WMS;WFS\n"
    "Wetter;Messwerte;Amt;Datenlizenz Deutschland;https://x.example/w.csv;-;-\n"
    "Straßen;Netz;Amt;Datenlizenz Deutschland;https://x.example/s.csv;-;-\n"
).encode()


def test_list_with_columns_of_its_own_is_offered_with_a_proposal(tmp_path: Path) -> None:
    url = "https://x.example/liste.csv"
    found = SheetSpider.detect(url, {url: Answer(url, url, 200, {}, LIST, "text/csv", 0.0)})
    assert found is not None
    assert (found.count, found.samples, found.certainty) == (2, ("Wetter", "Straßen"), 45)
    assert found.options["columns"] == {
        "description": "Kurzbeschreibung",
        "license": "Lizenz (voller Name)",
        "file": "Dateidownload",
        "access_url": ["WMS", "WFS"],
        "title": "Daten",
    }
    assert found.title == "Liste"
    made = tomllib.loads(source_file(found, "neuhof", tmp_path))
    assert SheetOptions(**made["sheet"]).columns["title"] == ("Daten",)


def test_detection_knows_a_list_by_its_columns() -> None:
    url = "https://x.example/liste.csv"

    def detect(body: bytes, kind: str = "text/csv") -> Any:
        return SheetSpider.detect(url, {url: Answer(url, url, 200, {}, body, kind, 0.0)})

    found = detect(CSV)
    assert (found.count, found.samples) == (2, ("Wald", "Wiese"))
    assert dict(found.options["columns"])["title"] == "Titel"
    # Rather data, but a steward may know better.
    table = detect(b"Ort;Einwohner\nNeuhof;11003\nFlieden;8600\n")
    assert (table.certainty, table.samples, table.options) == (12, ("Neuhof", "Flieden"), {"columns": TABLE})
    assert detect(b"1;2\n3;4\n") is None
    assert detect(b"<html>", "text/html") is None
    assert SheetSpider.detect(url, {}) is None
