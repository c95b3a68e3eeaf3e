"""A loopback server that misbehaves on purpose: route = fault, parameters in the query, each byte under our control.

    with FaultServer() as server:
        server.url("/bomb", encoding="gzip", size=300_000_000)
        server.hits["/bomb"], server.times["/bomb"], server.peak

Every route is a function from a request to the raw bytes of its answer, header and all, so that no library can put a
fault right. Nothing dangerous is stored: bombs are made when they are asked for. ``robots`` says what /robots.txt answers.
For a second origin start a second server; for a closed port call `closed_port`.
"""

from __future__ import annotations

import json
import select
import socket
import ssl
import struct
import threading
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from types import TracebackType
from typing import BinaryIO, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

import brotli  # type: ignore[import-untyped]
import zstandard

_PIECE = b"\0" * 1_000_000


@dataclass(frozen=True)
class Request:
    """One request as it came in; header names in lower case."""

    server: FaultServer
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def number(self, name: str, default: float) -> float:
        """A parameter of the query as a number."""
        return float(self.query.get(name, default))


@dataclass
class Reply:
    """An ordinary answer, for ``robots`` and for single paths in ``pages``; ``delay`` in seconds."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0


class Reset(Exception):
    """Raised by a route to break the connection off with a reset."""


Route = Callable[[Request], Iterable[bytes]]
_ROUTES: dict[str, Route] = {}


def route(name: str) -> Callable[[Route], Route]:
    """Makes a function the answer to ``/name`` and everything below it."""

    def register(function: Route) -> Route:
        _ROUTES[name] = function
        return function

    return register


class FaultServer:
    """The server: listens on a free loopback port from ``__enter__`` to ``__exit__``.

    ``hits`` counts requests by path, ``times`` holds their monotonic times, ``peak`` the most connections that were open at
    once, by the host they asked for; ``seen`` the requests themselves.
    """

    def __init__(
        self,
        robots: Reply | None = None,
        pages: Mapping[str, Reply] | None = None,
        address: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.robots = robots or Reply(b"not here", status=404)
        self.pages = dict(pages or {})
        self.hits: Counter[str] = Counter()
        self.times: defaultdict[str, list[float]] = defaultdict(list)
        self.peak: Counter[str] = Counter()
        self.connections = 0
        self.seen: list[Request] = []
        self.address = address
        self.tls = tls
        self._open: dict[str, list[socket.socket]] = defaultdict(list)
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._listener = socket.create_server(
            (address, 0), family=socket.AF_INET6 if ":" in address else socket.AF_INET, backlog=64
        )
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        self._accepting.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        # A blocked accept() does not notice that its socket was closed; a last connection wakes it.
        with socket.create_connection((self.address, self.port), timeout=5):
            pass
        self._accepting.join(5)
        self._listener.close()

    def url(self, path: str = "/ok", host: str = "", **query: object) -> str:
        """The address of a route on this server, under its own or another name for it."""
        name = host or (f"[{self.address}]" if ":" in self.address else self.address)
        return f"{'https' if self.tls else 'http'}://{name}:{self.port}{path}" + (
            f"?{urlencode(query)}" if query else ""
        )

    def wait(self, seconds: float) -> None:
        """Sleeps, but ends early when the server is stopped."""
        if self._stopping.wait(seconds):
            raise Reset

    def _accept(self) -> None:
        while not self._stopping.is_set():
            connection, _ = self._listener.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        host = ""
        with self._lock:
            self.connections += 1
        connection.settimeout(60)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as reader:
                while (request := self._read(reader)) is not None:
                    if not host:
                        host = request.headers.get("host", "")
                        self._opened(host, connection)
                    if not self._send(connection, request):
                        return
        except OSError:
            # The client had enough: what these tests are about.
            return
        finally:
            with self._lock:
                if host:
                    self._open[host].remove(connection)

    def _send(self, connection: socket.socket, request: Request) -> bool:
        """Sends the answer; whether the connection may serve another request."""
        try:
            for piece in self._answer(request):
                connection.sendall(piece)
        except Reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        if _closes(request):
            # Whoever sends without a length must say where the end is.
            connection.shutdown(socket.SHUT_WR)
            return False
        return True

    def _read(self, reader: BinaryIO) -> Request | None:
        first = reader.readline().decode("latin-1").split()
        if len(first) != 3:
            return None
        headers = {}
        while (line := reader.readline()).strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        parts = urlsplit(first[1])
        length = int(headers.get("content-length", 0))
        body = reader.read(length) if length else b""
        request = Request(self, first[0], parts.path, dict(parse_qsl(parts.query)), headers, body)
        with self._lock:
            self.hits[parts.path] += 1
            self.times[parts.path].append(time.monotonic())
            self.seen.append(request)
        return request

    def _opened(self, host: str, connection: socket.socket) -> None:
        with self._lock:
            self._open[host].append(connection)
            self.peak[host] = max(self.peak[host], sum(map(_is_open, self._open[host])))

    def _answer(self, request: Request) -> Iterable[bytes]:
        reply = self.robots if request.path == "/robots.txt" else self.pages.get(request.path)
        if reply is not None:
            self.wait(reply.delay)
            return answer(reply.body, reply.status, reply.headers, head_only=request.method == "HEAD")
        known = _ROUTES.get(request.path.split("/")[1])
        return known(request) if known else answer(b"no such fault", 404)


def _is_open(connection: socket.socket) -> bool:
    """Whether a client still has a connection; the thread that serves it may not have noticed yet that it has not."""
    try:
        readable, _, _ = select.select([connection], [], [], 0)
        return not readable or socket.socket.recv(connection, 1, socket.MSG_PEEK) != b""
    except (OSError, ValueError):  # it was closed here
        return False


def closed_port() -> int:
    """A loopback port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answer(
    body: bytes, status: int = 200, headers: Mapping[str, str] | None = None, head_only: bool = False
) -> Iterator[bytes]:
    """A well-formed answer with a Content-Length."""
    fields = {"Content-Type": "text/plain", "Content-Length": str(len(body)), "Date": formatdate(usegmt=True)}
    yield head(status, {**fields, **(headers or {})})
    if not head_only:
        yield body


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """Status line and headers of an answer, exactly as given."""
    lines = [f"HTTP/1.1 {status} Status", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1")


@lru_cache
def bomb(encoding: str, size: int, times: int = 1) -> bytes:
    """``size`` zero bytes compressed with ``encoding`` (gzip, deflate, br, zstd), ``times`` over."""
    packed = _compress(encoding, (_PIECE[: min(len(_PIECE), size - at)] for at in range(0, size, len(_PIECE))))
    for _ in range(times - 1):
        packed = _compress(encoding, [packed])
    return packed


def _compress(encoding: str, pieces: Iterable[bytes]) -> bytes:
    if encoding == "br":
        engine = brotli.Compressor(quality=5)
        return b"".join([*(engine.process(piece) for piece in pieces), engine.finish()])
    if encoding == "zstd":
        writer = zstandard.ZstdCompressor().compressobj()
        return b"".join([*(writer.compress(piece) for piece in pieces), writer.flush()])
    deflater = zlib.compressobj(6, zlib.DEFLATED, 31 if encoding == "gzip" else 15)
    return b"".join([*(deflater.compress(piece) for piece in pieces), deflater.flush()])


def _closes(request: Request) -> bool:
    return request.path.split("/")[1] in _CLOSING or request.headers.get("connection", "").lower() == "close"


_CLOSING = frozenset({"banner", "short", "unframed", "slow-headers", "slow-body", "endless", "many-headers"})


@route("ok")
def ok(request: Request) -> Iterator[bytes]:
    """``body``, ``status``, ``type``; ``delay`` seconds before the answer."""
    request.server.wait(request.number("delay", 0))
    body = request.query.get("body", "ok").encode()
    kind = request.query.get("type", "text/plain")
    yield from answer(
        body, int(request.number("status", 200)), {"Content-Type": kind}, head_only=request.method == "HEAD"
    )


@route("echo")
def echo(request: Request) -> Iterator[bytes]:
    """The request's method, headers and body as JSON."""
    told = {"method": request.method, "headers": dict(request.headers), "body": request.body.decode("latin-1")}
    yield from answer(json.dumps(told).encode(), headers={"Content-Type": "application/json"})


@route("reset")
def reset(request: Request) -> Iterable[bytes]:
    """F25: the connection is reset before any answer."""
    raise Reset


@route("slow-headers")
def slow_headers(request: Request) -> Iterator[bytes]:
    """F26: one byte of the header every ``gap`` seconds."""
    for byte in head(200, {"Content-Length": "2"}):
        yield bytes([byte])
        request.server.wait(request.number("gap", 0.5))
    yield b"ok"


@route("slow-body")
def slow_body(request: Request) -> Iterator[bytes]:
    """F26: one byte of the body every ``gap`` seconds."""
    size = int(request.number("size", 1000))
    yield head(200, {"Content-Length": str(size)})
    for _ in range(size):
        request.server.wait(request.number("gap", 0.5))
        yield b"."


@route("endless")
def endless(request: Request) -> Iterator[bytes]:
    """F27: chunks without end."""
    yield head(200, {"Transfer-Encoding": "chunked"})
    while True:
        yield b"10000\r\n" + b"x" * 0x10000 + b"\r\n"


@route("many-headers")
def many_headers(request: Request) -> Iterator[bytes]:
    """F27: headers without end."""
    yield b"HTTP/1.1 200 OK\r\n"
    while True:
        yield b"X-More: 0123456789012345678901234567890123456789\r\n" * 100


@route("short")
def short(request: Request) -> Iterator[bytes]:
    """F28: announces ``declared`` bytes and sends ``sent``; ``chunked`` breaks off inside a chunk instead."""
    body = b"x" * int(request.number("sent", 10))
    if "chunked" in request.query:
        yield head(200, {"Transfer-Encoding": "chunked"}) + b"100\r\n" + body
    else:
        yield head(200, {"Content-Length": request.query.get("declared", "100")}) + body


@route("unframed")
def unframed(request: Request) -> Iterator[bytes]:
    """A body that ends with the connection, as old servers do."""
    yield head(200, {"Content-Type": "text/plain", "Connection": "close"}) + b"until the end"


@route("banner")
def banner(request: Request) -> Iterator[bytes]:
    """F38: what another kind of server says."""
    yield b"SSH-2.0-OpenSSH_9.2p1\r\n\r\n"


@route("bomb")
def bomb_route(request: Request) -> Iterator[bytes]:
    """F29: ``size`` zero bytes under ``encoding``, ``times`` over; ``to`` makes it the body of a redirect."""
    encoding, times = request.query.get("encoding", "gzip"), int(request.number("times", 1))
    body = bomb(encoding, int(request.number("size", 300_000_000)), times)
    headers = {"Content-Encoding": ", ".join([encoding] * times)}
    to = request.query.get("to")
    yield from answer(body, 302 if to else 200, headers | ({"Location": to} if to else {}))


@route("packed")
def packed(request: Request) -> Iterator[bytes]:
    """``body`` honestly compressed with ``encoding``, or whatever ``label`` claims."""
    encoding = request.query.get("encoding", "gzip")
    body = _compress(encoding, [request.query.get("body", "ok").encode()])
    yield from answer(body, headers={"Content-Encoding": request.query.get("label", encoding)})


@route("ring")
def ring(request: Request) -> Iterator[bytes]:
    """F30: /ring/0 → /ring/1 → … → /ring/0, ``of`` addresses long."""
    here, of = int(request.path.rpartition("/")[2]), int(request.number("of", 3))
    yield from answer(b"", 302, {"Location": f"/ring/{(here + 1) % of}?of={of}"})


@route("hops")
def hops(request: Request) -> Iterator[bytes]:
    """F30: ``left`` redirects, then the end."""
    left = int(request.number("left", 21))
    yield from answer(b"arrived", *((302, {"Location": f"/hops?left={left - 1}"}) if left else ()))


@route("redirect")
def redirect(request: Request) -> Iterator[bytes]:
    """F31, F32: to the address ``to`` with ``status`` (302)."""
    yield from answer(b"", int(request.number("status", 302)), {"Location": request.query["to"]})


@route("busy")
def busy(request: Request) -> Iterator[bytes]:
    """F34: ``status`` (429) with Retry-After ``retry`` for the first ``times`` requests, then ok. ``date`` seconds from now
    are sent as an HTTP date instead.
    """
    if request.server.hits[request.path] > request.number("times", 1):
        yield from answer(b"ok at last")
        return
    headers = {}
    if "retry" in request.query:
        headers = {"Retry-After": request.query["retry"]}
    if "date" in request.query:
        headers = {"Retry-After": formatdate(time.time() + request.number("date", 0), usegmt=True)}
    yield from answer(b"busy", int(request.number("status", 429)), headers)
