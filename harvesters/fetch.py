"""Single fetches outside Scrapy under the same guards: detection, link checks, previews, validation of an address."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp
from aiohttp.abc import AbstractResolver
from w3lib.url import safe_url_string
from yarl import URL

from harvesters.answer import Answer
from harvesters.guards.decoding import ACCEPT_ENCODING, Body
from harvesters.guards.destinations import check_destination, origin
from harvesters.guards.exceptions import (
    AddressRefused,
    DeadlineExceeded,
    FetchFailed,
    FetchRefused,
    RedirectRefused,
    Rescheduled,
)
from harvesters.guards.pace import BUSY, Pace, retry_after
from harvesters.guards.pins import Pin, fingerprint
from harvesters.guards.redirects import follow, is_redirect, may_carry, next_method
from harvesters.robots import Robots, read, unreachable
from schemas.addresses import refusal
from schemas.limits import Limits

Hop = Callable[[str], Awaitable[None]]
_CHUNK = 64 * 1024
_CLOSING_SECONDS = 0.25
_BROKEN = frozenset({errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED})


@dataclass(frozen=True)
class _Asked:
    """What stays the same over the hops of one fetch."""

    limits: Limits
    allowed_hosts: tuple[str, ...]
    max_bytes: int | None
    cut: bool
    any_domain: bool
    pace: Pace | None
    pin: Pin | None
    inner_at: str | None

    def opened(self, url: str) -> tuple[str, ...]:
        """The inner hosts that may be asked at ``url``. Raises RequestRefused (scheme)."""
        if self.inner_at is None or origin(url)[1:] == origin(self.inner_at)[1:]:
            return self.allowed_hosts
        return ()


async def fetch(
    url: str,
    limits: Limits,
    allowed_hosts: Sequence[str],
    agent: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    max_bytes: int | None = None,
    cut: bool = False,
    any_domain: bool = False,
    pace: Pace | None = None,
    pin: Pin | None = None,
    hop: Hop | None = None,
    resolver: AbstractResolver | None = None,
    inner_at: str | None = None,
) -> Answer:
    """The answer at ``url``, whatever its status; raises FetchRefused (exceptions.py) if none came or a guard refused.

    ``max_bytes`` lowers ``limits.body_bytes``; with ``cut`` a larger body ends there and is marked ``truncated``.
    ``pace`` makes the fetch wait its turn among others to the same host (link checks) and obeys Retry-After of earlier
    ones. robots.txt is not asked: a person is waiting for this one page; who fetches on schedule asks `fetch_robots`.
    Not tried again: a failure is an answer here. ``hop`` is awaited before a redirect is followed, and may raise FetchRefused.
    ``pin`` is the certificate that one host is known by (F33).
    With ``inner_at``, an address, ``allowed_hosts`` counts at its host and port alone, on every hop: for addresses that
    strangers write. ``resolver`` stands in for DNS in tests.
    """
    started = time.monotonic()
    asked = _Asked(limits, tuple(allowed_hosts), max_bytes, cut, any_domain, pace, pin, inner_at)
    sent = {"User-Agent": agent, "Accept": "*/*", **(headers or {}), "Accept-Encoding": ACCEPT_ENCODING}
    guard = _Addresses()
    connector = aiohttp.TCPConnector(
        # Two addresses of one host must not be tried at once, and no connection outlives the fetch.
        happy_eyeballs_delay=None,
        force_close=True,
        use_dns_cache=False,
        resolver=resolver,
        socket_factory=guard.open,
    )
    session = aiohttp.ClientSession(
        connector=connector,
        trust_env=False,
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=limits.connect_seconds),
    )
    try:
        chain = [safe_url_string(url)]
        while True:
            outcome = await _hop(session, guard, asked, chain, method, sent, body)
            if isinstance(outcome, _Whole):
                return outcome.answer(url, chain[-1], time.monotonic() - started)
            if hop is not None:
                await hop(outcome.target)
            sent = {name: value for name, value in sent.items() if may_carry(name, chain[-1], outcome.target)}
            body = body if next_method(outcome.status, method) == method else None
            method = next_method(outcome.status, method)
            chain.append(outcome.target)
    finally:
        await session.close()
        await guard.closed()


def fetch_sync(
    url: str,
    limits: Limits,
    allowed_hosts: Sequence[str],
    agent: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    max_bytes: int | None = None,
    cut: bool = False,
) -> Answer:
    """As `fetch`, for callers without an event loop."""
    return asyncio.run(
        fetch(
            url, limits, allowed_hosts, agent, method=method, headers=headers, body=body, max_bytes=max_bytes, cut=cut
        )
    )


async def fetch_robots(
    url: str,
    limits: Limits,
    allowed_hosts: Sequence[str],
    agent: str,
    *,
    pace: Pace | None = None,
    failures: list[FetchRefused] | None = None,
    resolver: AbstractResolver | None = None,
) -> Robots:
    """The robots.txt that holds for ``url`` (RFC 9309), as the crawl reads it; raises RequestRefused only.

    What kept an answer from coming is added to ``failures``: a dead server forbids nothing, but has no data either.
    """
    asked = str(origin(url))
    now = datetime.now(UTC)
    try:
        answer = await fetch(
            f"{asked}/robots.txt",
            limits,
            allowed_hosts,
            agent,
            max_bytes=limits.robots_bytes,
            cut=True,
            any_domain=True,
            pace=pace,
            resolver=resolver,
        )
    except FetchRefused as refused:
        if isinstance(refused, RedirectRefused) and refused.code == "redirect-loop":
            return read(asked, 310, b"", now, limits)
        if failures is not None:
            failures.append(refused)
        return unreachable(asked, refused.message("en"), now)
    robots = read(asked, answer.status, answer.body, now, limits)
    if pace is not None:
        pace.crawl_delay(origin(url).host, robots.crawl_delay)
    return robots


class _OtherCertificate(aiohttp.ServerFingerprintMismatch):
    """Raised where a host presents another certificate than the pinned one; ``presented`` is its fingerprint."""

    presented = ""


class _Pinned(aiohttp.Fingerprint):
    """aiohttp's check of a certificate in the place of all others, before anything is sent; it may also name the key."""

    def __init__(self, pin: Pin) -> None:
        super().__init__(bytes.fromhex(min(pin.digests)))
        self._pin = pin

    def check(self, transport: asyncio.Transport) -> None:
        """Raises _OtherCertificate."""
        certificate = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
        if not self._pin.matches(certificate):
            host, port, *_ = transport.get_extra_info("peername")
            other = _OtherCertificate(self.fingerprint, b"", host, port)
            other.presented = fingerprint(certificate)
            raise other


