"""Finds pages and APIs: the folders are the registry, and entry points of other packages join them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from functools import cache
from importlib.metadata import entry_points
from types import ModuleType

from starlette.routing import BaseRoute, Route

from catalog.web import api, pages


def modules(package: ModuleType, group: str) -> list[ModuleType]:
    """The modules of a folder and of an entry point group that have ``ROUTES``."""
    found = [importlib.import_module(f"{package.__name__}.{m.name}") for m in pkgutil.iter_modules(package.__path__)]
    found += [entry.load() for entry in entry_points(group=group)]
    return [module for module in found if hasattr(module, "ROUTES")]


@cache
def routes() -> Sequence[BaseRoute]:
    """All routes, those of the APIs first, because theirs end in a suffix that a page's SLUG would take in.

    Where a page and an API have the same path the page is asked: it negotiates (:mod:`catalog.web.negotiation`).
    """
    for_people = [route for module in modules(pages, "allmende.pages") for route in module.ROUTES]
    taken = {route.path for route in for_people if isinstance(route, Route)}
    for_machines = [route for module in modules(api, "allmende.api") for route in module.ROUTES]
    return (
        *(route for route in for_machines if not (isinstance(route, Route) and route.path in taken)),
        *for_people,
    )
