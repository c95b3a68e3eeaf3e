"""How old values of now are, in words; and whom a browser's address does not reach."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from anyio.to_thread import run_sync
from markupsafe import Markup

from catalog import formats
from catalog import preview as previews
from catalog.preview import Preview, Wanted, wanting
from catalog.reading import extents
from catalog.reading.entries import Entry
from catalog.reading.numbered_files import in_order
from catalog.web.pages import distributions
from catalog.web.templates import Page
from harvesters.city import tenants
from schemas.model import Dataset, Distribution

PATIENCE = 1.5
"""How long a dataset's page waits for values of now (seconds)."""
_CURRENT = timedelta(days=1)


class Age(NamedTuple):
    """How old live values are: in a sentence, and whether they are so old that they say nothing of now."""

    said: Markup
    is_old: bool


def age(page: Page, preview: Preview, wish: Wanted | None) -> Age | None:
    """The age of a preview's newest value, or since when we have its values where they say no time; None for other files."""
    _ = page.texts.text
    if not preview.ready or preview.source is None:
        return None
    measured = formats.moment(preview.measured) if preview.measured else None
    if measured is not None:
        ago, when = (
            formats.ago(preview.measured, page.now, page.language),
            formats.time(preview.measured, page.language),
        )
        if page.now - measured > _CURRENT:
            return Age(_("Hier stehen keine aktuellen Werte. Der neueste ist vom {time}.", time=when), True)
        if preview.reason is not None:  # the service does not answer
            return Age(_("Letzter bekannter Wert: {ago} gemessen ({time}).", ago=ago, time=when), False)
        return Age(_("Neuester Wert: {ago} gemessen ({time}).", ago=ago, time=when), False)
    if wish is None or not wish.live:
        return None
    fetched = preview.source.checked_at if preview.reason is None else preview.source.fetched_at
    ago = formats.ago(fetched, page.now, page.language)
    known = formats.moment(fetched)
    is_old = known is not None and page.now - known > _CURRENT
    return Age(_("Stand: {ago} vom Dienst abgerufen.", ago=ago), is_old)


def sent(page: Page, wish: Wanted | None) -> tuple[str, ...]:
    """The headers that a file's address needs, each in one line, where without them it gives nothing."""
    if wish is None:
        return ()
    found = tenants.headers(page.region, wish.source_key, wish.address, wish.called.split("\n"))
    return tuple(f"{name}: {value}" for name, value in found.items() if name != "Accept")


def hint(page: Page, wish: Wanted | None) -> Markup | None:
    """What to send with a file's address, where a browser that opens it gets nothing; None for any other file."""
    headers = sent(page, wish)
    if not headers:
        return None
    return page.texts.text(
        "Der Dienst antwortet nur, wenn die Abfrage unter ihren Kopfzeilen {headers} mitschickt; "
        "im Browser zeigt seine Adresse nichts. "
        "Als CSV oder JSON können Sie die Werte hier mitnehmen.",
        headers="; ".join(headers),
    )


async def refresh(page: Page, entry: Entry) -> None:
    """Has the values of now made that a dataset's page shows, where those that are there are old; waits a little."""
    if (wish := await run_sync(_wish, page, entry)) is not None:
        await previews.awaited(page.region, wish, PATIENCE)


def _wish(page: Page, entry: Entry) -> Wanted | None:
    """The wish for the first live file of a dataset, in the order of its page; None where it has none."""
    if extents.LIVE not in extents.seen(entry.ntriples, (), hvd=False).traits:
        return None
    record = entry.record()
    if not isinstance(record, Dataset):
        return None
    files = [each for each in in_order(entry.summary, record) if isinstance(each, Distribution)]
    shown = [distributions.file_of(page, number, each, {}, "") for number, each in enumerate(files, 1)]
    for file in sorted((each for each in shown if each.address), key=distributions.rank):
        wish = wanting.of_file(page.region, entry.source_key, files[file.number - 1], record=record)
        if wish is not None and wish.live:
            return wish
    return None


def is_live(record: Dataset) -> bool:
    """Whether a dataset says that one of its files gives the values of now."""
    described = [each for each in record.distribution if isinstance(each, Distribution)]
    return any(wanting.says_live(each) for each in described)
