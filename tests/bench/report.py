"""The page docs/performance.md: each part's table stands between markers, all other text is written by hand and kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tests.bench.figures import markdown
from tests.bench.parts import PARTS, Measured, Part

FILE = Path(__file__).parent.parent.parent / "docs" / "performance.md"


def block(measured: Measured) -> str:
    """What stands between the markers of a part: command, surroundings, peer, table."""
    lines = [f"`{measured.command}`", *measured.surroundings.lines()]
    if measured.peer:
        lines.append(measured.peer)
    return "\n".join(f"{line}  " for line in lines).rstrip() + "\n\n" + markdown(measured.figures)


def write(measured: Mapping[str, Measured], file: Path = FILE) -> None:
    """Puts the tables of some parts into the page. Raises ValueError if a part's markers are not there."""
    text = file.read_text(encoding="utf-8") if file.exists() else template()
    for part, one in measured.items():
        begin, end = _markers(part)
        pattern = re.compile(f"({re.escape(begin)}\n).*?({re.escape(end)})", re.S)
        text, found = pattern.subn(lambda match, one=one: f"{match[1]}{block(one)}{match[2]}", text)  # type: ignore[misc]
        if found != 1:
            raise ValueError(f"{file.name} does not hold the markers {begin} … {end} once")
    file.write_text(text, encoding="utf-8")


def template() -> str:
    """The page before anything was measured."""
    return _HEAD + "\n".join(_section(name, part) for name, part in PARTS.items())


def _section(name: str, part: Part) -> str:
    begin, end = _markers(name)
    return f"## {part.title}\n\n{part.about}\n\n{begin}\n{end}\n\n{_HOLDS}"


_HEAD = """# Performance

Measured by `scripts/bench`, never asserted in a timed test. `scripts/bench all --write` writes the tables anew; what
stands outside their markers is written by hand.

"""
_HOLDS = """**What holds it back.** Not looked into yet.
"""


def _markers(part: str) -> tuple[str, str]:
    return f"<!-- {part}: measured -->", f"<!-- {part}: end -->"
