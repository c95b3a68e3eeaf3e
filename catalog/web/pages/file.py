"""The page of a file: its rows, its chart, its map, its columns; or its picture or text; or why there is nothing to see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from anyio.to_thread import run_sync
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog import charts, formats
from catalog import preview as previews
from catalog.links import book
from catalog.preview import Preview
from catalog.preview.mapped import has_map
from catalog.preview.wanting import has_layers
from catalog.web import conditional, file_addresses, previewed, row_filters
from catalog.web.negotiation import Refused, region_of
from catalog.web.pages import (
    column_words,
    distributions,
    facts,
    file_chart,
    file_filters,
    file_map,
    file_table,
    languages,
    live,
)
from catalog.web.pages.known import known
from catalog.web.previewed import Named
from catalog.web.templates import Page, routes, short_name
from catalog.web.texts import SOURCE, later
from schemas.tables import Note

# The views in their order; the table comes first.
VIEWS: Mapping[str, str] = {
    "table": later("Tabelle"),
    "chart": later("Diagramm"),
    "map": later("Karte"),
    "columns": later("Spalten"),
}
_DELIMITERS: Mapping[str, str] = {"\t": later("Tabulator"), " ": later("Leerzeichen")}
_LONGEST_TEXT = 20_000
_MEMBERS = 200


class View(NamedTuple):
    """A view that a file has: its word, its address, whether it is the one that is seen."""

    name: str
    word: Markup
    address: str
    current: bool


async def file(request: Request) -> Response:
    """``/dataset/SLUG/file/N``. Raises Refused: 404, 410."""
    page = Page(request)
    found = previewed.named(request, prefix="" if page.language == SOURCE else f"/{page.language}")
    if isinstance(found, Response):
        return found
    # The first rows of a large file are there at once; what is asked of them all waits for all.
    preview = await previewed.preview_of(request, found, whole=bool(request.query_params))
    if preview.state != "making" and not preview.growing:
        conditional.keep(request, seconds=60)
    slug, number = found.entry.slug, found.number
    views = tuple(_views(page, preview, slug, number))
    view = next((each.name for each in views if each.current), "")
    same_layer = row_filters.with_layer(request.query_params)
    lang = languages.of_data(page.region, found.record, found.file)
    item = await run_sync(_item, page, found, preview, lang)
    values: dict[str, Any] = {
        "slug": slug,
        "number": number,
        "item": item,
        "changed": found.entry.changed,
        "dataset": facts.spoken(found.record.title, page.language, lang),
        "lang": lang,
        "preview": preview,
        "view": view,
        "views": views,
        "no_view": _no_view(page, view) if preview.ready else "",
        "reason": _reason(page, preview),
        "known": await run_sync(known, page, found, preview),
        "detected": tuple(_detected(page, preview, lang)),
        "notes": tuple(_notes(page, preview)),
        "age": live.age(page, preview, found.wanted),
        "hint": live.hint(page, found.wanted),
        "rows_address": page.file(file_addresses.path(slug, number, ".csv")),
        "withheld": tuple(hint.column for hint in preview.withheld if hint.column),
        "about": tuple(_about(page, preview)),
        "address": page.link(file_addresses.path(slug, number), same_layer),
        "again": page.link(file_addresses.path(slug, number), request.query_params.multi_items()),
        "picture": page.file(file_addresses.path(slug, number, "/picture"), same_layer)
        if preview.picture and view != "map"
        else "",
        "layers_of": _layers_of(page, preview),
        "shown_layer": _shown_layer(page, found, preview, lang),
        "other_layers": page.texts.text("Andere Tabellenblätter")
        if _has_sheets(preview)
        else page.texts.text("Andere Ebenen"),
        "text": preview.text[:_LONGEST_TEXT],
        "members": preview.members[:_MEMBERS],
        "trail": _trail(page, found),
        "heading_words": page.spoken(item.title.text, item.title.lang),
        "indexed": preview.ready,
    }
    if view == "table":
        values |= await file_table.values(page, preview, slug, number, lang)
    elif view == "chart":
        values |= await file_chart.values(page, preview, file_addresses.path(slug, number), lang)
    elif view == "map":
        values |= await file_map.values(page, preview, slug, number, lang)
    elif view == "columns":
        values |= {
            "columns": await run_sync(lambda: column_words.columns(page, preview)),
            "filtered": bool(file_filters.read(page, preview).selection.filters),
        }
    values["tab"] = _tab(page, values)
    response = page.render("file.html", title=item.title.text, **values)
    if preview.state == "making":
        response.headers["cache-control"] = "no-store"
    return response


def _tab(page: Page, values: dict[str, Any]) -> list[str]:
    """The file, how it is shown, and of which dataset it is: many a file is just called CSV."""
    paging, dataset = values.get("paging"), values["dataset"].text or values["slug"]
    parts = [values["item"].title.text]
    parts += [str(each.word) for each in values["views"] if each.current and each.name != "table"]
    if paging and paging.current > 1:
        parts.append(page.texts.plain("Seite {page} von {last}", page=paging.current, last=paging.last))
    return parts if dataset in parts else [*parts, dataset]


def _item(page: Page, found: Named, preview: Preview, lang: str) -> distributions.File:
    """The file as it is shown, with the size that its server told or that was fetched. Reads the store."""
    item = distributions.file_of(page, found.number, found.file, {}, lang)
    with page.catalogue.engine.connect() as connection:
        link = book.of_record(connection, found.entry.key).get(item.address)
    return distributions.asked(page, item, link, preview.source.size if preview.source else None)


def _views(page: Page, preview: Preview, slug: str, number: int) -> Iterator[View]:
    """The views that a preview has, the one that the address asks for being the current one, else the first."""
    has = {
        "table": preview.table is not None,
        "chart": preview.profile is not None
        and bool(charts.options(preview.profile.columns, preview.profile.rows).kinds),
        "map": has_map(preview),
        "columns": preview.profile is not None,
    }
    names = [name for name in VIEWS if has[name]] if preview.ready else []
    asked = page.request.query_params.get("view", "")
    current = asked if asked in names else next(iter(names), "")
    filters: row_filters.Pairs = []
    if preview.table is not None:
        selection = row_filters.asked(page.request.query_params, preview.table.names).selection
        filters = row_filters.pairs(previews.Selection(), selection.filters)
    for name in names:
        # Filters go along: chart and map are drawn of the rows that they let through, the columns lead on to these.
        query = [*filters, *([("view", name)] if name != "table" else ())]
        path = file_addresses.path(slug, number)
        address = page.link(path, row_filters.with_layer(page.request.query_params, query))
        yield View(name, page.texts.text(VIEWS[name]), address, name == current)


def _no_view(page: Page, shown: str) -> Markup | str:
    """The view that the address asks for where the file does not have it."""
    asked = page.request.query_params.get("view", "")[:40]
    if asked in ("", shown):
        return ""
    return page.texts.text(VIEWS[asked]) if asked in VIEWS else asked


def _reason(page: Page, preview: Preview) -> tuple[str, str] | None:
    """Why nothing is shown, or only a part, and what to do next."""
    if preview.reason is None:
        return None
    return preview.reason.text(page.language), preview.reason.advice(page.language)


def _detected(page: Page, preview: Preview, lang: str) -> Iterator[Markup]:
    """How a table was read."""
    _ = page.texts.text
    table = preview.table
    if table is None:
        return
    if table.delimiter:
        sign = _(_DELIMITERS[table.delimiter]) if table.delimiter in _DELIMITERS else table.delimiter
        yield _("Trennzeichen {sign}", sign=sign)
    if table.encoding:
        yield _("Kodierung {name}", name=_ENCODINGS.get(table.encoding, table.encoding.upper()))
    if table.sheet:
        yield _("Tabellenblatt „{name}“", name=page.spoken(table.sheet, lang))
    if table.header_row >= 0:
        yield _("Spaltennamen in Zeile {n}", n=table.header_row + 1)


def _layers_of(page: Page, preview: Preview) -> Markup:
    """What the layers are called that one can choose from: sheets of a workbook, layers of a file or of a service."""
    _ = page.texts.text
    if _has_sheets(preview):
        return _("Tabellenblätter")
    if preview.source is not None and preview.source.kind == "gpkg":
        return _("Ebenen der Datei")
    return _("Ebenen des Dienstes")


def _has_sheets(preview: Preview) -> bool:
    return preview.table is not None and bool(preview.table.sheet)


def _shown_layer(page: Page, found: Named, preview: Preview, lang: str) -> Markup | None:
    """Which of its layers or sheets is seen, where a file has several; of a service always: it may hold others' data."""
    of_service = found.wanted is not None and has_layers(found.wanted)
    if not (preview.ready and preview.layer and (of_service or len(preview.layers) > 1)):
        return None
    words = dict(preview.layers).get(preview.layer) or preview.title or preview.layer
    if words.isdigit() and len(preview.layers) < 2:  # the only one, which has no name
        return None
    name = page.spoken(words, lang)
    _ = page.texts.text
    if _has_sheets(preview):
        return _("Sie sehen das Tabellenblatt „{name}“.", name=name)
    return _("Sie sehen die Ebene „{name}“.", name=name)


