"""A catalogue service on loopback that answers as real ones do, with their faults: ``FakeCatalogue(records)``."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from lxml import etree

GMD = "http://www.isotc211.org/2005/gmd"
CSW_2, CSW_3 = "http://www.opengis.net/cat/csw/2.0.2", "http://www.opengis.net/cat/csw/3.0"


def iso(number: int, title: str = "") -> str:
    """A record of ISO 19139."""
    return (
        f'<gmd:MD_Metadata xmlns:gmd="{GMD}" xmlns:gco="http://www.isotc211.org/2005/gco">'
        f"<gmd:fileIdentifier><gco:CharacterString>id-{number}</gco:CharacterString></gmd:fileIdentifier>"
        "<gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation><gmd:title>"
        f"<gco:CharacterString>{title or f'Karte {number}'}</gco:CharacterString></gmd:title></gmd:CI_Citation></gmd:citation>"
        "</gmd:MD_DataIdentification></gmd:identificationInfo></gmd:MD_Metadata>"
    )


def dublin_core(number: int) -> str:
    """A csw:Record."""
    return (
        f'<csw:Record xmlns:csw="{CSW_2}" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier>id-{number}'
        f"</dc:identifier><dc:title>Karte {number}</dc:title></csw:Record>"
    )


def exception(code: str, message: str, locator: str = "") -> str:
    """An ExceptionReport."""
    return (
        '<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows" version="1.0.0"><ows:Exception exceptionCode='
        f'"{code}" locator="{locator}"><ows:ExceptionText>{message}</ows:ExceptionText></ows:Exception></ows:ExceptionReport>'
    )


@dataclass
class Asked:
    """One request, from an address or a posted document: operation and parameters in lower case."""

    method: str
    request: str
    parameters: dict[str, str]
    body: bytes = b""

    @property
    def start(self) -> int:
        return int(self.parameters.get("startposition", "1"))

    @property
    def most(self) -> int:
        return int(self.parameters.get("maxrecords", "10"))


Quirk = Callable[["FakeCatalogue", Asked], Any]


@dataclass
class FakeCatalogue:
    """``quirk`` may answer first (a text, a status, or both); ``next_record`` and ``matched`` may lie; ``cap`` bounds pages."""

    records: list[str]
    version: str = "2.0.2"
    schemas: tuple[str, ...] = (CSW_2, GMD)
    methods: tuple[str, ...] = ("Get", "Post")
    queryables: tuple[str, ...] = ("Type", "Subject", "Modified")
    languages: tuple[str, ...] = ("FILTER", "CQL_TEXT")
    host: str = ""
    cap: int = 1000
    quirk: Quirk = lambda catalogue, asked: None
    next_record: Callable[[int, int, int], int | None] = lambda start, came, total: (
        start + came if start + came <= total else 0
    )
    matched: int | None = None
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def __enter__(self) -> Self:
        catalogue = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.reply(catalogue.answer("GET", self.path, b""))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.reply(catalogue.answer("POST", self.path, body))

            def reply(self, answer: tuple[int, str]) -> None:
                status, text = answer
                body = text.encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/xml" if text.startswith("<") else "text/plain")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/csw"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def lists(self) -> list[Asked]:
        """The requests of GetRecords."""
        return [each for each in self.asked if each.request == "getrecords"]

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, str]:
        """Status and text of an answer."""
        if urlsplit(path).path == "/robots.txt":
            return 404, "not here"
        asked = _posted(body) if body else _from_address(path)
        self.asked.append(asked)
        quirky = self.quirk(self, asked)
        if quirky is not None:
            return quirky if isinstance(quirky, tuple) else (200, quirky)
        if asked.request == "getcapabilities":
            return 200, self.capabilities()
        if asked.request == "getrecords":
            return 200, self.page(asked)
        return 400, exception("InvalidParameterValue", "unknown request", "request")

    def capabilities(self) -> str:
        """The capabilities document."""
        space = CSW_3 if self.version == "3.0.0" else CSW_2
        address = self.host or self.url

        def values(kind: str, name: str, given: tuple[str, ...]) -> str:
            listed = "".join(f"<ows:Value>{each}</ows:Value>" for each in given)
            return f'<ows:{kind} name="{name}">{listed}</ows:{kind}>'

        ways = "".join(f'<ows:{method} xlink:href="{address}"/>' for method in self.methods)
        return (
            f'<csw:Capabilities xmlns:csw="{space}" xmlns:ows="http://www.opengis.net/ows"'
            f' xmlns:xlink="http://www.w3.org/1999/xlink" version="{self.version}"><ows:ServiceIdentification>'
            "<ows:Title>Testkatalog</ows:Title></ows:ServiceIdentification><ows:OperationsMetadata>"
            '<ows:Operation name="GetRecords">'
            f"<ows:DCP><ows:HTTP>{ways}</ows:HTTP></ows:DCP>{values('Parameter', 'outputSchema', self.schemas)}"
            f"{values('Parameter', 'typeNames', ('csw:Record', 'gmd:MD_Metadata'))}"
            f"{values('Parameter', 'CONSTRAINTLANGUAGE', self.languages)}"
            f"{values('Constraint', 'SupportedISOQueryables', self.queryables)}"
            "</ows:Operation></ows:OperationsMetadata></csw:Capabilities>"
        )

    def page(self, asked: Asked) -> str:
        """A page of the list."""
        most = min(asked.most, self.cap)
        shown = self.records[asked.start - 1 : asked.start - 1 + most]
        return self.results(asked.start, shown)

    def results(self, start: int, shown: list[str], returned: int | None = None) -> str:
        """An answer with these records."""
        total = len(self.records)
        following = self.next_record(start, len(shown), total)
        stated = "" if following is None else f' nextRecord="{following}"'
        space = CSW_3 if self.version == "3.0.0" else CSW_2
        return (
            f'<csw:GetRecordsResponse xmlns:csw="{space}"><csw:SearchStatus/><csw:SearchResults'
            f' numberOfRecordsMatched="{total if self.matched is None else self.matched}"'
            f' numberOfRecordsReturned="{len(shown) if returned is None else returned}"{stated}>{"".join(shown)}'
            "</csw:SearchResults></csw:GetRecordsResponse>"
        )


def _from_address(path: str) -> Asked:
    parameters = {name.lower(): value for name, value in parse_qsl(urlsplit(path).query)}
    return Asked("GET", parameters.get("request", "").lower(), parameters)


def _posted(body: bytes) -> Asked:
    root = etree.fromstring(body)
    parameters = {str(name).lower(): str(value) for name, value in root.attrib.items()}
    return Asked("POST", root.tag.rpartition("}")[2].lower(), parameters, body)
