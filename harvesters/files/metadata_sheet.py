"""The metadata sheet that may lie in a folder (``metadaten.csv``, ``.xlsx`` …): one row per dataset, columns by name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from harvesters.files.endings import is_data_address
from schemas.findings import Finding, Severity, declare
from schemas.tables import read_table
from schemas.vocabularies.spelling import fold

SHEET_NAME = re.compile(r"(?:metadaten|metadata|meta)\.(?:csv|tsv|xlsx|xlsm|xls|ods)", re.IGNORECASE)
MAX_ROWS = 20_000

COLUMN_UNKNOWN = declare(
    "metadata-column-unknown",
    "Die Spalte „{1}“ der Metadatentabelle {0} ist unbekannt; ihre Werte bleiben nur als Zusatzangaben erhalten.",
    "The column “{1}” of the metadata sheet {0} is unknown; its values are kept as additions only.",
    "Benennen Sie die Spalte um; der nächste bekannte Name ist „{2}“.",
    "Rename the column; the nearest known name is “{2}”.",
)
COLUMN_TWICE = declare(
    "metadata-column-twice",
    "Die Spalten „{1}“ und „{2}“ der Metadatentabelle {0} bedeuten dasselbe; wo beide gefüllt sind, gelten beide Werte.",
    "The columns “{1}” and “{2}” of the metadata sheet {0} mean the same; where both are filled, both values hold.",
    "Lassen Sie in der Tabelle nur eine der beiden Spalten stehen.",
    "Keep only one of the two columns in the sheet.",
)
ROW_EMPTY = declare(
    "metadata-row-without-file",
    "Zeile {1} der Metadatentabelle {0} nennt weder Datei noch Titel noch Kennung und wurde zurückgestellt.",
    "Row {1} of the metadata sheet {0} names neither file nor title nor identifier and was set aside.",
    "Tragen Sie in der Zeile den Dateinamen und einen Titel ein.",
    "Enter the file's name and a title in the row.",
)
SHEET_UNUSABLE = declare(
    "metadata-sheet-unusable",
    "Die Metadatentabelle {0} wurde nicht verwendet: {1}",
    "The metadata sheet {0} was not used: {2}",
    "Speichern Sie die Tabelle neu als CSV oder XLSX, mit den Spaltennamen in der ersten Zeile.",
    "Save the sheet anew as CSV or XLSX, with the column names in the first row.",
)

# What a column may be called. The first name of each is the one we recommend.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "title": ("Titel", "Name", "Bezeichnung", "Datensatz", "Datensatztitel", "Title", "Dataset"),
    "description": ("Beschreibung", "Kurzbeschreibung", "Inhalt", "Erläuterung", "Description", "Abstract", "Summary"),
    "file": (
        "Datei",
        "Dateien",
        "Dateiname",
        "Dateinamen",
        "Datei(en)",
        "Ressource",
        "Ressourcen",
        "Download",
        "Download-URL",
        "Datenadresse",
        "File",
        "Files",
        "Filename",
        "File name",
        "Resource",
        "Distribution",
    ),
    "keyword": (
        "Schlagwörter",
        "Schlagwort",
        "Schlüsselwörter",
        "Stichwörter",
        "Stichworte",
        "Schlagworte",
        "Tags",
        "Keywords",
        "Keyword",
    ),
    "theme": (
        "Thema",
        "Themen",
        "Kategorie",
        "Kategorien",
        "Rubrik",
        "Themengebiet",
        "Themenbereich",
        "Theme",
        "Themes",
        "Category",
        "Categories",
    ),
    "license": ("Lizenz", "Lizenzen", "Nutzungslizenz", "License", "Licence"),
    "rights": ("Nutzungsbedingungen", "Nutzungsbestimmungen", "Rechte", "Rights", "Terms of use"),
    "publisher": (
        "Herausgeber",
        "Herausgeberin",
        "Veröffentlichende Stelle",
        "Datenhaltende Stelle",
        "Datenbereitsteller",
        "Bereitsteller",
        "Organisation",
        "Publisher",
        "Organization",
    ),
    "contact": (
        "Kontakt",
        "Ansprechstelle",
        "Ansprechpartner",
        "Ansprechpartnerin",
        "Kontaktstelle",
        "Kontaktname",
        "Amt",
        "Fachbereich",
        "Contact",
        "Contact point",
        "Contact name",
    ),
    "email": ("E-Mail", "Email", "Mail", "Kontakt E-Mail", "E-Mail-Adresse", "Kontaktmail", "Contact email"),
    "phone": ("Telefon", "Telefonnummer", "Rufnummer", "Phone", "Telephone"),
    "frequency": (
        "Aktualisierung",
        "Turnus",
        "Aktualisierungsturnus",
        "Aktualisierungsintervall",
        "Aktualisierungszyklus",
        "Aktualisierungsfrequenz",
        "Intervall",
        "Häufigkeit",
        "Frequency",
        "Update frequency",
        "Periodicity",
    ),
    "period": ("Zeitraum", "Zeitbezug", "Zeitliche Abdeckung", "Berichtszeitraum", "Period", "Temporal coverage"),
    "start": (
        "Zeitraum von",
        "Von",
        "Beginn",
        "Zeitraum Beginn",
        "Start",
        "Anfang",
        "Period start",
        "Start date",
        "From",
    ),
    "end": ("Zeitraum bis", "Bis", "Ende", "Zeitraum Ende", "Period end", "End date", "To", "Until"),
    "spatial": (
        "Gebiet",
        "Raumbezug",
        "Räumliche Abdeckung",
        "Geltungsbereich",
        "Ort",
        "Spatial",
        "Spatial coverage",
        "Area",
        "Place",
    ),
    "modified": (
        "Stand",
        "Geändert",
        "Geändert am",
        "Letzte Änderung",
        "Aktualisiert",
        "Aktualisiert am",
        "Änderungsdatum",
        "Datenstand",
        "Modified",
        "Last modified",
        "Updated",
    ),
    "issued": (
        "Veröffentlicht",
        "Veröffentlicht am",
        "Veröffentlichung",
        "Veröffentlichungsdatum",
        "Erstellt",
        "Issued",
        "Published",
        "Release date",
    ),
    "identifier": ("Kennung", "ID", "Identifikator", "Schlüssel", "Datensatz-ID", "Identifier", "UUID"),
    "landing_page": (
        "Webseite",
        "Website",
        "Internetseite",
        "Link",
        "Seite",
        "Weitere Informationen",
        "Landing page",
        "Homepage",
        "URL",
        "Webadresse",
    ),
    "attribution": (
        "Namensnennung",
        "Namensnennungstext",
        "Quellenvermerk",
        "Quellenangabe",
        "Namensnennung Text",
        "Attribution",
        "Attribution text",
    ),
    "language": ("Sprache", "Sprachen", "Language", "Languages"),
    "hvd": ("HVD", "HVD-Kategorie", "Hochwertiger Datensatz", "High-value dataset", "HVD category"),
    "provenance": ("Herkunft", "Entstehung", "Datenquelle", "Provenance", "Lineage"),
    "legal_basis": ("Rechtsgrundlage", "Gesetzliche Grundlage", "Legal basis"),
    "version": ("Version", "Fassung"),
    "access": ("Zugriffsrechte", "Zugang", "Access rights", "Access"),
}

FORMAT_COLUMN = ("Format", "Dateiformat", "Datenformat", "File format")
# Columns whose name leaves open whether the page of a dataset is meant or its file.
_LINKS = frozenset(map(fold, ("Link", "URL", "Webadresse")))


class SheetRow(NamedTuple):
    """One row: its number as a spreadsheet shows it, its known values (field, column, text), the others (column, text)."""

    sheet: str
    number: int
    values: tuple[tuple[str, str, str], ...]
    unknown: tuple[tuple[str, str], ...] = ()

    def first(self, field: str) -> str:
        """The first value of a field; empty if there is none."""
        return next((text for name, _, text in self.values if name == field), "")

    def all(self, field: str) -> tuple[str, ...]:
        """All values of a field."""
        return tuple(text for name, _, text in self.values if name == field)

    def place(self, field: str) -> str:
        """Where a field stands, for the trace: sheet, column, row."""
        column = next((column for name, column, _ in self.values if name == field), field)
        return f"{self.sheet}: {column}, Zeile {self.number}"


class MetadataSheet(NamedTuple):
    """A sheet: its path in the folder, its rows, and what was odd about it."""

    path: str
    rows: tuple[SheetRow, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def folder(self) -> str:
        """The folder that the sheet lies in; its rows name files relative to it."""
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """The sheet's file name."""
        return self.path.rpartition("/")[2]


