"""JSON documents as sources write them: read strictly, else repaired where there is one reading."""

from __future__ import annotations

import json
from typing import Any

import orjson

from schemas.findings import declare
from schemas.syntax import Unreadable, decode, excerpt

JSON_REPAIRED = declare(
    "json-repaired",
    "Die Antwort ist kein gültiges JSON; sie wurde bereinigt gelesen (NaN, überlange Zahlen, unvollständige Zeichen).",
    "The answer is no valid JSON; it was read with repairs (NaN, overlong numbers, incomplete characters).",
    "Lassen Sie den Betreiber der Quelle die Ausgabe berichtigen.",
    "Have the operator of the source correct its output.",
    "RFC 8259; faults F44",
)


def load_json(body: bytes) -> tuple[Any, bool]:
    """What a JSON document holds, and whether it had to be repaired (F44): NaN is null, an overlong number a string.

    Takes bytes in any encoding; a key given twice counts as given last. Raises Unreadable (F01, F03, F21).
    """
    data = body.removeprefix(b"\xef\xbb\xbf")
    if not data.strip(b" \t\r\n\0"):
        raise Unreadable("die Antwort ist leer", "the answer is empty")
    try:
        return orjson.loads(data), False
    except orjson.JSONDecodeError as strict:
        text, _ = decode(data)
        try:
            loose = json.loads(text, parse_constant=lambda _: None, parse_int=_integer, parse_float=_fraction)
            return orjson.loads(json.dumps(loose, ensure_ascii=False).encode("utf-8", "ignore")), True
        except (ValueError, RecursionError):
            place = (strict.lineno, strict.colno)
            raise Unreadable(
                f"kein JSON ({strict.msg}, Zeile {place[0]}, Spalte {place[1]}); die Antwort beginnt mit: {excerpt(text)}",
                f"no JSON ({strict.msg}, line {place[0]}, column {place[1]}); the answer begins with: {excerpt(text)}",
            ) from strict


def _integer(digits: str) -> int | str | None:
    return int(digits) if len(digits) <= 18 else digits if len(digits) <= 100 else None


def _fraction(digits: str) -> float | None:
    number = float(digits)
    return number if abs(number) < float("inf") else None


def sorted_json(value: Any) -> bytes:
    """A value as JSON with sorted keys, equal for equal values; empty if it is nested more deeply than any record."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return b""
