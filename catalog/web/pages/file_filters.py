"""The filters of a file's rows on its pages: fields to ask with, chips of what is asked for, mistakes at their fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from catalog.charts import labels
from catalog.preview import Filter, Preview, Selection
from catalog.web import cell_words, row_filters
from catalog.web.row_filters import Mistake, Pairs
from catalog.web.templates import Page
from catalog.web.texts import later
from schemas.tables import Column

MAX_FIELDS = 24
_RANGES = ("integer", "number", "date", "datetime", "year")
_SAID: Mapping[str, str] = {
    "is": later("{column}: {value}"),
    "contains": later("{column} enthält „{value}“"),
    "from": later("{column} ab {value}"),
    "to": later("{column} bis {value}"),
    "empty": later("{column} ist leer"),
    "filled": later("{column} ist nicht leer"),
}
_WRONG: Mapping[str, str] = {
    "number": later("„{value}“ ist keine Zahl."),
    "date": later("„{value}“ ist kein Datum wie 31.12.2024."),
    "order": later("Der Anfang liegt nach dem Ende."),
}


class Read(NamedTuple):
    """What an address asks for, its mistakes left out of the selection; ``unknown`` parameters name no column."""

    selection: Selection
    mistakes: tuple[Mistake, ...]
    unknown: tuple[str, ...]


class Choice(NamedTuple):
    """A value to choose: as addresses have it, as the page shows it, and its number of rows (0: not known)."""

    value: str
    words: str
    rows: int


class Field(NamedTuple):
    """A field of the filter form: ``kind`` is choice, range or text.

    ``values`` what is asked for: one, or from and to; ``wrong`` says of
    each what is wrong with it, if anything; ``hidden`` is what the form keeps beside it.
    """

    id: str
    name: str
    label: str
    kind: str
    choices: tuple[Choice, ...]
    values: tuple[str, ...]
    wrong: tuple[Markup, ...]
    hidden: Pairs


class Chip(NamedTuple):
    """A filter in force, and the address without it."""

    words: Markup
    address: str


class Wrong(NamedTuple):
    """A mistake: the id of its field, the column, and what is wrong."""

    field: str
    column: str
    words: Markup


class Stated(NamedTuple):
    """What an address asks for of a file's rows, as every view of the file says it.

    ``selection`` is what holds; ``unknown`` are parameters that name no column. Addresses: ``without`` is the same view
    without filters, ``rows`` the table of the rows that pass, ``to_mend`` the table with the fields of the mistakes.
    """

    selection: Selection
    unknown: tuple[str, ...]
    fields: tuple[Field, ...]
    mistakes: tuple[Wrong, ...]
    chips: tuple[Chip, ...]
    without: str
    rows: str
    to_mend: str


def read(page: Page, preview: Preview) -> Read:
    """What the address of a page asks for of the rows of a preview; of one without a table nothing can be asked."""
    asked = row_filters.asked(page.request.query_params, preview.table.names if preview.table is not None else ())
    columns = preview.profile.columns if preview.profile is not None else ()
    wrong = row_filters.mistakes(asked.selection.filters, columns)
    held = row_filters.holding(asked.selection.filters, wrong)
    return Read(asked.selection._replace(filters=held), wrong, asked.unknown)


def stated(page: Page, preview: Preview, path: str, lang: str, view: str = "", kept: Pairs | None = None) -> Stated:
    """What the address of a page asks for of the rows of a preview, as one of the views of ``path`` says it.

    ``lang`` is the language of the file's words; ``view`` is the table without a name; ``kept`` are further parameters of
    the view, which stay when a filter goes.
    """
    asked = read(page, preview)
    selection, own = asked.selection, kept or []
    mistaken = [each for mistake in asked.mistakes for each in mistake.filters]
    shown = tuple(_fields(page, preview, asked))
    return Stated(
        selection,
        asked.unknown,
        shown,
        tuple(_told(page, asked.mistakes, shown)),
        tuple(_chips(page, path, preview, selection, lang, view, own)),
        address(page, path, own, view),
        address(page, path, row_filters.pairs(Selection(), selection.filters)),
        address(page, path, row_filters.pairs(Selection(), (*selection.filters, *mistaken))),
    )


def _fields(page: Page, preview: Preview, asked: Read) -> Iterator[Field]:
    """Fields for the columns that are easiest to filter by: those of few values first, then in their order.

    Every mistake has its field, however many columns there are.
    """
    facets = {facet.column: facet.values for facet in preview.facets if facet.values}
    columns = preview.profile.columns if preview.profile is not None else ()
    usable = [column for column in columns if column.type not in ("empty", "wkt")]
    mistaken = {mistake.filters[0].column for mistake in asked.mistakes}
    ordered = sorted(usable, key=lambda column: column.name not in facets)
    shown = [*ordered[:MAX_FIELDS], *(each for each in ordered[MAX_FIELDS:] if each.name in mistaken)]
    wrong = [each for mistake in asked.mistakes for each in mistake.filters]
    said = {mistake.filters[0]: _words(page, mistake) for mistake in asked.mistakes}
    for place, column in enumerate(shown, 1):
        # A mistake is mended where it was made: in the fields of a range, though there are few values to choose from.
        choices = () if column.name in mistaken else facets.get(column.name, ())
        kind = "choice" if choices else "range" if column.type in _RANGES or column.name in mistaken else "text"
        asked_here = [each for each in (*asked.selection.filters, *wrong) if each.column == column.name]
        shown_choices = tuple(
            Choice(value, cell_words.shown(column, value, page.language), count)
            for value, count in _with_chosen(choices, asked_here)
        )
        yield _field(f"filter-{place}", column, kind, shown_choices, asked_here, wrong, said)


def _with_chosen(choices: tuple[tuple[str, int], ...], asked: Sequence[Filter]) -> tuple[tuple[str, int], ...]:
    """Choices with the value that is asked for, though it may be none of them."""
    chosen = next((each.value for each in asked if each.comparison == "is"), None)
    if not choices or chosen is None or chosen in {value for value, _ in choices}:
        return choices
    return (*choices, (chosen, 0))


def _field(
    id: str,
    column: Column,
    kind: str,
    choices: tuple[Choice, ...],
    asked: Sequence[Filter],
    wrong: Sequence[Filter],
    said: Mapping[Filter, Markup],
) -> Field:
    places = {"choice": ("is",), "range": ("from", "to"), "text": ("contains",)}[kind]
    # Of several, the one that is wrong is shown.
    first = sorted(asked, key=lambda each: each not in said)
    shown = [next((each for each in first if each.comparison == place), None) for place in places]
    # What the fields cannot show (a second value, an exact one from the address) goes along unseen.
    hidden = row_filters.pairs(Selection(), [each for each in asked if each not in shown and each not in wrong])
    values = tuple(each.value if each else "" for each in shown)
    words = tuple(said.get(each, Markup()) if each else Markup() for each in shown)
    return Field(id, row_filters.parameter(column.name), column.name, kind, choices, values, words, hidden)


def _told(page: Page, mistakes: Iterable[Mistake], fields: Iterable[Field]) -> Iterator[Wrong]:
    """The mistakes in words, each with its field."""
    ids = {field.label: field.id for field in fields}
    for mistake in mistakes:
        first = mistake.filters[0]
        ending = "-to" if first.comparison == "to" else ""
        yield Wrong(f"{ids[first.column]}{ending}", first.column, _words(page, mistake))


def _words(page: Page, mistake: Mistake) -> Markup:
    words = _WRONG[mistake.kind]
    return page.texts.text(words) if mistake.kind == "order" else page.texts.text(words, value=mistake.filters[0].value)


def _chips(
    page: Page, path: str, preview: Preview, selection: Selection, lang: str, view: str, kept: Pairs
) -> Iterator[Chip]:
    """The filters in force in a view; what is compared with cells is shown as these are."""
    columns = {column.name: column for column in preview.profile.columns} if preview.profile is not None else {}
    for each in selection.filters:
        left = [other for other in selection.filters if other != each]
        column = page.spoken(labels.plain(each.column, 80), lang)
        # What a cell is, was chosen from the file's words; the rest was written by the reader.
        shown = each.value
        if each.comparison != "contains" and each.column in columns:
            shown = cell_words.shown(columns[each.column], shown, page.language)
        value = page.spoken(shown, lang) if each.comparison == "is" else shown
        words = page.texts.text(_SAID[each.comparison], column=column, value=value)
        found = row_filters.pairs(selection._replace(page=1), left)
        yield Chip(words, address(page, path, [*kept, *found], view))


def address(page: Page, path: str, found: Iterable[tuple[str, str]] = (), view: str = "") -> str:
    """The address of a view of the same layer or sheet, with what is asked for of its rows."""
    query = [*found, *([("view", view)] if view else ())]
    return page.link(path, row_filters.with_layer(page.request.query_params, query))
