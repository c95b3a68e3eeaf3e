"""Portals on loopback that answer from prepared bytes: a CKAN Action API, a DCAT feed in pages."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import orjson

from tests.bench import feed
from tests.bench.data import packages

Answer = Callable[[str, Mapping[str, list[str]]], tuple[str, bytes] | None]
"""From path and query to media type and body; None for what is not there."""


@contextmanager
def serving(kind: str, count: int) -> Iterator[str]:
    """A portal with ``count`` records in a process of its own; gives its address. Kinds: ``ckan``, ``ttl``, ``rdf``."""
    with several(kind, count, 1) as addresses:
        yield addresses[0]


@contextmanager
def several(kind: str, count: int, portals: int) -> Iterator[list[str]]:
    """Portals with the same records on hosts of their own, in one process; gives their addresses."""
    command = [sys.executable, "-m", "tests.bench.portal", kind, str(count), str(portals)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            addresses = server.stdout.readline().split()
            if len(addresses) != portals:
                raise RuntimeError(f"the portal did not start: {' '.join(command)}")
            yield addresses
        finally:
            server.terminate()


def ckan(count: int) -> Answer:
    """The Action API of CKAN 2.11, as far as a harvest needs it."""
    encoded = [orjson.dumps(package) for package in packages(count)]

    def answer(path: str, query: Mapping[str, list[str]]) -> tuple[str, bytes] | None:
        kind = "application/json;charset=utf-8"
        if path.endswith("/status_show"):
            return kind, b'{"success":true,"result":{"ckan_version":"2.11.0"}}'
        if not path.endswith("/package_search"):
            return None
        rows, start = int(query.get("rows", ["10"])[0]), int(query.get("start", ["0"])[0])
        found = b",".join(encoded[start : start + min(rows, 1000)])
        return kind, b'{"success":true,"result":{"count":%d,"results":[%s]}}' % (len(encoded), found)

    return answer


def dcat(count: int, address: str, syntax: str) -> Answer:
    """A DCAT feed in pages of 100 under an address."""
    prepared = list(feed.pages(count, address, syntax))
    kind = {"ttl": "text/turtle", "rdf": "application/rdf+xml"}[syntax]
    path_of_feed = urlsplit(address).path

    def answer(path: str, query: Mapping[str, list[str]]) -> tuple[str, bytes] | None:
        page = int(query.get("page", ["1"])[0])
        return (kind, prepared[page - 1]) if path == path_of_feed and 0 < page <= len(prepared) else None

    return answer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Else a body waits for the acknowledgement of its headers: 40 ms an answer.
    disable_nagle_algorithm = True
    answer: Answer

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        found = type(self).answer(parts.path, parse_qs(parts.query))
        kind, body = found or ("text/plain", b"not here")
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def main() -> None:
    """Serves until it is ended: ``python -m tests.bench.portal KIND COUNT PORTALS``; prints the addresses once it is ready."""
    kind, count, portals = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    addresses = []
    for _ in range(portals):
        # Each with a handler of its own: a DCAT feed names its own address.
        class Handler(_Handler):
            pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        address = f"http://127.0.0.1:{server.server_address[1]}"
        if kind != "ckan":
            address += f"/catalog.{kind}"
        Handler.answer = staticmethod(ckan(count) if kind == "ckan" else dcat(count, address, kind))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        addresses.append(address)
    print(*addresses, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
