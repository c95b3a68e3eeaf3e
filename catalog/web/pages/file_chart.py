"""The chart of a file as its page shows it: the one that fits, or the one that the address asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from anyio.to_thread import run_sync
from markupsafe import Markup

from catalog import charts
from catalog import preview as previews
from catalog.charts import Choice, Figure, Wish
from catalog.charts.choosing import MAX_PANELS
from catalog.preview import Filter, Preview
from catalog.web import row_filters
from catalog.web.pages import charted
from catalog.web.templates import Page
from catalog.web.texts import later
from schemas.tables import Column

MAX_ROWS = 100_000
_KINDS: Mapping[str, str] = {
    "line": later("Linie: Zahlen im Lauf der Zeit"),
    "bar": later("Balken: eine Zahl je Name"),
    "histogram": later("Häufigkeit: welche Werte wie oft"),
}
_PLACES = ("latitude", "longitude", "easting", "northing", "wkt")


class Made(NamedTuple):
    """A figure that was made for a request, what it shows, and whether it rests on all rows that the filters let through."""

    choice: Choice
    figure: Figure | None
    whole: bool


async def values(page: Page, preview: Preview) -> dict[str, Any]:
    """What the chart view of a preview shows under the request's address."""
    table, profile = preview.table, preview.profile
    if table is None or profile is None:
        return {"chart": None, "chart_kinds": ()}
    wish = _wish(page)
    filters = row_filters.asked(page.request.query_params, table.names).selection.filters
    columns, rows = profile.columns, profile.profiled_rows
    open_to = charts.options(columns, rows)
    made = await run_sync(lambda: _made(page, preview, wish, filters))
    shown = charted.told(page, made.figure) if made.figure else None
    return {
        "chart": shown,
        "chart_whole": made.whole,
        "chart_wished": wish != Wish(),
        "chart_choice": made.choice,
        "chart_kinds": [(kind, page.texts.text(_KINDS[kind])) for kind in open_to.kinds],
        "chart_x": _named(page, (*open_to.times, *open_to.labels, *open_to.numbers)),
        "chart_y": _named(page, open_to.numbers),
        "chart_hidden": row_filters.with_layer(
            page.request.query_params, row_filters.pairs(previews.Selection(), filters)
        ),
    }


def _wish(page: Page) -> Wish:
    parameters = page.request.query_params
    y = tuple(value[:200] for value in parameters.getlist("y")[:MAX_PANELS] if value)
    return Wish(parameters.get("chart", "")[:20], parameters.get("x", "")[:200], y)


def _named(page: Page, names: tuple[str, ...]) -> list[tuple[str, str | Markup]]:
    """Columns to choose from, the first choice being ours."""
    return [("", page.texts.text("automatisch")), *((name, name) for name in dict.fromkeys(names))]


def _made(page: Page, preview: Preview, wish: Wish, filters: tuple[Filter, ...]) -> Made:
    """The figure for a wish and filters; the one that lies ready where there are neither. Takes up to a second or two."""
    assert preview.profile is not None
    columns = preview.profile.columns
    ready = charts.prepared(preview.chart)
    if ready and ready.figure and wish == Wish() and not filters:
        return Made(ready.choice, ready.figure, True)
    choice = _choice(preview, wish)
    if choice is None or choice.kind in ("map", "table"):
        return Made(choice or Choice("table"), None, True)
    names = tuple(dict.fromkeys(filter(None, (choice.x, *choice.y, choice.group))))
    found = previews.cells(page.region, preview, names, filters, MAX_ROWS)
    by_name: Mapping[str, Column] = {column.name: column for column in columns}
    figure = charts.figure(choice, [by_name[name] for name in names], found.rows)
    if figure is not None and wish == Wish() and charts.mixes(figure, columns):
        return Made(Choice("table"), None, True)
    return Made(choice, figure, not found.late and len(found.rows) == found.found)


def _choice(preview: Preview, wish: Wish) -> Choice | None:
    assert preview.profile is not None
    columns, rows = preview.profile.columns, preview.profile.profiled_rows
    if wish != Wish():
        return charts.wished(columns, rows, wish)
    # A map has its own view: here its table is drawn as if it had no places.
    return charts.choose([column for column in columns if column.type not in _PLACES], rows)
