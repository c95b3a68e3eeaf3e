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

import schemas
from harvesters import readers, spiders
from harvesters.reading import Reader
from harvesters.spider import HarvestSpider
from schemas import vocabularies
from schemas.region import ConfigurationError, HarvestSource, Region

# What lies in these folders of the package has no part in what a native record becomes.
_NOT_READING = frozenset({"spiders", "readers", "guards", "regions"})


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
    """Bytes that change when a reader, what it is built from, the table or a code list changes: part of each input hash.

    It covers the reader's file and all modules that readers may use. That maps records anew more often than needed;
    only those whose content then differs become new versions.
    """
    module = cast(ModuleType, reader(reader_name))
    assert module.__file__
    files = {Path(module.__file__)}
    # A reader that hands records to others depends on them too.
    files.update(Path(str(cast(ModuleType, reader(name)).__file__)) for name in getattr(module, "READERS", ()))
    here = Path(__file__).parent
    files.update(file for file in here.rglob("*.py") if file.parent.relative_to(here).as_posix() not in _NOT_READING)
    files.update(Path(schemas.__file__).parent.rglob("*.py"))
    digest = hashlib.blake2b(vocabularies.revision().encode(), digest_size=16)
    for file in sorted(files):
        digest.update(file.name.encode() + b"\x00" + file.read_bytes())
    return digest.digest()


def check_sources(region: Region) -> None:
    """Checks what only spiders know: each source's protocol exists, its options fit, files it needs are there.

    Raises ConfigurationError.
    """
    for source in region.sources:
        name = f"sources/{source.id}.toml"
        allowed = ", ".join(sorted(spider_classes()))
        if source.protocol is not None and source.protocol not in spider_classes():
            raise ConfigurationError(
                f"{name}: protocol {source.protocol!r} is unknown; allowed: {allowed}",
                f"{name}: protocol: {source.protocol!r} gibt es nicht; erlaubt: {allowed}",
            )
        for protocol, table in source.tables.items():
            if protocol not in spider_classes():
                raise ConfigurationError(
                    f"{name}: unknown key {protocol!r}; the tables [limits] and of a protocol are allowed: {allowed}",
                    f"{name}: Schlüssel {protocol!r} gibt es nicht; erlaubt sind die Tabellen [limits] und einer Art: {allowed}",
                )
            _check(spider_classes()[protocol], region, source.model_copy(update={"options": table}))
        if source.protocol is not None:
            _check(spider_classes()[source.protocol], region, source)


def _check(spider: type[HarvestSpider], region: Region, source: HarvestSource) -> None:
    spider.check(region, source, spider.options_of(source))
