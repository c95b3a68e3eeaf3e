"""Look-up of a language: codes of ISO 639-1, -2 and -3, tags with a region, names, IRIs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from schemas.vocabularies.codes import LISTS, Code, rows
from schemas.vocabularies.spelling import iri_key, is_iri, look_up

_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{2,8})*")
_ISO_639 = re.compile(r"(?:id\.loc\.gov/vocabulary|lexvo\.org/id)/iso639-[1235]/([a-z]{2,3})")


@look_up
def find_language(text: str) -> Code | None:
    """The language of "de", "ger", "de-DE", "Deutsch", "German" or an IRI of the EU, the Library of Congress, Lexvo."""
    text = text.strip()
    if is_iri(text):
        same = _ISO_639.fullmatch(iri_key(text))
        return _by_tag(same.group(1)) if same else LISTS["language"].find(text)
    tag = _TAG.fullmatch(text)
    return (_by_tag(tag.group(1)) if tag else None) or LISTS["language"].find(text)


def tag_of_language(text: str) -> str:
    """The tag of a language as HTML has it (``de``), of whatever `find_language` knows; empty where it has none."""
    found = find_language(text) if text else None
    return _tags().get(found.code, "") if found is not None else ""


@cache
def _tags() -> Mapping[str, str]:
    """By the EU's code: the tag of two letters, else the one of three."""
    return {row["code"]: row["iso"].split()[0] for row in rows("language") if row["iso"]}


def _by_tag(tag: str) -> Code | None:
    return LISTS["language"].by_code(tag) or _by_iso().get(tag.casefold())


@cache
def _by_iso() -> Mapping[str, Code]:
    """The two-letter codes and the three-letter ones that differ from the EU's (ISO 639-2/B)."""
    by_code = {code.code: code for code in LISTS["language"]}
    return {iso: by_code[row["code"]] for row in rows("language") for iso in row["iso"].split()}
