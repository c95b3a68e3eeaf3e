"""A small CKAN portal on loopback whose packages and faults a test sets."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import orjson

from schemas.iris import digest


class Portal:
    """Answers package_search: ``rows`` packages a page at most, 500 from ``broken_from`` on.

    Pages from ``held_from`` on wait until ``go`` is set. ``asked`` are the paths asked for, with ``*`` before those that came
    with validators.
    """

    def __init__(self, packages: list[dict[str, Any]], rows: int = 10) -> None:
        self.packages = packages
        self.rows = rows
        self.broken_from: int | None = None
        self.held_from: int | None = None
        self.go = threading.Event()
        self.asked: list[str] = []
        portal = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def do_GET(self) -> None:
                conditional = self.headers.get("If-None-Match")
                portal.asked.append(("*" if conditional else "") + self.path)
                status, body = portal.answer(self.path)
                tag = f'"{digest(body)}"'
                if status == 200 and conditional == tag:
                    status, body = 304, b""
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                if status != 500:
                    self.send_header("ETag", tag)
                self.end_headers()
                self.wfile.write(body)

            def handle(self) -> None:
                try:
                    super().handle()
                except OSError:
                    # A crawl that is killed hangs up in the middle.
                    return

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, path: str) -> tuple[int, bytes]:
        """Status and body of an address."""
        parts = urlsplit(path)
        if not parts.path.endswith("/package_search"):
            return 404, b'{"success": false, "error": {"message": "Not found"}}'
        query = parse_qs(parts.query)
        start, rows = int(query.get("start", ["0"])[0]), min(int(query.get("rows", ["10"])[0]), self.rows)
        if self.held_from is not None and start >= self.held_from:
            self.go.wait(100)
        if self.broken_from is not None and start >= self.broken_from:
            return 500, b'{"success": false, "error": {"message": "Search error"}}'
        result = {"count": len(self.packages), "results": self.packages[start : start + rows]}
        return 200, orjson.dumps({"success": True, "result": result})

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.go.set()
        self._server.shutdown()
        self._server.server_close()
