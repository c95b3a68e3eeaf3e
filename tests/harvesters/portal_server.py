"""A portal's interface on loopback, answered by a function of a test's own; keeps what was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs, unquote, urlsplit


class Asked(NamedTuple):
    """One request: its path, each parameter's values, its headers in lower case."""

    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]

    def first(self, name: str, default: str = "") -> str:
        """The first value of a parameter."""
        return self.query.get(name, [default])[0]

    def number(self, name: str, default: int = 0) -> int:
        """A parameter as a number."""
        return int(self.first(name, str(default)))


# A document, or a status with bytes; None is "not found".
Answers = Callable[[Asked], Any]


class PortalServer:
    """Answers with what ``answer`` gives: a document as JSON, ``(status, bytes)`` as it stands, None with 404."""

    def __init__(self) -> None:
        self.answer: Answers = lambda asked: None
        self.asked: list[Asked] = []
        portal = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(unquote(parts.path), parse_qs(parts.query, keep_blank_values=True), headers)
                status, kind, body = 404, "text/html", b"<!doctype html><title>nicht gefunden</title>"
                if asked.path != "/robots.txt":
                    portal.asked.append(asked)
                    given = portal.answer(asked)
                    if isinstance(given, tuple):
                        status, kind, body = given[0], "text/html", given[1]
                    elif given is not None:
                        status, kind, body = 200, "application/json", json.dumps(given).encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.shutdown()
        self.http.server_close()

    def begin(self, answer: Answers) -> None:
        """Answers from now on with another function, and forgets what was asked."""
        self.answer = answer
        self.asked.clear()
