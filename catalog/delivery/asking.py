"""Asks for a feed as a client does: over the network under the guards of every fetch, or the catalogue in this process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, MutableMapping
from typing import Any, Protocol
from urllib.parse import quote, unquote_to_bytes, urlsplit

from starlette.types import ASGIApp

from harvesters.answer import Answer
from harvesters.fetch import fetch_sync
from harvesters.guards.exceptions import FetchRefused
from schemas.limits import Limits


class NoAnswer(Exception):
    """Raised where an address gives no answer at all; says why in both languages."""

    def __init__(self, de: str, en: str) -> None:
        super().__init__(en)
        self.de = de
        self.en = en


class Asking(Protocol):
    """Gives the answer at an address. Raises NoAnswer."""

    def __call__(self, url: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Answer:
        """One request; redirects are followed over the network and not in this process."""
        ...


class Network:
    """Asks over the network. Addresses inside are refused unless ``allowed_hosts`` has their host."""

    def __init__(self, limits: Limits, allowed_hosts: tuple[str, ...], agent: str) -> None:
        self._limits = limits
        self._allowed = allowed_hosts
        self._agent = agent

    def __call__(self, url: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Answer:
        """One request. Raises NoAnswer."""
        try:
            return fetch_sync(url, self._limits, self._allowed, self._agent, method=method, headers=headers)
        except FetchRefused as refused:
            raise NoAnswer(refused.message("de"), refused.message("en")) from refused


class InProcess:
    """Asks the application of a region, as the server behind its ``base_url`` would answer. Nothing is opened."""

    def __init__(self, app: ASGIApp, base_url: str) -> None:
        self._app = app
        self._base = base_url

    def __call__(self, url: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Answer:
        """One request. Raises NoAnswer for an address that is not below the base address."""
        if url != self._base and not url.startswith((f"{self._base}/", f"{self._base}?")):
            raise NoAnswer(
                f"{url}: liegt nicht unter {self._base} (base_url)", f"{url}: is not below {self._base} (base_url)"
            )
        started = time.monotonic()
        answered = asyncio.run(_answered(self._app, url[len(self._base) :] or "/", method, headers or {}))
        status, sent, body = answered
        media_type = sent.get("content-type", "").split(";")[0].strip().lower()
        return Answer(url, url, status, sent, body, media_type, time.monotonic() - started)


async def _answered(
    app: ASGIApp, path: str, method: str, headers: Mapping[str, str]
) -> tuple[int, Mapping[str, str], bytes]:
    """Status, headers and body that an application answers with (ASGI 3.0)."""
    parts = urlsplit(path)
    raw = quote(parts.path, safe="/%:@!$&'()*+,;=~-._").encode()
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote_to_bytes(raw).decode("utf-8", "replace"),
        "raw_path": raw,
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
    }
    status, sent, body = 500, dict[str, str](), bytearray()

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            for name, value in message.get("headers", ()):
                key = name.decode("latin-1").lower()
                sent[key] = ", ".join(filter(None, (sent.get(key), value.decode("latin-1"))))
        else:
            body.extend(message.get("body", b""))

    await app(scope, receive, send)
    return status, sent, bytes(body)
