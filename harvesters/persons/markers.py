"""What stands in a text where something of a person was removed."""

from __future__ import annotations

import re

_MARKERS = {
    "name": ("[Name entfernt]", "[name removed]"),
    "mail": ("[Adresse entfernt]", "[address removed]"),
    "number": ("[Nummer entfernt]", "[number removed]"),
}
_MARKED = re.compile(r"(?i)(?:\[|%5b)(?:Name|Adresse|Nummer)(?:\s|%20|\+)entfernt(?:\]|%5d)")


def marker(kind: str, lang: str | None) -> str:
    """What stands where something was removed, so that a reader sees that something is missing."""
    return _MARKERS[kind][(lang or "").startswith("en")]


def has_marker(text: str) -> bool:
    """Whether something was removed from a text before, percent-coded or not."""
    return "entfern" in text and _MARKED.search(text) is not None
