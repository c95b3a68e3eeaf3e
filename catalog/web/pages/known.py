"""Who knows of a file that cannot be read: since when it stands among the addresses that fail, and whether a letter went out."""

from __future__ import annotations

from typing import NamedTuple

from markupsafe import Markup

from catalog.feedback.box import Box
from catalog.links import book
from catalog.preview import Preview
from catalog.web import file_addresses
from catalog.web.previewed import Named
from catalog.web.templates import Page


class Known(NamedTuple):
    """What was done about a file: ``listed`` says since when the list has it, ``told`` that its office was written to.

    Either is empty where it did not happen.
    """

    listed: Markup = Markup()
    told: Markup = Markup()


def known(page: Page, found: Named, preview: Preview) -> Known:
    """What was done about a file that has no preview. Reads the store and the letters, so it is called in a thread."""
    if preview.ready or preview.state == "making" or preview.reason is None or preview.reason.temporary:
        return Known()
    return Known(_listed(page, found), _told(page, found))


def _listed(page: Page, found: Named) -> Markup:
    if found.wanted is None:
        return Markup()
    with page.catalogue.engine.connect() as connection:
        link = book.of_record(connection, found.entry.key).get(found.wanted.address)
    if link is None or link.works is not False or not link.failing_since:
        return Markup()
    day = page.day(link.failing_since)
    return page.texts.text(
        "Die Gemeinde sieht das seit dem {day} in der Liste der Adressen, die nicht antworten.", day=day
    )


def _told(page: Page, found: Named) -> Markup:
    """That a letter on an error of this very page was taken by the mail server of its office: that, and no more, is known."""
    path = file_addresses.path(found.entry.slug, found.number)
    sent = [
        each.sent for each in Box(page.region).letters() if each.sent and each.kind == "error" and each.page == path
    ]
    if not sent:
        return Markup()
    return page.texts.text("Die zuständige Stelle wurde am {day} benachrichtigt.", day=page.day(max(sent)))
