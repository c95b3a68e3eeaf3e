"""Walks the pages of a feed as CKAN's DCAT harvester does, and says how the walk ends.

Source: ckanext-dcat 2.4, harvesters/rdf.py (``gather_stage``), harvesters/base.py (``_get_content_and_type``),
processors.py (``next_page``). A failed page ends its job without any import or deletion; a page that names no next one
is taken for the last, and whatever it did not see is deleted.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urldefrag

from rdflib import RDF

from catalog.delivery.asking import Asking, NoAnswer
from catalog.delivery.ckan_values import Reader
from harvesters.answer import Answer
from schemas import syntax
from schemas.namespaces import DCAT, HYDRA
from schemas.syntax import Unreadable, load
from schemas.triples import Triples

MAX_PAGE_BYTES = 50 * 1024 * 1024  # ckanext.dcat.max_file_size
MAX_PAGES = 20_000
# What rdflib has a parser for; anything else ends the job.
MEDIA_TYPES = frozenset(
    {
        *("text/turtle", "text/n3", "application/rdf+xml", "application/ld+json", "application/n-triples"),
        *("application/trig", "application/n-quads", "application/trix"),
    }
)
_VIEWS = (str(HYDRA.PartialCollectionView), str(HYDRA.PagedCollection))
_NEXT = (str(HYDRA.next), str(HYDRA.nextPage))


class End(StrEnum):
    """How a walk ends."""

    WHOLE = "whole"
    REPEATS = "repeats"  # a page equals the first one: it stops there, and deletes what it did not see
    FAILED = "failed"  # a page cannot be had or read: nothing is imported, nothing deleted
    ENDLESS = "endless"  # pages lead in a circle without the first one: it never ends


@dataclass(frozen=True, slots=True, eq=False)
class FeedPage:
    """One page: its answer and its statements."""

    answer: Answer
    triples: Triples

    @property
    def datasets(self) -> list[str]:
        """The datasets that the page describes."""
        return list(dict.fromkeys(self.triples.of_type(str(DCAT.Dataset))))


@dataclass(frozen=True, slots=True)
class Walk:
    """The pages that were read, how the walk ended, at which address, and why (German, English)."""

    pages: tuple[FeedPage, ...]
    end: End
    at: str
    reason: tuple[str, str] = ("", "")

    @property
    def stated_total(self) -> int | None:
        """How many datasets the feed says it has (hydra:totalItems); None if it does not say."""
        totals = [
            value
            for page in self.pages
            for view in page.triples.of_type(*_VIEWS)
            for value in Reader(page.triples).values(view, str(HYDRA.totalItems))
        ]
        return max((int(total) for total in totals if total.isascii() and total.isdigit()), default=None)


def next_page(triples: Triples) -> str | None:
    """The next page: hydra:next before hydra:nextPage, of a partial view before a paged collection."""
    reader = Reader(triples)
    for kind in _VIEWS:
        for view in triples.by_subject:
            if kind in reader.values(view, str(RDF.type)):
                for prop in _NEXT:
                    if found := reader.values(view, prop):
                        return found[0]
    return None


def walk(ask: Asking, url: str) -> Walk:
    """The pages of a feed from its first one on."""
    pages: list[FeedPage] = []
    visited: set[str] = set()
    first: bytes | None = None
    address: str | None = url
    while address is not None:
        try:
            answer = _fetched(ask, address)
            content = hashlib.blake2b(answer.body).digest()
            if content == first:
                reason = "die Seite ist dieselbe wie die erste", "the page is the same as the first one"
                return Walk(tuple(pages), End.REPEATS, address, reason)
            if urldefrag(address).url in visited or len(pages) >= MAX_PAGES:
                reason = "die Seiten führen im Kreis", "the pages lead in a circle"
                return Walk(tuple(pages), End.ENDLESS, address, reason)
            visited.add(urldefrag(address).url)
            first = first or content
            stated = pages[0].answer.media_type if pages else answer.media_type
            pages.append(_read(answer, stated))
        except (NoAnswer, Unreadable) as failed:
            return Walk(tuple(pages), End.FAILED, address, (failed.de, failed.en))
        address = next_page(pages[-1].triples)
    return Walk(tuple(pages), End.WHOLE, url)


def _read(answer: Answer, media_type: str) -> FeedPage:
    """A page read as what it is said to be. Raises NoAnswer, Unreadable."""
    document = load(answer.body, answer.final_url)
    expected = syntax.MEDIA_TYPES.get(media_type, "rdf" if not media_type else document.syntax)
    if document.syntax != expected and (document.syntax, expected) != ("nt", "ttl"):
        said = media_type or "application/rdf+xml"
        raise NoAnswer(
            f"die Seite wird als {said} gelesen, ist aber {document.syntax}",
            f"the page is read as {said}, but is {document.syntax}",
        )
    return FeedPage(answer, document.triples)


def _fetched(ask: Asking, url: str) -> Answer:
    """A page as the harvester would take it. Raises NoAnswer."""
    answer = ask(url, headers={"Accept": "*/*"})
    if answer.status >= 400:
        raise NoAnswer(f"Antwort {answer.status}", f"answer {answer.status}")
    if len(answer.body) >= MAX_PAGE_BYTES or answer.truncated:
        size = len(answer.body) // 1_000_000
        raise NoAnswer(
            f"die Seite ist zu groß ({size} MB, höchstens 50)", f"the page is too big ({size} MB, 50 at most)"
        )
    if answer.media_type and answer.media_type not in MEDIA_TYPES:
        raise NoAnswer(
            f"der Medientyp {answer.media_type} ist keiner von RDF",
            f"the media type {answer.media_type} is none of RDF",
        )
    try:
        answer.body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NoAnswer("die Seite ist nicht in UTF-8", "the page is not in UTF-8") from error
    return answer
