"""Reaches the capabilities of a WMS, WFS, WMTS or WCS, and cuts them into layers, feature types or coverages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlsplit

import orjson
from pydantic import Field, field_validator
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from harvesters.answer import Answer
from harvesters.ogc.addresses import asking, parameter
from harvesters.ogc.capabilities import OfferedLayer, Service
from harvesters.ogc.service_record import unreachable
from harvesters.ogc.standards import STANDARDS, Cut, cut
from harvesters.reading import Native, Page
from harvesters.reasons import Reason, joined, rule_of
from harvesters.spider import Detected, HarvestSpider, Options, request_of
from harvesters.spiders.dcat import CHARSET
from schemas.findings import Finding, Severity, declare
from schemas.refusals import Wrong
from schemas.syntax import Unreadable

UNNAMED_LAYERS = declare(
    "layers-without-name",
    "{0} Ebenen des Dienstes haben keinen Namen und lassen sich nicht abrufen, zum Beispiel „{1}“.",
    "{0} layers of the service have no name and cannot be asked for, for example “{1}”.",
    "Geben Sie den Ebenen im Dienst einen Namen, wenn sie abrufbar sein sollen.",
    "Give the layers a name in the service if they are to be available.",
    "OGC 06-042, 7.2.4.6.3",
)
INNER_ADDRESS = declare(
    "service-address-unreachable",
    "Der Dienst nennt als Adresse seiner Abfragen {0}; sie ist von außen nicht erreichbar, die Adresse der Quelle gilt.",
    "The service states {0} as the address of its requests; it cannot be reached from outside, the source's address is used.",
    "Tragen Sie in den Einstellungen des Dienstes seine öffentliche Adresse ein (GeoServer: Proxy Base URL).",
    "Enter the public address in the service's settings (GeoServer: Proxy Base URL).",
)
NO_LAYER_WANTED = declare(
    "layers-option-matches-nothing",
    "Auf „{0}“ unter layers passt keine Ebene des Dienstes.",
    "No layer of the service matches “{0}” under layers.",
    "Berichtigen Sie [ows] layers; die Namen stehen im Capabilities-Dokument.",
    "Correct [ows] layers; the names stand in the capabilities document.",
)


class OwsOptions(Options):
    """The table ``[ows]`` of a source file."""

    service: str | None = None
    """WMS, WFS, WMTS or WCS; left out, the address says it, or the first that answers is taken in this order: WFS, WMS,
    WMTS, WCS."""

    version: str | None = Field(default=None, pattern=r"\d(\.\d{1,2}){1,2}")
    """The only version to ask for; left out, the latest that is read, then older ones."""

    layers: tuple[str, ...] = ()
    """Names of layers, with ``*`` for any signs; none means all."""

    group: bool = False
    """Whether a WMS gives one dataset for each group layer instead of one for each layer in it."""

    @field_validator("service")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None and value.upper() not in STANDARDS:
            raise Wrong(f"must be one of {', '.join(STANDARDS)}", f"erlaubt: {', '.join(STANDARDS)}")
        return value.upper() if value is not None else None


class Try(NamedTuple):
    """One way of asking: the service (None: whichever answers), and the address."""

    service: str | None
    url: str


def tries(url: str, service: str | None = None, version: str | None = None) -> tuple[Try, ...]:
    """The requests for capabilities to try in turn: by the service and version that are stated or stand in the address.

    A file (``….xml``) is asked for as it is. WMS 1.3.0 comes before 1.1.1, whose documents carry a DOCTYPE.
    """
    stated = (service or parameter(url, "service")).upper()
    if urlsplit(url).path.lower().endswith(".xml"):
        return (Try(stated if stated in STANDARDS else None, url),)
    kinds = [stated] if stated in STANDARDS else [*STANDARDS]
    wanted = version or parameter(url, "version")
    found = []
    for kind in kinds:
        versions = (
            (wanted,) if wanted else STANDARDS[kind].versions if len(kinds) == 1 else STANDARDS[kind].versions[:1]
        )
        found += [Try(kind, asking(url, SERVICE=kind, REQUEST="GetCapabilities", VERSION=each)) for each in versions]
    return tuple(found)


class OwsSpider(HarvestSpider):
    """One document, with validators; what is no capabilities document leads to the next version or service."""

    name = "ows"
    reader = "ows"
    title = ("OGC-Dienst (WMS, WFS, WMTS, WCS)", "OGC service (WMS, WFS, WMTS, WCS)")
    options_model: ClassVar[type[Options]] = OwsOptions

    @classmethod
    def probes(cls, url: str) -> Sequence[str]:
        """The request for the capabilities of each service that the address may mean, in its latest version."""
        if not url.startswith(("http://", "https://")):
            return ()
        latest: dict[str | None, str] = {}
        for each in tries(url):
            latest.setdefault(each.service, each.url)
        path = urlsplit(url).path.lower()
        # Few addresses that a steward pastes are services; a picture service without any sign of it in its address is rare.
        signs = (
            "ows",
            "wms",
            "wfs",
            "wmts",
            "wcs",
            "geoserver",
            "mapserv",
            "deegree",
            "arcgis",
            "cgi-bin",
            "qgis",
            ".xml",
        )
        told = any(sign in path for sign in signs) or parameter(url, "service")
        return [address for kind, address in latest.items() if told or kind in ("WFS", "WMS")]

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """The first service that answers with its capabilities."""
        for address in cls.probes(url):
            answer = answers.get(address)
            if answer is None:
                continue
            try:
                found = cut(answer.body, address)
            except Unreadable:
                continue
            layers = found.capabilities.layers
            kind = found.capabilities.service.kind
            options = {} if parameter(url, "service").upper() == kind else {"service": kind}
            titles = tuple(layer.title for layer in layers[:3])
            return Detected(cls.name, url, found.total, titles, options, 90, _title(found.capabilities.service))
        return None

    def first(self) -> Iterable[Request | Page]:
        """The first way of asking."""
        self._reasons: list[Reason] = []
        yield self.ask(tries(self.source.url, self.options.service, self.options.version))

    def ask(self, ways: tuple[Try, ...]) -> Request:
        """A request in the first of the ways that are left."""
        headers = {"Authorization": self.source.api_key} if self.source.api_key else {}
        kwargs: dict[str, Any] = {"cb_kwargs": {"ways": ways}, "errback": self.refused, "headers": headers}
        return self.request(ways[0].url, self.answered, dont_filter=True, **kwargs)

    def answered(self, response: Response, ways: tuple[Try, ...]) -> Iterator[Any]:
        """The document as one page; anything else leads to the next way of asking."""
        if (page := self.not_modified(response)) is not None:
            yield page
            return
        options = self.options
        try:
            found = cut(response.body, ways[0].url, ways[0].service, options.layers, options.group)
        except Unreadable as unreadable:
            yield from self.elsewhere(ways, Reason(unreadable.de, unreadable.en))
            return
        self._remark(found, response.url)
        natives = list(natives_of(found))
        self.job.stated_total = len(natives)
        yield self.page(response, natives)

    def refused(self, failure: Failure) -> Iterator[Any]:
        """An error status, often with an exception report: the next way. A server that does not answer has no other."""
        error, request = failure.value, request_of(failure)
        ways: tuple[Try, ...] = request.cb_kwargs["ways"]
        if isinstance(error, HttpError) and error.response.status not in (401, 403, 429, 502, 503, 504):
            status, said = error.response.status, ("", "")
            try:
                cut(error.response.body, request.url)
            except Unreadable as unreadable:
                said = (unreadable.de, unreadable.en)
            reason = Reason(f"Status {status}, {said[0]}", f"status {status}, {said[1]}", rule_of(status))
            yield from self.elsewhere(ways, reason)
        elif self.job.replay is not None and isinstance(error, IgnoreRequest) and len(ways) > 1:
            yield self.ask(ways[1:])  # a replay has the document only, not what was refused before it
        else:
            self.failed(failure)

    def elsewhere(self, ways: tuple[Try, ...], said: Reason) -> Iterator[Any]:
        """The next way of asking, or the end with all reasons."""
        self._reasons.append(said.at(ways[0].url))
        if len(ways) > 1:
            yield self.ask(ways[1:])
        else:
            self.job.failures.append(joined(self._reasons))

    def _remark(self, found: Cut, url: str) -> None:
        def note(rule: str, *arguments: str) -> None:
            self.job.findings.append(Finding(Severity.WARNING, url, None, rule, arguments))

        if found.repaired_lines:
            note(CHARSET, url, str(found.repaired_lines))
        if found.unnamed:
            note(UNNAMED_LAYERS, str(len(found.unnamed)), found.unnamed[0])
        if inner := unreachable(found.capabilities.service, found.capabilities.url):
            note(INNER_ADDRESS, inner)
        if found.total and not found.capabilities.layers:
            note(NO_LAYER_WANTED, ", ".join(self.options.layers))


def natives_of(found: Cut) -> Iterator[Native]:
    """A native record for each layer that was chosen; with what the service says of itself, for it stands in each dataset."""
    service, layers, url = found.capabilities.service, found.capabilities.layers, found.capabilities.url
    served = tuple(dict.fromkeys(layer.identity for layer in layers))
    whole = blake2b(orjson.dumps((service, served, url), default=list), digest_size=16).digest()
    for layer in layers:
        data = OfferedLayer(layer.identity, layer, service, url, served)
        yield Native(data, orjson.dumps(layer, default=list) + whole, url)


def _title(service: Service) -> str:
    """What a service calls itself, in the first language in which it says it."""
    value = next((each.value for each in service.fields if each.name == "title"), "")
    return str(next(iter(value.values()), "") if isinstance(value, Mapping) else value)
