"""What receivers that take no part of a feed for the whole say of it: that it cannot be read to its end, or is empty."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.delivery.feed import Feed
from catalog.delivery.paging import End
from catalog.delivery.remarks import Effect, Remark, remark
from schemas.findings import Severity, declare

INCOMPLETE = declare(
    "delivery-feed-incomplete",
    "Der Feed ist nicht bis zum Ende lesbar ({0}: {1}); {2} Datensätze fehlen danach.",
    "The feed cannot be read to its end ({0}: {3}); {2} datasets are missing then.",
    "Beheben Sie den Fehler dieser Seite.",
    "Mend this page.",
)
NO_DATASET = declare(
    "delivery-no-dataset",
    "Der Feed enthält keinen Datensatz.",
    "The feed holds no dataset.",
    "Prüfen Sie, ob die Adresse stimmt und ob etwas veröffentlicht ist.",
    "Check whether the address is right and whether anything is published.",
)


def of_the_walk(feed: Feed) -> Iterator[Remark]:
    """The remarks on the way through the pages."""
    walk = feed.walk
    if walk.end is not End.WHOLE:
        reasons = (walk.at, walk.reason[0], str(feed.unreached[0]), walk.reason[1])
        yield remark(Effect.NOTED, Severity.VIOLATION, feed.url, None, INCOMPLETE, *reasons)
    if not feed.datasets:
        yield remark(Effect.DROPPED, Severity.VIOLATION, feed.url, None, NO_DATASET)
