"""The records that could not be taken: why, and how to mend them at the source."""

from __future__ import annotations

from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from catalog.reading.entries import SetAside
from catalog.web.pages import remarks
from catalog.web.templates import Page, routes

SHOWN = 200


class Aside(NamedTuple):
    """A record that was set aside; each remark is what is wrong and how to mend it."""

    native_id: str
    source: str
    run_id: int
    remarks: tuple[tuple[str, str], ...]


def shown(page: Page, each: SetAside) -> Aside:
    """A record that was set aside, in words. The traceback is for the operator and stays in the store."""
    source = next((s.title for s in page.region.sources if s.key == each.source_key), each.source_key)
    sentences = tuple(remarks.sentences(finding, page.texts) for finding in each.findings)
    return Aside(each.native_id, source, each.run_id, sentences)


async def aside(request: Request) -> Response:
    """``/set-aside?source=ID&record=ID``: all, those of one source, or one; an unknown source has none."""
    page = Page(request)
    wanted = request.query_params.get("source", "")
    source = page.region.source(wanted) if wanted else None
    found = page.catalogue.set_aside(source.key if source else None) if source or not wanted else ()
    if record := request.query_params.get("record", ""):
        found = tuple(each for each in found if each.native_id == record)
    return page.render(
        "set_aside.html",
        title=page.texts.text("Zurückgestellte Einträge"),
        source=source,
        total=len(found),
        records=[shown(page, each) for each in found[:SHOWN]],
        trail=[(page.link("/status"), page.texts.text("Zustand der Quellen"))],
        indexed=False,
    )


ROUTES = routes("/set-aside", aside)
