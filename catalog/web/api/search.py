"""``/datasets.json``, ``.csv``, ``.atom``: every search of the search page for programs, spreadsheets and feed readers."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog.feeds import atom
from catalog.reading.entries import NEWEST, Hit, Query, Results
from catalog.reading.helping import Help, Instead
from catalog.spreadsheets import plain_cell
from catalog.web import conditional, file_addresses, paging, past, sanitising, searches, security
from catalog.web.negotiation import links, unknown_suffix
from catalog.web.pages import facets
from catalog.web.past_page import page_of
from catalog.web.refusing import Refused
from catalog.web.searching import searched
from catalog.web.templates import Page
from schemas.region import Region

_HEAD = (
    *("title", "description", "municipality", "publisher", "themes", "keywords", "formats", "licenses"),
    *("issued", "modified", "changed", "begin", "end", "hvd", "page", "iri", "files"),
)
_LIST = " | "


class _Asked(NamedTuple):
    """A search in one of its forms: what it found, and where its pages lie."""

    page: Page
    query: Query
    found: Results
    address: Callable[[int], str]
    meant: Instead | None
    shortened: bool

    @property
    def last(self) -> int:
        """The last page that there is."""
        return min(max(-(-self.found.total // self.query.size), 1), searches.LAST_PAGE)

    @property
    def before(self) -> int | None:
        """The page before; from beyond the last one, the last."""
        return min(self.query.page - 1, self.last) or None


class _Form(NamedTuple):
    """A form of a search: how many datasets its pages hold, if nothing is said and at most, and how it is written."""

    media_type: str
    usual: int
    most: int
    write: Callable[[_Asked], bytes]


async def search(request: Request) -> Response:
    """``/datasets.SUFFIX`` with the parameters of ``/datasets`` and ``size``. Raises Refused (400, 404).

    A page that is no number, or beyond the last that any search has, is refused: a program would ask on and on.
    """
    suffix = request.path_params["suffix"]
    form = _FORMS.get(suffix)
    if form is None:
        raise unknown_suffix(suffix, _FORMS)
    past.number(request)  # refuses a day before the first publication
    if stated := request.query_params.get("page", ""):
        paging.demanded("page", stated, searches.LAST_PAGE)
    query = replace(searches.asked(request.query_params), size=_size(request, form))
    page = await page_of(request, query)
    if suffix == "atom":
        query = replace(query, sort=NEWEST)
    found = await searched(page.catalogue, lambda: page.catalogue.find(query, page.at, today=page.today))
    if found.number == page.at and (query.on or not query.age):
        # JSON counts what is on a map, and that may be another without a publication.
        conditional.keep(request, conditional.MAPS_SECONDS if query.map or suffix == "json" else None)
    pairs = [(name, value) for name, value in searches.pairs(replace(query, page=1)) if value != NEWEST]
    if query.size != form.usual:
        pairs.append(("size", str(query.size)))

    def address(number: int) -> str:
        own = [*pairs, *([("page", str(number))] if number > 1 else [])]
        return f"{page.region.base_url}/datasets.{suffix}" + (f"?{urlencode(own)}" if own else "")

    helps = suffix == "json" and not found.total and query.q
    help_ = await searched(page.catalogue, lambda: page.catalogue.helped(query, page.today)) if helps else Help()
    asked = _Asked(page, query, found, address, help_.meant, searches.is_shortened(request.query_params))
    headers = {**security.OPEN, "cache-control": "no-cache", "link": links(_neighbours(asked)), **past.headers(request)}
    if suffix == "csv":
        headers["content-disposition"] = 'attachment; filename="datasets.csv"'
    return Response(form.write(asked), headers=headers, media_type=f"{form.media_type}; charset=utf-8")


def _size(request: Request, form: _Form) -> int:
    stated = request.query_params.get("size", "").strip()
    if not stated:
        return form.usual
    if not (stated.isascii() and stated.isdecimal() and len(stated) < 9 and int(stated) > 0):
        raise Refused(
            400,
            f"size={stated[:40]} geht nicht: erlaubt sind ganze Zahlen von 1 bis {form.most}.",
            f"size={stated[:40]} does not work: whole numbers from 1 to {form.most} are allowed.",
        )
    return min(int(stated), form.most)


def _neighbours(asked: _Asked) -> Iterator[tuple[str, str, str]]:
    number = asked.query.page
    yield asked.address(number), "canonical", ""
    if number < asked.last:
        yield asked.address(number + 1), "next", ""
    if asked.before:
        yield asked.address(asked.before), "prev", ""


def _public(asked: _Asked, query: Query) -> str:
    """The address of a search's page for people."""
    pairs = searches.pairs(query)
    return f"{asked.page.region.base_url}/datasets" + (f"?{urlencode(pairs)}" if pairs else "")


