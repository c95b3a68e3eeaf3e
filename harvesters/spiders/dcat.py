"""Reaches the datasets of a DCAT catalogue in RDF: one document, pages after Hydra, or one document per dataset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urldefrag, urljoin

from pydantic import Field
from scrapy.http import Request, Response

from harvesters.answer import Answer
from harvesters.marks import Marks
from harvesters.readers.dcat import Cut, cut
from harvesters.reading import Page
from harvesters.reasons import FAILURE, INCOMPLETE, LIMIT
from harvesters.spider import Detected, HarvestSpider, Options
from schemas.findings import Finding, Severity, declare
from schemas.kinds import Literal, is_web
from schemas.limits import Limits
from schemas.namespaces import DCAT, DCTERMS, HYDRA
from schemas.syntax import Document, Unreadable, load
from schemas.triples import Triples

NOT_DESCRIBED = declare(
    "dcat-listed-not-described",
    "Der Katalog führt {0} Datensätze auf, die er nicht beschreibt, zum Beispiel {1}.",
    "The catalogue lists {0} datasets that it does not describe, for example {1}.",
    "Setzen Sie [dcat] follow = true, wenn jeder Datensatz unter seiner IRI ein eigenes RDF-Dokument hat; sonst "
    "berichtigen Sie die Liste an der Quelle.",
    "Set [dcat] follow = true if each dataset has an RDF document of its own under its IRI; else correct the list at "
    "the source.",
)
CHARSET = declare(
    "charset-repaired",
    "{0}: {1} Zeilen standen nicht in der angegebenen Zeichenkodierung und wurden berichtigt.",
    "{0}: {1} lines were not in the stated character encoding and were put right.",
    "Liefern Sie das Dokument an der Quelle in UTF-8, und geben Sie UTF-8 an.",
    "Deliver the document in UTF-8 at the source, and state UTF-8.",
    "faults F20",
)

ACCEPT = "text/turtle, application/rdf+xml;q=0.9, application/ld+json;q=0.8, application/n-triples;q=0.7, */*;q=0.1"
_NEXT = (str(HYDRA.next), str(HYDRA.nextPage))
_VIEWS = (str(HYDRA.PartialCollectionView), str(HYDRA.PagedCollection))
_CATALOG = str(DCAT.Catalog)
_TOTAL, _TITLE = str(HYDRA.totalItems), str(DCTERMS.title)


class DcatOptions(Options):
    """The table ``[dcat]`` of a source file."""

    follow: bool = False
    """Whether datasets that the catalogue only lists are fetched from their IRIs, each a document of its own."""

    max_pages: int | None = Field(default=None, ge=1)
    """The most documents fetched in one run; the limit ``pages`` holds in any case."""


class Paging(NamedTuple):
    """What a document says about the pages of its catalogue: the next one's address, how many records there are."""

    next: str | None
    total: int | None


def paging(triples: Triples, url: str) -> Paging:
    """Hydra's next page in either spelling, as an IRI or a text, relative or not; and the stated number of records."""
    views = triples.of_type(*_VIEWS) or list(triples.by_subject)
    following = None
    for predicate in _NEXT:
        values = [value for view in views for value in triples.values(view, predicate)]
        texts = sorted(text for value in values if (text := _text(value)) and not text.startswith("_:"))
        if texts:
            following = urldefrag(urljoin(url, texts[0])).url
            break
    totals = [_text(value) for view in views for value in triples.values(view, _TOTAL)]
    return Paging(following, max((int(total) for total in totals if total.isascii() and total.isdigit()), default=None))


def _text(value: str | Literal) -> str:
    return (value.text if isinstance(value, Literal) else value).strip()


