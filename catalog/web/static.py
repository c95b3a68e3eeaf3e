"""The files that pages load: ours of `assets/`, and those of npm packages that the build brings into `assets/vendor/`."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import brotli  # type: ignore[import-untyped]  # it ships no types

ASSETS = Path(__file__).parent / "assets"
VENDOR = ASSETS / "vendor"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}
_ALREADY_SMALL = {".png", ".woff2"}
_URL = re.compile(r"""url\((["']?)(?!data:|#)([\w./-]+)\1\)""")


class Package(NamedTuple):
    """An npm package that pages load files of, with its licence's text."""

    name: str
    version: str
    licence: str
    home: str
    text: str


class File(NamedTuple):
    """A file to load: its bytes, what they are, a short hash of them, and their packed forms by content coding."""

    content: bytes
    media_type: str
    version: str
    packed: dict[str, bytes]


@cache
def paths() -> dict[str, Path]:
    """All files by the name that follows ``/assets/``."""
    ours = {file.name: file for file in ASSETS.iterdir() if file.suffix in MEDIA_TYPES}
    brought = {name: VENDOR / name for name in _manifest().get("files", {})}
    return {**brought, **ours}


@cache
def packages() -> tuple[Package, ...]:
    """The npm packages that files come from. Empty if the build left them out (``SKIP_ASSETS=1``)."""
    return tuple(
        Package(
            told["name"],
            told["version"],
            told["licence"],
            told["home"],
            (VENDOR / "licences" / told["text"]).read_text(encoding="utf-8"),
        )
        for told in _manifest().get("packages", ())
    )


@cache
def file(name: str) -> File:
    """A file of :func:`paths`. Raises KeyError for another name.

    A stylesheet's addresses of other files get their versions, so that these may be kept for good as well.
    """
    path = paths()[name]
    content = path.read_bytes()
    if path.suffix == ".css":
        folder = PurePosixPath(name).parent
        content = _URL.sub(lambda found: _versioned(found[2], folder), content.decode()).encode()
    version = hashlib.blake2b(content, digest_size=6).hexdigest()
    packed = {}
    if path.suffix not in _ALREADY_SMALL:
        packed = {"br": brotli.compress(content, quality=9), "gzip": gzip.compress(content, 9, mtime=0)}
    return File(content, MEDIA_TYPES[path.suffix], version, packed)


def _versioned(address: str, folder: PurePosixPath) -> str:
    name = str(folder / address)
    return f'url("{address}?v={file(name).version}")' if name in paths() else f'url("{address}")'


@cache
def _manifest() -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return told
