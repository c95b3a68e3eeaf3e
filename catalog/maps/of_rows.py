"""The features of a map whose rows are asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

Feature = Mapping[str, Any]


def of_rows(features: Sequence[Feature], rows: Collection[int]) -> list[Feature] | None:
    """The features of these rows, by their property ``row`` (from 0); none where no feature tells its row.

    Where others do, a feature without a row is of none that was asked for.
    """
    told = [(each["properties"].get("row"), each) for each in features]
    if all(row is None for row, _ in told):
        return None
    return [each for row, each in told if row in rows]
