"""Paths into JSON that a source file states: ``title.de``, ``files[*].url``, ``["odd.key"]``, and templates around them.

There are names, places in a list, and the star for all; no filters, no search at any depth, no expressions: a path costs
at most one step for each value that it passes (F49), and nothing in it is ever evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import quote

from harvesters.mapping.native_values import word
from schemas.refusals import Wrong

# The values that one path may pass: a star on a list of lists multiplies.
MOST_VALUES = 100_000
_LONGEST = 500
_STEP = re.compile(
    r"""\.?(?:(?P<name>[^.\[\]{}"'*\s][^.\[\]{}"'*]*)|(?P<star>\*)|\[(?:(?P<place>-?\d{1,7})|(?P<each>\*)|"""
    r""""(?P<double>[^"]*)"|'(?P<single>[^']*)')\])"""
)
_ALL = object()
KEY = "@key"


class Place(NamedTuple):
    """A value found, and where: ``key`` is the name or place under which it stood, ``path`` the way to it."""

    value: Any
    key: str
    path: str


class Path(NamedTuple):
    """A path as its steps: names, places in lists, the star. ``root`` begins at the whole record (``$``)."""

    text: str
    steps: tuple[Any, ...]
    root: bool = False
    key: bool = False

    def places(self, value: Any) -> list[Place]:
        """What the path leads to, in the document's order; where it leads nowhere, nothing."""
        found = [Place(value, "", "")]
        for step in self.steps:
            found = list(islice((place for each in found for place in _taken(each, step)), MOST_VALUES))
        return found

    def values(self, value: Any) -> list[Any]:
        """The values that the path leads to."""
        return [place.value for place in self.places(value)]

    def first(self, value: Any) -> Any:
        """The first value; None if there is none."""
        return next(iter(self.values(value)), None)


def path(text: str) -> Path:
    """The path that a text states. Raises ValueError with the place that is none."""
    stripped = text.strip()
    if stripped == KEY:
        return Path(stripped, (), key=True)
    if len(stripped) > _LONGEST:
        raise Wrong(
            f"a path of at most {_LONGEST} characters is allowed",
            f"erlaubt ist ein Pfad von höchstens {_LONGEST} Zeichen",
        )
    root = stripped.startswith("$")
    rest = stripped[1:] if root else stripped
    if rest in ("", "."):
        return Path(stripped, (), root)
    steps: list[Any] = []
    at = 0
    while at < len(rest):
        match = _STEP.match(rest, at)
        # Only the first name may stand without its dot.
        if match is None or (at and rest[at] not in ".["):
            raise Wrong(
                f"{text!r}: no path from {rest[at:][:20]!r} on; names with dots between them, [0], [*] and "
                '["name"] are allowed',
                f"{text!r}: ab {rest[at:][:20]!r} kein Pfad; erlaubt sind Namen mit Punkten dazwischen, [0], [*] und "
                '["name"]',
            )
        steps.append(_step(match))
        at = match.end()
    return Path(stripped, tuple(steps), root)


def _step(match: re.Match[str]) -> Any:
    if match["star"] or match["each"]:
        return _ALL
    if match["place"]:
        return int(match["place"])
    quoted = match["double"] if match["double"] is not None else match["single"]
    return quoted if quoted is not None else match["name"].rstrip()


def _taken(place: Place, step: Any) -> Iterator[Place]:
    value = place.value
    if step is _ALL:
        pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, inner in pairs:
            if inner is not None:
                yield Place(inner, str(key), _under(place.path, key))
    elif isinstance(step, int):
        if isinstance(value, list) and -len(value) <= step < len(value) and value[step] is not None:
            yield Place(value[step], str(step), _under(place.path, step))
    elif isinstance(value, dict):
        if value.get(step) is not None:
            yield Place(value[step], step, _under(place.path, step))
    elif isinstance(value, list):
        # A name on a list means that name in each entry: lists of one are common, and so is forgetting the star.
        for number, inner in enumerate(value):
            if isinstance(inner, dict) and inner.get(step) is not None:
                yield Place(inner[step], step, _under(_under(place.path, number), step))


def _under(above: str, key: Any) -> str:
    if isinstance(key, int):
        return f"{above}[{key}]"
    return f"{above}.{key}" if above else str(key)


class Template(NamedTuple):
    """A text with paths in braces: ``https://daten.example.org/{id}``. Parts are texts and paths by turns."""

    text: str
    parts: tuple[str | Path, ...]

    @property
    def is_address(self) -> bool:
        """Whether it makes addresses, so that values are percent-encoded where they are put in."""
        return self.text.lower().startswith(("http://", "https://"))

    def filled(self, scope: Scope) -> str | None:
        """The text with the values put in; None where one of them is missing."""
        made = []
        for part in self.parts:
            if isinstance(part, str):
                made.append(part)
                continue
            text = word(next(iter(scope.values(part)), None))
            if not text:
                return None
            made.append(quote(text, safe="") if self.is_address else text)
        return "".join(made)


def template(text: str) -> Template:
    """The template that a text states. Raises ValueError."""
    parts: list[str | Path] = []
    for piece in re.split(r"(\{[^{}]*\})", text):
        if piece.startswith("{") and piece.endswith("}"):
            parts.append(path(piece[1:-1]))
        elif "{" in piece or "}" in piece:
            raise Wrong(
                f"{text!r}: a brace without its other half; {{path}} is allowed",
                f"{text!r}: eine Klammer ohne ihre zweite Hälfte; erlaubt ist {{pfad}}",
            )
        elif piece:
            parts.append(piece)
    return Template(text, tuple(parts))


class Scope(NamedTuple):
    """What paths are looked up in: the record (``$``), the key it stood under, and the entry of a list in it."""

    record: Any
    key: str = ""
    entry: Any = None
    entry_key: str = ""
    nested: bool = False
    entry_path: str = ""

    def within(self, place: Place) -> Scope:
        """The scope of an entry of a list in the record."""
        return Scope(self.record, self.key, place.value, place.key, True, place.path)

    def places(self, wanted: Path) -> list[Place]:
        """What a path leads to here."""
        if wanted.key:
            key = self.entry_key if self.nested else self.key
            return [Place(key, KEY, KEY)] if key else []
        if wanted.root or not self.nested:
            return wanted.places(self.record)
        return [place._replace(path=self._full(place.path)) for place in wanted.places(self.entry)]

    def _full(self, inner: str) -> str:
        return f"{self.entry_path}{'' if inner.startswith('[') or not inner else '.'}{inner}"

    def values(self, wanted: Path) -> list[Any]:
        """The values that a path leads to here."""
        return [place.value for place in self.places(wanted)]
