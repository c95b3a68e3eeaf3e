"""Conditional requests: the outermost layer gives every answer its ETag, 304, HEAD and gzip, and keeps ready answers.

An endpoint whose answer depends only on its address, ``Accept`` and the publication number says so with :func:`keep`
or :func:`kept`; such an answer is made once per number and process and then given without any routing. An ETag is
always the hash of the body (F73), so it is the same in every process, and changes exactly when the answer does.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import time
from calendar import timegm
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from email.utils import formatdate, parsedate_to_datetime
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalog.search import Catalogue

Endpoint = Callable[[Request], Awaitable[Response]]
Headers = list[tuple[bytes, bytes]]
BUDGET = 64_000_000  # bytes of ready answers
MAPS_SECONDS = 60.0
"""How long an answer is kept that depends on which files show a map: the index learns of that without a publication."""
_NUMBER, _KEEP = "allmende.number", "allmende.keep"
_COMPRESSIBLE = re.compile(rb"text/|application/(?:[\w.-]+\+)?(?:xml|json)|application/n-triples|image/svg")
_COMPRESS_FROM = 1000
_OVERHEAD = 2000  # what an answer costs beside its body
_OF_BODY = (b"content-length", b"content-type", b"content-encoding", b"etag")
_CODING = re.compile(r"(?:^|,)\s*([a-z-]+|\*)\s*(?:;\s*q\s*=\s*([0-9.]+))?\s*(?=,|$)", re.I)


def number(request: Request) -> int:
    """The publication number that this request is answered at: taken once, however often it is asked for."""
    known = request.scope.get(_NUMBER)
    if known is None:
        catalogue: Catalogue = request.app.state.catalogue
        known = request.scope[_NUMBER] = catalogue.number()
    return int(known)


def keep(request: Request, seconds: float | None = None) -> None:
    """Says that the answer depends only on the address, ``Accept`` and the publication number.

    With ``seconds`` it may be given for so long at most: for what also shows things that change without a publication
    (absences, runs).
    """
    number(request)
    request.scope[_KEEP] = time.monotonic() + seconds if seconds is not None else float("inf")


def kept(endpoint: Endpoint) -> Endpoint:
    """Decorates an endpoint as :func:`keep` says, without a limit in time."""

    @wraps(endpoint)
    async def keeping(request: Request) -> Response:
        keep(request)
        return await endpoint(request)

    return keeping


def etag_of(body: bytes) -> str:
    """The strong ETag of a body."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def matches(request: Request, etag: str) -> bool:
    """Whether a client has what this ETag names; for streams, which this layer lets pass."""
    stated = ",".join(request.headers.getlist("if-none-match"))
    return any(tag.strip().removeprefix("W/") in (etag.removeprefix("W/"), "*") for tag in stated.split(","))


def http_date(iso: str) -> str:
    """A time of the store (UTC, ISO 8601 with seconds) as the date of HTTP headers. Raises ValueError."""
    return formatdate(timegm(time.strptime(iso, "%Y-%m-%dT%H:%M:%SZ")), usegmt=True)


class Answer:
    """A whole answer: its headers without those that differ between plain and gzip, and its body."""

    __slots__ = (
        "body",
        "compressible",
        "conditional",
        "etag",
        "forms",
        "headers",
        "modified",
        "number",
        "status",
        "until",
    )

    def __init__(self, status: int, headers: Headers, body: bytes, at: int | None, until: float) -> None:
        stated = dict(headers)
        self.status = status
        self.body = body
        self.number = at
        self.until = until
        self.etag = stated.get(b"etag") or etag_of(body).encode()
        self.modified = _seconds(stated.get(b"last-modified", b""))
        self.conditional = True
        kind = stated.get(b"content-type", b"")
        self.compressible = (
            len(body) >= _COMPRESS_FROM and _COMPRESSIBLE.match(kind) is not None and b"content-encoding" not in stated
        )
        if status != 200 or b"no-store" in stated.get(b"cache-control", b""):
            self.conditional = False
            self.headers = headers
            return
        self.headers = [header for header in headers if header[0] not in (b"etag", b"content-length")]
        if self.compressible:
            _vary(self.headers, b"Accept-Encoding")
        self.forms: dict[bool, tuple[Headers, Headers, bytes]] = {}

    def form(self, packed: bool) -> tuple[Headers, Headers, bytes]:
        """Headers of the answer, headers of its 304, and the body; plain or as gzip, which is made once."""
        known = self.forms.get(packed)
        if known is not None:
            return known
        body, etag, headers = self.body, self.etag, list(self.headers)
        if packed:
            body = gzip.compress(body, 5, mtime=0)
            etag = etag[:-1] + b'-gzip"'
            headers.append((b"content-encoding", b"gzip"))
        headers += [(b"etag", etag), (b"content-length", str(len(body)).encode())]
        unchanged = [header for header in headers if header[0] not in _OF_BODY]
        unchanged.append((b"etag", etag))
        self.forms[packed] = headers, unchanged, body
        return self.forms[packed]

    @property
    def size(self) -> int:
        """What keeping it costs in bytes, with room for its gzip form."""
        return len(self.body) + len(self.body) // 4 + _OVERHEAD

    def is_current(self, if_none_match: bytes, if_modified_since: bytes) -> bytes | None:
        """The ETag that the client may go on using (RFC 9110, 13.2.2); None if it needs the answer."""
        if if_none_match:
            return self._matching(if_none_match)
        if if_modified_since and self.modified is not None:
            # Within the second of a change its time does not tell two versions apart (RFC 9110, 8.8.2.2).
            since = _seconds(if_modified_since)
            if since is not None and self.modified <= since and time.time() > self.modified + 1:
                return self.etag
        return None

    def _matching(self, if_none_match: bytes) -> bytes | None:
        packed = self.etag[:-1] + b'-gzip"'
        if if_none_match == self.etag or if_none_match == packed:
            return if_none_match
        stated = [tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b",")]
        if b"*" in stated:
            return self.etag
        return next((tag for tag in (self.etag, packed) if tag in stated), None)


