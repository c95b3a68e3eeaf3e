"""Which rows of a table name its columns (web.md section 4 step 5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import accumulate, pairwise

from schemas.tables import dates, numbers
from schemas.tables.types import is_missing
from schemas.tables.words import COLUMN_NAMES, UNITS, words

Row = Sequence[str]

MAX_NAME = 200
_LOOK_AHEAD = 60  # rows among which the header row is looked for
_SAMPLE = 30  # rows below a row by which we judge whether it names them
_CANDIDATES = 10  # sparse rows that are judged so: title lines of more than one cell are few
_CANDIDATE_COLUMNS = 200
_NO_DAY = datetime.min
_LONGEST_KNOWN = 40
_NO_UNITS = frozenset(("anzahl", "a", "v", "w", "k", "h", "s"))
_MARK = re.compile(r"[\d@/]")
_BRACKETED = re.compile(r"[\[(][^\[\]()]{1,20}[\])]")


def fit(row: Row, width: int) -> Row:
    """The row filled up or cut to the table's width."""
    return row if len(row) == width else (*row[:width], *[""] * (width - len(row)))


def find_header(records: Sequence[Row], width: int, kept: Sequence[bool]) -> tuple[int, int]:
    """Number of the last header row and how many rows form the header; (-1, 0) if the table has none.

    The header row is the first one with at most one empty cell among the columns that hold anything (`kept`). Where that
    row holds values, a row above it with fewer names is the header if the values below are of the kind that it names. A
    row directly above or below the header that names columns too is joined to it.
    """
    columns = [index for index in range(width) if kept[index]]
    best, best_filled = -1, 0
    for number, row in enumerate(records[:_LOOK_AHEAD]):
        if any(map(str.strip, row[width:])):
            continue
        filled = sum(bool(row[index].strip()) for index in columns if index < len(row))
        # A short row may be a line of text with delimiters in it: it has to name all columns.
        if len(row) < width and filled < len(columns):
            continue
        if filled >= max(1, len(columns) - 1) and (filled > 1 or len(columns) == 1):
            best = number
            break
        if filled > best_filled:
            best, best_filled = number, filled
    if best < 0:
        return -1, 0
    sparse = _sparse_header(records, best, columns, width)
    if sparse is None and is_data(fit(records[best], width), columns):
        below = [fit(row, width) for row in records[best + 1 : best + 1 + _SAMPLE] if any(map(str.strip, row))]
        if not _are_days(fit(records[best], width), columns, below):
            return -1, 0
    best = best if sparse is None else sparse
    if _names_too(records, best, columns, width):
        return best + 1, 2
    return best, 2 if _names_above(records, best, columns, width) else 1


def _sparse_header(records: Sequence[Row], best: int, columns: list[int], width: int) -> int | None:
    """The first row above the fullest one that names at least two columns, judged by the rows below it; None without one.

    Excel ends every row with the delimiters of columns that were used once, so that two and more of them have no name.
    """
    candidates = 0
    for number in range(best):
        row = fit(records[number], width)
        named = [index for index in columns if row[index].strip()]
        if len(named) < 2 or any(map(str.strip, records[number][width:])):
            continue
        candidates += 1
        if candidates > _CANDIDATES:
            return None
        below = [
            fit(below, width)
            for below in records[number + 1 : number + 1 + _SAMPLE]
            if any(map(str.strip, below)) and not are_units(below)
        ]
        if below and _names_values(row, named[:_CANDIDATE_COLUMNS], columns, below):
            return number
    return None


def _names_values(row: Row, named: list[int], columns: list[int], below: Sequence[Row]) -> bool:
    """Whether a row names columns and the rows below it hold their values: numbers, dates, or words that recur."""
    if any(len(row[index]) > MAX_NAME for index in named) or _is_labelled(row[named[0]]):
        return False
    first = below[0]
    if (is_data(row, columns) and not _are_names(row, named, below)) or (
        _are_names(first, columns, below[1:]) and not _is_counted_on(row, first, columns)
    ):
        return False
    # Of columns without a name the numbers tell as much, if most columns have one: a line of text has few cells.
    looked_at = columns[:_CANDIDATE_COLUMNS] if 2 * len(named) >= len(columns) else named
    valued = [index for index in looked_at if is_valued([values[index] for values in below])]
    worded = [index for index in valued if not _is_value(row[index])] or (
        valued if _are_names(row, named, below) else []
    )
    if worded:
        cells = [first[index] for index in valued if not is_missing(first[index])]
        return bool(cells) and all(map(_is_value, cells))
    told = [index for index in named if _MARK.search(first[index]) and not _MARK.search(row[index])]
    if any(_is_marked([values[index] for values in below]) for index in told):
        return True
    if _recurs(first, named, below[1:]):
        return not _recurs(row, named, below)
    # Texts that are all different: the words that columns are called by tell.
    return _are_known([row[index] for index in named]) and not _are_known(first)