def is_sheet(name: str) -> bool:
    """Whether a file's name says that it is a folder's metadata sheet."""
    return SHEET_NAME.fullmatch(name) is not None


@cache
def _known() -> Mapping[str, str]:
    return {fold(name): field for field, names in COLUMNS.items() for name in names}


def field_of(column: str) -> str | None:
    """The field that a column's name stands for, whatever its case, umlauts, blanks and marks; None if unknown.

    A remark in brackets or behind a star does not count (``Lizenz (Pflicht)``, ``Titel *``).
    """
    return _known().get(fold(column)) or _known().get(fold(re.sub(r"[(\[].{0,200}", "", column)))


def is_format(column: str) -> bool:
    """Whether a column's name says that the formats of files stand in it."""
    return fold(re.sub(r"[(\[].{0,200}", "", column)) in {fold(name) for name in FORMAT_COLUMN}


def link_field(column: str, text: str, beside_format: bool) -> str:
    """What a cell of a column is that is known as ``landing_page``: the page, or where its name leaves that open
    (``Link``), a ``file`` by its ending, or what the format in the next column is of (``access_url``).
    """
    if fold(re.sub(r"[(\[].{0,200}", "", column)) not in _LINKS:
        return "landing_page"
    if any(is_data_address(piece) for piece in re.split(r"[\s;|]+", text)):
        return "file"
    return "access_url" if beside_format and re.match(r"https?://", text, re.IGNORECASE) else "landing_page"


