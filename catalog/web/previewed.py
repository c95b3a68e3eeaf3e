"""The file that an address names, and its preview: what the page of a file and the API of its rows begin with."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from catalog import preview as previews
from catalog.preview import Preview, Reason, Wanted
from catalog.preview.wanting import of_file
from catalog.reading import numbered_files
from catalog.reading.entries import Entry, Moved
from catalog.web import conditional, file_addresses, gone
from catalog.web.negotiation import catalogue_of, local, region_of
from catalog.web.refusing import Refused, to_dataset
from schemas.model import Dataset, Distribution

PATIENCE = 2.5
"""How long an answer waits for a preview that is being made (seconds)."""
_RETRY = 5


class Named(NamedTuple):
    """A file of a public dataset with its number, and the wish for its preview (none without a web address)."""

    entry: Entry
    record: Dataset
    number: int
    file: Distribution
    wanted: Wanted | None


def named(request: Request, suffix: str = "", prefix: str = "") -> Named | Response:
    """The file that a request names, or the redirect to where it is now, its query kept.

    ``prefix`` is the path of the page's language. Raises Refused: 404, and 410 for a withdrawn dataset.
    """
    slug, number = request.path_params["slug"], request.path_params["number"]
    entry = gone.existing(request, catalogue_of(request).get(slug, conditional.number(request)))
    if isinstance(entry, Moved) or (entry.kind == "dataset" and entry.slug != slug):
        path = prefix + file_addresses.path(entry.slug, number, suffix)
        query = f"?{request.url.query}" if request.url.query else ""
        status = entry.status if isinstance(entry, Moved) else 301
        return RedirectResponse(local(request, path) + query, status)
    record = entry.record()
    files = numbered_files.in_order(entry.summary, record) if isinstance(record, Dataset) else ()
    if not isinstance(record, Dataset) or not 1 <= number <= len(files):
        raise _no_file(entry, number, len(files))
    file = files[number - 1]
    layer = request.query_params.get("layer", "")[:200]
    return Named(entry, record, number, file, of_file(region_of(request), entry.source_key, file, layer, record))


def _no_file(entry: Entry, number: int, total: int) -> Refused:
    """The refusal of a file that a record does not have, with the way to what it is."""
    if entry.kind != "dataset":
        return Refused(404, "Diese Datei gibt es nicht.", "There is no such file.")
    de, en = f"Er hat {total} Dateien.", f"It has {total} files."
    if total < 2:
        de, en = ("Er hat nur eine.", "It has only one.") if total else ("Er hat keine Dateien.", "It has no files.")
    return Refused(
        404,
        f"Eine Datei {number} hat dieser Datensatz nicht. {de}",
        f"This dataset has no file {number}. {en}",
        ways=(to_dataset(entry.slug),),
    )


async def preview_of(request: Request, found: Named, whole: bool = False) -> Preview:
    """The preview of a file; in state "making" where it takes longer than PATIENCE, or too many wait.

    ``whole`` waits as long for all its rows; where they take longer it is "growing".
    """
    if found.wanted is None:
        return Preview("", "", "none", reason=Reason("no-address"))
    return await previews.awaited(region_of(request), found.wanted, PATIENCE, whole)


async def whole_preview_of(request: Request, found: Named) -> Preview:
    """The preview of a file with all its rows. Raises Refused (503) while it, or the rest of its rows, is being made."""
    preview = await preview_of(request, found, whole=True)
    if preview.state == "making" or preview.growing:
        raise Refused(
            503,
            "Die Datei wird gerade gelesen. Bitte fragen Sie gleich noch einmal.",
            "The file is being read. Please ask again in a moment.",
            {"retry-after": str(_RETRY)},
        )
    return preview


async def made_preview_of(request: Request, found: Named) -> Preview:
    """The preview of a file, for parts of its page. Raises Refused (503) while it is being made."""
    preview = await preview_of(request, found)
    if preview.state == "making":
        raise Refused(
            503,
            "Die Vorschau wird gerade erstellt. Bitte fragen Sie gleich noch einmal.",
            "The preview is being made. Please ask again in a moment.",
            {"retry-after": str(_RETRY)},
        )
    return preview


def file_name(found: Named, suffix: str) -> str:
    """A name for a download of a file's rows, in ASCII."""
    return f"{quote(found.entry.slug, safe='')}-{found.number}{suffix}"
