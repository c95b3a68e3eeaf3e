"""What pages ask of previews: the preview of a file, its rows, its map, its picture."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from typing import NamedTuple

from catalog.maps.features import Features, opened
from catalog.preview import fetching, wishes
from catalog.preview.keeping import INDEX, MAP, PICTURE, ROWS, Keeping, key_of
from catalog.preview.kept_rows import Rows
from catalog.preview.model import Cells, Filter, Passing, Preview, RowPage, Selection, Source, Wanted
from catalog.preview.reasons import Reason
from catalog.reading.past import today
from schemas.region import Region

PATIENCE_SECONDS = 2.5
FRESH = timedelta(days=1)
"""How long a preview is shown before the server is asked whether the file has changed."""
FRESH_FAILURE = timedelta(hours=1)
LIVE_FRESH, LIVE_FRESH_MOST = timedelta(minutes=2), timedelta(hours=1)
"""How long live values are shown before the service is asked again: half as long as the newest of them is old, within
these bounds. So a service is asked at most every two minutes for a file, however many read it."""
GROWN_SECONDS = 1.2
"""How long a reader waits for chart and map where the first rows have just come."""
_LOOK_SECONDS = 0.02
_ABANDONED = timedelta(minutes=1)


def peek(region: Region, wish: Wanted) -> Preview | None:
    """The preview that is there, however old; none where there is none. Never waits, never makes one."""
    return Keeping(region).get(key_of(wish))


def freshen(region: Region, wish: Wanted, preview: Preview) -> None:
    """Leave a wish that a calendar be read again whose next occurrences run out, for whoever comes next. Never waits.

    Not within an hour after its server was asked: it may be gone, and what is shown stays.
    """
    if preview.source is None or not _is_spent(preview):
        return
    if datetime.now(UTC) - datetime.fromisoformat(preview.source.checked_at) > FRESH_FAILURE:
        kept = Keeping(region)
        with suppress(OSError):
            wishes.leave(kept, wish, wishes.AHEAD)
            wishes.wake(region, kept)


class Asked(NamedTuple):
    """What there was of a preview when it was asked for, or looked at again.

    ``preview`` is what can be shown, in state "making" where that is nothing; ``late`` says that it is not what was asked
    for, but nothing, or of an older state of the file: that of ``outdated``. ``wished`` says that it will be made.
    """

    key: str
    preview: Preview
    late: bool
    wished: bool
    outdated: Source | None = None

    def settled(self, whole: bool = False, seconds: float = GROWN_SECONDS) -> bool:
        """Whether there is nothing to wait for, or no longer after so many seconds; all rows are waited for if ``whole``."""
        if self.late:
            return not self.wished
        return not self.preview.growing or (seconds >= GROWN_SECONDS and not whole)


def ask(region: Region, wish: Wanted) -> Asked:
    """What there is of a preview now; leaves a wish that it be made where that is none, or is old. Never waits.

    An old one is shown at once and made anew meanwhile, unless the file lies here and is known to be another, or holds
    live values: then the new one is worth a short wait. A layer
    that the file does not have is passed over: whoever makes names up must not make us fetch.
    """
    kept = Keeping(region)
    wish = _of_known_layer(kept, wish)
    key = key_of(wish)
    if not wish.address:
        return Asked(key, Preview(key, "", "none", reason=Reason("no-address")), late=False, wished=False)
    found = kept.get(key)
    changed = found is not None and _changed(region, wish, found)
    live = found is not None and is_live(wish, found)
    if found is not None and not changed and not _old(found, live):
        return Asked(key, found, late=False, wished=False)
    try:
        wished = wishes.leave(kept, wish)
        wishes.wake(region, kept)
    except OSError:
        shown = found or Preview(key, wish.address, "none", reason=Reason("no-room"))
        return Asked(key, shown, late=False, wished=False)
    if found is None:
        return Asked(key, Preview(key, wish.address, "making"), late=True, wished=wished)
    return Asked(key, found, late=changed or live, wished=wished, outdated=found.source)


def again(region: Region, asked: Asked) -> Asked:
    """What there is by now. Never waits, leaves no wish."""
    found = Keeping(region).get(asked.key)
    if found is None or (asked.late and asked.outdated is not None and found.source == asked.outdated):
        return asked
    return asked._replace(preview=found, late=False)


def find(region: Region, wish: Wanted, patience: float = PATIENCE_SECONDS) -> Preview:
    """The preview of a file, made if need be; "making" where that takes longer than the patience (seconds).

    Holds its thread while it waits: requests wait by :mod:`catalog.preview.waiting`.
    """
    began = time.monotonic()
    asked = ask(region, wish)
    if asked.settled():
        return asked.preview
    while (waited := time.monotonic() - began) < patience and not asked.settled(seconds=waited):
        time.sleep(_LOOK_SECONDS)  # the maker is another process: its file is the word that it has ended
        asked = again(region, asked)
    return asked.preview


def _of_known_layer(kept: Keeping, wish: Wanted) -> Wanted:
    if not wish.layer:
        return wish
    plain = replace(wish, layer="")
    whole = kept.get(key_of(plain))
    others = [name for name, _ in whole.layers if name != whole.layer] if whole is not None else []
    return wish if wish.layer in others else plain


def _changed(region: Region, wish: Wanted, found: Preview) -> bool:
    stamp = fetching.stamp(region, wish)
    if stamp is None:
        return False
    return stamp != (found.source.etag if found.source is not None else "")


def is_live(wish: Wanted, found: Preview) -> bool:
    """Whether a preview shows values of now: its record says so, or it is the answer of a sensor platform."""
    return wish.live or bool(found.measured)


def _old(found: Preview, live: bool = False) -> bool:
    if found.source is None:
        return True
    checked = datetime.fromisoformat(found.source.checked_at)
    if live and not found.growing:
        return datetime.now(UTC) - checked > _live_fresh(found, checked)
    if _is_spent(found):
        return datetime.now(UTC) - checked > FRESH_FAILURE
    if found.growing:
        return datetime.now(UTC) - checked > _ABANDONED  # its maker was ended
    failed = found.state == "none" and found.reason is not None and found.reason.temporary
    return datetime.now(UTC) - checked > (FRESH_FAILURE if failed else FRESH)


def _live_fresh(found: Preview, checked: datetime) -> timedelta:
    """How long live values are fresh. A service whose newest value is old already will hardly have another at once."""
    if not found.measured or not found.ready or found.reason is not None:
        return LIVE_FRESH if found.ready and found.reason is None else 5 * LIVE_FRESH
    age = checked - datetime.fromisoformat(found.measured)
    return min(max(age / 2, LIVE_FRESH), LIVE_FRESH_MOST)


def _is_spent(found: Preview) -> bool:
    return found.occurrences is not None and found.occurrences.is_spent(today())


def rows(region: Region, preview: Preview, selection: Selection) -> RowPage:
    """A page of rows: of all that were kept, or of the head while they are being written."""
    try:
        with _opened(region, preview) as found:
            return found.page(selection)
    except sqlite3.Error:
        return RowPage((), (), 0, 0, False, late=True)


def cells(
    region: Region, preview: Preview, columns: Sequence[str], filters: Sequence[Filter] = (), limit: int = 200_000
) -> Cells:
    """Some columns of all rows that the filters let through, without rows that sum up others."""
    try:
        with _opened(region, preview) as found:
            return found.cells(columns, filters, limit)
    except sqlite3.Error:
        return Cells((), 0, 0, False, late=True)


def passing(region: Region, preview: Preview, filters: Sequence[Filter]) -> Passing:
    """Which of the rows that were kept the filters let through, by their number: the ``row`` of features."""
    try:
        with _opened(region, preview) as found:
            return found.passing(filters)
    except sqlite3.Error:
        return Passing(frozenset(), 0, False, late=True)


def numbered(region: Region, preview: Preview, rows: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Rows by their number from 0, the first columns only; empty where they cannot be read."""
    try:
        with _opened(region, preview) as found:
            return found.numbered(rows)
    except sqlite3.Error:
        return {}


