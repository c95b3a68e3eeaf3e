"""Reaches the datasets of a SPARQL endpoint: which there are, then what is said about some of them at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, ClassVar, Literal
from urllib.parse import urlencode, urlsplit

from pydantic import Field, field_validator
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from harvesters.answer import Answer
from harvesters.guards.exceptions import DeadlineExceeded, FetchFailed, SizeRefused
from harvesters.marks import Marks
from harvesters.readers.dcat import cut
from harvesters.reading import Kept, Page
from harvesters.reasons import FAILURE, INCOMPLETE, LIMIT, NO_ANSWER, rule_of
from harvesters.sparql import queries, results
from harvesters.sparql.queries import Scope, askable, check_pattern
from harvesters.spider import Detected, HarvestSpider, Options, asked, request_of
from schemas.findings import Finding, Severity, declare
from schemas.kinds import is_iri
from schemas.refusals import Wrong
from schemas.syntax import Unreadable
from schemas.triples import Triples

NAMELESS = declare(
    "sparql-datasets-without-iri",
    "{0} Datensätze des Endpunkts haben keine IRI und können darum nicht abgefragt werden.",
    "{0} datasets of the endpoint have no IRI and therefore cannot be asked for.",
    "Geben Sie den Datensätzen an der Quelle IRIs.",
    "Give the datasets IRIs at the source.",
)
OTHER_GRAPHS = declare(
    "sparql-other-graphs",
    "Der abgefragte Graph enthält keine Datensätze; in diesen benannten Graphen liegen welche: {0}",
    "The graph that was asked holds no datasets; these named graphs do: {0}",
    "Setzen Sie [sparql] graph auf einen davon.",
    "Set [sparql] graph to one of them.",
)
NOT_DESCRIBED = declare(
    "sparql-dataset-not-described",
    "{0} aufgeführte Datensätze waren bei der Abfrage nicht mehr beschrieben, zum Beispiel {1}.",
    "{0} listed datasets were no longer described when asked for, for example {1}.",
    "Meist wurde die Quelle währenddessen geändert; der nächste Lauf holt es nach.",
    "Mostly the source was changed meanwhile; the next run makes up for it.",
    "faults F16",
)

_ROWS = "application/sparql-results+json, application/sparql-results+xml;q=0.9, text/tab-separated-values;q=0.5"
_STATEMENTS = "application/n-triples, text/turtle;q=0.9, application/rdf+xml;q=0.8, application/ld+json;q=0.5"
_LIST = 1000
_LONGEST_GET = 4_000
# So many failures one after another are no single record's fault.
_MOST_FAILURES = 8


class SparqlOptions(Options):
    """The table ``[sparql]`` of a source file."""

    graph: str | None = None
    """The named graph that is asked; without it the endpoint's default graph."""

    query: str | None = None
    """A pattern of SPARQL that narrows down ``?dataset``; the prefixes of our feeds may be used in it."""

    page: int = Field(default=50, ge=1, le=1_000)
    """How many datasets are described by one request; halved where the endpoint cuts or fails."""

    method: Literal["auto", "get", "post"] = "auto"
    """How queries are sent: short ones by GET, long ones by POST, or all in one way."""

    @field_validator("graph")
    @classmethod
    def _graph(cls, value: str | None) -> str | None:
        if value is not None and not is_iri(value):
            raise Wrong("an IRI is allowed", "erlaubt ist eine IRI")
        return value

    @field_validator("query")
    @classmethod
    def _query(cls, value: str | None) -> str | None:
        return None if value is None else check_pattern(value)


