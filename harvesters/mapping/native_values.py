"""The values of JSON fields in their plainest form: text, entries of a list, address."""

from __future__ import annotations

import html
from typing import Any

import orjson

from schemas.kinds import iri

# What a browser runs or opens locally is no address of data (F23, F60).
_NO_ADDRESS = ("javascript:", "vbscript:", "data:", "file:", "blob:", "about:")


def word(value: Any) -> str:
    """A string or a number as text without blanks around it; empty for anything else."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def parsed(text: str) -> Any:
    """What JSON inside a string holds; None if it is none. Some portals escape its quotation marks for HTML."""
    try:
        return orjson.loads(html.unescape(text) if "&quot;" in text else text)
    except orjson.JSONDecodeError:
        return None


def written(value: Any) -> str:
    """A value as JSON; one nested more deeply than JSON is written by the name of its kind."""
    try:
        return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except orjson.JSONEncodeError:
        return f"({type(value).__name__})"


def entries(value: Any) -> list[Any]:
    """The entries of a value that is one, a list, or a list written into a string as ckanext-dcat does."""
    if isinstance(value, str):
        if value.lstrip()[:1] not in ("[", "{"):
            return [value]
        inner = parsed(value)
        value = value if inner is None else inner
    return [entry for entry in value if entry not in (None, "")] if isinstance(value, list) else [value]


def split_entries(value: Any) -> list[Any]:
    """The entries of a value that may also be one string with commas between them."""
    return entries(value.split(",") if isinstance(value, str) and value[:1] != "[" else value)


def address_of(value: Any) -> str | None:
    """An IRI that may stand in a feed and behind a link, or None."""
    address = iri(word(value))
    return None if address is None or address.lower().startswith(_NO_ADDRESS) else address


def beginning(text: str) -> str:
    """As much of a text as a finding shows."""
    return text if len(text) <= 200 else text[:199] + "…"
