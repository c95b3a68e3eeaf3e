"""A SPARQL endpoint of pyoxigraph, in memory or on loopback, that caps, fails and lies as real ones do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pyoxigraph
from pyoxigraph import QueryResultsFormat, RdfFormat
from scrapy.http import Request

from tests.harvesters.source_walks import Reply

ROWS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
STATEMENTS = {
    "application/n-triples": RdfFormat.N_TRIPLES,
    "text/turtle": RdfFormat.TURTLE,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
}


@dataclass
class Endpoint:
    """The endpoint. ``rows`` and ``statements`` are the most it gives, without a word; ``kinds`` what it answers in;
    ``most`` how many datasets it can describe at once; ``asked`` holds method and query of each request.
    """

    store: pyoxigraph.Store
    rows: int | None = None
    statements: int | None = None
    kinds: tuple[str, str] = ("application/sparql-results+json", "application/n-triples")
    most: int | None = None
    post: bool = True
    quirks: dict[str, Reply] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, request: Request) -> Reply:
        query = parse_qs(urlsplit(request.url).query).get("query") or parse_qs(request.body.decode()).get("query")
        return self.answer(request.method, query[0] if query else "")

    def answer(self, method: str, query: str) -> Reply:
        """Status, headers, body."""
        self.asked.append((method, query))
        for part, reply in self.quirks.items():
            if part in query:
                return reply
        if method == "POST" and not self.post:
            return 405, {}, b"GET only"
        if self.most is not None and query.count("<https://") > 5 * self.most and "CONSTRUCT" in query:
            return 500, {}, b"timeout"
        try:
            found = self.store.query(query)
        except SyntaxError as error:
            return 400, {"Content-Type": "text/plain"}, str(error).encode()
        if isinstance(found, pyoxigraph.QueryTriples):
            kind = self.kinds[1]
            triples = list(found)[: self.statements]
            body = pyoxigraph.serialize(triples, format=STATEMENTS[kind])
            assert body is not None
            return 200, {"Content-Type": kind}, body
        if isinstance(found, pyoxigraph.QuerySolutions) and self.rows is not None and " LIMIT " in query:
            # The least of what was asked for and what it gives.
            head, _, limit = query.rpartition(" LIMIT ")
            found = self.store.query(f"{head} LIMIT {min(int(limit), self.rows)}")
        assert not isinstance(found, pyoxigraph.QueryTriples)
        kind = self.kinds[0]
        body = found.serialize(format=ROWS[kind])
        assert body is not None
        return 200, {"Content-Type": kind}, body

    @property
    def lists(self) -> list[str]:
        return [query for _, query in self.asked if "ORDER BY ?dataset" in query]

    @property
    def descriptions(self) -> list[str]:
        return [query for _, query in self.asked if "CONSTRUCT" in query]


@contextmanager
def serving(endpoint: Endpoint) -> Iterator[str]:
    """Serves the endpoint on loopback; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path != "/sparql":
                self.reply((404, {}, b"not here"))
                return
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            query = parse_qs(sent if self.command == "POST" else parts.query).get("query", [""])[0]
            self.reply(endpoint.answer(self.command, query))

        do_POST = do_GET

        def reply(self, found: Reply) -> None:
            status, headers, body = found
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/sparql"
    finally:
        server.shutdown()
        server.server_close()
