"""Each numbered fault of the harvest, its store and its jobs has a test that bears its number."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
# What a source, its transport, its documents, the store and the machine do to us; F60 and up belong to pages and APIs.
NUMBERS = (*range(1, 60), 76, 79, 80, 81)
_NAME = re.compile(r"test_((?:F\d\d_)+)\w+")
_SPELLINGS = re.compile(r"(?i)test_(?:\w+_)?f\d\d_")


def functions() -> Iterator[str]:
    """The names of all test functions, without those in comments and texts."""
    for file in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                yield node.name


@pytest.fixture(scope="module")
def named() -> dict[int, list[str]]:
    """The test functions by the numbers in their names."""
    found: dict[int, list[str]] = {}
    for name in functions():
        if match := _NAME.match(name):
            for number in re.findall(r"\d\d", match[1]):
                found.setdefault(int(number), []).append(name)
    return found


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: f"F{number:02}")
def test_each_fault_has_a_test_under_its_number(named: dict[int, list[str]], number: int) -> None:
    assert named.get(number), f"no test is named test_F{number:02}_…"


def test_numbers_are_spelt_in_one_way() -> None:
    assert [name for name in functions() if _SPELLINGS.match(name) and not _NAME.match(name)] == []
