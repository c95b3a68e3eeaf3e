"""What stands beside the points of a map of live values: the value of each sensor with its unit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from catalog import preview as previews
from catalog.preview import Preview
from catalog.web import cell_words
from schemas.region import Region
from schemas.tables import Column
from schemas.tables.types import is_missing

MOST = 40
"""Beyond so many points their values would cover each other."""
_MEASURES = frozenset(("number", "integer"))
_UNIT = re.compile(r"\(([^()]{1,16})\)$")
_LONGEST = 24
Feature = Mapping[str, Any]


def marked(region: Region, preview: Preview, features: Sequence[Feature], language: str) -> Sequence[Feature]:
    """Features with a property ``mark``, where they are few sensors of a preview of live values; else as they are.

    Reads the kept rows: call it in a thread.
    """
    place = _measured(preview)
    rows = [row for each in features if isinstance(row := each["properties"].get("row"), int)]
    if place is None or preview.table is None or not 0 < len(rows) <= MOST:
        return features
    cells = previews.numbered(region, preview, rows)
    column = preview.table.columns[place]
    found = {row: _mark(column, own[place], language) for row, own in cells.items() if place < len(own)}
    return [_with_mark(each, found.get(each["properties"].get("row"), "")) for each in features]


def named(preview: Preview, features: Sequence[Feature]) -> str:
    """The name of the column whose values stand beside some features; empty where none do."""
    place = _measured(preview)
    shown = any("mark" in each["properties"] for each in features)
    return preview.table.columns[place].name if shown and place is not None and preview.table is not None else ""


def _with_mark(feature: Feature, mark: str) -> Feature:
    return {**feature, "properties": {**feature["properties"], "mark": mark}} if mark else feature


def _measured(preview: Preview) -> int | None:
    """The place of the first column with numbers: what the sensors are about."""
    if not preview.measured or preview.table is None:
        return None
    return next((place for place, each in enumerate(preview.table.columns) if each.type in _MEASURES), None)


def _mark(column: Column, cell: str, language: str) -> str:
    if is_missing(cell):
        return ""
    unit = _UNIT.search(column.name)
    return f"{cell_words.shown(column, cell, language)} {unit[1] if unit else ''}".strip()[:_LONGEST]