class Conditional:
    """The layer. Answers in one piece are given by it; streams pass through."""

    def __init__(self, app: ASGIApp, catalogue: Catalogue, budget: int = BUDGET) -> None:
        self.app = app
        self.catalogue = catalogue
        self.budget = budget
        self.spent = 0
        self.ready: OrderedDict[tuple[bytes, bytes, bytes], Answer] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        accept = encoding = if_none_match = if_modified_since = b""
        for name, value in scope["headers"]:
            if name == b"accept":
                accept = accept + b"," + value if accept else value
            elif name == b"accept-encoding":
                encoding = value
            elif name == b"if-none-match":
                if_none_match = if_none_match + b"," + value if if_none_match else value
            elif name == b"if-modified-since":
                if_modified_since = value
        key = (scope.get("raw_path") or scope["path"].encode(), scope["query_string"], accept)
        answer = self.ready.get(key)
        if answer is not None:
            at = scope[_NUMBER] = self.catalogue.number()
            if answer.number != at or answer.until < time.monotonic():
                answer = None
            else:
                self.ready.move_to_end(key)
        if answer is None:
            answer = await self._made(scope, receive, send)
            if answer is None:
                return
            if _KEEP in scope and answer.status in (200, 301, 303):
                self._keep(key, answer)
        await _give(
            answer, scope["method"], accepts(encoding, "gzip", "x-gzip"), if_none_match, if_modified_since, send
        )

    async def _made(self, scope: Scope, receive: Receive, send: Send) -> Answer | None:
        """What the app answers; None if that was a stream, which is then sent."""
        start: Message | None = None
        whole: bytes | None = None
        streams = False
        head = scope["method"] == "HEAD"

        async def collect(message: Message) -> None:
            nonlocal start, whole, streams
            if message["type"] == "http.response.start":
                start = message
            elif not streams and not message.get("more_body") and (message.get("body") or not head):
                whole = message.get("body", b"")
            elif not streams:
                assert start is not None
                streams = True
                await send(start)
                await send({**message, "body": b"", "more_body": False} if head else message)
            elif not head:
                await send(message)

        await self.app(scope, receive, collect)
        if streams or start is None or whole is None:
            return None
        return Answer(start["status"], start["headers"], whole, scope.get(_NUMBER), scope.get(_KEEP, 0.0))

    def _keep(self, key: tuple[bytes, bytes, bytes], answer: Answer) -> None:
        if answer.size > self.budget // 8:
            return
        former = self.ready.pop(key, None)
        self.spent += answer.size - (former.size if former else 0)
        self.ready[key] = answer
        while self.spent > self.budget:
            self.spent -= self.ready.popitem(last=False)[1].size


def accepts(accept_encoding: bytes, *names: str) -> bool:
    """Whether a client takes a content coding, which may have several names (RFC 9110, 12.5.3)."""
    if accept_encoding in (b"", b"identity"):
        return False
    said = {name.lower(): quality for name, quality in _CODING.findall(accept_encoding.decode("latin-1"))}
    quality = next((said[name] for name in (*names, "*") if name in said), None)
    return quality is not None and not re.fullmatch(r"0(\.0*)?", quality)


async def _give(
    answer: Answer, method: str, gzip_accepted: bool, if_none_match: bytes, if_modified_since: bytes, send: Send
) -> None:
    if not answer.conditional:
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else answer.body})
        return
    headers, unchanged, body = answer.form(gzip_accepted and answer.compressible)
    if (if_none_match or if_modified_since) and (etag := answer.is_current(if_none_match, if_modified_since)):
        if unchanged[-1][1] != etag:
            unchanged = [*unchanged[:-1], (b"etag", etag)]
        await send({"type": "http.response.start", "status": 304, "headers": unchanged})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})


def _seconds(http: bytes) -> float | None:
    if not http:
        return None
    try:
        return parsedate_to_datetime(http.decode("latin-1")).timestamp()
    except ValueError:
        return None


def _vary(headers: Headers, name: bytes) -> None:
    for index, (header, value) in enumerate(headers):
        if header == b"vary":
            if name.lower() not in value.lower():
                headers[index] = header, value + b", " + name
            return
    headers.append((b"vary", name))
