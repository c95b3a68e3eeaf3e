"""The rules of repair: each module here proposes one kind of thing; the folder is the registry.

A module has ``TITLES`` (the rules that it may name, each in German and English) and ``propose(subject)``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Protocol, cast

from catalog.repair.subject import Subject
from schemas.proposals import Proposal


class Rule(Protocol):
    """A module of this folder."""

    TITLES: Mapping[str, tuple[str, str]]

    def propose(self, subject: Subject) -> Iterable[Proposal]:
        """What can be said of a dataset that it does not say; each with its evidence."""
        ...


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, in the order of their modules; packages from outside join by the entry point ``allmende.repair``."""
    own = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    return tuple(
        cast(Rule, module) for module in (*own, *(entry.load() for entry in entry_points(group="allmende.repair")))
    )


@cache
def titles() -> Mapping[str, tuple[str, str]]:
    """The rules by name, each in words."""
    return {name: title for rule in rules() for name, title in rule.TITLES.items()}
