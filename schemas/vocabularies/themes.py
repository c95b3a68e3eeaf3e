"""Look-up of a theme: one old category may mean several of the EU's data themes, or none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from urllib.parse import unquote

from schemas.vocabularies.codes import LISTS, Code, rows
from schemas.vocabularies.spelling import fold, iri_key, is_iri, look_up

_TOPIC = re.compile(r"inspire\.ec\.europa\.eu/metadata-codelist/topiccategory/(\w+)")
# A portal's own category under its own address: …/theme/Umwelt%20und%20Klima, …/group/umwelt_klima.
_OWN = re.compile(r"/(?:themes?|themen|thema|categor(?:y|ies)|kategorien?|groups?|gruppen?)/([^/?#]+)$")


@look_up
def find_theme(text: str) -> tuple[Code, ...]:
    """The themes a category means, in the order of the table; empty if none is certain.

    Takes codes, labels, IRIs, the categories of GovData (OGD 1.0), ISO 19115 topic categories, INSPIRE themes.
    """
    text = text.strip()
    if not is_iri(text):
        return _by_words(text)
    key = iri_key(text)
    several = _several().get(key)
    if several is not None:
        return several
    found = LISTS["data-theme"].find(text)
    if found is not None:
        return (found,)
    name = _TOPIC.fullmatch(key) or _OWN.search(key)
    return _by_words(unquote(name.group(1))) if name else ()


def _by_words(text: str) -> tuple[Code, ...]:
    several = _several().get(fold(text))
    if several is not None:
        return several
    found = LISTS["data-theme"].find(text)
    return () if found is None else (found,)


@cache
def _several() -> Mapping[str, tuple[Code, ...]]:
    """Source: category_mapping.json of GovData's harvester, whose null is an empty tuple here."""
    themes = {code.code: code for code in LISTS["data-theme"]}
    return {
        iri_key(row["word"]) if is_iri(row["word"]) else fold(row["word"]): tuple(
            themes[code] for code in row["codes"].split()
        )
        for row in rows("theme-words")
    }
