"""Loads the wording of every rule that the harvester declares: whoever shows stored findings needs all of them."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import harvesters


@cache
def load() -> None:
    """Imports the modules that declare rules. It costs what Scrapy costs, half a second, once in a process."""
    from harvesters import registry  # Scrapy comes with it: commands that show no findings need not wait for it

    registry.spider_classes()
    for package in (harvesters, *map(importlib.import_module, ("harvesters.readers", "harvesters.guards"))):
        for found in pkgutil.iter_modules(package.__path__):
            if not found.ispkg and found.name not in ("settings", "crawl"):
                importlib.import_module(f"{package.__name__}.{found.name}")