_ENCODINGS = {"cp1252": "Windows-1252", "utf-8-sig": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}


def _notes(page: Page, preview: Preview) -> Iterator[str]:
    """What was noticed and mended, each remark once."""
    seen: dict[Note, None] = dict.fromkeys(preview.notes)
    for note in seen:
        yield note.de if page.language == "de" else note.en


def _about(page: Page, preview: Preview) -> Iterator[tuple[Markup, str]]:
    """Facts of the file, as it was fetched."""
    _ = page.texts.text
    source = preview.source
    if source is None:
        return
    if source.name:
        yield _("Name der Datei"), source.name
    if source.size:
        yield _("Größe"), formats.size(source.size, page.language)
    if source.modified:
        yield _("Beim Server zuletzt geändert"), _moment(source.modified, page.language)
    # Asked in vain since then: what is seen is older.
    fetched = source.fetched_at if preview.measured and preview.reason else source.checked_at or source.fetched_at
    if fetched:
        yield _("Von uns abgerufen"), formats.time(fetched, page.language)
    if source.final_address and (host := urlsplit(source.final_address).hostname):
        yield _("Server"), host


def _moment(text: str, language: str) -> str:
    """A time of an HTTP header, or in ISO 8601, in words."""
    try:
        return formats.time(parsedate_to_datetime(text).isoformat(), language)
    except ValueError:
        return formats.time(text, language)


