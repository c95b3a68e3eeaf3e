"""What is said of a dataset that was withdrawn: what happened to it, and where a reader may go on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from starlette.requests import Request

from catalog.formats import day
from catalog.reading import timeline
from catalog.reading.entries import Entry, Gone, Moved
from catalog.web import conditional, negotiation
from catalog.web.negotiation import catalogue_of, region_of
from catalog.web.refusing import Refused, Way, to_dataset, to_history

_SIMILAR = 3
_LEFT_OUT = ("Die Quelle bietet ihn nicht mehr an.", "The source no longer offers it.")
# What happened, by the kind of the run that withdrew it.
_HAPPENED: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("harvest", "plan", "accepted", "replay"), _LEFT_OUT),
    "undo": (
        "Wir haben den Lauf zurückgenommen, mit dem er gekommen war.",
        "We took back the run that had brought it.",
    ),
    "forget": (
        "Wir haben ihn gelöscht, weil eine Person vergessen werden wollte.",
        "We deleted it because a person asked to be forgotten.",
    ),
}


def existing(request: Request, found: Entry | Gone | Moved | None) -> Entry | Moved:
    """What was found. Raises Refused: 404 if there is nothing, 410 with what happened to a withdrawn record."""
    if isinstance(found, Gone):
        raise _refusal(request, found)
    return negotiation.existing(found)


def _refusal(request: Request, found: Gone) -> Refused:
    catalogue, at = catalogue_of(request), conditional.number(request)
    with catalogue.engine.connect() as connection:
        last = timeline.newest(connection, found.key, at)
        number = last.valid_to if last is not None and last.valid_to is not None else 0
        cause = timeline.cause(connection, number, at) if number else None
    de, en = _HAPPENED.get(cause.kind, ("", "")) if cause else ("", "")
    entry = catalogue.get(found.key, number - 1, behind=True) if number else None
    german, english = (day(found.withdrawn, language) for language in ("de", "en"))
    return Refused(
        410,
        f"„{found.title}“ ist nicht mehr verfügbar. Zurückgezogen am {german}. {de}".rstrip(),
        f"“{found.title}” is no longer available. Withdrawn on {english}. {en}".rstrip(),
        ways=tuple(_ways(request, entry, at)) if isinstance(entry, Entry) and entry.kind == "dataset" else (),
    )


def _ways(request: Request, entry: Entry, at: int) -> Iterator[Way]:
    """Its former versions, what is similar, and where the rest of its municipality stands."""
    yield to_history(entry.slug)
    for hit in catalogue_of(request).similar(entry, at, _SIMILAR):
        title = hit.summary.title or hit.slug
        yield to_dataset(hit.slug)._replace(de=f"Ähnlich: {title}", en=f"Similar: {title}")
    if place := region_of(request).municipality(entry.municipality):
        yield Way(f"/municipality/{place.id}", f"Alle Daten: {place.name}", f"All data: {place.name}")
