"""On paper the address of a link stands behind its words, and once only where these are the address."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from catalog.web import pages

_SELF_NAMED = re.compile(r'<a (?P<rest>[^>]*?)href="\{\{ (?P<value>[\w.]+) \}\}"[^>]*>\{\{ (?P=value) \}\}</a>')
TEMPLATES = sorted(Path(pages.__file__).parent.glob("*.html"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_link_that_is_called_by_its_address_is_printed_once(template: Path) -> None:
    for found in _SELF_NAMED.finditer(template.read_text(encoding="utf-8")):
        assert "bare" in found["rest"], found[0]
