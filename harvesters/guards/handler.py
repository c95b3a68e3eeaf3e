"""Scrapy's download handler for http and https: address, time and size bounded, one connection a host."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from contextlib import suppress
from typing import Any

from OpenSSL import SSL
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, _LenientHTTP11ClientProtocol
from scrapy.crawler import Crawler
from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes
from scrapy.utils.defer import maybe_deferred_to_future
from service_identity import VerificationError
from twisted.internet import error
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web import _newclient
from twisted.web.client import Agent, HTTPConnectionPool, ResponseDone, ResponseFailed, _HTTP11ClientFactory
from twisted.web.http import PotentialDataLoss, _DataLoss
from twisted.web.http_headers import Headers as TwistedHeaders
from twisted.web.iweb import UNKNOWN_LENGTH, IBodyProducer, IResponse
from zope.interface import implementer

from harvesters.guards.connections import CheckedEndpoints
from harvesters.guards.decoding import Body
from harvesters.guards.destinations import origin
from harvesters.guards.exceptions import DeadlineExceeded, FetchFailed, FetchRefused
from harvesters.guards.pace import BUSY, retry_after
from harvesters.guards.redirects import is_redirect
from harvesters.guards.run import RunGuards

# Twisted bounds the length of one header line, not their number.
_HEAD_BYTES = 256 * 1024


class GuardedHandler(HTTP11DownloadHandler):
    """Downloads with the connection pool of Scrapy's handler and with our own rules around each response.

    ``request.meta``: ``max_bytes`` lowers the size limit of one request, ``cut`` ends a larger body there (the response
    then has the flag ``truncated``) instead of refusing it. The body of a redirect is never read. Everything that goes
    wrong is raised as FetchRefused. Proxies are not supported, whatever meta says.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._guards = RunGuards.of(crawler)
        self._pool._factory = _BoundedFactory
        self._once: Any = None  # connections for one request each

    async def download_request(self, request: Request) -> Response:
        """The response to ``request``, its body decompressed."""
        host = origin(request.url).host
        async with self._guards.turn(host, request.url):
            started = time.monotonic()
            try:
                async with asyncio.timeout(self._guards.limits.response_seconds):
                    response = await self._fetch(request, started)
                # Here and not in RetryGuard: by then the next request to this host would be on its way (F34).
                self._guards.pace.hold(host, asked_rest(response) or 0.0)
                return response
            except TimeoutError:
                raise DeadlineExceeded("deadline", request.url, f"{self._guards.limits.response_seconds:g}") from None
            finally:
                self._guards.pace.answered(host, time.monotonic() - started)

    async def _fetch(self, request: Request, started: float) -> Response:
        from twisted.internet import reactor

        limits = self._guards.limits
        endpoints = CheckedEndpoints(
            reactor,
            request.url,
            self._guards.allowed_hosts,
            limits.connect_seconds,
            self._contextFactory,
            self._guards.pin,
        )
        agent: Any = Agent.usingEndpointFactory(reactor, endpoints, pool=self._pool_for(request))
        url = request.url.partition("#")[0]
        producer = _RequestBody(request.body) if request.body else None
        try:
            answer = await maybe_deferred_to_future(
                agent.request(request.method.encode(), url.encode("ascii"), TwistedHeaders(request.headers), producer)
            )
            request.meta["download_latency"] = time.monotonic() - started
            headers = Headers(dict(answer.headers.getAllRawHeaders()))
            body, truncated = await self._body(request, answer, headers)
        except FetchRefused:
            raise
        except _FAILURES as failure:
            if endpoints.refused:
                raise FetchFailed("certificate", request.url, endpoints.refused) from failure
            raise _typed(failure, request.url) from failure
        kind = responsetypes.from_args(headers=headers, url=url, body=body)
        return kind(
            url=url,
            status=answer.code,
            headers=headers,
            body=body,
            flags=["truncated"] if truncated else [],
            ip_address=_peer(answer),
            protocol=f"HTTP/{answer.version[1]}.{answer.version[2]}",
        )

    def _pool_for(self, request: Request) -> Any:
        """Where a request's connection comes from: a new one where there is a body.

        A server may close a kept connection at any moment; Twisted repeats what has no body by itself (RFC 9110 section
        9.2.2), but would fail a query that is posted.
        """
        from twisted.internet import reactor

        if not request.body:
            return self._pool
        if self._once is None:
            self._once = HTTPConnectionPool(reactor, persistent=False)
            self._once._factory = _BoundedFactory
        return self._once

    async def _body(self, request: Request, answer: Any, headers: Headers) -> tuple[bytes, bool]:
        location = headers.get("Location")
        if is_redirect(answer.code, location.decode("latin-1") if location else None):
            _abort(answer)
            return b"", False
        if answer.length == 0:
            # Twisted never ends the delivery of a body that is not there.
            return b"", False
        encoding = b",".join(headers.getlist("Content-Encoding")).decode("latin-1")
        try:
            body = Body(
                request.url,
                encoding,
                self._guards.limits,
                request.meta.get("max_bytes"),
                cut=bool(request.meta.get("cut")),
            )
            body.expect(None if answer.length == UNKNOWN_LENGTH else answer.length)
        except FetchRefused:
            _abort(answer)
            raise
        collector = _Collector(body, answer)
        answer.deliverBody(collector)
        try:
            content = await maybe_deferred_to_future(collector.whole)
        finally:
            # What was broken off has cost as much as what came whole.
            self._guards.spend_bytes(body.size)
        # The body is plain now; a header that says otherwise would have it decoded again.
        headers.pop("Content-Encoding", None)
        return content, body.truncated


