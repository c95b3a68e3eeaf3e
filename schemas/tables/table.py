"""Any file that holds a table to a `Table`: text cells as delivered, typed columns, what had to be mended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from schemas.tables import dialect as dialects
from schemas.tables import jsondata, kinds, sheets
from schemas.tables.archives import Archive
from schemas.tables.decoding import decode
from schemas.tables.geometry import Extent
from schemas.tables.header_rows import Row
from schemas.tables.headers import Laid, lay_out, modal_width
from schemas.tables.notes import Note, note, refusal
from schemas.tables.types import Column, find_columns, is_missing

MAX_ROWS = 200_000
MAX_CELLS = 4_000_000
MAX_BYTES = 20_000_000
_HEAD_BYTES_PER_ROW = 500
_SMALLEST_HEAD = 131_072


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it was delivered. Cells of `rows` are text, never changed; types are in `columns`.

    `header_row` counts records from 0 (the last of `header_rows` joined ones) and is -1 where there is none; `skipped` are
    the title lines above it, `below` the footnotes under the rows. `total_rows` counts the rows of the whole file; `counted`
    says whether these are all, or an estimate ("about"), as where only a part was read (`complete` is false), or at least so
    many. `sum_rows` are numbers in `rows`. `extent` is the place of a GeoJSON's features.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    header_row: int
    header_rows: int
    skipped: tuple[str, ...]
    delimiter: str
    encoding: str
    sheet: str
    total_rows: int
    complete: bool
    blank_rows: int
    ragged_rows: int
    sum_rows: tuple[int, ...]
    notes: tuple[Note, ...]
    extent: Extent | None = None
    counted: Literal["all", "about", "least"] = "all"
    below: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, each one different."""
        return tuple(column.name for column in self.columns)


def read_table(
    data: bytes, name: str = "", max_rows: int | None = None, sheet: str = "", header_row: int | None = None
) -> Table:
    """Read CSV and its kin, XLSX, XLS, ODS, GeoJSON or a JSON array of objects, told apart by content, not by `name`.

    At most `max_rows` rows (never more than 200,000), 5,000 columns and 20 MB of text are read; what was left out is in
    the notes. `sheet` names the sheet of a workbook, `header_row` the row with the names (from 1, as programs show it);
    without them both are found. Raises `TableError` (and nothing else) where there is no table or the file must not be
    opened.
    """
    kind = kinds.find_kind(data, name)
    limit = MAX_ROWS if max_rows is None else max(0, min(max_rows, MAX_ROWS))
    if kind in ("xlsx", "xls", "ods"):
        return _from_sheet(sheets.read(data, kind, sheet, limit + 100), limit, header_row)
    if kind == "json":
        return table_of(jsondata.read(data), limit)
    if kind in ("csv", "text"):
        return read_text_table(data, limit, header_row)
    if kind == "zip":
        Archive(data)  # says why if it was refused
    raise refusal({"html": "web-page", "encrypted": "encrypted", "empty": "empty"}.get(kind, "no-table"))


def table_of_records(records: Sequence[Row], german: bool, notes: Sequence[Note] = ()) -> Table:
    """The table of records that were read elsewhere, all of one width; ``german`` is how they write numbers.

    Raises `TableError` where they hold none.
    """
    width = max((len(row) for row in records), default=0)
    found = list(notes)
    table = _assemble(records[: MAX_ROWS + 100], width, german, found)
    return _cut(replace(table, notes=(*found, *table.notes)), MAX_ROWS)


def read_text_table(data: bytes, limit: int, header_row: int | None = None) -> Table:
    """Read delimited text; the caller knows that it is text."""
    head = data[:MAX_BYTES]
    if limit < MAX_ROWS:
        head = data[: max(_SMALLEST_HEAD, limit * _HEAD_BYTES_PER_ROW)]
    table = _from_text(data, _whole_lines(head, data), limit, header_row)
    if len(table.rows) < limit and not table.complete and len(head) < MAX_BYTES:
        return _from_text(data, _whole_lines(data[:MAX_BYTES], data), limit, header_row)
    return table


def _whole_lines(head: bytes, data: bytes) -> bytes:
    if len(head) == len(data):
        return head
    end = max(head.rfind(b"\n"), head.rfind(b"\r")) + 1
    if end and head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        end += end % 2
    return head[:end] if end else head


