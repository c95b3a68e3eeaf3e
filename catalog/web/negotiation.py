"""Which form of a record or page a client gets: by its suffix, else by the Accept header (RFC 9110, 12.5.1)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from catalog.feeds import formats
from catalog.feeds.described import DESCRIBED, described
from catalog.feeds.envelope import Envelope, around_record
from catalog.formats import day
from catalog.reading.entries import Entry, Gone, Moved
from catalog.reading.rows import FORMS
from catalog.search import Catalogue
from catalog.web import conditional, past, security
from catalog.web.refusing import Refused as Refused
from schemas.region import Region

Handler = Callable[[Request], Awaitable[Response]]
HTML = "html"
_HTML_TYPES = ("text/html", "application/xhtml+xml")
# What clients ask for that know no better name; the answer bears the format's own.
_ALSO = {"jsonld": ("application/json",), "rdf": ("application/xml", "text/xml")}
KINDS = ("dataset", "service", "series", "agent")


class Offer(NamedTuple):
    """A form on offer: its suffix (or ``html``) and the media types it goes by, the first of them on the answer."""

    suffix: str
    media_types: tuple[str, ...]


def machine_offers() -> tuple[Offer, ...]:
    """The feed formats."""
    return tuple(Offer(suffix, (form.MEDIA_TYPE, *_ALSO.get(suffix, ()))) for suffix, form in formats().items())


def html_offer() -> Offer:
    """A page for people."""
    return Offer(HTML, _HTML_TYPES)


@lru_cache(maxsize=1024)
def preferred(accept: str, offers: tuple[Offer, ...]) -> str | None:
    """The suffix of the offer that an Accept header likes best; the earlier offer where two are liked as well.

    Takes the header, empty if there is none (everything is liked). The most specific range decides about a type; what
    is no range is passed over. None if nothing on offer is acceptable.
    """
    ranges = _ranges(accept) or {("*", "*"): 1.0}
    best, best_quality = None, 0.0
    for offer in offers:
        quality = max(_quality(media_type, ranges) for media_type in offer.media_types)
        if quality > best_quality:
            best, best_quality = offer.suffix, quality
    return best


def _ranges(accept: str) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = {}
    for part in accept.split(","):
        media_range, *parameters = (piece.strip() for piece in part.split(";"))
        major, slash, minor = media_range.lower().partition("/")
        if not (major and slash and minor) or (major == "*" and minor != "*"):
            continue
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "q":
                quality = _number(value.strip())
        found[major, minor] = max(quality, found.get((major, minor), 0.0))
    return found


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if 0.0 <= value <= 1.0 else 0.0


def _quality(media_type: str, ranges: Mapping[tuple[str, str], float]) -> float:
    major, _, minor = media_type.partition("/")
    for media_range in ((major, minor), (major, "*"), ("*", "*")):
        if media_range in ranges:
            return ranges[media_range]
    return 0.0


def chosen(request: Request, offers: tuple[Offer, ...]) -> str:
    """The suffix that a request's Accept header likes best. Raises Refused (406) with the list of what there is."""
    accept = ",".join(request.headers.getlist("accept"))
    found = preferred(accept, offers)
    if found is None:
        listed = ", ".join(offer.media_types[0] for offer in offers)
        raise Refused(
            406,
            f"In keiner der gewünschten Formen vorhanden. Es gibt: {listed}",
            f"Not available in any form asked for. There are: {listed}",
            {"vary": "Accept"},
        )
    return found


# ------------------------------------------------------------------------------------------------- addresses


def region_of(request: Request) -> Region:
    """The region that is served."""
    region: Region = request.app.state.region
    return region


def catalogue_of(request: Request) -> Catalogue:
    """The catalogue that is served."""
    catalogue: Catalogue = request.app.state.catalogue
    return catalogue


def local(request: Request, path: str) -> str:
    """Where a redirect leads: a path on the host that was asked, below the path of the base address (F72)."""
    return urlsplit(region_of(request).base_url).path + path


def links(addresses: Iterable[tuple[str, str, str]]) -> str:
    """A Link header (RFC 8288) of address, relation and media type (or none)."""
    return ", ".join(
        f'<{address}>; rel="{relation}"' + (f'; type="{media_type}"' if media_type else "")
        for address, relation, media_type in addresses
    )


