"""One round in full: the addresses of what is public now, the checks that are due, and the scores that change by them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from catalog import database
from catalog.links import book, checking, outdated
from catalog.links.checking import Round, Tell
from catalog.quality import following
from catalog.runs.staging import now_text
from schemas.region import Region


def run(
    region: Region,
    engine: sa.Engine,
    now: Callable[[], datetime],
    *,
    source_key: str | None = None,
    ended: Callable[[], bool] = lambda: False,
    tell: Tell = lambda _link, _outcome: None,
    keep: bool = False,
) -> Round:
    """Asks what is due, or all addresses of one source; the arguments are those of :func:`catalog.links.checking.check`."""
    following.follow(region, engine, now())
    done = checking.check(region, engine, now, source_key=source_key, ended=ended, tell=tell, keep=keep)
    following.after_checks(region, engine, done.changed, now())
    outdated.retract(region, engine, done.answered, done.resized, now())
    return done


def tick(region: Region, now: Callable[[], datetime]) -> Round | None:
    """A round if an address in use is due, for the clock; None if none is."""
    engine = database.prepare(region)
    try:
        with engine.connect() as connection:
            due = book.next_due(connection)
        return run(region, engine, now) if due is not None and due <= now_text(now()) else None
    finally:
        engine.dispose()