def _page_of(asked: _Asked, hit: Hit) -> str:
    day = f"?on={asked.query.on.isoformat()}" if asked.query.on else ""
    return f"{asked.page.region.base_url}/dataset/{hit.slug}{day}"


# ------------------------------------------------------------------------------------------------- JSON


def _json(asked: _Asked) -> bytes:
    query, found = asked.query, asked.found
    usual = replace(query, size=searches.SIZE)
    named = {"next": query.page + 1 if query.page < asked.last else None, "previous": asked.before}
    document = {
        "total": found.total,
        "page": query.page,
        "size": query.size,
        "q": query.q,
        "shortened": asked.shortened,  # whether fewer words were searched for than were asked for
        "number": found.number,
        "address": asked.address(query.page),
        "html": _public(asked, usual),
        **{name: asked.address(number) if number else None for name, number in named.items()},
        "meant": _meant(asked, asked.meant) if asked.meant is not None else None,
        "facets": {name: dict(counts) for name, counts in found.facets.items()},
        "datasets": [_dataset(asked, hit) for hit in found.hits],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


def _meant(asked: _Asked, meant: Instead) -> Mapping[str, Any]:
    return {"q": meant.query.q, "total": meant.total, "html": _public(asked, replace(meant.query, sort="relevance"))}


def _dataset(asked: _Asked, hit: Hit) -> dict[str, Any]:
    return told(asked.page.region, hit, _page_of(asked, hit))


def told(region: Region, hit: Hit, html: str) -> dict[str, Any]:
    """A dataset as searches give it in JSON, and its own address; ``html`` is that of its page for people."""
    summary = hit.summary
    files = region.base_url + file_addresses.folder(hit.slug)
    return {
        "iri": hit.iri,
        "key": hit.key,
        "slug": hit.slug,
        "html": html,
        "title": summary.title,
        "description": summary.description,
        "municipality": hit.municipality,
        "publisher": summary.publisher,
        **{name: getattr(summary, name) for name in ("keywords", "themes", "formats", "licenses")},
        **{name: getattr(summary, name) or None for name in ("issued", "modified")},
        "changed": hit.changed,
        "period": [day or None for day in summary.period],
        "hvd": summary.hvd,
        "files": [
            {
                "title": title,
                "format": file_format or None,
                "url": url,
                "bytes": int(size) if size.isascii() and size.isdecimal() else None,
                "html": f"{files}{number}",
            }
            for number, (title, file_format, url, size) in enumerate(summary.files, 1)
        ],
    }


# ------------------------------------------------------------------------------------------------- CSV


def _csv(asked: _Asked) -> bytes:
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(_HEAD)
    for hit in asked.found.hits:
        writer.writerow(plain_cell(" ".join(cell.split())) for cell in _cells(asked, hit))
    return text.getvalue().encode()


def _cells(asked: _Asked, hit: Hit) -> Iterable[str]:
    summary = hit.summary
    place = asked.page.place(hit.municipality)
    description = sanitising.plain(summary.description)
    yield from (summary.title, description, place.name if place else hit.municipality, summary.publisher)
    for several in (summary.themes, summary.keywords, summary.formats, summary.licenses):
        yield _LIST.join(several)
    yield from (summary.issued, summary.modified, hit.changed, *summary.period)
    yield "1" if summary.hvd else "0"
    yield from (_page_of(asked, hit), hit.iri, _LIST.join(file[2] for file in summary.files))


# ------------------------------------------------------------------------------------------------- Atom


def _atom(asked: _Asked) -> bytes:
    page, region = asked.page, asked.page.region
    title = f"{region.title}: {', '.join(facets.said(page, asked.query)) or page.texts.plain('Datensätze')}"
    items = (
        atom.Item(
            hit.iri,
            hit.summary.title,
            hit.changed,
            _page_of(asked, hit),
            content=sanitising.plain(hit.summary.description),
            author=place.name if (place := page.place(hit.municipality)) else region.publisher.name,
        )
        for hit in asked.found.hits
    )
    published_at = page.catalogue.published_at(asked.found.number)
    usual = replace(asked.query, sort="relevance", page=1)
    return atom.document(region, title, asked.address(asked.query.page), _public(asked, usual), items, published_at)


_FORMS = {
    "json": _Form("application/json", 20, 100, _json),
    "csv": _Form("text/csv", 1000, 1000, _csv),
    "atom": _Form(atom.MEDIA_TYPE, 50, 100, _atom),
}
ROUTES = (Route("/datasets.{suffix}", search),)
