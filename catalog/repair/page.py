"""The page that a record was found on, as text: from the kept response, so that what is quoted was really there."""

from __future__ import annotations

import sqlalchemy as sa

from catalog import tables
from catalog.reading.entries import Entry
from catalog.runs.responses import Responses
from catalog.search import Catalogue
from schemas.tables import decode

_LARGEST = 3_000_000
_PAGES = ("text/html", "application/xhtml+xml")


def page_of(catalogue: Catalogue, entry: Entry) -> tuple[str, str]:
    """Address and text of the page that a record was read from; empty if it was read from something else."""
    versions, responses = tables.versions, tables.responses
    with catalogue.engine.connect() as connection:
        name = connection.scalar(sa.select(versions.c.response).where(versions.c.id == entry.version_id))
        if name is None:
            return "", ""
        row = connection.execute(
            sa.select(responses.c.url, responses.c.content_type)
            .where(responses.c.name == name)
            .order_by(responses.c.run_id.desc())
            .limit(1)
        ).first()
    body = Responses(catalogue.region.data / "responses").get(name)
    if body is None or row is None:
        return "", ""
    is_page = (row.content_type or "").startswith(_PAGES) or body[:200].lstrip().lower().startswith(
        (b"<!doctype html", b"<html")
    )
    return (entry.location or row.url, text_of(body[:_LARGEST])) if is_page else ("", "")


def text_of(body: bytes) -> str:
    """The visible text of a page, a line for each block."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(decode(body).text)
    for hidden in tree.css("script, style, noscript, template"):
        hidden.decompose()
    return tree.body.text(separator="\n", strip=True) if tree.body is not None else ""
