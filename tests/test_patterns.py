"""No pattern of ours takes time that grows with the square of a text: hostile texts of 4,000 signs cost next to nothing (F49)."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

import catalog
import harvesters
import schemas
from schemas.vocabularies.spelling import LONGEST

ROOT = Path(__file__).parent.parent
LENGTH = 4_000
# The square of 4,000 steps takes some 40 ms, as many steps one after the other under 1 ms. What is between is asked for its
# growth: a text four times as long takes four times as long, or sixteen times.
NOTHING = 0.005
SQUARE = 9
_UNANCHORED = r"\b{}\.(?:search|finditer|findall|sub|subn|split)\b"
PIECES = (
    *(" ", "\n", "\t", "a", "A", "0", ".", "-", "_", "/", '"', "'", "(", "[", "{", "<", ">", "ä", ",", ";", ":", "&", "@", "#"),
    *("a ", "0 ", "a.", "0.", "a-", "a@", "a:", "a,", " \n", "aA", "0a", "<a ", "<!--", "http://", "%20", "{\"a\":", "v1", "A. "),
)  # fmt: skip
# Patterns of look-ups, which take longer texts as empty.
LOOKED_UP = "schemas.vocabularies."


def modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if "migrations" not in found.name and not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


@cache
def sources() -> str:
    """All code of ours."""
    return "\n".join(
        file.read_text(encoding="utf-8")
        for name in ("schemas", "harvesters", "catalog")
        for file in (ROOT / name).rglob("*.py")
    )


def patterns(package: ModuleType) -> dict[str, re.Pattern[str]]:
    """The compiled patterns of all modules of a package, each once, by module and name."""
    found: dict[re.Pattern[str], str] = {}
    for module in modules(package):
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                found.setdefault(value, f"{module.__name__}.{name}")
    return {name: pattern for pattern, name in found.items()}


def worst(pattern: re.Pattern[str], anywhere: bool, length: int) -> tuple[float, str]:
    """How much longer a hostile text takes that is four times as long (1 where both take next to nothing), and its piece."""
    ask = pattern.search if anywhere else pattern.match
    found = (1.0, "")
    for piece in PIECES:
        for end in ("", "\0!"):
            short = (piece * length)[:length] + end
            if _seconds(ask, short) < NOTHING:
                continue
            spent = min(_seconds(ask, short) for _ in range(3))
            if spent < NOTHING:
                continue
            long = (piece * length * 4)[: length * 4] + end
            found = max(found, (min(_seconds(ask, long) for _ in range(3)) / spent, repr(piece + end)))
            if found[0] > SQUARE:
                return found
    return found


def _seconds(ask: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    ask(text)
    return time.process_time() - began


@pytest.mark.parametrize("package", [schemas, harvesters, catalog], ids=lambda package: package.__name__)
def test_F49_no_pattern_is_slow_on_any_text(package: ModuleType) -> None:
    slow = {}
    for name, pattern in patterns(package).items():
        module, _, own = name.rpartition(".")
        # A private name is used in its own module only.
        code = (
            Path(sys.modules[module].__file__ or "").read_text(encoding="utf-8") if own.startswith("_") else sources()
        )
        anywhere = re.search(_UNANCHORED.format(own), code) is not None
        growth, piece = worst(pattern, anywhere, LONGEST if name.startswith(LOOKED_UP) else LENGTH)
        if growth > SQUARE:
            slow[name] = (round(growth, 1), piece, pattern.pattern[:80])
    assert slow == {}


def test_a_slow_pattern_would_be_seen() -> None:
    assert worst(re.compile(r"\s+$"), anywhere=True, length=LENGTH)[0] > SQUARE
    assert worst(re.compile(r"[a-z]+\d"), anywhere=True, length=LENGTH)[0] > SQUARE
