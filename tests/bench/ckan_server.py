"""A CKAN Action API on loopback that answers package_search from prepared bytes."""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import orjson

from tests.bench.data import packages


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    encoded: list[bytes]

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.endswith("/package_search"):
            query = parse_qs(parts.query)
            rows, start = int(query.get("rows", ["10"])[0]), int(query.get("start", ["0"])[0])
            found = b",".join(self.encoded[start : start + min(rows, 1000)])
            body = b'{"success":true,"result":{"count":%d,"results":[%s]}}' % (len(self.encoded), found)
            self._answer(200, body)
        elif parts.path.endswith("/status_show"):
            self._answer(200, b'{"success":true,"result":{"ckan_version":"2.11.0"}}')
        else:
            self._answer(404, b"{}")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json;charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def main() -> None:
    """Serves until it is ended: ``python -m tests.bench.ckan_server COUNT``; prints its port."""
    _Handler.encoded = [orjson.dumps(package) for package in packages(int(sys.argv[1]))]
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
