"""Who harvests our feed: this folder is the registry.

A module is a receiver if it has ``RECEIVER`` (its name), ``TITLE`` (German, English) and ``check(feed)``, which gives
its verdict on a feed.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Protocol, cast

from catalog.delivery.feed import Feed
from catalog.delivery.remarks import Verdict


class Receiver(Protocol):
    """Somebody who harvests feeds."""

    RECEIVER: str
    TITLE: tuple[str, str]

    def check(self, feed: Feed) -> Verdict:
        """What the receiver would make of a feed."""
        ...


@cache
def receivers() -> Mapping[str, Receiver]:
    """All receivers by name."""
    modules = [importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)]
    found = {m.RECEIVER: cast(Receiver, m) for m in modules if hasattr(m, "RECEIVER")}
    return MappingProxyType(found)