def _trail(page: Page, found: Named) -> list[tuple[str, str]]:
    trail: list[tuple[str, str]] = [(page.link("/datasets"), page.texts.text("Daten"))]
    if place := page.place(found.entry.municipality):
        trail.append((page.link(f"/municipality/{place.id}"), short_name(place.name)))
    title = facts.spoken(found.record.title, page.language, languages.of_data(page.region, found.record))
    words = page.spoken(title.text or found.entry.title or found.entry.slug, title.lang)
    trail.append((page.link(f"/dataset/{found.entry.slug}"), words))
    return trail


async def picture(request: Request) -> Response:
    """``/dataset/SLUG/file/N/picture``: the picture of an image or of a document's first page, made by us. Raises Refused."""
    found = previewed.named(request, "/picture")
    if isinstance(found, Response):
        return found
    preview = await previewed.made_preview_of(request, found)
    region = region_of(request)
    made = await run_sync(lambda: previews.picture(region, preview)) if preview.picture else None
    if made is None or preview.picture is None:
        raise Refused(404, "Von dieser Datei gibt es kein Bild.", "There is no picture of this file.")
    conditional.keep(request, seconds=60)
    return Response(made, media_type=preview.picture.media_type)


ROUTES = (
    *routes("/dataset/{slug}/file/{number:int}", file),
    Route("/dataset/{slug}/file/{number:int}/picture", picture, methods=["GET"]),
)
