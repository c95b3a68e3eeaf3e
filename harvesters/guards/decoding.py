"""Decompression of a body while it arrives, never beyond its limits (F27, F29)."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import Protocol

import brotli  # type: ignore[import-untyped]

from harvesters.guards.exceptions import FetchFailed, SizeRefused
from schemas.limits import Limits

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPT_ENCODING = "gzip, deflate, br, zstd"
_CHUNK = 64 * 1024
# Below this a high ratio is an ordinary repetitive file, not an attack.
_RATIO_EXEMPT = 10_000_000
# RFC 9659: the window of zstd in HTTP is at most 8 MiB; more would be memory that the sender chooses.
_ZSTD_WINDOW_LOG = 23


class _Stage(Protocol):
    """One decompressor: bytes in, pieces of at most ``_CHUNK`` bytes out."""

    def feed(self, data: bytes) -> Iterator[bytes]: ...

    def complete(self) -> bool: ...


class _Zlib:
    """gzip (also several members in a row), or deflate with or without the zlib header."""

    def __init__(self, gzip: bool) -> None:
        self._gzip = gzip
        self._bits = 31 if gzip else 15
        self._engine = zlib.decompressobj(self._bits)
        self._begun = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._engine.eof:
                # Another gzip member follows, or padding that browsers ignore as well.
                if not self._gzip or not data.startswith(b"\x1f"):
                    return
                self._engine = zlib.decompressobj(self._bits)
            try:
                piece = self._engine.decompress(data, _CHUNK)
            except zlib.error:
                if self._gzip or self._begun:
                    raise
                # Some servers mean raw deflate when they say deflate (RFC 9110 section 8.4.1.2 notes it).
                self._engine = zlib.decompressobj(-15)
                piece = self._engine.decompress(data, _CHUNK)
            self._begun = True
            data = self._engine.unused_data if self._engine.eof else self._engine.unconsumed_tail
            if piece:
                yield piece
            elif not data:
                return

    def complete(self) -> bool:
        return self._engine.eof


class _Brotli:
    def __init__(self) -> None:
        self._engine = brotli.Decompressor()

    def feed(self, data: bytes) -> Iterator[bytes]:
        while not self._engine.is_finished():
            piece: bytes = self._engine.process(data, output_buffer_limit=_CHUNK)
            data = b""
            if piece:
                yield piece
            elif self._engine.can_accept_more_data():
                return

    def complete(self) -> bool:
        finished: bool = self._engine.is_finished()
        return finished


class _Zstd:
    def __init__(self) -> None:
        self._engine = self._fresh()

    @staticmethod
    def _fresh() -> zstd.ZstdDecompressor:
        return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})

    def feed(self, data: bytes) -> Iterator[bytes]:
        while True:
            if self._engine.eof:
                data = self._engine.unused_data or data
                if not data:
                    return
                self._engine = self._fresh()
            piece = self._engine.decompress(data, _CHUNK)
            data = b""
            if piece:
                yield piece
            if self._engine.eof:
                if not self._engine.unused_data:
                    return
            elif self._engine.needs_input:
                return

    def complete(self) -> bool:
        return self._engine.eof


_STAGES: dict[str, Callable[[], _Stage]] = {
    "gzip": lambda: _Zlib(gzip=True),
    "x-gzip": lambda: _Zlib(gzip=True),
    "deflate": lambda: _Zlib(gzip=False),
    "br": _Brotli,
    "zstd": _Zstd,
}
_DAMAGE = (zlib.error, brotli.error, zstd.ZstdError, EOFError)


class _Full(Exception):
    """Raised inside `Body` when a body that may be cut has reached its limit."""


class Body:
    """A body under construction: `feed` it what arrives, then `finish` it.

    ``content_encoding`` is the value of the header; encodings that nobody knows (servers write ``utf-8`` there) are
    left alone, as browsers do. ``max_bytes`` holds for the bytes received and for the output of *each* decompressor, so
    that no stage of a chain can be made to work without end. With ``cut`` a body that is too large ends at ``max_bytes``
    and is marked ``truncated`` instead of being refused. Raises SizeRefused (body, ratio, encodings) and FetchFailed
    (damaged).
    """

    def __init__(
        self, url: str, content_encoding: str, limits: Limits, max_bytes: int | None = None, cut: bool = False
    ) -> None:
        self.received = 0
        self.truncated = False
        self._cut = cut
        self._url = url
        self._limits = limits
        self._max_bytes = min(max_bytes or limits.body_bytes, limits.body_bytes)
        self._stages = self._stack(content_encoding)
        self._produced = [0] * len(self._stages)
        self._buffer = BytesIO()

    def expect(self, length: int | None) -> None:
        """Refuses a body whose announced ``length`` (bytes) is over the limit, before any of it is read."""
        if length is not None and length > self._max_bytes and not self._cut:
            raise self._too_large()

    def feed(self, data: bytes) -> None:
        """Takes the next bytes as they came from the network; once ``truncated`` there is no use in more."""
        self.received += len(data)
        try:
            if self.received > self._max_bytes and not (self._cut and not self._stages):
                raise self._too_large()
            for piece in self._decode(data, 0):
                self._write(piece)
        except _Full:
            self.truncated = True
        except _DAMAGE as error:
            raise FetchFailed("damaged", self._url, str(error)) from error

    @property
    def size(self) -> int:
        """Bytes that the body has cost so far: as received or as decompressed, whichever is more."""
        return max(self.received, self._buffer.tell(), *self._produced)

    def finish(self) -> bytes:
        """The whole decompressed body; a compressed one that was cut off is damaged, an empty one is just empty."""
        if self.received and not self.truncated and not all(stage.complete() for stage in self._stages):
            raise FetchFailed("damaged", self._url, "compressed data ended early")
        return self._buffer.getvalue()

    def _write(self, piece: bytes) -> None:
        room = self._max_bytes - self._buffer.tell()
        self._buffer.write(piece[:room])
        if len(piece) > room:
            raise _Full

    def _stack(self, content_encoding: str) -> list[_Stage]:
        names = [name.strip().lower() for name in content_encoding.split(",")]
        known = [name for name in names if name in _STAGES]
        if len(known) > self._limits.encodings:
            raise SizeRefused("encodings", self._url, str(len(known)))
        return [_STAGES[name]() for name in reversed(known)]

    def _decode(self, data: bytes, index: int) -> Iterable[bytes]:
        if index == len(self._stages):
            yield data
            return
        for piece in self._stages[index].feed(data):
            self._count(index, len(piece))
            yield from self._decode(piece, index + 1)

    def _count(self, index: int, size: int) -> None:
        self._produced[index] += size
        produced = self._produced[index]
        last = index == len(self._stages) - 1
        if produced > self._max_bytes and not (self._cut and last):
            raise self._too_large()
        if produced > _RATIO_EXEMPT and produced > self._limits.ratio * self.received:
            raise SizeRefused("ratio", self._url, f"{self._limits.ratio:g}")

    def _too_large(self) -> SizeRefused:
        return SizeRefused("body", self._url, str(self._max_bytes))