def every(region: Region, preview: Preview, selection: Selection) -> Iterator[tuple[str, ...]] | None:
    """All rows that the filters let through, one by one; page and size do not count.

    None where it takes too long to find or to sort them, which is known before the first: call it in a thread.
    """
    found = _every(region, preview, selection)
    try:
        first = tuple(islice(found, 1))
    except sqlite3.Error:
        return None
    return chain(first, found)


def _every(region: Region, preview: Preview, selection: Selection) -> Iterator[tuple[str, ...]]:
    with _opened(region, preview) as found:
        yield from found.every(selection)


def _opened(region: Region, preview: Preview) -> AbstractContextManager[Rows]:
    if preview.table is None:
        raise sqlite3.DataError("this preview has no table")
    path = Keeping(region).path(preview, ROWS) if preview.rows_kept else None
    return Rows.opened(path, preview.table, preview.rows_kept)


@contextmanager
def features(region: Region, preview: Preview) -> Iterator[Features | None]:
    """The features that a map draws, opened for reading; None where there are none."""
    kept = Keeping(region)
    geojson, index = kept.path(preview, MAP), kept.path(preview, INDEX)
    if preview.geometry is None or geojson is None or index is None:
        yield None
        return
    with ExitStack() as stack:
        try:
            found = stack.enter_context(opened(geojson, index))
        except (OSError, ValueError):  # made room for others just now
            found = None
        yield found


def picture(region: Region, preview: Preview) -> bytes | None:
    """The picture of the media type that ``preview.picture`` names; none where there is none."""
    return _content(region, preview, PICTURE) if preview.picture is not None else None


def _content(region: Region, preview: Preview, name: str) -> bytes | None:
    path = Keeping(region).path(preview, name)
    try:
        return path.read_bytes() if path is not None else None
    except OSError:
        return None