def _are_known(cells: Sequence[str]) -> bool:
    """Whether at least two cells are words that columns of lists are usually called by: Name, Ort, Straße."""
    return sum(bool(words(cell) & COLUMN_NAMES) for cell in cells if len(cell) <= _LONGEST_KNOWN) >= 2


def _is_labelled(first: str) -> bool:
    """Whether a row that begins so is a title line of a label and what it labels: "Stand:", "März 2026"."""
    return first.strip().endswith(":")


def is_valued(cells: Sequence[str]) -> bool:
    """Whether nearly all cells that hold anything are numbers or dates; false where none does."""
    held = [cell for cell in cells if not is_missing(cell)]
    return bool(held) and sum(map(_is_value, held)) >= 0.9 * len(held)


def _is_marked(cells: Sequence[str]) -> bool:
    """Whether nearly all of several cells hold what names seldom do: addresses, phone numbers, house numbers."""
    held = [cell for cell in cells if not is_missing(cell)]
    return len(held) > 1 and sum(_MARK.search(cell) is not None for cell in held) >= 0.9 * len(held)


def _is_value(cell: str) -> bool:
    return numbers.looks_numeric(cell) or _is_date(cell.strip())


def _recurs(row: Row, columns: Sequence[int], below: Sequence[Row]) -> bool:
    """Whether a cell stands again below in its column; a header that is repeated as a whole does not count."""
    others = [other for other in below if any(other[index] != row[index] for index in columns)]
    return any(not is_missing(row[index]) and any(other[index] == row[index] for other in others) for index in columns)


def _are_names(row: Row, columns: Sequence[int], below: Sequence[Row]) -> bool:
    """Whether the numbers in a row are years or a count 1, 2, 3 and the columns below them hold other numbers."""
    places = [index for index in columns if _is_value(row[index])]
    whole = [_whole(row[index]) for index in places]
    if not whole or not (_all(_is_year, whole) or (len(whole) > 1 and _counts(whole))):
        return False
    cells = [_whole(values[index]) for values in below for index in places if _is_value(values[index])]
    years = sum(map(_is_year, cells))
    return not (_all(_is_year, whole) and cells and years >= 0.9 * len(cells))


def _are_days(row: Row, columns: Sequence[int], below: Sequence[Row]) -> bool:
    """Whether the values in a row are days, one after the other, and the columns below them hold others than days."""
    places = [index for index in columns if _is_value(row[index])]
    days = [_day(row[index].strip()) for index in places]
    if len(days) < 2 or not below or any(later <= earlier for earlier, later in pairwise(days)) or min(days) == _NO_DAY:
        return False
    cells = [values[index] for values in below for index in places if not is_missing(values[index])]
    return sum(map(_is_date, cells)) <= 0.1 * len(cells)


def _day(cell: str) -> datetime:
    return next((day for form in dates.FORMATS[:5] if (day := dates.parse(cell, form)) is not None), _NO_DAY)


def _is_counted_on(names: Row, row: Row, columns: Sequence[int]) -> bool:
    """Whether a row of 1, 2, 3 is no second header: the one above names half of the columns and no group of them.

    A group's name stands over the first of its columns and leaves the others empty.
    """
    filled = [bool(names[index].strip()) for index in columns]
    unbroken = filled[-1] or filled == sorted(filled, reverse=True)
    counted = not _all(_is_year, [_whole(row[index]) for index in columns if _is_value(row[index])])
    return counted and unbroken and 2 * sum(filled) >= len(filled)


