"""How a value was mapped is said in words on the page of a dataset, whichever reader mapped it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import harvesters
from catalog.web.pages import labels
from catalog.web.texts import texts

# Where in a call of the account, or of a rule, stands how a value was mapped.
_PLACES = {"add": 3, "note": 2, "Rule": 3, "TraceEntry": 2}


def _stated() -> Iterator[str]:
    for file in Path(harvesters.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            place = _PLACES.get(getattr(node.func, "attr", getattr(node.func, "id", "")))
            if place is None:
                continue
            said = [*node.args[place : place + 1], *(each.value for each in node.keywords if each.arg == "how")]
            yield from (each.value for each in said if isinstance(each, ast.Constant) and isinstance(each.value, str))


RULES = sorted(set(_stated()))


def test_readers_state_rules() -> None:
    assert {"copy", "lookup", "K11", "joined"} <= set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_of_the_mapping_is_said_in_words(rule: str) -> None:
    german, english = (str(labels.rule(rule, texts(language))) for language in ("de", "en"))
    assert german != rule
    assert english != german