class DcatSpider(HarvestSpider):
    """RDF/XML, Turtle, JSON-LD and N-Triples, told by content; pages that repeat or lead in a circle end the run as partial."""

    name = "dcat"
    reader = "dcat"
    title = ("DCAT-Katalog (RDF)", "DCAT catalogue (RDF)")
    options_model: ClassVar[type[Options]] = DcatOptions

    @classmethod
    def probes(cls, url: str) -> Sequence[str]:
        """The address itself, and where portals keep their feed below it."""
        below = url.rstrip("/")
        return (url, f"{below}/catalog.ttl", f"{below}/catalog.rdf", f"{below}/catalog.xml", f"{below}/catalog.jsonld")

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """The first address that holds an RDF document with datasets, services or series; by content alone."""
        for address in cls.probes(url):
            answer = answers.get(address)
            if answer is None or answer.status != 200:
                continue
            try:
                triples = load(answer.body, answer.final_url).triples
            except Unreadable:
                continue
            found = cut(triples, "urn:nobody:", Limits())
            if not found.natives:
                continue
            total = paging(triples, answer.final_url).total
            titles = [native.data.feed.texts(native.data.subject, _TITLE) for native in found.natives[:3]]
            samples = tuple(texts[0] for texts in titles if texts)
            certainty = 90 if address == url else 60
            named = (_text(value) for each in triples.of_type(_CATALOG) for value in triples.values(each, _TITLE))
            count = max(len(found.natives), total or 0)
            return Detected(cls.name, address, count, samples, {}, certainty, next(named, ""))
        return None

    def first(self) -> Iterable[Request | Page]:
        """The first page."""
        self._visited: set[str] = set()
        self._contents: set[bytes] = set()
        # Hashes suffice to tell which of the listed datasets came; a million IRIs would not be small.
        self._described = Marks()
        self._listed: dict[str, None] = {}
        self._asked = 0
        yield self._ask(self.source.url, self.catalog)

    def _ask(self, url: str, callback: Any, **kwargs: Any) -> Request:
        self._visited.add(urldefrag(url).url)
        self._asked += 1
        headers = {"Accept": ACCEPT}
        if self.source.api_key:
            headers["Authorization"] = self.source.api_key
        # Which page comes next stands in the document only, so a 304 would end the walk: no conditional requests.
        return self.request(url, callback, conditional=False, dont_filter=True, headers=headers, cb_kwargs=kwargs)

    def catalog(self, response: Response) -> Iterator[Any]:
        """A page of the catalogue, and the request to the next one."""
        document = self._document(response)
        if document is None:
            return
        found = self._cut(document)
        place = paging(document.triples, response.url)
        self._visited.add(urldefrag(response.url).url)
        if self._repeated(found):
            self._stop(
                response.url,
                "die Seite wiederholt die Datensätze einer früheren",
                "the page repeats an earlier one's datasets",
                INCOMPLETE,
            )
        else:
            self.job.stated_total = place.total or self.job.stated_total
            self._listed |= dict.fromkeys(found.listed)
            yield self._page(response, found)
            if place.next is not None and (request := self._next(response.url, place.next)) is not None:
                yield request
                return
        yield from self._rest()

    def linked(self, response: Response, wanted: str) -> Iterator[Any]:
        """The document of one dataset that the catalogue only lists."""
        document = self._document(response)
        if document is None:
            return
        found = self._cut(document)
        natives = [native for native in found.natives if native.data.subject not in self._described]
        if all(native.data.subject != wanted for native in found.natives):
            self.job.findings.append(Finding(Severity.WARNING, response.url, None, NOT_DESCRIBED, ("1", wanted)))
        yield self._page(response, found._replace(natives=natives))

    def _document(self, response: Response) -> Document | None:
        try:
            document = load(response.body, response.url)
        except Unreadable as unreadable:
            self.fail(
                f"{response.url}: erwartet war ein DCAT-Dokument in RDF: {unreadable.de}",
                f"{response.url}: a DCAT document in RDF was expected: {unreadable.en}",
            )
            return None
        if document.repaired_lines:
            arguments = (response.url, str(document.repaired_lines))
            self.job.findings.append(Finding(Severity.WARNING, response.url, None, CHARSET, arguments))
        return document

    def _cut(self, document: Document) -> Cut:
        return cut(document.triples, self.job.context.base_url, self.source.limits)

    def _page(self, response: Response, found: Cut) -> Page:
        self._described.update(native.data.subject for native in found.natives)
        self._described.update(finding.focus for finding in found.unusable)
        self.job.findings.extend(found.remarks)
        return self.page(response, found.natives, found.unusable)

    def _repeated(self, found: Cut) -> bool:
        """Whether the same records came before, whatever the address and the names of blank nodes (F11, F12)."""
        if not found.natives:
            return False
        parts = sorted(blake2b(native.fingerprint, digest_size=16).digest() for native in found.natives)
        content = blake2b(b"".join(parts), digest_size=16).digest()
        if content in self._contents:
            return True
        self._contents.add(content)
        return False

    def _next(self, url: str, following: str) -> Request | None:
        if following in self._visited:
            self._stop(
                url,
                f"die nächste Seite {following} wurde schon abgerufen",
                f"the next page {following} was fetched before",
                INCOMPLETE,
            )
        elif not is_web(following):
            self._stop(
                url,
                f"die nächste Seite „{following}“ hat keine Webadresse",
                f"the next page “{following}” has no web address",
            )
        elif self._within_budget(url):
            return self._ask(following, self.catalog)
        return None

    def _within_budget(self, url: str) -> bool:
        limits = self.source.limits
        pages = min(self.options.max_pages or limits.pages, limits.pages)
        if self._asked >= pages:
            self._stop(
                url, f"das Budget von {pages} Seiten ist erschöpft", f"the budget of {pages} pages is spent", LIMIT
            )
            return False
        if self.job.records >= limits.records:
            records = limits.records
            self._stop(
                url,
                f"das Budget von {records} Datensätzen ist erschöpft",
                f"the budget of {records} records is spent",
                LIMIT,
            )
            return False
        return True

    def _stop(self, url: str, de: str, en: str, rule: str = FAILURE) -> None:
        self.fail(f"{url}: Abruf beendet, {de}", f"{url}: fetching ended, {en}", rule)

    def _rest(self) -> Iterator[Request]:
        """What the catalogue lists and no page described: fetched, or said."""
        missing = [iri for iri in self._listed if not iri.startswith("_:") and iri not in self._described]
        if self.options.follow:
            for iri in [iri for iri in missing if is_web(iri) and urldefrag(iri).url not in self._visited]:
                if not self._within_budget(iri):
                    return
                yield self._ask(iri, self.linked, wanted=iri)
        elif missing:
            arguments = (str(len(missing)), missing[0])
            self.job.findings.append(Finding(Severity.WARNING, self.source.url, None, NOT_DESCRIBED, arguments))
