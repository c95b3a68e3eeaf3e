"""The query that lies beside a source file: read from the folder, and looked over before it is sent to anybody.

Only its shape is read (GraphQL, October 2021, sections 2.1 and 2.2): one query, nested no deeper than allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from schemas.region import HarvestSource, Region

_MOST_BYTES = 100_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\.(?:graphql|gql)")
# Strings and comments may hold braces: they are passed over whole.
_BLOCK = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*+"""', re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*+"')
_TOKEN = re.compile(r"\s+|\#[^\n]*|\.\.\.|[A-Za-z_][A-Za-z0-9_]*|.", re.DOTALL)


class QueryRefused(Exception):
    """A query that is not sent; says why in German and English."""

    def __init__(self, de: str, en: str) -> None:
        super().__init__(en)
        self.de = de
        self.en = en


class Query(NamedTuple):
    """A query: its text and how deeply its selections are nested, fragments taken in."""

    text: str
    depth: int


@dataclass
class _Definition:
    """An operation or a fragment: its kind, its own depth, and the fragments that it takes in at which depth."""

    kind: str
    name: str = ""
    depth: int = 0
    spreads: list[tuple[str, int]] = field(default_factory=list)


def load(region: Region, source: HarvestSource, name: str, most: int) -> Query:
    """The query of a source, from ``sources/NAME``; without a name ``sources/ID.graphql``. Raises QueryRefused."""
    file_name = name or f"{source.id}.graphql"
    if not _NAME.fullmatch(file_name):
        raise QueryRefused(
            f"query: „{file_name}“ ist kein Dateiname; erlaubt ist eine Datei NAME.graphql neben der Quelldatei.",
            f"query: {file_name!r} is no file name; a file NAME.graphql beside the source file is allowed.",
        )
    folder = region.folder / "sources"
    return check(_text(folder / file_name, folder), most)


def _text(file: Path, folder: Path) -> str:
    try:
        if file.resolve().parent != folder.resolve():
            raise OSError
        body = file.read_bytes()
    except OSError:
        raise QueryRefused(
            f"sources/{file.name}: Die Datei mit der GraphQL-Abfrage fehlt neben der Quelldatei.",
            f"sources/{file.name}: the file with the GraphQL query is missing beside the source file.",
        ) from None
    try:
        return body[: _MOST_BYTES + 1].decode("utf-8-sig")
    except UnicodeDecodeError:
        raise QueryRefused(f"sources/{file.name}: nicht in UTF-8.", f"sources/{file.name}: not in UTF-8.") from None


def check(text: str, most: int) -> Query:
    """A query that may be sent: one operation, a query, no deeper than ``most``. Raises QueryRefused."""
    if len(text) > _MOST_BYTES:
        raise QueryRefused(
            f"Die Abfrage ist länger als {_MOST_BYTES} Zeichen.", f"The query is over {_MOST_BYTES} long."
        )
    definitions = list(_definitions(text))
    operations = [each for each in definitions if each.kind != "fragment"]
    if [each.kind for each in operations] != ["query"]:
        found = ", ".join(each.kind for each in operations) or "nichts"
        raise QueryRefused(
            f"Erlaubt ist genau eine Abfrage (query), nichts, das etwas ändert; in der Datei steht: {found}.",
            f"Exactly one query is allowed, nothing that changes anything; the file holds: {found}.",
        )
    fragments = {each.name: each for each in definitions if each.kind == "fragment"}
    depth = _whole_depth(operations[0], fragments, {}, ())
    if depth > most:
        raise QueryRefused(
            f"Die Abfrage ist {depth} Ebenen tief verschachtelt; erlaubt sind {most} (depth).",
            f"The query is nested {depth} levels deep; {most} are allowed (depth).",
        )
    return Query(text, depth)


def _whole_depth(
    definition: _Definition, fragments: dict[str, _Definition], known: dict[str, int], path: tuple[str, ...]
) -> int:
    depth = definition.depth
    for name, at in definition.spreads:
        if name in path or len(path) > 100:
            raise QueryRefused(f"Das Fragment {name} enthält sich selbst.", f"The fragment {name} contains itself.")
        if name not in fragments:
            raise QueryRefused(f"Das Fragment {name} fehlt.", f"The fragment {name} is missing.")
        if name not in known:
            known[name] = _whole_depth(fragments[name], fragments, known, (*path, name))
        depth = max(depth, at + known[name] - 1)
    return depth


def _tokens(text: str) -> Iterator[str]:
    """The words and marks of a document. Raises QueryRefused at a string without an end, so that each is looked for once."""
    at = 0
    while at < len(text):
        quoted = text[at] == '"'
        pattern = (_BLOCK if text.startswith('"""', at) else _STRING) if quoted else _TOKEN
        match = pattern.match(text, at)
        if match is None:
            raise _unbalanced()
        at = match.end()
        if not quoted and match[0][0] != "#" and not match[0].isspace():
            yield match[0]


def _unbalanced() -> QueryRefused:
    return QueryRefused(
        "Klammern oder Anführungszeichen der Abfrage gehen nicht auf.",
        "The brackets or quotation marks of the query do not fit one another.",
    )


def _definitions(text: str) -> Iterator[_Definition]:
    """The definitions of a document by its braces. Raises QueryRefused where these do not fit."""
    tokens = list(_tokens(text))
    current: _Definition | None = None
    level = brackets = 0
    for number, token in enumerate(tokens):
        following = tokens[number + 1] if number + 1 < len(tokens) else ""
        if token in "()":
            brackets += 1 if token == "(" else -1
        elif brackets:
            continue
        elif token == "{":
            current = current or _Definition("query")
            level += 1
            current.depth = max(current.depth, level)
        elif token == "}":
            level -= 1
            if level == 0 and current is not None:
                yield current
                current = None
        elif level == 0 and current is None and token in ("query", "mutation", "subscription", "fragment"):
            current = _Definition(token, following if token == "fragment" else "")
        elif token == "..." and current is not None and re.match(r"[A-Za-z_]", following) and following != "on":
            current.spreads.append((following, level))
        if level < 0 or brackets < 0:
            break
    if level or brackets or current is not None:
        raise _unbalanced()