def _whole(cell: str) -> int:
    """The cell as a whole number; -1 if it is none."""
    cell = numbers.unnoted(cell.strip())
    return int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 16 else -1


def _is_year(value: int) -> bool:
    return 1800 <= value <= 2100


def _counts(whole: Sequence[int]) -> bool:
    return all(later - earlier == 1 for earlier, later in pairwise(whole))


def _all(holds: Callable[[int], bool], values: Sequence[int]) -> bool:
    return all(map(holds, values))


def is_data(row: Row, columns: Sequence[int]) -> bool:
    """Whether a row holds values, not names: half of its cells are numbers or dates, and not years or a count 1, 2, 3."""
    cells = [numbers.unnoted(row[index].strip()) for index in columns if row[index].strip()]
    values = [cell for cell in cells if numbers.looks_numeric(cell) or _is_date(cell)]
    if 2 * len(values) < len(cells):
        return False
    whole = [int(cell) for cell in values if cell.isascii() and cell.isdigit()]
    if len(whole) == len(values) > 1:
        return not (all(map(_is_year, whole)) or _counts(whole))
    return bool(values) and not (len(whole) == len(values) == 1 and _is_year(whole[0]))


def _is_date(cell: str) -> bool:
    return any(form.unit in ("day", "second") and dates.parse(cell, form) is not None for form in dates.FORMATS[:5])


def _names_above(records: Sequence[Row], header: int, columns: list[int], width: int) -> bool:
    """Whether the row above groups or completes the names: half filled, or (over repeated names) at least two groups."""
    if header == 0 or len(records[header - 1]) != width:
        return False
    above, names = records[header - 1], fit(records[header], width)
    filled = [above[index].strip() for index in columns if above[index].strip()]
    if len(filled) < 2 or any(len(cell) > MAX_NAME for cell in filled) or _is_labelled(filled[0]):
        return False
    if 2 * len(filled) >= len(columns):
        return True
    lower = [name for index in columns if (name := names[index].strip())]
    return len(set(lower)) < len(lower)


def are_units(row: Row) -> bool:
    """Whether all cells of a row that hold anything are units: [cm], °C, mm; a number of things is none."""
    cells = [cell.strip() for cell in row if cell.strip()]
    return all(_BRACKETED.fullmatch(cell) or cell.casefold() in UNITS - _NO_UNITS for cell in cells)


def _divides(names: Row, below: Row, columns: Sequence[int], data: Sequence[Row]) -> bool:
    """Whether a row holds years or a count 1, 2, 3 below names of several columns, and nothing below others that have values."""
    filled = [index for index in columns if below[index].strip()]
    spread: Iterator[str] = accumulate((names[index].strip() for index in columns), _continued)
    groups = list(spread)
    recurring = [index for index, group in zip(columns, groups, strict=True) if groups.count(group) > 1 and group]
    left = [index for index in columns if index not in filled and names[index].strip()]
    return (
        len(recurring) > 1
        and all(_is_value(below[index]) for index in recurring)
        and _are_names(below, filled, data)
        and bool(left)
        and all(not is_missing(row[left[0]]) for row in data[:2])
    )


def _continued(group: str, name: str) -> str:
    """A group's name stands over its first column only."""
    return name or group


def _names_too(records: Sequence[Row], header: int, columns: list[int], width: int) -> bool:
    """Whether the row below still names: it holds units only, or words in every one of several columns of numbers."""
    if header + 2 >= len(records) or len(records[header + 1]) != width:
        return False
    below = records[header + 1]
    filled = [below[index].strip() for index in columns if below[index].strip()]
    if filled and all(map(_BRACKETED.fullmatch, filled)):
        return True
    data = [row for row in records[header + 2 : header + 2 + _SAMPLE] if len(row) == width]
    if len(data) < 2:  # one row of numbers is no evidence
        return False
    if _divides(fit(records[header], width), below, columns, data):
        return True
    numeric = [
        index
        for index in columns
        if (cells := [row[index] for row in data if not is_missing(row[index])])
        and sum(map(numbers.looks_numeric, cells)) >= 0.9 * len(cells)
    ]
    return len(numeric) >= 2 and all(
        not is_missing(below[index]) and not any(map(str.isdigit, below[index].strip()[:1])) for index in numeric
    )
