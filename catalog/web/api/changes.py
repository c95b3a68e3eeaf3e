"""``/changes``: what each publication did, to follow without a gap; ``/feed.atom`` and ``/feed.json``: the last of it."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlencode

import orjson
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog.feeds import atom, jsonfeed
from catalog.web import conditional, paging, security
from catalog.web.negotiation import catalogue_of, links, region_of
from catalog.web.refusing import Refused
from schemas.region import Municipality

CHANGES = 50
USUAL, MOST = 100, 1000
_CURSOR = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?", re.ASCII)


class Cursor(NamedTuple):
    """How far a reader has come: through all of a publication, or in it up to the version with the number ``beyond``."""

    number: int = 0
    beyond: int | None = None

    def __str__(self) -> str:
        return f"{self.number}" if self.beyond is None else f"{self.number}-{self.beyond}"


@conditional.kept
async def changes(request: Request) -> Response:
    """``/changes?since=CURSOR&municipality=ID&size=N``: what came after, the oldest first.

    ``until`` is the cursor to ask with the next time, ``next`` the address of more that is there already. Raises Refused:
    400 for a wrong cursor or size, 404 for a municipality that is none of the region.
    """
    catalogue, at, region = catalogue_of(request), conditional.number(request), region_of(request)
    place, since = _place(request), _since(request, at)
    size = paging.demanded("size", request.query_params.get("size") or str(USUAL), MOST)
    # In a thread: within a publication of 100,000 changes PostgreSQL takes a tenth of a second to find the next.
    found = await run_sync(catalogue.following, at, size + 1, since.number, since.beyond, place.id if place else "")
    shown, until, following = found[:size], since, None
    headers = {**security.OPEN, "cache-control": "no-cache"}
    if shown:
        # All of the last publication is seen unless more follows. What none is of leaves the cursor, and so the ETag.
        until = Cursor(shown[-1].number, shown[-1].version if len(found) > size else None)
        if found[-1].published_at:  # of a full answer that of the next one: since then it leads on to that
            headers["last-modified"] = conditional.http_date(found[-1].published_at)
    if len(found) > size:
        pairs = {"since": str(until), **({"municipality": place.id} if place else {})}
        if size != USUAL:
            pairs["size"] = str(size)
        following = f"{region.base_url}/changes?{urlencode(pairs)}"
        headers["link"] = links([(following, "next", "application/json")])
    document = {
        "since": str(since),
        "until": str(until),
        "next": following,
        "changes": [jsonfeed.told(region, change) for change in shown],
    }
    return Response(orjson.dumps(document), headers=headers, media_type="application/json")


@conditional.kept
async def feed(request: Request) -> Response:
    """The last changes as Atom, of the region or one ``municipality``. Raises Refused (404)."""
    catalogue, at, place = catalogue_of(request), conditional.number(request), _place(request)
    published_at = catalogue.published_at(at)
    shown = catalogue.changes(at, CHANGES, municipality=place.id if place else "")
    body = atom.write(region_of(request), shown, published_at, place)
    return Response(body, headers=_headers(published_at), media_type=f"{atom.MEDIA_TYPE}; charset=utf-8")


@conditional.kept
async def json_feed(request: Request) -> Response:
    """The same as JSON Feed. Raises Refused (404)."""
    catalogue, at, place = catalogue_of(request), conditional.number(request), _place(request)
    shown = catalogue.changes(at, CHANGES, municipality=place.id if place else "")
    body = jsonfeed.write(region_of(request), shown, place)
    return Response(body, headers=_headers(catalogue.published_at(at)), media_type=jsonfeed.MEDIA_TYPE)


def _headers(published_at: str) -> dict[str, str]:
    headers = {**security.OPEN, "cache-control": "no-cache"}
    if published_at:
        headers["last-modified"] = conditional.http_date(published_at)
    return headers


def _place(request: Request) -> Municipality | None:
    """The municipality that is asked for, by the parameter of ``/news``. Raises Refused (404) for one that is none."""
    wanted = request.query_params.get("municipality", "")
    place = region_of(request).municipality(wanted) if wanted else None
    if wanted and place is None:
        raise Refused(404, "Diese Gemeinde gehört nicht zur Region.", "This municipality is not part of the region.")
    return place


def _since(request: Request, at: int) -> Cursor:
    """Where to go on from: the beginning if nothing is said. Raises Refused (400).

    A number that is not published yet is refused rather than answered with nothing: it was told by a catalogue that has
    been set back since, and whoever went on asking with it would miss what comes.
    """
    stated = request.query_params.get("since", "").strip()
    if not stated:
        return Cursor()
    parts = _CURSOR.fullmatch(stated)
    if parts is None:
        raise Refused(
            400,
            f"since={stated[:40]} ist kein Stand: erlaubt ist 0 oder das „until“ einer früheren Antwort.",
            f"since={stated[:40]} is no cursor: 0 is allowed, or the “until” of an earlier answer.",
        )
    since = Cursor(int(parts[1]), int(parts[2]) if parts[2] else None)
    if since.number > at:
        raise Refused(
            400,
            f"since={stated[:40]} liegt nach dem jetzigen Stand {at}. Beginnen Sie neu mit since=0.",
            f"since={stated[:40]} lies after the present number {at}. Begin anew with since=0.",
        )
    return since


ROUTES = (Route("/changes", changes), Route("/feed.atom", feed), Route("/feed.json", json_feed))
