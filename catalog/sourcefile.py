"""Writes the file of a harvest source for what was detected at an address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from harvesters.spider import Detected
from schemas import iris


def source_id(url: str) -> str:
    """An id for a source, from its address: host and last path word."""
    parts = urlsplit(url)
    words = iris.ascii_words(f"{parts.hostname or ''} {parts.path.rstrip('/').rsplit('/', 1)[-1]}".replace("www.", ""))
    return words[:40].strip("-") or "quelle"


def source_file(found: Detected, municipality: str, folder: Path) -> str:
    """The text of ``sources/ID.toml``. A folder inside the region's ``folder`` is written relative to it."""
    url, host = found.url, urlsplit(found.url).hostname
    if host is None and Path(url).is_relative_to(folder):
        url = str(Path(url).relative_to(folder))
    lines = [
        f"title = {_value(f'{host or Path(found.url).name} ({found.protocol})')}",
        f"municipality = {_value(municipality)}",
        f"url = {_value(url)}",
        f"protocol = {_value(found.protocol)}",
        # As comments: what [defaults] of the region says would otherwise be overruled.
        '# schedule = "daily"',
        '# license = "dl-by-de/2.0"',
    ]
    if found.options:
        lines += ["", f"[{found.protocol}]", *_table(found.options)]
    return "\n".join(lines) + "\n"


def _table(options: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in options.items() if value is not None]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(entry) for entry in value)}]"
    if isinstance(value, int | float):
        return str(value)
    # A JSON string is a TOML basic string, but for DEL, which TOML wants escaped.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
