"""How large the sheets of a workbook are, known before python-calamine opens it: that lays a sheet out cell by cell.

A file of 5 kB with one value in A1 and one in XFD1048576 makes it ask for 550 GB, and the process ends (measured with
python-calamine 0.9.1; F45). So every sheet is first walked with expat, which also refuses a DOCTYPE.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple
from xml.parsers import expat

from schemas.tables.notes import TableError, refusal

MAX_CELLS = 4_000_000  # 32 bytes each while calamine works: 128 MB
_REFERENCE = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")
_ODF_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"

_Start = Callable[[str, dict[str, str]], None]
_End = Callable[[str], None]


class Span(NamedTuple):
    """What a sheet spans from its first to its last value, and formulas in it whose result was not stored.

    Of a sheet with more filled rows than were wanted, `begin` is the document with these only, and `left` says how many
    rows follow.
    """

    cells: int
    formulas_without_value: int
    begin: bytes | None = None
    left: int = 0


def walk_xlsx(members: Mapping[str, bytes], most: int | None = None) -> dict[str, Span]:
    """Walk the XML of an XLSX: a `Span` for each sheet by member name; `most` filled rows of each, or all.

    Raises `TableError`: `sheet-too-large`, `doctype`, or `unreadable` for what is not well-formed.
    """
    spans: dict[str, Span] = {}
    for name, content in members.items():
        # A sheet may lie under any name: what its relations say is up to the file.
        parser = expat.ParserCreate()
        # Where characters have two bytes, an end of ours could not simply be put behind what was read.
        sheet = _XlsxSheet(parser, most if b"\0" not in content[:4] else None)
        begin, left = None, 0
        try:
            _parse(parser, content, sheet.start)
        except _Enough:
            begin = content[: sheet.row_at] + sheet.ending
            left = content.count(b":row" if b":" in sheet.ending else b"<row", sheet.row_at)
        if sheet.cells or sheet.formulas:
            spans[name] = Span(sheet.cells, sheet.formulas, begin, left)
    return spans


def walk_ods(content: bytes) -> None:
    """Walk the content of an ODS, where repeated cells and rows make small files large. Raises `TableError`."""
    sheet = _OdsSheet()
    _parse(expat.ParserCreate(namespace_separator="\n"), content, sheet.start, sheet.end)


class _Enough(Exception):
    """Raised where a sheet has more rows than are wanted."""


def _parse(parser: expat.XMLParserType, content: bytes, start: _Start, end: _End | None = None) -> None:
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise refusal("unreadable") from error


def _refuse_doctype(*_: object) -> None:
    raise refusal("doctype")


def too_large() -> TableError:
    """The error for a sheet, or a workbook, that spans too much."""
    return refusal("sheet-too-large", count=MAX_CELLS)


class _XlsxSheet:
    """Positions of the cells that hold a value; where the file leaves them out they follow from what stands before."""

    def __init__(self, parser: expat.XMLParserType, most: int | None = None) -> None:
        self._parser = parser
        self.formulas = 0
        self.row_at = 0
        self._most = most if most is not None else 1 << 60
        self._filled = self._last = 0
        self._around: list[str] = []
        self._row = self._column = 0
        self._low = [1 << 30, 1 << 30]
        self._high = [0, 0]
        self._formula = self._value = False

    @property
    def cells(self) -> int:
        rows, columns = (max(0, high - low + 1) for low, high in zip(self._low, self._high, strict=True))
        return rows * columns

    @property
    def ending(self) -> bytes:
        """What closes the elements around the rows."""
        return "".join(f"</{tag}>" for tag in reversed(self._around)).encode()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        whole = tag
        if ":" in tag:
            tag = tag.rpartition(":")[2]
        if tag == "row":
            self.row_at = self._parser.CurrentByteIndex
            given = attributes.get("r", "")
            self._row = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else self._row + 1
            self._column = 0
        elif tag == "c":
            self._column += 1
            if attributes and (found := _REFERENCE.fullmatch(attributes.get("r", ""))):
                self._column = 0
                for letter in found.group(1).upper():
                    self._column = self._column * 26 + ord(letter) - 64
                self._row = int(found.group(2))
            self._formula = self._value = False
        elif tag in ("v", "is"):
            self._widen()
            if self._formula:  # some writers leave an empty <v/>; only here the text is asked for, it costs time
                self._parser.CharacterDataHandler = self._text
        elif tag == "f":
            self._formula = True
            self._parser.EndElementHandler = self.end  # it costs time where there are no formulas
        elif tag in ("worksheet", "sheetData"):
            self._around.append(whole)

    def _widen(self) -> None:
        row, column = self._row, self._column
        if row != self._last:
            self._last = row
            self._filled += 1
            if self._filled > self._most and len(self._around) == 2 and self.row_at:
                raise _Enough
        low, high = self._low, self._high
        if low[0] <= row <= high[0] and low[1] <= column <= high[1]:
            return
        low[0], low[1] = min(low[0], row), min(low[1], column)
        high[0], high[1] = max(high[0], row), max(high[1], column)
        if self.cells > MAX_CELLS:
            raise too_large()

    def _text(self, text: str) -> None:
        self._value = True

    def end(self, tag: str) -> None:
        if self._formula and tag.rpartition(":")[2] == "c":
            self.formulas += not self._value
            self._formula = False
            self._parser.CharacterDataHandler = None
            self._parser.EndElementHandler = None


class _OdsSheet:
    """Rows and columns up to the last cell that has a value, with repetitions counted out."""

    def __init__(self) -> None:
        self._rows = self._columns = self._total = 0
        self._pending_rows = self._repeat_row = 1
        self._column = self._width = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        namespace, _, name = tag.rpartition("\n")
        if namespace == _ODF_TABLE:
            if name == "table":
                self._rows = self._columns = self._pending_rows = 0
            elif name == "table-row":
                self._repeat_row = _repeated(attributes, "number-rows-repeated")
                self._column = self._width = 0
            elif name in ("table-cell", "covered-table-cell"):
                self._column += _repeated(attributes, "number-columns-repeated")
                if any(key.endswith(("\nvalue-type", "\nformula")) for key in attributes):
                    self._width = self._column
        elif name == "p" and self._column:
            self._width = self._column

    def end(self, tag: str) -> None:
        if tag == f"{_ODF_TABLE}\ntable-row":
            self._pending_rows += self._repeat_row
            if self._width:
                self._rows += self._pending_rows
                self._pending_rows = 0
                self._columns = max(self._columns, self._width)
                if self._total + self._rows * self._columns > MAX_CELLS:
                    raise too_large()
        elif tag == f"{_ODF_TABLE}\ntable":
            self._total += self._rows * self._columns


def _repeated(attributes: Mapping[str, str], name: str) -> int:
    given = attributes.get(f"{_ODF_TABLE}\n{name}", "1")
    return max(1, int(given)) if given.isascii() and given.isdigit() and len(given) < 10 else 1
