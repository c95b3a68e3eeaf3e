"""Begins the record of what a spider summed up itself: an object whose ``id`` it chose."""

from __future__ import annotations

from typing import Any

from harvesters.mapping.account import Account
from harvesters.mapping.native_values import word
from harvesters.reading import UNREADABLE_RECORD, Context, Native, Unusable
from schemas.findings import Finding, Severity


def summary_id(native: Native) -> str | None:
    """The id of such an object, if it has one."""
    data = native.data if isinstance(native.data, dict) else {}
    return word(data.get("id")) or None


def begun(native: Native, context: Context) -> tuple[dict[str, Any], str, Account]:
    """The object, its id, and the account of the dataset that it becomes. Raises Unusable without an id."""
    data, identity = native.data, summary_id(native)
    if not isinstance(data, dict) or identity is None:
        reason = f"{type(data).__name__} without an id"
        raise Unusable(Finding(Severity.VIOLATION, context.source.url, None, UNREADABLE_RECORD, (reason,)))
    account = Account(context, identity)
    account.focus = account.mint("dataset", identity)
    return data, identity, account
