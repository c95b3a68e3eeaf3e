"""A disk that is full at one statement of a store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa


@contextmanager
def failing_at(nth: int) -> Iterator[None]:
    """Lets the n-th writing statement fail as on a full disk."""
    left = nth

    def count(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal left
        if statement.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE"):
            left -= 1
            if left == 0:
                raise OSError(28, "No space left on device")

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", count)
