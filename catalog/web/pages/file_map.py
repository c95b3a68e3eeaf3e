"""The map of a file as its page shows it: all its features, or those of the rows that the address asks for."""

from __future__ import annotations

from typing import Any

from anyio.to_thread import run_sync
from markupsafe import Markup

from catalog import formats
from catalog import preview as previews
from catalog.preview import Passing, Preview
from catalog.web import file_addresses, maps, row_filters
from catalog.web.maps import MapFigure, Only
from catalog.web.pages import file_filters
from catalog.web.templates import Page


async def values(page: Page, preview: Preview, slug: str, number: int, lang: str) -> dict[str, Any]:
    """What the map view of a preview shows under the request's address; ``lang`` is the language of the file's words."""
    stated = file_filters.stated(page, preview, file_addresses.path(slug, number), lang, "map")
    filters = stated.selection.filters
    query = row_filters.pairs(previews.Selection(), filters)

    def drawn() -> tuple[Passing | None, MapFigure | None]:
        passing = previews.passing(page.region, preview, filters) if filters else None
        if passing is not None and passing.late:
            return passing, None
        only = Only(passing.rows, query) if passing is not None else None
        return passing, maps.of_preview(page, preview, slug, number, lang, only=only)

    passing, figure = await run_sync(drawn)
    return {
        "map": figure,
        "map_late": passing is not None and passing.late,
        "map_part": _part(page, passing),
        "map_empty": _empty(page, passing) if figure is None else "",
        "stated": stated,
    }


def _part(page: Page, passing: Passing | None) -> Markup | str:
    """That not all rows of the file were looked at, where that is so."""
    if passing is None or passing.late or passing.whole:
        return ""
    count = formats.number(passing.searched, page.language)
    return page.texts.text("Die Filter suchen nur in den ersten {n} Zeilen der Datei.", n=count)


def _empty(page: Page, passing: Passing | None) -> Markup | str:
    """Why there is nothing on the map, where filters are the reason."""
    if passing is None or passing.late:
        return ""
    _ = page.texts.text
    if passing.rows:
        return _("Die Zeilen, die zu diesen Filtern passen, haben keine Lage auf der Karte.")
    return _("Keine Zeile passt zu diesen Filtern.")
