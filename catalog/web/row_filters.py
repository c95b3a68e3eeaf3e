"""Which rows of a table an address asks for, and the address of what is asked: filters by column, order, page.

A filter is a parameter named like its column: ``Ort=Neuhof``; repeated it means or, different columns mean and.
``Einwohner.from=1000``, ``.to``, ``.contains``, ``.empty=1``, ``.filled=1`` compare. A column that is called like a
parameter of ours, or begins with ``_``, gets a ``_`` in front: ``_page=3`` is the column ``page``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from starlette.datastructures import QueryParams

from catalog.preview import Filter, Selection, kept_rows
from catalog.preview.model import Comparison
from catalog.web import paging
from schemas.tables import Column

# The parameters of a file's page, of its rows, and of the pages around it.
RESERVED = frozenset(
    (
        *("view", "sort", "page", "size", "x", "y", "chart", "raw", "layer", "on", "lang", "key", "download"),
        *("columns", "q", "agg"),
    )
)
COMPARISONS: tuple[Comparison, ...] = ("contains", "from", "to", "empty", "filled")
MAX_FILTERS = 30
LAST_PAGE = 100_000
SIZE = 50
_LONGEST = 500
Pairs = list[tuple[str, str]]


class Asked(NamedTuple):
    """The selection that an address asks for, and the parameters that name no column of the table."""

    selection: Selection
    unknown: tuple[str, ...]


def parameter(column: str) -> str:
    """The name of the parameter that filters a column."""
    return f"_{column}" if column in RESERVED or column.startswith("_") else column


def asked(parameters: QueryParams, columns: Sequence[str], size: int = SIZE) -> Asked:
    """What an address asks for. Values that are empty, as forms send them, are no filter; a bad page is the first."""
    by_parameter = {parameter(column): column for column in columns}
    filters: list[Filter] = []
    unknown: dict[str, None] = {}
    for name, value in parameters.multi_items():
        if name in RESERVED:
            continue
        found = _column(name, by_parameter)
        if found is None:
            unknown[name[:200]] = None
        elif value.strip() and len(filters) < MAX_FILTERS:
            column, comparison = found
            filters.append(Filter(column, comparison, value.strip()[:_LONGEST]))
    sort, descending = _order(parameters.get("sort", ""), columns)
    number = paging.asked(parameters.get("page", "1"), LAST_PAGE)
    return Asked(Selection(tuple(dict.fromkeys(filters)), sort, descending, number, size), tuple(unknown))


def meaningless(filters: Iterable[Filter], columns: Iterable[Column]) -> tuple[Filter, ...]:
    """The filters that compare with what is no number, or no date, where the column holds such: no row could meet them."""
    typed = {column.name: column for column in columns if kept_rows.is_typed(column)}
    return tuple(
        each
        for each in filters
        if each.comparison in ("from", "to")
        and each.column in typed
        and kept_rows.meaning(typed[each.column], each.value) is None
    )


def _column(name: str, by_parameter: dict[str, str]) -> tuple[str, Comparison] | None:
    """The column and comparison that a parameter means; the name of a column goes before a comparison."""
    if name in by_parameter:
        return by_parameter[name], "is"
    base, _, ending = name.rpartition(".")
    comparison = next((each for each in COMPARISONS if each == ending), None)
    return (by_parameter[base], comparison) if comparison and base in by_parameter else None


def _order(sort: str, columns: Sequence[str]) -> tuple[str, bool]:
    if sort in columns:
        return sort, False
    return (sort[1:], True) if sort.startswith("-") and sort[1:] in columns else ("", False)


def pairs(selection: Selection, filters: Iterable[Filter] | None = None) -> Pairs:
    """The parameters of a selection; ``filters`` instead of its own. The first page and the file's order are left out."""
    found = list(_filter_pairs(selection.filters if filters is None else filters))
    if selection.sort:
        found.append(("sort", f"{'-' if selection.descending else ''}{selection.sort}"))
    if selection.page > 1:
        found.append(("page", str(selection.page)))
    return found


def with_layer(parameters: QueryParams, found: Iterable[tuple[str, str]] = ()) -> Pairs:
    """The parameters of an address that leads on from one: what is found, of the same layer or sheet as there."""
    layer = parameters.get("layer", "")
    return [*([("layer", layer)] if layer else ()), *found]


def _filter_pairs(filters: Iterable[Filter]) -> Iterator[tuple[str, str]]:
    for each in filters:
        ending = "" if each.comparison == "is" else f".{each.comparison}"
        yield f"{parameter(each.column)}{ending}", each.value
