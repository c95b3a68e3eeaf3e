"""Records to a table: header row, title lines above it, column names, ragged and empty rows (web.md section 4 step 5)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from schemas.tables import endings, numbers
from schemas.tables.header_rows import MAX_NAME, Row, are_units, find_header, fit
from schemas.tables.notes import Note, note

_BLANKS = re.compile(r"\s+")
_SUM = re.compile(
    r"(?:(?:gesamt|zwischen|end)?summen?|gesamt|insgesamt|gesamtergebnis|total|zusammen|sum|Σ|∑)(?:\s?[:=])?"
    r"|(?:gesamt|zwischen)?summe\s.{1,40}",
    re.IGNORECASE,
)
_SUM_BEHIND = re.compile(r".{1,80}[\s,:(-](?:gesamt|insgesamt|zusammen)\)?", re.IGNORECASE)
_ENDINGS = ("gesamt", "esamt)", "sammen", "ammen)", "GESAMT")


class Laid(NamedTuple):
    """A table laid out: names and rows of one width. `header_row` counts records from 0 and is -1 without a header.

    `below` are the footnotes under the rows.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    header_row: int
    header_rows: int
    skipped: tuple[str, ...]
    blank_rows: int
    ragged_rows: int
    sum_rows: tuple[int, ...]
    notes: tuple[Note, ...]
    below: tuple[str, ...] = ()


class _Rows(NamedTuple):
    rows: list[tuple[str, ...]]
    blank: int
    ragged: int
    repeated: int


def lay_out(records: Sequence[Row], width: int, header_row: int | None = None) -> Laid:
    """Find the header row and lay the rows out under it.

    How the header is found says `find_header`. Cells stay as delivered; rows that are too short are filled, rows that
    are too long are cut and counted unless what is cut is empty. Columns without name and value are left out, those
    without a name are numbered. A `header_row` (from 1) is taken as it is given.
    """
    notes: list[Note] = []
    kept = _filled_columns(records, width)
    given = header_row is not None and 1 <= header_row <= len(records)
    found, joined = (header_row - 1, 1) if header_row and given else find_header(records, width, kept)
    first = found - joined + 1 if found >= 0 else 0
    skipped = _titles(records[:first] if found >= 0 else records[:0])
    if skipped:
        notes.append(note("skipped-lines", count=len(skipped)))
    if found < 0:
        notes.append(note("no-header"))
    if joined > 1:
        notes.append(note("header-joined", count=joined))
    names = _names([fit(row, width) for row in records[first : found + 1]] if found >= 0 else [], width)
    records, below = _ended(records, found, [index for index in range(width) if kept[index]], notes)
    laid = _laid(records, found, width)
    rows, blank = laid.rows, laid.blank + sum(not any(map(str.strip, row)) for row in records[: max(0, first)])
    if laid.ragged:
        notes.append(note("ragged-rows", count=laid.ragged))
    if laid.repeated:
        notes.append(note("header-repeated", count=laid.repeated))
    if rows:
        kept = _filled_columns(rows, width)  # a title may have stood alone in its column
    beyond = max((len(row) - width for row in records[first : found + 1]), default=0)  # only the header has them
    names, rows = _without_empty(names, rows, kept, max(0, beyond), notes)
    sums = _sum_rows(rows)
    if sums:
        notes.append(note("sum-rows", count=len(sums)))
    unique = _unique(names, notes)
    return Laid(unique, tuple(rows), found, joined, skipped, blank, laid.ragged, sums, tuple(notes), below)


def _ended(
    records: Sequence[Row], found: int, columns: Sequence[int], notes: list[Note]
) -> tuple[Sequence[Row], tuple[str, ...]]:
    """The records without what follows the table, and its footnotes."""
    if found < 0 or not columns:
        return records, ()
    end = endings.next_table(records, found + 1, columns)
    if end < len(records):
        further = sum(any(map(str.strip, row)) for row in records[end:])
        notes.append(note("further-table", count=further))
        records = records[:end]
    end = endings.footnotes(records, found + 1, columns)
    below = _titles(records[end:])
    if below:
        notes.append(note("footnotes", count=len(below)))
    return records[:end], below


def _laid(records: Sequence[Row], found: int, width: int) -> _Rows:
    """The rows below the header, of one width; blank ones and those that repeat the header are counted only."""
    header = [cell.strip() for cell in fit(records[found], width)] if found >= 0 else []
    first = next((index for index, cell in enumerate(header) if cell), -1)
    repeats = first >= 0 and sum(map(bool, header)) > 1
    rows: list[tuple[str, ...]] = []
    blank = ragged = repeated = 0
    for row in records[found + 1 :]:
        if len(row) != width:
            if any(map(str.strip, row[width:])) or (row and len(row) < width and any(map(str.strip, row))):
                ragged += 1
            row = fit(row, width)
        if not any(map(str.strip, row)):
            blank += 1
        elif repeats and row[first].strip() == header[first] and [cell.strip() for cell in row] == header:
            repeated += 1
        else:
            rows.append(tuple(row))
    return _Rows(rows, blank, ragged, repeated)


