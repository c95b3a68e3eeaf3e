"""``/sitemap.xml``: the pages that search engines should know, in files of at most 50,000."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog.feeds import sitemap
from catalog.feeds.sitemap import Place
from catalog.search import PAGE, Catalogue
from catalog.web import conditional, security
from catalog.web.negotiation import Refused, catalogue_of, region_of
from schemas.region import Region
from schemas.vocabularies import LISTS

PAGES = ("/", "/datasets", "/themes", "/municipalities", "/news", "/status")
# A file holds the datasets of so many positions; the pages stand in the first one.
POSITIONS = sitemap.LIMIT - 1000


@conditional.kept
async def whole(request: Request) -> Response:
    """``/sitemap.xml``: the only file, or the index of all."""
    catalogue, region, at = catalogue_of(request), region_of(request), conditional.number(request)
    files = _files(catalogue, at)
    if files == 1:
        return _answer(sitemap.write(_places(region, catalogue, at, 1)))
    base = f"{region.base_url}/sitemap"
    return _answer(sitemap.write_index(Place(f"{base}/{number}.xml") for number in range(1, files + 1)))


@conditional.kept
async def part(request: Request) -> Response:
    """``/sitemap/N.xml``: one of several files."""
    catalogue, at, wanted = catalogue_of(request), conditional.number(request), request.path_params["number"]
    if not 1 <= wanted <= _files(catalogue, at):
        raise Refused(404, "Diesen Teil gibt es nicht.", "There is no such part.")
    return _answer(sitemap.write(_places(region_of(request), catalogue, at, wanted)))


def _files(catalogue: Catalogue, at: int) -> int:
    positions = catalogue.page(0, at, forms=()).last_page * PAGE
    return max(1, -(-positions // POSITIONS))


def _places(region: Region, catalogue: Catalogue, at: int, number: int) -> Iterator[Place]:
    base = region.base_url
    if number == 1:
        yield from (Place(base + path) for path in PAGES)
        yield from (Place(f"{base}/municipality/{municipality.id}") for municipality in region.municipalities)
        themes = catalogue.counts(at).themes
        yield from (Place(f"{base}/theme/{code.code}") for code in LISTS["data-theme"] if themes.get(code.code))
    last = number * POSITIONS
    datasets = catalogue.positions(at, after=last - POSITIONS, limit=POSITIONS)
    for dataset in takewhile(lambda place: place.position <= last, datasets):
        yield Place(f"{base}/dataset/{dataset.slug}", dataset.changed)


def _answer(pieces: Iterator[bytes]) -> Response:
    return Response(
        b"".join(pieces), headers={**security.OPEN, "cache-control": "no-cache"}, media_type=sitemap.MEDIA_TYPE
    )


ROUTES = (Route("/sitemap.xml", whole), Route("/sitemap/{number:int}.xml", part))
