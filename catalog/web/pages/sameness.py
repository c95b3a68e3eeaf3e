"""What says that two records are one, in words: for proposed relinks and for clusters of sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from catalog import formats
from catalog.web.texts import Texts, later

_WORDS: Mapping[str, str] = {
    "iri": later("gleiche IRI: {value}"),
    "identifier": later("gleiche Kennung: {value}"),
    "address": later("gleiche Adresse: {value}"),
    "path": later("gleicher Pfad an anderer Stelle: {value}"),
    "title": later("Titel zu {value} % gleich"),
    "place": later("Gebiet zu {value} % gleich"),
}


def evidence(found: Mapping[str, Any], texts: Texts) -> tuple[Markup, ...]:
    """The evidence of a proposal or of a cluster, a phrase for each kind."""
    return tuple(texts.text(word, value=_value(found[name], texts)) for name, word in _WORDS.items() if name in found)


def percent(share: float, texts: Texts) -> str:
    """A share as whole per cent, rounded down: only what is the same is 100."""
    return formats.number(int(share * 100 + 1e-9), texts.language)


def _value(value: Any, texts: Texts) -> str:
    if isinstance(value, int | float):
        return percent(value, texts)
    return value if isinstance(value, str) else ", ".join(map(str, value))