class _Addresses:
    """Opens the sockets of one fetch, to allowed addresses only; remembers what it refused."""

    def __init__(self) -> None:
        self.host = ""
        self.refused: list[tuple[str, str]] = []
        self.opened = False
        self._allowed_hosts: tuple[str, ...] = ()
        self._sockets: list[socket.socket] = []

    def begin(self, host: str, allowed_hosts: tuple[str, ...]) -> None:
        """A new hop, to ``host``."""
        self.host, self.refused, self.opened = host, [], False
        self._allowed_hosts = allowed_hosts

    def open(self, address: tuple[object, ...]) -> socket.socket:
        """As aiohttp's SocketFactory: the last place before the connection, where the numeric address is known."""
        family, kind, protocol, _, target = address
        numeric = target[0] if isinstance(target, tuple) else ""
        reason = refusal(str(numeric), self.host, self._allowed_hosts)
        if reason is not None:
            self.refused.append((str(numeric), reason))
            # An OSError lets aiohttp go on to the next address of the name.
            raise PermissionError(f"{numeric} is refused: {reason}")
        self.opened = True
        made = socket.socket(int(str(family.value)), int(str(kind.value)), int(str(protocol)))  # type: ignore[attr-defined]
        self._sockets.append(made)
        return made

    async def closed(self) -> None:
        """Waits until the sockets are closed, at most _CLOSING_SECONDS.

        aiohttp does not wait for the farewell of a TLS connection that it has let go (aiohttp issue 1925); a loop that
        ends before would leave the socket to the collector.
        """
        until = time.monotonic() + _CLOSING_SECONDS
        while any(each.fileno() != -1 for each in self._sockets) and time.monotonic() < until:
            await asyncio.sleep(0.001)


@dataclass(frozen=True)
class _Redirect:
    status: int
    target: str


@dataclass(frozen=True)
class _Whole:
    status: int
    headers: Mapping[str, str]
    body: bytes
    truncated: bool

    def answer(self, url: str, final_url: str, seconds: float) -> Answer:
        media_type = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return Answer(url, final_url, self.status, self.headers, self.body, media_type, seconds, self.truncated)


