"""The feed formats: this folder is the registry, and entry points of other packages join it.

A module is a format if it has ``SUFFIX``, ``MEDIA_TYPE``, ``TITLE`` and ``write(entries, page)``; address, link and
export ask :func:`formats`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Protocol, cast

from catalog.feeds.envelope import Envelope
from catalog.reading.entries import Entry


class Format(Protocol):
    """A feed format. ``write`` takes the records of a page and its envelope, gives the document in pieces."""

    SUFFIX: str
    MEDIA_TYPE: str
    TITLE: str

    def write(self, entries: Iterable[Entry], page: Envelope) -> Iterator[bytes]:
        """The document in pieces."""
        ...


@cache
def formats() -> Mapping[str, Format]:
    """All formats by suffix, the first one being what a client without wishes gets."""
    modules = [importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)]
    modules += [entry.load() for entry in entry_points(group="allmende.feeds")]
    found = {module.SUFFIX: cast(Format, module) for module in modules if hasattr(module, "SUFFIX")}
    first = ["ttl"] if "ttl" in found else []
    return MappingProxyType({suffix: found[suffix] for suffix in dict.fromkeys([*first, *sorted(found)])})