class _Collector(Protocol):
    """Feeds what arrives to a `Body` and breaks the connection off when that refuses."""

    def __init__(self, body: Body, answer: Any) -> None:
        self.whole: Deferred[bytes] = Deferred(self._cancel)
        self._body = body
        self._answer = answer

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        if self.whole.called:
            return
        try:
            self._body.feed(data)
        except FetchRefused as refusal:
            self._end(refusal)
        else:
            if self._body.truncated:
                self._end(None)

    def connectionLost(self, reason: Any = connectionDone) -> None:  # noqa: N802
        if self.whole.called:
            return
        # Without length or chunks, the end of the connection is the end of the body (RFC 9112 section 6.3).
        if not reason.check(ResponseDone, PotentialDataLoss):
            self.whole.errback(reason)
            return
        try:
            content = self._body.finish()
        except FetchRefused as refusal:
            self.whole.errback(refusal)
        else:
            self.whole.callback(content)

    def _end(self, refusal: FetchRefused | None) -> None:
        if refusal is None:
            self.whole.callback(self._body.finish())
        else:
            self.whole.errback(refusal)
        _abort(self._answer)

    def _cancel(self, _: Deferred[bytes]) -> None:
        _abort(self._answer)


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    """Scrapy's tolerant HTTP client, but the headers of a response have an end."""

    _head = 0

    def request(self, request: _newclient.Request) -> Deferred[IResponse]:
        self._head = 0
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        if self._parser is not None and self._parser.state != _newclient.BODY:
            self._head += len(data)
            if self._head > _HEAD_BYTES:
                self._giveUp(_overlong())  # type: ignore[no-untyped-call]  # of Twisted, without types
                return
        super().dataReceived(data)  # type: ignore[no-untyped-call]  # of Twisted, without types


def _overlong() -> Failure:
    return Failure(_newclient.ParseError("more headers than anybody needs", b""))


class _BoundedFactory(_HTTP11ClientFactory):
    noisy = False

    def buildProtocol(self, addr: IAddress | None) -> _BoundedProtocol:  # noqa: N802
        return _BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]  # of Twisted, without types


def asked_rest(response: Response) -> float | None:
    """Seconds of rest that a busy server asks for with Retry-After; None if it does not."""
    if response.status not in BUSY:
        return None
    value, date = ((response.headers.get(name) or b"").decode("latin-1") for name in ("Retry-After", "Date"))
    return retry_after(value, date)


@implementer(IBodyProducer)
class _RequestBody:
    def __init__(self, body: bytes) -> None:
        self._body = body
        self.length = len(body)

    def startProducing(self, consumer: Any) -> Deferred[None]:  # noqa: N802
        consumer.write(self._body)
        done: Deferred[None] = Deferred()
        done.callback(None)
        return done

    def pauseProducing(self) -> None:  # noqa: N802
        pass

    def resumeProducing(self) -> None:  # noqa: N802
        pass

    def stopProducing(self) -> None:  # noqa: N802
        pass


_FAILURES = (
    error.ConnectError,
    error.ConnectionClosed,
    error.DNSLookupError,
    ResponseFailed,
    _newclient.RequestTransmissionFailed,
    SSL.Error,
    VerificationError,
)


def _typed(failure: BaseException, url: str) -> FetchFailed:
    """Twisted's many failures as ours: the first cause that says something decides."""
    if isinstance(failure, (ResponseFailed, _newclient.RequestTransmissionFailed)):
        causes = [reason.value for reason in failure.reasons]
        # The parser complains of missing data whenever a connection ends early; the reason for that end comes first.
        causes.sort(key=lambda cause: isinstance(cause, (_newclient.ParseError, error.ConnectionClosed)))
        if any(isinstance(cause, _DataLoss) for cause in causes):
            return FetchFailed("damaged", url, "shorter than announced")
        return _typed(causes[0], url) if causes else FetchFailed("reset", url)
    if isinstance(failure, (SSL.Error, VerificationError)):
        return FetchFailed("tls", url, _words(failure))
    if isinstance(failure, error.DNSLookupError):
        return FetchFailed("dns", url, origin(url).host)
    if isinstance(failure, error.ConnectionRefusedError):
        return FetchFailed("refused", url)
    if isinstance(failure, error.ConnectError):
        return FetchFailed("connect", url, _words(failure))
    if isinstance(failure, error.ConnectionClosed):
        return FetchFailed("reset", url)
    return FetchFailed("protocol", url)


def _words(failure: BaseException) -> str:
    if isinstance(failure, SSL.Error) and failure.args and failure.args[0]:
        return ", ".join(str(entry[-1]) for entry in failure.args[0])
    return str(failure) or type(failure).__name__


def _abort(answer: Any) -> None:
    """Ends the connection at once; a polite end could be kept waiting by the other side."""
    with suppress(AttributeError):
        answer._transport._producer.abortConnection()


def _peer(answer: Any) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    address = getattr(answer, "_scrapy_ip_address", None)
    return address if isinstance(address, (ipaddress.IPv4Address, ipaddress.IPv6Address)) else None
