"""The source file that is written for what was detected: its title is what the source calls itself."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from catalog.sourcefile import source_file
from harvesters.spider import Detected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Amtsblatt  der Gemeinde\nNeuhof", "Amtsblatt der Gemeinde Neuhof"),
        ('Der "Kreis"\x00\x7f\u202e', 'Der "Kreis"'),
        ("", "daten.example.org (feed)"),
        (" – \u200b ", "daten.example.org (feed)"),
        ("Wort " * 50, "Wort " * 24 + "…"),
        ("x" * 500, "x" * 120 + " …"),
    ],
)
def test_title_is_the_sources_own_and_else_its_host(tmp_path: Path, said: str, expected: str) -> None:
    found = Detected("feed", "https://daten.example.org/rss", 1, (), {}, 60, said)
    assert tomllib.loads(source_file(found, "neuhof", tmp_path))["title"] == expected
