"""Text to records: delimiter and quotes by the share of records of one width, broken quotes mended (F46)."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from schemas.tables.numbers import looks_numeric

if TYPE_CHECKING:
    from _csv import Reader

# A cell may hold a polygon of several 100 kB; the standard library stops at 131,072 characters, for the whole process.
# We only ever raise that limit, and texts are cut before they get here (MAX_LINE).
MAX_LINE = 2_000_000
csv.field_size_limit(max(csv.field_size_limit(), 2 * MAX_LINE))

MAX_COLUMNS = 5_000
_SAMPLE_CHARACTERS = 65_536
_SAMPLE_RECORDS = 300
_DELIMITERS = ("\t", "|", ";", ",")  # a rarer character is better evidence when two fit equally well
_ABSENT = "\x1f"  # no text has it: decoding takes control characters out; used as delimiter of one-column lists
_SEPARATING_COMMA = re.compile(r"(?<!\d),|,(?!\d)")  # all others are decimal commas
_LINE_END = re.compile(r"\r\n|\n|\r")
_LONGEST_CELL = 1_000  # lines
_TITLES = 10  # rows among which the names of the columns are looked for
_ONE_CELL = re.compile(r'"(?:[^"]|"")*"')


class Dialect(NamedTuple):
    """How the fields of a text are told apart; `delimiter` is empty for a list of one column."""

    delimiter: str
    quoted: bool
    escaped: bool
    width: int
    skip_first: bool = False  # Excel's "sep=;" line


class Records(NamedTuple):
    """Records of a text and what had to be mended to get them; `lines` is the number of lines they took up."""

    rows: list[list[str]]
    broken_quotes: int
    cut_lines: int
    lines: int


def sniff(text: str) -> Dialect:
    """Find delimiter and quoting on the first 64 kB: the dialect in which most records have the same width (>= 2)."""
    if text[:4].lower() == "sep=" and text[4:5] and text[5:6] in ("\r", "\n"):
        given = Dialect(text[4], quoted=True, escaped=False, width=0, skip_first=True)
        return given._replace(width=_measure(_sample(_LINE_END.split(text, maxsplit=1)[-1]), given)[1])
    sample = _sample(text)
    best, best_score = Dialect("", '"' in sample, False, 1), 0.0
    for delimiter in _DELIMITERS:
        if delimiter not in sample or (delimiter == "," and best_score and not _SEPARATING_COMMA.search(sample)):
            continue
        for quoted, escaped in _quotings(sample):
            candidate = Dialect(delimiter, quoted, escaped, 0)
            score, width = _measure(sample, candidate)
            if delimiter == "," and width == 2 and _is_list_of_decimals(sample):
                continue
            if score > best_score + 0.02:
                best, best_score = candidate._replace(width=width), score
    return best


def without_outer_quotes(text: str) -> str | None:
    """The text of which each line was quoted as a whole, `"Ort;Wert"`, as spreadsheets do that took it for one column.

    None where lines are not, or hold no delimiter, each as many as all others.
    """
    sample = [line for line in _LINE_END.split(_sample(text)) if line][:_SAMPLE_RECORDS]
    if len(sample) < 2 or not all(_ONE_CELL.fullmatch(line) for line in sample):
        return None
    for delimiter, least in ((";", 1), ("\t", 1), ("|", 1), (",", 2)):
        counts = {line.count(delimiter) for line in sample}
        if len(counts) == 1 and min(counts) >= least:
            lines = (
                line[1:-1].replace('""', '"') if _ONE_CELL.fullmatch(line) else line for line in _LINE_END.split(text)
            )
            return "\n".join(lines)
    return None


def _quotings(sample: str) -> tuple[tuple[bool, bool], ...]:
    if '"' not in sample:
        return ((True, False),)
    if '\\"' in sample:
        return ((True, False), (True, True), (False, False))
    return ((True, False), (False, False))


def _sample(text: str) -> str:
    if len(text) <= _SAMPLE_CHARACTERS:
        return text
    end = max(text.rfind("\n", 0, _SAMPLE_CHARACTERS), text.rfind("\r", 0, _SAMPLE_CHARACTERS))
    return text[: end + 1] if end > 0 else text[:_SAMPLE_CHARACTERS]


def _measure(sample: str, dialect: Dialect) -> tuple[float, int]:
    """Score of a dialect on a sample and the width of most of its records; 0.0 if it makes no table."""
    found = _mend(sample, dialect, _SAMPLE_RECORDS)
    width = _modal(found.rows)
    if found.broken_quotes and width >= 2:  # how a broken line is to be mended depends on the width
        found = _mend(sample, dialect._replace(width=width), _SAMPLE_RECORDS)
        width = _modal(found.rows)
    if width < 2:
        return 0.0, 1
    filled = [row for row in found.rows if any(cell.strip() for cell in row)]
    count = sum(len(row) == width for row in filled)
    share = count / len(filled)
    # Commas occur in prose and in decimal numbers: they need more evidence.
    if share < (0.6 if dialect.delimiter == "," else 0.4):
        return 0.0, width
    # Excel ends title lines with the delimiters of all columns: the names may stand below them.
    headers = [row for row in filled[:_TITLES] if len(row) == width]
    plausible = any(_names_columns(row, width) for row in headers)
    return share * (1.0 if plausible else 0.8) - 0.5 * found.broken_quotes / max(1, len(found.rows)), width


def _is_list_of_decimals(sample: str) -> bool:
    """Whether commas stand between digits only, below a name without any: one column of German numbers."""
    first = next(filter(None, map(str.strip, _LINE_END.split(sample))), "")
    return "," not in first and not looks_numeric(first) and not _SEPARATING_COMMA.search(sample)


def _names_columns(row: list[str], width: int) -> bool:
    names = [cell.strip() for cell in row if cell.strip()]
    return len(names) >= width - 1 and not any(looks_numeric(name) for name in names)


def _modal(rows: list[list[str]]) -> int:
    """The width of most rows with content among those of at least 2 cells; 1 if there are none."""
    widths = Counter(len(row) for row in rows if len(row) >= 2 and any(cell.strip() for cell in row))
    return max(((count, width) for width, count in widths.items()), default=(0, 1))[1]


def records(text: str, dialect: Dialect, limit: int) -> Records:
    """Split a text into at most `limit` records; a quote that is never closed costs its line, not the rest (F46)."""
    if dialect.skip_first:
        text = _LINE_END.split(text, maxsplit=1)[-1]
    cut = [0]
    reader = _reader(_capped(io.StringIO(text, newline=""), cut), dialect)
    try:
        rows = list(islice(reader, limit))
    except csv.Error:
        return _mend(text, dialect, limit)
    if reader.line_num != len(rows):  # cells with line breaks, or a quote that swallowed lines
        return _mend(text, dialect, limit)
    return Records(rows, 0, cut[0], reader.line_num)


def _capped(lines: Iterable[str], cut: list[int]) -> Iterator[str]:
    for line in lines:
        if len(line) > MAX_LINE:
            cut[0] += 1
            line = line[:MAX_LINE]
        yield line


def _reader(lines: Iterable[str], dialect: Dialect) -> Reader:
    return csv.reader(
        lines,
        delimiter=dialect.delimiter or _ABSENT,
        quoting=csv.QUOTE_MINIMAL if dialect.quoted else csv.QUOTE_NONE,
        escapechar="\\" if dialect.escaped else None,
        strict=True,
    )


def _mend(text: str, dialect: Dialect, limit: int) -> Records:
    """Record by record: where quotes do not fit, read the record's first line alone and go on with the next line."""
    cut = [0]
    lines = list(_capped(io.StringIO(text, newline=""), cut))
    rows: list[list[str]] = []
    broken = start = 0
    while start < len(lines) and len(rows) < limit:
        reader = _reader((lines[number] for number in range(start, len(lines))), dialect)
        base = begin = start
        while len(rows) < limit:
            try:
                row = next(reader)
            except StopIteration:
                begin = len(lines)
                break
            except csv.Error:
                break
            end = base + reader.line_num
            if end - begin > 1 and _swallowed(row, lines[begin + 1 : end], dialect):
                break
            rows.append(row)
            begin = end
        if begin < len(lines) and len(rows) < limit:
            rows.append(_lenient(lines[begin], dialect))
            broken += 1
            begin += 1
        start = begin
    return Records(rows, broken, cut[0], start)


def _swallowed(row: list[str], following: list[str], dialect: Dialect) -> bool:
    """Whether a record over several lines is an open quote: it has the wrong width, and a line in it the right one."""
    if len(following) > _LONGEST_CELL:
        return True
    if not dialect.width or len(row) == dialect.width:
        return False
    return any(line.count(dialect.delimiter) + 1 == dialect.width for line in following if dialect.delimiter)


def _lenient(line: str, dialect: Dialect) -> list[str]:
    line = line.rstrip("\r\n")
    delimiter = dialect.delimiter or _ABSENT
    plain = [_unquoted(cell) for cell in line.split(delimiter)]
    try:
        quoted = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return plain
    return plain if len(plain) == dialect.width and len(quoted) != dialect.width else quoted


def _unquoted(cell: str) -> str:
    if cell.startswith('"'):
        cell = cell[1:-1] if cell.endswith('"') and len(cell) > 1 else cell[1:]
        return cell.replace('""', '"')
    return cell