def nearest(column: str) -> str:
    """The known column name that looks most like an unknown one; the first of all if none does."""
    found = difflib.get_close_matches(fold(column)[:60], _known(), n=1, cutoff=0.5)
    return COLUMNS[_known()[found[0]]][0] if found else ", ".join(names[0] for names in COLUMNS.values())


def read_sheet(data: bytes, path: str) -> MetadataSheet:
    """The rows of a metadata sheet. Raises TableError if the file holds no table.

    A table none of whose columns is a file, a title or an identifier is no metadata sheet: it gives no rows and a
    finding.
    """
    table = read_table(data, path.rpartition("/")[2], MAX_ROWS)
    columns = [(name.strip(), field_of(name)) for name in table.names]
    beside_format = not any(field == "file" for _, field in columns)
    if beside_format:  # then the format is that of a link; of files in the folder it is known
        columns = [(name, "format" if field is None and is_format(name) else field) for name, field in columns]
        beside_format = any(field == "format" for _, field in columns)
    if not {"file", "title", "identifier"} & {field for _, field in columns}:
        names = ", ".join(name for name, _ in columns)[:200]
        reason = (
            f"keine Spalte Datei, Titel oder Kennung unter {names}",
            f"no column file, title or identifier in {names}",
        )
        return MetadataSheet(path, (), (Finding(Severity.WARNING, path, None, SHEET_UNUSABLE, (path, *reason)),))
    findings = list(_column_findings(path, columns, table.rows))
    rows = []
    # Spreadsheets count from 1; joined header rows and title lines stand above the first row.
    first = table.header_row + 2
    for number, cells in enumerate(table.rows, first):
        values = [(column, field, cell.strip()) for (column, field), cell in zip(columns, cells, strict=False)]
        known = tuple(
            (_of_folder(field, column, text, beside_format), column, text)
            for column, field, text in values
            if field and text
        )
        unknown = tuple((column, text) for column, field, text in values if not field and text)
        if any(field in ("file", "title", "identifier") for field, _, _ in known):
            rows.append(SheetRow(path, number, known, unknown))
        elif known or unknown:
            findings.append(Finding(Severity.WARNING, path, None, ROW_EMPTY, (path, str(number))))
    return MetadataSheet(path, tuple(rows), tuple(findings))


def _of_folder(field: str, column: str, text: str, beside_format: bool) -> str:
    if field != "landing_page":
        return field
    found = link_field(column, text, beside_format)
    return "file" if found == "access_url" else found


def _column_findings(
    path: str, columns: list[tuple[str, str | None]], rows: tuple[tuple[str, ...], ...]
) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for place, (column, field) in enumerate(columns):
        if field is None:
            if any(place < len(row) and row[place].strip() for row in rows):
                yield Finding(Severity.INFO, path, None, COLUMN_UNKNOWN, (path, column, nearest(column)))
        elif field in seen and field not in ("file", "keyword", "theme"):
            yield Finding(Severity.INFO, path, None, COLUMN_TWICE, (path, seen[field], column))
        else:
            seen.setdefault(field, column)