async def _hop(
    session: aiohttp.ClientSession,
    guard: _Addresses,
    asked: _Asked,
    chain: Sequence[str],
    method: str,
    headers: Mapping[str, str],
    body: bytes | None,
) -> _Redirect | _Whole:
    url = chain[-1]
    allowed = asked.opened(url)
    host = check_destination(url, method, allowed, asked.limits).host
    await _turn(asked, host, url)
    guard.begin(host, allowed)
    started = time.monotonic()
    try:
        async with (
            asyncio.timeout(asked.limits.response_seconds),
            session.request(
                method,
                URL(url, encoded=True),
                headers=headers,
                data=body,
                allow_redirects=False,
                ssl=_Pinned(asked.pin) if asked.pin is not None and asked.pin.holds_for(host) else True,
            ) as response,
        ):
            location = response.headers.get("Location")
            if is_redirect(response.status, location):
                # The body of a redirect is never read (F29).
                response.close()
                target = follow(chain, location or "", asked.allowed_hosts, asked.limits, any_domain=asked.any_domain)
                return _Redirect(response.status, target)
            return await _read(response, asked, url)
    except TimeoutError as error:
        if isinstance(error, aiohttp.ConnectionTimeoutError):
            raise FetchFailed("connect", url, "no answer to the connection") from None
        raise DeadlineExceeded("deadline", url, f"{asked.limits.response_seconds:g}") from None
    except (aiohttp.ClientError, OSError) as error:
        raise _typed(error, url, guard) from error
    finally:
        if asked.pace is not None:
            asked.pace.answered(host, time.monotonic() - started)


async def _read(response: aiohttp.ClientResponse, asked: _Asked, url: str) -> _Whole:
    content_encoding = ", ".join(response.headers.getall("Content-Encoding", []))
    body = Body(url, content_encoding, asked.limits, asked.max_bytes, cut=asked.cut)
    try:
        if response.method != "HEAD":
            body.expect(response.content_length)
        async for piece in response.content.iter_chunked(_CHUNK):
            body.feed(piece)
            if body.truncated:
                break
        content = body.finish()
    finally:
        # Nothing is read any further, however politely the connection could be ended.
        response.close()
    # The body is plain now; a header that says otherwise would mislead whoever reads it.
    names = dict.fromkeys(name.lower() for name in response.headers if name.lower() != "content-encoding")
    headers = {name: ", ".join(response.headers.getall(name)) for name in names}
    _hold(asked, headers, response.status, url)
    return _Whole(response.status, headers, content, body.truncated)


async def _turn(asked: _Asked, host: str, url: str) -> None:
    if asked.pace is None:
        return
    while (wait := asked.pace.wait(host)) > 0:
        if wait > asked.limits.retry_after_seconds:
            raise Rescheduled(url, wait)
        await asyncio.sleep(wait)


def _hold(asked: _Asked, headers: Mapping[str, str], status: int, url: str) -> None:
    if asked.pace is None or status not in BUSY:
        return
    wait = retry_after(headers.get("retry-after", ""), headers.get("date", ""))
    if wait is not None:
        asked.pace.hold(origin(url).host, wait)


def _typed(error: Exception, url: str, guard: _Addresses) -> FetchRefused:
    """aiohttp's many errors as ours."""
    if guard.refused and not guard.opened:
        address, reason = guard.refused[0]
        return AddressRefused("address", url, guard.host, address, reason)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return FetchFailed("dns", url, guard.host)
    if isinstance(error, _OtherCertificate):
        return FetchFailed("certificate", url, error.presented)
    if isinstance(error, (aiohttp.ClientSSLError, ssl.SSLError)):
        return FetchFailed("tls", url, str(error))
    if isinstance(error, aiohttp.ClientConnectorError):
        if isinstance(error.os_error, ConnectionRefusedError):
            return FetchFailed("refused", url)
        return FetchFailed("connect", url, str(error.os_error))
    if isinstance(error, aiohttp.ClientPayloadError):
        return FetchFailed("damaged", url, "shorter than announced")
    if isinstance(error, aiohttp.ServerDisconnectedError) or getattr(error, "errno", None) in _BROKEN:
        return FetchFailed("reset", url)
    if isinstance(error, aiohttp.ClientResponseError):
        return FetchFailed("protocol", url)
    return FetchFailed("connect", url, str(error))
