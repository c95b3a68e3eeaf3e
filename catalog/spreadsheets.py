"""Cells of tables that we write for spreadsheets: none of them is taken for a formula (F61)."""

from __future__ import annotations

import re

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
# A number with its sign in any style, with a unit of one sign: it stays what it is, so that it can be reckoned with.
_NUMBER = re.compile(r"[+-]?(?:\d{1,20}|\d{1,3}(?:[.,]\d{3}){1,6})(?:[.,]\d{1,20})?(?:[eE][+-]?\d{1,3})?\s?[%‰€]?")


def plain_cell(value: str) -> str:
    """A cell that no spreadsheet takes for a formula: what begins like one gets an apostrophe in front; numbers do not.

    Source: OWASP, CSV injection. Cells that begin with blanks are looked at behind these, for some programs cut them off.
    """
    begin = value.lstrip(" \u00a0")
    if begin.startswith(_FORMULA) and not _NUMBER.fullmatch(begin):
        return f"'{value}"
    return value
