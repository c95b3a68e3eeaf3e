"""``/dataset/SLUG/history.json`` and ``.atom``: the history of a dataset for programs and for feed readers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import quote

import orjson
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from catalog.feeds import atom
from catalog.feeds.atom import Item
from catalog.reading.differences import Comparison, Difference, Leaf
from catalog.reading.timeline import Event
from catalog.web import conditional, histories, security
from catalog.web.histories import History, Wish
from catalog.web.negotiation import catalogue_of, local, region_of
from catalog.web.pages import changed, history
from catalog.web.texts import texts
from schemas import iris
from schemas.kinds import Literal
from schemas.region import Region

SECONDS = 60.0
_LONGEST = 5000


async def document(request: Request) -> Response:
    """The history as JSON, page by page. Raises Refused (400, 404)."""
    found = await _found(request, ".json")
    if isinstance(found, Response):
        return found
    body = orjson.dumps(_document(region_of(request), found))
    return Response(body, headers=_headers(), media_type="application/json")


async def feed(request: Request) -> Response:
    """The newest page of the history as a feed. Raises Refused (400, 404)."""
    found = await _found(request, ".atom")
    if isinstance(found, Response):
        return found
    body = _feed(region_of(request), found)
    return Response(body, headers=_headers(), media_type=f"{atom.MEDIA_TYPE}; charset=utf-8")


async def _found(request: Request, suffix: str) -> History | Response:
    conditional.keep(request, SECONDS)
    slug: str = request.path_params["slug"]
    wish, at = Wish.of(request.query_params), conditional.number(request)
    found = await run_sync(histories.load, catalogue_of(request), slug, wish, at)
    if isinstance(found, str):
        return RedirectResponse(local(request, f"/dataset/{quote(found)}/history{suffix}"), 301)
    return found


def _headers() -> dict[str, str]:
    return {**security.OPEN, "cache-control": "no-cache"}


# ------------------------------------------------------------------------------------------------- JSON


def _document(region: Region, found: History) -> dict[str, Any]:
    record, line = found.record, found.line
    address = _address(region, record.slug)
    told: dict[str, Any] = {
        "iri": record.iri,
        "key": record.key,
        "slug": record.slug,
        "title": line.last.title,
        "versions": line.total,
        "withdrawn": line.last.ended_at or None,
        "page": line.page,
        "pages": line.pages,
        "next": f"{address}.json?page={line.page + 1}" if line.page < line.pages else None,
        "events": [_event(each, found) for each in line.events],
    }
    if found.pair and found.comparison:
        older, newer = found.pair
        told["comparison"] = {"from": older.place, "to": newer.place, **_comparison(found.comparison)}
    return told


def _event(event: Event, found: History) -> dict[str, Any]:
    version = event.version if event.kind != "withdrawn" else None
    comparison = found.changes.get(version.place) if version else None
    cause = event.cause
    return {
        "kind": event.kind,
        "number": event.number,
        "at": event.published_at,
        "run": {
            "id": cause.run,
            "kind": cause.kind,
            "source": cause.source_id,
            "undoes": cause.undoes,
            "undone_by": cause.undone_by,
        }
        if cause
        else None,
        "version": version.place if version else None,
        "title": version.title if version else None,
        "other": event.other.slug if event.other else None,
        "corrected": [each.attribute for each in event.set],
        "corrections_lifted": [each.attribute for each in event.lifted],
        **(_comparison(comparison) if comparison else {"changes": [], "files": []}),
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "changes": [_change(each) for each in comparison.record],
        "files": [
            {
                "kind": file.kind,
                "title": file.title,
                "address": file.address,
                "changes": [_change(each) for each in file.differences],
            }
            for file in comparison.files
        ],
    }


def _change(difference: Difference) -> dict[str, Any]:
    old, new, kept = changed.apart(difference)
    return {"attribute": difference.attribute, "old": _values(old), "new": _values(new), "kept": kept}


def _values(values: Sequence[Leaf]) -> list[dict[str, Any]]:
    told = []
    for value in values:
        text = value.text if isinstance(value, Literal) else value
        each: dict[str, Any] = {"value" if isinstance(value, Literal) else "iri": text[:_LONGEST]}
        if isinstance(value, Literal) and value.lang:
            each["lang"] = value.lang
        if len(text) > _LONGEST:
            each["cut"] = True
        told.append(each)
    return told


# ------------------------------------------------------------------------------------------------- Atom


def _feed(region: Region, found: History) -> bytes:
    said = texts("en" if region.language == "en" else "de")
    record, line = found.record, found.line
    address = _address(region, record.slug)
    items = []
    for event in line.events:
        version = event.version if event.kind != "withdrawn" else None
        comparison = found.changes.get(version.place) if version else None
        told = changed.told(comparison, said, found.names) if comparison else None
        items.append(
            Item(
                f"{iris.mint(region.base_url, 'record', record.key)}#{event.number}-{event.kind}",
                f"{said.plain(history.KINDS[event.kind][0])}: {line.last.title}",
                event.published_at,
                address,
                event.kind,
                history.sentence(told, said) if told else "",
            )
        )
    title = said.plain("Fassungen von „{title}“", title=line.last.title)
    return atom.document(region, title, f"{address}.atom", address, items)


def _address(region: Region, slug: str) -> str:
    return f"{region.base_url}/dataset/{quote(slug)}/history"


_HANDLERS: tuple[tuple[str, Callable[[Request], Awaitable[Response]]], ...] = ((".json", document), (".atom", feed))
ROUTES = tuple(Route(f"/dataset/{{slug}}/history{suffix}", handler) for suffix, handler in _HANDLERS)
