"""Writes the file of a harvest source for what was detected at an address."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from harvesters.spider import Detected
from schemas import iris

_LONGEST_TITLE = 120


def source_id(url: str) -> str:
    """An id for a source, from its address: host and last path word."""
    parts = urlsplit(url)
    words = iris.ascii_words(f"{parts.hostname or ''} {parts.path.rstrip('/').rsplit('/', 1)[-1]}".replace("www.", ""))
    return words[:40].strip("-") or "quelle"


def source_file(found: Detected, municipality: str, folder: Path, certificate: Sequence[str] = ()) -> str:
    """The text of ``sources/ID.toml``. A folder inside the region's ``folder`` is written relative to it.

    ``certificate`` are the fingerprints by which its server is known, if nobody vouches for it.
    """
    url, host = found.url, urlsplit(found.url).hostname
    if host is None and Path(url).is_relative_to(folder):
        url = str(Path(url).relative_to(folder))
    lines = [
        f"title = {_value(_title(found.title) or f'{host or Path(found.url).name} ({found.protocol})')}",
        f"municipality = {_value(municipality)}",
        f"url = {_value(url)}",
        f"protocol = {_value(found.protocol)}",
        *([f"certificate = {_value(certificate[0] if len(certificate) == 1 else certificate)}"] if certificate else []),
        # As comments: what [defaults] of the region says would otherwise be overruled.
        '# schedule = "daily"',
        '# license = "dl-by-de/2.0"',
    ]
    if found.options:
        lines += ["", *_table(found.protocol, found.options, found.samples)]
    return "\n".join(lines) + "\n"


def _title(said: str) -> str:
    """What a source calls itself, on one line and not too long for lists; empty where nothing is left to read."""
    words = " ".join("".join(sign if sign.isprintable() else " " for sign in said).split())
    if len(words) > _LONGEST_TITLE:
        words = f"{words[:_LONGEST_TITLE].rpartition(' ')[0] or words[:_LONGEST_TITLE]} …"
    return words if any(sign.isalnum() for sign in words) else ""


def _table(name: str, options: Mapping[str, Any], samples: Sequence[str] = ()) -> list[str]:
    """A table with those in it behind its own keys, as TOML wants it. A rule that waits for a steward says so."""
    plain = {key: value for key, value in options.items() if value is not None and not _nested(value)}
    lines = [f"[{name}]", *(f"{_key(key)} = {_value(value)}" for key, value in plain.items())]
    for key, value in options.items():
        inner = f"{name}.{_key(key)}"
        if isinstance(value, Mapping):
            lines += ["", *_table(inner, value)]
        elif _nested(value):
            for table in value:
                if "confirmed" in table:
                    lines += ["", *_proposal(table, samples)]
                lines += [*([""] if "confirmed" not in table else []), f"[[{inner}]]", *_table(inner, table)[1:]]
    return lines


def _nested(value: Any) -> bool:
    """Whether a value is written as a table of its own, or as several."""
    return isinstance(value, Mapping) or (
        isinstance(value, list | tuple) and bool(value) and all(isinstance(entry, Mapping) for entry in value)
    )


def _proposal(table: Mapping[str, Any], samples: Sequence[str]) -> list[str]:
    """What a steward has to know of a proposed rule."""
    titles = [f"#   - {' '.join(title.split())[:100]}" for title in samples[:3] if title.isprintable()]
    return [
        f"# Vorschlag, von der Seite abgelesen: {table.get('found', 0)} Einträge, zum Beispiel",
        *titles,
        "# Stimmen die Titel, setzen Sie confirmed auf true. Dann gilt auf dieser Seite nur noch die Regel, und findet sie",
        "# nach einem neuen Layout nichts mehr, wird der Lauf angehalten. Sonst löschen Sie den Abschnitt.",
    ]


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(entry) for entry in value)}]"
    if isinstance(value, int | float):
        return str(value)
    # A JSON string is a TOML basic string, but for DEL, which TOML wants escaped.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