def _from_text(data: bytes, head: bytes, limit: int, header_row: int | None) -> Table:
    decoded = decode(head)
    plain = dialects.without_outer_quotes(decoded.text) if decoded.text[:1] == '"' else None
    if plain is not None:
        decoded = decoded._replace(text=plain, notes=(*decoded.notes, note("lines-quoted")))
    dialect = dialects.sniff(decoded.text)
    limit = min(limit, max(100, MAX_CELLS // dialect.width)) if dialect.width else limit
    # Title lines, blank lines and header rows come on top of the rows that are asked for.
    found = dialects.records(decoded.text, dialect, limit + 100)
    notes = list(decoded.notes)
    if found.broken_quotes:
        notes.append(note("broken-quotes", count=found.broken_quotes))
    if found.cut_lines:
        notes.append(note("lines-cut", count=found.cut_lines))
    width = dialect.width if dialect.delimiter else max(1, modal_width(found.rows))
    table = _assemble(found.rows, width, dialect.delimiter != ",", notes, header_row)
    table = replace(table, delimiter=dialect.delimiter, encoding=decoded.encoding)
    read_all = len(head) == len(data) and len(found.rows) < limit + 100
    if len(head) < len(data) and len(head) >= MAX_BYTES * 0.9:
        notes.append(note("text-cut", megabytes=MAX_BYTES // 1_000_000))
    total = len(table.rows)
    if not read_all:
        lines = data.count(b"\n") or data.count(b"\r")
        total = max(total, round(lines * len(found.rows) / max(1, found.lines)) - len(found.rows) + total)
    known = replace(table, total_rows=total, complete=read_all, counted="all" if read_all else "about")
    return _cut(replace(known, notes=(*notes, *table.notes)), limit)


def _from_sheet(sheet: sheets.Sheet, limit: int, header_row: int | None) -> Table:
    width = max((len(row) for row in sheet.rows), default=0)
    notes = list(sheet.notes)
    table = _assemble(sheet.rows, width, False, notes, header_row)
    total = len(table.rows) + sheet.left
    table = replace(table, sheet=sheet.name, notes=(*notes, *table.notes), total_rows=total, complete=not sheet.left)
    return _cut(table, limit)


def table_of(found: jsondata.Objects, limit: int = MAX_ROWS) -> Table:
    """The table of a list of objects. Raises `TableError` (`no-table`) if there is none."""
    notes = list(found.notes)
    if not found.names:
        raise refusal("no-table")
    rows = found.rows[:limit]
    if found.total > len(rows):
        notes.append(note("rows-cut", count=len(rows), total=found.total))
    return Table(
        columns=_counted(find_columns(found.names, rows, german=False), rows),
        rows=rows,
        header_row=-1,
        header_rows=0,
        skipped=(),
        delimiter="",
        encoding=found.encoding,
        sheet="",
        total_rows=found.total,
        complete=found.total == len(rows),
        blank_rows=0,
        ragged_rows=0,
        sum_rows=(),
        notes=tuple(notes),
        extent=found.extent,
    )


def _assemble(
    records: Sequence[Row], width: int, german: bool, notes: list[Note], header_row: int | None = None
) -> Table:
    if not any(any(map(str.strip, row)) for row in records):
        raise refusal("empty")
    if width > dialects.MAX_COLUMNS:
        notes.append(note("columns-cut", count=dialects.MAX_COLUMNS, total=width))
        records = [row[: dialects.MAX_COLUMNS] for row in records]
        width = dialects.MAX_COLUMNS
    laid: Laid = lay_out(records, width, header_row)
    return Table(
        columns=find_columns(laid.names, laid.rows, german),
        rows=laid.rows,
        header_row=laid.header_row,
        header_rows=laid.header_rows,
        skipped=laid.skipped,
        delimiter="",
        encoding="",
        sheet="",
        total_rows=len(laid.rows),
        complete=True,
        blank_rows=laid.blank_rows,
        ragged_rows=laid.ragged_rows,
        sum_rows=laid.sum_rows,
        notes=laid.notes,
        below=laid.below,
    )


def _counted(columns: tuple[Column, ...], rows: tuple[tuple[str, ...], ...]) -> tuple[Column, ...]:
    missing = [0] * len(columns)
    for row in rows:
        for index, cell in enumerate(row):
            if is_missing(cell):
                missing[index] += 1
    return tuple(
        replace(column, count=len(rows), missing=absent) for column, absent in zip(columns, missing, strict=True)
    )


def _cut(table: Table, limit: int) -> Table:
    """The table with at most `limit` rows, and what is missing in them counted."""
    rows = table.rows[:limit]
    notes = table.notes
    if table.total_rows > len(rows):
        notes = (*notes, note("rows-cut", count=len(rows), total=table.total_rows))
    return replace(
        table,
        columns=_counted(table.columns, rows),
        rows=rows,
        complete=table.complete and len(table.rows) == len(rows),
        sum_rows=tuple(number for number in table.sum_rows if number < limit),
        notes=notes,
    )
