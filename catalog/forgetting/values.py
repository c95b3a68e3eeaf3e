"""A value of a database as texts, and freed of a person: plain, JSON, compressed, whatever the column is called."""

from __future__ import annotations

import re
from typing import Any

import orjson
import zstandard

from harvesters.persons.erasure import json_without
from harvesters.persons.spellings import Matcher

_ZSTD = b"\x28\xb5\x2f\xfd"
_APART = re.compile(
    r"(?m)^(\S+) <[^>]*[/#](?:given-?[Nn]ame|family-?[Nn]ame|(?:has)?(?:Given|Family)Name|givenName|familyName|"
    r'first_?[Nn]ame|last_?[Nn]ame|surname|family_name)> "((?:[^"\\]|\\.)*)"'
)


def text_of(value: Any) -> str:
    """A value as text, decompressed; empty for numbers, dates and nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, (bytes, memoryview, bytearray)):
        data = unpacked(bytes(value))
        try:
            return data.decode()
        except UnicodeDecodeError:
            return data.decode("latin-1")
    return "" if value is None or isinstance(value, (bool, int, float)) else str(value)


def unpacked(data: bytes) -> bytes:
    """What compressed bytes hold; others as they are."""
    if not data.startswith(_ZSTD):
        return data
    try:
        return zstandard.ZstdDecompressor().decompressobj().decompress(data)
    except zstandard.ZstdError:
        return data


def holds(value: Any, matcher: Matcher) -> bool:
    """Whether a value holds a person, also in N-Triples that state given name and surname apart."""
    text = text_of(value)
    if len(text) < 3:
        return False
    return matcher.holds(text) or holds_apart(text, matcher)


def holds_apart(text: str, matcher: Matcher) -> bool:
    """Whether statements about one subject hold a person together, as given name and surname."""
    if "amily" not in text and "urname" not in text and "ast" not in text:
        return False
    said: dict[str, list[str]] = {}
    for subject, literal in _APART.findall(text):
        said.setdefault(subject, []).append(literal)
    return any(
        matcher.holds(" ".join(order)) for words in said.values() for order in (words, words[::-1]) if len(words) > 1
    )


def without(value: Any, matcher: Matcher) -> Any:
    """A value in its own form without the person. JSON stays JSON, what was compressed is compressed again."""
    if isinstance(value, str):
        return _text_without(value, matcher)
    data = bytes(value)
    packed = data.startswith(_ZSTD)
    left = _text_without(text_of(data), matcher).encode()
    return zstandard.ZstdCompressor(level=3).compress(left) if packed else left


def _text_without(text: str, matcher: Matcher) -> str:
    if text[:1] in ("[", "{"):
        try:
            return orjson.dumps(json_without(orjson.loads(text), matcher)).decode()
        except orjson.JSONDecodeError:
            pass
    return matcher.without(text)
