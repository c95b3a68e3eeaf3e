"""The metadata list: columns by name or by the source file, rows of one dataset, any table at all."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from harvesters import pipelines
from harvesters.files.sheet_list import FIELDS, SheetList, read_list
from harvesters.readers import sheet
from harvesters.reading import Context, Native, Page, Reading
from harvesters.spider import Job
from harvesters.spiders.sheet import SheetOptions
from schemas.findings import WORDING
from schemas.model import Dataset, Distribution, text
from schemas.tables import TableError
from tests.harvesters.readings import ListSink, assert_as_recorded, assert_comes_back, context

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings/sheet").iterdir())


def context_with(options: SheetOptions) -> Context:
    known = context()
    return Context(known.region, known.source, known.municipality, options)


def listed(folder: Path) -> tuple[SheetList, SheetOptions]:
    options = SheetOptions(**tomllib.loads((folder / "source.toml").read_text(encoding="utf-8"))["sheet"])
    body = (folder / "input.csv").read_bytes()
    return read_list(body, "liste.csv", options.columns, options.sheet, options.header_row), options


def recorded(folder: Path) -> tuple[Native, Context]:
    found, options = listed(folder)
    return Native(found.datasets[0], found.datasets[0].fingerprint()), context_with(options)


def table(*rows: tuple[Any, ...], sheet_name: str = "Daten") -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = sheet_name
    for row in rows:
        book.active.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def readings(body: bytes, options: SheetOptions | None = None) -> list[Reading]:
    options = options or SheetOptions()
    found = read_list(body, "liste.xlsx", options.columns, options.sheet, options.header_row)
    return [sheet.read(Native(each, each.fingerprint()), context_with(options)) for each in found.datasets]


def distributions(reading: Reading) -> list[Distribution]:
    assert isinstance(reading.record, Dataset)
    return [each for each in reading.record.distribution if isinstance(each, Distribution)]


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_recording(folder: Path) -> None:
    reading = sheet.read(*recorded(folder))
    assert_as_recorded(folder, reading)


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_record_comes_back_from_its_ntriples(folder: Path) -> None:
    reading = sheet.read(*recorded(folder))
    assert_comes_back(reading)


def test_rows_of_one_identifier_and_rows_without_one_are_one_dataset() -> None:
    found, options = listed(next(folder for folder in RECORDINGS if folder.name == "defaults"))
    assert [(dataset.native_id, len(dataset.rows)) for dataset in found.datasets] == [("H-1", 3), ("S-2", 1)]
    second = sheet.read(Native(found.datasets[1], b"x"), context_with(options))
    assert [each.download_url for each in distributions(second)] == [
        ("https://www.example.org/daten/spielplaetze%202026.geojson",)
    ]


def test_row_with_a_licence_of_its_own_is_a_file_with_one() -> None:
    reading = sheet.read(*recorded(next(folder for folder in RECORDINGS if folder.name == "defaults")))
    licences = [str(each.license[0]).rpartition("licenses/")[2] for each in distributions(reading)]
    assert licences == ["dl-by-de/2.0", "dl-by-de/2.0", "cc-zero"]


def test_trace_names_sheet_column_and_row() -> None:
    reading = sheet.read(*recorded(next(folder for folder in RECORDINGS if folder.name == "defaults")))
    assert ("title", "liste.csv: Titel, Zeile 2", "copied") in reading.trace
    assert ("distribution.access_url", "liste.csv: Datei, Zeile 3", "copied") in reading.trace


def test_rows_of_one_title_without_identifier_are_one_dataset_with_a_finding() -> None:
    body = table(("Titel", "Datei"), ("Wald", "https://x.example/a.csv"), ("Wald", "https://x.example/b.csv"))
    (reading,) = readings(body)
    assert len(distributions(reading)) == 2
    assert [finding.rule for finding in reading.findings] == ["identifier-derived"]


def test_named_sheet_and_column_for_two_fields() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "Hinweise"
    book.active.append(["So füllen Sie die Liste aus", "Spalte"])
    other = book.create_sheet("Datensätze 2026")
    other.append(["Bezeichner", "Adresse"])
    other.append(["Wald", "https://x.example/wald.csv"])
    buffer = io.BytesIO()
    book.save(buffer)
    columns = {"title": "Bezeichner", "identifier": "bezeichner", "file": "Adresse"}
    options = SheetOptions.model_validate({"sheet": "datensätze 2026", "columns": columns})
    (reading,) = readings(buffer.getvalue(), options)
    assert (reading.native_id, text(reading.record.title)) == ("Wald", "Wald")
    with pytest.raises(TableError) as refused:
        readings(buffer.getvalue(), SheetOptions(sheet="Tabelle9"))
    assert "Datensätze 2026" in refused.value.note.de


@pytest.mark.parametrize("columns", [{"titel": "Titel"}, {"": "x"}])
def test_unknown_field_is_refused(columns: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="unknown field"):
        SheetOptions.model_validate({"columns": columns})


CELLS = st.text(max_size=20) | st.sampled_from(
    [
        "https://x.example/a.csv",
        "a.csv",
        "ftp://x/ b",
        "1.1.2026",
        "cc-zero",
        "CSV,WMS",
        "Neuhof",
        "ja",
        "=1+1",
        "0172 123",
    ]
)


@given(st.lists(st.lists(CELLS, min_size=len(FIELDS), max_size=len(FIELDS)), min_size=1, max_size=5))
def test_any_rows_are_records_or_set_aside(rows: list[list[str]]) -> None:
    options = SheetOptions.model_validate({"columns": {field: f"Spalte {field}" for field in FIELDS}})
    lines = [[f"Spalte {field}" for field in FIELDS], *rows]
    body = "\n".join(";".join(f'"{cell.replace(chr(34), "")}"' for cell in line) for line in lines).encode(
        "utf-8", "ignore"
    )
    try:
        found = read_list(body, "liste.csv", options.columns, header_row=1)
    except TableError:
        return
    sink = ListSink()
    natives = [Native(each, each.fingerprint()) for each in found.datasets]
    pipelines.run(
        Job(context_with(options), sink, revision=b"r"), "sheet", Page("https://x.example/liste.csv", natives)
    )
    for outcome in sink.outcomes:
        assert outcome.traceback == ""
        assert all(finding.rule in WORDING and finding.message("de") for finding in outcome.findings)
        if not outcome.set_aside:
            assert len(rdflib.Graph().parse(data=outcome.ntriples, format="nt")) == outcome.ntriples.count("\n")


def without_file(reading: Reading) -> set[str]:
    return {finding.arguments[0] for finding in reading.findings if finding.rule == "sheet-value-without-file"}


def extra_of(reading: Reading) -> list[tuple[str, str]]:
    return [
        (name.rpartition("/")[2], str(value).rpartition("licenses/")[2])
        for name, value in reading.record.extra
        if name.endswith("license")
    ]


HEAD = ("Kennung", "Titel", "Beschreibung", "Lizenz", "Link", "Format")


def test_link_beside_a_format_or_with_a_data_suffix_is_a_file() -> None:
    suffix, service = readings(
        table(
            HEAD,
            ("W-1", "Wald", "Alle Wälder", "dl-by-de/2.0", "https://x.example/wald.csv?v=2", "CSV"),
            ("W-2", "Wasser", "Alle Wasser", "dl-zero-de/2.0", "https://x.example/wasser?service=WMS", "WMS"),
        )
    )
    (file,), (wms,) = distributions(suffix), distributions(service)
    assert file.access_url == file.download_url == ("https://x.example/wald.csv?v=2",)
    assert wms.access_url == ("https://x.example/wasser?service=WMS",)
    assert wms.download_url == ()
    assert [str(each.license[0]).rpartition("licenses/")[2] for each in (file, wms)] == [
        "dl-by-de/2.0",
        "dl-zero-de/2.0",
    ]
    assert [str(each.format[0]).rpartition("/")[2] for each in (file, wms)] == ["CSV", "WMS_SRVC"]
    for reading in (suffix, service):
        assert isinstance(reading.record, Dataset)
        assert (reading.record.landing_page, reading.record.extra, reading.leftovers) == ((), (), ())


@pytest.mark.parametrize(
    ("names", "link", "page"),
    [
        (("Titel", "Lizenz", "Link"), "https://x.example/wald", True),
        (("Titel", "Lizenz", "Link"), "https://x.example", True),
        (("Titel", "Lizenz", "URL"), "https://x.example/a/wald.GeoJSON", False),
        (("Titel", "Format", "Webseite"), "https://x.example/wald", True),
    ],
)
def test_link_without_a_format_beside_it_is_the_page(names: tuple[str, ...], link: str, page: bool) -> None:
    (reading,) = readings(table(names, ("Wald", "CSV" if "Format" in names else "cc-zero", link)))
    assert isinstance(reading.record, Dataset)
    assert bool(reading.record.landing_page) is page
    assert bool(distributions(reading)) is not page


def test_link_beside_files_stays_the_page_as_does_one_that_the_source_file_names() -> None:
    body = table(
        ("Titel", "Datei", "Format", "Link"), ("Wald", "https://x.example/a.csv", "CSV", "https://x.example/a")
    )
    (reading,) = readings(body)
    assert isinstance(reading.record, Dataset)
    assert (len(distributions(reading)), reading.record.landing_page) == (1, ("https://x.example/a",))
    named = SheetOptions.model_validate({"columns": {"landing_page": "Link"}})
    (reading,) = readings(table(HEAD, ("1", "Wald", "", "", "https://x.example/wald.csv", "CSV")), named)
    assert isinstance(reading.record, Dataset)
    assert reading.record.landing_page == ("https://x.example/wald.csv",)


def test_row_without_a_file_loses_nothing() -> None:
    names = ("Titel", "Lizenz", "Nutzungsbedingungen", "Quellenvermerk", "Format", "Dateititel")
    (reading,) = readings(table(names, ("Wald", "dl-by-de/2.0", "Nur mit Hut", "Gemeinde Neuhof", "CSV", "Bäume")))
    assert distributions(reading) == []
    assert extra_of(reading) == [("license", "dl-by-de/2.0")]
    assert [str(name).rpartition("/")[2] for name, _ in reading.record.extra] == ["license", "rights"]
    kept = {("Quellenvermerk", "Gemeinde Neuhof"), ("Format", "CSV"), ("Dateititel", "Bäume")}
    assert set(reading.leftovers) == kept
    assert without_file(reading) == {name for name, _ in kept}
    assert ("license", "liste.xlsx: Lizenz, Zeile 2", "lookup") in reading.trace


def test_further_row_without_a_file_keeps_its_terms_as_leftovers() -> None:
    names = ("Kennung", "Titel", "Datei", "Lizenz", "Format")
    body = table(
        names, ("1", "Wald", "https://x.example/a.csv", "cc-zero", ""), ("1", "Wald", "", "dl-by-de/2.0", "Excel")
    )
    (reading,) = readings(body)
    assert [str(each.license[0]).rpartition("licenses/")[2] for each in distributions(reading)] == ["cc-zero"]
    assert set(reading.leftovers) == {("Lizenz", "dl-by-de/2.0"), ("Format", "Excel")}
    assert without_file(reading) == {"Format", "Lizenz"}


def test_format_that_the_ending_belies_is_kept() -> None:
    body = table(("Titel", "Datei", "Format"), ("Wald", "https://x.example/a.csv", "XLSX"))
    (reading,) = readings(body)
    assert reading.leftovers == (("Format", "XLSX"),)
