"""The records in an answer: cut out by the path that the source file states, each with the key it stood under."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

from harvesters.configured.paths import Path, Place
from schemas.loose_json import load_json, sorted_json
from schemas.syntax import Unreadable


class Item(NamedTuple):
    """One record, the key under which it stood in an object, and (with ``one``) the facts of the whole answer."""

    value: Any
    key: str = ""
    facts: Facts | None = None


class Facts(NamedTuple):
    """What a live answer is made of: its entries' number and their fields with the kinds of their values."""

    number: int | None
    fields: tuple[tuple[str, str], ...]


class Answer(NamedTuple):
    """A whole answer: the document, whether it had to be repaired, lines that are no JSON (number, beginning)."""

    document: Any
    repaired: bool = False
    bad_lines: tuple[tuple[int, str], ...] = ()


def answer(body: bytes, content_type: str = "") -> Answer:
    """A JSON document, or one JSON value on each line (NDJSON). Raises Unreadable (F01, F03, F21)."""
    said = "ndjson" in content_type or "jsonl" in content_type or "json-seq" in content_type
    if not said:
        try:
            return Answer(*load_json(body))
        except Unreadable:
            if not _has_lines(body):
                raise
    values: list[Any] = []
    bad: list[tuple[int, str]] = []
    repaired = False
    for number, line in enumerate(body.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        line = line.strip(b"\x1e \t\r\0")
        if not line:
            continue
        try:
            value, mended = load_json(line)
        except Unreadable:
            bad.append((number, line[:100].decode("utf-8", "replace")))
            continue
        values.append(value)
        repaired = repaired or mended
    if not values and bad:
        return Answer(*load_json(body))
    return Answer(values, repaired, tuple(bad))


def _has_lines(body: bytes) -> bool:
    """Whether the first two lines are JSON objects: then a document that is no JSON is a list of lines."""
    lines = [line for line in body.removeprefix(b"\xef\xbb\xbf")[:1_000_000].splitlines() if line.strip()][:2]
    if len(lines) < 2:
        return False
    try:
        return all(isinstance(orjson.loads(line), dict) for line in lines)
    except orjson.JSONDecodeError:
        return False


def cut(document: Any, items: Path | None) -> list[Place] | None:
    """The records of a document; None if the path leads to no list, or there is no list at all.

    Without a path the document itself counts, or the only list of objects in it; an object without one is one record.
    """
    if items is None:
        found = _only_list(document)
        if found is None:
            return [Place(document, "", "")] if isinstance(document, dict) else None
        return _listed(found)
    places = items.places(document)
    if len(places) == 1 and isinstance(places[0].value, list):
        return _listed(places[0].value)
    if places and all(isinstance(place.value, list) for place in places):
        return [entry for place in places for entry in _listed(place.value)]
    if places and places[0].path.endswith("]"):
        return _listed([place.value for place in places])
    if places:
        return places
    # A star on an empty list or object is an empty list, not a wrong path.
    return [] if _empty(document, items) else None


def _listed(values: list[Any]) -> list[Place]:
    """The entries of a list; their places in it are no keys, for they change with every new entry."""
    return [Place(value, "", str(number)) for number, value in enumerate(values)]


def _empty(document: Any, items: Path) -> bool:
    for length in range(len(items.steps), 0, -1):
        above = Path("", items.steps[:length]).first(document)
        if above is not None:
            return above in ([], {})
    return document in ([], {})


def _only_list(document: Any) -> list[Any] | None:
    if isinstance(document, list):
        return document
    if not isinstance(document, dict):
        return None
    lists = [value for value in document.values() if isinstance(value, list) and _objects(value)]
    return lists[0] if len(lists) == 1 else None


def _objects(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(value, dict) for value in values[:20])


_KINDS = {str: "Text", bool: "ja/nein", int: "Zahl", float: "Zahl", list: "Liste", dict: "Gruppe"}
_MOST_FIELDS = 100
_LOOKED_AT = 1_000


def facts(document: Any, items: Path | None) -> Facts:
    """The number of entries in a live answer and their fields; values are no part of it, for they change all the time."""
    found = cut(document, items)
    kinds: dict[str, dict[str, None]] = {}
    for place in (found or [])[:_LOOKED_AT]:
        for name, value in _leaves("", place.value, 3):
            if name in kinds or len(kinds) < _MOST_FIELDS:
                said = kinds.setdefault(name, {})
                if value is not None and (kind := _KINDS.get(type(value))):
                    said[kind] = None
    fields = tuple((name, " oder ".join(sorted(said))) for name, said in kinds.items())
    single = found is not None and len(found) == 1 and found[0].value is document
    return Facts(None if single or found is None else len(found), fields)


def _leaves(above: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and depth and value:
        for name, inner in value.items():
            yield from _leaves(f"{above}.{name}" if above else name, inner, depth - 1)
    elif above:
        yield above, value


def fingerprint(item: Item) -> bytes:
    """Bytes that change when the record does; empty if it is nested too deeply to be one."""
    value = sorted_json(item.value if item.facts is None else [item.value, *item.facts])
    return item.key.encode("utf-8", "ignore") + b"\x1f" + value if value else b""
