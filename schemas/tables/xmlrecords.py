"""XML that holds a list of like elements as a table: a row for each, a column for each thing said in it."""

from __future__ import annotations

from collections import Counter
from xml.parsers import expat

from schemas.tables.elements import Element, local, walk
from schemas.tables.jsondata import Objects, clean
from schemas.tables.markup import MAX_DEPTH
from schemas.tables.notes import note, refusal

MAX_RECORDS = 50_000
MAX_COLUMNS = 500
_LOOK_AT = 20_000  # elements after which the list has shown itself
_DEEPEST = 4  # a list further inside is part of a record
_PIECE = 65_536


def root(data: bytes) -> str:
    """The local name of the root element, in small letters; empty where there is none."""
    return _Counting.over(data[:_PIECE]).root.casefold()


def read(data: bytes) -> Objects | None:
    """The list in a document; none where there is no list of at least two like elements with two columns.

    Raises `TableError`: `doctype`, `too-deep`, or `unreadable` for what is damaged before the first record.
    """
    counted = _Counting.over(data)
    name = counted.record()
    if not name:
        return None
    found = walk(data, frozenset((name,)), MAX_RECORDS)
    records = [_columns(element) for element in found.elements]
    names = tuple(dict.fromkeys(column for record in records for column in record))[:MAX_COLUMNS]
    if len(records) < 2 or len(names) < 2:
        return None
    rows = tuple(tuple(record.get(column, "") for column in names) for record in records)
    notes = () if found.complete else (note("document-cut", count=len(rows)),)
    return Objects(names, rows, max(found.total, len(rows)), found.title, "utf-8", False, None, notes)


def _columns(element: Element, prefix: str = "", depth: int = 0) -> dict[str, str]:
    values: dict[str, str] = {f"{prefix}{name}": clean(value) for name, value in element.attributes.items()}
    for child in element.children:
        name = f"{prefix}{child.name}"
        if child.children and depth < 3:
            for inner, value in _columns(child, f"{name}.", depth + 1).items():
                values.setdefault(inner, value)
            continue
        said = clean(" ".join(child.text.split()))
        if name in values and said:
            values[name] = f"{values[name]}; {said}"[:2_000]
        elif said or not child.attributes:
            values[name] = said
        else:
            values |= {f"{name}.{key}": clean(value) for key, value in child.attributes.items()}
    if element.text and not element.children and not prefix:
        values[element.name] = clean(" ".join(element.text.split()))
    return values


class _Counting:
    """How often each name occurs at each depth among the first elements of a document."""

    def __init__(self) -> None:
        self.root = ""
        self.counts: list[Counter[str]] = [Counter() for _ in range(_DEEPEST + 1)]
        self._depth = self._seen = 0

    @classmethod
    def over(cls, data: bytes) -> _Counting:
        """Count; what breaks off or is damaged counts as far as it goes. Raises `TableError`: `doctype`, `too-deep`."""
        counting = cls()
        parser = expat.ParserCreate()
        parser.StartElementHandler = counting.start
        parser.EndElementHandler = counting.end
        parser.StartDoctypeDeclHandler = counting.doctype
        try:
            for start in range(0, len(data), _PIECE):
                parser.Parse(data[start : start + _PIECE], False)
                if counting._seen > _LOOK_AT:
                    break
        except (expat.ExpatError, ValueError, LookupError):
            pass
        return counting

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        self._seen += 1
        if self._depth > MAX_DEPTH:
            raise refusal("too-deep", depth=MAX_DEPTH)
        self.root = self.root or local(tag)
        if 1 < self._depth <= _DEEPEST:
            self.counts[self._depth][local(tag)] += 1

    def end(self, _tag: str) -> None:
        self._depth -= 1

    def doctype(self, *_: object) -> None:
        raise refusal("doctype")

    def record(self) -> str:
        """The name that a list's elements have: the most frequent one at the first depth where one stands out."""
        for counter in self.counts[2:]:
            if counter:
                name, count = counter.most_common(1)[0]
                if count >= 2 and count * 2 > sum(counter.values()):
                    return name
        return ""