def modal_width(records: Sequence[Row]) -> int:
    """The width that most rows with content have; the wider of two that are equally frequent."""
    widths = Counter(len(row) for row in records if any(map(str.strip, row)))
    return max(((count, width) for width, count in widths.items()), default=(0, 0))[1]


def _filled_columns(records: Sequence[Row], width: int) -> list[bool]:
    """Which columns hold anything in a row of the table's own width."""
    filled = [False] * width
    open_columns = set(range(width))
    for row in records:
        if len(row) != width:
            continue
        for index in [index for index in open_columns if row[index].strip()]:
            filled[index] = True
            open_columns.discard(index)
        if not open_columns:
            break
    return filled


def _titles(records: Sequence[Row]) -> tuple[str, ...]:
    """The lines above the header as text; lines that hold delimiters only are left out."""
    lines = (" ".join(cell.strip() for cell in row if cell.strip()) for row in records)
    return tuple(_BLANKS.sub(" ", line)[:1000] for line in lines if line)


def _names(header: Sequence[Row], width: int) -> list[str]:
    if not header:
        return [""] * width
    lower = [_BLANKS.sub(" ", cell).strip() for cell in header[-1]]
    upper = _spread(list(header[0]), lower) if len(header) > 1 else [""] * width
    if len(header) > 1 and are_units(lower):
        lower = [f"[{cell}]" if cell and cell[0] not in "[(" else cell for cell in lower]
    return [_BLANKS.sub(" ", f"{above} {below}").strip()[:MAX_NAME] for above, below in zip(upper, lower, strict=True)]


def _spread(upper: list[str], lower: list[str]) -> list[str]:
    """A group's name stands over its first column only; it holds for the columns after it as well.

    They are those whose own names recur, or are numbers, which say nothing by themselves.
    """
    spread: list[str] = []
    group = ""
    for above, below in zip(upper, lower, strict=True):
        group = above.strip() or group
        spread.append(group if below and (lower.count(below) > 1 or below.isdecimal()) else above.strip())
    return spread


def _without_empty(
    names: list[str], rows: list[tuple[str, ...]], kept: list[bool], beyond: int, notes: list[Note]
) -> tuple[list[str], list[tuple[str, ...]]]:
    """Leave out the columns that have neither name nor value, and tell of them and of as many as lie `beyond` the rows."""
    keep = [index for index, name in enumerate(names) if name or kept[index]]
    if beyond + len(names) > len(keep):
        notes.append(note("empty-columns", count=beyond + len(names) - len(keep)))
    if len(keep) == len(names):
        return names, rows
    return [names[index] for index in keep], [tuple([row[index] for index in keep]) for row in rows]


def _unique(names: list[str], notes: list[Note]) -> tuple[str, ...]:
    """Name every column, and no two alike: `Spalte 3`, `Rad (2)`."""
    unnamed = names.count("")
    if unnamed and unnamed < len(names):
        notes.append(note("unnamed-columns", count=unnamed))
    counted = Counter(name for name in names if name)
    doubled = [name for name, count in counted.items() if count > 1]
    if doubled:
        notes.append(note("duplicate-names", names=", ".join(doubled[:5])))
    taken: set[str] = set()
    # The number of a name's next copy: counted on, or thousands of equal names would cost their square (F46).
    copies: dict[str, int] = {}
    result: list[str] = []
    for number, name in enumerate(names, start=1):
        base = name or f"Spalte {number}"
        candidate = base
        while candidate in taken or (candidate != base and candidate in counted):
            copy = copies.get(base, 2)
            candidate, copies[base] = f"{base} ({copy})", copy + 1
        taken.add(candidate)
        result.append(candidate)
    return tuple(result)


def _sum_rows(rows: Sequence[Row]) -> tuple[int, ...]:
    """Numbers of the rows that sum up others: `Summe` or the like in their first filled cell, and a number in one.

    `Kreis Fulda insgesamt` is such a row, unless most rows end so.
    """
    found = []
    ending = []
    for number, row in enumerate(rows):
        first = next((cell.strip() for cell in row if cell.strip()), "")
        if first[:1] in "SsGgZzEeIiTtΣ∑" and _SUM.fullmatch(first) and any(map(numbers.looks_numeric, row)):
            found.append(number)
        elif first[-6:] in _ENDINGS and _SUM_BEHIND.fullmatch(first) and any(map(numbers.looks_numeric, row)):
            ending.append(number)
    return tuple(sorted((*found, *ending))) if 2 * len(ending) < len(rows) else tuple(found)