def document_links(request: Request, kind: str, slug: str, without: str = "") -> str:
    """The Link header of a record's document: itself (canonical), and its other forms but ``without``."""
    address = f"{region_of(request).base_url}/{kind}/{quote(slug)}"
    others = [
        (f"{address}.{suffix}", "alternate", form.MEDIA_TYPE) for suffix, form in formats().items() if suffix != without
    ]
    return links([(address, "canonical", ""), *others])


# ------------------------------------------------------------------------------------------------- documents


async def negotiated(request: Request, html: Handler | None = None, kind: str = "dataset") -> Response:
    """The answer at ``/KIND/SLUG``, in the form that the client likes best.

    Takes the handler that makes the page for people, if there is one; it looks the record up for itself. A machine's
    form is made here. Raises Refused: 404, 406, 410.
    """
    offers = (html_offer(), *machine_offers()) if html else machine_offers()
    suffix = chosen(request, offers)
    slug: str = request.path_params["slug"]
    if suffix == HTML and html is not None:
        response = await html(request)
        if response.status_code == 200:
            response.headers["link"] = document_links(request, kind, slug)
    else:
        response = document(request, slug, suffix, kind, named=False)
    response.headers["vary"] = "Accept"
    return response


def document(request: Request, slug: str, suffix: str, kind: str = "dataset", named: bool = True) -> Response:
    """A record with what belongs to it in a feed format. ``named``: the suffix stood in the address.

    ``on=DAY`` gives it as it was at the end of that day. Raises Refused (400, 404, 410); an alias or another name of the
    record is answered with 301.
    """
    form = formats().get(suffix)
    if form is None:
        raise unknown_suffix(suffix, (*formats(), *(("json",) if kind == "dataset" else ())))
    conditional.keep(request)
    catalogue, at = catalogue_of(request), past.number(request)
    entry = existing(catalogue.get(slug, at))
    if isinstance(entry, Moved) or (entry.slug, entry.kind) != (slug, kind):
        new_kind = kind if isinstance(entry, Moved) else entry.kind
        ending = f".{suffix}" if named else ""
        status = entry.status if isinstance(entry, Moved) else 301
        query = f"?{request.url.query}" if past.wanted(request) else ""
        return RedirectResponse(local(request, f"/{new_kind}/{quote(entry.slug)}{ending}{query}"), status)
    companions = catalogue.companions_of((entry,), at, forms=ready_form(suffix))
    return answer(
        request,
        suffix,
        [entry, *companions],
        around_record(region_of(request), entry) if entry.kind != "agent" else Envelope(),
        changed=max(one.changed for one in (entry, *companions)),
        link=document_links(request, kind, slug, without=suffix),
    )


def ready_form(suffix: str) -> tuple[str, ...]:
    """Which stored fragments a feed format is joined from; a format without any is made from the records."""
    return (suffix,) if suffix in FORMS else ()


def existing(found: Entry | Gone | Moved | None) -> Entry | Moved:
    """What was found. Raises Refused: 404 if there is nothing, 410 with the last title for a withdrawn record."""
    if found is None:
        raise Refused(404, "Diese Adresse gibt es nicht.", "There is nothing at this address.")
    if isinstance(found, Gone):
        german, english = (day(found.withdrawn, language) for language in ("de", "en"))
        raise Refused(
            410,
            f"„{found.title}“ ist nicht mehr verfügbar. Zurückgezogen am {german}.",
            f"“{found.title}” is no longer available. Withdrawn on {english}.",
        )
    return found


def unknown_suffix(suffix: str, known: Iterable[str] = ()) -> Refused:
    """The refusal of a form that does not exist, with those that do: ``known``, else the feed formats."""
    listed = ", ".join(f".{name}" for name in known or formats())
    return Refused(
        404, f"Die Form .{suffix} gibt es nicht. Es gibt: {listed}", f"No form .{suffix}. There are: {listed}"
    )


def answer(
    request: Request,
    suffix: str,
    entries: Sequence[Entry],
    page: Envelope,
    *,
    changed: str,
    link: str,
    named: bytes = b"",
) -> Response:
    """A feed document as an answer: open to every origin, to be revalidated by its ETag.

    What the entries name, and the N-Triples ``named``, is described in it where the format is RDF.
    """
    form = formats()[suffix]
    if suffix in DESCRIBED:
        entries = [*entries, described(suffix, entries, named)]
    headers = {**security.OPEN, "cache-control": "no-cache", "link": link, **past.headers(request)}
    if changed:
        headers["last-modified"] = conditional.http_date(changed)
    return Response(b"".join(form.write(entries, page)), headers=headers, media_type=form.MEDIA_TYPE)
