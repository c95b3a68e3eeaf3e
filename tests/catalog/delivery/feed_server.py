"""Serves feeds on loopback for clients that fetch over HTTP: documents by path, or a whole application."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from tests.catalog.web.asking import Asking


class Reply(NamedTuple):
    """An answer: status, headers, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Answering = Callable[[str, str, Mapping[str, str]], Reply]


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def serving(answer: Answering, port: int = 0) -> Iterator[str]:
    """Serves what ``answer`` gives for method, path with query, and headers; gives the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            reply = answer(self.command, self.path, {name.lower(): value for name, value in self.headers.items()})
            body = b"" if self.command == "HEAD" else reply.body
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(body)

        do_HEAD = do_GET

        def log_message(self, format: str, *args: object) -> None:
            return

    class Server(ThreadingHTTPServer):
        daemon_threads = False

    with Server(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def application(ask: Asking) -> Answering:
    """The answers of an application."""

    def answer(method: str, path: str, headers: Mapping[str, str]) -> Reply:
        wanted = {n: v for n, v in headers.items() if n in ("accept", "if-none-match", "if-modified-since")}
        found = ask.get(path, method, **wanted)
        kept = {n: v for n, v in found.headers.items() if n in ("content-type", "etag", "location", "last-modified")}
        return Reply(found.status_code, kept, found.content)

    return answer


def documents(pages: Mapping[str, bytes | Reply], media_type: str = "text/turtle") -> Answering:
    """Documents by path with query; anything else is not there. ``BASE`` in them stands for the server's address."""

    def answer(method: str, path: str, headers: Mapping[str, str]) -> Reply:
        found = pages.get(path, Reply(404, {"Content-Type": "text/plain"}, b"not here"))
        reply = found if isinstance(found, Reply) else Reply(200, {"Content-Type": media_type}, found)
        return reply._replace(body=reply.body.replace(b"BASE", f"http://{headers['host']}".encode()))

    return answer
