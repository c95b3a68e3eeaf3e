"""The metadata sheet: what its columns may be called, and what its cells become."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.files.file_groups import FileEntry, group
from harvesters.files.metadata_sheet import COLUMNS, MetadataSheet, field_of, is_sheet, nearest, read_sheet
from harvesters.readers import files
from harvesters.reading import Context, Native, Reading
from schemas.classes import HVD_LEGISLATION
from schemas.model import ContactPoint, Dataset, Distribution, Location, PeriodOfTime, RightsStatement
from schemas.ntriples import ntriples_of
from schemas.tables import TableError
from tests.harvesters.crawl_runs import context_of, write_region


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    folder = write_region(tmp_path_factory.mktemp("region"), daten='url = "daten"\nprotocol = "folder"\n')
    return context_of(folder, "daten")


def reading_of(context: Context, **cells: str) -> Reading:
    """What a row becomes; keys are column names, ``_`` stands for a blank."""
    names = {name.replace("_", " "): value for name, value in {"Titel": "T", **cells}.items()}
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(list(names))
    book.active.append(list(names.values()))
    buffer = io.BytesIO()
    book.save(buffer)
    [found] = group([], [read_sheet(buffer.getvalue(), "metadaten.xlsx")])
    return files.read(Native(found, b""), context)


def record_of(context: Context, **cells: str) -> Dataset:
    record = reading_of(context, **cells).record
    assert isinstance(record, Dataset)
    return record


def code(value: Any) -> str:
    return str(value).rpartition("/")[2]


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("Schlagwörter", "keyword"),
        ("SCHLAGWOERTER", "keyword"),
        ("E-Mail", "email"),
        ("e mail", "email"),
        ("Lizenz (Pflicht)", "license"),
        ("Titel *", "title"),
        ("Zeitraum von", "start"),
        ("Update frequency", "frequency"),
        ("Datei(en)", "file"),
        ("Haus und Hof", None),
    ],
)
def test_names_of_columns(column: str, field: str | None) -> None:
    assert field_of(column) == field


def test_no_name_stands_for_two_fields() -> None:
    names = [name for known in COLUMNS.values() for name in known]
    assert all(field_of(name) == field for field, known in COLUMNS.items() for name in known)
    assert len({field_of(name) for name in names}) == len(COLUMNS)


def test_the_nearest_known_name() -> None:
    assert [nearest(name) for name in ("Lizens", "Beschreibng", "Schlagwort(e)")] == [
        "Lizenz",
        "Beschreibung",
        "Schlagwörter",
    ]


@pytest.mark.parametrize("name", ["metadaten.csv", "Metadaten.XLSX", "metadata.ods", "METADATA.xls"])
def test_names_of_sheets(name: str) -> None:
    assert is_sheet(name)


@pytest.mark.parametrize("name", ["metadaten.pdf", "meine_metadaten.csv", "metadaten.csv.bak", "daten.csv"])
def test_other_names(name: str) -> None:
    assert not is_sheet(name)


def test_unknown_columns_are_kept_and_named() -> None:
    sheet = read_sheet(b"Titel;Lizens;Leer\nA;cc0;\n", "metadaten.csv")
    assert sheet.rows[0].unknown == (("Lizens", "cc0"),)
    [finding] = sheet.findings
    assert "„Lizens“" in finding.message()
    assert finding.fix() == "Benennen Sie die Spalte um; der nächste bekannte Name ist „Lizenz“."


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    sheet = read_sheet(b"Titel;Datei;Lizenz\nA;a.csv;\n;;cc0\nB;b.csv;\n", "metadaten.csv")
    assert [row.number for row in sheet.rows] == [2, 4]
    assert [finding.message() for finding in sheet.findings] == [
        "Zeile 3 der Metadatentabelle metadaten.csv nennt weder Datei noch Titel noch Kennung und wurde zurückgestellt."
    ]


def test_another_table_is_no_sheet() -> None:
    sheet = read_sheet(b"Ort;Wert\nNeuhof;3\n", "metadaten.csv")
    assert sheet.rows == ()
    assert "keine Spalte Datei, Titel oder Kennung unter Ort, Wert" in sheet.findings[0].message()
    with pytest.raises(TableError):
        read_sheet(b"PK\x03\x04broken", "metadaten.xlsx")


def test_themes_hold_commas(context: Context) -> None:
    record = record_of(context, Thema="Justiz, Rechtssystem und öffentliche Sicherheit; Verkehr, Umwelt")
    assert {code(theme) for theme in record.theme} == {"JUST", "TRAN", "ENVI"}
    reading = reading_of(context, Thema="Verkehr, Zauberei")
    assert reading.leftovers == (("Thema", "Zauberei"),)
    assert [finding.rule for finding in reading.findings] == ["field-not-understood"]


def test_F76_an_unknown_licence_stays_in_words(context: Context) -> None:
    reading = reading_of(context, Lizenz="Unsere Hauslizenz", Datei="https://x.example.org/a.csv")
    assert isinstance(reading.record, Dataset)
    [distribution] = reading.record.distribution
    assert isinstance(distribution, Distribution)
    assert distribution.license == ()
    [rights] = distribution.rights
    assert isinstance(rights, RightsStatement)
    assert rights.label[0].text == "Unsere Hauslizenz"
    assert "field-not-understood" in {finding.rule for finding in reading.findings}
    known = record_of(
        context, Lizenz="dl-de/by-2-0", Namensnennung="Gemeinde", Datei="https://x.example.org/a.csv"
    ).distribution[0]
    assert isinstance(known, Distribution)
    assert (known.license, known.license_attribution[0].text) == (
        ("http://dcat-ap.de/def/licenses/dl-by-de/2.0",),
        "Gemeinde",
    )


@pytest.mark.parametrize(
    ("cells", "start", "end"),
    [
        ({"Zeitraum_von": "01.01.2026", "Zeitraum_bis": "31.12.2026"}, "2026-01-01", "2026-12-31"),
        ({"Zeitraum": "2020-2024"}, "2020", "2024"),
        ({"Zeitraum": "1.1.2025 bis 31.12.2025"}, "2025-01-01", "2025-12-31"),
        ({"Zeitraum": "2025"}, "2025", "2025"),
        ({"Zeitraum": "2025-03"}, "2025-03", "2025-03"),
        ({"Zeitraum": "2025-01-01/2025-06-30"}, "2025-01-01", "2025-06-30"),
        ({"Von": "2020"}, "2020", ""),
    ],
)
def test_periods(context: Context, cells: dict[str, str], start: str, end: str) -> None:
    [period] = record_of(context, **cells).temporal
    assert isinstance(period, PeriodOfTime)
    assert "".join(date.text for date in period.start_date) == start
    assert "".join(date.text for date in period.end_date) == end


def test_contacts(context: Context) -> None:
    [contact] = record_of(context, Kontakt="Bauamt, bauamt@example.org", Telefon="+49 (0) 6655 970-0").contact_point
    assert isinstance(contact, ContactPoint)
    assert (contact.fn[0].text, contact.has_email, contact.has_telephone) == (
        "Bauamt",
        ("mailto:bauamt@example.org",),
        ("tel:+4966559700",),
    )
    assert [f.arguments[0] for f in reading_of(context, **{"E-Mail": "nicht hier"}).findings] == ["E-Mail"]


def test_place_publisher_and_hvd(context: Context) -> None:
    reading = reading_of(
        context, Gebiet="Neuhof", Herausgeber="Zweckverband Wasser", HVD="Mobilität", Sprache="deutsch, en"
    )
    record = reading.record
    assert isinstance(record, Dataset)
    assert record.spatial == ("http://dcat-ap.de/def/politicalGeocoding/municipalityKey/06631018",)
    assert [code(level) for level in record.political_geocoding_level] == ["municipality"]
    [place] = record_of(context, Gebiet="Fliedetal").spatial
    assert isinstance(place, Location)
    assert place.pref_label[0].text == "Fliedetal"
    assert record.publisher == (reading.companions[0].iri,)
    assert record.applicable_legislation == (HVD_LEGISLATION,)
    assert [code(category) for category in record.hvd_category] == ["c_b79e35eb"]
    assert {code(language) for language in record.language} == {"DEU", "ENG"}
    town = reading_of(context, Herausgeber="Gemeinde Neuhof")
    assert town.companions[0].iri != reading.companions[0].iri
    assert record_of(context, HVD="nein").applicable_legislation == ()


def test_what_is_not_understood_is_said(context: Context) -> None:
    reading = reading_of(
        context, Aktualisierung="ab und zu", Stand="neulich", Sprache="Klingonisch", Webseite="im Netz"
    )
    assert {finding.arguments for finding in reading.findings} == {
        ("Aktualisierung", "ab und zu"),
        ("Stand", "neulich"),
        ("Sprache", "Klingonisch"),
        ("Webseite", "im Netz"),
    }
    assert len(reading.leftovers) == 4


def test_each_value_names_its_cell(context: Context) -> None:
    trace = {entry.attribute: (entry.field, entry.rule) for entry in reading_of(context, Stand="3.11.2026").trace}
    assert trace["modified"] == ("metadaten.xlsx: Stand, Zeile 2", "date")
    assert trace["title"] == ("metadaten.xlsx: Titel, Zeile 2", "copied")


# Cells as a CSV can hold them: what the reader of tables takes for a blank is none here.
CELL = st.text("abcäöüß,:/.()0123456789 ", min_size=1, max_size=20).map(str.strip).filter(bool)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"Titel": CELL, "Beschreibung": CELL, "Lizenz": CELL, "Thema": CELL, "Stand": CELL, "Haus": CELL}
        ),
        min_size=2,
        max_size=6,
    ),
    st.permutations(["Titel", "Beschreibung", "Lizenz", "Thema", "Stand", "Haus"]),
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
)
def test_whatever_stands_in_the_cells_comes_out(rows: list[dict[str, str]], order: list[str], charset: str) -> None:
    lines = [order, *([row[name] for name in order] for row in rows)]
    text = "".join(";".join(f'"{cell}"' for cell in line) + "\r\n" for line in lines)
    sheet = read_sheet(text.encode(charset), "metadaten.csv")
    assert [row.first("title") for row in sheet.rows] == [row["Titel"] for row in rows]
    assert [row.unknown for row in sheet.rows] == [(("Haus", row["Haus"]),) for row in rows]


@given(st.dictionaries(st.sampled_from([names[0] for names in COLUMNS.values()]), CELL, min_size=1))
def test_no_row_breaks_the_reader(context: Context, cells: dict[str, str]) -> None:
    row = read_row(cells)
    for found in group([FileEntry("a.csv", "")], [row]):
        if found.files and not found.described:
            continue
        reading = files.read(Native(found, b""), context)
        said = {text for _, text in reading.leftovers} | {finding.arguments[-1] for finding in reading.findings}
        lines = ntriples_of(reading.record, "k")
        for name, cell in cells.items():
            # Each value is in the record, or it is said that it was not understood.
            if name in ("Titel", "Beschreibung", "Nutzungsbedingungen"):
                assert cell in lines or name == "Nutzungsbedingungen"
            if name == "Stand":
                assert "modified" in lines or cell in said


def read_row(cells: dict[str, str]) -> MetadataSheet:
    names = {"Titel": "T", **cells}
    text = "\t".join(names) + "\n" + "\t".join(names.values()) + "\n"
    return read_sheet(text.encode(), "metadaten.tsv")


def test_the_recording(context: Context) -> None:
    folder = Path(__file__).parents[1] / "recordings/files/metadata-sheet/input"
    sheet = read_sheet((folder / "metadaten.csv").read_bytes(), "metadaten.csv")
    assert [row.first("title") for row in sheet.rows] == ["Straßenverzeichnis", "Haushalt 2025", "Bodenrichtwerte"]
    assert [finding.arguments[1:] for finding in sheet.findings] == [("Aktenzeichen", nearest("Aktenzeichen"))]


def test_link_beside_a_format_is_a_file_with_licence_and_format(context: Context) -> None:
    reading = reading_of(context, Lizenz="dl-by-de/2.0", Link="https://x.example/wald", Format="CSV")
    assert isinstance(reading.record, Dataset)
    [made] = reading.record.distribution
    assert isinstance(made, Distribution)
    assert (made.access_url, made.download_url) == (("https://x.example/wald",), ())
    assert (code(made.format[0]), code(made.media_type[0])) == ("CSV", "csv")
    assert str(made.license[0]).endswith("dl-by-de/2.0")
    assert (reading.record.landing_page, reading.leftovers) == ((), ())
    assert record_of(context, Link="https://x.example/wald").landing_page == ("https://x.example/wald",)
    [made] = record_of(context, Link="https://x.example/wald.csv").distribution
    assert isinstance(made, Distribution)
    assert made.download_url == ("https://x.example/wald.csv",)


def test_row_without_file_keeps_its_terms_at_the_dataset(context: Context) -> None:
    reading = reading_of(context, Lizenz="dl-by-de/2.0", Rechte="Nur mit Hut", Format="CSV", Quellenvermerk="Neuhof")
    said = [(name.rpartition("/")[2], value) for name, value in reading.record.extra]
    assert [name for name, _ in said] == ["license", "rights"]
    assert str(said[0][1]).endswith("dl-by-de/2.0")
    assert set(reading.leftovers) == {("Format", "CSV"), ("Quellenvermerk", "Neuhof")}
    said_of_files = {f.arguments for f in reading.findings if f.rule == "sheet-value-without-file"}
    assert said_of_files == {("Quellenvermerk", "Neuhof"), ("Format", "CSV")}
