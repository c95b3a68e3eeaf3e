"""A JSON interface on loopback whose answers a function gives; remembers what was asked, by whom and with what."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit


class Asked(NamedTuple):
    """One request: method, path, query, headers by lower-case name, body."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


class Reply(NamedTuple):
    """One answer; anything that is no bytes is written as JSON."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = {}


@dataclass
class JsonApi:
    """The server; ``answer`` gives the reply to a request. Answers ETags with 304 where ``tags`` is set."""

    answer: Callable[[Asked], Reply]
    tags: bool = False
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> Self:
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                api.serve(self)

            do_POST = do_GET

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def serve(self, request: BaseHTTPRequestHandler) -> None:
        """Answers one request."""
        parts = urlsplit(request.path)
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Asked(request.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
        reply = Reply(b"", 404)
        if parts.path != "/robots.txt":
            self.asked.append(asked)
            reply = self.answer(asked)
        sent = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body, ensure_ascii=False).encode()
        status, more = reply.status, dict(reply.headers)
        if self.tags and status == 200:
            more["ETag"] = f'"{hashlib.sha256(sent).hexdigest()[:16]}"'
            if headers.get("if-none-match") == more["ETag"]:
                status, sent = 304, b""
        request.send_response(status)
        for name, value in {"Content-Type": "application/json", **more}.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(sent)))
        request.end_headers()
        request.wfile.write(sent)
