"""First answers that no portal's list can be read from (F01, F02, F03, F21, F25)."""

from __future__ import annotations

import pytest


def unusable_answers(cut: bytes, error: bytes, refused: int = 403, empty: bytes = b"") -> pytest.MarkDecorator:
    """Parameters ``reply`` and ``said``: ``cut`` is JSON of the portal's kind cut off, ``error`` its message "kaputt"."""
    return pytest.mark.parametrize(
        ("reply", "said"),
        [
            ((200, b"<!doctype html><title>Wartungsarbeiten</title>"), "Wartungsarbeiten"),
            ((200, empty), "leer"),
            ((200, cut), "kein JSON"),
            ((200, error), "kaputt"),
            ((refused, b"nein"), str(refused)),
            ((500, b"voll"), "500"),
        ],
        ids=["F01-html", "F03-empty", "F21-cut", "F02-error", "F02-forbidden", "F25-busy"],
    )
