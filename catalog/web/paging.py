"""Pages of long lists: which one an address asks for, and the links to the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from catalog.web.refusing import Refused

_NEAR = 2  # pages on each side of the one that is shown
_LONGEST = 8  # digits


class Paging(NamedTuple):
    """Where in a list we are: pages with their addresses, None for a gap; ``before`` and ``after`` are empty at the ends."""

    current: int
    last: int
    links: tuple[tuple[int, str] | None, ...]
    before: str
    after: str


def asked(text: str, last: int) -> int:
    """The page that an address asks for, at most ``last``; whatever is no number is the first: readers get no error."""
    return min(max(int(text), 1), last) if text.isdecimal() and len(text) <= _LONGEST else 1


def demanded(name: str, text: str, most: int) -> int:
    """A number from 1 to ``most`` that a program asks for. Raises Refused (400), naming the parameter."""
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST and 1 <= int(text) <= most:
        return int(text)
    raise Refused(
        400,
        f"{name}={text[:40]} ist keine Zahl von 1 bis {most}.",
        f"{name}={text[:40]} is no whole number from 1 to {most}.",
    )


def paging(current: int, last: int, address: Callable[[int], str]) -> Paging:
    """The first and the last page, those around the current one, and gaps between. ``current`` may lie beyond the last."""
    near = sorted({1, last, *range(max(current - _NEAR, 1), min(current + _NEAR, last) + 1)})
    links: list[tuple[int, str] | None] = []
    for before, number in zip((0, *near), near, strict=False):
        if number - before > 1:
            links.append(None)
        links.append((number, address(number)))
    return Paging(
        current,
        last,
        tuple(links),
        address(min(current - 1, last)) if current > 1 else "",
        address(current + 1) if current < last else "",
    )
