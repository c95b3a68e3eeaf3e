"""The rows of a file as its page shows them: heads to sort by, filters, pages, downloads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from anyio.to_thread import run_sync
from markupsafe import Markup

from catalog import formats
from catalog import preview as previews
from catalog.preview import Preview, RowPage, Selection
from catalog.web import cell_words, file_addresses, row_filters, sanitising
from catalog.web.pages import column_words, file_filters
from catalog.web.paging import paging
from catalog.web.templates import Page
from catalog.web.texts import later
from schemas.tables import NUMBERS, Column, Table

MAX_COLUMNS = 60
_LONGEST_CELL = 300
_OF_ALL: Mapping[str, str] = {
    "all": later("Sie sehen {shown} von {total} Zeilen."),
    "about": later("Sie sehen {shown} von etwa {total} Zeilen."),
    "least": later("Sie sehen {shown} von mindestens {total} Zeilen."),
}


class Head(NamedTuple):
    """The head of a column: name, unit, type, the order it stands in, and the address that sorts by it.

    ``order`` is ascending, descending or empty, as ``aria-sort`` has it.
    """

    name: str
    unit: str
    sign: str
    kind: Markup
    order: str
    address: str
    numeric: bool


class Cell(NamedTuple):
    """A cell: its text, cut if it is long; an address to follow; how it is set: "num", "when", or as any text."""

    text: str
    href: str
    style: str


def part_shown(page: Page, shown: int, total: int, counted: str) -> Markup:
    """How many rows are seen, of how many: of an estimate, or of at least so many, where not all were counted."""
    if counted == "all" and shown == total:
        return page.texts.plural("Sie sehen die einzige Zeile.", "Sie sehen alle {n} Zeilen.", total)
    numbers = {"shown": formats.number(shown, page.language), "total": formats.number(total, page.language)}
    return page.texts.text(_OF_ALL[counted], **numbers)


def _all_counted(page: Page, table: Table) -> Markup:
    _ = page.texts.text
    if table.counted == "all":
        return page.texts.plural("{n} Zeile", "{n} Zeilen", table.total_rows)
    number = formats.number(table.total_rows, page.language)
    return _("Etwa {n} Zeilen", n=number) if table.counted == "about" else _("Mindestens {n} Zeilen", n=number)


async def values(page: Page, preview: Preview, slug: str, number: int, lang: str) -> dict[str, Any]:
    """What the table of a preview shows under the request's address; nothing where it has no table.

    ``lang`` is the language of the file's words.
    """
    table, profile = preview.table, preview.profile
    if table is None or profile is None:
        return {"table": None}
    path = file_addresses.path(slug, number)
    stated = file_filters.stated(page, preview, path, lang)
    selection = stated.selection
    found = await run_sync(lambda: previews.rows(page.region, preview, selection))
    last = max(-(-found.found // selection.size), 1)
    if selection.page > last and not found.late:  # beyond the end: the last page rather than nothing
        selection = selection._replace(page=last)
        found = await run_sync(lambda: previews.rows(page.region, preview, selection))
    columns = profile.columns[:MAX_COLUMNS]
    return {
        "table": table,
        "found": found,
        "all_counted": _all_counted(page, table),
        "part_shown": part_shown(page, found.searched, table.total_rows, table.counted),
        "asked": selection,
        "stated": stated,
        "no_order": "" if selection.sort else page.request.query_params.get("sort", "")[:200],
        "heads": tuple(_head(page, path, column, selection) for column in columns),
        "rows": tuple(_rows(page, columns, found, table)),
        "left_columns": len(profile.columns) - len(columns),
        "rows_hidden": row_filters.with_layer(page.request.query_params),
        "paging": paging(
            selection.page,
            min(last, row_filters.LAST_PAGE),
            lambda number: file_filters.address(page, path, row_filters.pairs(selection._replace(page=number))),
        ),
        "downloads": _downloads(page, slug, number, selection),
        "first": (selection.page - 1) * selection.size + 1,
    }


def _head(page: Page, path: str, column: Column, selection: Selection) -> Head:
    here = selection.sort == column.name
    order = ("descending" if selection.descending else "ascending") if here else ""
    turned = selection._replace(sort=column.name, descending=order == "ascending", page=1)
    sign, kind = column_words.kind(page, column)
    unit = column.unit if column.unit and column.unit.casefold() not in column.name.casefold() else ""
    address = file_filters.address(page, path, row_filters.pairs(turned))
    return Head(column.name, unit, sign, kind, order, address, column.type in NUMBERS)


def _rows(
    page: Page, columns: Sequence[Column], found: RowPage, table: Table
) -> Iterator[tuple[int, bool, tuple[Cell, ...]]]:
    """The rows: the number in the file, whether it sums up others, the cells."""
    sums = frozenset(table.sum_rows)
    for number, row in zip(found.numbers, found.rows, strict=True):
        yield (
            number,
            number - 1 in sums,
            tuple(_cell(page, column, cell) for column, cell in zip(columns, row, strict=False)),
        )


def _cell(page: Page, column: Column, cell: str) -> Cell:
    text = cell_words.shown(column, cell, page.language)
    if len(text) > _LONGEST_CELL:
        text = text[:_LONGEST_CELL].rstrip() + " …"
    href = cell.strip() if column.type == "url" and sanitising.is_link(cell.strip()) else ""
    return Cell(text, href, cell_words.style(column))


# -------------------------------------------------------------------------------------------------- pages, downloads


def _downloads(page: Page, slug: str, number: int, selection: Selection) -> list[tuple[str, str]]:
    """The rows that are asked for as files: their format and address."""
    wanted = row_filters.with_layer(page.request.query_params, row_filters.pairs(selection._replace(page=1)))
    return [
        (name, page.file(file_addresses.path(slug, number, suffix), wanted))
        for name, suffix in (("CSV", ".csv"), ("JSON", ".json"))
    ]
