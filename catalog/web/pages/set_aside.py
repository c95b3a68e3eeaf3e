"""The records that could not be taken: why, and how to mend them at the source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from catalog.reading.entries import Hit, SetAside
from catalog.web.pages import remarks
from catalog.web.templates import Page, routes
from schemas import iris

SHOWN = 200
# Where a record that names no identifier stands: the answer's address, and its number there (harvesters.pipelines.Read).
_PLACE = re.compile(r"https?://\S+#(\d{1,9})")


class Aside(NamedTuple):
    """A record that was set aside; each remark is what is wrong and how to mend it.

    ``name`` is what a reader calls it: the title under which an earlier version is public, at ``slug``; else its identifier
    at the source; else, where it has none, its place in an answer of the source.
    """

    name: str
    slug: str
    native_id: str
    source: str
    run_id: int
    remarks: tuple[tuple[str, str], ...]


def shown(page: Page, several: Sequence[SetAside]) -> list[Aside]:
    """The first records that were set aside, in words. The traceback is for the operator and stays in the store."""
    some = several[:SHOWN]
    keys = {iris.key(each.source_key, each.native_id): each for each in some}
    public = {hit.key: hit for hit in page.catalogue.hits(tuple(keys), page.at)}
    return [_shown(page, each, public.get(key)) for key, each in keys.items()]


def _shown(page: Page, each: SetAside, public: Hit | None) -> Aside:
    source = next((s.title for s in page.region.sources if s.key == each.source_key), each.source_key)
    sentences = tuple(remarks.sentences(finding, page.texts) for finding in each.findings)
    place = _PLACE.fullmatch(each.native_id)
    name = each.native_id
    if public is not None:
        name = public.summary.title or name
    elif place:
        name = page.texts.plain("Eintrag {n} in einer Antwort der Quelle", n=int(place[1]) + 1)
    return Aside(name, public.slug if public else "", each.native_id, source, each.run_id, sentences)


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
        records=shown(page, found),
        trail=[(page.link("/status"), page.texts.text("Zustand der Quellen"))],
        indexed=False,
    )


ROUTES = routes("/set-aside", aside)