class SparqlSpider(HarvestSpider):
    """Counts, lists the IRIs in order, and gets the description of so many at a time, halving where that fails."""

    name = "sparql"
    reader = "dcat"
    title = ("SPARQL-Endpunkt mit DCAT", "SPARQL endpoint with DCAT")
    options_model: ClassVar[type[Options]] = SparqlOptions

    @classmethod
    def probes(cls, url: str) -> Sequence[str]:
        """How many datasets there are, and some titles; at the address if it looks like an endpoint, else at /sparql."""
        if not url.startswith(("http://", "https://")):
            return ()
        bare = url.partition("?")[0].rstrip("/")
        endpoint = bare if "sparql" in bare.lower() or bare.endswith("/query") else f"{bare}/sparql"
        return [f"{endpoint}?{urlencode({'query': query})}" for query in (Scope().count(), Scope().titles())]

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """An endpoint that counts its datasets, if it has any."""
        places = cls.probes(url)
        if not places or places[0] not in answers:
            return None
        try:
            count = results.number(answers[places[0]].body)
            told = results.rows(answers[places[1]].body) if places[1] in answers else []
        except Unreadable:
            return None
        if not count:
            return None
        samples = tuple(row["title"].value for row in told if row.get("title") is not None)
        return Detected(cls.name, places[0].partition("?")[0], count, samples, {}, 85)

    def first(self) -> Iterable[Request | Page]:
        """How many are there?"""
        options = self.options
        self._scope = Scope(options.graph, options.query)
        self._seen = Marks()
        self._batches: list[tuple[str, ...]] = []
        self._after = ""
        self._more = True
        self._failed_in_row = 0
        # So many statements came whole in one answer: a cap is above that.
        self._whole = 0
        self._last: Response | None = None
        yield self._ask(self._scope.count(), _ROWS, self.counted, self.uncounted)

    def _ask(self, query: str, accept: str, callback: Any, errback: Any = None, **kwargs: Any) -> Request:
        endpoint, method = self.source.url, self.options.method
        # By its query an answer is known, however that was sent.
        name = f"{endpoint}#{blake2b(query.encode('utf-8', 'surrogatepass'), digest_size=12).hexdigest()}"
        headers = {"Accept": accept}
        if self.source.api_key:
            headers["Authorization"] = self.source.api_key
        sent = urlencode({"query": query}, errors="replace")
        url = f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{sent}"
        more: dict[str, Any] = {}
        if method == "post" or (method == "auto" and len(url) > _LONGEST_GET):
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            more, url = {"method": "POST", "body": sent}, endpoint
        return self.request(
            url,
            callback,
            conditional=False,
            asked_as=name,
            dont_filter=True,
            headers=headers,
            errback=errback or self.failed,
            cb_kwargs=kwargs,
            **more,
        )

    # --- Which there are -------------------------------------------------------------------------------------------

    def counted(self, response: Response) -> Iterator[Any]:
        """How many records there are; an endpoint that cannot say so may still list them."""
        try:
            self.job.stated_total = results.number(response.body)
        except Unreadable as unreadable:
            self._unreadable(response, unreadable)
            return
        yield self._aside(response)
        yield self._ask(self._scope.count(nameless=True), _ROWS, self.counted_nameless, self.uncounted)

    def counted_nameless(self, response: Response) -> Iterator[Any]:
        """How many records cannot be asked for."""
        try:
            number = results.number(response.body)
        except Unreadable:
            number = None
        yield self._aside(response)
        if number:
            self.job.findings.append(Finding(Severity.WARNING, self.source.url, None, NAMELESS, (str(number),)))
        yield self._list()

    def uncounted(self, failure: Failure) -> Iterator[Any]:
        """Counting took too long or is not offered; what keeps us out altogether will show again."""
        yield self._list()

    def _list(self) -> Request:
        return self._ask(self._scope.page(self._after, _LIST), _ROWS, self.listed)

    def listed(self, response: Response) -> Iterator[Any]:
        """Some IRIs, and the requests for what is said about them."""
        try:
            found = results.iris(response.body)
        except Unreadable as unreadable:
            self._unreadable(response, unreadable)
            return
        yield self._aside(response)
        self._last = response
        fresh = [iri for iri in dict.fromkeys(found) if iri not in self._seen]
        if found and not fresh:
            self._stop("die Liste wiederholt sich", "the list repeats itself", INCOMPLETE)
            self._more = False
        else:
            self._seen.update(fresh)
            self._after = found[-1] if found else self._after
            total = self.job.stated_total
            # An endpoint may cap its rows without a word: only an empty list is an end, or one that is known to be.
            self._more = bool(found) and (len(found) >= _LIST or total is None or len(self._seen) < total)
            usable, size = askable(fresh), self.options.page
            self._batches = [tuple(usable[start : start + size]) for start in range(0, len(usable), size)]
        yield from self._on()

    # --- What is said about them -----------------------------------------------------------------------------------

    def _on(self) -> Iterator[Any]:
        """The next request: more descriptions, more of the list, or the end."""
        if self._failed_in_row >= _MOST_FAILURES:
            number = _MOST_FAILURES
            self._stop(f"{number} Abfragen nacheinander misslangen", f"{number} queries failed one after another")
        elif self._batches:
            batch = self._batches.pop(0)
            query = self._scope.description(batch)
            yield self._ask(query, _STATEMENTS, self.described, self.undescribed, batch=batch)
        elif self._more and self.job.records < self.source.limits.records:
            yield self._list()
        elif self._more:
            most = self.source.limits.records
            self._stop(
                f"das Budget von {most} Datensätzen ist erschöpft", f"the budget of {most} records is spent", LIMIT
            )
        else:
            yield from self._end()

    def _end(self) -> Iterator[Any]:
        total, came = self.job.stated_total, len(self._seen)
        if total is not None and came < total:
            self._stop(
                f"nur {came} von {total} Datensätzen wurden aufgeführt",
                f"only {came} of {total} were listed",
                INCOMPLETE,
            )
        if not came and self._last is not None:
            yield self.page(self._last, ())
            if self.options.graph is None and self.options.query is None:
                yield self._ask(queries.graphs(), _ROWS, self.elsewhere, self.nowhere)

    def described(self, response: Response, batch: tuple[str, ...]) -> Iterator[Any]:
        """What is said about some records, if it is all; where that is in doubt, the endpoint is asked how much there is."""
        try:
            triples = results.statements(response.body, response.url)
        except Unreadable as unreadable:
            yield from self._divide(batch, unreadable.de, unreadable.en)
            return
        if results.size(triples) > self._whole or results.seems_cut(triples, _headers(response), batch):
            query = self._scope.statements(batch)
            yield self._ask(query, _ROWS, self.measured, self.unmeasured, batch=batch, whole=response, triples=triples)
        else:
            yield from self._take(response, triples, batch)

    def measured(self, response: Response, batch: tuple[str, ...], whole: Response, triples: Triples) -> Iterator[Any]:
        """How many statements a description should have."""
        came = results.size(triples)
        try:
            stated = results.number(response.body)
        except Unreadable:
            stated = None
        yield self._aside(response)
        if stated is not None and stated > came:
            yield from self._divide(
                batch,
                f"der Endpunkt gab nur {came} von {stated} Aussagen heraus",
                f"the endpoint gave only {came} of {stated} statements",
            )
        else:
            self._whole = max(self._whole, came if stated is not None else 0)
            yield from self._take(whole, triples, batch)

    def unmeasured(self, failure: Failure) -> Iterator[Any]:
        """Nobody knows whether the description is whole: it is asked for in smaller parts."""
        batch = request_of(failure).cb_kwargs["batch"]
        yield from self._divide(
            batch, "ob die Antwort vollständig ist, war nicht zu erfahren", "whether the answer is whole is unknown"
        )

    def undescribed(self, failure: Failure) -> Iterator[Any]:
        """An endpoint that was asked for too much may manage less; one that keeps us out will not."""
        error, request = failure.value, request_of(failure)
        if isinstance(error, HttpError):
            reason, rule = f"Status {error.response.status}", rule_of(error.response.status)
        elif isinstance(error, (DeadlineExceeded, FetchFailed, SizeRefused, IgnoreRequest)):
            reason, rule = str(error)[:300], NO_ANSWER
        else:
            self.failed(failure)
            return
        yield from self._divide(request.cb_kwargs["batch"], reason, reason, rule)

    def _divide(self, batch: tuple[str, ...], de: str, en: str, rule: str = FAILURE) -> Iterator[Any]:
        self._failed_in_row += 1
        if len(batch) > 1:
            middle = len(batch) // 2
            self._batches[:0] = [batch[:middle], batch[middle:]]
        else:
            self.fail(f"{batch[0]}: nicht abgefragt, {de}", f"{batch[0]}: not fetched, {en}", rule)
        yield from self._on()

    def _take(self, response: Response, triples: Triples, batch: tuple[str, ...]) -> Iterator[Any]:
        self._failed_in_row = 0
        found = cut(triples, self.job.context.base_url, self.source.limits)
        wanted = set(batch)
        natives = [native for native in found.natives if native.data.subject in wanted]
        unusable = [finding for finding in found.unusable if finding.focus in wanted]
        missing = [iri for iri in batch if iri not in triples.by_subject]
        if missing:
            arguments = (str(len(missing)), missing[0])
            self.job.findings.append(Finding(Severity.INFO, self.source.url, None, NOT_DESCRIBED, arguments))
        self.job.findings.extend(found.remarks)
        yield self.page(response, natives, unusable)
        yield from self._on()

    # --- No datasets -----------------------------------------------------------------------------------------------

    def elsewhere(self, response: Response) -> Iterator[Any]:
        """The named graphs that have datasets, as a hint."""
        try:
            found = results.iris(response.body, "graph")
        except Unreadable:
            found = []
        yield self._aside(response)
        if found:
            arguments = (", ".join(found),)
            self.job.findings.append(Finding(Severity.WARNING, self.source.url, None, OTHER_GRAPHS, arguments))

    def nowhere(self, failure: Failure) -> None:
        """Without that hint it goes too."""

    def _aside(self, response: Response) -> Page:
        """An answer that holds no records, kept so that a replay finds its way."""
        name = asked(response)
        return Page(
            name,
            response=self.job.sink.keep(Kept(name, _headers(response).get("content-type"), response.body)),
            revision=self.job.revision,
        )

    def _unreadable(self, response: Response, unreadable: Unreadable) -> None:
        self.fail(f"{self.source.url}: {unreadable.de}", f"{self.source.url}: {unreadable.en}")

    def _stop(self, de: str, en: str, rule: str = FAILURE) -> None:
        self.fail(f"{self.source.url}: Abruf beendet, {de}", f"{self.source.url}: fetching ended, {en}", rule)


def _headers(response: Response) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
    }
