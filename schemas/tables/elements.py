"""Chosen elements of an XML document as small trees, one after the other; a document that breaks off gives what came before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from xml.parsers import expat

from schemas.tables.markup import MAX_DEPTH, MAX_ELEMENTS
from schemas.tables.notes import refusal

_MAX_TEXT = 1_000_000  # characters of one element: a line of 50,000 positions has them
_PIECE = 65_536


class Element:
    """One element: its local name, attributes by local name, own text, children; of a chosen one the folders around it."""

    __slots__ = ("attributes", "children", "folder", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str], folder: str = "") -> None:
        self.name = name
        self.folder = folder
        self.attributes = attributes
        self.children: list[Element] = []
        self.text = ""

    def child(self, name: str) -> Element | None:
        """The first child of this local name."""
        return next((each for each in self.children if each.name == name), None)

    def said(self, name: str) -> str:
        """The text of the first child of this local name, in one line; empty if there is none."""
        found = self.child(name)
        return " ".join(found.text.split()) if found is not None else ""

    def all(self, name: str) -> Iterator[Element]:
        """All elements of this local name below this one, in order."""
        waiting = list(reversed(self.children))
        while waiting:
            each = waiting.pop()
            if each.name == name:
                yield each
            waiting.extend(reversed(each.children))


class Walked(NamedTuple):
    """What a walk found: the root's local name, the trees, the first title near the root, all that were met, the end."""

    root: str
    elements: tuple[Element, ...]
    title: str
    total: int
    complete: bool


def walk(data: bytes, wanted: frozenset[str], limit: int) -> Walked:
    """The elements whose local name is wanted, at most ``limit`` of them as trees; those inside of one belong to it.

    Prefixes need not be declared: many writers forget it. Raises `TableError`: `doctype`, `too-deep`, and `unreadable`
    where the document is damaged before the first of them.
    """
    walking = _Walking(wanted, limit)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = walking.start
    parser.EndElementHandler = walking.end
    parser.CharacterDataHandler = walking.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    complete = True
    try:
        for start in range(0, len(data), _PIECE):
            parser.Parse(data[start : start + _PIECE], False)
        parser.Parse(b"", True)
    except _Enough:
        complete = False
    except (expat.ExpatError, ValueError, LookupError) as error:
        if not walking.found:
            raise refusal("unreadable") from error
        complete = False
    return Walked(walking.root, tuple(walking.found), walking.title, walking.total, complete)


def _refuse_doctype(*_: object) -> None:
    raise refusal("doctype")


class _Enough(Exception):
    """Raised inside the walk when it has seen MAX_ELEMENTS."""


def local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


class _Walking:
    def __init__(self, wanted: frozenset[str], limit: int) -> None:
        self.root = self.title = ""
        self.found: list[Element] = []
        self.total = 0
        self._wanted = wanted
        self._limit = limit
        self._seen = self._depth = 0
        self._open: list[Element] = []
        self._pieces: list[list[str]] = []
        self._lengths: list[int] = []
        self._title_at = 0
        self._folders: list[tuple[int, str]] = []  # depth and name of those that are open

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        self._depth += 1
        self._seen += 1
        if self._depth > MAX_DEPTH:
            raise refusal("too-deep", depth=MAX_DEPTH)
        if self._seen > MAX_ELEMENTS:
            raise _Enough
        self.root = self.root or name
        if not self._open and name in self._wanted:
            self.total += 1
        if self._open or (name in self._wanted and len(self.found) < self._limit):
            folder = "" if self._open else " / ".join(filter(None, (each for _, each in self._folders)))
            element = Element(name, {local(key): value for key, value in attributes.items()}, folder)
            if self._open:
                self._open[-1].children.append(element)
            self._begin(element)
        elif name == "Folder":
            self._folders.append((self._depth, ""))
        elif name in ("name", "title") and (
            self._is_of_folder(self._depth) or (self._depth <= 4 and not self.title and not self.total)
        ):
            self._title_at = self._depth
            self._begin(Element(name, {}))

    def _is_of_folder(self, depth: int) -> bool:
        return bool(self._folders) and self._folders[-1] == (depth - 1, "")

    def _begin(self, element: Element) -> None:
        self._open.append(element)
        self._pieces.append([])
        self._lengths.append(0)

    def text(self, text: str) -> None:
        if self._open and self._lengths[-1] < _MAX_TEXT:
            self._pieces[-1].append(text)
            self._lengths[-1] += len(text)

    def end(self, _tag: str) -> None:
        self._depth -= 1
        if not self._open:
            if self._folders and self._folders[-1][0] == self._depth + 1:
                self._folders.pop()
            return
        element = self._open.pop()
        element.text = "".join(self._pieces.pop()).strip()
        self._lengths.pop()
        if self._title_at:
            if not self._open:
                said = " ".join(element.text.split())[:500]
                if self._is_of_folder(self._title_at):
                    self._folders[-1] = (self._title_at - 1, said)
                if self._title_at <= 4 and not self.total:
                    self.title = self.title or said
                self._title_at = 0
        elif not self._open:
            self.found.append(element)
