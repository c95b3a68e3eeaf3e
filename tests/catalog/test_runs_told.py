"""docs/runs.md tells the states, statuses and kinds that the code has, and no other; the pages have a word for each."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import catalog
from catalog.forgetting import work
from catalog.runs import breaker, lease, pool, run_book
from catalog.runs.run_book import KINDS, STATES, STATUSES
from catalog.web.pages import states
from catalog.web.texts import texts
from schemas.limits import Limits
from tests.test_docs import page, section, table

CATALOG = Path(catalog.__file__).parent
# What else has a state: a page, a preview.
_NO_RUNS = {"web", "cli", "preview"}
TOLD = {"state": ("States", STATES), "status": ("Statuses", STATUSES), "kind": ("Kinds", KINDS)}


def written(column: str) -> set[str]:
    """The words that the code writes into a column of the runs table: as keyword, as key of a dict, to open a run."""
    found: set[str] = set()
    for file in CATALOG.glob("**/*.py"):
        if _NO_RUNS & set(file.parts):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            pairs: list[tuple[object, ast.expr]] = []
            if isinstance(node, ast.Call):
                pairs += [(keyword.arg, keyword.value) for keyword in node.keywords]
                if column == "kind" and isinstance(node.func, ast.Attribute) and node.func.attr == "open_run":
                    pairs += [
                        ("kind", each)
                        for value in node.args[1:2]
                        for each in ast.walk(value)
                        if isinstance(each, ast.expr)
                    ]
                if column == "status" and isinstance(node.func, ast.Name) and node.func.id == "RunResult":
                    pairs += [("status", value) for value in node.args[2:3]]
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
                key = node.targets[0].slice
                pairs.append((key.value if isinstance(key, ast.Constant) else None, node.value))
            elif isinstance(node, ast.FunctionDef) and node.name == f"_{column}":
                for end in ast.walk(node):
                    if isinstance(end, ast.Return) and isinstance(end.value, ast.Tuple):
                        pairs += [(column, each) for each in ast.walk(end.value.elts[0]) if isinstance(each, ast.expr)]
            elif isinstance(node, ast.Dict):
                keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
                pairs += list(zip(keys, node.values, strict=True))
            for name, value in pairs:
                if name == column and isinstance(value, ast.Constant) and isinstance(value.value, str):
                    found.add(value.value)
    return found


@pytest.mark.parametrize("column", TOLD)
def test_what_a_run_can_be_is_told(column: str) -> None:
    heading, known = TOLD[column]
    assert tuple(table(section(page("runs.md"), heading), column)) == known


@pytest.mark.parametrize("column", ["state", "status"])
def test_the_code_writes_no_other_word(column: str) -> None:
    words = written(column)
    assert len(words) >= 2, "the words are found at all"
    assert words <= set(TOLD[column][1])


def test_each_kind_is_written_somewhere() -> None:
    assert written("kind") >= {"harvest", "plan", "replay", "accepted", "undo", "split", "primary"}
    assert work.KIND == "forget"


def test_each_status_is_written_somewhere() -> None:
    assert written("status") == set(STATUSES)


def test_the_diagram_has_the_states_and_no_other() -> None:
    diagram = section(page("runs.md"), "States").partition("```mermaid")[2].partition("```")[0]
    assert set(re.findall(r"[a-z]+(?= -->)|(?<=--> )[a-z]+", diagram)) == set(STATES)


def test_pages_have_a_word_for_each() -> None:
    for status in STATUSES:
        assert states.word_of(status, texts("de")) != status
    for kind in KINDS:
        assert kind in states.KINDS


def test_the_numbers_are_those_of_the_code() -> None:
    text = page("runs.md")
    assert f"no heartbeat for {lease.LEASE.seconds} s" in text
    assert f"at most {pool.AT_MOST}, of which" in text
    assert f"niceness {pool.NICE} " in text
    assert (breaker.OPENS_AT, breaker.LONGEST_PAUSE.days) == (3, 7)
    assert "from three failed runs in a row" in text
    assert "up to seven days" in text
    assert run_book.OVERLAP.total_seconds() == 3600
    assert run_book.LISTED_WITHIN.days == 7
    limits = Limits()
    assert f"`robots_cache_hours` ({limits.robots_cache_hours:.0f})" in text
    assert f"`retry_after_seconds` ({limits.retry_after_seconds:,.0f})" in text
    assert f"`run_days` of its source ({limits.run_days})" in text


def test_the_page_is_short() -> None:
    assert len(page("runs.md").splitlines()) < 300
