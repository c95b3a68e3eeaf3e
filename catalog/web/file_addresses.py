"""The address of a file's page and of its rows: ``/dataset/SLUG/file/N``; the one place that knows it."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote

_quoted = lru_cache(maxsize=4096)(quote)


def path(slug: str, number: int, suffix: str = "") -> str:
    """The path of a file's page, or of its rows with ``suffix`` ``.json`` or ``.csv``; without language and query.

    ``number`` is that of :mod:`catalog.reading.numbered_files`: the place in the order of the source, from 1. A link is
    made of it with ``page.link(path(…), {"view": "chart"})``, for rows with ``page.file(path(…, ".json"))``.
    """
    return f"{folder(slug)}{number}{suffix}"


def folder(slug: str) -> str:
    """What the paths of a dataset's files begin with: the number of the file follows."""
    return f"/dataset/{_quoted(slug)}/file/"
