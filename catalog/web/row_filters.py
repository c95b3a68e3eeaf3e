"""Which rows of a table an address asks for, and the address of what is asked: filters by column, order, page.

A filter is a parameter named like its column: ``Ort=Neuhof``; repeated it means or, different columns mean and.
``Einwohner.from=1000``, ``.to``, ``.contains``, ``.empty=1``, ``.filled=1`` compare. A column that is called like a
parameter of ours, or begins with ``_``, gets a ``_`` in front: ``_page=3`` is the column ``page``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from starlette.datastructures import QueryParams

from catalog.preview import Filter, Selection, kept_rows
from catalog.preview.model import Comparison
from catalog.web import paging
from schemas.tables import NUMBERS, Column

# The parameters of a file's page, of its rows, and of the pages around it.
RESERVED = frozenset(
    (
        *("view", "sort", "page", "size", "x", "y", "chart", "raw", "layer", "on", "lang", "key", "download"),
        *("columns", "q", "agg", "bbox", "zoom"),
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


class Mistake(NamedTuple):
    """What no row could meet: a value that is no ``number`` or no ``date``, or ``order``, a beginning after the end.

    The first of ``filters`` is the one to be mended.
    """

    filters: tuple[Filter, ...]
    kind: Literal["number", "date", "order"]


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


def mistakes(filters: Sequence[Filter], columns: Iterable[Column]) -> tuple[Mistake, ...]:
    """What is wrong with the ends of ranges of columns that hold numbers or times, in the order of the filters."""
    typed = {column.name: column for column in columns if kept_rows.is_typed(column)}
    ends = [each for each in filters if each.comparison in ("from", "to") and each.column in typed]
    found: list[Mistake] = []
    for each in ends:
        if kept_rows.meaning(typed[each.column], each.value) is None:
            found.append(Mistake((each,), "number" if typed[each.column].type in NUMBERS else "date"))
        elif each.comparison == "from":
            before = [
                end
                for end in ends
                if end.comparison == "to" and end.column == each.column and _after(typed[each.column], each, end)
            ]
            found += [Mistake((each, *before), "order")] if before else []
    return tuple(found)


def _after(column: Column, begin: Filter, end: Filter) -> bool:
    """Whether a range begins after it ends."""
    first, last = kept_rows.meaning(column, begin.value), kept_rows.meaning(column, end.value)
    if first is None or last is None:
        return False
    begins, ends = first[0], last[1]
    if isinstance(begins, str) or isinstance(ends, str):  # of one column both are: ISO times, which sort as texts
        return str(begins) > str(ends)
    return begins > ends


def holding(filters: Iterable[Filter], wrong: Iterable[Mistake]) -> tuple[Filter, ...]:
    """The filters that are left without those that are part of a mistake."""
    out = {each for mistake in wrong for each in mistake.filters}
    return tuple(each for each in filters if each not in out)


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
