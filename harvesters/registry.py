"""Finds spiders and readers: the folders are the registry, and entry points of other packages join them."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import cast

from harvesters import readers, spiders
from harvesters.reading import Reader
from harvesters.spider import HarvestSpider
from schemas import dcat, kinds, rdf, vocabularies
from schemas.region import ConfigurationError, Region


def _modules(package: ModuleType, group: str) -> list[ModuleType]:
    found = [importlib.import_module(f"{package.__name__}.{m.name}") for m in pkgutil.iter_modules(package.__path__)]
    return found + [entry.load() for entry in entry_points(group=group)]


@cache
def spider_classes() -> dict[str, type[HarvestSpider]]:
    """All spiders by protocol."""
    return {
        spider.name: spider
        for module in _modules(spiders, "allmende.spiders")
        for _, spider in inspect.getmembers(module, inspect.isclass)
        if issubclass(spider, HarvestSpider) and spider.__module__ == module.__name__
    }


@cache
def reader(name: str) -> Reader:
    """The reader of a source format. Raises KeyError."""
    for module in _modules(readers, "allmende.readers"):
        if module.__name__.rsplit(".", 1)[-1] == name:
            return cast(Reader, module)
    raise KeyError(name)


@cache
def revision(reader_name: str) -> bytes:
    """Bytes that change when a reader, the mapping's table or a code list changes: part of every input hash."""
    parts = [vocabularies.revision().encode()]
    for module in (cast(ModuleType, reader(reader_name)), dcat, kinds, rdf):
        assert module.__file__
        parts.append(Path(module.__file__).read_bytes())
    return hashlib.blake2b(b"\x00".join(parts), digest_size=16).digest()


def check_sources(region: Region) -> None:
    """Checks what only spiders know: that each source's protocol exists and its options fit. Raises ConfigurationError."""
    for source in region.sources:
        name = f"sources/{source.id}.toml"
        if source.protocol is None:
            continue
        spider = spider_classes().get(source.protocol)
        if spider is None:
            allowed = ", ".join(sorted(spider_classes()))
            raise ConfigurationError(f"{name}: protocol {source.protocol!r} is unknown; allowed: {allowed}")
        spider.options_of(source)
