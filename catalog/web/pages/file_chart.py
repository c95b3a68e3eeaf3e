"""The chart of a file as its page shows it: the one that fits, or the one that the address asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anyio.to_thread import run_sync
from markupsafe import Markup

from catalog import charts
from catalog import preview as previews
from catalog.charts import Choice, Wish
from catalog.charts.choosing import MAX_PANELS
from catalog.preview import Filter, Preview
from catalog.web import row_filters
from catalog.web.pages import charted, file_filters, pinned
from catalog.web.pages.pinned import Drawn
from catalog.web.templates import Page
from catalog.web.texts import later

_KINDS: Mapping[str, str] = {
    "line": later("Linie: Zahlen im Lauf der Zeit"),
    "bar": later("Balken: eine Zahl je Name"),
    "histogram": later("Häufigkeit: welche Werte wie oft"),
}
_AGGREGATES: Mapping[str, str] = {
    "sum": later("zusammenzählen"),
    "mean": later("Durchschnitt bilden"),
    "count": later("Zeilen zählen"),
}
_PLACES = ("latitude", "longitude", "easting", "northing", "wkt")


async def values(page: Page, preview: Preview, path: str, lang: str) -> dict[str, Any]:
    """What the chart view of a preview shows under the request's address.

    ``path`` is that of the file's page, ``lang`` the language of the file's words.
    """
    profile, wish = preview.profile, _wish(page)
    stated = file_filters.stated(page, preview, path, lang, "chart", _pairs(wish))
    if preview.table is None or profile is None:
        return {"chart": None, "chart_kinds": (), "stated": stated}
    filters = stated.selection.filters
    columns, rows = profile.columns, profile.profiled_rows
    open_to = charts.options(columns, rows)
    made = await run_sync(lambda: _made(page, preview, wish, filters))
    shown = charted.told(page, made.figure, lang) if made.figure else None
    return {
        "chart": shown,
        "chart_whole": made.whole,
        "chart_late": made.late,
        "chart_empty": bool(filters) and made.found == 0,
        "chart_of_few": bool(filters) and made.found is not None,
        "chart_passed_over": made.passed_over and not page.request.query_params.get("layer"),
        "chart_wished": wish != Wish(),
        "chart_choice": made.choice,
        "chart_kinds": [(kind, page.texts.text(_KINDS[kind])) for kind in open_to.kinds],
        "chart_x": _named(page, (*open_to.times, *open_to.labels, *open_to.numbers)),
        "chart_y": _named(page, open_to.numbers),
        "chart_aggregates": [(name, page.texts.text(word)) for name, word in _AGGREGATES.items()],
        "chart_hidden": row_filters.with_layer(
            page.request.query_params, row_filters.pairs(previews.Selection(), filters)
        ),
        "stated": stated,
    }


def _wish(page: Page) -> Wish:
    parameters = page.request.query_params
    y = tuple(value[:200] for value in parameters.getlist("y")[:MAX_PANELS] if value)
    return Wish(parameters.get("chart", "")[:20], parameters.get("x", "")[:200], y, parameters.get("agg", "")[:20])


def _pairs(wish: Wish) -> row_filters.Pairs:
    """The parameters that ask for a wish."""
    found = [("chart", wish.kind), ("x", wish.x), *(("y", name) for name in wish.y), ("agg", wish.agg)]
    return [(name, value) for name, value in found if value]


def _named(page: Page, names: tuple[str, ...]) -> list[tuple[str, str | Markup]]:
    """Columns to choose from, the first choice being ours."""
    return [("", page.texts.text("automatisch")), *((name, name) for name in dict.fromkeys(names))]


def _made(page: Page, preview: Preview, wish: Wish, filters: tuple[Filter, ...]) -> Drawn:
    """The figure for a wish and filters; without either the one that stands for the file. Takes up to a second or two."""
    assert preview.profile is not None
    pin = pinned.of(page.region, preview) if wish == Wish() else None
    if pin is not None and pin.kind == "none":
        return Drawn(Choice("table"), None)
    if wish == Wish() and not filters and (usual := pinned.drawn(page.region, preview)) and usual.figure:
        return usual
    columns = preview.profile.columns
    chosen = pinned.wished(preview, pin) if pin else None
    choice = chosen or _choice(preview, wish)
    if choice is None or choice.kind in ("map", "table"):
        return Drawn(choice or Choice("table"), None)
    made = pinned.figure_of(page.region, preview, choice, filters)
    if made.figure is not None and wish == Wish() and not chosen and charts.mixes(made.figure, columns):
        return Drawn(Choice("table"), None)
    return made._replace(passed_over=pin is not None and chosen is None)


def _choice(preview: Preview, wish: Wish) -> Choice | None:
    assert preview.profile is not None
    columns, rows, known = preview.profile.columns, preview.profile.profiled_rows, pinned.known_of(preview)
    if wish != Wish():
        return charts.wished(columns, rows, wish, known=known)
    # A map has its own view: here its table is drawn as if it had no places.
    return charts.choose([column for column in columns if column.type not in _PLACES], rows, known=known)
