"""Workbooks (XLSX, XLS, ODS) to rows of text, from the sheet that holds the data."""

from __future__ import annotations

import io
import re
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from schemas.tables import ole, workbooks
from schemas.tables.archives import Archive, packed
from schemas.tables.notes import Note, TableError, note, refusal

MAX_UNPACKED = 100_000_000
_ASIDE = re.compile(
    r"doku|hinweis|lies ?mich|read ?me|erläuter|erlaeuter|erklärung|legende|impressum|titel|deckblatt|inhalt|info|über|about|"
    r"validation|validierung|auswahl|metadaten|metadata|quelle|glossar|vorbemerk|hilfe|lizenz|abk",
    re.IGNORECASE,
)
_DATA = re.compile(r"(daten|data|werte|messwerte|datensatz|tabelle)\b", re.IGNORECASE)
_SAMPLE_ROWS = 200
_XLSX_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/(?!media/|drawings/|charts/|embeddings/).{1,200}\.(?:xml|rels)"
)
_XLSX_FRAME = re.compile(r"\[Content_Types\]\.xml|_rels/\.rels|xl/workbook\.xml|xl/_rels/workbook\.xml\.rels")
_ODS_PARTS = frozenset(("content.xml", "mimetype", "META-INF/manifest.xml"))

Cell = int | float | str | bool | time | date | datetime | timedelta


class Sheet(NamedTuple):
    """The chosen sheet: its name and its rows, all of one width, cells as text; `left` rows were not read."""

    name: str
    rows: list[tuple[str, ...]]
    notes: tuple[Note, ...]
    left: int = 0


def read(data: bytes, kind: str, wanted: str = "", most: int | None = None) -> Sheet:
    """Read the sheet of the name, or without one the sheet with the data; of an XLSX `most` filled rows of each sheet.

    Raises `TableError` if the workbook is damaged, protected, empty or too large, or has no sheet of the name.
    """
    notes: list[Note] = []
    formulas = left = 0
    if kind == "xls":
        if ole.spanned_cells(ole.Container(data)) > workbooks.MAX_CELLS:
            raise workbooks.too_large()
    elif kind == "xlsx":
        members = Archive(data).members(lambda name: _XLSX_PARTS.fullmatch(name) is not None, MAX_UNPACKED)
        spans = workbooks.walk_xlsx(members, most)
        formulas = sum(span.formulas_without_value for span in spans.values())
        left = max((span.left for span in spans.values()), default=0)
        data = packed(members | {name: span.begin for name, span in spans.items() if span.begin is not None})
    else:
        data, members = Archive(data).repacked(lambda name: name in _ODS_PARTS, MAX_UNPACKED)
        workbooks.walk_ods(members.get("content.xml", b"<empty/>"))
    try:
        name, rows, count = _chosen(CalamineWorkbook.from_filelike(io.BytesIO(data)), wanted)
    except TableError:
        raise
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise refusal("unreadable") from error
    except BaseException as error:
        # A fault inside the Rust library arrives as a PanicException, which is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise refusal("unreadable") from error
    if not rows:
        raise refusal("no-table")
    if count > 1 and not wanted:
        notes.append(note("sheet-chosen", sheet=name, count=count))
    if formulas:
        notes.append(note("formula-without-value", count=formulas))
    # Which sheet lies in which member is up to the file; one that was cut has as many rows as were wanted.
    return Sheet(name, rows, tuple(notes), left if most is not None and len(rows) >= most else 0)


def _chosen(book: CalamineWorkbook, wanted: str) -> tuple[str, list[tuple[str, ...]], int]:
    """The sheet with the data: visible, not named as an aside, and the first whose table is not small beside the largest."""
    if wanted:
        name = next((name for name in book.sheet_names if name.strip().casefold() == wanted.strip().casefold()), None)
        if name is None:
            raise refusal("sheet-missing", sheet=wanted[:100], known=", ".join(book.sheet_names)[:300])
        return name, [tuple(map(_text, row)) for row in book.get_sheet_by_name(name).iter_rows()], len(book.sheet_names)
    names = [
        meta.name
        for meta in book.sheets_metadata
        if meta.typ == SheetTypeEnum.WorkSheet and meta.visible == SheetVisibleEnum.Visible
    ] or list(book.sheet_names)
    candidates: list[tuple[str, CalamineSheet, int]] = []
    for name in names[:100]:
        sheet = book.get_sheet_by_name(name)
        candidates.append((name, sheet, _table_size(sheet)))
    candidates = [candidate for candidate in candidates if candidate[2]]
    if not candidates:
        return "", [], len(names)
    main = [candidate for candidate in candidates if not _ASIDE.search(candidate[0])] or candidates
    largest = max(size for _, _, size in main)
    named = next((candidate for candidate in main if _DATA.match(candidate[0]) and candidate[2] > 2), None)
    name, sheet, _ = named or next(candidate for candidate in main if 5 * candidate[2] >= largest)
    return name, [tuple(map(_text, row)) for row in sheet.iter_rows()], len(names)


def names(data: bytes) -> tuple[str, ...]:
    """The names of an XLSX's visible sheets, without reading them; nothing where they cannot be told."""
    try:
        small = Archive(data).members(lambda name: _XLSX_FRAME.fullmatch(name) is not None, 1_000_000)
        book = CalamineWorkbook.from_filelike(io.BytesIO(packed(small)))
    except (TableError, CalamineError, OSError, ValueError, OverflowError):
        return ()
    return tuple(
        meta.name
        for meta in book.sheets_metadata[:100]
        if meta.typ == SheetTypeEnum.WorkSheet and meta.visible == SheetVisibleEnum.Visible
    )


def _table_size(sheet: CalamineSheet) -> int:
    """Roughly how many cells of a table a sheet holds: filled cells of rows with at least two, by its first 200 rows."""
    filled = rows = 0
    for number, row in enumerate(sheet.iter_rows()):
        if number >= _SAMPLE_ROWS:
            break
        rows += 1
        count = sum(cell != "" for cell in row)
        filled += count if count >= 2 else 0
    if not rows:
        return 0
    height = sheet.height
    return max(1, filled * height // rows) if filled > 0 else (1 if height else 0)


def _text(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        # Excel keeps whole numbers as 2000.0.
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return str(cell)


def document_title(data: bytes, kind: str) -> str:
    """The title that a workbook carries in its properties; never its author (F75). Empty if there is none."""
    member, tag = ("docProps/core.xml", b"dc:title") if kind == "xlsx" else ("meta.xml", b"dc:title")
    try:
        archive = Archive(data)
        content = archive.read(member, 100_000) if member in archive.names else b""
    except TableError:
        return ""
    found = re.search(rb"<%s[^<>]{0,200}>([^<]{1,2000})</%s>" % (tag, tag), content)
    return _unescaped(found.group(1).decode("utf-8", "ignore")) if found else ""


def _unescaped(text: str) -> str:
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(entity, character)
    return " ".join(text.split())
