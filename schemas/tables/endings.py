"""Where a table ends: footnotes below its rows, a further table on the same sheet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from schemas.tables import numbers
from schemas.tables.header_rows import Row, fit, is_data, is_valued
from schemas.tables.types import is_missing

_LOOK_BACK = 200  # records at the end among which footnotes are looked for
_SAMPLE = 100
_GAPS = 50  # blank records behind which a further table is looked for
_BETWEEN = 5  # blank records and titles between two tables
_LONG = 60  # characters that no name of a row has
_SENTENCE = 25
# What footnotes begin with: *, 1), ¹, a rule, a sign and its meaning, or a word that says what follows.
_FOOTNOTE = re.compile(
    r"[*†¹²³]|\(?\d{1,2}\)\s|[_=*–—-]{3,}|(?:[-–./x×0]|\.{2,3}|\(\))\s?=\s|[©®]|\(c\)|"
    r"(?:quellen?|stand|hinweise?|anmerkung(?:en)?|legende|erläuterung(?:en)?|zeichenerklärung(?:en)?|datenstand|"
    r"datenquelle|herausgeber|kontakt|auskunft|rückfragen|ansprechpartner(?:in)?|copyright|fußnoten?|lizenz|erstellt|source|notes?)\b(?:.*[:/]|\s*$)",
    re.IGNORECASE,
)


def footnotes(records: Sequence[Row], first: int, columns: Sequence[int]) -> int:
    """The number of the record from which on only footnotes follow; the number of records where none do.

    ``first`` is the first record of the table, ``columns`` are those that hold anything. Footnotes have one cell, and
    begin with fewer fields than all others, with a sentence, or with what shows that they are some.
    """
    if len(columns) < 2:
        return len(records)
    begin = len(records)
    while begin > max(first, len(records) - _LOOK_BACK) and _is_lone(records[begin - 1], columns):
        begin -= 1
    before = [row for row in records[max(first, begin - _SAMPLE) : begin] if any(map(str.strip, row))]
    if not before or sum(_is_lone(row, columns) for row in before) > 0.2 * len(before):
        return len(records)
    longest = max(len(row[columns[0]].strip()) if columns[0] < len(row) else 0 for row in before)
    behind_gap = False
    for number in range(begin, len(records)):
        text = " ".join(cell.strip() for cell in records[number])[: _LONG + 1].strip()
        if not text:
            behind_gap = True
        elif (
            (len(records[number]) == 1 and len(columns) > 2)
            or len(text) > _LONG
            or _FOOTNOTE.match(text)
            or (behind_gap and len(text) > max(longest, _SENTENCE) and text.count(" ") > 2)
        ):
            return number
    return len(records)


def next_table(records: Sequence[Row], first: int, columns: Sequence[int]) -> int:
    """The number of the record at which a table ends because another one with a header of its own follows; else their number.

    ``first`` is the first record below the header. The other table has words where this one has numbers, behind a blank
    record and, perhaps, a title.
    """
    gaps = (number for number in range(first + 1, len(records) - 2) if not any(map(str.strip, records[number])))
    for gap in islice(gaps, _GAPS):
        header = gap + 1
        while header < min(len(records), gap + _BETWEEN) and _is_lone(records[header], columns):
            header += 1
        if header + 1 < len(records) and _heads(records, gap, header, first, columns):
            return gap
    return len(records)


def _heads(records: Sequence[Row], gap: int, header: int, first: int, columns: Sequence[int]) -> bool:
    width = columns[-1] + 1
    above = [fit(row, width) for row in records[max(first, gap - _SAMPLE) : gap] if any(map(str.strip, row))]
    names, below = fit(records[header], width), fit(records[header + 1], width)
    named = [index for index in columns if names[index].strip()]
    if len(named) < 2 or is_data(names, columns):
        return False
    if [cell.strip() for cell in names] == [cell.strip() for cell in fit(records[first - 1], width)]:
        return False  # the table goes on under its own header
    valued = [index for index in columns if is_valued([row[index] for row in above])]
    words = [index for index in valued if not is_missing(names[index]) and not numbers.looks_numeric(names[index])]
    return bool(words) and len(words) == len(valued) and any(numbers.looks_numeric(below[index]) for index in named)


def _is_lone(row: Row, columns: Sequence[int]) -> bool:
    """Whether a record is blank or has one cell of words in the table's first column."""
    filled = [index for index, cell in enumerate(row) if cell.strip()]
    return not filled or (
        len(filled) == 1 and filled[0] <= columns[0] and not numbers.looks_numeric(row[filled[0]].strip())
    )
