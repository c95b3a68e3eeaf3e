"""What bytes say, layer by layer: texts in their encodings, archives, compressed streams, office files, PDF.

It opens whatever a person's data could be kept in, so that nothing is called clean that was not looked into.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import zstandard

DEEPEST = 5
MOST_BYTES = 512_000_000
_ZSTD = b"\x28\xb5\x2f\xfd"
_PDF_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\n?endstream", re.S)
_PDF_HEX = re.compile(rb"<([0-9A-Fa-f\s]{8,4000})>")
_PDF_SHOWN = re.compile(rb"\(((?:[^()\\]|\\.){0,500})\)")


class Layer(NamedTuple):
    """One text out of some bytes; ``unread`` says why a part could not be opened."""

    text: str
    unread: str = ""


def layers(data: bytes, depth: int = 0) -> Iterator[Layer]:
    """The texts in bytes: as they stand (UTF-8, and Latin-1 if they are not wholly that), without zero bytes (UTF-16),
    and in everything that is packed in them, down to :data:`DEEPEST`. A part that cannot be opened is a layer without text.
    """
    yield from _texts(data)
    if depth >= DEEPEST:
        return
    try:
        for inner in _unpacked(data):
            yield from layers(inner, depth + 1)
    except (
        OSError,
        EOFError,
        ValueError,
        RuntimeError,
        NotImplementedError,
        zlib.error,
        lzma.LZMAError,
        zstandard.ZstdError,
        zipfile.BadZipFile,
        tarfile.TarError,
    ) as error:
        yield Layer("", type(error).__name__)


def _texts(data: bytes) -> Iterator[Layer]:
    try:
        yield Layer(data.decode())
    except UnicodeDecodeError:
        yield Layer(data.decode("latin-1"))
    if b"\0" in data:
        yield Layer(data.replace(b"\0", b"").decode("latin-1"))


def _unpacked(data: bytes) -> Iterator[bytes]:
    if data.startswith(_ZSTD):
        yield zstandard.ZstdDecompressor().decompressobj().decompress(data)
    elif data.startswith(b"\x1f\x8b"):
        with gzip.open(io.BytesIO(data)) as opened:
            yield _bounded(opened.read(MOST_BYTES + 1))
    elif data.startswith(b"BZh"):
        yield bz2.decompress(data)
    elif data.startswith(b"\xfd7zXZ"):
        yield lzma.decompress(data)
    elif data.startswith(b"PK\x03\x04"):
        yield from _of_zip(data)
    elif data.startswith(b"%PDF"):
        yield from _of_pdf(data)
    elif data[257:262] == b"ustar":
        yield from _of_tar(data)


def _bounded(data: bytes) -> bytes:
    if len(data) > MOST_BYTES:
        raise ValueError(f"more than {MOST_BYTES} bytes")
    return data


def _of_zip(data: bytes) -> Iterator[bytes]:
    left = MOST_BYTES
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        for member in packed.infolist():
            left -= member.file_size
            if left < 0:
                raise ValueError(f"more than {MOST_BYTES} bytes")
            yield member.filename.encode()
            yield packed.read(member)


def _of_tar(data: bytes) -> Iterator[bytes]:
    with tarfile.open(fileobj=io.BytesIO(data)) as packed:
        for member in packed:
            yield member.name.encode()
            if member.isfile() and (opened := packed.extractfile(member)) is not None:
                yield _bounded(opened.read(MOST_BYTES + 1))


def _of_pdf(data: bytes) -> Iterator[bytes]:
    """The streams of a PDF and the texts in them; glyphs of fonts with an encoding of their own stay unread."""
    bodies = [data]
    for match in _PDF_STREAM.finditer(data):
        try:
            bodies.append(zlib.decompressobj().decompress(match[1], MOST_BYTES))
        except zlib.error:
            continue
    for body in bodies:
        if body is not data:
            yield body
        for match in _PDF_HEX.finditer(body):
            digits = re.sub(rb"\s", b"", match[1])
            coded = bytes.fromhex(digits[: len(digits) // 2 * 2].decode())
            yield coded[2:].decode("utf-16-be", "replace").encode() if coded.startswith(b"\xfe\xff") else coded
        yield b"".join(match[1] for match in _PDF_SHOWN.finditer(body))
