"""Tables that programs write for Excel as a web page or as the XML of Excel 2003, whatever the file is called."""

from __future__ import annotations

from html.parser import HTMLParser

from schemas.tables.elements import walk
from schemas.tables.header_rows import Row

_MAX_CELLS = 1_000_000
_MAX_SPAN = 200
_FEWEST_ROWS, _FEWEST_COLUMNS = 3, 2
_SHARE = 0.8  # of the words of a page stand in its table
# What a page for readers has and a list for programs has not.
_OF_PAGES = frozenset(("script", "form", "input", "button", "nav", "iframe", "video", "main", "header", "footer"))
_SILENT = frozenset(("style", "title", "xml"))


def of_page(text: str) -> list[Row] | None:
    """The rows of a page that is nothing but one table; None for any other page."""
    reader = _Page()
    try:
        reader.feed(text)
        reader.close()
    except AssertionError:  # the standard library gives up so on some declarations
        return None
    rows = reader.rows
    width = max((len(row) for row in rows), default=0)
    # The list of a folder's files is a table of links.
    if reader.is_page or 2 * reader.links > len(rows) or len(rows) < _FEWEST_ROWS or width < _FEWEST_COLUMNS:
        return None
    if reader.inside < _SHARE * (reader.inside + reader.outside):
        return None
    return [(*row, *[""] * (width - len(row))) for row in rows]


def of_workbook(data: bytes) -> list[Row] | None:
    """The rows of the largest sheet of a workbook in the XML of Excel 2003; None where it has none. Raises `TableError`."""
    best: list[Row] = []
    for sheet in walk(data, frozenset(("Worksheet",)), 100).elements:
        rows: list[Row] = []
        cells = 0
        for row in sheet.all("Row"):
            line: list[str] = []
            for cell in row.children:
                if cell.name != "Cell":
                    continue
                index = cell.attributes.get("Index", "")
                if index.isdigit() and len(line) < int(index[:5]) <= _MAX_SPAN * 10:
                    line += [""] * (int(index[:5]) - 1 - len(line))
                data_ = cell.child("Data")
                line.append(_said(data_.text, data_.attributes.get("Type", "")) if data_ is not None else "")
            rows.append(tuple(line))
            cells += len(line)
            if cells > _MAX_CELLS:
                break
        if len(rows) > len(best):
            best = rows
    width = max(map(len, best), default=0)
    return [(*row, *[""] * (width - len(row))) for row in best] if width else None


def _said(text: str, kind: str) -> str:
    """A cell as the sheets of newer workbooks say it."""
    if kind == "DateTime":
        return text.removesuffix(".000").replace("T", " ").removesuffix(" 00:00:00")
    return {"1": "true", "0": "false"}.get(text, text) if kind == "Boolean" else text


class _Page(HTMLParser):
    """The rows of all tables of a page, how many characters stand in them and outside, and whether it is one for readers."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self.inside = self.outside = self.links = 0
        self.is_page = False
        self._tables = self._silent = self._cells = 0
        self._span = 1
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _OF_PAGES:
            self.is_page = True
        elif tag in _SILENT:
            self._silent += 1
        elif tag == "a":
            self.links += 1
        elif tag == "table":
            self._tables += 1
            self.is_page |= self._tables > 1  # one inside of another lays a page out; several are no single table
        elif tag == "tr":
            self._end_cell()
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self._end_cell()
            span = dict(attrs).get("colspan") or "1"
            self._span = min(int(span), _MAX_SPAN) if span.isascii() and span.isdigit() and len(span) < 6 else 1
            self._cell = []
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in ("td", "th", "tr", "table"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._cell is not None:
            self._cell.append(data)
            self.inside += len(data.strip())
        else:
            self.outside += len(data.strip())

    def _end_cell(self) -> None:
        if self._cell is None or not self.rows:
            return
        self._cells += self._span
        if self._cells > _MAX_CELLS:
            self.is_page = True
        else:
            self.rows[-1] += [" ".join("".join(self._cell).split()), *[""] * (self._span - 1)]
        self._cell, self._span = None, 1
