"""What we noticed about a file, worded in German and English.

A note informs and never stops; what stops is `TableError`. Both carry a code that stays when the wording changes.
"""

from __future__ import annotations

from typing import NamedTuple

TEXTS: dict[str, tuple[str, str]] = {
    # decoding
    "repaired-lines": (
        "Zeilen in anderer Kodierung als der Rest der Datei, gelesen als {encoding}: {count}.",
        "Lines in another encoding than the rest of the file, read as {encoding}: {count}.",
    ),
    "mojibake-repaired": (
        "Doppelt kodierte Zeichen, wiederhergestellt: {count}.",
        "Characters encoded twice, restored: {count}.",
    ),
    "controls-repaired": (
        "Steuerzeichen, die für Zeichen aus Windows-1252 standen, zurückgesetzt: {count}.",
        "Control characters that stood for Windows-1252 characters, put back: {count}.",
    ),
    "controls-removed": (
        "Entfernte Steuerzeichen (zum Beispiel NUL): {count}.",
        "Control characters removed (NUL, for example): {count}.",
    ),
    "characters-lost": (
        "Schon in der Quelle verlorene Zeichen, dort steht jetzt ein Fragezeichen: {count}.",
        "Characters already lost at the source, shown as a question mark: {count}.",
    ),
    "cut-character": (
        "Die Datei endet mitten in einem Zeichen; sie ist vermutlich abgeschnitten.",
        "The file ends in the middle of a character; it was probably cut off.",
    ),
    "wrong-bom": (
        "Die Datei beginnt mit einer Byte-Order-Marke, die nicht zum Inhalt passt; sie wurde nicht beachtet.",
        "The file begins with a byte order mark that does not fit its content; it was ignored.",
    ),
    # dialect and rows
    "text-cut": (
        "Die Datei ist sehr groß; gelesen wurden die ersten {megabytes} MB.",
        "The file is very large; the first {megabytes} MB were read.",
    ),
    "rows-cut": (
        "Gelesen wurden die ersten {count} von etwa {total} Zeilen.",
        "The first {count} of about {total} rows were read.",
    ),
    "rows-cut-least": (
        "Gelesen wurden die ersten {count} von mindestens {total} Zeilen.",
        "The first {count} of at least {total} rows were read.",
    ),
    "columns-cut": (
        "Die Tabelle hat {total} Spalten; gelesen wurden die ersten {count}.",
        "The table has {total} columns; the first {count} were read.",
    ),
    "lines-cut": (
        "Überlange Zeilen, gekürzt: {count}.",
        "Lines that were too long and were cut: {count}.",
    ),
    "broken-quotes": (
        "Zeilen mit offenem oder falsch gesetztem Anführungszeichen: {count}.",
        "Lines with an open or misplaced quotation mark: {count}.",
    ),
    "ragged-rows": (
        "Zeilen mit zu wenigen oder zu vielen Feldern: {count}.",
        "Rows with too few or too many fields: {count}.",
    ),
    "footnotes": (
        "Zeilen unter der Tabelle, die nicht zu ihr gehören: {count}.",
        "Lines below the table that are no part of it: {count}.",
    ),
    "header-repeated": (
        "Wiederholte Kopfzeilen, weggelassen: {count}.",
        "Repeated header rows, left out: {count}.",
    ),
    "unpacked": (
        "Die Datei war gepackt (gzip); darin liegt {name}.",
        "The file was packed (gzip); it holds {name}.",
    ),
    "lines-quoted": (
        "Jede Zeile stand als Ganzes in Anführungszeichen; sie wurden weggelassen.",
        "Each line stood in quotation marks as a whole; these were left out.",
    ),
    "page-table": (
        "Die Datei ist eine Web-Seite mit nichts als einer Tabelle; gezeigt wird die Tabelle.",
        "The file is a web page of nothing but a table; the table is shown.",
    ),
    "gap-values": (
        "Spalte „{column}“: {value} steht für fehlende Werte und wird nicht mitgerechnet. Zellen: {count}.",
        "Column “{column}”: {value} stands for missing values, and does not count. Cells: {count}.",
    ),
    "further-table": (
        "Unter der Tabelle folgt eine weitere; deren Zeilen fehlen hier: {count}.",
        "Another table follows below; its rows are not shown here: {count}.",
    ),
    "skipped-lines": (
        "Übersprungene Zeilen vor der Kopfzeile: {count}.",
        "Lines skipped before the header row: {count}.",
    ),
    "header-joined": (
        "Die Spaltennamen verteilen sich auf mehrere Kopfzeilen und wurden verbunden: {count}.",
        "The column names stand in several header rows and were joined: {count}.",
    ),
    "no-header": (
        "Die Tabelle hat keine Kopfzeile; die Spalten sind durchgezählt.",
        "The table has no header row; the columns are numbered.",
    ),
    "duplicate-names": (
        "Mehrere Spalten heißen gleich ({names}); sie wurden nummeriert.",
        "Several columns share a name ({names}); they were numbered.",
    ),
    "unnamed-columns": (
        "Spalten ohne Namen, durchgezählt: {count}.",
        "Columns without a name, numbered: {count}.",
    ),
    "empty-columns": (
        "Leere Spalten, weggelassen: {count}.",
        "Empty columns, left out: {count}.",
    ),
    "sum-rows": (
        "Summenzeilen, in Mittelwert, Minimum und Maximum nicht mitgezählt: {count}.",
        "Total rows, not counted in mean, minimum and maximum: {count}.",
    ),
    # sheets
    "sheet-chosen": (
        "Gelesen wurde das Blatt „{sheet}“, eines von {count}.",
        "The sheet “{sheet}” was read, one of {count}.",
    ),
    "formula-without-value": (
        "Formeln ohne gespeichertes Ergebnis, ihre Zellen sind leer: {count}.",
        "Formulas without a stored result, their cells are empty: {count}.",
    ),
    # places and times
    "axes-swapped": (
        "Länge und Breite sind vertauscht; für die Lage wurden sie zurückgetauscht.",
        "Longitude and latitude are swapped; they were swapped back to find the place.",
    ),
    "outside-germany": (
        "Die Koordinaten liegen ganz oder zum Teil außerhalb von Deutschland.",
        "The coordinates lie wholly or partly outside Germany.",
    ),
    "crs-assumed": (
        "Das Koordinatensystem ist nicht angegeben; die Werte passen zu {crs}.",
        "The coordinate system is not stated; the values fit {crs}.",
    ),
    "crs-unknown": (
        "Das Koordinatensystem {crs} rechnen wir nicht um; die Lage fehlt deshalb.",
        "We do not convert the coordinate system {crs}; the place is missing for that reason.",
    ),
    "coordinates-invalid": (
        "Koordinaten, die keine gültigen Zahlen sind: {count}.",
        "Coordinates that are not valid numbers: {count}.",
    ),
    "coordinates-outside": (
        "Punkte weit außerhalb von Deutschland, für die Lage nicht mitgezählt: {count}.",
        "Points far outside Germany, not counted for the place: {count}.",
    ),
    "coordinates-cut": (
        "Für die Lage wurden die ersten {count} Punkte ausgewertet.",
        "The first {count} points were used to find the place.",
    ),
    "live-values": (
        "Der Dienst liefert verschachtelte Angaben; daraus wurde eine Tabelle. Zeiten sind deutsche Zeit.",
        "The service gives nested details, which were made a table. Times are German time.",
    ),
    "first-page": (
        "Der Dienst hat weitere Seiten; gezeigt wird die erste mit {count} Zeilen.",
        "The service has further pages; the first, with {count} rows, is shown.",
    ),
    "features-cut": (
        "Der Dienst hat vielleicht mehr; gezeigt werden die ersten {count} Objekte.",
        "The service may have more; the first {count} objects are shown.",
    ),
    "elements-cut": (
        "Die Datei ist sehr groß; ausgewertet wurden die ersten {count} Elemente.",
        "The file is very large; the first {count} elements were used.",
    ),
    "document-cut": (
        "Die Datei bricht ab oder ist zu groß; gelesen wurden die ersten {count} Einträge.",
        "The file breaks off or is too large; its first {count} entries were read.",
    ),
    "personal-data": (
        "Die Spalte „{column}“ enthält vermutlich Daten von Personen ({kind}, {count}-mal). Bitte vorher prüfen.",
        "The column “{column}” probably holds data of persons ({kind}, {count} times). Please check it first.",
    ),
    "profile-cut": (
        "Die Kennzahlen beruhen auf den ersten {count} Zeilen.",
        "The figures rest on the first {count} rows.",
    ),
    "profile-columns-cut": (
        "Kennzahlen gibt es für die ersten {count} Spalten.",
        "There are figures for the first {count} columns.",
    ),
    # what a file is
    "empty": ("Die Datei ist leer.", "The file is empty."),
    "sheet-missing": (
        "Das Blatt „{sheet}“ gibt es nicht; vorhanden sind: {known}.",
        "There is no sheet “{sheet}”; there are: {known}.",
    ),
    "no-table": ("In der Datei steht keine Tabelle.", "There is no table in the file."),
    "web-page": ("Das ist eine Web-Seite, keine Tabelle.", "This is a web page, not a table."),
    "wrong-extension": (
        "Der Dateiname endet auf .{extension}, der Inhalt ist aber {kind}.",
        "The file name ends in .{extension}, but the content is {kind}.",
    ),
    "encrypted": (
        "Die Datei ist mit einem Passwort geschützt.",
        "The file is protected by a password.",
    ),
    "unreadable": (
        "Die Datei ist beschädigt oder unvollständig und kann nicht gelesen werden.",
        "The file is damaged or incomplete and cannot be read.",
    ),
    "unknown-kind": (
        "Das Format der Datei wurde nicht erkannt.",
        "The format of the file was not recognised.",
    ),
    # guards
    "archive-too-large": (
        "Das Archiv wäre entpackt größer als {megabytes} MB und wird nicht geöffnet.",
        "The archive would be larger than {megabytes} MB when unpacked and is not opened.",
    ),
    "archive-ratio": (
        "Das Archiv ist auffällig stark verdichtet (mehr als {ratio} zu 1) und wird nicht geöffnet.",
        "The archive is compressed suspiciously strongly (more than {ratio} to 1) and is not opened.",
    ),
    "archive-members": (
        "Das Archiv enthält mehr als {count} Dateien und wird nicht geöffnet.",
        "The archive holds more than {count} files and is not opened.",
    ),
    "archive-nested": (
        "Das Archiv enthält weitere Archive und wird nicht geöffnet.",
        "The archive holds further archives and is not opened.",
    ),
    "archive-path": (
        "Das Archiv enthält Pfade, die aus ihm hinausführen, und wird nicht geöffnet.",
        "The archive holds paths that lead out of it and is not opened.",
    ),
    "archive-overlap": (
        "Im Archiv überlappen sich Dateien oder tragen denselben Namen; es wird nicht geöffnet.",
        "Files in the archive overlap or share a name; it is not opened.",
    ),
    "sheet-too-large": (
        "Die Tabelle spannt mehr als {count} Zellen auf und wird nicht gelesen.",
        "The sheet spans more than {count} cells and is not read.",
    ),
    "doctype": (
        "Die Datei enthält eine DOCTYPE-Angabe; solche Dateien werden aus Sicherheitsgründen nicht gelesen.",
        "The file contains a DOCTYPE declaration; such files are not read, for safety.",
    ),
    "too-deep": (
        "Die Datei ist tiefer als {depth} Ebenen verschachtelt und wird nicht gelesen.",
        "The file is nested deeper than {depth} levels and is not read.",
    ),
    "number-invalid": (
        "Werte wie NaN oder Infinity, die keine Zahlen sind und als fehlend gelten: {count}.",
        "Values such as NaN or Infinity that are not numbers and count as missing: {count}.",
    ),
    "archive-inner": (
        "Beschrieben ist die einzige Datendatei im Archiv: {name}.",
        "What is described is the only data file in the archive: {name}.",
    ),
    "archive-chosen": (
        "Gelesen wurde die größte Datei im Archiv: {name}, eine von {count}.",
        "The largest file in the archive was read: {name}, one of {count}.",
    ),
    "column-withheld": (
        "Die Spalte „{column}“ zeigen wir nicht: Sie enthält vermutlich Daten von Personen.",
        "We do not show the column “{column}”: it probably holds data of persons.",
    ),
    "catalogue-inside": (
        'Die Datei beschreibt Datensätze (DCAT); diese selbst bringt eine Quelle mit protocol = "dcat" und ihrer Adresse.',
        'The file describes datasets (DCAT); they themselves come by a source with protocol = "dcat" and its address.',
    ),
    "place-withheld": (
        "Wo das liegt, zeigen wir nicht: Vermutlich wohnen dort Personen.",
        "We do not show where this lies: persons probably live there.",
    ),
    "text-masked": (
        "Angaben zu Personen wurden im Text verdeckt: {count}.",
        "Details of persons were covered in the text: {count}.",
    ),
    "cells-cut": (
        "Sehr lange Zellen sind in der Vorschau gekürzt: {count}.",
        "Very long cells are shortened in the preview: {count}.",
    ),
    "several-layers": (
        "Die Datei enthält {count} Ebenen; beschrieben ist die erste: {name}.",
        "The file holds {count} layers; the first one is described: {name}.",
    ),
}


class Note(NamedTuple):
    """One remark on a file: a code that never changes and its wording."""

    code: str
    de: str
    en: str


class TableError(Exception):
    """Raised where a file cannot be read as a table or must not be opened; `note` says why in words for people."""

    def __init__(self, note: Note) -> None:
        super().__init__(f"{note.code}: {note.en}")
        self.note = note

    @property
    def code(self) -> str:
        """The code of the note, e.g. `web-page`, `encrypted`, `archive-ratio`."""
        return self.note.code


def note(code: str, **values: object) -> Note:
    """The note with this code, its values set in; whole numbers are grouped as each language does it."""
    german, english = TEXTS[code]
    de = {key: f"{value:,}".replace(",", ".") if isinstance(value, int) else value for key, value in values.items()}
    en = {key: f"{value:,}" if isinstance(value, int) else value for key, value in values.items()}
    return Note(code, german.format(**de), english.format(**en))


def refusal(code: str, **values: object) -> TableError:
    """The error with this code, to be raised."""
    return TableError(note(code, **values))
