"""What is said about a file in words: its title, a readable German description, and the wording of its findings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from harvesters.files.described_file import DescribedFile
from schemas.findings import declare
from schemas.tables.kinds import extension

FILE_UNREADABLE = declare(
    "file-unreadable",
    "{0} konnte nicht gelesen werden: {1} Der Datensatz beschreibt die Datei nur nach ihrem Namen.",
    "{0} could not be read: {2} The dataset describes the file by its name only.",
    "Öffnen Sie {0} und speichern Sie die Datei neu, oder ersetzen Sie sie.",
    "Open {0} and save the file anew, or replace it.",
    "faults F45, F46",
)
FILE_FAILED = declare(
    "file-failed",
    "{0} konnte nicht gelesen werden ({1}). Der Datensatz wurde zurückgestellt und bleibt, wie er war.",
    "{0} could not be read ({1}). The dataset was set aside and stays as it was.",
    "Öffnen Sie {0} und speichern Sie die Datei neu. Hilft das nicht, ist es wahrscheinlich ein Fehler des Programms: "
    "Melden Sie ihn; was dazu nötig ist, steht im Protokoll des Dienstes.",
    "Open {0} and save the file anew. If that does not help, it is probably a fault of the program: report it; what is "
    "needed stands in the service's log.",
    "faults F45",
)
FILE_WEB_PAGE = declare(
    "file-is-web-page",
    "Unter {0} liegt eine Web-Seite statt der Datei, die der Name verspricht; sie wurde zurückgestellt.",
    "At {0} there is a web page instead of the file that its name promises; it was set aside.",
    "Legen Sie die Datei erneut ab, und öffnen Sie ihre Adresse zur Probe im Browser.",
    "Put the file there again, and open its address in a browser to check.",
    "faults F01",
)
FILE_MISSING = declare(
    "file-missing",
    "Die Datei {0}, die {1} nennt, liegt nicht im Ordner.",
    "The file {0}, named by {1}, is not in the folder.",
    "Legen Sie die Datei in den Ordner, oder berichtigen Sie ihren Namen in der Metadatentabelle.",
    "Put the file into the folder, or correct its name in the metadata sheet.",
)
FILE_GONE = declare(
    "file-gone",
    "Das Verzeichnis nennt {0}, aber der Server hat die Datei nicht (Status {1}).",
    "The index names {0}, but the server does not have the file (status {1}).",
    "Legen Sie die Datei wieder ab, oder entfernen Sie den Verweis.",
    "Put the file back, or remove the link.",
)
FILE_PERSONAL = declare(
    "file-personal-data",
    "{0}: {1}",
    "{0}: {2}",
    "Prüfen Sie, ob die Datei veröffentlicht werden darf, und entfernen Sie Angaben zu Personen.",
    "Check whether the file may be published, and remove details of persons.",
    "GDPR Art. 5",
)
FILE_NOTE = declare(
    "file-note",
    "{0}: {1}",
    "{0}: {2}",
    "Prüfen Sie die Datei, wenn die Angabe nicht gewollt ist; sonst ist nichts zu tun.",
    "Check the file if this is not intended; otherwise nothing needs to be done.",
)
FILES_PASSED_OVER = declare(
    "files-passed-over",
    "Keine Daten und darum nicht aufgenommen ({0}): {1}",
    "No data and therefore not taken ({0}): {1}",
    "Soll eine davon in den Katalog, nennen Sie sie in der Metadatentabelle, oder bieten Sie sie in einem Datenformat an.",
    "To have one of them in the catalogue, name it in the metadata sheet, or offer it in a data format.",
)
FOLDER_DEPTH = declare(
    "folder-depth",
    "{0}: tiefer als {1} Ebenen wird nicht gesucht; der Unterordner bleibt unberücksichtigt.",
    "{0}: folders are not searched deeper than {1} levels; the sub-folder is left out.",
    "Heben Sie depth unter [folder] der Quelle an, wenn dort Daten liegen.",
    "Raise depth under [folder] of the source if there are data.",
)
FOLDER_LOOP = declare(
    "folder-loop",
    "{0} zeigt dasselbe wie ein Ordner darüber und wurde nicht noch einmal gelesen.",
    "{0} shows the same as a folder above it and was not read again.",
    "Entfernen Sie den Verweis, der im Kreis führt.",
    "Remove the link that leads in a circle.",
    "faults F12",
)

_KINDS = {
    "csv": "Tabelle", "xlsx": "Tabelle", "xls": "Tabelle", "ods": "Tabelle", "json": "Tabelle", "geojson": "Geodaten",
    "kml": "Geodaten", "kmz": "Geodaten", "gml": "Geodaten", "shp-zip": "Geodaten", "gpkg": "Geodaten",
    "ics": "Kalender", "pdf": "PDF-Dokument", "xml": "XML-Datei", "zip": "ZIP-Archiv", "text": "Textdatei",
}  # fmt: skip
_UNITS = {"Tabelle": ("Zeile", "Zeilen"), "Geodaten": ("Objekt", "Objekten"), "Kalender": ("Termin", "Terminen")}
_MAX_COLUMNS = 100
_IN_DESCRIPTION = 20
# Titles that programs write, or that only repeat the file's name.
_NO_TITLE = re.compile(
    r"(?:tabelle|sheet|blatt|table|mappe|workbook|book|dokument|document|layer|untitled|unbenannt|titel|title|export|daten)?"
    r"[\s_.-]*\d*|.*\.(?:csv|xlsx?|ods|docx?|odt|pdf|shp|kml|qgs|indd|tmp)",
    re.IGNORECASE,
)
# Of two forms of the same data the one whose columns can be trusted most.
_BEST = {
    kind: place for place, kind in enumerate(("csv", "xlsx", "ods", "xls", "geojson", "gpkg", "shp-zip", "kml", "json"))
}


def main_file(files: Sequence[DescribedFile]) -> DescribedFile | None:
    """The file of a dataset that says most about it: a readable one, tables first."""
    return min(files, key=lambda file: (file.unreadable is not None, _BEST.get(file.kind, 99)), default=None)


def is_title(file: DescribedFile) -> bool:
    """Whether the title that a file carries was written by a person, as far as one can tell."""
    title = file.title.strip()
    if not 4 <= len(title) <= 200 or _NO_TITLE.fullmatch(title):
        return False
    return sum(character.isalpha() for character in title) >= 4 and file.kind not in ("json", "text", "shp-zip", "gpkg")


def number(value: int) -> str:
    """A number with German thousands marks."""
    return f"{value:,}".replace(",", ".")


def facts(file: DescribedFile, most: int = _MAX_COLUMNS) -> str:
    """One file in a German sentence: what it is, its rows, its first columns. Empty where nothing could be read off."""
    kind = _KINDS.get(file.kind, "")
    if not kind or file.unreadable:
        return ""
    one, many = _UNITS.get(kind, ("", ""))
    if kind == "Tabelle" and not file.columns:
        return "" if file.kind != "json" else "JSON-Datei."
    counted = f" mit {number(file.rows)} {one if file.rows == 1 else many}" if file.rows and one else ""
    text = f"{kind}{counted}"
    if not file.columns:
        return f"{text}."
    columns = len(file.columns)
    text += (
        f"{' und' if counted else ' mit'} {columns} {'Spalte' if columns == 1 else 'Spalten'}: {_columns(file, most)}."
    )
    return text


def _columns(file: DescribedFile, most: int) -> str:
    names = [
        f"{column.name} ({column.unit})" if column.unit and column.unit not in column.name else column.name
        for column in file.columns[:most]
    ]
    rest = len(file.columns) - len(names)
    return ", ".join(names) + (f" und {rest} weitere" if rest > 0 else "")


def description(files: Sequence[DescribedFile]) -> str:
    """A dataset without metadata in German sentences read off its files; empty where nothing could be read off."""
    main = main_file(files)
    if main is None:
        return ""
    sentences = [text] if (text := facts(main, _IN_DESCRIPTION)) else []
    starts = [file.start for file in files if file.start]
    ends = [file.end for file in files if file.end]
    if starts and ends:
        start, end = min(starts), max(ends)
        sentences.append(f"Zeitraum: {_day(start)}" + (f" bis {_day(end)}." if start != end else "."))
    formats = list(dict.fromkeys(file.file_type or extension(file.path).upper() for file in files))
    formats = [name for name in formats if name]
    if len(formats) > 1 or (formats and not sentences):
        sentences.append(f"Als {_listed(formats)} verfügbar.")
    if sentences:
        sentences.append("Diese Angaben wurden aus den Dateien ermittelt.")
    return " ".join(sentences)


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day}.{day.month}.{day.year}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} und {names[-1]}"
