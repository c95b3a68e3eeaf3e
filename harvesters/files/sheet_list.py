"""A list of datasets in a table: columns by the source file or by name, rows with one identifier put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import NamedTuple

import orjson

from harvesters.files.metadata_sheet import COLUMNS, FORMAT_COLUMN, SheetRow, field_of, link_field
from schemas import iris
from schemas.tables import Table, read_table
from schemas.vocabularies.spelling import fold

MOST_ROWS = 100_000
# What only a distribution has; a folder's own files say this by themselves.
OF_FILES: Mapping[str, tuple[str, ...]] = {
    "access_url": ("Zugang-URL", "Zugriffs-URL", "Dienst", "Dienst-URL", "Access URL"),
    "format": FORMAT_COLUMN,
    "file_title": ("Dateititel", "Titel der Datei", "Ressourcentitel", "Distributionstitel", "File title"),
    "file_description": ("Dateibeschreibung", "Beschreibung der Datei", "File description"),
}
FIELDS = (*COLUMNS, *OF_FILES)
_PER_FILE = frozenset({"file", "license", "rights", "attribution", *OF_FILES})
Columns = Mapping[str, tuple[str, ...]]


class SheetDataset(NamedTuple):
    """The rows of one dataset. ``derived`` says that its identity was made of its title (F10)."""

    native_id: str
    rows: tuple[SheetRow, ...]
    derived: bool = False

    def fingerprint(self) -> bytes:
        """Bytes that change when a cell does, and not when the rows move."""
        return orjson.dumps([self.native_id, [[row.sheet, row.values, row.unknown] for row in self.rows]])


class SheetList(NamedTuple):
    """What a table lists: its datasets, the numbers of rows that are none, mapped columns that it does not have.

    ``lost`` are those of the missing ones without which its records would be others: title and identifier.
    """

    datasets: tuple[SheetDataset, ...]
    empty_rows: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    has_title: bool = True
    lost: tuple[str, ...] = ()


def read_list(data: bytes, path: str, columns: Columns, sheet: str = "", header_row: int | None = None) -> SheetList:
    """The datasets of a table. ``columns`` names the columns of a field, or gives it a constant (``=text``); columns
    that it does not speak of are known by their names (:data:`COLUMNS`). Raises TableError if the file holds no table.
    """
    table = read_table(data, path.rpartition("/")[2], MOST_ROWS, sheet, header_row)
    known = {fold(name): place for place, name in reversed(list(enumerate(table.names)))}
    wanted = [name for names in columns.values() for name in names if not name.startswith("=")]
    missing = tuple(name for name in wanted if fold(name) not in known)
    lost = tuple(
        name
        for field in ("title", "identifier")
        for name in columns.get(field, ())
        if all(each in missing for each in columns[field])
    )
    fields = _fields(table.names, columns, known)
    constants = [
        (field, "=", name[1:].strip()) for field, names in columns.items() for name in names if name.startswith("=")
    ]
    rows, empty = _rows(table, fields, constants, path)
    if not {"landing_page", "file", "access_url"} & set(columns):
        rows = _with_links(rows, {field for each in fields for field in each})
    named = [name for place, name in enumerate(table.names) if not fields[place]]
    unknown = tuple(name for name in named if any(name == column for row in rows for column, _ in row.unknown))
    has_title = any({"title", "identifier"} & set(each) for each in fields)
    return SheetList(tuple(_grouped(rows)), tuple(empty), missing, table.names, unknown, has_title, lost)


def _fields(names: Sequence[str], columns: Columns, known: Mapping[str, int]) -> list[list[str]]:
    """The fields of each column: one column may serve several, as a name that is title and identifier."""
    fields: list[list[str]] = [[] for _ in names]
    for field, wanted in columns.items():
        for name in wanted:
            place = known.get(fold(name))
            if place is not None and not name.startswith("="):
                fields[place].append(field)
    for place, name in enumerate(names):
        usual = field_of(name) or next(
            (field for field, usual in OF_FILES.items() if fold(name) in map(fold, usual)), None
        )
        if not fields[place] and usual and usual not in columns:
            fields[place].append(usual)
    return fields


def _rows(
    table: Table, fields: Sequence[Sequence[str]], constants: list[tuple[str, str, str]], path: str
) -> tuple[list[SheetRow], list[int]]:
    rows: list[SheetRow] = []
    empty: list[int] = []
    # Spreadsheets count from 1; joined header rows and title lines stand above the first row.
    for number, cells in enumerate(table.rows, table.header_row + 2):
        values: list[tuple[str, str, str]] = []
        unknown: list[tuple[str, str]] = []
        for place, cell in enumerate(cells[: len(fields)]):
            text = cell.strip()
            if not text:
                continue
            values += [(field, table.names[place], text) for field in fields[place]]
            if not fields[place]:
                unknown.append((table.names[place], text))
        stated = {field for field, _, _ in values}
        row = SheetRow(path, number, (*values, *(each for each in constants if each[0] not in stated)), tuple(unknown))
        # A row of files only goes on with the dataset above it: its cells were merged.
        if stated & {"title", "identifier"} or (rows and stated & {"file", "access_url"}):
            rows.append(row)
        elif stated or unknown:
            empty.append(number)
    return rows, empty


def _with_links(rows: Iterable[SheetRow], fields: Set[str]) -> list[SheetRow]:
    """The rows, links to files as such: a list that knows one column for addresses calls it ``Link``."""
    beside_format = "format" in fields and not {"file", "access_url"} & fields
    return [
        row._replace(
            values=tuple(
                (link_field(column, text, beside_format) if field == "landing_page" else field, column, text)
                for field, column, text in row.values
            )
        )
        for row in rows
    ]


def _grouped(rows: Iterable[SheetRow]) -> Iterable[SheetDataset]:
    groups: dict[str, list[SheetRow]] = {}
    derived: set[str] = set()
    current = ""
    for row in rows:
        identity = row.first("identifier")
        if not identity and (title := row.first("title")):
            identity = iris.digest(f"title\x1f{fold(title)}".encode("utf-8", "ignore"))
            derived.add(identity)
        current = identity or current
        groups.setdefault(current, []).append(row)
    return (SheetDataset(identity, tuple(found), identity in derived) for identity, found in groups.items())


def of_file(row: SheetRow) -> SheetRow:
    """What a row says of its file."""
    return row._replace(values=tuple(each for each in row.values if each[0] in _PER_FILE), unknown=())


def of_dataset(row: SheetRow) -> SheetRow:
    """What a row says of the dataset."""
    return row._replace(values=tuple(each for each in row.values if each[0] not in _PER_FILE))
