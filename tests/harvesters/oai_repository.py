"""An OAI-PMH repository in memory for tests: parts, tokens, deletions, sets and errors as wished."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from scrapy.http import Request

from tests.harvesters.source_walks import Reply

URL = "https://repository.example/oai"
SINCE = datetime(2026, 3, 1, 11, 30, tzinfo=UTC)
_NAMESPACES = {
    "oai_dc": "http://www.openarchives.org/OAI/2.0/oai_dc/",
    "dcat_ap": "http://www.w3.org/ns/dcat#",
    "iso19139": "http://www.isotc211.org/2005/gmd",
}


def dcat(number: int) -> str:
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcat="http://www.w3.org/ns/dcat#"'
        f' xmlns:dct="http://purl.org/dc/terms/"><dcat:Dataset rdf:about="https://data.example/{number}">'
        f'<dct:title xml:lang="de">Daten {number}</dct:title></dcat:Dataset></rdf:RDF>'
    )


def record(number: int, payload: str | None = None) -> str:
    header = f"<identifier>oai:data.example:{number}</identifier><datestamp>2026-03-01</datestamp>"
    return f"<record><header>{header}</header><metadata>{payload or dcat(number)}</metadata></record>"


def gone(number: int) -> str:
    return f'<record><header status="deleted"><identifier>oai:data.example:{number}</identifier></header></record>'


def oai(inner: str, attributes: str = "") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        f"<responseDate>2026-03-02T00:00:00Z</responseDate><request {attributes}>{URL}</request>{inner}</OAI-PMH>"
    ).encode()


def error(code: str, message: str = "") -> bytes:
    return oai(f'<error code="{code}">{message}</error>')


@dataclass
class Repository:
    """An OAI-PMH repository that keeps to the protocol. ``asked`` holds the arguments of each request."""

    lists: dict[str, list[str]]
    page: int = 2
    formats: tuple[str, ...] = ("oai_dc", "dcat_ap")
    granularity: str = "YYYY-MM-DDThh:mm:ssZ"
    quirks: list[bytes | Reply | None] = field(default_factory=list)
    total: int | None = None
    sized: bool = True
    asked: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, request: Request) -> bytes | Reply:
        query = dict(parse_qsl(urlsplit(request.url).query))
        self.asked.append(query)
        verb = query.get("verb")
        if verb == "Identify":
            return oai(
                f"<Identify><repositoryName>R</repositoryName><deletedRecord>persistent</deletedRecord>"
                f"<granularity>{self.granularity}</granularity></Identify>"
            )
        if verb == "ListMetadataFormats":
            each = "".join(
                f"<metadataFormat><metadataPrefix>{name}</metadataPrefix><metadataNamespace>{_NAMESPACES.get(name, '')}"
                "</metadataNamespace></metadataFormat>"
                for name in self.formats
            )
            return oai(f"<ListMetadataFormats>{each}</ListMetadataFormats>")
        if self.quirks and (quirk := self.quirks.pop(0)) is not None:
            return quirk
        return self.records(query)

    def records(self, query: dict[str, str]) -> bytes:
        if "resumptionToken" in query:
            if len(query) > 2:
                return error("badArgument", "resumptionToken is exclusive")
            name, _, start = query["resumptionToken"].rpartition("/")
            at = int(start)
        else:
            name, at = query.get("set", ""), 0
        found = self.lists.get(name, [])
        if not found:
            return error("noRecordsMatch", "none")
        total = len(found) if self.total is None else self.total
        size = f' completeListSize="{total}" cursor="{at}"' if self.sized else ""
        token = f"{name}/{at + self.page}" if at + self.page < len(found) else ""
        inner = "".join(found[at : at + self.page]) + f"<resumptionToken{size}>{token}</resumptionToken>"
        since = f'from="{query["from"]}"' if "from" in query else ""
        return oai(f"<ListRecords>{inner}</ListRecords>", since)

    @property
    def lists_asked(self) -> list[dict[str, str]]:
        return [query for query in self.asked if query["verb"] == "ListRecords"]


def ids(*numbers: int) -> list[str]:
    return [f"oai:data.example:{number}" for number in numbers]
